using System.Globalization;

namespace Pujiang.Ledger.Formats;

/// <summary>The keys and values that an export writes beside an entry or account, read back with errors that name the place.</summary>
sealed class KeyedValues(Place owner)
{
    readonly Dictionary<string, (string Value, Place Place)> _values = new(StringComparer.Ordinal);

    public bool Has(string key) => _values.ContainsKey(key);

    public IEnumerable<(string Key, string Value, Place Place)> All => _values.Select(pair => (pair.Key, pair.Value.Value, pair.Value.Place));

    public void Add(string key, string value, Place place)
    {
        if (!_values.TryAdd(key, (value, place with { Field = key })))
            throw new BadInputException(place with { Field = key }, $"{key} stands here twice; leave one.");
    }

    /// <summary>Anything else would be lost.</summary>
    public void AllowOnly(params ReadOnlySpan<string> keys)
    {
        foreach (var (key, (_, place)) in _values)
            if (!keys.Contains(key)) throw new BadInputException(place, $"the key is unknown; known are {string.Join(", ", keys!)}.");
    }

    public string Text(string key)
    {
        if (!_values.TryGetValue(key, out var found)) return "";
        if (found.Value is not ['"', .., '"'] quoted) throw new BadInputException(found.Place, $"{Shown.Text(found.Value)} is no text in double quotes.");
        return QuotedText.Read(quoted.AsSpan(1..^1))
            ?? throw new BadInputException(found.Place, "the text has a quote or backslash that isn't escaped; write \\\" and \\\\.");
    }

    public string Plain(string key) => _values.TryGetValue(key, out var found) ? found.Value : "";

    public Guid? Id(string key)
    {
        if (!_values.TryGetValue(key, out var found)) return null;
        return Parse.Id(found.Value, found.Place);
    }

    public DateTime? Time(string key) => _values.TryGetValue(key, out var found) ? Parse.Time(found.Value, found.Place) : null;

    public DateOnly? Day(string key) => _values.TryGetValue(key, out var found) ? Parse.Day(found.Value, found.Place) : null;

    public int Code() => _values.TryGetValue("code", out var found) ? Parse.Int(found.Value, found.Place) : 0;

    public EntryAction Action() => _values.TryGetValue("action", out var found) ? Parse.Action(found.Value, found.Place) : EntryAction.Post;

    public DraftEntry Entry(DateOnly day, IReadOnlyList<DraftLeg> legs)
    {
        if (_values.TryGetValue("sequence", out var sequence)) _ = Parse.Long(sequence.Value, sequence.Place);
        return new DraftEntry(owner)
        {
            Id = new EntryId(Id(EntryKeys.EntryId) ?? throw new BadInputException(owner, "the entry-id is missing.")),
            Action = Action(),
            ValueDate = Day("value-date") ?? day,
            PostedAt = Time("posted-at"),
            Hold = Id("hold") is { } hold ? new EntryId(hold) : null,
            ExpiresAt = Time("expires-at"),
            Code = Code(),
            Reference = Text("reference"),
            Metadata = Text("metadata"),
            Legs = legs,
        };
    }

    /// <param name="name">As the file names it; its root tells the kind.</param>
    public DraftAccount Account(string name)
    {
        var draft = new DraftAccount(owner, name) { Kind = AccountRoot.KindOf(name) };
        if (!Has(EntryKeys.AccountId)) return draft;
        AllowOnly(EntryKeys.AccountId, "chart-code", "asset", "reference", "overdraft", "frozen-in", "frozen-out", "frozen-amount", "closed");
        if (draft.Kind is null) throw new BadInputException(owner, AccountRoot.Expected(name));
        return draft with
        {
            Id = new AccountId(Id(EntryKeys.AccountId)!.Value),
            ChartCode = Plain("chart-code"),
            Asset = Plain("asset"),
            Reference = Text("reference"),
            Limits = new Limits(0, YesNo("frozen-in"), YesNo("frozen-out"), 0, YesNo("closed")),
            Overdraft = Plain("overdraft") is "unlimited" or "" ? null : Amount("overdraft"),
            FrozenAmount = Has("frozen-amount") ? Amount("frozen-amount") : default,
        };
    }

    Quantity Amount(string key) => Parse.Amount(_values[key].Value, _values[key].Place);

    bool YesNo(string key) => _values.TryGetValue(key, out var found) && Parse.YesNo(found.Value, found.Place);
}

/// <summary>Values as exports write them.</summary>
static class Parse
{
    public static Guid Id(string text, Place place) => Guid.TryParseExact(text, "D", out var id) && id != default
        ? id : throw Bad(text, place, "is no id; an id looks like 0199c2f0-1c1a-7a52-8b5e-3f2504e04f89");

    public static DateTime Time(string text, Place place) => DateTime.TryParseExact(
        text, EntryKeys.TimeForm, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
        ? time : throw Bad(text, place, "is no time in UTC; write 2026-05-31T12:34:56.1234567Z");

    public static DateOnly Day(string text, Place place) => DateOnly.TryParseExact(
        text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        ? day : throw Bad(text, place, "is no day of the calendar; write 2026-05-31");

    public static int Int(string text, Place place) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        ? number : throw Bad(text, place, "is no whole number of 32 bits");

    public static long Long(string text, Place place) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number : throw Bad(text, place, "is no whole number");

    public static EntryAction Action(string text, Place place) => text switch
    {
        "post" => EntryAction.Post,
        "hold" => EntryAction.Hold,
        "capture" => EntryAction.Capture,
        "release" => EntryAction.Release,
        "expire" => EntryAction.Expire,
        _ => throw Bad(text, place, "is no action; there are post, hold, capture, release and expire"),
    };

    public static AccountKind Kind(string text, Place place) => text switch
    {
        "asset" => AccountKind.Asset,
        "liability" => AccountKind.Liability,
        "equity" => AccountKind.Equity,
        "income" => AccountKind.Income,
        "expense" => AccountKind.Expense,
        _ => throw Bad(text, place, "is no kind of account; there are asset, liability, equity, income and expense"),
    };

    public static bool YesNo(string text, Place place) => text switch
    {
        "yes" => true,
        "no" => false,
        _ => throw Bad(text, place, "is neither yes nor no"),
    };

    public static Quantity Amount(string text, Place place) => Quantity.TryParse(text, out var amount)
        ? amount : throw Bad(text, place, "is no amount; write digits with a decimal point, at most 19 before and 9 after it, as 1234.50");

    static BadInputException Bad(string text, Place place, string what) => new(place, $"{Shown.Text(text)} {what}.");
}

/// <summary>The root of an account's name tells its kind.</summary>
static class AccountRoot
{
    public static AccountKind? KindOf(string name) => name.Split(':')[0].ToLowerInvariant() switch
    {
        "assets" or "asset" => AccountKind.Asset,
        "liabilities" or "liability" => AccountKind.Liability,
        "equity" => AccountKind.Equity,
        "income" or "revenues" or "revenue" => AccountKind.Income,
        "expenses" or "expense" => AccountKind.Expense,
        _ => null,
    };

    public static string Expected(string name) =>
        $"the account {Shown.Text(name)} has no known root; begin it with Assets:, Liabilities:, Equity:, Income: (or Revenues:) or Expenses:.";

    /// <summary>The chart code of an account that has none: one for each kind.</summary>
    public static string ChartCodeOf(AccountKind kind) => ((int)kind).ToString(CultureInfo.InvariantCulture);
}
