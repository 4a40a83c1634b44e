using System.Security.Cryptography;
using System.Text;

namespace Pujiang.Accounts;

/// <summary>Statements, reports and notifications (camt.052, 053, 054): balances that roll forward, entries stated twice.</summary>
sealed class StatementMeaning(MessageWalk walk, FindingList findings, bool collect) : MeaningCheck(walk, findings, collect)
{
    StatementFacts _statement = new();
    BalanceFacts _balance = new(null, null, null, null);
    CreditLine _line = new(0, Included: true);
    (decimal Amount, string Path, int Line)? _lineOfClosing;
    (decimal Amount, string Currency, string Side, string Status) _entry;
    readonly Dictionary<string, decimal> _bookedNet = new(StringComparer.Ordinal);
    readonly HashSet<UInt128> _entries = [];
    IncrementalHash? _hash;
    bool _referenced;
    (string Path, int Line)? _closing;
    (string Text, string Path, int Line)? _statedEntries;

    static bool IsStatement(string name) => name is "Stmt" or "Rpt" or "Ntfctn";

    public override void Open(Frame frame, int level)
    {
        base.Open(frame, level);
        if (level == 2 && IsStatement(frame.Name)) Begin();
        else if (level == 3 && frame.Name == "Bal") (_balance, _line) = (new(null, null, null, null), new(0, Included: true));
        else if (level == 3 && frame.Name == "Ntry")
        {
            _entry = (0, "", "", "");
            _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            _referenced = false;
        }
    }

    public override void Close(Frame frame, string text, int level)
    {
        base.Close(frame, text, level);
        if (level < 2 || !IsStatement(Walk.NameAt(2))) return;
        if (level == 2) EndStatement();
        else if (Walk.NameAt(3) == "Acct") ReadAccount(frame, text, level);
        else if (Walk.NameAt(3) == "Bal") ReadBalance(frame, text, level);
        else if (Walk.NameAt(3) == "Ntry") ReadEntry(frame, text, level);
        else if (level == 3 && frame.Name == "Id") _statement.Id = text;
        else if (level == 5 && frame.Name == "NbOfNtries" && Walk.NameAt(4) == "TtlNtries")
            _statedEntries = (text, Walk.Path, frame.Line);
    }

    void Begin()
    {
        _statement = new StatementFacts();
        Facts.Statements.Add(_statement);
        _bookedNet.Clear();
        _entries.Clear();
        (_closing, _statedEntries, _lineOfClosing) = (null, null, null);
    }

    void ReadAccount(Frame frame, string text, int level)
    {
        if (level == 5 && frame.Name == "IBAN" && Walk.NameAt(4) == "Id") _statement.Iban = text;
        else if (level == 6 && frame.Name == "Id" && Walk.NameAt(5) == "Othr" && Walk.NameAt(4) == "Id") _statement.Other = text;
        else if (level == 4 && frame.Name == "Ccy") _statement.Currency = text;
    }

    void ReadBalance(Frame frame, string text, int level)
    {
        if (level == 3)
        {
            _statement.Balances.Add(_balance);
            return;
        }
        if (level == 4 && frame.Name == "Amt") _balance = _balance with { Amount = text, Currency = frame.Currency };
        else if (level == 4 && frame.Name == "CdtDbtInd") _balance = _balance with { Side = text };
        else if (frame.Name is "Cd" or "Prtry" && Walk.NameAt(4) == "Tp" && Walk.NameAt(level - 1) is "CdOrPrtry" or "Tp")
            _balance = _balance with { Type = text };
        if (level == 4 && frame.Name == "Amt" && _balance.Type == "CLBD" && _closing is null) _closing = (Walk.Path, frame.Line);
        if (level == 5 && Walk.NameAt(4) == "CdtLine") ReadCreditLine(frame, text);
    }

    /// <summary>A credit line that a balance mentions; "not included" means the balance is the customer's own money.</summary>
    void ReadCreditLine(Frame frame, string text)
    {
        if (frame.Name == "Incl") _line = _line with { Included = text is "true" or "1" };
        else if (frame.Name == "Amt" && TryAmount(text, out var amount))
        {
            _line = _line with { Amount = amount };
            if (_balance.Type == "CLBD" && !_line.Included) _lineOfClosing ??= (amount, Walk.Path, frame.Line);
        }
    }

