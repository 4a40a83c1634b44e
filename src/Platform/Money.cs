using System.Globalization;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Pujiang.Ledger;

namespace Pujiang.Platform;

/// <summary>An exact amount of one asset, held in its minor unit (fen, cent), so addition never rounds.</summary>
/// <remarks>
/// Arithmetic is checked: overflow throws rather than wraps. Adding two assets is a bug in the caller, not a
/// refusal, so it throws. Rounding happens in one place only: <see cref="Portion"/>.
/// </remarks>
[JsonConverter(typeof(MoneyJson))]
public readonly partial record struct Money(long MinorUnits, Asset Asset) : IComparable<Money>
{
    public static Money operator +(Money left, Money right) =>
        left with { MinorUnits = left.MinorUnits + SameAsset(left, right).MinorUnits };

    public static Money operator -(Money left, Money right) =>
        left with { MinorUnits = left.MinorUnits - SameAsset(left, right).MinorUnits };

    public static Money operator -(Money amount) => amount with { MinorUnits = -amount.MinorUnits };

    public static bool operator <(Money left, Money right) => left.CompareTo(right) < 0;
    public static bool operator >(Money left, Money right) => left.CompareTo(right) > 0;
    public static bool operator <=(Money left, Money right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Money left, Money right) => left.CompareTo(right) >= 0;

    public bool IsZero => MinorUnits == 0;
    public bool IsPositive => MinorUnits > 0;

    public int CompareTo(Money other) => MinorUnits.CompareTo(SameAsset(this, other).MinorUnits);

    /// <summary>The share of this amount at <paramref name="rate"/>, rounded half to even to the minor unit.</summary>
    /// <param name="rate">A fraction of one: 0.036 is 3.6 %.</param>
    public Money Portion(decimal rate) =>
        this with { MinorUnits = decimal.ToInt64(decimal.Round(MinorUnits * rate, MidpointRounding.ToEven)) };

    /// <summary>Parts in proportion to <paramref name="weights"/> that add up to the whole (largest-remainder method).</summary>
    /// <param name="weights">At least one; none negative; not all zero.</param>
    public IReadOnlyList<Money> Split(IReadOnlyList<long> weights)
    {
        var total = weights.Aggregate(Int128.Zero, (sum, weight) => sum + weight);
        if (total <= 0 || weights.Any(weight => weight < 0))
            throw new ArgumentException("Weights must not be negative and not all zero.", nameof(weights));

        var whole = (Int128)MinorUnits;
        var parts = weights.Select(weight => whole * weight / total).ToArray();
        var left = (long)(whole - parts.Aggregate(Int128.Zero, (sum, part) => sum + part));
        // Each part lost less than one unit, so at most one unit goes to each, the largest remainder first.
        var step = Math.Sign(left);
        foreach (var index in Enumerable.Range(0, parts.Length)
            .OrderByDescending(i => Int128.Abs(whole * weights[i] % total)).ThenBy(i => i).Take((int)Math.Abs(left)))
            parts[index] += step;

        var asset = Asset;
        return [.. parts.Select(part => new Money((long)part, asset))];
    }

    /// <summary>The amount in units with all digits of the asset's scale: "1234.50".</summary>
    public string ToPlainString() => ToDecimal().ToString("F" + Asset.Scale, CultureInfo.InvariantCulture);

    /// <summary>The amount in units, exactly.</summary>
    public decimal ToDecimal() => MinorUnits / (decimal)Asset.MinorUnitsPerUnit;

    /// <summary>"CNY 1,234.50".</summary>
    public override string ToString() =>
        $"{Asset.Code} {ToDecimal().ToString("N" + Asset.Scale, CultureInfo.InvariantCulture)}";

    /// <summary>Reads an amount in units ("1234.5") without rounding; false when it is no number, has more digits after the point than the asset, or does not fit.</summary>
    /// <remarks>A decimal holds 28 digits and rounds what is longer, so longer texts are not read at all.</remarks>
    public static bool TryParse(string text, Asset asset, out Money money)
    {
        money = default;
        if (text.Length > 28 || !decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var units))
            return false;
        return TryFrom(units, asset, out money);
    }

    /// <summary>Reads an amount as people write it: with spaces around it and commas between thousands ("1,234.50").</summary>
    /// <remarks>Where a comma is no thousands separator it may be meant as a point: 1,50 must not become 150, and is not read.</remarks>
    public static bool TryRead(string? typed, Asset asset, out Money money)
    {
        money = default;
        var written = typed?.Trim() ?? "";
        return (!written.Contains(',', StringComparison.Ordinal) || WithThousands().IsMatch(written))
            && TryParse(written.Replace(",", "", StringComparison.Ordinal), asset, out money);
    }

    [GeneratedRegex(@"^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex WithThousands();

    /// <summary>An amount in units as money; false when it needs more digits than the asset has, or does not fit in 64 bits.</summary>
    public static bool TryFrom(decimal units, Asset asset, out Money money)
    {
        money = default;
        var limit = long.MaxValue / (decimal)asset.MinorUnitsPerUnit;
        if (units > limit || units < -limit) return false;
        var minor = units * asset.MinorUnitsPerUnit;
        if (minor != decimal.Truncate(minor)) return false;
        money = new Money(decimal.ToInt64(minor), asset);
        return true;
    }

    static Money SameAsset(Money left, Money right) =>
        left.Asset == right.Asset ? right
            : throw new InvalidOperationException($"{left.Asset.Code} and {right.Asset.Code} can't be mixed.");
}
