using System.Globalization;
using System.Text.RegularExpressions;

namespace Pujiang.Accounts;

/// <summary>A type of text in our grammar: says what is wrong with a value, or nothing.</summary>
abstract partial record Simple
{
    /// <summary>The code of the finding and what would be right; null when the value is fine.</summary>
    public abstract (string Code, string Expected)? Refuse(string text);

    /// <summary>Whether the element needs a Ccy attribute.</summary>
    public virtual bool HasCurrency => false;

    public static Simple Parse(string name) => name switch
    {
        ['t', .. var length] when int.TryParse(length, out var most) => new Text(most),
        ['n', .. var length] when int.TryParse(length, out var most) => new Digits(most),
        ['{', .. var codes, '}'] => new Codes(codes.Split(',')),
        "bool" => new Codes(["true", "false", "0", "1"]),
        "date" => new Moment(DateForm(), "A calendar date: 2026-05-31."),
        "datetime" => new Moment(DateTimeForm(), "Date and time: 2026-05-31T12:00:00, with or without zone."),
        "decimal" => new Number(18, 17, MayBeNegative: true),
        "rate" => new Number(11, 10, MayBeNegative: true),
        "amount" => new Amount(),
        "uuid" => new Form(Uuid(), "A version 4 UUID in small letters."),
        "currency" => new Form(Currency(), "Three capitals of ISO 4217."),
        "country" => new Form(Country(), "Two capitals of ISO 3166."),
        "bic" => new Form(BicForm(), "A BIC of 8 or 11 characters."),
        "iban" => new Form(IbanForm(), "Two capitals, two digits, up to 30 letters or digits."),
        "lei" => new Form(LeiForm(), "18 capitals or digits and two check digits."),
        _ => throw new ArgumentException($"'{name}' is neither a rule nor a type of the grammar.", nameof(name)),
    };

    /// <param name="Most">The greatest length, in characters as XML Schema counts them (code points).</param>
    public sealed record Text(int Most) : Simple
    {
        public override (string Code, string Expected)? Refuse(string text)
        {
            if (text.Length == 0) return (FindingCodes.TextEmpty, $"1 to {Most} characters.");
            if (text.Length <= Most) return null;
            var length = text.EnumerateRunes().Count();
            return length <= Most ? null : (FindingCodes.TextTooLong, $"At most {Most} characters, not {length}.");
        }
    }

    public sealed record Digits(int Most) : Simple
    {
        public override (string Code, string Expected)? Refuse(string text) =>
            text.Length >= 1 && text.Length <= Most && text.All(char.IsAsciiDigit)
                ? null : (FindingCodes.NumberInvalid, $"1 to {Most} digits.");
    }

    public sealed record Codes(string[] Values) : Simple
    {
        public override (string Code, string Expected)? Refuse(string text) =>
            Values.Contains(text) ? null : (FindingCodes.CodeUnknown, $"One of {string.Join(", ", Values)}.");
    }

    public sealed record Form(Regex Pattern, string Expected) : Simple
    {
        public override (string Code, string Expected)? Refuse(string text) =>
            Pattern.IsMatch(text) ? null : (FindingCodes.Pattern, Expected);
    }

    /// <summary>A date with or without time; the calendar is checked after the form.</summary>
    public sealed record Moment(Regex Pattern, string Expected) : Simple
    {
        public override (string Code, string Expected)? Refuse(string text)
        {
            if (!Pattern.IsMatch(text)) return (FindingCodes.DateInvalid, Expected);
            // 24:00:00 is midnight at the end of the day: right in XML Schema, unknown to .NET.
            var shown = text.Replace("T24:00:00", "T00:00:00", StringComparison.Ordinal);
            return DateTimeOffset.TryParse(shown, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _)
                ? null : (FindingCodes.DateInvalid, Expected);
        }
    }

    public record Number(int TotalDigits, int FractionDigits, bool MayBeNegative) : Simple
    {
        public override (string Code, string Expected)? Refuse(string text)
        {
            if (!DecimalForm().IsMatch(text)) return (FindingCodes.NumberInvalid, "A decimal number: 1234.56.");
            if (!MayBeNegative && text[0] == '-' && text.Any(c => c is >= '1' and <= '9'))
                return (FindingCodes.AmountNegative, "An amount of zero or more.");
            var (whole, fraction) = Parts(text);
            return whole.Length + fraction.Length <= TotalDigits && fraction.Length <= FractionDigits
                ? null : (FindingCodes.NumberInvalid, $"At most {TotalDigits} digits, {FractionDigits} of them after the point.");
        }

        /// <summary>The digits that count: XML Schema leaves out leading and trailing zeros.</summary>
        static (string Whole, string Fraction) Parts(string text)
        {
            var digits = text.TrimStart('+', '-');
            var point = digits.IndexOf('.', StringComparison.Ordinal);
            return point < 0 ? (digits.TrimStart('0'), "") : (digits[..point].TrimStart('0'), digits[(point + 1)..].TrimEnd('0'));
        }
    }

    /// <summary>An amount of money: its currency is an attribute.</summary>
    public sealed record Amount() : Number(18, 5, MayBeNegative: false)
    {
        public override bool HasCurrency => true;
    }

    const RegexOptions Plain = RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant;
    const string Zone = @"(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?\z";

    [GeneratedRegex(@"\A[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])" + Zone, Plain, 1000)]
    private static partial Regex DateForm();

    [GeneratedRegex(@"\A[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T(([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?|24:00:00(\.0+)?)" + Zone, Plain, 1000)]
    private static partial Regex DateTimeForm();

    [GeneratedRegex(@"\A[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)\z", Plain, 1000)]
    private static partial Regex DecimalForm();

    [GeneratedRegex(@"\A[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}\z", Plain, 1000)]
    private static partial Regex Uuid();

    [GeneratedRegex(@"\A[A-Z]{3}\z", Plain, 1000)]
    private static partial Regex Currency();

    [GeneratedRegex(@"\A[A-Z]{2}\z", Plain, 1000)]
    private static partial Regex Country();

    [GeneratedRegex(@"\A[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?\z", Plain, 1000)]
    private static partial Regex BicForm();

    [GeneratedRegex(@"\A[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}\z", Plain, 1000)]
    private static partial Regex IbanForm();

    [GeneratedRegex(@"\A[A-Z0-9]{18}[0-9]{2}\z", Plain, 1000)]
    private static partial Regex LeiForm();
}
