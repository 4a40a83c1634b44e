using System.Text;

namespace Pujiang.Platform;

/// <summary>Breaks mixed Chinese and Latin text into lines (禁则).</summary>
/// <remarks>
/// GB/T 15834-2011 (标点符号用法) section 5.1: no line begins with 。，、；：？！ or a closing mark, none ends with an opening mark, and
/// —— and …… stay whole. Between Chinese characters a line may break anywhere, within Latin words and numbers nowhere, unless one is
/// longer than a line.
/// </remarks>
public static class LineBreaking
{
    const string NotFirst = "。，、；：？！．・”’）〕】》〉」』｝］〗％℃‰·,.;:?!)]}%…—～~";
    const string NotLast = "“‘（〔【《〈「『｛［〖￥$¥#([{@＋+−";

    /// <param name="text">Line feeds in it begin a new line.</param>
    /// <param name="width">Of a line, in the unit of <paramref name="measure"/>.</param>
    /// <param name="measure">The width of a text, which is the sum of its letters' widths.</param>
    /// <param name="firstWidth">Of the first line, where it is another: an indent. Null for the same.</param>
    public static IReadOnlyList<string> Lines(string text, double width, Func<string, double> measure, double? firstWidth = null)
    {
        var (lines, line, used) = (new List<string>(), new StringBuilder(), 0.0);
        foreach (var paragraph in text.Split('\n'))
        {
            foreach (var unit in Units(paragraph))
            {
                // What is longer than any line has to be cut.
                if (unit.Length > 1 && measure(unit.TrimEnd()) > Math.Min(width, firstWidth ?? width))
                    foreach (var rune in unit.EnumerateRunes()) Append(rune.ToString());
                else Append(unit);
            }
            End();
        }
        return lines;

        void Append(string unit)
        {
            if (line.Length > 0 && used + measure(unit.TrimEnd()) > (lines.Count == 0 ? firstWidth ?? width : width))
            {
                End();
                unit = unit.TrimStart();
            }
            line.Append(unit);
            used += measure(unit);
        }

        void End()
        {
            lines.Add(line.ToString().TrimEnd());
            line.Clear();
            used = 0;
        }
    }

    /// <summary>The pieces between which a line may break; a space belongs to the piece before it.</summary>
    internal static IEnumerable<string> Units(string text)
    {
        var unit = new StringBuilder();
        var (last, visible) = (default(Rune?), default(Rune));
        foreach (var rune in text.EnumerateRunes())
        {
            // A space does not free an opening mark from what it opens.
            if (last is { } before && !Is(visible, NotLast) && MayBreak(before, rune))
            {
                yield return unit.ToString();
                unit.Clear();
            }
            unit.Append(rune.ToString());
            last = rune;
            if (!Rune.IsWhiteSpace(rune)) visible = rune;
        }
        if (unit.Length > 0) yield return unit.ToString();
    }

    static bool MayBreak(Rune left, Rune right)
    {
        if (Rune.IsWhiteSpace(right) || Is(right, NotFirst)) return false;
        return Rune.IsWhiteSpace(left) || IsWide(left) || IsWide(right) || left.Value == '-';
    }

    static bool Is(Rune rune, string among) => rune.IsBmp && among.Contains((char)rune.Value);

    /// <summary>Chinese, Japanese and Korean characters and their punctuation, beside which a line may break without a space.</summary>
    static bool IsWide(Rune rune) => rune.Value is (>= 0x2E80 and <= 0x9FFF) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF)
        or (>= 0xFE30 and <= 0xFE4F) or (>= 0xFF00 and <= 0xFFEF) or (>= 0x20000 and <= 0x3FFFF) or '…' or '—' or '“' or '”' or '‘' or '’';
}
