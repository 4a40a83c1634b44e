using System.Globalization;
using System.Runtime.CompilerServices;

namespace Pujiang.Ledger.Formats;

/// <summary>
/// Reads journals of hledger and ledger: those that we export, and the common subset that people write. What has no meaning in
/// the ledger and would change amounts (prices, lots, automated postings, included files) is refused, never passed over.
/// </summary>
sealed class JournalReader(JournalDialect dialect) : IDraftReader
{
    int? _year;
    bool _hasDecimalMark = dialect == JournalDialect.Ledger;

    public async IAsyncEnumerable<Draft> Read(Stream input, [EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.CompletedTask;
        var lines = new Utf8Lines(input);
        while (lines.Next() is { } line)
        {
            cancel.ThrowIfCancellationRequested();
            line = line.TrimEnd();
            if (line.Length == 0 || ";#%|*".Contains(line[0], StringComparison.Ordinal)) continue;
            var place = new Place(lines.Number, 1);
            if (char.IsWhiteSpace(line[0])) throw new BadInputException(place, $"{Shown.Text(line.Trim())} belongs to no entry; begin an entry with its date at the left margin.");
            if (char.IsAsciiDigit(line[0])) yield return Transaction(line, lines, place);
            else if (Directive(line, lines, place) is { } draft) yield return draft;
        }
    }

    Draft? Directive(string line, Utf8Lines lines, Place place)
    {
        var blank = line.IndexOfAny([' ', '\t']);
        var (word, rest) = blank < 0 ? (line, "") : (line[..blank], line[blank..].Trim());
        switch (word)
        {
            case "account": return AccountDirective(rest, lines, place);
            case "commodity": return CommodityDirective(rest, lines, place);
            case "comment" or "test": SkipBlock(word, lines, place); return null;
            case "tag" or "payee": Block(lines); return null;
            case "decimal-mark" when rest == ".": _hasDecimalMark = true; return null;
            case "decimal-mark": throw new BadInputException(place, "the decimal sign must be a point; write the amounts so.");
            case "year" or "Y": SetYear(rest, place); return null;
            case ['Y', _, ..] when blank < 0: SetYear(word[1..], place); return null;
            case "P": throw Unsupported(place, "prices (P)");
            case "=" or ['=', ..]: throw Unsupported(place, "automated postings (=)");
            case "~" or ['~', ..]: throw Unsupported(place, "periodic entries (~)");
            case "include" or "!include": throw Unsupported(place, "included files; import each file for itself, so they");
            case "alias": throw Unsupported(place, "account aliases; write the names in full, since aliases");
            case "apply" or "end" or "bucket" or "A" or "D" or "N" or "C" or "define" or "def" or "eval" or "assert" or "check" or "python" or "i" or "o" or "b" or "h":
                throw Unsupported(place, $"'{word}' directives");
            default: throw new BadInputException(place, $"{Shown.Text(word)} begins neither an entry nor a directive; an entry begins with a date, as 2026-05-31.");
        }
    }

    static BadInputException Unsupported(Place place, string what) => new(place, $"{what} are not supported; write what they stand for as plain entries.");

    void SetYear(string text, Place place) => _year = text.Length == 4 && int.TryParse(text, NumberStyles.None, null, out var year) && year > 0
        ? year : throw new BadInputException(place, $"{Shown.Text(text)} is no year; write four digits.");

    static void SkipBlock(string word, Utf8Lines lines, Place place)
    {
        while (lines.Next() is { } line)
            if (line.Trim() == $"end {word}" || (word == "comment" && line.Trim() == "end")) return;
        throw new BadInputException(place, $"the block is never closed; write 'end {word}' after it.");
    }

    /// <summary>The indented lines that follow, trimmed.</summary>
    static List<(string Text, Place Place)> Block(Utf8Lines lines)
    {
        const int MostLines = 10_000;
        var block = new List<(string, Place)>();
        while (lines.Next() is { } line)
        {
            var text = line.Trim();
            if (line.Length == 0 || !char.IsWhiteSpace(line[0]) || text.Length == 0)
            {
                // A line of blanks ends an entry as an empty one does.
                if (text.Length > 0) lines.PutBack(line);
                break;
            }
            var place = new Place(lines.Number, line.Length - line.TrimStart().Length + 1);
            if (block.Count == MostLines) throw new BadInputException(place, "an entry has at most 10,000 lines.");
            block.Add((text, place));
        }
        return block;
    }

    static DraftAccount? AccountDirective(string rest, Utf8Lines lines, Place place)
    {
        var name = WithoutComment(rest);
        if (name.Length == 0) throw new BadInputException(place, "the account's name is missing.");
        var keys = new KeyedValues(place);
        var comments = new List<(string Text, Place Place)>();
        foreach (var (text, at) in Block(lines))
        {
            if (text[0] == ';') comments.Add((text[1..].Trim(), at));
            else if (text.Split(' ', '\t')[0] is not ("note" or "payee" or "default"))
                throw new BadInputException(at, $"{Shown.Text(text)} is not supported below an account; only comments and notes are.");
        }
        if (comments.Exists(comment => KeyOf(comment.Text) == EntryKeys.AccountId))
            foreach (var (text, at) in comments) AddKey(keys, text, at);
        // The pending accounts are the shadows of others; a foreign account that is never used may have any name.
        return keys.Has(EntryKeys.AccountId) ? keys.Account(name) : null;
    }

    static DraftCommodity CommodityDirective(string rest, Utf8Lines lines, Place place)
    {
        var sample = WithoutComment(rest);
        var symbol = sample;
        foreach (var (text, at) in Block(lines))
        {
            if (text.StartsWith("format ", StringComparison.Ordinal)) (sample, place) = (WithoutComment(text[7..]), at);
            else if (text[0] != ';' && text.Split(' ', '\t')[0] is not ("note" or "nomarket" or "default"))
                throw new BadInputException(at, $"{Shown.Text(text)} is not supported below a commodity; only format, note and comments are.");
        }
        if (!sample.Any(char.IsAsciiDigit)) throw new BadInputException(place, $"{Shown.Text(symbol)} is declared without a format; write its decimals, as in: commodity 1000.00 CNY.");
        var (amount, code) = JournalAmounts.Parse(sample, place, groups: true);
        return new DraftCommodity(place, code, null, amount.Decimals);
    }

    DraftEntry Transaction(string line, Utf8Lines lines, Place place)
    {
        var end = line.IndexOfAny([' ', '\t', ';']);
        var day = Day(end < 0 ? line : line[..end], place);
        var head = end < 0 ? "" : line[end..].Trim();
        var (code, description, comment) = Head(head, place);
        var comments = new List<(string Text, Place Place)>();
        if (comment.Length > 0) comments.Add((comment, place));
        var postings = new List<(string Account, bool IsPending, Place Place, (Quantity, string)? Amount)>();
        foreach (var (text, at) in Block(lines))
        {
            if (text[0] is ';' or '#' or '%') comments.Add((text[1..].Trim(), at));
            else postings.Add(Posting(text, at, comments));
        }
        return comments.Exists(item => KeyOf(item.Text) == EntryKeys.EntryId)
            ? Exported(day, postings, comments, place)
            : Written(day, code, description, postings, comments, place);
    }

    static DraftEntry Exported(
        DateOnly day, List<(string Account, bool IsPending, Place Place, (Quantity, string)? Amount)> postings, List<(string Text, Place Place)> comments, Place place)
    {
        var keys = new KeyedValues(place);
        foreach (var (text, at) in comments) AddKey(keys, text, at);
        keys.AllowOnly(EntryKeys.EntryId, "sequence", "posted-at", "action", "hold", "expires-at", "value-date", "code", "reference", "metadata");
        var action = keys.Action();
        var meant = postings.FindAll(posting => posting.IsPending == EntryKeys.IsPending(action));
        if (action == EntryAction.Post && meant.Count < postings.Count)
            throw new BadInputException(postings.Find(posting => posting.IsPending).Place, "only holds, captures, releases and expiries have pending postings in brackets.");
        if (EntryKeys.IsPending(action) && meant.Count < postings.Count)
            throw new BadInputException(postings.Find(posting => !posting.IsPending).Place, "a hold, release or expiry moves no posted balance; its postings stand in brackets.");
        var legs = JournalAmounts.Complete(meant.ConvertAll(posting => (posting.Place, posting.Account, posting.Amount)));
        // Where a hold falls back, the brackets take away what the hold has added.
        if (action is EntryAction.Release or EntryAction.Expire) legs = legs.ConvertAll(leg => leg with { Amount = leg.Amount.Negated });
        return keys.Entry(day, legs);
    }

    static DraftEntry Written(
        DateOnly day, int code, string description, List<(string Account, bool IsPending, Place Place, (Quantity, string)? Amount)> postings,
        List<(string Text, Place Place)> comments, Place place)
    {
        if (postings.Find(posting => posting.IsPending) is { Account: not null } pending)
            throw new BadInputException(pending.Place, "virtual postings (in brackets) are not supported; write an entry that balances without them.");
        if (postings.Count == 0) throw new BadInputException(place, "the entry has no postings; it needs two or more, indented below its date.");
        var texts = new List<string> { description };
        texts.AddRange(comments.Select(comment => comment.Text));
        return new DraftEntry(place)
        {
            ValueDate = day,
            Code = code,
            Metadata = string.Join('\n', texts.Where(text => text.Length > 0)),
            Legs = JournalAmounts.Complete(postings.ConvertAll(posting => (posting.Place, posting.Account, posting.Amount))),
        };
    }

    (string Account, bool IsPending, Place Place, (Quantity, string)? Amount) Posting(string text, Place place, List<(string Text, Place Place)> comments)
    {
        if (text.Length > 1 && text[0] is '*' or '!' && char.IsWhiteSpace(text[1]))
        {
            place = place with { Column = place.Column + text.Length - text[1..].TrimStart().Length };
            text = text[1..].TrimStart();
        }
        var gap = Gap(text);
        var name = (gap < 0 ? text : text[..gap]).Trim();
        var rest = gap < 0 ? "" : text[gap..];
        var comment = rest.IndexOf(';', StringComparison.Ordinal);
        if (comment >= 0)
        {
            if (rest[(comment + 1)..].Trim() is { Length: > 0 } said) comments.Add((said, place));
            rest = rest[..comment];
        }
        var amountPlace = gap < 0 ? place : place with { Column = place.Column + gap + rest.Length - rest.TrimStart().Length };
        (Quantity, string)? amount = rest.Trim().Length == 0 ? null : JournalAmounts.Parse(rest, amountPlace, _hasDecimalMark);
        const string Pending = "[Pending:";
        if (name.StartsWith(Pending, StringComparison.Ordinal) && name[^1] == ']') return (name[Pending.Length..^1], true, place, amount);
        if (name is ['(' or '[' or '<', ..]) throw new BadInputException(place, "virtual postings are not supported; write an entry that balances without them.");
        if (AccountRoot.KindOf(name) is null) throw new BadInputException(place, AccountRoot.Expected(name));
        return (name, false, place, amount);
    }

    /// <summary>Two blanks or a tab end an account's name.</summary>
    static int Gap(string text)
    {
        var blanks = text.IndexOf("  ", StringComparison.Ordinal);
        var tab = text.IndexOf('\t', StringComparison.Ordinal);
        return blanks < 0 || (tab >= 0 && tab < blanks) ? tab : blanks;
    }

    /// <summary>[*|!] [(code)] description [; comment].</summary>
    static (int Code, string Description, string Comment) Head(string head, Place place)
    {
        var comment = "";
        var semicolon = head.IndexOf(';', StringComparison.Ordinal);
        if (semicolon >= 0) (head, comment) = (head[..semicolon].TrimEnd(), head[(semicolon + 1)..].Trim());
        if (head is ['*' or '!', ..]) head = head[1..].TrimStart();
        if (head is not ['(', ..]) return (0, head, comment);
        var close = head.IndexOf(')', StringComparison.Ordinal);
        if (close < 0) throw new BadInputException(place, "the parenthesis around the code is not closed.");
        // Only a number fits into the ledger's code; any other stays in the text.
        var isNumber = int.TryParse(head[1..close], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var code);
        return isNumber ? (code, head[(close + 1)..].Trim(), comment) : (0, head, comment);
    }

    /// <summary>2026-05-31, 2026/5/31, 2026.05.31; 5/31 after a year directive.</summary>
    DateOnly Day(string text, Place place)
    {
        if (text.Contains('=', StringComparison.Ordinal)) throw new BadInputException(place, $"{Shown.Text(text)}: second dates are not supported; an entry has one date, its value date.");
        var sign = text.FirstOrDefault(c => c is '-' or '/' or '.');
        var parts = text.Split(sign);
        var numbers = new int[parts.Length];
        var isRight = parts.Length is 2 or 3;
        for (var i = 0; i < parts.Length && isRight; i++)
            isRight = parts[i].Length is 1 or 2 or 4 && int.TryParse(parts[i], NumberStyles.None, null, out numbers[i]);
        if (isRight && parts.Length == 2)
        {
            if (_year is not { } year) throw new BadInputException(place, $"{Shown.Text(text)} has no year; write it as 2026-05-31, or a line Y2026 before.");
            numbers = [year, .. numbers];
        }
        if (isRight && numbers[0] is >= 1 and <= 9999 && numbers[1] is >= 1 and <= 12 && numbers[2] >= 1 && numbers[2] <= DateTime.DaysInMonth(numbers[0], numbers[1])
            && (parts.Length == 2 || parts[0].Length == 4)) return new DateOnly(numbers[0], numbers[1], numbers[2]);
        throw new BadInputException(place, $"{Shown.Text(text)} is no day of the calendar; write it as 2026-05-31.");
    }

    static string WithoutComment(string text)
    {
        var comment = text.IndexOf(';', StringComparison.Ordinal);
        return (comment < 0 ? text : text[..comment]).Trim();
    }

    static string KeyOf(string comment) => comment.Split(':')[0];

    static void AddKey(KeyedValues keys, string comment, Place place)
    {
        var colon = comment.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) throw new BadInputException(place, $"{Shown.Text(comment)} is no key with a value; an exported entry has no other comments.");
        keys.Add(comment[..colon], comment[(colon + 1)..].Trim(), place);
    }
}
