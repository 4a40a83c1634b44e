using CsCheck;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Lines of mixed text: nothing is lost, none is too long, and marks stand where they may.</summary>
public sealed class LineBreakingTests
{
    const string NotFirst = "。，、；：？！”’）》】」…—,.;:?!)%";
    const string NotLast = "“‘（《【「([¥$";

    /// <summary>A Chinese character is as wide as two Latin ones.</summary>
    static double Measure(string text) => text.EnumerateRunes().Sum(rune => rune.Value >= 0x2000 ? 2 : 1);

    static readonly string[] Parts =
    [
        "浦江", "银行", "客户", "协议", "，", "。", "；", "（", "）", "《", "》", "“", "”", "——", "……", " ", "Pujiang ", "contract", " 1,234.56 ", "¥100.00",
        "12%", "well-known ", "𠀀", "https://pujiang.example/documents/0123456789",
    ];

    static readonly Gen<string> AnyText = Gen.Int[0, Parts.Length - 1].Array[1, 40].Select(parts => string.Concat(parts.Select(i => Parts[i])));

    [Fact]
    public void AnyText_ReachesEachMark()
    {
        var seen = new HashSet<char>();
        AnyText.Sample(text => seen.UnionWith(text), iter: 500, threads: 1);
        Assert.Superset("，。；（）《》“”—… ¥%".ToHashSet(), seen);
    }

    [Fact]
    public void Lines_OfAnyText_KeepEveryCharacterInOrder() => Gen.Select(AnyText, Gen.Int[12, 60]).Sample((text, width) =>
        string.Concat(LineBreaking.Lines(text, width, Measure)).Replace(" ", "", StringComparison.Ordinal) == text.Replace(" ", "", StringComparison.Ordinal));

    [Fact]
    public void Lines_OfAnyText_AreNotTooLong() => Gen.Select(AnyText, Gen.Int[12, 60]).Sample((text, width) =>
        LineBreaking.Lines(text, width, Measure, width - 4).Select((line, i) => Measure(line) <= (i == 0 ? width - 4 : width)).All(fits => fits));

    [Fact]
    public void Lines_OfAnyText_BeginAndEndWithWhatMay() => Gen.Select(AnyText, Gen.Int[40, 60]).Sample((text, width) =>
    {
        var units = LineBreaking.Units(text).ToList();
        // Where a chain of marks is longer than a line, it has to break.
        if (units.Exists(unit => Measure(unit) > width)) return;
        var lines = LineBreaking.Lines(text, width, Measure);
        Assert.DoesNotContain(lines.Skip(1), line => line.Length > 0 && NotFirst.Contains(line[0]));
        Assert.DoesNotContain(lines.SkipLast(1), line => line.Length > 0 && NotLast.Contains(line[^1]));
    });

    [Theory]
    [InlineData("浦江银行，您好。", 8, "浦江银|行，您|好。")]
    [InlineData("他说（好）。", 8, "他说|（好）。")]
    [InlineData("see the contract now", 12, "see the|contract now")]
    [InlineData("金额¥1,234.56元", 10, "金额|¥1,234.56|元")]
    [InlineData("一\n二", 10, "一|二")]
    [InlineData("", 10, "")]
    [InlineData("abcdefghijkl", 5, "abcde|fghij|kl")]
    public void Lines_OfExamples_BreakAsExpected(string text, int width, string expected) =>
        Assert.Equal(expected, string.Join('|', LineBreaking.Lines(text, width, Measure)));
}
