using CsCheck;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class NameSearchTests
{
    static ListEntry Entry(string id, ListedKind kind, params string[] names) =>
        new("OFAC", id, kind, [.. names.Select((name, n) => new ListedName(name, n == 0 ? NameQuality.Primary : NameQuality.Alias))], [], ["05 Dec 1960"], ["Iran"], "");

    static readonly NameSearch Search = NameSearch.Of([new SanctionsList("OFAC", null,
    [
        Entry("1", ListedKind.Person, "LI, Jiadong", "BLACKJACK, Tom"),
        Entry("2", ListedKind.Person, "IBRAHIM, Fu'ad 'Abd-al-Qadir"),
        Entry("3", ListedKind.Entity, "SYTROL INTERNATIONAL CO."),
        Entry("4", ListedKind.Vessel, "SHAMIM"),
        Entry("5", ListedKind.Person, "PETROV, Aleksandr Sergeevich"),
        Entry("6", ListedKind.Entity, "KOTI CORP"),
        Entry("7", ListedKind.Vessel, "SAM JONG 1"),
    ])]);

    static NameHit? Best(string name, PartyKind? kind = null, DateOnly? born = null) => Search.Find(new NameQuery(name, kind, born)) is [var best, ..] ? best : null;

    [Theory]
    [InlineData("LI, Jiadong", "1", HitGrade.Exact)]
    [InlineData("li jiadong", "1", HitGrade.Exact)]
    [InlineData("Mr. Blackjack, Tóm", "1", HitGrade.Exact)]
    [InlineData("Tom Blackjack", "1", HitGrade.Strong)]
    [InlineData("Jiadng LI", "1", HitGrade.Strong)]
    [InlineData("李嘉东", "1", HitGrade.Strong)]
    [InlineData("JiadongLi", "1", HitGrade.Strong)]
    [InlineData("Fuad Abdul Qadir Ibrahim", "2", HitGrade.Strong)]
    [InlineData("SYTOL INTERNATIONAL", "3", HitGrade.Possible)]
    [InlineData("KOTI Limited", "6", HitGrade.Strong)]
    [InlineData("Александр Сергеевич Петров", "5", HitGrade.Strong)]
    [InlineData("Alexander Petrov", "5", HitGrade.Possible)]
    [InlineData("A. S. Petrov", "5", HitGrade.Possible)]
    [InlineData("PAYMENT TO SYTROL INTERNATIONAL CO. REF INV-0012", "3", HitGrade.Strong)]
    public void Find_ListedNameWrittenOtherwise_HasItsGrade(string name, string entry, HitGrade grade)
    {
        var hit = Best(name);
        Assert.NotNull(hit);
        Assert.True(hit.Entry.Id == entry && hit.Grade == grade, $"{hit.Entry.Id} {hit.Grade} {hit.Score}: {hit.Why()}");
    }

    [Theory]
    [InlineData("Wei Li")]
    [InlineData("Shamim Akhtar")]
    [InlineData("SAM JONG 2")]
    [InlineData("International Trading Co., Ltd.")]
    [InlineData("Abdul Karim")]
    [InlineData("")]
    [InlineData("的")]
    public void Find_OtherName_RaisesNothing(string name) => Assert.Null(Best(name));

    [Fact]
    public void Find_OtherBirthYear_LowersTheScoreAndSaysSo()
    {
        var (same, other) = (Best("LI, Jiadong", born: new DateOnly(1961, 1, 1)), Best("LI, Jiadong", born: new DateOnly(1990, 1, 1)));
        Assert.Equal((HitGrade.Exact, "birth_date_fits"), (same!.Grade, Assert.Single(same.Notes)));
        Assert.Equal((HitGrade.Possible, "birth_date_differs"), (other!.Grade, Assert.Single(other.Notes)));
    }

    [Fact]
    public void Find_PersonNamedLikeAVessel_IsNoStrongHit() => Assert.NotEqual(HitGrade.Strong, Best("Shamim", PartyKind.Person)?.Grade ?? HitGrade.Possible);

    [Fact]
    public void Hit_SaysWhichWordsFit()
    {
        var hit = Best("Jiadng Q. Li")!;
        Assert.Equal([("jiadng", "jiadong", Likeness.OneLetter), ("li", "li", Likeness.Same)], hit.Words.Select(word => (word.Asked, word.Listed, word.How)));
        Assert.Equal(["q"], hit.OnlyAsked);
        Assert.Contains("jiadng ≈ jiadong", hit.Why(), StringComparison.Ordinal);
    }

    /// <summary>Whatever is asked, there is an answer with scores in their range, the best first, one hit for each entry.</summary>
    [Fact]
    public void Find_AnyText_Answers() => Gen.OneOf(Gen.String, Gen.String[Gen.Char["LIJiadongSYTROLabcé习Ж ,.'-1"], 0, 90]).Sample(text =>
    {
        var hits = Search.Copy().Find(new NameQuery(text));
        Assert.All(hits, hit => Assert.InRange(hit.Score, NameSearch.LowestScore, 100));
        Assert.Equal(hits.Select(hit => hit.Score).OrderDescending(), hits.Select(hit => hit.Score));
        Assert.Distinct(hits.Select(hit => hit.Entry.Id));
    });

    /// <summary>The working memory of one search holds nothing of the search before.</summary>
    [Fact]
    public void Find_AfterOtherQueries_AnswersTheSame()
    {
        string[] names = ["Jiadng LI", "Fuad Ibrahim", "Tom", "Sytrol", "A. S. Petrov"];
        var fresh = names.Select(name => string.Join(';', Search.Copy().Find(new NameQuery(name)).Select(hit => $"{hit.Entry.Id} {hit.Score}"))).ToList();
        var used = Search.Copy();
        for (var round = 0; round < 3; round++)
            Assert.Equal(fresh, names.Select(name => string.Join(';', used.Find(new NameQuery(name)).Select(hit => $"{hit.Entry.Id} {hit.Score}"))));
    }
}
