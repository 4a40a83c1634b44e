using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Pujiang.Services.Tests;

/// <summary><c>docs/security.md</c> names tests that there are, and every requirement once.</summary>
public sealed partial class SecurityDocsTests
{
    static readonly string Page = File.ReadAllText(Path.Combine(TestData.Root(), "docs", "security.md"));

    [Fact]
    public void Tests_ThatThePageNames_AreThere()
    {
        var known = Tests();
        var named = Named(Page).ToList();
        Assert.True(named.Count > 100, $"Only {named.Count} tests are named.");
        Assert.Empty(named.Where(name => !known.Contains(name)).Distinct(StringComparer.Ordinal));
    }

    // A comparison proves nothing unless it finds the name that is not there.
    [Fact]
    public void Test_ThatIsNotThere_IsFound() => Assert.Equal(["NoTests.Nothing_IsTested"], Named("met: `NoTests.Nothing_IsTested`").Where(name => !Tests().Contains(name)));

    /// <summary>How many requirements of the levels 1 and 2 each section of ASVS 5.0.0 has; in each they come first.</summary>
    const string Sections =
        "1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4 5.1:1 5.2:3 5.3:2 5.4:3 "
        + "6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 "
        + "10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 "
        + "13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2";

    [Fact]
    public void Requirements_OfBothLevels_AreAllThereOnce()
    {
        var all = Sections.Split(' ').Select(section => section.Split(':'))
            .SelectMany(section => Enumerable.Range(1, int.Parse(section[1], CultureInfo.InvariantCulture)).Select(number => $"{section[0]}.{number}")).ToList();
        // What OWASP says: 70 requirements of level 1 and 183 of level 2.
        Assert.Equal(253, all.Count);
        Assert.Equal(all, Rows().Matches(Page).SelectMany(row => Covered(row.Groups["numbers"].Value, all)));
    }

    /// <summary>"1.2.3", "1.2.3, 1.2.4" or "1.2.3 to 1.4.1".</summary>
    static IEnumerable<string> Covered(string numbers, List<string> all) =>
        numbers.Split(" to ") is [var first, var last] ? all[all.IndexOf(first)..(all.IndexOf(last) + 1)] : numbers.Split(", ");

    [Fact]
    public void Rows_All_BeginWithOneOfTheWords() =>
        Assert.All(Rows().Matches(Page).Select(row => row.Groups["how"].Value), how =>
            Assert.Contains((string[])["met", "partly", "not met", "none", "*operator*"], word => how.StartsWith(word, StringComparison.Ordinal)));

    static IEnumerable<string> Named(string text) => TestNames().Matches(text).Select(match => match.Groups["name"].Value);

    /// <summary>Those of this assembly, and from the source those of the others, whose assemblies are not here.</summary>
    static HashSet<string> Tests()
    {
        var here = Assembly.GetExecutingAssembly().GetTypes().SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(method => method.GetCustomAttributes<FactAttribute>().Any()).Select(method => $"{type.Name}.{method.Name}"));
        var elsewhere = Directory.EnumerateFiles(Path.Combine(TestData.Root(), "tests", "System.Tests"), "*.cs")
            .SelectMany(path => Methods().Matches(File.ReadAllText(path)).Select(method => $"{Path.GetFileNameWithoutExtension(path)}.{method.Groups["name"].Value}"));
        return [.. here, .. elsewhere];
    }

    [GeneratedRegex(@"`(?<name>[A-Z]\w+Tests\.\w+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TestNames();

    [GeneratedRegex(@"\[(Fact|Theory)[^\n]*\n(\s*\[[^\n]*\n|\s*//[^\n]*\n)*\s*public (async )?(Task|void) (?<name>\w+)\(", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Methods();

    [GeneratedRegex(@"^\| (?<numbers>\d+\.\d+\.\d+[^|]*) \|[^|]*\| (?<how>[^|]*) \|$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Rows();
}
