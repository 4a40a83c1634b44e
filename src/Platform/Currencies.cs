using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Pujiang.Ledger;

namespace Pujiang.Platform;

/// <summary>What a code of ISO 4217 stands for: only money of a country can be paid with.</summary>
public enum CurrencyKind : byte
{
    /// <summary>Legal tender of a country or currency union.</summary>
    Money = 1,

    /// <summary>A fund code or unit of account (CLF, CHE, XDR …): valid in a message, no cash behind it.</summary>
    Fund = 2,

    /// <summary>Gold, silver, platinum, palladium: traded by weight, without minor unit.</summary>
    Metal = 3,

    /// <summary>XTS for tests, XXX for "no currency".</summary>
    Special = 4,
}

/// <summary>A code of ISO 4217.</summary>
/// <remarks>Digits: after the point in one minor unit; null where ISO 4217 says "N.A." (XAU, XDR, XXX …).</remarks>
public sealed record Currency(string Code, int? Digits, CurrencyKind Kind)
{
    /// <summary>The ledger's asset for this currency; those without minor unit are held in whole units.</summary>
    public Asset Asset => field ??= new Asset(Code, Digits ?? 0);
}

/// <summary>
/// The codes of ISO 4217, list one, as of 2025. Codes that were replaced lately (ANG, BGN, CUC) are still taken, because
/// messages with them are still under way; older ones (DEM, LTL …) are not.
/// </summary>
public static class Currencies
{
    const string TwoDigits =
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF " +
        "CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG " +
        "HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU " +
        "MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR " +
        "SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED " +
        "VES WST XAD XCD XCG YER ZAR ZMW ZWG ANG CUC";
    const string NoDigits = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
    const string ThreeDigits = "BHD IQD JOD KWD LYD OMR TND";

    static readonly FrozenDictionary<string, Currency> ByCode = All().ToFrozenDictionary(c => c.Code);

    /// <summary>Every code of the list, in no particular order.</summary>
    public static IReadOnlyList<Currency> List => ByCode.Values;

    public static bool TryGet(string? code, [NotNullWhen(true)] out Currency? currency)
    {
        currency = null;
        return code is not null && ByCode.TryGetValue(code, out currency);
    }

    /// <summary>A code that the program itself names; an unknown one is a bug.</summary>
    public static Currency Find(string code) => ByCode[code];

    /// <summary>Digits that <paramref name="amount"/> needs after the point: 5442.09000 needs two.</summary>
    public static int DigitsNeeded(decimal amount)
    {
        var digits = (int)amount.Scale;
        // Trailing zeros are not precision: dividing by one with many places strips them.
        return digits == 0 ? 0 : (int)(amount / 1.0000000000000000000000000000m).Scale;
    }

    static IEnumerable<Currency> All() =>
    [
        .. Of(TwoDigits, 2, CurrencyKind.Money),
        .. Of(NoDigits, 0, CurrencyKind.Money),
        .. Of(ThreeDigits, 3, CurrencyKind.Money),
        .. Of("BOV CHE CHW COU MXV USN", 2, CurrencyKind.Fund),
        .. Of("CLF UYW", 4, CurrencyKind.Fund),
        .. Of("UYI", 0, CurrencyKind.Fund),
        .. Of("XBA XBB XBC XBD XDR XSU XUA", null, CurrencyKind.Fund),
        .. Of("XAG XAU XPD XPT", null, CurrencyKind.Metal),
        .. Of("XTS XXX", null, CurrencyKind.Special),
    ];

    static IEnumerable<Currency> Of(string codes, int? digits, CurrencyKind kind) =>
        codes.Split(' ').Select(code => new Currency(code, digits, kind));
}
