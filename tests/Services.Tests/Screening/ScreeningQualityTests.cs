using Pujiang.Accounts;
using Pujiang.Platform;
using Pujiang.Screening;

namespace Pujiang.Services.Tests;

/// <summary>How many of the listed are found under names written otherwise, and how many others raise an alert.</summary>
public sealed class ScreeningQualityTests
{
    // Other queries than those of the bench, and of every run the same.
    const int Seed = 7;
    const int OfEachKind = 1500;

    static readonly Lazy<ILookup<string, ListedQuery>> Queries = new(() =>
        ListedQuery.From(Lists.All.SelectMany(list => list.Entries), Seed).ToLookup(query => query.Kind, StringComparer.Ordinal));

    public static IEnumerable<TheoryDataRow<string>> Kinds => ListedQuery.Kinds.Select(kind => new TheoryDataRow<string>(kind));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ListedNames_WrittenOtherwise_AreFound(string kind)
    {
        TestData.Require("sanctions");
        var search = Lists.Search();
        var queries = Sample(Queries.Value[kind].ToList());
        var missed = queries.Where(query => !search.Find(new NameQuery(query.Text)).Any(hit => hit.Entry.Id == query.EntryId)).ToList();
        var least = ListedQuery.IsCertain(kind) ? 1000 : kind is "words-joined" ? 900 : 950;
        Assert.True((queries.Count - missed.Count) * 1000 >= least * queries.Count,
            $"{missed.Count} of {queries.Count} missed:\n{string.Join('\n', missed.Take(30))}");
    }

    static List<ListedQuery> Sample(List<ListedQuery> all)
    {
        var random = new SmallRandom(Seed, "sample");
        return all.Count <= OfEachKind ? all : [.. Enumerable.Range(0, OfEachKind).Select(_ => all[random.Below(all.Count)])];
    }

    /// <summary>Other names and other slips in each run: what is found is printed, by kind, with the seed that makes them again.</summary>
    [Fact]
    public void RandomNames_WithRandomSlips_AreFound()
    {
        TestData.Require("sanctions");
        var seed = Environment.TickCount;
        var (random, search) = (new SmallRandom(seed, "entries"), Lists.Search());
        var entries = Lists.All.SelectMany(list => list.Entries).ToList();
        var some = Enumerable.Range(0, 400).Select(_ => entries[random.Below(entries.Count)]).Distinct();
        foreach (var kind in ListedQuery.From(some, seed).GroupBy(query => query.Kind, StringComparer.Ordinal).Where(kind => ListedQuery.IsTypo(kind.Key) || ListedQuery.IsCertain(kind.Key)))
        {
            var missed = kind.Where(query => !search.Find(new NameQuery(query.Text)).Any(hit => hit.Entry.Id == query.EntryId)).ToList();
            var all = kind.Count();
            TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}: {kind.Key} {100m * (all - missed.Count) / all:N2} % of {all}");
            Assert.True((all - missed.Count) * 1000 >= (ListedQuery.IsCertain(kind.Key) ? 1000 : 950) * all,
                $"seed {seed}, {kind.Key}: {missed.Count} of {all} missed:\n{string.Join('\n', missed.Take(30))}");
        }
    }

    [Theory]
    [InlineData("SA ID MAJD", "22020")]
    [InlineData("Hua PAO", "11287")]
    [InlineData("PAYMENT TO DES INTERNATIONAL CO., LTD. REF INV-6020", "30286")]
    public void Names_WithLegalFormsAndEverydayWordsInThem_AreFound(string query, string entry)
    {
        TestData.Require("sanctions");
        Assert.Contains(Lists.Search().Find(new NameQuery(query)), hit => hit.Entry.Id == entry);
    }

    [Fact]
    public void Generator_MakesEveryKind()
    {
        TestData.Require("sanctions");
        Assert.All(ListedQuery.Kinds, kind => Assert.True(Queries.Value[kind].Count() > 100, kind));
    }

    /// <summary>Chinese people and firms of a whole city, under their names in both scripts.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void DemoCity_RaisesFewAlerts_AndNoExactOneUnlessTheNameIsListed(bool latin)
    {
        var search = Lists.Search();
        var city = new Population(seed: 1, people: 2000, firms: 200, today: new DateOnly(2026, 3, 2));
        var queries = Enumerable.Range(0, city.People).Select(city.Person).Select(person => new NameQuery(latin ? person.Name.English : person.Name.Chinese, PartyKind.Person, person.Born))
            .Concat(Enumerable.Range(0, city.Firms).Select(city.FirmOf).Select(firm => new NameQuery(latin ? firm.Name.English : firm.Name.Chinese, PartyKind.Firm))).ToList();
        var alerts = queries.Select(query => (query.Name, Hits: search.Find(query))).Where(pair => pair.Hits.Count > 0).ToList();
        TestContext.Current.TestOutputHelper?.WriteLine($"{alerts.Count} of {queries.Count}");
        Assert.True(alerts.Count * 100 <= queries.Count * 2,
            $"{alerts.Count} of {queries.Count}:\n{string.Join('\n', alerts.DistinctBy(a => a.Name).Take(40).Select(a => $"{a.Name}: {a.Hits[0].Score} {a.Hits[0].MatchedName.Text} ({a.Hits[0].Why()})"))}");
        Assert.DoesNotContain(alerts, alert => alert.Hits[0].Grade == HitGrade.Exact);
    }
}
