using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pujiang.Platform;

/// <summary>A notification in one language, as it may leave the bank: every long number is hidden.</summary>
/// <param name="Subject">One line.</param>
/// <param name="Brief">For a text message, without the sender's name.</param>
/// <param name="Paragraphs">The long text.</param>
public sealed record NotificationText(string Subject, string Brief, IReadOnlyList<string> Paragraphs);

/// <summary>All kinds of notifications with their texts in both languages. The one place where they are written out.</summary>
public sealed partial class NotificationCatalogue
{
    readonly FrozenDictionary<string, NotificationKind> _kinds;
    readonly FrozenDictionary<string, TemplateFile> _files;

    /// <exception cref="InvalidOperationException">Two kinds have one name, or a kind has no text in one of the languages.</exception>
    public NotificationCatalogue(IEnumerable<NotificationSource> sources)
    {
        var all = sources.ToList();
        var twice = all.SelectMany(source => source.Kinds).GroupBy(kind => kind.Name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1);
        if (twice is not null) throw new InvalidOperationException($"Two kinds of notifications are called '{twice.Key}'.");
        _kinds = all.SelectMany(source => source.Kinds).ToFrozenDictionary(kind => kind.Name, StringComparer.Ordinal);
        _files = Languages.All.ToFrozenDictionary(language => language, language => Load(all, language), StringComparer.Ordinal);
        foreach (var (language, file) in _files)
            if (_kinds.Keys.FirstOrDefault(name => !file.Kinds.ContainsKey(name)) is { } missing)
                throw new InvalidOperationException($"The notification '{missing}' has no text in notifications.{language}.json.");
    }

    public IEnumerable<NotificationKind> Kinds => _kinds.Values;

    /// <summary>The kind of this name, or null when no part of this bank has it (any more).</summary>
    public NotificationKind? Find(string name) => _kinds.GetValueOrDefault(name);

    /// <param name="Subject">One line.</param>
    /// <param name="Long">Paragraphs.</param>
    internal sealed record Template(string Subject, string Short, IReadOnlyList<string> Long)
    {
        public IEnumerable<string> All => [Subject, Short, .. Long];
    }

    /// <param name="Words">Translations of <see cref="NotificationValue.Term"/>.</param>
    internal sealed record TemplateFile(IReadOnlyDictionary<string, Template> Kinds, IReadOnlyDictionary<string, string> Words);

    internal TemplateFile File(string language) => _files[language];

    /// <summary>Writes a notification out, and hides what must not leave the bank.</summary>
    public NotificationText Write(NotificationKind kind, IReadOnlyDictionary<string, NotificationValue> values, string language)
    {
        var file = _files[language];
        var template = file.Kinds[kind.Name];
        return new NotificationText(
            OneLine(Fill(template.Subject)), OneLine(Fill(template.Short)), [.. template.Long.Select(Fill)]);

        string Fill(string text) => NumberGuard.Mask(Pieces(text, values, file.Words));
    }

    /// <summary>Whether each term among the values has a translation.</summary>
    internal bool Knows(NotificationValue value) =>
        value is not NotificationValue.Term term || _files.Values.All(file => Translation(term.Key, file.Words) is not null);

    static IEnumerable<NumberGuard.Piece> Pieces(string text, IReadOnlyDictionary<string, NotificationValue> values, IReadOnlyDictionary<string, string> words)
    {
        var from = 0;
        foreach (Match placeholder in Placeholder().Matches(text))
        {
            yield return new(text[from..placeholder.Index], IsTyped: false);
            yield return PieceOf(values[placeholder.Groups["name"].Value], words);
            from = placeholder.Index + placeholder.Length;
        }
        yield return new(text[from..], IsTyped: false);
    }

    static NumberGuard.Piece PieceOf(NotificationValue value, IReadOnlyDictionary<string, string> words) => value switch
    {
        NotificationValue.Amount amount => new(new Money(amount.MinorUnits, Assets.Of(amount.Currency)).Text(), IsTyped: true),
        NotificationValue.Moment moment => new(BankTime.Text(moment.Utc), IsTyped: true),
        NotificationValue.Day day => new(day.Date.Text(), IsTyped: true),
        NotificationValue.Count count => new(count.Number.ToString(CultureInfo.InvariantCulture), IsTyped: true),
        NotificationValue.Term term => new(Translation(term.Key, words) ?? "", IsTyped: false),
        NotificationValue.Words given => new(given.Text, IsTyped: false),
        _ => throw new InvalidOperationException($"A notification can't hold a {value.GetType().Name}."),
    };

    static string? Translation(string key, IReadOnlyDictionary<string, string> words) =>
        words.GetValueOrDefault(key) ?? words.GetValueOrDefault(key[..(key.LastIndexOf('.') + 1)] + "other");

    /// <summary>No line break gets into a subject or a text message, whoever wrote a value.</summary>
    static string OneLine(string text) => LineBreaks().Replace(text, " ");

    static TemplateFile Load(IEnumerable<NotificationSource> sources, string language)
    {
        var kinds = new Dictionary<string, Template>(StringComparer.Ordinal);
        var words = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var assembly in sources.Select(source => source.Assembly).Distinct())
        {
            using var stream = assembly.GetManifestResourceStream($"notifications.{language}.json")
                ?? throw new InvalidOperationException($"{assembly.GetName().Name} has no notifications.{language}.json.");
            var file = JsonSerializer.Deserialize<TemplateFile>(stream, JsonSerializerOptions.Web)!;
            foreach (var (name, template) in file.Kinds) kinds.Add(name, template);
            foreach (var (key, word) in file.Words) words.Add(key, word);
        }
        return new TemplateFile(kinds, words);
    }

    [GeneratedRegex(@"\{(?<name>[a-z-]+)\}", RegexOptions.ExplicitCapture, 1000)]
    internal static partial Regex Placeholder();

    [GeneratedRegex(@"[\p{C}\p{Zl}\p{Zp}]+", RegexOptions.None, 1000)]
    private static partial Regex LineBreaks();
}
