namespace Pujiang.Accounts;

/// <summary>The codes of findings. They are part of the interface: never renamed, only added.</summary>
public static class FindingCodes
{
    public const string NotWellFormed = "NOT_WELL_FORMED";
    public const string DtdForbidden = "DTD_FORBIDDEN";
    public const string FileTooLarge = "FILE_TOO_LARGE";
    public const string NoMessage = "NO_MESSAGE";
    public const string ForeignNamespace = "FOREIGN_NAMESPACE";
    public const string UnsupportedVersion = "UNSUPPORTED_VERSION";
    public const string Schema = "SCHEMA";
    public const string ElementMissing = "ELEMENT_MISSING";
    public const string ElementOrder = "ELEMENT_ORDER";
    public const string ElementRepeated = "ELEMENT_REPEATED";
    public const string ElementUnknown = "ELEMENT_UNKNOWN";
    public const string ChoiceAmbiguous = "CHOICE_AMBIGUOUS";
    public const string AttributeMissing = "ATTRIBUTE_MISSING";
    public const string TextTooLong = "TEXT_TOO_LONG";
    public const string TextEmpty = "TEXT_EMPTY";
    public const string TextUnexpected = "TEXT_UNEXPECTED";
    public const string Pattern = "PATTERN";
    public const string CodeUnknown = "CODE_UNKNOWN";
    public const string NumberInvalid = "NUMBER_INVALID";
    public const string DateInvalid = "DATE_INVALID";
    public const string AmountZero = "AMOUNT_ZERO";
    public const string AmountNegative = "AMOUNT_NEGATIVE";
    public const string AmountTooLarge = "AMOUNT_TOO_LARGE";
    public const string AmountDecimalsExceedCurrency = "AMOUNT_DECIMALS_EXCEED_CURRENCY";
    public const string CurrencyUnknown = "CURRENCY_UNKNOWN";
    public const string CurrencyNotMoney = "CURRENCY_NOT_MONEY";
    public const string CtrlSumMismatch = "CTRL_SUM_MISMATCH";
    public const string NbOfTxsMismatch = "NB_OF_TXS_MISMATCH";
    public const string DuplicatePaymentId = "DUPLICATE_PAYMENT_ID";
    public const string DuplicateTransaction = "DUPLICATE_TRANSACTION";
    public const string IbanCheckDigits = "IBAN_CHECK_DIGITS";
    public const string IbanStructure = "IBAN_STRUCTURE";
    public const string LeiCheckDigits = "LEI_CHECK_DIGITS";
    public const string BicForm = "BIC_FORM";
    public const string BahMsgDefIdrMismatch = "BAH_MSGDEFIDR_MISMATCH";
    public const string StatementRollForward = "STATEMENT_ROLL_FORWARD";
    public const string StatementDuplicateEntry = "STATEMENT_DUPLICATE_ENTRY";
    public const string EntryCountMismatch = "ENTRY_COUNT_MISMATCH";

    /// <summary>Every code with its meaning; the table in docs/iso20022.md is this one.</summary>
    public static IReadOnlyList<(string Code, string Meaning)> All { get; } =
    [
        ("NOT_WELL_FORMED", "The XML is broken or nested too deep; nothing behind that place was read"),
        ("DTD_FORBIDDEN", "The file has a DOCTYPE; it is refused unread"),
        ("FILE_TOO_LARGE", "The file is longer than the setting allows"),
        ("NO_MESSAGE", "No Document of ISO 20022 is in the file"),
        ("FOREIGN_NAMESPACE", "The Document is not in a namespace of ISO 20022 (for example a national variant)"),
        ("UNSUPPORTED_VERSION", "We do not read this message or version, and there is no official schema for it"),
        ("SCHEMA", "The official schema refuses it; its own words are in \"expected\""),
        ("ELEMENT_MISSING", "A mandatory element is missing"),
        ("ELEMENT_ORDER", "An element stands behind one that must follow it"),
        ("ELEMENT_REPEATED", "An element is there more often than allowed"),
        ("ELEMENT_UNKNOWN", "An element that has no place there: an error in pain.001, else a warning; it is kept"),
        ("CHOICE_AMBIGUOUS", "Two elements of which only one may be there"),
        ("ATTRIBUTE_MISSING", "An amount without currency"),
        ("TEXT_TOO_LONG", "A text is longer than allowed"),
        ("TEXT_EMPTY", "A text is empty"),
        ("TEXT_UNEXPECTED", "Text where elements must be, or elements where text must be"),
        ("PATTERN", "A value does not have the form of its type"),
        ("CODE_UNKNOWN", "A code is not in its list"),
        ("NUMBER_INVALID", "Not a number, or with too many digits"),
        ("DATE_INVALID", "Not a date of the calendar, or not in the form of ISO 8601"),
        ("AMOUNT_ZERO", "The amount of a transaction is zero"),
        ("AMOUNT_NEGATIVE", "An amount is negative"),
        ("AMOUNT_TOO_LARGE", "An amount is greater than 10^18 minor units"),
        ("AMOUNT_DECIMALS_EXCEED_CURRENCY", "An amount has more decimals than its currency (trailing zeros do not count)"),
        ("CURRENCY_UNKNOWN", "Not an active code of ISO 4217"),
        ("CURRENCY_NOT_MONEY", "A metal, test or \"no currency\" code (warning)"),
        ("CTRL_SUM_MISMATCH", "A control sum is not the sum of its transactions, whatever their currencies"),
        ("NB_OF_TXS_MISMATCH", "A number of transactions is not the number counted"),
        ("DUPLICATE_PAYMENT_ID", "Two payment blocks have the same id"),
        ("DUPLICATE_TRANSACTION", "Two transactions have the same UETR, transaction id or end-to-end id (NOTPROVIDED is none)"),
        ("IBAN_CHECK_DIGITS", "The check digits of an IBAN are wrong"),
        ("IBAN_STRUCTURE", "An IBAN has not the length or characters of its country: an error in pain.001, else a warning"),
        ("LEI_CHECK_DIGITS", "An LEI has the wrong form or check digits"),
        ("BIC_FORM", "Not the form of a BIC"),
        ("BAH_MSGDEFIDR_MISMATCH", "The business application header announces another message"),
        ("STATEMENT_ROLL_FORWARD", "Opening balance and booked entries do not lead to the closing balance; as a warning: closing booked balance and credit line do not lead to the closing available balance"),
        ("STATEMENT_DUPLICATE_ENTRY", "An entry is stated twice (a warning when neither has a reference)"),
        ("ENTRY_COUNT_MISMATCH", "The number of entries is not the number stated (warning)"),
    ];
}
