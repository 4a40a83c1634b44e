using System.Text.Json;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>What kind of deposit this is; decides the chart code and the first limits.</summary>
public enum DepositProduct
{
    /// <summary>A person's current account with a card (个人活期).</summary>
    PersonalCurrent = 1,

    /// <summary>A firm's settlement account (单位结算账户).</summary>
    FirmCurrent = 2,
}

/// <summary>A customer's account. Its balance, freezes and daily allowance are in the ledger; this is who, what and how much may leave.</summary>
sealed class DepositAccount
{
    DepositAccount() { }

    /// <summary>The same id as the ledger account.</summary>
    public AccountId Id { get; private init; }
    public Guid PartyId { get; private init; }

    /// <summary>Card number, IBAN or other account number, without spaces. Sealed at rest.</summary>
    public string Number { get; private init; } = "";

    /// <summary>Keyed hash of <see cref="Number"/>; unique together with the currency, so one number may hold several currencies.</summary>
    public string NumberHash { get; private init; } = "";

    /// <summary>ISO 4217 code.</summary>
    public string Currency { get; private init; } = "";
    public DepositProduct Product { get; private init; }
    public DateOnly OpenedOn { get; private init; }

    /// <summary>Most that one payment may move, in minor units.</summary>
    public long PaymentLimit { get; private set; }

    /// <summary>Most that all payments of one business day may move, in minor units.</summary>
    public long DailyLimit { get; private set; }

    public Asset Asset => Assets.Of(Currency);

    public Money Minor(long minorUnits) => new(minorUnits, Asset);

    /// <summary>The id follows from number and currency, so that opening twice opens once.</summary>
    public static AccountId IdOf(string number, string currency) =>
        new(NameBasedId.From("accounts", "deposit", AccountNumber.Normal(number), currency));

    public static DepositAccount Open(
        Party owner, string number, string currency, TransferLimits limits, PersonalData personalData, DateOnly today)
    {
        number = AccountNumber.Normal(number);
        return new DepositAccount
        {
            Id = IdOf(number, currency),
            PartyId = owner.Id,
            Number = number,
            NumberHash = AccountNumber.Hash(personalData, number),
            Currency = currency,
            Product = owner.Kind == PartyKind.Person ? DepositProduct.PersonalCurrent : DepositProduct.FirmCurrent,
            OpenedOn = today,
            PaymentLimit = limits.PerPayment,
            DailyLimit = limits.PerDay,
        };
    }

    /// <summary>The account as the ledger opens it: a liability of the bank that can't be overdrawn.</summary>
    public Account ToLedgerAccount() => new()
    {
        Id = Id,
        Asset = Asset,
        Kind = AccountKind.Liability,
        ChartCode = Product == DepositProduct.PersonalCurrent ? ChartOfAccounts.PersonalDeposits : ChartOfAccounts.FirmDeposits,
        Reference = $"accounts/deposit/{Id}",
    };

    public void OnLimitsChanged(TransferLimits limits) => (PaymentLimit, DailyLimit) = (limits.PerPayment, limits.PerDay);
}

/// <summary>Limits on payments out of an account, in minor units of its currency.</summary>
/// <remarks>Defaults follow common practice of Chinese retail banks for online transfers; each customer may change them.</remarks>
public sealed record TransferLimits(long PerPayment, long PerDay)
{
    /// <summary>10^15 minor units: ten thousand billion yuan, far below what 64 bits hold.</summary>
    public const long Highest = 1_000_000_000_000_000;

    /// <summary>50,000.00 a payment and 200,000.00 a day.</summary>
    public static TransferLimits ForPersons { get; } = new(5_000_000, 20_000_000);

    /// <summary>50 million a payment and 500 million a day.</summary>
    public static TransferLimits ForFirms { get; } = new(5_000_000_000, 50_000_000_000);

    /// <summary>Limits that make sense, or what is wrong with them.</summary>
    public static Outcome<TransferLimits> Of(Money perPayment, Money perDay)
    {
        if (!perPayment.IsPositive)
            return new Refusal("limit_not_positive", "A limit must be more than zero.", "perPayment");
        if (perDay < perPayment)
            return new Refusal("daily_limit_too_low", "The limit per day can't be lower than the limit per payment.", "perDay");
        if (perDay.MinorUnits > Highest)
            return new Refusal("limit_too_high", "The limit per day is too high.", "perDay");
        return new TransferLimits(perPayment.MinorUnits, perDay.MinorUnits);
    }

    /// <summary>As they stand in the metadata of the entry that changes them.</summary>
    internal string Written() => JsonSerializer.Serialize(this);

    internal static TransferLimits Read(string metadata) =>
        JsonSerializer.Deserialize<TransferLimits>(metadata) ?? throw new InvalidDataException("An entry that changes limits names none.");
}

/// <summary>How account numbers are written, found and made.</summary>
public static class AccountNumber
{
    /// <summary>First digits of this bank's own cards. The range is made up and belongs to no issuer.</summary>
    public const string CardPrefix = "629999";

    internal static readonly Refusal Invalid = new("number_invalid", "An account number has 4 to 34 digits or letters.", "number");

    /// <summary>Without spaces and hyphens, in capitals.</summary>
    public static string Normal(string number) =>
        string.Concat(number.Where(c => !char.IsWhiteSpace(c) && c != '-')).ToUpperInvariant();

    /// <summary>A 19-digit card number: prefix, serial, Luhn digit (ISO/IEC 7812-1 annex B).</summary>
    /// <param name="serial">0 to 999,999,999,999.</param>
    public static string Card(long serial)
    {
        var digits = $"{CardPrefix}{serial:D12}";
        return digits + Luhn.CheckDigit(digits);
    }

    /// <summary>"6299 **** **** 1234": enough to recognise one's own account by.</summary>
    public static string Masked(string number) =>
        number.Length <= 8 ? number : $"{number[..4]} **** {number[^4..]}";

    internal static string Hash(PersonalData personalData, string number) =>
        personalData.Hash("account-number", Normal(number));
}
