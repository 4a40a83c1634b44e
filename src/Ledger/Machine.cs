namespace Pujiang.Ledger;

/// <summary>
/// The ledger's state and its rules: a pure function of (state, command, time). It knows no clock, thread or file; what it
/// decides it appends to the batch, and what it looks up in the past it reads through <see cref="IRecords"/>.
/// </summary>
sealed partial class Machine(IRecords records)
{
    /// <summary>How many entries ahead memory is asked for: its latency is the limit, and waits for many places overlap. More than so many wait for each other.</summary>
    const int Ahead = 5;

    /// <summary>Legs of an entry for which memory is asked.</summary>
    const int LegsAhead = 16;

    Batch Batch => records.Batch;

    public AccountTable Accounts { get; } = new();
    public IdIndex Ids { get; } = new();
    public HoldTable Holds { get; } = new();
    public ReferenceIndex References { get; } = new();

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
            Post(new Command(Commands.Single(new Entry
            {
                Id = UnusedExpiryId(hold.Id),
                Action = EntryAction.Expire,
                Hold = hold.Id,
                ValueDate = DateOnly.FromDateTime(new DateTime(Now, DateTimeKind.Utc)),
            })));
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
            AccountRecord.WriteOpened(Batch, account, number, Now);
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
        Accounts.BeforeChange(number);
        slot.Set(limits);
        AccountRecord.WriteLimits(Batch, id, number, limits, Now);
        return LimitStatus.Changed;
    }

    /// <summary>The last day of the closed period; <see cref="DateOnly.MinValue"/> as long as nothing is closed.</summary>
    public DateOnly ClosedThrough { get; private set; }

    public PeriodStatus ClosePeriod(DateOnly through)
    {
        if (through < ClosedThrough) return PeriodStatus.ClosedFurther;
        if (through == ClosedThrough) return PeriodStatus.Closed;
        ClosedThrough = through;
        PeriodRecord.Write(Batch, through, Now);
        return PeriodStatus.Closed;
    }

    /// <summary>
    /// Decides commands in order, from <paramref name="first"/> on, until the batch is full; a linked group succeeds or fails as one.
    /// </summary>
    /// <returns>The first command that is not decided.</returns>
    public int Decide(Commands commands, int first, Answers answers)
    {
        var (near, nearer) = (first, first);
        while (first < commands.Count && Batch.Length < Journal.BatchBytes)
        {
            while (near < commands.Count && near < first + 2 * Ahead) PrefetchPlaces(commands[near++]);
            while (nearer < near && nearer < first + Ahead) PrefetchSlots(commands[nearer++]);
            var end = first + 1;
            while (commands[end - 1].IsLinked && end < commands.Count) end++;
            if (end == first + 1) DecideOne(commands[first], ref answers[first], answers);
            else DecideGroup(commands, first, end, answers);
            first = end;
        }
        return first;
    }

    /// <summary>Asks for the places where ids and accounts are looked up.</summary>
    void PrefetchPlaces(Command command)
    {
        Ids.Prefetch(command.Print);
        for (var leg = 0; leg < command.LegCount && leg < LegsAhead; leg++) Accounts.Prefetch(command.Leg(leg).Print);
    }

    /// <summary>When these have come, asks for the accounts that they lead to.</summary>
    void PrefetchSlots(Command command)
    {
        for (var leg = 0; leg < command.LegCount && leg < LegsAhead; leg++) Accounts.PrefetchSlot(command.Leg(leg).Print);
    }

    void DecideOne(Command command, ref EntryResult result, Answers answers)
    {
        result = Try(command, answers);
        if (result is { IsPosted: false, Repeated: false }) Remember(command, result);
    }

    void DecideGroup(Commands commands, int first, int end, Answers answers)
    {
        BeginUndo();
        for (var i = first; i < end; i++)
        {
            answers[i] = Try(commands[i], answers);
            if (answers[i].IsPosted) continue;
            Undo();
            RefuseGroup(commands, first, end, i, answers);
            return;
        }
        EndUndo();
    }

    /// <summary>
    /// The culprit keeps its own answer, and so do entries that were answered before or are wrong in themselves; all others
    /// fall with it.
    /// </summary>
    void RefuseGroup(Commands commands, int first, int end, int culprit, Answers answers)
    {
        for (var i = first; i < end; i++)
        {
            var command = commands[i];
            var (status, leg) = command.OfItself;
            if (status != EntryStatus.Posted) answers[i] = Refused(status, leg);
            else if (i != culprit) answers[i] = EarlierAnswer(command, out var earlier) ? earlier : Refused(EntryStatus.LinkedEntryRefused, -1);
            if (answers[i] is { IsPosted: false, Repeated: false }) Remember(command, answers[i]);
        }
    }

    EntryResult Try(Command command, Answers answers)
    {
        var (status, leg) = command.OfItself;
        if (status != EntryStatus.Posted) return Refused(status, leg);
        if (EarlierAnswer(command, out var earlier)) return earlier;
        (status, leg) = Check(command);
        if (status != EntryStatus.Posted) return Refused(status, leg);

        // Past this point it must succeed.
        Post(command);
        return new EntryResult(EntryStatus.Posted, Sequence, new DateTime(Now, DateTimeKind.Utc)) { Balances = BalancesOfPlan(answers) };
    }

    ReadOnlyMemory<Balance> BalancesOfPlan(Answers answers)
    {
        var room = answers.Room(_planned);
        var into = room.Span;
        for (var i = 0; i < into.Length; i++) into[i] = _plan[i].After;
        return room;
    }

    EntryResult Refused(EntryStatus status, int leg) => new(status, 0, new DateTime(Now, DateTimeKind.Utc), leg);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    bool EarlierAnswer(Command command, out EntryResult answer)
    {
        var at = FindRecord(command.Id, command.Print);
        answer = default;
        if (!at.Exists) return false;
        answer = EarlierAnswer(command, at);
        return true;
    }

    EntryResult EarlierAnswer(Command command, Position at)
    {
        var record = records.Read(at);
        if ((RecordType)record[Layout.Type] == RecordType.Refusal)
            return RefusalRecord.Matches(record, command) ? RefusalRecord.Result(record) : Refused(EntryStatus.IdUsedWithOtherContent, -1);
        var view = new EntryView(record);
        return view.HasContentOf(command, Accounts)
            ? new EntryResult(EntryStatus.Posted, view.Sequence, view.PostedTime, Repeated: true) { Balances = view.Balances() }
            : Refused(EntryStatus.IdUsedWithOtherContent, -1);
    }

    /// <summary>The entry or refusal with this id.</summary>
    public Position FindRecord(EntryId id) => FindRecord(id, IdIndex.Fingerprint(id));

    Position FindRecord(EntryId id, ulong print)
    {
        var probe = -1;
        while (Ids.Next(print, ref probe) is { Exists: true } at)
            if (Layout.Guid(records.Read(at), Layout.Id) == id.Value) return at;
        return Position.None;
    }

    /// <summary>The entry before this one in its bucket of references.</summary>
    public Position ReferenceBefore(Position at) => new EntryView(records.Read(at)).ReferencePrevious;

    // What an entry says of itself is wrong for ever, and an id in use has its record: neither needs remembering.
    void Remember(Command command, EntryResult result)
    {
        if (result.Status <= EntryStatus.IdUsedWithOtherContent) return;
        if (FindRecord(command.Id, command.Print).Exists) return;
        var at = Batch.End;
        RefusalRecord.Write(Batch, command, result);
        Index(command.Print, at);
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
    /// <summary>The batch that is being decided.</summary>
    Batch Batch { get; }

    /// <summary>The record at this place; valid until the next call.</summary>
    ReadOnlySpan<byte> Read(Position at);
}
