using System.Globalization;
using System.Text;
using Pujiang.Ledger;

namespace Pujiang.Platform;

/// <summary>A balance at the end of a day.</summary>
public readonly record struct BalancePoint(DateOnly Date, Money Balance);

/// <summary>Geometry of the balance chart: a step line, because a balance stays until the next movement.</summary>
/// <remarks>
/// The drawing is stretched to its box (strokes do not scale), and the labels are HTML beside it: so text keeps its
/// size on a phone, at 200 % and in care mode, where text inside a scaled drawing would not.
/// </remarks>
sealed class BalanceLine
{
    public const int Width = 1000, Height = 300;
    const int FewestSteps = 3;

    readonly IReadOnlyList<BalancePoint> _points;
    readonly decimal _low, _high;

    BalanceLine(IReadOnlyList<BalancePoint> points, Asset asset, decimal low, decimal high, decimal step)
    {
        (_points, _low, _high) = (points, low, high);
        for (var value = high; value >= low; value -= step)
            Lines.Add((Label(value, asset, step), Y(value)));
        Path = Draw();
        Area = $"{Path}V{Number(Y(Math.Clamp(0, low, high)))}H{Number(X(points[0].Date))}Z";
        End = (Number(Width), Number(Y(points[^1].Balance.ToDecimal())));
        ZeroAt = low < 0 && high > 0 ? Number(Y(0)) : null;
    }

    /// <summary>Grid lines from top to bottom at equal distances, so that their labels need no positions.</summary>
    public List<(string Label, decimal Y)> Lines { get; } = [];

    public string Path { get; }
    public string Area { get; }
    public (string X, string Y) End { get; }

    /// <summary>Height of the zero line when the balance was on both sides of it.</summary>
    public string? ZeroAt { get; }

    /// <param name="points">At least one, in order of date, all of one asset.</param>
    public static BalanceLine Of(IReadOnlyList<BalancePoint> points)
    {
        var values = points.Select(p => p.Balance.ToDecimal()).ToList();
        // Zero belongs to the picture: an axis cut above it makes a small change look like a large one.
        var (least, most) = (Math.Min(0, values.Min()), Math.Max(0, values.Max()));
        if (least == most) most = 1;
        var step = NiceStep((most - least) / FewestSteps);
        return new BalanceLine(
            points, points[0].Balance.Asset, Math.Floor(least / step) * step, Math.Ceiling(most / step) * step, step);
    }

    /// <summary>The largest of 1, 2, 2.5 and 5 times a power of ten that is not above <paramref name="rough"/>.</summary>
    internal static decimal NiceStep(decimal rough)
    {
        var power = 1m;
        while (power * 10 <= rough) power *= 10;
        while (power > rough) power /= 10;
        decimal[] steps = [5, 2.5m, 2, 1];
        return power * steps.First(s => s * power <= rough);
    }

    string Draw()
    {
        var path = new StringBuilder();
        foreach (var point in _points)
        {
            var (x, y) = (Number(X(point.Date)), Number(Y(point.Balance.ToDecimal())));
            path.Append(path.Length == 0 ? $"M{x} {y}" : $"H{x}V{y}");
        }
        return path.Append(CultureInfo.InvariantCulture, $"H{Width}").ToString();
    }

    /// <summary>Each day has a width, the last one too: its balance would else be a spike at the edge.</summary>
    decimal X(DateOnly date)
    {
        var first = _points[0].Date.DayNumber;
        return (date.DayNumber - first) * (decimal)Width / (_points[^1].Date.DayNumber - first + 1);
    }

    decimal Y(decimal value) => (_high - value) / (_high - _low) * Height;

    static string Number(decimal value) => Math.Round(value, 1).ToString("0.#", CultureInfo.InvariantCulture);

    static string Label(decimal value, Asset asset, decimal step)
    {
        var decimals = step == decimal.Truncate(step) ? 0 : asset.Scale;
        var sign = value < 0 ? "−" : "";
        var number = Math.Abs(value).ToString("N" + decimals, CultureInfo.InvariantCulture);
        return asset.Code == "CNY" ? $"{sign}¥{number}" : $"{sign}{number}";
    }
}
