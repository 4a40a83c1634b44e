using System.Security.Cryptography;
using System.Text;

namespace Pujiang.Accounts;

/// <summary>
/// Messages that carry transfers (pain.001, pacs.008, pacs.009), direct debits (pain.008, pacs.003) or returns (pacs.004):
/// totals and duplicates.
/// </summary>
sealed class TransferMeaning(MessageWalk walk, FindingList findings, MessageType type, bool collect)
    : MeaningCheck(walk, findings, collect)
{
    readonly bool _initiation = type.Family is "pain.001" or "pain.008";
    readonly bool _debit = type.Family is "pain.008" or "pacs.003";
    readonly bool _return = type.Family == "pacs.004";
    readonly Totals _group = new();
    readonly Totals _payment = new();
    readonly KnownIds _paymentIds = new();
    readonly KnownIds _uetrs = new();
    readonly KnownIds _transactionIds = new();
    readonly KnownIds _endToEndIds = new();
    int _transactions;

    /// <summary>The repetition found in the open transaction: one finding each, not one per id.</summary>
    (string Path, string Value, int First, int Line)? _repetition;

    protected override bool PaysOut => _initiation && !_debit;

    string Transaction => _return ? "TxInf" : _debit ? "DrctDbtTxInf" : "CdtTrfTxInf";
    int TransactionLevel => _initiation ? 3 : 2;

    public override void Close(Frame frame, string text, int level)
    {
        base.Close(frame, text, level);
        if (level == 1) EndMessage();
        else if (_initiation && level == 2 && frame.Name == "PmtInf") EndPayment();
        else if (level == 3 && Walk.NameAt(2) == "GrpHdr") ReadTotal(_group, frame, text);
        else if (_initiation && level == 3 && Walk.NameAt(2) == "PmtInf") ReadPayment(frame, text);
        if (level == TransactionLevel && frame.Name == Transaction) EndTransaction();
        else if (level > TransactionLevel && Walk.NameAt(TransactionLevel) == Transaction)
            ReadTransaction(frame, text, level - TransactionLevel);
    }

    void ReadPayment(Frame frame, string text)
    {
        ReadTotal(_payment, frame, text);
        if (frame.Name == "PmtInfId" && _paymentIds.Seen(text, frame.Index) is not null)
            Report(FindingCodes.DuplicatePaymentId, frame, text, "An id that no other payment block of the message has.");
    }

    void ReadTotal(Totals totals, Frame frame, string text)
    {
        if (frame.Name == "NbOfTxs") totals.StatedCount = (text, Walk.Path, frame.Line);
        else if (frame.Name == "CtrlSum") totals.StatedSum = (text, Walk.Path, frame.Line);
        else if (frame.Name is "TtlIntrBkSttlmAmt" or "TtlRtrdIntrBkSttlmAmt") totals.StatedTotal = (text, Walk.Path, frame.Line);
    }

    /// <remarks>"Below" counts levels below the transaction: 1 for its children.</remarks>
    void ReadTransaction(Frame frame, string text, int below)
    {
        if (below == 2 && Walk.NameAt(TransactionLevel + 1) == "PmtId") ReadId(frame, text);
        else if (IsAmount(frame, below)) ReadAmount(frame, text);
    }

    bool IsAmount(Frame frame, int below) => frame.Currency is not null && (_initiation && !_debit
        ? (below == 2 && frame.Name == "InstdAmt") || (below == 3 && frame.Name == "Amt" && Walk.NameAt(5) == "EqvtAmt")
        : below == 1 && frame.Name is "IntrBkSttlmAmt" or "InstdAmt" or "RtrdIntrBkSttlmAmt");

    void ReadAmount(Frame frame, string text)
    {
        if (!TryAmount(text, out var amount)) return;
        if (amount == 0) Report(FindingCodes.AmountZero, frame, text, "An amount greater than zero.");
        if (frame.Name != "Amt")
        {
            var key = $"{frame.Name}.{frame.Currency}";
            Facts.Sums[key] = Facts.Sums.GetValueOrDefault(key) + amount;
        }
        // The control sum adds what is settled; in an initiation that is what was instructed.
        if (!_initiation && frame.Name == "InstdAmt") return;
        _group.Sum += amount;
        _payment.Sum += amount;
    }

    void ReadId(Frame frame, string text)
    {
        var known = frame.Name switch
        {
            "UETR" => _uetrs,
            "TxId" => _transactionIds,
            "EndToEndId" => _endToEndIds,
            _ => null,
        };
        if (Collect && frame.Name == "EndToEndId") Facts.EndToEndIds.Add(text);
        // "Not provided" is no id, so it may be repeated.
        if (known is null || text is "" or "NOTPROVIDED") return;
        if (known.Seen(text, _transactions + 1) is { } first) _repetition ??= (Walk.Path, text, first, frame.Line);
    }

    void EndTransaction()
    {
        _transactions++;
        _group.Count++;
        _payment.Count++;
        if (_return) Facts.ReturnCount = _transactions;
        else Facts.TransactionCount = _transactions;
        if (_repetition is { } twice)
            Findings.Add(new(FindingCodes.DuplicateTransaction, twice.Path, twice.Value, $"An id of its own: transaction {twice.First} of the message has the same.", Line: twice.Line));
        _repetition = null;
    }

    void EndPayment()
    {
        Compare(_payment);
        _payment.Reset();
    }

    void EndMessage()
    {
        // A return of a whole group may list no transaction.
        if (!_return || _transactions > 0) Compare(_group);
    }

    void Compare(Totals totals)
    {
        if (totals.StatedCount is { } count && long.TryParse(count.Text, out var number) && number != totals.Count)
            Findings.Add(new(FindingCodes.NbOfTxsMismatch, count.Path, count.Text, $"{totals.Count}, the transactions counted.", Line: count.Line));
        if (totals.StatedSum is { } sum && TryAmount(sum.Text, out var stated) && stated != totals.Sum)
            Findings.Add(new(FindingCodes.CtrlSumMismatch, sum.Path, sum.Text, $"{totals.Sum:0.#####}, the sum of the transactions.", Line: sum.Line));
        if (totals.StatedTotal is { } total && TryAmount(total.Text, out stated) && stated != totals.Sum)
            Findings.Add(new(FindingCodes.CtrlSumMismatch, total.Path, total.Text, $"{totals.Sum:0.#####}, the sum of the transactions.", Line: total.Line));
    }

    /// <summary>What a header states and what was counted below it.</summary>
    sealed class Totals
    {
        public long Count;
        public decimal Sum;
        public (string Text, string Path, int Line)? StatedCount;
        public (string Text, string Path, int Line)? StatedSum;
        public (string Text, string Path, int Line)? StatedTotal;

        public void Reset() => (Count, Sum, StatedCount, StatedSum, StatedTotal) = (0, 0, null, null, null);
    }
}

/// <summary>Ids met so far, each as 128 bits of its SHA-256: a million ids take 30 MB however long they are.</summary>
sealed class KnownIds
{
    readonly Dictionary<UInt128, int> _first = [];

    /// <summary>The ordinal under which the id was met before; null when it is new.</summary>
    public int? Seen(string id, int ordinal)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(id), hash);
        var key = System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash);
        if (_first.TryGetValue(key, out var first)) return first;
        _first.Add(key, ordinal);
        return null;
    }
}
