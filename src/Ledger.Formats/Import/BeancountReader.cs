using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Pujiang.Ledger.Formats;

/// <summary>
/// Reads Beancount files: those that we export, and the common subset that people write. Directives that move no money (note,
/// document, event, query, custom, close) are passed over; those that change or check amounts by other rules are refused.
/// </summary>
sealed class BeancountReader : IDraftReader
{
    const int LongestDirective = 1 << 20;

    public async IAsyncEnumerable<Draft> Read(Stream input, [EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.CompletedTask;
        var lines = new Utf8Lines(input);
        while (NextLine(lines) is var (line, place) && line is not null)
        {
            cancel.ThrowIfCancellationRequested();
            // Beancount passes over headings of org-mode and comments at the margin.
            if (line.Length == 0 || ";*#:!&%".Contains(line[0], StringComparison.Ordinal)) continue;
            if (char.IsWhiteSpace(line[0]))
            {
                if (WithoutComment(line).Trim().Length == 0) continue;
                throw new BadInputException(place, $"{Shown.Text(line.Trim())} belongs to no directive; begin one with its date at the left margin.");
            }
            if (!char.IsAsciiDigit(line[0])) Undated(line, place);
            else if (Dated(line, lines, place) is { } draft) yield return draft;
        }
    }

    static void Undated(string line, Place place)
    {
        var words = Words(line, place);
        switch (words[0])
        {
            case "option" when words.Count == 3 && words[1].StartsWith("\"name_", StringComparison.Ordinal):
                throw new BadInputException(place, "other names of the five roots are not supported; name them Assets, Liabilities, Equity, Income and Expenses.");
            case "option": return;
            case "include": throw new BadInputException(place, "included files are not supported; import each file for itself.");
            case "plugin": throw new BadInputException(place, "plugins are not supported, since they may change entries; write what the plugin makes with bean-report FILE print.");
            case "pushtag" or "poptag" or "pushmeta" or "popmeta":
                throw new BadInputException(place, $"{words[0]} is not supported; write the tag or metadata at each entry.");
            default: throw new BadInputException(place, $"{Shown.Text(words[0])} begins no directive; a dated directive begins as 2026-05-31.");
        }
    }

    static Draft? Dated(string line, Utf8Lines lines, Place place)
    {
        var words = Words(line, place);
        var day = Day(words[0], place);
        if (words.Count < 2) throw new BadInputException(place, "after the date the directive is missing, as: 2026-05-31 * \"narration\".");
        switch (words[1])
        {
            case "*" or "!" or "txn": return Transaction(day, words, lines, place);
            case "open": return Open(words, lines, place);
            case "commodity": return Commodity(words, lines, place);
            case "close" or "note" or "document" or "event" or "query" or "custom": Block(lines); return null;
            case "price": throw new BadInputException(place, "prices are not supported; leave the line away.");
            case "pad": throw new BadInputException(place, "pad is not supported; write the entry that it makes.");
            case "balance": throw new BadInputException(place, "balance assertions are not supported; check them with bean-check and leave them away.");
            default: throw new BadInputException(place, $"{Shown.Text(words[1])} is no directive; write * for an entry.");
        }
    }

    static DraftAccount Open(List<string> words, Utf8Lines lines, Place place)
    {
        if (words.Count < 3) throw new BadInputException(place, "the account's name is missing.");
        var keys = new KeyedValues(place);
        var block = Block(lines);
        if (block.Exists(item => KeyOf(item.Text) == EntryKeys.AccountId)) AddKeys(keys, block);
        if (AccountRoot.KindOf(words[2]) is null) throw new BadInputException(place, AccountRoot.Expected(words[2]));
        return keys.Account(words[2]);
    }

    static DraftCommodity? Commodity(List<string> words, Utf8Lines lines, Place place)
    {
        var block = Block(lines);
        if (words.Count != 3 || !block.Exists(item => KeyOf(item.Text) == "asset")) return null;
        var keys = new KeyedValues(place);
        AddKeys(keys, block);
        keys.AllowOnly("asset", "scale");
        var scale = Parse.Int(keys.Plain("scale"), place with { Field = "scale" });
        if (scale is < 0 or > 9) throw new BadInputException(place with { Field = "scale" }, $"{scale} is no scale; there are 0 to 9 digits after the point.");
        return new DraftCommodity(place, words[2], keys.Plain("asset"), scale);
    }

    static DraftEntry Transaction(DateOnly day, List<string> words, Utf8Lines lines, Place place)
    {
        var block = Block(lines);
        if (block.Exists(item => KeyOf(item.Text) == EntryKeys.EntryId)) return Exported(day, block, place);
        var texts = new List<string>();
        foreach (var word in words.Skip(2)) texts.Add(word is ['"', ..] ? Unquoted(word, place) : word is ['#' or '^', _, ..] ? word
            : throw new BadInputException(place, $"{Shown.Text(word)} is neither text in quotes nor a #tag nor a ^link."));
        // Payee, narration, tags and links on one line, metadata below.
        var said = new List<string> { string.Join(' ', texts) };
        var postings = new List<(Place Place, string Account, (Quantity Amount, string Commodity)? Given)>();
        foreach (var (text, at) in block)
        {
            if (KeyOf(text) is { Length: > 0 } key) said.Add($"{key}: {ValueOf(text) switch { ['"', .., '"'] quoted => Unquoted(quoted, at), var plain => plain }}");
            else if (text is ['#' or '^', _, ..]) said.Add(text);
            else postings.Add(Posting(text, at));
        }
        if (postings.Count == 0) throw new BadInputException(place, "the entry has no postings; it needs two or more, indented below its date.");
        return new DraftEntry(place)
        {
            ValueDate = day,
            Metadata = string.Join('\n', said.Where(text => text.Length > 0)),
            Legs = JournalAmounts.Complete(postings),
        };
    }

    static DraftEntry Exported(DateOnly day, List<(string Text, Place Place)> block, Place place)
    {
        var keys = new KeyedValues(place);
        var pending = new List<(Place Place, string Account, (Quantity Amount, string Commodity)? Given)>();
        AddKeys(keys, block.FindAll(item => KeyOf(item.Text).Length > 0 && !KeyOf(item.Text).StartsWith("leg-", StringComparison.Ordinal)));
        keys.AllowOnly(EntryKeys.EntryId, "sequence", "posted-at", "action", "hold", "expires-at", "value-date", "code", "reference", "metadata");
        foreach (var (text, at) in block.FindAll(item => KeyOf(item.Text).StartsWith("leg-", StringComparison.Ordinal)))
            pending.Add(ValueOf(text) is ['"', .., '"'] quoted ? Posting(quoted[1..^1], at) : throw new BadInputException(at, "the leg isn't in quotes."));
        var postings = block.FindAll(item => KeyOf(item.Text).Length == 0).ConvertAll(item => Posting(item.Text, item.Place));
        var isPending = EntryKeys.IsPending(keys.Action());
        var wrong = isPending ? postings : pending;
        if (wrong.Count > 0)
            throw new BadInputException(wrong[0].Place, isPending ? "a hold, release or expiry moves no posted balance; its legs stand as leg-1, leg-2 …" : "only holds, releases and expiries have legs as metadata; write a posting.");
        return keys.Entry(day, JournalAmounts.Complete(isPending ? pending : postings));
    }

    static (Place Place, string Account, (Quantity Amount, string Commodity)? Given) Posting(string text, Place place)
    {
        if (text.Length > 1 && text[0] is '*' or '!' && char.IsWhiteSpace(text[1])) text = text[1..].TrimStart();
        var blank = text.IndexOfAny([' ', '\t']);
        var name = blank < 0 ? text : text[..blank];
        if (AccountRoot.KindOf(name) is null) throw new BadInputException(place, AccountRoot.Expected(name));
        var rest = blank < 0 ? "" : text[blank..].Trim();
        var column = place.Column + text.Length - rest.Length;
        return (place, name, rest.Length == 0 ? null : JournalAmounts.Parse(rest, place with { Column = column }, groups: true));
    }

    /// <summary>A line, with those after it as long as a text in quotes is open; trimmed at its end, without comment.</summary>
    static (string? Line, Place Place) NextLine(Utf8Lines lines)
    {
        if (lines.Next() is not { } line) return (null, default);
        var place = new Place(lines.Number, 1);
        if (!HasOpenQuote(line)) return (WithoutComment(line).TrimEnd(), place);
        var text = new StringBuilder(line);
        var isOpen = true;
        while (isOpen)
        {
            if (lines.Next() is not { } more || text.Length > LongestDirective) throw new BadInputException(place, "the text in quotes is never closed.");
            text.Append('\n').Append(more);
            isOpen = HasOpenQuote("\"" + more);
        }
        return (WithoutComment(text.ToString()).TrimEnd(), place);
    }

    static bool HasOpenQuote(string line) => Scan(line).IsOpen;

    static string WithoutComment(string line) => Scan(line).Comment is >= 0 and var at ? line[..at] : line;

    /// <summary>Where a comment begins (-1 for none), and whether a quote is open at the end.</summary>
    static (int Comment, bool IsOpen) Scan(string line)
    {
        var isQuoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            if (isQuoted && line[i] == '\\') i++;
            else if (line[i] == '"') isQuoted = !isQuoted;
            else if (line[i] == ';' && !isQuoted) return (i, false);
        }
        return (-1, isQuoted);
    }

