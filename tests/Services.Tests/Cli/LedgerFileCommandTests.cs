using System.Text.RegularExpressions;

namespace Pujiang.Services.Tests;

public sealed partial class LedgerFileCommandTests
{
    [Fact]
    public async Task Examples_OfTheDocument_PrintWhatItShows()
    {
        using var cli = new CommandLine();
        var document = await File.ReadAllTextAsync(Path.Combine(TestData.Root(), "docs", "command-line.md"));
        var examples = Examples().Matches(document[document.IndexOf("## ledger export", StringComparison.Ordinal)..]);
        Assert.Equal(2, examples.Count);
        foreach (Match example in examples)
        {
            string[] arguments = [.. example.Groups["command"].Value.Split(' ').Select(word =>
                word.StartsWith("docs/", StringComparison.Ordinal) ? Path.Combine(TestData.Root(), word)
                : word.StartsWith("books", StringComparison.Ordinal) ? Path.Combine(cli.Data, word) : word)];
            var run = await CommandLine.Run(arguments);
            Assert.Equal(0, run.ExitCode);
            Assert.Equal(example.Groups["output"].Value, run.Output
                .Replace(TestData.Root() + "/", "", StringComparison.Ordinal).Replace(cli.Data + "/", "", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Import_OfABadFile_NamesThePlaceAndLeavesNothing()
    {
        using var cli = new CommandLine();
        var file = cli.FileOf("2026-05-31 x\n    Assets:Cash  10 EUR @ 2 USD\n    Equity:Opening\n", "bad.journal");

        var run = await CommandLine.Run("ledger", "import", file, Path.Combine(cli.Data, "books"), "--format", "ledger");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"{file}:2:18: ", run.Errors, StringComparison.Ordinal);
        Assert.Contains("Nothing was imported.", run.Errors, StringComparison.Ordinal);
        Assert.Equal([file], Directory.EnumerateFileSystemEntries(cli.Data));
    }

    [GeneratedRegex("""^\$ \./pujiang (?<command>ledger (import|export)[^\n]+)\n(?<output>[^$`][^\n]*\n)""", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Examples();
}
