using System.Text;
using AnyAscii;

namespace Pujiang.Platform;

/// <summary>A word of a name, in the letters a to z and digits.</summary>
/// <param name="Text">Lower case, without accents; legal forms in one spelling.</param>
/// <param name="Letters">Where single letters stood with dots or blanks between them, such as "J. R." or "W&amp;G": those letters.</param>
/// <param name="Unvowelled">From a script that writes consonants alone (Arabic, Hebrew), to be compared by sound.</param>
readonly record struct NameWord(string Text, WordRole Role, string? Letters = null, bool Unvowelled = false);

/// <summary>Turns a name in any script into words that can be compared.</summary>
/// <remarks>
/// Unicode compatibility forms first (NFKC), then each character in Latin letters (AnyAscii); each Han and Hangul character is a word, since pinyin
/// and romanised Korean are written together or apart at will. Case, accents, apostrophes and dots go; hyphens and other signs part words.
/// </remarks>
static class NameText
{
    /// <summary>Words that are compared; a longer text is cut.</summary>
    public const int MostWords = 48;

    const int LongestWord = 40;

    public static List<NameWord> Words(string name)
    {
        var words = new List<NameWord>(6);
        var ascii = Ascii.IsValid(name);
        if (!ascii)
        {
            // Half of a surrogate pair has no compatibility form.
            if (!IsWellFormed(name)) name = name.Replace('\uFFFD', ' ').ToWellFormed();
            name = NameWords.ReadChineseWords(name.Normalize(NormalizationForm.FormKC));
        }
        var word = new StringBuilder(16);
        var unvowelled = false;
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (char.IsAsciiLetterOrDigit(c)) word.Append(char.ToLowerInvariant(c));
            else if (c is '\'' or '`' or '’' or '‘' or 'ʿ' or 'ʾ' or 'ʼ' or '"') continue;
            else if (c == '.') { if (!JoinsLetters(name, i)) End(); }
            else if (c < 128) End();
            else
            {
                var rune = Rune.GetRuneAt(name, i);
                if (rune.Utf16SequenceLength == 2) i++;
                if (Rune.IsLetterOrDigit(rune)) Read(rune);
                else if (!IsMark(rune)) End();
            }
        }
        End();
        return JoinSingleLetters(words);

        void Read(Rune rune)
        {
            var alone = IsSyllable(rune);
            if (alone) End();
            foreach (var latin in rune.ToString().Transliterate())
                if (char.IsAsciiLetterOrDigit(latin)) word.Append(char.ToLowerInvariant(latin));
            unvowelled |= rune.Value is (>= 0x0590 and <= 0x06FF) or (>= 0x0750 and <= 0x077F);
            if (alone) End();
        }

        void End()
        {
            if (word.Length == 0) return;
            var text = word.ToString(0, Math.Min(word.Length, LongestWord));
            word.Clear();
            if (unvowelled) text = ArabicNames.Vowelled(text) ?? text;
            // What the table knows has its vowels now.
            var bare = unvowelled && !text.AsSpan().ContainsAny('a', 'e', 'o');
            unvowelled = false;
            if (words.Count < MostWords) words.Add(new NameWord(NameWords.Canonical(text), NameWords.RoleOf(text), Unvowelled: bare));
        }
    }

    /// <summary>The dot in "S.A." or "d.o.o." joins; the one in "Co.Ltd" parts.</summary>
    static bool JoinsLetters(string name, int dot)
    {
        var next = dot + 1;
        return next < name.Length && char.IsLetter(name[next]) && (next + 1 == name.Length || !char.IsLetterOrDigit(name[next + 1]));
    }

    /// <summary>"H Y J" is "HYJ", as "S A" is "SA".</summary>
    static List<NameWord> JoinSingleLetters(List<NameWord> words)
    {
        for (var i = 0; i + 1 < words.Count; i++)
        {
            var end = i;
            while (end < words.Count && words[end].Text.Length == 1 && char.IsAsciiLetter(words[end].Text[0])) end++;
            if (end - i < 2) continue;
            var joined = string.Concat(words.GetRange(i, end - i).Select(word => word.Text));
            words.RemoveRange(i, end - i);
            words.Insert(i, new NameWord(NameWords.Canonical(joined), NameWords.RoleOf(joined), joined));
        }
        return words;
    }

    static bool IsSyllable(Rune rune) => rune.Value is (>= 0x3400 and <= 0x9FFF) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFD);

    static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.NonSpacingMark
        or System.Globalization.UnicodeCategory.SpacingCombiningMark or System.Globalization.UnicodeCategory.EnclosingMark
        or System.Globalization.UnicodeCategory.Format;

    static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out _, out var units) != System.Buffers.OperationStatus.Done) return false;
            text = text[units..];
        }
        return true;
    }

    static string ToWellFormed(this string text) => string.Concat(text.EnumerateRunes().Select(rune => rune.ToString()));
}
