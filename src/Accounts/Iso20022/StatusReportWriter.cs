using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;

namespace Pujiang.Accounts;

/// <summary>Writes pain.002, the answer to a pain.001, in the version that belongs to it; as a stream, line by line.</summary>
static partial class StatusReportWriter
{
    /// <summary>The pain.002 that answers a pain.001, by the release in which both were published.</summary>
    public static MessageType AnswerTo(MessageType initiation) => new("pain.002", initiation.Version switch
    {
        <= 3 => 3,
        <= 9 => 10,
        <= 11 => 11,
        12 => 14,
        _ => 15,
    });

    public static void Write(Stream stream, StatusReport report)
    {
        var type = AnswerTo(report.Original);
        using var writer = MessageWriting.Open(stream, type);
        writer.Start("CstmrPmtStsRpt");
        writer.Start("GrpHdr");
        writer.Required("MsgId", report.MessageId, 35);
        writer.WriteElementString("CreDtTm", null, MessageWriting.Timestamp(report.CreatedAt));
        writer.WriteEndElement();
        WriteGroup(writer, report);
        foreach (var payment in report.Payments) WritePayment(writer, payment, type);
        writer.WriteEndElement();
        writer.WriteEndDocument();
    }

    static void WriteGroup(XmlWriter writer, StatusReport report)
    {
        writer.Start("OrgnlGrpInfAndSts");
        writer.Required("OrgnlMsgId", report.OriginalMessageId, 35);
        writer.Required("OrgnlMsgNmId", report.Original.ToString(), 35);
        if (IsDateTime(report.OriginalCreated))
            writer.WriteElementString("OrgnlCreDtTm", null, report.OriginalCreated!.Trim());
        WriteTotals(writer, report.OriginalNumberOfTransactions, report.OriginalControlSum);
        if (report.GroupStatus is { } status) writer.WriteElementString("GrpSts", null, status.ToString());
        WriteReasons(writer, report.GroupReasons);
        writer.WriteEndElement();
    }

    static void WritePayment(XmlWriter writer, PaymentBlockStatus payment, MessageType type)
    {
        writer.Start("OrgnlPmtInfAndSts");
        writer.Required("OrgnlPmtInfId", payment.OriginalPaymentId, 35);
        WriteTotals(writer, payment.OriginalNumberOfTransactions, payment.OriginalControlSum);
        if (payment.Status is { } status) writer.WriteElementString("PmtInfSts", null, status.ToString());
        WriteReasons(writer, payment.Reasons);
        foreach (var transfer in payment.Transfers) WriteTransfer(writer, transfer, type);
        writer.WriteEndElement();
    }

    static void WriteTransfer(XmlWriter writer, TransferStatusLine transfer, MessageType type)
    {
        if (transfer.Status is PaymentStatus.PART or PaymentStatus.RCVD)
            throw new ArgumentException($"{transfer.Status} is a status of groups, not of transfers.", nameof(transfer));
        writer.Start("TxInfAndSts");
        writer.Text("StsId", transfer.StatusId, 35);
        writer.Text("OrgnlInstrId", transfer.OriginalInstructionId, 35);
        writer.Text("OrgnlEndToEndId", transfer.OriginalEndToEndId, 35);
        // Version 3 has no UETR; a malformed one would make our answer invalid.
        if (type.Version > 3 && transfer.OriginalUetr is { } uetr && Uuid().IsMatch(uetr))
            writer.WriteElementString("OrgnlUETR", null, uetr);
        writer.WriteElementString("TxSts", null, transfer.Status.ToString());
        WriteReasons(writer, transfer.Reasons);
        if (transfer.AcceptedAt is { } accepted)
            writer.WriteElementString("AccptncDtTm", null, MessageWriting.Timestamp(accepted));
        writer.Text("AcctSvcrRef", transfer.BankReference, 35);
        writer.WriteEndElement();
    }

    /// <summary>The customer's own totals are repeated only where they have the form of a total.</summary>
    static void WriteTotals(XmlWriter writer, string? count, string? sum)
    {
        if (count?.Trim() is { Length: >= 1 and <= 15 } digits && digits.All(char.IsAsciiDigit))
            writer.WriteElementString("OrgnlNbOfTxs", null, digits);
        if (sum?.Trim() is { } text && Total().IsMatch(text) && text.Count(char.IsAsciiDigit) <= 18)
            writer.WriteElementString("OrgnlCtrlSum", null, text);
    }

    static void WriteReasons(XmlWriter writer, IReadOnlyList<StatusReason> reasons)
    {
        foreach (var reason in reasons)
        {
            writer.Start("StsRsnInf");
            writer.Start("Rsn");
            writer.Required("Cd", reason.Code, 4);
            writer.WriteEndElement();
            foreach (var line in MessageWriting.Lines(reason.Text, 105)) writer.WriteElementString("AddtlInf", null, line);
            writer.WriteEndElement();
        }
    }

    static bool IsDateTime(string? text) =>
        text is not null && DateTimeForm().IsMatch(text.Trim())
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);

    [GeneratedRegex(@"^-?[0-9]{1,13}(\.[0-9]{1,5})?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Total();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DateTimeForm();

    [GeneratedRegex("^[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}$", RegexOptions.None, 1000)]
    private static partial Regex Uuid();
}
