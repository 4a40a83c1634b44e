using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Pujiang.Accounts;

namespace Pujiang.Services.Tests;

[Trait("Vectors", "iso20022")]
public sealed class Iso20022VectorTests
{
    public static IEnumerable<TheoryDataRow<string>> AllFiles => Vectors.Files(_ => true);
    public static IEnumerable<TheoryDataRow<string>> ValidFiles => Vectors.Files(e => Vectors.Category(e) == "xsd-valid");
    public static IEnumerable<TheoryDataRow<string>> FilesWithFacts => Vectors.Files(e => e.TryGetProperty("facts", out _));

    [Theory]
    [MemberData(nameof(AllFiles))]
    public void File_HasTheVerdictOfTheManifest(string file)
    {
        var entry = Vectors.Case(file);
        var report = Vectors.Check(file, Vectors.WithSchemas);
        var codes = report.Findings.Select(f => f.Code).ToHashSet(StringComparer.Ordinal);

        if (entry.TryGetProperty("expectedFinding", out var expected))
        {
            Assert.True(codes.Contains(expected.GetString()!), $"{expected} is missing among\n{Vectors.Show(report.Findings)}");
            var verdict = string.Join('/', report.Parts.Select(part => Verdict(part.Schema)));
            var stated = entry.GetProperty("xsdResult").GetString()!;
            if (!stated.StartsWith("not-", StringComparison.Ordinal)) Assert.Equal(stated, verdict);
        }
        else if (Vectors.Category(entry) == "foreign-namespace")
            Assert.Contains(FindingCodes.ForeignNamespace, codes);
        else
        {
            var stated = entry.GetProperty("parts").EnumerateArray().Select(part =>
                $"{part.GetProperty("element")} {part.GetProperty("ns")} {part.GetProperty("result")}");
            var found = report.Parts.Select(part => $"{part.Element} {part.Namespace} {Verdict(part.Schema)}");
            Assert.True(stated.SequenceEqual(found), $"{string.Join(", ", found)}\n{Vectors.Show(report.Findings)}");
        }
        Assert.All(report.Findings, finding => Assert.StartsWith("/", finding.Path));
    }

    static string Verdict(SchemaResult result) => result switch
    {
        SchemaResult.Valid => "valid",
        SchemaResult.Invalid => "invalid",
        _ => "no-xsd",
    };

    /// <summary>Without schemas, a message that they accept has no error but those its own numbers prove.</summary>
    [Theory]
    [MemberData(nameof(ValidFiles))]
    public void ValidFile_HasOnlyErrorsThatItsFactsProve(string file)
    {
        var entry = Vectors.Case(file);
        var unproven = Vectors.Check(file, new Iso20022Options()).Findings
            .Where(finding => finding.Severity == Severity.Error && !IsProven(finding, entry.GetProperty("facts")));
        Assert.True(!unproven.Any(), Vectors.Show(unproven));
    }

    static bool IsProven(Finding finding, JsonElement facts)
    {
        var documents = facts.GetProperty("documents").EnumerateArray();
        return finding.Code switch
        {
            FindingCodes.IbanCheckDigits => RemainderBy97(finding.Value) != 1,
            FindingCodes.StatementRollForward => documents.Any(d => d.TryGetProperty("statements", out var list)
                && list.EnumerateArray().Any(s => s.TryGetProperty("rollForward", out var f) && !f.GetProperty("holds").GetBoolean())),
            FindingCodes.BahMsgDefIdrMismatch => facts.GetProperty("bah").GetProperty("msgDefIdr").GetString() == finding.Value
                && documents.All(d => d.GetProperty("ns").GetString() != finding.Value),
            FindingCodes.CtrlSumMismatch => documents.Any(d => d.TryGetProperty("hdr.CtrlSum", out var sum)
                && d.GetProperty("sums").EnumerateObject().All(s => Number(s.Value) != Number(sum))),
            _ => false,
        };
    }

    static int RemainderBy97(string iban) => (int)(BigInteger.Parse(string.Concat((iban[4..] + iban[..4])
        .Select(c => char.IsAsciiDigit(c) ? c.ToString() : (char.ToUpperInvariant(c) - 'A' + 10).ToString())), CultureInfo.InvariantCulture) % 97);

    static decimal Number(JsonElement text) => decimal.Parse(text.GetString()!, CultureInfo.InvariantCulture);

    [Theory]
    [MemberData(nameof(FilesWithFacts))]
    public void File_YieldsEveryFactOfTheManifest(string file)
    {
        var facts = Vectors.Case(file).GetProperty("facts");
        var found = Vectors.Check(file, Vectors.WithSchemas).Facts;
        var differences = FactsComparison.Compare(facts, found).ToList();
        Assert.True(differences.Count == 0, string.Join("\n", differences));
    }
}
