using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pujiang.Services.Tests;

public sealed partial class PayCommandTests
{
    /// <summary>The public pain.001 files that the official schema accepts, without those that break another rule.</summary>
    public static IEnumerable<TheoryDataRow<string>> ValidSamples => Vectors.Files(entry =>
        Vectors.Category(entry) == "xsd-valid" && !entry.TryGetProperty("labelledRuleViolation", out _) && entry.TryGetProperty("facts", out var facts)
        && facts.GetProperty("documents").EnumerateArray().All(d => d.GetProperty("ns").GetString()!.StartsWith("pain.001.", StringComparison.Ordinal)));

    [Theory, MemberData(nameof(ValidSamples))]
    public async Task Pay_PublicSampleWithDemo_HasALineForEachTransaction(string file)
    {
        var transactions = Vectors.Case(file).GetProperty("facts").GetProperty("documents").EnumerateArray().Sum(d => d.GetProperty("txCount").GetInt32());
        using var cli = new CommandLine();

        var paid = await cli.OnBank("pay", TestData.Require("iso20022", file), "--demo");

        Assert.True(paid.ExitCode is 0 or 2, $"{paid}");
        var rows = paid.Lines.Where(line => TableRow().IsMatch(line)).ToList();
        Assert.Equal(transactions, rows.Count);
        Assert.All(rows, row => Assert.Matches(paid.ExitCode == 0 ? "  ACS[CP]" : "  (ACS[CP]|RJCT +[A-Z]{2}[0-9]{2}$)", row));
        Assert.All(paid.Lines.Take(transactions + 2), line => Assert.True(line.Length <= 120, $"Too wide: {line}"));
        Assert.Matches(@"\(pain\.001\.001\.\d\d\): (ACSC|ACSP|RJCT|PART)\. [\d,]+ of [\d,]+ transactions? accepted, [\d,]+ rejected\.$", paid.Lines[^1]);
    }

    [Fact]
    public async Task Pay_WithDemo_IsCarriedOutOnceAndStated()
    {
        using var cli = new CommandLine();
        var file = cli.FileOf(PaymentFiles.Text(3));

        var paid = await cli.OnBank("pay", file, "--demo");
        Assert.Equal(0, paid.ExitCode);
        Assert.Contains("CNY 3.03 paid in to 6200123456789", paid.Errors, StringComparison.Ordinal);
        Assert.Equal("MSG-1 (pain.001.001.09): ACSC. 3 of 3 transactions accepted, 0 rejected.", paid.Lines[^1]);

        var again = await cli.OnBank("pay", file, "--demo");
        Assert.Equal(0, again.ExitCode);
        Assert.Equal("", again.Errors);
        Assert.Contains("Sent before, on ", again.Output, StringComparison.Ordinal);
        Assert.Equal(paid.Lines[^1], again.Lines[^1]);

        var changed = await cli.OnBank("pay", cli.FileOf(PaymentFiles.Text(2)), "--demo");
        Assert.Equal(1, changed.ExitCode);
        Assert.Contains("(message_id_reused)", changed.Errors, StringComparison.Ordinal);

        var text = await cli.OnBank("statement", "6200123456789");
        Assert.Equal(3, text.Lines.Count(line => line.Contains("-1.01", StringComparison.Ordinal)));
        var csv = await cli.OnBank("statement", "6200123456789", "--format", "csv");
        Assert.StartsWith("booked_at,", csv.Output, StringComparison.Ordinal);
        // Paid in twice: the file with the used message id was funded before the bank said no.
        Assert.Equal(1 + 2 + 3, csv.Lines.Length);
        var camt = Path.Combine(cli.Data, "camt.xml");
        Assert.Equal(0, (await cli.OnBank("statement", "6200123456789", "--format", "camt053", "--out", camt)).ExitCode);
        var check = await CommandLine.Run("iso20022", "check", camt);
        Assert.Equal((0, ""), (check.ExitCode, check.Output));
        Assert.Contains("camt.053.001.08, no findings", check.Errors, StringComparison.Ordinal);

        var books = await cli.OnBank("ledger", "verify");
        Assert.Equal(0, books.ExitCode);
        Assert.StartsWith("SOUND", books.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pay_WithoutDemo_RejectsWhatNobodyMayPay()
    {
        using var cli = new CommandLine();
        var report = Path.Combine(cli.Data, "report.xml");

        var paid = await cli.OnBank("pay", cli.FileOf(PaymentFiles.Text(2)), "--json", "--report", report);

        Assert.Equal(2, paid.ExitCode);
        using var json = JsonDocument.Parse(paid.Output);
        Assert.Equal("RJCT", json.RootElement.GetProperty("status").GetString());
        Assert.Equal(["AC02", "AC02"], json.RootElement.GetProperty("lines").EnumerateArray().Select(line => line.GetProperty("reason").GetString()));
        var check = await CommandLine.Run("iso20022", "check", report);
        Assert.Equal((0, ""), (check.ExitCode, check.Output));
    }

    [Fact]
    public async Task Pay_WrongControlSum_IsRefusedAsAWhole()
    {
        using var cli = new CommandLine();
        var file = cli.FileOf(PaymentFiles.Text(2).Replace("<CtrlSum>2.02</CtrlSum><InitgPty>", "<CtrlSum>2.03</CtrlSum><InitgPty>", StringComparison.Ordinal));

        var paid = await cli.OnBank("pay", file, "--demo");

        Assert.Equal(2, paid.ExitCode);
        Assert.Contains("The whole file was refused: AM10 CTRL_SUM_MISMATCH GrpHdr/CtrlSum '2.03': 2.02", paid.Lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<Document", "NOT_WELL_FORMED")]
    [InlineData("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'/>", "This is a camt.053.001.08, not a pain.001.")]
    [InlineData(null, "There is no file")]
    public async Task Pay_NoPaymentFile_SaysWhatItIs(string? content, string message)
    {
        using var cli = new CommandLine();
        var file = content is null ? Path.Combine(cli.Data, "missing.xml") : cli.FileOf(content);

        var paid = await cli.OnBank("pay", file);

        Assert.Equal(1, paid.ExitCode);
        Assert.StartsWith("pujiang: ", paid.Errors, StringComparison.Ordinal);
        Assert.Contains(message, paid.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", paid.Errors, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^ *\d+  \S", RegexOptions.None, 1_000)]
    private static partial Regex TableRow();
}
