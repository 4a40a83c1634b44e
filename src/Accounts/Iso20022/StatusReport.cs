namespace Pujiang.Accounts;

/// <summary>Statuses of ISO 20022 (external code sets PaymentGroupStatus and PaymentTransactionStatus) that this bank gives.</summary>
enum PaymentStatus : byte
{
    /// <summary>Technical checks passed.</summary>
    ACTC = 1,

    /// <summary>Customer and account checked too.</summary>
    ACCP = 2,

    /// <summary>Accepted, waits for its date or for settlement.</summary>
    ACSP = 3,

    /// <summary>Settled: the ledger has posted it.</summary>
    ACSC = 4,

    /// <summary>Accepted with a change.</summary>
    ACWC = 5,

    /// <summary>Waits for a check or an approval.</summary>
    PDNG = 6,

    /// <summary>Some transfers were accepted, others not. Only for a group or a payment block.</summary>
    PART = 7,

    /// <summary>Received, nothing checked yet. Only for a group or a payment block.</summary>
    RCVD = 8,

    RJCT = 9,
}

/// <summary>Why something was refused: a code of the external set StatusReason1Code and words for people.</summary>
/// <param name="Code">One of <see cref="StatusReasons"/>.</param>
/// <param name="Text">Any length; written in lines of at most 105 characters.</param>
sealed record StatusReason(string Code, string? Text = null);

/// <summary>The answer to a pain.001, as far as it is known before its transfers are listed.</summary>
sealed record StatusReport
{
    /// <summary>The pain.001 version decides which pain.002 is written.</summary>
    public required MessageType Original { get; init; }

    /// <summary>Our own message id, at most 35 characters.</summary>
    public required string MessageId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>MsgId of the pain.001; "NOTPROVIDED" where it could not be read.</summary>
    public required string OriginalMessageId { get; init; }

    /// <summary>CreDtTm as the customer wrote it; left out when it is no date and time.</summary>
    public string? OriginalCreated { get; init; }
    public string? OriginalNumberOfTransactions { get; init; }
    public string? OriginalControlSum { get; init; }
    public PaymentStatus? GroupStatus { get; init; }
    public IReadOnlyList<StatusReason> GroupReasons { get; init; } = [];

    /// <summary>Read once, while writing; may be a query that streams.</summary>
    public IEnumerable<PaymentBlockStatus> Payments { get; init; } = [];
}

/// <summary>The status of a payment block (PmtInf).</summary>
sealed record PaymentBlockStatus(string OriginalPaymentId)
{
    public string? OriginalNumberOfTransactions { get; init; }
    public string? OriginalControlSum { get; init; }
    public PaymentStatus? Status { get; init; }
    public IReadOnlyList<StatusReason> Reasons { get; init; } = [];

    /// <summary>Read once, while writing.</summary>
    public IEnumerable<TransferStatusLine> Transfers { get; init; } = [];
}

/// <summary>The status of one transfer.</summary>
sealed record TransferStatusLine(string? OriginalEndToEndId, PaymentStatus Status)
{
    /// <summary>Our id of this line, at most 35 characters.</summary>
    public string? StatusId { get; init; }
    public string? OriginalInstructionId { get; init; }
    public string? OriginalUetr { get; init; }
    public IReadOnlyList<StatusReason> Reasons { get; init; } = [];

    /// <summary>When the bank accepted it; left out for refusals.</summary>
    public DateTimeOffset? AcceptedAt { get; init; }

    /// <summary>The bank's reference (the ledger entry), at most 35 characters.</summary>
    public string? BankReference { get; init; }
}

/// <summary>The reason codes this bank gives, all of the external code set ExternalStatusReason1Code.</summary>
static class StatusReasons
{
    public const string IncorrectAccount = "AC01";
    public const string InvalidDebtorAccount = "AC02";
    public const string InvalidCreditorAccount = "AC03";
    public const string ClosedAccount = "AC04";
    public const string BlockedAccount = "AC06";
    public const string ClosedCreditorAccount = "AC07";
    public const string TransactionForbidden = "AG01";
    public const string InvalidOperationCode = "AG02";
    public const string ZeroAmount = "AM01";
    public const string NotAllowedAmount = "AM02";
    public const string NotAllowedCurrency = "AM03";
    public const string InsufficientFunds = "AM04";
    public const string Duplicate = "AM05";
    public const string WrongAmount = "AM09";
    public const string InvalidControlSum = "AM10";
    public const string InvalidCurrency = "AM11";
    public const string InvalidAmount = "AM12";
    public const string ExceedsLimit = "AM14";
    public const string InvalidNumberOfTransactions = "AM18";
    public const string IncorrectCreditorName = "BE01";
    public const string UnknownEndCustomer = "BE06";
    public const string MissingMandatoryElement = "CH21";
    public const string InvalidDate = "DT01";
    public const string ExecutionDateChanged = "DT06";
    public const string DuplicateMessageId = "DU01";
    public const string DuplicatePaymentId = "DU02";
    public const string DuplicateTransaction = "DU03";
    public const string DuplicateEndToEndId = "DU04";
    public const string InvalidFileFormat = "FF01";
    public const string SyntaxError = "FF02";
    public const string MissingDebtorAccount = "MD01";
    public const string NotSpecifiedReason = "MS03";
    public const string Narrative = "NARR";
    public const string InvalidBankIdentifier = "RC01";
    public const string InvalidCreditorBank = "RC04";
    public const string RegulatoryReason = "RR04";
    public const string InvalidCutOff = "TM01";

