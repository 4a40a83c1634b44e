namespace Pujiang.Ledger;

/// <summary>
/// The ledger's state and its rules: a pure function of (state, command, time). It knows no clock, thread or file; what it
/// decides it appends to the batch, and what it looks up in the past it reads through <see cref="IRecords"/>.
/// </summary>
sealed partial class Machine(IRecords records)
{
    readonly Batch _batch = records.Batch;

    public AccountTable Accounts { get; } = new();
    public IdIndex Ids { get; } = new();
    public HoldTable Holds { get; } = new();

    /// <summary>The sequence of the last entry.</summary>
    public long Sequence { get; private set; }

    /// <summary>UTC ticks of the batch; never goes back.</summary>
    public long Now { get; private set; }

    /// <summary>The clock may be set back; the ledger's time is not.</summary>
    public void Advance(long utcTicks) => Now = long.Max(Now, utcTicks);

    /// <summary>Writes an expiry for each hold whose time is over. To be called before anything else in a batch.</summary>
    public void ExpireDue()
    {
        while (Holds.NextDue(Now) is { } hold)
        {
            Plan(hold);
            var expiry = new Entry
            {
                Id = UnusedExpiryId(hold.Id),
                Action = EntryAction.Expire,
                Hold = hold.Id,
                ValueDate = DateOnly.FromDateTime(new DateTime(Now, DateTimeKind.Utc)),
            };
            Post(expiry);
        }
    }

    /// <summary>Opens an account that is right in itself.</summary>
    public OpenStatus Open(Account account)
    {
        if (Accounts.HasAssetWithOtherScale(account.Asset)) return OpenStatus.AssetHasOtherScale;
        var number = Accounts.NumberOf(account.Id);
        if (number < 0)
        {
            number = Accounts.Add(account);
            AccountRecord.WriteOpened(_batch, account, number, Now);
            return OpenStatus.Opened;
        }
        // The limits may have been changed since; they are not part of what the account is.
        var known = Accounts.Describe(number);
        return known with { Limits = account.Limits } == account ? OpenStatus.Opened : OpenStatus.IdUsedWithOtherContent;
    }

    public LimitStatus SetLimits(AccountId id, Limits limits)
    {
        if (!EntryChecks.AreValid(limits)) return LimitStatus.LimitsInvalid;
        var number = Accounts.NumberOf(id);
        if (number < 0) return LimitStatus.AccountUnknown;
        ref var slot = ref Accounts[number];
        var isEmpty = slot.PostedDebits == slot.PostedCredits && slot.PendingDebits == 0 && slot.PendingCredits == 0;
        if (limits.Closed && !isEmpty) return LimitStatus.BalanceNotZero;
        if (slot.Limits == limits) return LimitStatus.Changed;
        slot.Set(limits);
        AccountRecord.WriteLimits(_batch, id, number, limits, Now);
        return LimitStatus.Changed;
    }

    /// <summary>Decides one entry or a linked group; a group succeeds or fails as one.</summary>
    /// <remarks><c>ofItself</c> is, per entry, what the checks on the entry alone have found.</remarks>
    public void Decide(ReadOnlySpan<Entry> group, ReadOnlySpan<(EntryStatus Status, int Leg)> ofItself, Span<EntryResult> results)
    {
        if (group.Length == 1)
        {
            results[0] = Try(group[0], ofItself[0]);
            if (results[0] is { IsPosted: false, Repeated: false }) Remember(group[0], results[0]);
            return;
        }
        BeginUndo();
        for (var i = 0; i < group.Length; i++)
        {
            results[i] = Try(group[i], ofItself[i]);
            if (results[i].IsPosted) continue;
            Undo();
            RefuseGroup(group, ofItself, i, results);
            return;
        }
        EndUndo();
    }

    /// <summary>
    /// The culprit keeps its own answer, and so do entries that were answered before or are wrong in themselves; all others
    /// fall with it.
    /// </summary>
    void RefuseGroup(
        ReadOnlySpan<Entry> group, ReadOnlySpan<(EntryStatus Status, int Leg)> ofItself, int culprit, Span<EntryResult> results)
    {
        for (var i = 0; i < group.Length; i++)
        {
            if (ofItself[i].Status != EntryStatus.Posted) results[i] = Refused(ofItself[i].Status, ofItself[i].Leg);
            else if (i != culprit) results[i] = EarlierAnswer(group[i]) ?? Refused(EntryStatus.LinkedEntryRefused, -1);
            if (results[i] is { IsPosted: false, Repeated: false }) Remember(group[i], results[i]);
        }
    }

    EntryResult Try(Entry entry, (EntryStatus Status, int Leg) ofItself)
    {
        if (ofItself.Status != EntryStatus.Posted) return Refused(ofItself.Status, ofItself.Leg);
        if (EarlierAnswer(entry) is { } earlier) return earlier;
        var (status, leg) = Check(entry);
        if (status != EntryStatus.Posted) return Refused(status, leg);

        // Past this point it must succeed.
        Post(entry);
        return new EntryResult(EntryStatus.Posted, Sequence, new DateTime(Now, DateTimeKind.Utc));
    }

    EntryResult Refused(EntryStatus status, int leg) => new(status, 0, new DateTime(Now, DateTimeKind.Utc), leg);

    EntryResult? EarlierAnswer(Entry entry)
    {
        var at = FindRecord(entry.Id);
        if (!at.Exists) return null;
        var record = records.Read(at);
        if ((RecordType)record[Layout.Type] == RecordType.Refusal)
            return RefusalRecord.Matches(record, entry) ? RefusalRecord.Result(record) : Refused(EntryStatus.IdUsedWithOtherContent, -1);
        var view = new EntryView(record);
        return view.HasContentOf(entry, Accounts)
            ? new EntryResult(EntryStatus.Posted, view.Sequence, view.PostedTime, Repeated: true)
            : Refused(EntryStatus.IdUsedWithOtherContent, -1);
    }

    /// <summary>The entry or refusal with this id.</summary>
    public Position FindRecord(EntryId id)
    {
        var probe = -1;
        while (Ids.Next(id, ref probe) is { Exists: true } at)
            if (Layout.Guid(records.Read(at), Layout.Id) == id.Value) return at;
        return Position.None;
    }

    // What an entry says of itself is wrong for ever, and an id in use has its record: neither needs remembering.
    void Remember(Entry entry, EntryResult result)
    {
        if (result.Status <= EntryStatus.IdUsedWithOtherContent) return;
        if (FindRecord(entry.Id).Exists) return;
        var at = _batch.End;
        RefusalRecord.Write(_batch, entry, result);
        Index(entry.Id, at);
    }

    EntryId UnusedExpiryId(EntryId hold)
    {
        var attempt = 0;
        var id = ExpiryId.Of(hold, attempt);
        while (FindRecord(id).Exists) id = ExpiryId.Of(hold, ++attempt);
        return id;
    }

    bool HasExpired(EntryId hold)
    {
        for (var attempt = 0; ; attempt++)
        {
            var at = FindRecord(ExpiryId.Of(hold, attempt));
            if (!at.Exists) return false;
            var record = records.Read(at);
            if ((RecordType)record[Layout.Type] != RecordType.Entry) continue;
            var view = new EntryView(record);
            if (view.Action == EntryAction.Expire && view.Hold == hold) return true;
        }
    }
}

/// <summary>Where the machine writes and how it reads what was written before.</summary>
interface IRecords
{
    Batch Batch { get; }

    /// <summary>The record at this place; valid until the next call.</summary>
    ReadOnlySpan<byte> Read(Position at);
}
