using System.Xml;
using System.Xml.Linq;

namespace Pujiang.Accounts;

/// <summary>
/// Reads a pain.001 as a stream: the header, then each payment block followed by its transfers. Only one transfer is
/// in memory at a time. It does not check: run <see cref="Iso20022Checker"/> over the file first (a second pass),
/// because the totals of the header can only be compared when the last transfer was read.
/// </summary>
static class PaymentFileReader
{
    /// <exception cref="XmlException">Not well-formed, or with a DTD. A file that passed the checker never throws.</exception>
    public static IEnumerable<PaymentFilePart> Read(Stream stream, Iso20022Options? options = null)
    {
        using var reader = SafeXml.Reader(stream, options ?? new Iso20022Options());
        if (!SafeXml.MoveTo(reader, "CstmrCdtTrfInitn") && !reader.EOF) yield break;
        if (reader.EOF || !MessageType.TryParse(reader.NamespaceURI, out var type)) yield break;
        var payments = 0;
        var root = reader.Depth;
        reader.Read();
        while (!reader.EOF && reader.Depth > root)
        {
            if (reader.NodeType != XmlNodeType.Element) reader.Read();
            else if (reader.LocalName == "GrpHdr") yield return Header(type, Element(reader));
            else if (reader.LocalName == "PmtInf")
                foreach (var part in Payment(reader, ++payments)) yield return part;
            else reader.Skip();
        }
    }

    /// <summary>Each transfer with the block it stands in.</summary>
    public static IEnumerable<(PaymentInformation Payment, CreditTransfer Transfer)> ReadTransfers(
        Stream stream, Iso20022Options? options = null)
    {
        PaymentInformation? payment = null;
        foreach (var part in Read(stream, options))
            if (part is PaymentInformation block) payment = block;
            else if (part is CreditTransfer transfer) yield return (payment!, transfer);
    }

    static IEnumerable<PaymentFilePart> Payment(XmlReader reader, int index)
    {
        var block = new XElement(XName.Get(reader.LocalName, reader.NamespaceURI));
        var line = SafeXml.Line(reader);
        var depth = reader.Depth;
        var transfers = 0;
        var empty = reader.IsEmptyElement;
        reader.Read();
        while (!empty && reader.Depth > depth)
        {
            if (reader.NodeType != XmlNodeType.Element) reader.Read();
            else if (reader.LocalName != "CdtTrfTxInf") block.Add(Element(reader));
            else
            {
                // All that describes the block stands before its first transfer.
                if (transfers++ == 0) yield return Block(index, block, line);
                var transferLine = SafeXml.Line(reader);
                yield return Transfer(index, transfers, Element(reader), transferLine);
            }
        }
        if (transfers == 0) yield return Block(index, block, line);
        if (!empty) reader.Read();
    }

    static XElement Element(XmlReader reader) => (XElement)XNode.ReadFrom(reader);

    static PaymentFileHeader Header(MessageType type, XElement source) =>
        new(type, source.Text("MsgId") ?? "", source)
        {
            Created = source.Text("CreDtTm") ?? "",
            NumberOfTransactions = source.Text("NbOfTxs") ?? "",
            ControlSum = source.Text("CtrlSum"),
            Initiator = source.Party("InitgPty"),
        };

    static PaymentInformation Block(int index, XElement source, int line) =>
        new(index, source.Text("PmtInfId") ?? "", source)
        {
            Method = source.Text("PmtMtd") ?? "",
            BatchBooking = source.Flag("BtchBookg"),
            NumberOfTransactions = source.Text("NbOfTxs"),
            ControlSum = source.Text("CtrlSum"),
            RequestedOn = source.Date("ReqdExctnDt"),
            ServiceLevel = source.Child("PmtTpInf").Choice("SvcLvl"),
            CategoryPurpose = source.Child("PmtTpInf").Choice("CtgyPurp"),
            Debtor = source.Party("Dbtr"),
            DebtorAccount = source.Account("DbtrAcct"),
            DebtorAgent = source.Agent("DbtrAgt"),
            UltimateDebtor = source.Party("UltmtDbtr"),
            ChargeBearer = source.Text("ChrgBr"),
            Path = $"/Document/CstmrCdtTrfInitn/PmtInf[{index}]",
            Line = line,
        };

    static CreditTransfer Transfer(int payment, int index, XElement source, int line)
    {
        var id = source.Child("PmtId");
        var amount = source.Child("Amt");
        return new CreditTransfer(payment, index, id.Text("EndToEndId") ?? "", source)
        {
            InstructionId = id.Text("InstrId"),
            Uetr = id.Text("UETR"),
            Amount = MessageAmount.From(amount.Child("InstdAmt") ?? amount.Child("EqvtAmt", "Amt")),
            TransferCurrency = amount.Text("EqvtAmt", "CcyOfTrf"),
            Creditor = source.Party("Cdtr"),
            CreditorAccount = source.Account("CdtrAcct"),
            CreditorAgent = source.Agent("CdtrAgt"),
            UltimateCreditor = source.Party("UltmtCdtr"),
            ServiceLevel = source.Child("PmtTpInf").Choice("SvcLvl"),
            ChargeBearer = source.Text("ChrgBr"),
            Purpose = source.Choice("Purp"),
            Remittance = source.Remittance(),
            Path = $"/Document/CstmrCdtTrfInitn/PmtInf[{payment}]/CdtTrfTxInf[{index}]",
            Line = line,
        };
    }
}
