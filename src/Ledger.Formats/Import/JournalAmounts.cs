using System.Buffers;

namespace Pujiang.Ledger.Formats;

/// <summary>Amounts as people write them in hledger, ledger and Beancount journals: "10.00 CNY", "$-1,000.00", "-3 \"e-CNY\"".</summary>
static class JournalAmounts
{
    static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.,");

    const int LongestText = 200;

    /// <param name="groups">Whether a comma before three digits groups thousands even without a decimal point.</param>
    public static (Quantity Amount, string Commodity) Parse(string text, Place place, bool groups)
    {
        if (text.Length > LongestText) throw new BadInputException(place, $"{Shown.Text(text)} is too long for an amount.");
        foreach (var (sign, what) in Unsupported)
            if (OutsideQuotes(text, sign)) throw new BadInputException(place, $"{Shown.Text(text)}: {what}");
        var rest = text.AsSpan().Trim();
        var isNegative = TakeSign(ref rest);
        var symbol = TakeSymbol(ref rest, place, isLast: false);
        if (symbol is not null && TakeSign(ref rest)) isNegative = !isNegative;
        var digits = rest;
        var end = rest.IndexOfAnyExcept(Digits);
        if (end >= 0) digits = rest[..end];
        rest = rest[digits.Length..].Trim();
        if (symbol is null) symbol = TakeSymbol(ref rest, place, isLast: true) ?? throw new BadInputException(place, $"{Shown.Text(text)} has no commodity; write it with one, as 10.00 CNY.");
        if (!rest.IsEmpty) throw new BadInputException(place, $"{Shown.Text(text)} is no amount; write it as 10.00 CNY.");
        var amount = Number(digits, text, place, groups);
        return (isNegative ? amount.Negated : amount, symbol);
    }

    static readonly (char Sign, string What)[] Unsupported =
    [
        ('@', "prices are not supported; write the two commodities as postings that balance each for itself, as against Equity:Conversion."),
        ('{', "cost lots are not supported; write the two commodities as postings that balance each for itself, as against Equity:Conversion."),
        ('=', "balance assertions and assignments are not supported; leave the part from the equals sign on away."),
        ('(', "calculated amounts are not supported; write the result."),
        ('*', "calculated amounts are not supported; write the result."),
        ('/', "calculated amounts are not supported; write the result."),
    ];

    static bool OutsideQuotes(string text, char sign)
    {
        var isQuoted = false;
        foreach (var c in text)
        {
            if (c == '"') isQuoted = !isQuoted;
            else if (c == sign && !isQuoted) return true;
        }
        return false;
    }

    static bool TakeSign(ref ReadOnlySpan<char> rest)
    {
        if (rest is not ['-' or '+', ..]) return false;
        var isMinus = rest[0] == '-';
        rest = rest[1..].TrimStart();
        return isMinus;
    }

    /// <param name="isLast">After the number, where the symbol may have digits in it (Beancount).</param>
    static string? TakeSymbol(ref ReadOnlySpan<char> rest, Place place, bool isLast)
    {
        if (rest.IsEmpty || char.IsAsciiDigit(rest[0]) || rest[0] is '.' or '-' or '+') return null;
        if (rest[0] == '"')
        {
            var close = rest[1..].IndexOf('"');
            if (close < 0) throw new BadInputException(place, "the quote around the commodity is not closed.");
            var quoted = rest.Slice(1, close).ToString();
            rest = rest[(close + 2)..].TrimStart();
            return quoted;
        }
        var end = 0;
        while (end < rest.Length && !char.IsWhiteSpace(rest[end])
            && (isLast || end == 0 || !IsNumber(rest[end..]))) end++;
        if (end == 0) return null;
        var symbol = rest[..end].ToString();
        rest = rest[end..].TrimStart();
        return symbol;
    }

    /// <summary>In "$10" or "CNY-10" the number begins where digits run to the end.</summary>
    static bool IsNumber(ReadOnlySpan<char> rest)
    {
        if (rest is ['-' or '+', ..]) rest = rest[1..];
        return rest.ContainsAnyInRange('0', '9') && rest.IndexOfAnyExcept(Digits) < 0;
    }

    static Quantity Number(ReadOnlySpan<char> digits, string text, Place place, bool groups)
    {
        var point = digits.LastIndexOf('.');
        var whole = point < 0 ? digits : digits[..point];
        var plain = digits.ToString();
        if (whole.Contains(','))
        {
            if (!IsGrouped(whole)) throw new BadInputException(place, $"{Shown.Text(text)}: a comma groups thousands; the decimal sign is a point.");
            if (point < 0 && !groups) throw new BadInputException(place, $"{Shown.Text(text)} has two readings; write thousands without a comma, or decimals after a point.");
            plain = plain.Replace(",", "", StringComparison.Ordinal);
        }
        return Quantity.TryParse(plain, out var amount)
            ? amount : throw new BadInputException(place, $"{Shown.Text(text)} is no amount; write at most 19 digits before the point and 9 after it, as 1234.50 CNY.");
    }

    static bool IsGrouped(ReadOnlySpan<char> whole)
    {
        var comma = whole.IndexOf(',');
        if (comma is 0 or > 3) return false;
        for (var rest = whole[comma..]; !rest.IsEmpty; rest = rest[4..])
            if (rest.Length < 4 || rest[0] != ',' || rest[1..4].Contains(',')) return false;
        return true;
    }

    /// <summary>Adds what is missing to a posting without an amount: the rest of each commodity.</summary>
    public static List<DraftLeg> Complete(List<(Place Place, string Account, (Quantity Amount, string Commodity)? Given)> postings)
    {
        var legs = new List<DraftLeg>(postings.Count);
        foreach (var (place, account, given) in postings)
            if (given is { } amount) legs.Add(new DraftLeg(place, account, amount.Commodity, amount.Amount));
        var elided = postings.FindAll(posting => posting.Given is null);
        if (elided.Count == 0) return legs;
        if (elided.Count > 1) throw new BadInputException(elided[1].Place, "only one posting of an entry may be without an amount; write this one.");
        foreach (var commodity in legs.GroupBy(leg => leg.Commodity, StringComparer.Ordinal).ToList())
        {
            var sum = commodity.Aggregate(Int128.Zero, (sum, leg) => sum + leg.Amount.Billionths);
            if (sum != 0) legs.Add(new DraftLeg(elided[0].Place, elided[0].Account, commodity.Key, new Quantity(-sum, commodity.Max(leg => leg.Amount.Decimals))));
        }
        return legs;
    }
}
