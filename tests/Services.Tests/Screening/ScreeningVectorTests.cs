using System.Text.Json;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Every query of every file of cases beside the lists.</summary>
[Trait("Vectors", "sanctions")]
public sealed class ScreeningVectorTests
{
    sealed record Query(string Kind, string Query_, IReadOnlySet<string> Expected);

    static readonly Lazy<Dictionary<string, Query>> All = new(() => new(Read(), StringComparer.Ordinal));

    public static IEnumerable<TheoryDataRow<string, string>> Cases =>
        All.Value.Count > 0 ? All.Value.Select(pair => new TheoryDataRow<string, string>(pair.Value.Kind, pair.Key)) : [new TheoryDataRow<string, string>("none", TestData.Missing)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Query_RaisesTheExpectedAlerts(string kind, string id)
    {
        Assert.SkipWhen(id == TestData.Missing, $"No file of cases in {TestData.PathOf("sanctions")}.");
        var query = All.Value[id];
        var hits = Lists.Search().Find(new NameQuery(query.Query_));
        var shown = $"{query.Query_}:\n{string.Join('\n', hits.Select(hit => $"  {hit.Grade} {hit.Score} {hit.Entry.List} {hit.Entry.Id} {hit.MatchedName.Text}: {hit.Why()}"))}";
        Assert.True(query.Expected.IsSubsetOf(hits.Where(hit => hit.Entry.List == "OFAC").Select(hit => hit.Entry.Id)), shown);
        if (kind.StartsWith("control", StringComparison.Ordinal)) Assert.True(hits.All(hit => hit.Grade != HitGrade.Exact), shown);
    }

    static IEnumerable<KeyValuePair<string, Query>> Read()
    {
        var folder = TestData.PathOf("sanctions");
        if (!Directory.Exists(folder)) yield break;
        foreach (var file in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            var root = JsonDocument.Parse(File.ReadAllText(file)).RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("cases", out var cases)) continue;
            var number = 0;
            foreach (var item in cases.EnumerateArray())
                yield return new($"{Path.GetFileNameWithoutExtension(file)} {item.GetProperty("id").GetString()} {number++}", new Query(
                    item.GetProperty("kind").GetString()!, item.GetProperty("query").GetString()!,
                    item.GetProperty("expectIds").EnumerateArray().Select(expected => expected.GetString()!).ToHashSet(StringComparer.Ordinal)));
        }
    }
}

/// <summary>The public lists of the data folder, read and indexed once for all tests.</summary>
static class Lists
{
    static readonly Lazy<IReadOnlyList<SanctionsList>> Read = new(() =>
    {
        Assert.True(SanctionsList.ReadFolder(TestData.PathOf("sanctions")).Try(out var lists, out var refusal), refusal?.Reason);
        return lists;
    });

    static readonly Lazy<NameSearch> Index = new(() => NameSearch.Of(Read.Value));

    public static IReadOnlyList<SanctionsList> All
    {
        get
        {
            TestData.Require("sanctions");
            return Read.Value;
        }
    }

    /// <summary>A search for one test.</summary>
    public static NameSearch Search()
    {
        TestData.Require("sanctions");
        return Index.Value.Copy();
    }
}
