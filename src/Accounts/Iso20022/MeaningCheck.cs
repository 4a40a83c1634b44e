using System.Globalization;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>
/// What a schema can't say: identifiers, currencies, amounts. This base holds for every message; the families add
/// totals, duplicates and balances. It fills the facts on the way. "Level" is the depth below Document, which is 0.
/// </summary>
class MeaningCheck(MessageWalk walk, FindingList findings, bool collect)
{
    protected MessageWalk Walk { get; } = walk;
    protected FindingList Findings { get; } = findings;

    /// <summary>Whether the lists of facts are wanted; counts and sums always are.</summary>
    protected bool Collect { get; } = collect;
    protected DocumentFacts Facts { get; private init; } = new();

    public static MeaningCheck For(
        MessageWalk walk, FindingList findings, MessageFacts facts, MessageType type, Iso20022Options options)
    {
        var document = new DocumentFacts { Namespace = type.ToString() };
        facts.Documents.Add(document);
        // A header speaks of the one message behind it; further messages of an envelope have their own or none.
        if (facts.Header is { IsUsed: false, MessageDefinition: { } stated } header && stated != type.ToString())
            findings.Add(new(FindingCodes.BahMsgDefIdrMismatch, "/AppHdr/MsgDefIdr", stated, $"{type}, the message that follows.", Line: header.Line));
        if (facts.Header is not null) facts.Header.IsUsed = true;
        var collect = options.CollectFacts;
        return type.Family switch
        {
            "pain.001" or "pain.008" or "pacs.003" or "pacs.004" or "pacs.008" or "pacs.009" => new TransferMeaning(walk, findings, type, collect) { Facts = document },
            "camt.052" or "camt.053" or "camt.054" => new StatementMeaning(walk, findings, collect) { Facts = document },
            "pain.002" or "pacs.002" => new StatusMeaning(walk, findings, collect) { Facts = document },
            _ => new MeaningCheck(walk, findings, collect) { Facts = document },
        };
    }

    public virtual void Open(Frame frame, int level)
    {
        if (level == 1) Facts.RootElement = frame.Name;
    }

    /// <param name="frame">The element that ends.</param>
    /// <param name="text">Its text; empty for an element with children.</param>
    /// <param name="level">Its depth below Document.</param>
    public virtual void Close(Frame frame, string text, int level)
    {
        if (frame.HasChildren) return;
        if (frame.Currency is not null) CheckAmount(frame, text);
        CheckIdentifier(frame, text);
        if (level == 3 && Walk.NameAt(2) is "GrpHdr" or "Assgnmt") ReadHeader(frame.Name, text);
        if (level < 3) return;
        if (Collect && frame.Name == "UETR") Facts.Uetrs.Add(text);
        if (Collect && frame.Name is "Cd" or "Prtry" && Walk.NameAt(level - 1) == "Rsn") Facts.ReasonCodes.Add(text);
        if (frame.Name == "SttlmMtd" && level == 4) Facts.SettlementMethod = text;
    }

    void ReadHeader(string name, string text)
    {
        switch (name)
        {
            case "MsgId" or "Id": Facts.MessageId = text; break;
            case "CreDtTm": Facts.Created = text; break;
            case "NbOfTxs": Facts.NumberOfTransactions = text; break;
            case "CtrlSum": Facts.ControlSum = text; break;
            default: break;
        }
    }

    protected void Report(string code, Frame frame, string value, string expected, Severity severity = Severity.Error) =>
        Findings.Add(new(code, Walk.Path, value, expected, severity, frame.Line));

    void CheckIdentifier(Frame frame, string text)
    {
        switch (frame.Name)
        {
            case "IBAN":
                CheckIban(frame, text);
                break;
            case "LEI":
                if (!Lei.TryParse(text, out _, out var refusal)) Report(FindingCodes.LeiCheckDigits, frame, text, refusal);
                break;
            case "BICFI" or "BIC" or "AnyBIC" or "BICOrBEI" or "BEI":
                if (!Bic.TryParse(text, out _, out refusal)) Report(FindingCodes.BicForm, frame, text, refusal);
                break;
            case "Ccy" or "CcyOfTrf" or "SrcCcy" or "TrgtCcy" or "UnitCcy":
                CheckCurrency(frame, text);
                break;
            default:
                break;
        }
    }

