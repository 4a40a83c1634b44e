using System.Globalization;

namespace Pujiang.Ledger.Formats;

/// <summary>An exact amount before the scale of its asset is known: billionths of the unit, and how many decimals were written.</summary>
readonly record struct Quantity(Int128 Billionths, int Decimals)
{
    public const int MostDecimals = 9;
    const int MostDigits = 19;

    public static Quantity Of(long minorUnits, int scale) => new(minorUnits * Power(MostDecimals - scale), scale);

    public Quantity Negated => this with { Billionths = -Billionths };

    /// <summary>Digits with at most one point and a sign before them; no grouping.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Quantity quantity)
    {
        quantity = default;
        var isNegative = text is ['-', ..];
        if (text is ['-' or '+', ..]) text = text[1..];
        var point = text.IndexOf('.');
        var whole = point < 0 ? text : text[..point];
        var fraction = point < 0 ? [] : text[(point + 1)..];
        if (whole.Length + fraction.Length == 0 || whole.Length > MostDigits || fraction.Length > MostDecimals) return false;
        Int128 sum = 0;
        foreach (var digit in whole)
        {
            if (!char.IsAsciiDigit(digit)) return false;
            sum = sum * 10 + (digit - '0');
        }
        foreach (var digit in fraction)
        {
            if (!char.IsAsciiDigit(digit)) return false;
            sum = sum * 10 + (digit - '0');
        }
        sum *= Power(MostDecimals - fraction.Length);
        quantity = new Quantity(isNegative ? -sum : sum, fraction.Length);
        return true;
    }

    /// <summary>In minor units of an asset with this scale, or null if there are more decimals or more than 64 bits.</summary>
    public long? MinorUnits(int scale)
    {
        var (units, rest) = Int128.DivRem(Billionths, Power(MostDecimals - scale));
        return rest == 0 && units >= -long.MaxValue && units <= long.MaxValue ? (long)units : null;
    }

    /// <summary>"-1234.50": all decimals of the scale, no grouping.</summary>
    public static string Text(long minorUnits, int scale)
    {
        if (scale == 0) return minorUnits.ToString(CultureInfo.InvariantCulture);
        var digits = Int128.Abs(minorUnits).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return $"{(minorUnits < 0 ? "-" : "")}{digits.AsSpan(0, digits.Length - scale)}.{digits.AsSpan(digits.Length - scale)}";
    }

    /// <summary>As written: with its own decimals.</summary>
    public override string ToString()
    {
        var (units, rest) = Int128.DivRem(Int128.Abs(Billionths), Power(MostDecimals));
        var fraction = ((long)rest).ToString("D9", CultureInfo.InvariantCulture)[..Decimals];
        return $"{(Billionths < 0 ? "-" : "")}{units}{(Decimals > 0 ? "." : "")}{fraction}";
    }

    static Int128 Power(int exponent)
    {
        Int128 power = 1;
        for (var i = 0; i < exponent; i++) power *= 10;
        return power;
    }
}