    /// <summary>The indented lines that follow, without comments, trimmed.</summary>
    static List<(string Text, Place Place)> Block(Utf8Lines lines)
    {
        const int MostLines = 10_000;
        var block = new List<(string, Place)>();
        while (lines.Next() is { } first)
        {
            lines.PutBack(first);
            if (first.Length == 0 || !char.IsWhiteSpace(first[0]) || first.Trim().Length == 0) break;
            var (line, place) = NextLine(lines);
            var text = line!.Trim();
            if (block.Count == MostLines) throw new BadInputException(place, "an entry has at most 10,000 lines.");
            if (text.Length > 0) block.Add((text, place with { Column = line.Length - line.TrimStart().Length + 1 }));
        }
        return block;
    }

    /// <summary>Words and texts in quotes (with their quotes).</summary>
    static List<string> Words(string line, Place place)
    {
        var words = new List<string>();
        for (var i = 0; i < line.Length;)
        {
            if (char.IsWhiteSpace(line[i]))
            {
                i++;
                continue;
            }
            var end = i + 1;
            if (line[i] == '"')
            {
                while (end < line.Length && line[end] != '"') end += line[end] == '\\' ? 2 : 1;
                if (end >= line.Length) throw new BadInputException(place, "the text in quotes is never closed.");
                end++;
            }
            else while (end < line.Length && !char.IsWhiteSpace(line[end]) && line[end] != '"') end++;
            words.Add(line[i..end]);
            i = end;
        }
        return words;
    }

