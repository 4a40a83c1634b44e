using System.Xml;
using System.Xml.Linq;

namespace Pujiang.Accounts;

/// <summary>
/// Reads the messages that come from other banks (pain.002, pacs.002, 004, 008, 009, camt.029, 052, 053, 054, 056 and
/// the header head.001) as a stream of items; one item is in memory at a time. It does not check: see <see cref="Iso20022Checker"/>.
/// </summary>
static class MessageReader
{
    /// <summary>Elements whose children come one by one, because there may be a hundred thousand.</summary>
    static readonly HashSet<string> Containers = ["Stmt", "Rpt", "Ntfctn", "OrgnlPmtInfAndSts", "Undrlyg", "CxlDtls"];
    static readonly HashSet<string> Repeated = ["Ntry", "TxInf", "TxInfAndSts"];

    /// <exception cref="XmlException">Not well-formed, or with a DTD.</exception>
    public static IEnumerable<MessageItem> Read(Stream stream, Iso20022Options? options = null)
    {
        using var reader = SafeXml.Reader(stream, options ?? new Iso20022Options());
        while (reader.Read())
            if (reader.NodeType != XmlNodeType.Element || !MessageType.TryParse(reader.NamespaceURI, out var type)) continue;
            else if (reader.LocalName == "AppHdr")
                foreach (var item in Whole(reader, source => new BusinessHeader(source))) yield return item;
            else if (reader.LocalName == "Document")
                foreach (var item in Document(reader, type)) yield return item;
    }

    /// <summary>Reads the element through a reader of its own, so that the outer one stops at its end and not behind it.</summary>
    static IEnumerable<MessageItem> Whole(XmlReader reader, Func<XElement, MessageItem> make)
    {
        using var element = reader.ReadSubtree();
        yield return make(XElement.Load(element));
    }

    static IEnumerable<MessageItem> Document(XmlReader reader, MessageType type)
    {
        using var document = reader.ReadSubtree();
        while (document.Read())
        {
            if (document.NodeType != XmlNodeType.Element || document.Depth < 2) continue;
            var items = Containers.Contains(document.LocalName)
                ? Container(document, type) : Whole(document, source => Item(type, source));
            foreach (var item in items) yield return item;
        }
    }

    static IEnumerable<MessageItem> Container(XmlReader reader, MessageType type)
    {
        using var container = reader.ReadSubtree();
        container.Read();
        var head = new XElement(XName.Get(container.LocalName, container.NamespaceURI));
        var told = false;
        while (container.Read())
        {
            if (container.NodeType != XmlNodeType.Element) continue;
            using var child = container.ReadSubtree();
            var source = XElement.Load(child);
            if (!told && !Repeated.Contains(source.Name.LocalName))
            {
                head.Add(source);
                continue;
            }
            if (!told) yield return Item(type, head);
            told = true;
            yield return Item(type, source);
        }
        if (!told) yield return Item(type, head);
    }

    static MessageItem Item(MessageType type, XElement source) => (source.Name.LocalName, type.Family) switch
    {
        ("GrpHdr" or "Assgnmt", _) => new MessageHeader(type, source),
        ("CdtTrfTxInf", _) => new InterbankTransfer(source),
        ("TxInf", "pacs.004") => new PaymentReturn(source),
        ("TxInf", "camt.056") => new CancellationRequest(source),
        ("OrgnlGrpInfAndSts", "pain.002" or "pacs.002") => new ReportedGroup(source),
        ("OrgnlPmtInfAndSts", "pain.002") => new ReportedBlock(source),
        ("TxInfAndSts", "pain.002" or "pacs.002") => new ReportedTransaction(source),
        ("TxInfAndSts", "camt.029") => new CancellationAnswer(source),
        ("Sts", "camt.029") => new InvestigationStatus(source),
        ("Stmt" or "Rpt" or "Ntfctn", _) => new ReportedAccount(source),
        ("Ntry", _) => new ReportedEntry(source),
        _ => new OtherItem(source),
    };

    /// <summary>Reasons given in one element or several, each with its lines of text joined.</summary>
    public static IReadOnlyList<StatusReason> Reasons(this XElement element, string name) =>
        [.. element.Children(name).Select(reason => new StatusReason(
            reason.Choice("Rsn") ?? StatusReasons.Narrative, string.Join(' ', reason.Children("AddtlInf").Select(line => line.Value))))];
}
