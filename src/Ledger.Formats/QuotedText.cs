using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pujiang.Ledger.Formats;

/// <summary>
/// Any text on one line between quotes, with the escapes of JSON. What would confuse a reader of the journal is escaped too:
/// control and format characters, line separators, and for hledger and ledger the comma, semicolon and square brackets.
/// </summary>
static class QuotedText
{
    public static string Write(string text, string alsoEscaped = "")
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is '"' or '\\') quoted.Append('\\').Append((char)rune.Value);
            else if (rune.Value == '\n') quoted.Append("\\n");
            else if (rune.Value == '\t') quoted.Append("\\t");
            else if (IsPlain(rune) && !(rune.IsBmp && alsoEscaped.Contains((char)rune.Value, StringComparison.Ordinal))) quoted.Append(rune.ToString());
            else foreach (var unit in rune.ToString()) quoted.Append("\\u").Append(((int)unit).ToString("x4", CultureInfo.InvariantCulture));
        }
        return quoted.Append('"').ToString();
    }

    /// <summary>The text between the quotes, or null where an escape is none.</summary>
    public static string? Read(ReadOnlySpan<char> inner)
    {
        var text = new StringBuilder(inner.Length);
        for (var i = 0; i < inner.Length; i++)
        {
            if (inner[i] == '"') return null;
            if (inner[i] != '\\')
            {
                text.Append(inner[i]);
                continue;
            }
            if (++i == inner.Length) return null;
            switch (inner[i])
            {
                case '"' or '\\' or '/': text.Append(inner[i]); break;
                case 'n': text.Append('\n'); break;
                case 't': text.Append('\t'); break;
                case 'r': text.Append('\r'); break;
                case 'b': text.Append('\b'); break;
                case 'f': text.Append('\f'); break;
                case 'u' when i + 4 < inner.Length && ushort.TryParse(
                    inner.Slice(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit):
                    text.Append((char)unit);
                    i += 4;
                    break;
                default: return null;
            }
        }
        var read = text.ToString();
        return IsWellFormed(read) ? read : null;
    }

    /// <summary>False for half of a surrogate pair, which UTF-8 can't hold.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out _, out var units) != OperationStatus.Done) return false;
            text = text[units..];
        }
        return true;
    }

    static bool IsPlain(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned)
        && (rune.Value == ' ' || Rune.GetUnicodeCategory(rune) != UnicodeCategory.SpaceSeparator);
}
