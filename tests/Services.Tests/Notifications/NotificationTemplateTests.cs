using System.Text.RegularExpressions;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>The texts of all kinds of notifications: both languages say the same, with the values that the kind has.</summary>
public sealed partial class NotificationTemplateTests
{
    static readonly NotificationCatalogue Catalogue = NumberGuardTests.Catalogue();

    public static TheoryData<string> Kinds() => [.. Catalogue.Kinds.Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Texts_OfAKind_UseItsValuesAndTheSameInBothLanguages(string name)
    {
        var kind = Catalogue.Find(name)!;
        var names = kind.Values.Select(value => value.Name).Order(StringComparer.Ordinal).ToList();
        foreach (var language in Languages.All)
        {
            var template = Catalogue.File(language).Kinds[name];
            Assert.Equal(names, template.All.SelectMany(Placeholders).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
            Assert.All(template.All, text => Assert.False(string.IsNullOrWhiteSpace(text)));
        }
        var (chinese, english) = (Catalogue.File(Languages.Chinese).Kinds[name], Catalogue.File(Languages.English).Kinds[name]);
        Assert.Equal(chinese.All.Count(), english.All.Count());
        foreach (var (one, other) in chinese.All.Zip(english.All))
            Assert.Equal(Placeholders(one).Order(StringComparer.Ordinal), Placeholders(other).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Texts_OfAKind_CanBeWrittenOut(string name)
    {
        var kind = Catalogue.Find(name)!;
        var values = kind.Values.ToDictionary(value => value.Name, value => value.Example, StringComparer.Ordinal);
        foreach (var language in Languages.All)
        {
            var text = Catalogue.Write(kind, values, language);
            Assert.All([text.Subject, text.Brief, .. text.Paragraphs], said => Assert.DoesNotContain('{', said));
            // Nothing that the bank itself writes may look like a number to hide.
            var template = Catalogue.File(language).Kinds[name];
            Assert.All(template.All, said => Assert.Equal(said, NumberGuard.Mask(said)));
        }
    }

    [Fact]
    public void Words_AreTheSameInBothLanguages_AndNotInTheWrongOne()
    {
        var (chinese, english) = (Catalogue.File(Languages.Chinese), Catalogue.File(Languages.English));
        Assert.Equal(chinese.Words.Keys.Order(StringComparer.Ordinal), english.Words.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(chinese.Kinds.Keys.Order(StringComparer.Ordinal), english.Kinds.Keys.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(english.Words.Values.Concat(english.Kinds.Values.SelectMany(template => template.All)), text => Han().IsMatch(text));
        Assert.All(chinese.Words.Values, word => Assert.Matches(Han(), word));
    }

    [Fact]
    public void KindsInTheFiles_AreThoseThatTheCodeHas() =>
        Assert.Equal(Catalogue.Kinds.Select(kind => kind.Name).Order(StringComparer.Ordinal), Catalogue.File(Languages.English).Kinds.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void ASubject_WithALineBreakInAValue_IsOneLine()
    {
        var kind = Catalogue.Find("accounts.transfer-done")!;
        var values = kind.Values.ToDictionary(value => value.Name, value => value.Example, StringComparer.Ordinal);
        values["payee"] = "王\r\nBcc: a@example.com\u2028x";
        var text = Catalogue.Write(kind, values, Languages.English);
        Assert.DoesNotContain(text.Brief, c => char.IsControl(c) || c == '\u2028');
    }

    static IEnumerable<string> Placeholders(string text) => NotificationCatalogue.Placeholder().Matches(text).Select(match => match.Groups["name"].Value);

    [GeneratedRegex(@"\p{IsCJKUnifiedIdeographs}", RegexOptions.None, 1000)]
    private static partial Regex Han();
}
