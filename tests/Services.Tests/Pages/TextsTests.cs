using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pujiang.Services.Tests;

/// <summary>The texts of all projects, read as files: both languages say the same things, and pages ask for nothing else.</summary>
public sealed partial class TextsTests
{
    internal static readonly string Source = Path.Combine(Repository(), "src");

    public static TheoryData<string> Projects() =>
        [.. Directory.GetDirectories(Source).Where(p => Directory.Exists(Path.Combine(p, "Resources"))).Select(p => Path.GetFileName(p))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Languages_OfAProject_HaveTheSameKeysAndPlaceholders(string project)
    {
        var (chinese, english) = (Read(project, "zh-CN"), Read(project, "en"));
        Assert.Equal(chinese.Keys.Order(), english.Keys.Order());
        var different = chinese.Keys.Where(key => !Placeholders(chinese[key]).SequenceEqual(Placeholders(english[key]))).ToList();
        Assert.Empty(different);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Texts_OfAProject_AreNeitherEmptyNorInTheWrongLanguage(string project)
    {
        var (chinese, english) = (Read(project, "zh-CN"), Read(project, "en"));
        Assert.Empty(chinese.Concat(english).Where(text => string.IsNullOrWhiteSpace(text.Value)).Select(text => text.Key));
        Assert.Empty(english.Where(text => Han().IsMatch(text.Value)).Select(text => text.Key));
    }

    [Fact]
    public void Keys_OfAllProjects_AreUnique()
    {
        var keys = Directory.GetDirectories(Source).Select(p => Path.GetFileName(p)).SelectMany(p => Read(p, "en").Keys).ToList();
        Assert.Empty(keys.GroupBy(key => key, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key));
    }

    [Fact]
    public void Pages_AskOnlyForTextsThatExist()
    {
        var known = Directory.GetDirectories(Source).SelectMany(p => Read(Path.GetFileName(p), "en").Keys).ToHashSet(StringComparer.Ordinal);
        var missing = Directory.EnumerateFiles(Source, "*.*", SearchOption.AllDirectories)
            .Where(path => path.EndsWith(".razor", StringComparison.Ordinal) || path.EndsWith(".cs", StringComparison.Ordinal))
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
            .SelectMany(path => Asked().Matches(File.ReadAllText(path)).Select(match => (Key: match.Groups["key"].Value, Path.GetFileName(path))))
            .Where(asked => !known.Contains(asked.Key));
        Assert.Empty(missing);
    }

    // A test over patterns proves nothing unless the patterns find what they look for.
    [Fact]
    public void Patterns_FindWhatTheyLookFor()
    {
        Assert.Equal("a.b", Asked().Match("<p>@T[\"a.b\", 1]</p>").Groups["key"].Value);
        Assert.Matches(Han(), "Hello 浦江");
        Assert.Equal(["{0}", "{1}"], Placeholders("{1} of {0}"));
        Assert.NotEmpty(Projects());
    }

    static Dictionary<string, string> Read(string project, string language)
    {
        var path = Path.Combine(Source, project, "Resources", $"ui.{language}.json");
        return File.Exists(path) ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(path)) ?? [] : [];
    }

    static IEnumerable<string> Placeholders(string text) => Placeholder().Matches(text).Select(match => match.Value).Order();

    static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Pujiang.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests are not inside the repository.");
    }

    [GeneratedRegex("""\bT\["(?<key>[^"{]+)"[,\]]""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Asked();

    [GeneratedRegex(@"\p{IsCJKUnifiedIdeographs}", RegexOptions.None, 1000)]
    private static partial Regex Han();

    [GeneratedRegex(@"\{\d\}", RegexOptions.None, 1000)]
    private static partial Regex Placeholder();
}
