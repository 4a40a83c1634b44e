using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Pujiang.Platform;

public enum Sex : byte
{
    Female = 0,
    Male = 1,
}

/// <summary>A citizen identity number of GB 11643-1999: six digits region, birth date, three digits order, check character.</summary>
public readonly record struct CitizenId
{
    const string CheckCharacters = "10X98765432";
    static ReadOnlySpan<int> Weights => [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

    CitizenId(string value, DateOnly birthDate) => (Value, BirthDate) = (value, birthDate);

    public string Value { get; }
    public DateOnly BirthDate { get; }

    /// <summary>Six digits of GB/T 2260: province, prefecture, county where the number was first given.</summary>
    public string Region => Value[..6];

    /// <summary>The order number is odd for men, even for women.</summary>
    public Sex Sex => (Value[16] - '0') % 2 == 1 ? Sex.Male : Sex.Female;

    /// <param name="text">18 characters; a lower-case x is taken as X.</param>
    /// <param name="id">The number, with an upper-case X.</param>
    /// <param name="refusal">Why it is no number; null when it is.</param>
    /// <param name="bornOnOrBefore">When given, the birth date must not be later, nor 130 years or more before it.</param>
    public static bool TryParse(
        string? text, out CitizenId id, [NotNullWhen(false)] out string? refusal, DateOnly? bornOnOrBefore = null)
    {
        id = default;
        var value = (text ?? "").ToUpperInvariant();
        refusal = Refuse(value, out var birth);
        if (refusal is null && bornOnOrBefore is { } today && (birth > today || birth <= today.AddYears(-130)))
            refusal = $"The birth date {birth:yyyy-MM-dd} can't be that of a living person.";
        if (refusal is null) id = new CitizenId(value, birth);
        return refusal is null;
    }

    /// <summary>An old 15-digit number (birth year in two digits) as an 18-digit one. Those were given in the 20th century only.</summary>
    public static bool TryFrom15(string? text, out CitizenId id, [NotNullWhen(false)] out string? refusal)
    {
        id = default;
        refusal = text is { Length: 15 } && text.All(char.IsAsciiDigit) ? null : "An old number has 15 digits.";
        if (refusal is not null) return false;
        var body = $"{text![..6]}19{text[6..]}";
        return TryParse(body + CheckCharacter(body), out id, out refusal);
    }

    static string? Refuse(string value, out DateOnly birth)
    {
        birth = default;
        if (value.Length != 18) return $"A citizen number has 18 characters, not {value.Length}.";
        if (!value.AsSpan(0, 17).ContainsOnlyDigits() || (value[17] != 'X' && !char.IsAsciiDigit(value[17])))
            return "A citizen number has 17 digits and a digit or X.";
        // GB/T 2260: provinces are 11 to 65, Taiwan 71, Hong Kong 81, Macao 82, residents from there 83.
        if (value[0] is '0' or '9' || value.AsSpan(0, 2) is "10")
            return $"No region begins with {value[..2]}.";
        if (!DateOnly.TryParseExact(value.AsSpan(6, 8), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out birth))
            return $"{value.Substring(6, 8)} is no calendar date.";
        var check = CheckCharacter(value);
        return value[17] == check ? null : $"The check character is {value[17]}, should be {check}.";
    }

    static char CheckCharacter(string body)
    {
        var sum = 0;
        for (var i = 0; i < 17; i++) sum += (body[i] - '0') * Weights[i];
        return CheckCharacters[sum % 11];
    }

    public override string ToString() => Value;
}

/// <summary>A unified social credit code of GB 32100-2015: authority, kind, region, nine characters subject, check character.</summary>
public readonly record struct CreditCode
{
    // The letters I, O, S, V, Z are left out by the standard because they look like digits.
    const string Alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    static ReadOnlySpan<int> Weights => [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

    CreditCode(string value) => Value = value;

    public string Value { get; }

    /// <summary>The registering authority: 9 market regulation, 1 public institutions, 5 civil affairs ….</summary>
    public char Authority => Value[0];

    public string Region => Value.Substring(2, 6);

    public static bool TryParse(string? text, out CreditCode code, [NotNullWhen(false)] out string? refusal)
    {
        code = default;
        refusal = Refuse(text ?? "");
        if (refusal is null) code = new CreditCode(text!);
        return refusal is null;
    }

    static string? Refuse(string value)
    {
        if (value.Length != 18) return $"A credit code has 18 characters, not {value.Length}.";
        if (value.FirstOrDefault(c => !Alphabet.Contains(c)) is var odd and not '\0')
            return $"'{odd}' does not occur in credit codes.";
        if (!value.AsSpan(2, 6).ContainsOnlyDigits()) return "Characters 3 to 8 are the six digits of the region.";
        var sum = 0;
        for (var i = 0; i < 17; i++) sum += Alphabet.IndexOf(value[i]) * Weights[i];
        var check = Alphabet[(31 - (sum % 31)) % 31];
        return value[17] == check ? null : $"The check character is {value[17]}, should be {check}.";
    }

    public override string ToString() => Value;
}

/// <summary>The Luhn formula (ISO/IEC 7812-1 annex B).</summary>
public static class Luhn
{
    /// <summary>The digit that makes the number hold when it is put behind it.</summary>
    /// <param name="digits">Digits only, without the check digit.</param>
    public static char CheckDigit(string digits) =>
        "0123456789".First(check => Holds(digits + check));

    /// <summary>Whether digits with their check digit at the end satisfy the formula; false for anything but digits.</summary>
    public static bool Holds(ReadOnlySpan<char> digits)
    {
        if (digits.IsEmpty || !digits.ContainsOnlyDigits()) return false;
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[digits.Length - 1 - i] - '0';
            if (i % 2 == 1) digit = digit * 2 > 9 ? (digit * 2) - 9 : digit * 2;
            sum += digit;
        }
        return sum % 10 == 0;
    }
}

/// <summary>A payment card number (ISO/IEC 7812): issuer prefix, account, Luhn check digit.</summary>
public readonly record struct CardNumber
{
    CardNumber(string value) => Value = value;

    public string Value { get; }

    public static bool TryParse(string? text, out CardNumber card, [NotNullWhen(false)] out string? refusal)
    {
        card = default;
        refusal = Refuse(text ?? "");
        if (refusal is null) card = new CardNumber(text!);
        return refusal is null;
    }

    static string? Refuse(string value)
    {
        if (value.Length is < 12 or > 19 || !value.AsSpan().ContainsOnlyDigits()) return "A card number has 12 to 19 digits.";
        if (value[0] == '0') return "No issuer prefix begins with 0.";
        var (scheme, shortest, longest) = Lengths(value);
        if (value.Length < shortest || value.Length > longest)
            return $"A {scheme} number has {shortest} to {longest} digits, not {value.Length}.";
        return Luhn.Holds(value) ? null : "The check digit is wrong.";
    }

    /// <summary>Lengths that the schemes publish for their prefixes; anything else may have any length.</summary>
    static (string Scheme, int Shortest, int Longest) Lengths(string value) => value switch
    {
        ['4', ..] => ("Visa", 13, 19),
        ['5', >= '1' and <= '5', ..] => ("Mastercard", 16, 16),
        ['3', '4' or '7', ..] => ("American Express", 15, 15),
        ['3', '5', ..] => ("JCB", 16, 19),
        ['6', '2', ..] => ("UnionPay", 16, 19),
        _ => ("card", 12, 19),
    };

    /// <summary>First six and last four digits, as a statement may show it.</summary>
    public override string ToString() => $"{Value[..6]}{new string('*', Value.Length - 10)}{Value[^4..]}";
}

/// <summary>A legal entity identifier (ISO 17442): 18 letters or digits and two check digits (ISO 7064 MOD 97-10).</summary>
public readonly record struct Lei
{
    Lei(string value) => Value = value;

    public string Value { get; }

    public static bool TryParse(string? text, out Lei lei, [NotNullWhen(false)] out string? refusal)
    {
        lei = default;
        refusal = Refuse(text ?? "");
        if (refusal is null) lei = new Lei(text!);
        return refusal is null;
    }

    static string? Refuse(string value)
    {
        if (value.Length != 20) return $"An LEI has 20 characters, not {value.Length}.";
        if (!value.All(c => char.IsAsciiDigit(c) || char.IsAsciiLetterUpper(c)) || !value.AsSpan(18).ContainsOnlyDigits())
            return "An LEI has 18 digits or capital letters and two check digits.";
        return CheckDigits.Mod97(value) == 1
            ? null : $"The check digits are {value[18..]}, should be {CheckDigits.Expected(value[..18])}.";
    }

    public override string ToString() => Value;
}

/// <summary>A business identifier code (ISO 9362): four characters party, two letters country, two suffix, three branch or none.</summary>
public readonly record struct Bic
{
    Bic(string value) => Value = value;

    public string Value { get; }
    public string Country => Value.Substring(4, 2);

    public static bool TryParse(string? text, out Bic bic, [NotNullWhen(false)] out string? refusal)
    {
        bic = default;
        refusal = Refuse(text ?? "");
        if (refusal is null) bic = new Bic(text!);
        return refusal is null;
    }

    static string? Refuse(string value)
    {
        if (value.Length is not (8 or 11)) return $"A BIC has 8 or 11 characters, not {value.Length}.";
        if (!value.All(c => char.IsAsciiDigit(c) || char.IsAsciiLetterUpper(c)))
            return "A BIC has digits and capital letters only.";
        return value.AsSpan(4, 2).ContainsAnyExceptInRange('A', 'Z') ? "Characters 5 and 6 are the letters of a country." : null;
    }

    public override string ToString() => Value;
}

/// <summary>ISO 7064 MOD 97-10, as used by IBAN and LEI.</summary>
static class CheckDigits
{
    /// <summary>The remainder by 97 when A is read as 10 … Z as 35; the text holds digits and capital letters only.</summary>
    public static int Mod97(ReadOnlySpan<char> text)
    {
        var remainder = 0;
        foreach (var c in text)
            remainder = char.IsAsciiDigit(c) ? ((remainder * 10) + c - '0') % 97 : ((remainder * 100) + c - 'A' + 10) % 97;
        return remainder;
    }

    /// <summary>The two check digits that go behind <paramref name="body"/>.</summary>
    public static string Expected(string body) => (98 - Mod97(body + "00")).ToString("D2");

    public static bool ContainsOnlyDigits(this ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');
}
