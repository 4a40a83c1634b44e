using System.Xml.Linq;

namespace Pujiang.Accounts;

/// <summary>A piece of a message in the order of the file. <see cref="Source"/> is the element as it came: nothing is lost.</summary>
abstract record MessageItem(XElement Source);

/// <summary>A business application header (head.001).</summary>
sealed record BusinessHeader(XElement Source) : MessageItem(Source)
{
    public string? MessageId => Source.Text("BizMsgIdr");
    public string? MessageDefinition => Source.Text("MsgDefIdr");
    public string? Service => Source.Text("BizSvc");
    public string? Created => Source.Text("CreDt");
    public AgentReference From => Source.Child("Fr").Agent("FIId");
    public AgentReference To => Source.Child("To").Agent("FIId");
}

/// <summary>The header of a message: GrpHdr, or Assgnmt in investigations.</summary>
sealed record MessageHeader(MessageType Type, XElement Source) : MessageItem(Source)
{
    public string? MessageId => Source.Text("MsgId") ?? Source.Text("Id");
    public string? Created => Source.Text("CreDtTm");
    public string? NumberOfTransactions => Source.Text("NbOfTxs");
    public string? ControlSum => Source.Text("CtrlSum");
    public string? SettlementMethod => Source.Text("SttlmInf", "SttlmMtd");
    public AgentReference InstructingAgent => Source.Agent("InstgAgt");
    public AgentReference InstructedAgent => Source.Agent("InstdAgt");
}

/// <summary>A transfer between banks (CdtTrfTxInf of pacs.008 and pacs.009). In pacs.009 the parties are banks: see the agents.</summary>
sealed record InterbankTransfer(XElement Source) : MessageItem(Source)
{
    public string? InstructionId => Source.Text("PmtId", "InstrId");
    public string? EndToEndId => Source.Text("PmtId", "EndToEndId");
    public string? TransactionId => Source.Text("PmtId", "TxId");
    public string? Uetr => Source.Text("PmtId", "UETR");
    public MessageAmount Settled => MessageAmount.From(Source.Child("IntrBkSttlmAmt"));
    public MessageAmount Instructed => MessageAmount.From(Source.Child("InstdAmt"));
    public DateOnly? SettledOn => Source.Date("IntrBkSttlmDt");
    public string? ChargeBearer => Source.Text("ChrgBr");
    public PartyReference Debtor => Source.Party("Dbtr");
    public AgentReference DebtorBank => Source.Agent("Dbtr");
    public AccountReference DebtorAccount => Source.Account("DbtrAcct");
    public AgentReference DebtorAgent => Source.Agent("DbtrAgt");
    public AgentReference CreditorAgent => Source.Agent("CdtrAgt");
    public PartyReference Creditor => Source.Party("Cdtr");
    public AgentReference CreditorBank => Source.Agent("Cdtr");
    public AccountReference CreditorAccount => Source.Account("CdtrAcct");
    public RemittanceInformation Remittance => Source.Remittance();
}

/// <summary>A returned payment (TxInf of pacs.004).</summary>
sealed record PaymentReturn(XElement Source) : MessageItem(Source)
{
    public string? ReturnId => Source.Text("RtrId");
    public string? OriginalEndToEndId => Source.Text("OrgnlEndToEndId");
    public string? OriginalTransactionId => Source.Text("OrgnlTxId");
    public string? OriginalUetr => Source.Text("OrgnlUETR");
    public MessageAmount Returned => MessageAmount.From(Source.Child("RtrdIntrBkSttlmAmt"));
    public MessageAmount Original => MessageAmount.From(Source.Child("OrgnlIntrBkSttlmAmt"));
    public DateOnly? SettledOn => Source.Date("IntrBkSttlmDt");
    public IReadOnlyList<StatusReason> Reasons => Source.Reasons("RtrRsnInf");
}

/// <summary>The status of a whole message (OrgnlGrpInfAndSts of pain.002 and pacs.002).</summary>
sealed record ReportedGroup(XElement Source) : MessageItem(Source)
{
    public string? OriginalMessageId => Source.Text("OrgnlMsgId");
    public string? OriginalMessage => Source.Text("OrgnlMsgNmId");
    public string? Status => Source.Text("GrpSts");
    public IReadOnlyList<StatusReason> Reasons => Source.Reasons("StsRsnInf");
}

/// <summary>The status of a payment block of a pain.001 (OrgnlPmtInfAndSts), without its transactions, which follow.</summary>
sealed record ReportedBlock(XElement Source) : MessageItem(Source)
{
    public string? OriginalPaymentId => Source.Text("OrgnlPmtInfId");
    public string? Status => Source.Text("PmtInfSts");
    public IReadOnlyList<StatusReason> Reasons => Source.Reasons("StsRsnInf");
}

