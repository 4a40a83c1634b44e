using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>Writes camt.053, as a stream: a year's statement takes no more memory than a day's.</summary>
static class StatementWriter
{
    public static readonly MessageType Current = new("camt.053", 8);

    /// <summary>For customers whose programs are older.</summary>
    public static readonly MessageType Old = new("camt.053", 2);

    /// <exception cref="InvalidOperationException">
    /// The entries do not lead from the opening to the closing balance: a bug, so nothing may be sent of what was written.
    /// </exception>
    public static void Write(Stream stream, StatementData statement, MessageType? version = null)
    {
        var type = version ?? Current;
        using var writer = MessageWriting.Open(stream, type);
        writer.Start("BkToCstmrStmt");
        EntryWriting.WriteHeader(writer, statement.MessageId, statement.CreatedAt);
        writer.Start("Stmt");
        writer.Required("Id", statement.StatementId, 35);
        if (statement.SequenceNumber is { } number)
            writer.WriteElementString("ElctrncSeqNb", null, number.ToString(CultureInfo.InvariantCulture));
        writer.WriteElementString("CreDtTm", null, MessageWriting.Timestamp(statement.CreatedAt));
        writer.Start("FrToDt");
        writer.WriteElementString("FrDtTm", null, MessageWriting.Timestamp(statement.From));
        writer.WriteElementString("ToDtTm", null, MessageWriting.Timestamp(statement.To));
        writer.WriteEndElement();
        EntryWriting.WriteAccount(writer, statement.Account, type);
        WriteBalance(writer, "OPBD", statement.Opening, statement.OpeningDate, statement.Account.Currency);
        WriteBalance(writer, "CLBD", statement.Closing, statement.ClosingDate, statement.Account.Currency);
        WriteEntries(writer, statement, type);
        writer.WriteEndElement();
        writer.WriteEndElement();
        writer.WriteEndDocument();
    }

    static void WriteEntries(XmlWriter writer, StatementData statement, MessageType type)
    {
        var balance = statement.Opening;
        foreach (var entry in statement.Entries)
        {
            balance = entry.IsCredit ? balance + entry.Amount : balance - entry.Amount;
            EntryWriting.WriteEntry(writer, entry, statement.Account.Currency, type);
        }
        if (balance != statement.Closing)
            throw new InvalidOperationException($"Statement {statement.StatementId} ends with {balance}, not with {statement.Closing}.");
    }

    static void WriteBalance(XmlWriter writer, string kind, Money balance, DateOnly date, string currency)
    {
        writer.Start("Bal");
        writer.Start("Tp");
        writer.Start("CdOrPrtry");
        writer.WriteElementString("Cd", null, kind);
        writer.WriteEndElement();
        writer.WriteEndElement();
        EntryWriting.WriteAmount(writer, balance.MinorUnits < 0 ? -balance : balance, currency);
        writer.WriteElementString("CdtDbtInd", null, balance.MinorUnits < 0 ? "DBIT" : "CRDT");
        EntryWriting.WriteDate(writer, "Dt", date);
        writer.WriteEndElement();
    }
}

/// <summary>Writes camt.054: single entries, told as they happen.</summary>
static class NotificationWriter
{
    public static readonly MessageType Current = new("camt.054", 8);

    public static void Write(Stream stream, NotificationData notification)
    {
        using var writer = MessageWriting.Open(stream, Current);
        writer.Start("BkToCstmrDbtCdtNtfctn");
        EntryWriting.WriteHeader(writer, notification.MessageId, notification.CreatedAt);
        writer.Start("Ntfctn");
        writer.Required("Id", notification.NotificationId, 35);
        writer.WriteElementString("CreDtTm", null, MessageWriting.Timestamp(notification.CreatedAt));
        EntryWriting.WriteAccount(writer, notification.Account, Current);
        foreach (var entry in notification.Entries)
            EntryWriting.WriteEntry(writer, entry, notification.Account.Currency, Current);
        writer.WriteEndElement();
        writer.WriteEndElement();
        writer.WriteEndDocument();
    }
}

/// <summary>The parts that statements and notifications share.</summary>
static partial class EntryWriting
{
    public static void WriteHeader(XmlWriter writer, string messageId, DateTimeOffset createdAt)
    {
        writer.Start("GrpHdr");
        writer.Required("MsgId", messageId, 35);
        writer.WriteElementString("CreDtTm", null, MessageWriting.Timestamp(createdAt));
        writer.WriteEndElement();
    }

    public static void WriteAccount(XmlWriter writer, StatementAccount account, MessageType type)
    {
        writer.Start("Acct");
        WriteAccountId(writer, account.Iban, account.Number);
        writer.WriteElementString("Ccy", null, account.Currency);
        if (MessageWriting.Clean(account.Owner, 140).Length > 0)
        {
            writer.Start("Ownr");
            writer.Text("Nm", account.Owner, 140);
            writer.WriteEndElement();
        }
        if (account.BankBic is { } bic)
        {
            writer.Start("Svcr");
            WriteInstitution(writer, bic, type);
            writer.WriteEndElement();
        }
        writer.WriteEndElement();
    }