    /// <summary>Every code above with its meaning, for the documentation and the counter.</summary>
    public static IReadOnlyList<(string Code, string Meaning)> All { get; } =
    [
        (IncorrectAccount, "The account number is wrong or unknown (also: its check digits)"),
        (InvalidDebtorAccount, "The debtor's account is wrong or not the sender's"),
        (InvalidCreditorAccount, "The creditor's account is wrong"),
        (ClosedAccount, "The account is closed"),
        (BlockedAccount, "The account is blocked"),
        (ClosedCreditorAccount, "The creditor's account is closed"),
        (TransactionForbidden, "This kind of transaction is not allowed on this account"),
        (InvalidOperationCode, "The payment method is not one this bank offers"),
        (ZeroAmount, "The amount is zero"),
        (NotAllowedAmount, "The amount is greater than allowed"),
        (NotAllowedCurrency, "The account is not kept in this currency"),
        (InsufficientFunds, "Not enough money on the account"),
        (Duplicate, "The same transaction was already received"),
        (WrongAmount, "The amount is not the one agreed or expected"),
        (InvalidControlSum, "The control sum is not the sum of the transactions"),
        (InvalidCurrency, "The currency is not one of ISO 4217"),
        (InvalidAmount, "The amount has the wrong form, for example too many decimals"),
        (ExceedsLimit, "The amount exceeds the limit agreed"),
        (InvalidNumberOfTransactions, "The number of transactions is not the stated one"),
        (IncorrectCreditorName, "The name does not belong to the account"),
        (UnknownEndCustomer, "The customer is not known at this bank"),
        (MissingMandatoryElement, "A mandatory element is missing"),
        (InvalidDate, "The date is wrong or too far away"),
        (ExecutionDateChanged, "The requested day is past; it was carried out on another"),
        (DuplicateMessageId, "The message id was used before"),
        (DuplicatePaymentId, "The payment information id was used before"),
        (DuplicateTransaction, "The transaction id was used before"),
        (DuplicateEndToEndId, "The end-to-end id was used before"),
        (InvalidFileFormat, "The file is not of a form this bank can read (also: its message or version)"),
        (SyntaxError, "The XML is broken"),
        (MissingDebtorAccount, "There is no mandate or debtor account"),
        (NotSpecifiedReason, "The bank does not give the reason"),
        (Narrative, "The reason is in the text"),
        (InvalidBankIdentifier, "The bank identifier (BIC) is wrong"),
        (InvalidCreditorBank, "The creditor's bank identifier is wrong or missing"),
        (RegulatoryReason, "Refused for a regulatory reason"),
        (InvalidCutOff, "Received after the cut-off time"),
    ];

    /// <summary>The reason code that answers a finding of the checker.</summary>
    public static string For(string findingCode) => findingCode switch
    {
        FindingCodes.AmountZero => ZeroAmount,
        FindingCodes.AmountNegative or FindingCodes.AmountDecimalsExceedCurrency or FindingCodes.AmountTooLarge => InvalidAmount,
        FindingCodes.CurrencyUnknown => InvalidCurrency,
        FindingCodes.CurrencyNotMoney => NotAllowedCurrency,
        FindingCodes.CtrlSumMismatch => InvalidControlSum,
        FindingCodes.NbOfTxsMismatch => InvalidNumberOfTransactions,
        FindingCodes.IbanCheckDigits or FindingCodes.IbanStructure => IncorrectAccount,
        FindingCodes.BicForm => InvalidBankIdentifier,
        FindingCodes.DuplicatePaymentId => DuplicatePaymentId,
        FindingCodes.DuplicateTransaction => Duplicate,
        FindingCodes.DateInvalid => InvalidDate,
        FindingCodes.ElementMissing => MissingMandatoryElement,
        FindingCodes.NotWellFormed or FindingCodes.DtdForbidden => SyntaxError,
        _ => InvalidFileFormat,
    };
}
