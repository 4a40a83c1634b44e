using System.Text.RegularExpressions;

namespace Pujiang.Services.Tests;

/// <summary>The examples of both READMEs are run, and give what stands there.</summary>
public sealed partial class ReadmeTests
{
    [Theory]
    [InlineData("README.md", 2)]
    [InlineData("README.zh-CN.md", 1)]
    public async Task Examples_Run_PrintWhatTheReadmeShows(string readme, int count)
    {
        using var cli = new CommandLine();
        var examples = Examples().Matches(await File.ReadAllTextAsync(Path.Combine(TestData.Root(), readme)));
        Assert.Equal(count, examples.Count);
        foreach (Match example in examples)
        {
            string[] arguments = [.. example.Groups["command"].Value.Split(' ').Select(word => word.EndsWith(".xml", StringComparison.Ordinal) ? Path.Combine(TestData.Root(), word) : word)];
            var run = arguments[0] == "iso20022" ? await CommandLine.Run(arguments) : await cli.OnBank(arguments);
            Assert.Equal(AnyDay(example.Groups["output"].Value.Trim()), AnyDay(run.Output.Replace(TestData.Root() + "/", "", StringComparison.Ordinal).Trim()));
        }
    }

    [Fact]
    public async Task Links_OfAllDocuments_LeadSomewhere()
    {
        var root = TestData.Root();
        string[] documents = [.. Directory.EnumerateFiles(root, "*.md"), .. Directory.EnumerateFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories),
            .. Directory.EnumerateFiles(Path.Combine(root, "src"), "README.md", SearchOption.AllDirectories)];
        Assert.True(documents.Length > 10);
        foreach (var document in documents)
            foreach (Match link in Links().Matches(await File.ReadAllTextAsync(document)))
            {
                var target = Path.Combine(Path.GetDirectoryName(document)!, link.Groups["target"].Value);
                Assert.True(File.Exists(target) || Directory.Exists(target), $"{document} links to {link.Groups["target"].Value}.");
            }
    }

    /// <summary>The example runs on the day of the test.</summary>
    static string AnyDay(string text) => ExecutedOn().Replace(text, "executed on (today)");

    [GeneratedRegex("""```console\n\$ \./pujiang (?<command>[^\n]+)\n(?<output>[\s\S]*?)```""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Examples();

    [GeneratedRegex("""executed on \d{4}-\d\d-\d\d""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ExecutedOn();

    [GeneratedRegex("""\]\((?!https?:|#)(?<target>[^)#]+)(#[^)]*)?\)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Links();
}
