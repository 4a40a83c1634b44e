using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class BalanceLineTests
{
    static readonly Asset Cny = new("CNY", 2);

    [Fact]
    public void Line_OfFourDays_StepsFromDayToDay()
    {
        var line = BalanceLine.Of(Points(0, 300_00, 150_00, 150_00));
        Assert.Equal("M0 300H250V0H500V150H750V150H1000", line.Path);
        Assert.Equal(["¥300", "¥200", "¥100", "¥0"], line.Lines.Select(l => l.Label));
        Assert.Null(line.ZeroAt);
    }

    [Fact]
    public void Line_BelowAndAboveZero_ShowsZero()
    {
        var line = BalanceLine.Of(Points(100_00, -100_00));
        Assert.NotNull(line.ZeroAt);
        Assert.Contains("¥0", line.Lines.Select(l => l.Label));
        Assert.StartsWith("−¥", line.Lines[^1].Label, StringComparison.Ordinal);
    }

    [Fact]
    public void Line_OfOneDay_IsLevelOverTheWholeWidth() => Assert.Equal("M0 36H1000", BalanceLine.Of(Points(88_00)).Path);

    [Fact]
    public void Line_OfZeros_HasAnAxisAndStaysOnIt()
    {
        var line = BalanceLine.Of(Points(0, 0));
        Assert.Equal("M0 300H500V300H1000", line.Path);
        Assert.True(line.Lines.Count >= 2);
    }

    [Fact]
    public void GridLines_AreAtEqualDistances()
    {
        var heights = BalanceLine.Of(Points(12_345_67, -4_321_00)).Lines.Select(l => l.Y).ToList();
        var distances = heights.Zip(heights.Skip(1), (one, next) => decimal.Round(next - one, 6)).Distinct();
        Assert.Single(distances);
        Assert.Equal((0m, (decimal)BalanceLine.Height), (heights[0], decimal.Round(heights[^1], 6)));
    }

    [Theory]
    [InlineData(0.03, 0.025)]
    [InlineData(7, 5)]
    [InlineData(99, 50)]
    [InlineData(100, 100)]
    [InlineData(2_600, 2_500)]
    public void NiceStep_IsARoundNumberNotAbove(double rough, double step) => Assert.Equal((decimal)step, BalanceLine.NiceStep((decimal)rough));

    static List<BalancePoint> Points(params long[] fen) =>
        [.. fen.Select((balance, day) => new BalancePoint(new DateOnly(2026, 11, 1).AddDays(day), new Money(balance, Cny)))];
}