    readonly record struct CreditLine(decimal Amount, bool Included);

    void ReadEntry(Frame frame, string text, int level)
    {
        if (level == 3)
        {
            EndEntry(frame);
            return;
        }
        if (level == 5 && frame.Name == "TxDtls") _statement.TransactionDetails++;
        if (level == 4 && frame.Name == "Amt" && TryAmount(text, out var amount)) (_entry.Amount, _entry.Currency) = (amount, frame.Currency ?? "");
        else if (level == 4 && frame.Name == "CdtDbtInd") _entry.Side = text;
        else if ((level == 4 && frame.Name == "Sts") || (level == 5 && Walk.NameAt(4) == "Sts"))
            _entry.Status = text.Length > 0 ? text : _entry.Status;
        _referenced |= text is not ("" or "NOTPROVIDED")
            && (frame.Name is "NtryRef" or "AcctSvcrRef" || Walk.NameAt(level - 1) == "Refs");
        if (!frame.HasChildren) _hash!.AppendData(Encoding.UTF8.GetBytes($"{level}{frame.Name}={text} {frame.Currency}\n"));
    }

    void EndEntry(Frame frame)
    {
        _statement.Entries++;
        var key = $"{_entry.Side}.{_entry.Currency}";
        _statement.EntrySums[key] = _statement.EntrySums.GetValueOrDefault(key) + _entry.Amount;
        // Pending and informational entries have not touched the booked balance.
        if (_entry.Status is "BOOK" or "")
            _bookedNet[_entry.Currency] = _bookedNet.GetValueOrDefault(_entry.Currency)
                + (_entry.Side == "DBIT" ? -_entry.Amount : _entry.Amount);

        using var hash = _hash!;
        _hash = null;
        var id = System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash.GetHashAndReset());
        // Two equal fees of one day may both be right; the same reference on both can't.
        if (!_entries.Add(id))
            Report(FindingCodes.StatementDuplicateEntry, frame, $"{_entry.Side} {_entry.Currency} {_entry.Amount:0.#####}",
                "An entry that is not stated already.", _referenced ? Severity.Error : Severity.Warning);
    }

    void EndStatement()
    {
        if (_statedEntries is { } stated && int.TryParse(stated.Text, out var count) && count != _statement.Entries)
            Findings.Add(new(FindingCodes.EntryCountMismatch, stated.Path, stated.Text, $"{_statement.Entries}, the entries counted.", Severity.Warning, stated.Line));
        CheckCreditLine();
        var opening = Signed("OPBD") ?? Signed("PRCD");
        var closing = Signed("CLBD");
        if (opening is not { } from || closing is not { } to || from.Currency != to.Currency) return;
        var forward = new RollForward(from.Amount, _bookedNet.GetValueOrDefault(from.Currency), to.Amount);
        _statement.RollForward = forward;
        if (!forward.Holds)
            Findings.Add(new(FindingCodes.StatementRollForward, _closing?.Path ?? Walk.Path, $"{forward.Closing:0.00###}",
                $"{forward.Opening + forward.Net:0.00###}: opening {forward.Opening:0.00###}, net of booked entries {forward.Net:0.00###}.",
                Line: _closing?.Line ?? 0));
    }

    /// <summary>
    /// A closing balance with a credit line beside it leads to a closing available balance with the line in it. Only a
    /// warning: money that is booked but not yet available may explain a difference.
    /// </summary>
    void CheckCreditLine()
    {
        if (_lineOfClosing is not { } line || Signed("CLBD") is not { } booked || Signed("CLAV") is not { } available) return;
        if (booked.Currency != available.Currency || available.Amount == booked.Amount || available.Amount == booked.Amount + line.Amount) return;
        Findings.Add(new(FindingCodes.StatementRollForward, line.Path, $"{line.Amount:0.00###}",
            $"{available.Amount - booked.Amount:0.00###}: closing available {available.Amount:0.00###} less closing booked {booked.Amount:0.00###}.",
            Severity.Warning, line.Line));
    }

    (decimal Amount, string Currency)? Signed(string type)
    {
        var balance = _statement.Balances.Find(b => b.Type == type);
        if (balance is not { Amount: { } text, Currency: { } currency } || !TryAmount(text, out var amount)) return null;
        return (balance.Side == "DBIT" ? -amount : amount, currency);
    }
}
