using System.Globalization;
using System.Xml.Linq;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>One piece of a pain.001 in the order of the file: the header, then each payment block followed by its transfers.</summary>
abstract record PaymentFilePart;

/// <summary>The group header.</summary>
/// <remarks><see cref="Source"/> is the element as it came: what has no property of its own is found there.</remarks>
sealed record PaymentFileHeader(MessageType Type, string MessageId, XElement Source) : PaymentFilePart
{
    /// <summary>CreDtTm as written: pain.002 repeats it character by character.</summary>
    public string Created { get; init; } = "";
    public string NumberOfTransactions { get; init; } = "";
    public string? ControlSum { get; init; }
    public PartyReference Initiator { get; init; } = PartyReference.None;
}

/// <summary>A PmtInf block without its transactions.</summary>
sealed record PaymentInformation(int Index, string PaymentId, XElement Source) : PaymentFilePart
{
    /// <summary>TRF transfer, CHK cheque, TRA transfer advice.</summary>
    public string Method { get; init; } = "";
    public bool? BatchBooking { get; init; }
    public string? NumberOfTransactions { get; init; }
    public string? ControlSum { get; init; }

    /// <summary>The day the debtor wants it done; null when the text is no date.</summary>
    public DateOnly? RequestedOn { get; init; }
    public string? ServiceLevel { get; init; }
    public string? CategoryPurpose { get; init; }
    public PartyReference Debtor { get; init; } = PartyReference.None;
    public AccountReference DebtorAccount { get; init; } = AccountReference.None;
    public AgentReference DebtorAgent { get; init; } = AgentReference.None;
    public PartyReference UltimateDebtor { get; init; } = PartyReference.None;
    public string? ChargeBearer { get; init; }
    public string Path { get; init; } = "";
    public int Line { get; init; }
}

/// <summary>A CdtTrfTxInf.</summary>
/// <param name="PaymentIndex">The block it stands in, from 1.</param>
/// <param name="Index">Its place in the block, from 1.</param>
/// <param name="EndToEndId">The debtor's reference, "NOTPROVIDED" when the debtor has none.</param>
/// <param name="Source">The element as it came: what has no property here is found there.</param>
sealed record CreditTransfer(int PaymentIndex, int Index, string EndToEndId, XElement Source) : PaymentFilePart
{
    public string? InstructionId { get; init; }
    public string? Uetr { get; init; }

    /// <summary>InstdAmt, or the amount of EqvtAmt (then <see cref="TransferCurrency"/> says what is to be paid out).</summary>
    public MessageAmount Amount { get; init; }

    /// <summary>Only with an equivalent amount: the currency the creditor gets.</summary>
    public string? TransferCurrency { get; init; }
    public PartyReference Creditor { get; init; } = PartyReference.None;
    public AccountReference CreditorAccount { get; init; } = AccountReference.None;
    public AgentReference CreditorAgent { get; init; } = AgentReference.None;
    public PartyReference UltimateCreditor { get; init; } = PartyReference.None;
    public string? ServiceLevel { get; init; }
    public string? ChargeBearer { get; init; }
    public string? Purpose { get; init; }
    public RemittanceInformation Remittance { get; init; } = RemittanceInformation.None;
    public string Path { get; init; } = "";
    public int Line { get; init; }
}

/// <summary>An amount as a message states it: not yet known to be money, since currency and digits may be wrong.</summary>
readonly record struct MessageAmount(decimal Units, string Currency)
{
    /// <summary>The amount in the ledger's asset; false for an unknown currency, too many digits or too large a number.</summary>
    public bool TryToMoney(out Money money)
    {
        money = default;
        return Currencies.TryGet(Currency, out var currency) && Money.TryFrom(Units, currency.Asset, out money);
    }

    /// <summary>Reads an Amt element with its Ccy attribute; zero without currency when it is no amount.</summary>
    public static MessageAmount From(XElement? element) =>
        decimal.TryParse(element?.Value.Trim(), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var units)
            ? new(units, element?.Attribute("Ccy")?.Value ?? "") : new(0, "");
}

/// <summary>A party: a person or a firm.</summary>
sealed record PartyReference(string? Name, string? Lei, string? Bic, string? Country, string? OtherId, XElement? Source)
{
    public static PartyReference None { get; } = new(null, null, null, null, null, null);
}

/// <summary>An account: its IBAN, or its number in another scheme.</summary>
sealed record AccountReference(string? Iban, string? Other, string? Currency, XElement? Source)
{
    public static AccountReference None { get; } = new(null, null, null, null);

    /// <summary>IBAN or other number, whichever there is.</summary>
    public string? Number => Iban ?? Other;
}

/// <summary>A financial institution.</summary>
sealed record AgentReference(string? Bic, string? ClearingMemberId, string? Lei, string? Name, XElement? Source)
{
    public static AgentReference None { get; } = new(null, null, null, null, null);
}

/// <summary>What the payment is for.</summary>
/// <remarks>Unstructured: lines of free text. References: creditor references of the structured part (ISO 11649 or other).</remarks>
sealed record RemittanceInformation(IReadOnlyList<string> Unstructured, IReadOnlyList<string> References, XElement? Source)
{
    public static RemittanceInformation None { get; } = new([], [], null);

    /// <summary>All of it on one line, as a statement shows it.</summary>
    public string Text => string.Join(' ', Unstructured.Concat(References));
}
