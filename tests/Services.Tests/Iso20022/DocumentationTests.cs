using System.Reflection;
using Pujiang.Accounts;

namespace Pujiang.Services.Tests;

/// <summary>The tables of docs/iso20022.md are those of the code.</summary>
public sealed class Iso20022DocumentationTests
{
    static List<(string Code, string Meaning)> Table(string name)
    {
        var text = File.ReadAllText(Path.Combine(TestData.Root(), "docs", "iso20022.md"));
        var from = text.IndexOf($"<!-- {name} -->", StringComparison.Ordinal);
        var to = text.IndexOf($"<!-- /{name} -->", StringComparison.Ordinal);
        return [.. text[from..to].Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1)
            .Select(line => line.Trim('|', ' ').Split(" | ", 2)).Select(cells => (cells[0], cells[1]))];
    }

    static IEnumerable<string> Constants(Type type) => type.GetFields(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
        .Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!);

    [Fact]
    public void FindingCodes_AreAllInTheTable()
    {
        Assert.Equal(FindingCodes.All, Table("findings"));
        Assert.Equal(Constants(typeof(FindingCodes)).Order(StringComparer.Ordinal), FindingCodes.All.Select(c => c.Code).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void StatusReasons_AreAllInTheTable()
    {
        Assert.Equal(StatusReasons.All, Table("reasons"));
        Assert.Equal(Constants(typeof(StatusReasons)).Order(StringComparer.Ordinal), StatusReasons.All.Select(c => c.Code).Order(StringComparer.Ordinal));
        Assert.All(FindingCodes.All, code => Assert.Contains(StatusReasons.For(code.Code), StatusReasons.All.Select(r => r.Code)));
    }

    [Fact]
    public void Versions_AreAllInTheTable()
    {
        var text = File.ReadAllText(Path.Combine(TestData.Root(), "docs", "iso20022.md"));
        foreach (var (family, from, to) in Grammar.Families)
            Assert.Contains(text.Split('\n'), line => line.StartsWith($"| {family} ", StringComparison.Ordinal) && line.Contains($"| {from:D2}–{to:D2} |", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/Document/CstmrCdtTrfInitn/PmtInf[2]/CdtTrfTxInf[17]/Amt/InstdAmt", 2, 17)]
    [InlineData("/Document/CstmrCdtTrfInitn/PmtInf[2]/CtrlSum", 2, null)]
    [InlineData("/Document/CstmrCdtTrfInitn/GrpHdr/CtrlSum", null, null)]
    public void Finding_KnowsItsPlace(string path, int? block, int? transfer) =>
        Assert.Equal((block, transfer), new Finding("X", path, "", "").Place);
}