    public static void WriteEntry(XmlWriter writer, StatementEntry entry, string currency, MessageType type)
    {
        if (!entry.Amount.IsPositive) throw new ArgumentException($"An entry of {entry.Amount} has no direction.", nameof(entry));
        writer.Start("Ntry");
        writer.Text("NtryRef", entry.EntryReference, 35);
        WriteAmount(writer, entry.Amount, currency);
        writer.WriteElementString("CdtDbtInd", null, entry.IsCredit ? "CRDT" : "DBIT");
        if (entry.IsReversal) writer.WriteElementString("RvslInd", null, "true");
        WriteStatus(writer, type);
        writer.Start("BookgDt");
        writer.WriteElementString("DtTm", null, MessageWriting.Timestamp(entry.BookedAt));
        writer.WriteEndElement();
        WriteDate(writer, "ValDt", entry.ValueDate);
        writer.Text("AcctSvcrRef", entry.BankReference, 35);
        WriteCode(writer, entry);
        writer.Start("NtryDtls");
        WriteDetails(writer, entry, currency, type);
        writer.WriteEndElement();
        writer.WriteEndElement();
    }

    static void WriteStatus(XmlWriter writer, MessageType type)
    {
        if (IsOld(type))
        {
            writer.WriteElementString("Sts", null, "BOOK");
            return;
        }
        writer.Start("Sts");
        writer.WriteElementString("Cd", null, "BOOK");
        writer.WriteEndElement();
    }

    static void WriteCode(XmlWriter writer, StatementEntry entry)
    {
        writer.Start("BkTxCd");
        writer.Start("Domn");
        writer.WriteElementString("Cd", null, entry.Code.Domain);
        writer.Start("Fmly");
        writer.WriteElementString("Cd", null, entry.Code.FamilyFor(entry.IsCredit));
        writer.WriteElementString("SubFmlyCd", null, entry.Code.SubFamily);
        writer.WriteEndElement();
        writer.WriteEndElement();
        writer.WriteEndElement();
    }

    static void WriteDetails(XmlWriter writer, StatementEntry entry, string currency, MessageType type)
    {
        writer.Start("TxDtls");
        writer.Start("Refs");
        writer.Text("AcctSvcrRef", entry.BankReference, 35);
        writer.Text("InstrId", entry.InstructionId, 35);
        writer.Required("EndToEndId", entry.EndToEndId, 35);
        if (!IsOld(type) && entry.Uetr is { } uetr && Uuid().IsMatch(uetr)) writer.WriteElementString("UETR", null, uetr);
        writer.WriteEndElement();
        if (!IsOld(type))
        {
            WriteAmount(writer, entry.Amount, currency);
            writer.WriteElementString("CdtDbtInd", null, entry.IsCredit ? "CRDT" : "DBIT");
        }
        WriteCounterparty(writer, entry, type);
        WriteCounterpartyBank(writer, entry, type);
        if (MessageWriting.Clean(entry.Remittance, int.MaxValue).Length > 0)
        {
            writer.Start("RmtInf");
            foreach (var line in MessageWriting.Lines(entry.Remittance, 140)) writer.WriteElementString("Ustrd", null, line);
            writer.WriteEndElement();
        }
        writer.WriteEndElement();
    }

    /// <summary>The other side: the debtor of what came in, the creditor of what went out.</summary>
    static void WriteCounterparty(XmlWriter writer, StatementEntry entry, MessageType type)
    {
        var name = MessageWriting.Clean(entry.CounterpartyName, 140);
        var account = MessageWriting.Clean(entry.CounterpartyAccount, 34);
        if (name.Length == 0 && account.Length == 0) return;
        var side = entry.IsCredit ? "Dbtr" : "Cdtr";
        writer.Start("RltdPties");
        if (name.Length > 0)
        {
            writer.Start(side);
            if (!IsOld(type)) writer.Start("Pty");
            writer.WriteElementString("Nm", null, name);
            if (!IsOld(type)) writer.WriteEndElement();
            writer.WriteEndElement();
        }
        if (account.Length > 0)
        {
            writer.Start(side + "Acct");
            WriteAccountId(writer, Iban.TryParse(account, out _, out _) ? account : null, account);
            writer.WriteEndElement();
        }
        writer.WriteEndElement();
    }

    static void WriteCounterpartyBank(XmlWriter writer, StatementEntry entry, MessageType type)
    {
        if (!Bic.TryParse(entry.CounterpartyBic, out var bic, out _)) return;
        writer.Start("RltdAgts");
        writer.Start(entry.IsCredit ? "DbtrAgt" : "CdtrAgt");
        WriteInstitution(writer, bic.Value, type);
        writer.WriteEndElement();
        writer.WriteEndElement();
    }

    static void WriteAccountId(XmlWriter writer, string? iban, string? number)
    {
        writer.Start("Id");
        if (iban is not null) writer.WriteElementString("IBAN", null, iban);
        else
        {
            writer.Start("Othr");
            writer.Required("Id", number, 34);
            writer.WriteEndElement();
        }
        writer.WriteEndElement();
    }

    static void WriteInstitution(XmlWriter writer, string bic, MessageType type)
    {
        writer.Start("FinInstnId");
        writer.WriteElementString(IsOld(type) ? "BIC" : "BICFI", null, bic);
        writer.WriteEndElement();
    }

    public static void WriteAmount(XmlWriter writer, Money amount, string currency)
    {
        writer.Start("Amt");
        writer.WriteAttributeString("Ccy", currency);
        writer.WriteString(amount.ToPlainString());
        writer.WriteEndElement();
    }

    public static void WriteDate(XmlWriter writer, string name, DateOnly date)
    {
        writer.Start(name);
        writer.WriteElementString("Dt", null, date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        writer.WriteEndElement();
    }

    /// <summary>Version 2 (2009) names the BIC otherwise and has fewer levels.</summary>
    static bool IsOld(MessageType type) => type.Version < 4;

    [GeneratedRegex(@"\A[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}\z", RegexOptions.None, 1000)]
    private static partial Regex Uuid();
}
