using System.Globalization;
using System.Text;

namespace Pujiang.Platform;

/// <summary>
/// Lets no card, account, phone or ID number leave the bank in a message: of a row of nine digits or more only the last four
/// are shown, however it is written.
/// </summary>
/// <remarks>
/// It does not ask whether a number is a card (Luhn) or an ID number (GB 11643): account numbers have no form of their own, and
/// one digit mistyped would let a number through that people still recognise. Digits of all scripts count (full-width too), with
/// spaces, hyphens, points or what can't be seen between them. Amounts, dates and counts are written by the bank from typed
/// values and stay as they are.
/// </remarks>
public static class NumberGuard
{
    /// <summary>Digits from which a row is hidden: a date has eight, a phone number eleven.</summary>
    public const int FewestHidden = 9;

    /// <summary>Signs between two digits that may stand in one number: "6222 - 0200".</summary>
    const int MostBetween = 8;

    /// <summary>Digits of an ID number before its check sign, which may be an X.</summary>
    const int DigitsBeforeX = 17;

    const int Shown = 4;
    const string Hidden = "****";

    /// <summary>"****1234": all that a message says of an account, card or phone number.</summary>
    public static string LastFour(string number)
    {
        var signs = number.Where(char.IsLetterOrDigit).ToArray();
        // Of a short number four signs would be too much of it.
        return Hidden + new string(signs.Length >= FewestHidden ? signs[^Shown..] : []);
    }

    /// <summary>The text with each long number hidden but for its last four digits.</summary>
    public static string Mask(string text) => Mask([new Piece(text, IsTyped: false)]);

    /// <summary>A piece of a text.</summary>
    /// <param name="IsTyped">Written from an amount, a time or a count: no number goes through it, or into it.</param>
    internal readonly record struct Piece(string Text, bool IsTyped);

    /// <summary>As <see cref="Mask(string)"/>, over all pieces together: a number in two of them is one number.</summary>
    internal static string Mask(IEnumerable<Piece> pieces)
    {
        var result = new StringBuilder();
        var row = new Row(result);
        foreach (var (text, isTyped) in pieces)
        {
            if (isTyped)
            {
                row.End();
                result.Append(text);
                continue;
            }
            for (var at = 0; at < text.Length; at += char.IsSurrogatePair(text, at) ? 2 : 1)
                row.Add(text, at, char.IsSurrogatePair(text, at) ? 2 : 1);
        }
        row.End();
        return result.ToString();
    }

    /// <summary>Digits that may be one number, and what stands between and after them.</summary>
    sealed class Row(StringBuilder result)
    {
        readonly StringBuilder _digits = new(), _written = new(), _between = new();
        int _signsBetween;

        public void Add(string text, int at, int length)
        {
            var digit = CharUnicodeInfo.GetDigitValue(text, at);
            if (digit >= 0) Take((char)('0' + digit), text, at, length);
            else if (_digits.Length >= DigitsBeforeX && text[at] is 'X' or 'x' or 'Ｘ' or 'ｘ' or 'Ⅹ' or 'ⅹ') Take('X', text, at, length);
            else if (_digits.Length > 0 && _signsBetween < MostBetween && IsBetween(text, at))
            {
                _between.Append(text, at, length);
                _signsBetween++;
            }
            else
            {
                End();
                result.Append(text, at, length);
            }
        }

        void Take(char digit, string text, int at, int length)
        {
            _digits.Append(digit);
            _written.Append(_between).Append(text, at, length);
            _between.Clear();
            _signsBetween = 0;
        }

        public void End()
        {
            if (_digits.Length < FewestHidden) result.Append(_written);
            else result.Append(Hidden).Append(_digits, _digits.Length - Shown, Shown);
            result.Append(_between);
            _digits.Clear();
            _written.Clear();
            _between.Clear();
            _signsBetween = 0;
        }
    }

    /// <summary>Spaces, punctuation and what can't be seen. Not the star: it stands for digits that are hidden already.</summary>
    static bool IsBetween(string text, int at) => text[at] != '*' && CharUnicodeInfo.GetUnicodeCategory(text, at) is
        UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
        or UnicodeCategory.DashPunctuation or UnicodeCategory.ConnectorPunctuation or UnicodeCategory.OtherPunctuation
        or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation
        or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.MathSymbol or UnicodeCategory.ModifierSymbol;
}
