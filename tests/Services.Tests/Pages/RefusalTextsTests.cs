using System.Text.Json;
using System.Text.RegularExpressions;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Each "no" that the code can say has words in both languages; its English reason alone would reach Chinese customers.</summary>
public sealed partial class RefusalTextsTests
{
    [Fact]
    public void RefusalCodes_InTheSource_HaveTextsInBothLanguages()
    {
        var codes = Codes(Sources()).ToHashSet(StringComparer.Ordinal);
        foreach (var language in Languages.All)
            Assert.DoesNotContain(codes, code => !Texts(language).ContainsKey("refusal." + code));
    }

    [Fact]
    public void RefusalTexts_WithoutARefusal_AreRemoved()
    {
        var codes = Codes(Sources()).ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(
            Texts("en").Keys, key => key.StartsWith("refusal.", StringComparison.Ordinal) && !codes.Contains(key["refusal.".Length..]));
    }

    /// <summary>A placeholder without a value would throw on the page that shows it.</summary>
    [Fact]
    public void RefusalTexts_OfARefusalWithoutArguments_HaveNoPlaceholders()
    {
        var without = WithoutArguments().Matches(Sources()).Select(match => match.Groups["code"].Value).ToList();
        Assert.Contains("same_account", without);
        foreach (var language in Languages.All)
            Assert.DoesNotContain(without, code => Texts(language)["refusal." + code].Contains('{', StringComparison.Ordinal));
    }

    // A test over patterns proves nothing unless the patterns find what they look for.
    [Theory]
    [InlineData("return new Refusal(\"a_b\", \"Reason.\");", "a_b")]
    [InlineData("yield return new Refusal(\n    \"c_d\", $\"Reason {x}.\", \"field\", $\"{x}\");", "c_d")]
    [InlineData("static readonly Refusal NoBook = new(\"e_f\", \"Reason.\");", "e_f")]
    [InlineData("public static readonly Refusal Gone =\n    new(\"g_h\", \"Reason.\", \"amount\");", "g_h")]
    public void Patterns_FindEachWayToWriteARefusal(string source, string code) => Assert.Equal([code], Codes(source));

    static IEnumerable<string> Codes(string source) => Refusals().Matches(source).Select(match => match.Groups["code"].Value);

    static string Sources() => string.Join('\n', new[] { "*.cs", "*.razor" }.SelectMany(kind => Directory.EnumerateFiles(TextsTests.Source, kind, SearchOption.AllDirectories))
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal)).Select(File.ReadAllText));

    static Dictionary<string, string> Texts(string language) =>
        Directory.EnumerateFiles(TextsTests.Source, $"ui.{language}.json", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
            .SelectMany(path => JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(path)) ?? [])
            .ToDictionary(text => text.Key, text => text.Value, StringComparer.Ordinal);

    [GeneratedRegex("""(new Refusal|Refusal \w+ =\s*new)\(\s*"(?<code>[a-z0-9_]+)",""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Refusals();

    [GeneratedRegex("""(new Refusal|Refusal \w+ =\s*new)\(\s*"(?<code>[a-z0-9_]+)",\s*\$?"[^"]*"(,\s*"\w+")?\)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex WithoutArguments();
}