    /// <summary>
    /// The check digits are the standard's own; the length of a country is the registry's, which grows and which other
    /// banks' statements and examples do not always follow. Only where we would pay to it is a wrong length an error.
    /// </summary>
    void CheckIban(Frame frame, string text)
    {
        if (Iban.TryParse(text, out _, out var refusal, out var fault)) return;
        if (fault == IbanFault.CheckDigits) Report(FindingCodes.IbanCheckDigits, frame, text, refusal);
        else Report(FindingCodes.IbanStructure, frame, text, refusal, PaysOut ? Severity.Error : Severity.Warning);
    }

    /// <summary>Whether this message makes us pay, so that what is doubtful is refused.</summary>
    protected virtual bool PaysOut => false;

    Currency? CheckCurrency(Frame frame, string code)
    {
        if (!Currencies.TryGet(code, out var currency))
            Report(FindingCodes.CurrencyUnknown, frame, code, "An active code of ISO 4217.");
        else if (currency.Kind is CurrencyKind.Metal or CurrencyKind.Special)
            Report(FindingCodes.CurrencyNotMoney, frame, code, "The currency of a country: metals and test codes can't be paid.", Severity.Warning);
        return currency;
    }

    void CheckAmount(Frame frame, string text)
    {
        var currency = CheckCurrency(frame, frame.Currency!);
        // What is no number at all is the structure rules' to report.
        if (!TryAmount(text, out var amount)) return;
        if (amount < 0) Report(FindingCodes.AmountNegative, frame, text, "An amount of zero or more; the direction has its own element.");
        if (currency?.Digits is not { } digits) return;
        if (Currencies.DigitsNeeded(amount) > digits)
            Report(FindingCodes.AmountDecimalsExceedCurrency, frame, text, $"At most {digits} digits after the point for {currency.Code}.");
        else if (!Money.TryFrom(amount, currency.Asset, out var money) || Math.Abs(money.MinorUnits) > LargestMinorUnits)
            Report(FindingCodes.AmountTooLarge, frame, text, "At most 10^18 minor units.");
    }

    /// <summary>The ledger's limit for one leg.</summary>
    const long LargestMinorUnits = 1_000_000_000_000_000_000;

    /// <summary>An amount of at most 18 digits before the point, so that sums of them can't overflow.</summary>
    public static bool TryAmount(string text, out decimal amount) => decimal.TryParse(
        text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out amount)
        && Math.Abs(amount) < 1_000_000_000_000_000_000m;
}

/// <summary>The business application header, and the facts of it.</summary>
sealed class HeaderMeaning : MeaningCheck
{
    readonly HeaderFacts _header;

    public HeaderMeaning(MessageWalk walk, FindingList findings, MessageFacts facts, MessageType type)
        : base(walk, findings, collect: false) =>
        facts.Header = _header = new HeaderFacts { Namespace = type.ToString() };

    public override void Close(Frame frame, string text, int level)
    {
        base.Close(frame, text, level);
        if (level != 1) return;
        switch (frame.Name)
        {
            case "BizMsgIdr": _header.BusinessMessageId = text; break;
            case "MsgDefIdr": (_header.MessageDefinition, _header.Line) = (text, frame.Line); break;
            case "BizSvc": _header.BusinessService = text; break;
            case "CreDt": _header.Created = text; break;
            default: break;
        }
    }
}

/// <summary>Status reports: how many transactions have which status.</summary>
sealed class StatusMeaning(MessageWalk walk, FindingList findings, bool collect) : MeaningCheck(walk, findings, collect)
{
    public override void Close(Frame frame, string text, int level)
    {
        base.Close(frame, text, level);
        if (frame.Name == "TxInfAndSts") Facts.StatusCount = (Facts.StatusCount ?? 0) + 1;
        else if (frame.Name == "GrpSts") Facts.GroupStatuses.Add(text);
        else if (frame.Name == "TxSts")
            Facts.TransactionStatuses[text] = Facts.TransactionStatuses.GetValueOrDefault(text) + 1;
    }
}
