using System.Globalization;
using System.Text;

namespace Pujiang.Platform;

/// <summary>One line that people type and read: a name, a purpose.</summary>
public static class PlainText
{
    /// <summary>Refused as "text_unreadable": what can't be seen could hide what is meant, and XML 1.0 (2.2) can't carry all of it.</summary>
    public static Refusal? Problem(string text, string field) => IsReadable(text) ? null
        : new Refusal("text_unreadable", "The text has characters that can't be seen, such as line breaks or control characters; write it anew.", field);

    /// <summary>No control character, line break, reversal of direction, half of a surrogate pair, nor any code point that Unicode gives no character.</summary>
    static bool IsReadable(string text)
    {
        foreach (var (at, rune) in Runes(text))
        {
            if (rune == Rune.ReplacementChar && text[at] != '\uFFFD') return false;
            var category = Rune.GetUnicodeCategory(rune);
            if (category is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator) return false;
            if (rune.Value is >= 0x202A and <= 0x202E or >= 0x2066 and <= 0x2069) return false;
            if (rune.Value is >= 0xFDD0 and <= 0xFDEF || (rune.Value & 0xFFFE) == 0xFFFE) return false;
        }
        return true;
    }

    static IEnumerable<(int At, Rune Rune)> Runes(string text)
    {
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            yield return (at, rune);
            at += rune.Utf16SequenceLength;
        }
    }
}
