using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Pujiang.Platform;

/// <summary>Why a text is no IBAN.</summary>
public enum IbanFault : byte
{
    None = 0,
    Form = 1,
    Structure = 2,
    CheckDigits = 3,
}

/// <summary>An international bank account number (ISO 13616): country, two check digits, the country's own number.</summary>
public readonly record struct Iban
{
    /// <summary>
    /// The countries' own part as in SWIFT's IBAN registry: runs of n digits, a capitals, c both.
    /// A country that is not here is accepted on its check digits alone, because the registry grows.
    /// </summary>
    const string Registry =
        "AD8n12c AE19n AL8n16c AT16n AZ4a20c BA16n BE12n BG4a6n8c BH4a14c BI23n BR23n1a1c BY4c4n16c CH5n12c CR18n " +
        "CY8n16c CZ20n DE18n DJ23n DK14n DO4c20n EE16n EG25n ES20n FI14n FK2a12n FO14n FR10n11c2n GB4a14n GE2a16n " +
        "GI4a15c GL14n GR7n16c GT24c HN4a20n HR17n HU24n IE4a14n IL19n IQ4a15n IS22n IT1a10n12c JO4a4n18c KW4a22c " +
        "KZ3n13c LB4n20c LC4a24c LI5n12c LT16n LU3n13c LV4a13c LY21n MC10n11c2n MD20c ME18n MK3n10c2n MN16n MR23n " +
        "MT4a5n18c MU4a19n3a NI4a20n NL4a10n NO11n OM3n16c PK4a16c PL24n PS4a21c PT21n QA4a21c RO4a16c RS18n " +
        "RU14n15c SA2n18c SC4a20n3a SD14n SE20n SI15n SK20n SM1a10n12c SO19n ST21n SV4a20n TL19n TN20n TR6n16c " +
        "UA6n19c VA18n VG4a16n XK16n YE4a4n18c";

    static readonly FrozenDictionary<string, string> Structures =
        Registry.Split(' ').ToFrozenDictionary(line => line[..2], line => Expand(line.AsSpan(2)));

    Iban(string value) => Value = value;

    public string Value { get; }
    public string Country => Value[..2];

    /// <summary>Begins as only an IBAN does, with two letters and two digits, so that it should be a right one.</summary>
    public static bool HasForm(string number) =>
        number.Length > 4 && char.IsAsciiLetter(number[0]) && char.IsAsciiLetter(number[1]) && char.IsAsciiDigit(number[2]) && char.IsAsciiDigit(number[3]);

    /// <summary>Without spaces, as in a message; people's spaces are the caller's to remove.</summary>
    public static bool TryParse(string? text, out Iban iban, [NotNullWhen(false)] out string? refusal) =>
        TryParse(text, out iban, out refusal, out _);

    public static bool TryParse(
        string? text, out Iban iban, [NotNullWhen(false)] out string? refusal, out IbanFault fault)
    {
        iban = default;
        (fault, refusal) = Refuse(text ?? "");
        if (refusal is null) iban = new Iban(text!);
        return refusal is null;
    }

    static (IbanFault Fault, string? Refusal) Refuse(string value)
    {
        if (value.Length is < 5 or > 34 || !value.All(char.IsAsciiLetterOrDigit) || value.AsSpan(0, 2).ContainsAnyExceptInRange('A', 'Z')
            || value.AsSpan(2, 2).ContainsAnyExceptInRange('0', '9'))
            return (IbanFault.Form, "An IBAN has two capitals, two digits and up to 30 letters or digits.");
        var upper = value.ToUpperInvariant();
        if (CheckDigits.Mod97(upper[4..] + upper[..4]) != 1)
            return (IbanFault.CheckDigits, $"The check digits should be {CheckDigits.Expected(upper[4..] + upper[..2])}.");
        if (Structures.TryGetValue(value[..2], out var structure) && !Fits(upper.AsSpan(4), structure))
            return (IbanFault.Structure, $"An IBAN of {value[..2]} has {structure.Length + 4} characters: {value[..2]}, 2 digits, {Describe(structure)}.");
        return (IbanFault.None, null);
    }

    static bool Fits(ReadOnlySpan<char> text, string structure)
    {
        if (text.Length != structure.Length) return false;
        for (var i = 0; i < text.Length; i++)
            if ((structure[i] == 'n' && !char.IsAsciiDigit(text[i])) || (structure[i] == 'a' && !char.IsAsciiLetter(text[i])))
                return false;
        return true;
    }

    static string Expand(ReadOnlySpan<char> structure)
    {
        var expanded = "";
        var length = 0;
        foreach (var c in structure)
        {
            if (char.IsAsciiDigit(c)) { length = (length * 10) + c - '0'; continue; }
            expanded += new string(c, length);
            length = 0;
        }
        return expanded;
    }

    static string Describe(string structure)
    {
        var parts = new List<string>();
        for (var start = 0; start < structure.Length;)
        {
            var end = start;
            while (end < structure.Length && structure[end] == structure[start]) end++;
            var word = structure[start] switch { 'n' => "digits", 'a' => "letters", _ => "letters or digits" };
            parts.Add($"{end - start} {word}");
            start = end;
        }
        return string.Join(", ", parts);
    }

    public override string ToString() => Value;
}