/// <summary>The status of a transaction (TxInfAndSts of pain.002 and pacs.002).</summary>
sealed record ReportedTransaction(XElement Source) : MessageItem(Source)
{
    public string? OriginalInstructionId => Source.Text("OrgnlInstrId");
    public string? OriginalEndToEndId => Source.Text("OrgnlEndToEndId");
    public string? OriginalTransactionId => Source.Text("OrgnlTxId");
    public string? OriginalUetr => Source.Text("OrgnlUETR");
    public string? Status => Source.Text("TxSts");
    public IReadOnlyList<StatusReason> Reasons => Source.Reasons("StsRsnInf");
}

/// <summary>An account in a camt.052, 053 or 054, without its entries, which follow.</summary>
sealed record ReportedAccount(XElement Source) : MessageItem(Source)
{
    public string? Id => Source.Text("Id");
    public AccountReference Account => Source.Account("Acct");
    public PartyReference Owner => Source.Child("Acct").Party("Ownr");
    public IEnumerable<ReportedBalance> Balances => Source.Children("Bal").Select(balance => new ReportedBalance(balance));
}

/// <summary>A balance of a statement.</summary>
sealed record ReportedBalance(XElement Source)
{
    /// <summary>OPBD, CLBD …</summary>
    public string? Type => Source.Child("Tp").Choice("CdOrPrtry");
    public MessageAmount Amount => MessageAmount.From(Source.Child("Amt"));
    public bool IsCredit => Source.Text("CdtDbtInd") == "CRDT";
    public DateOnly? Date => Source.Date("Dt");
}

/// <summary>An entry of a statement (Ntry).</summary>
sealed record ReportedEntry(XElement Source) : MessageItem(Source)
{
    public MessageAmount Amount => MessageAmount.From(Source.Child("Amt"));
    public bool IsCredit => Source.Text("CdtDbtInd") == "CRDT";
    public bool IsReversal => Source.Flag("RvslInd") ?? false;

    /// <summary>BOOK, PDNG or INFO: a plain text until version 6, then a choice.</summary>
    public string? Status => Source.Choice("Sts") ?? Source.Text("Sts");
    public DateOnly? BookedOn => Source.Date("BookgDt");
    public DateOnly? ValueDate => Source.Date("ValDt");
    public string? BankReference => Source.Text("AcctSvcrRef");
    public IEnumerable<ReportedDetail> Details =>
        Source.Children("NtryDtls").SelectMany(details => details.Children("TxDtls")).Select(detail => new ReportedDetail(detail));
}

/// <summary>One transaction within an entry (TxDtls).</summary>
sealed record ReportedDetail(XElement Source)
{
    public string? EndToEndId => Source.Text("Refs", "EndToEndId");
    public string? Uetr => Source.Text("Refs", "UETR");
    public PartyReference Debtor => Source.Child("RltdPties").Party("Dbtr");
    public AccountReference DebtorAccount => Source.Child("RltdPties").Account("DbtrAcct");
    public PartyReference Creditor => Source.Child("RltdPties").Party("Cdtr");
    public AccountReference CreditorAccount => Source.Child("RltdPties").Account("CdtrAcct");
    public RemittanceInformation Remittance => Source.Remittance();
    public string? ReturnReason => Source.Child("RtrInf").Choice("Rsn");
}

/// <summary>A payment that another bank wants back (TxInf of camt.056).</summary>
sealed record CancellationRequest(XElement Source) : MessageItem(Source)
{
    public string? CancellationId => Source.Text("CxlId");
    public string? OriginalEndToEndId => Source.Text("OrgnlEndToEndId");
    public string? OriginalTransactionId => Source.Text("OrgnlTxId");
    public string? OriginalUetr => Source.Text("OrgnlUETR");
    public MessageAmount Original => MessageAmount.From(Source.Child("OrgnlIntrBkSttlmAmt"));
    public IReadOnlyList<StatusReason> Reasons => Source.Reasons("CxlRsnInf");
}

/// <summary>The answer to an investigation (Sts of camt.029): CNCL, RJCR, PDCR …</summary>
sealed record InvestigationStatus(XElement Source) : MessageItem(Source)
{
    public string? Confirmation => Source.Text("Conf");
}

/// <summary>The status of one cancellation (TxInfAndSts of camt.029).</summary>
sealed record CancellationAnswer(XElement Source) : MessageItem(Source)
{
    public string? OriginalEndToEndId => Source.Text("OrgnlEndToEndId");
    public string? OriginalUetr => Source.Text("OrgnlUETR");
    public string? Status => Source.Text("TxCxlSts");
    public IReadOnlyList<StatusReason> Reasons => Source.Reasons("CxlStsRsnInf");
}

/// <summary>What has no type of its own: supplementary data, texts after the entries.</summary>
sealed record OtherItem(XElement Source) : MessageItem(Source);