    static string Unquoted(string quoted, Place place) => (quoted.Length < 2 ? null : QuotedText.Read(quoted.AsSpan(1..^1)))
        ?? throw new BadInputException(place, $"{Shown.Text(quoted)} has a backslash or quote that isn't escaped; write \\\\ and \\\".");

    static DateOnly Day(string text, Place place) => DateOnly.TryParseExact(
        text.Replace('/', '-'), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        ? day : throw new BadInputException(place, $"{Shown.Text(text)} is no day of the calendar; write it as 2026-05-31.");

    /// <summary>"key" of "key: value", or empty when it is none. Accounts begin with a capital, keys never.</summary>
    static string KeyOf(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || !char.IsAsciiLetterLower(text[0])) return "";
        return text.AsSpan(0, colon).IndexOfAnyExcept(KeyCharacters) < 0 ? text[..colon] : "";
    }

    static readonly SearchValues<char> KeyCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    static string ValueOf(string text) => text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();

    /// <summary>All values stand in quotes here; texts keep them, the others lose them.</summary>
    static void AddKeys(KeyedValues keys, List<(string Text, Place Place)> block)
    {
        foreach (var (text, at) in block)
        {
            if (KeyOf(text) is not { Length: > 0 } key) throw new BadInputException(at, $"{Shown.Text(text)} is no key with a value.");
            var value = ValueOf(text);
            var isText = key is "reference" or "metadata";
            keys.Add(key, !isText && value is ['"', .., '"'] quoted ? quoted[1..^1] : value, at);
        }
    }
}
