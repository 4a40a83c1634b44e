using System.Globalization;
using System.Text;

namespace Pujiang.Platform;

/// <summary>Geometry of the chart of entries a second: a bar for each step of time.</summary>
sealed class RateBars
{
    public const int Width = 1000, Height = 300;
    const int FewestSteps = 3;

    RateBars(IReadOnlyList<Throughput.Rate> rates)
    {
        var most = Math.Max(1, rates.Max(rate => rate.PerSecond));
        var step = BalanceLine.NiceStep(most / FewestSteps);
        var high = Math.Ceiling(most / step) * step;
        for (var value = high; value >= 0; value -= step) Lines.Add((value.ToString("0.##", CultureInfo.InvariantCulture), Number(Height - (Height * value / high))));
        var bars = new StringBuilder();
        var (slot, index) = (Width / (decimal)Throughput.Steps, Throughput.Steps - rates.Count);
        foreach (var rate in rates)
        {
            var (left, height) = (slot * index++, Height * rate.PerSecond / high);
            if (height > 0) bars.Append(CultureInfo.InvariantCulture, $"M{Number(left + (slot * 0.15m))} {Height}v-{Number(height)}h{Number(slot * 0.7m)}v{Number(height)}z");
        }
        Path = bars.ToString();
    }

    /// <summary>Grid lines from top to bottom.</summary>
    public List<(string Label, string Y)> Lines { get; } = [];

    /// <summary>All bars; empty when nothing was posted.</summary>
    public string Path { get; }

    /// <param name="rates">At least one, the oldest first, at most <see cref="Throughput.Steps"/>.</param>
    public static RateBars Of(IReadOnlyList<Throughput.Rate> rates) => new(rates);

    static string Number(decimal value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
