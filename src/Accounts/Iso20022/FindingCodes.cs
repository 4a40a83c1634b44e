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
    public const string EntrySumMismatch = "ENTRY_SUM_MISMATCH";
    public const string EntryCountMismatch = "ENTRY_COUNT_MISMATCH";
}
