namespace Pujiang.Ledger;

/// <summary>The ledger engine in this process: state in memory, history in an append-only journal on disk.</summary>
public sealed class Book : ILedger, IAsyncDisposable
{
    readonly IDisposable _lock;
    readonly JournalFiles _files;
    readonly Machine _machine;
    readonly SequenceMarks _marks;
    readonly Writer _writer;
    readonly Snapshots _snapshots;
    readonly IReadOnlySet<(string Code, AccountKind Kind)>? _chart;

    Book(IDisposable @lock, JournalFiles files, Recovery recovery, Writer writer, Snapshots snapshots, RecoveryReport report, BookOptions options)
    {
        (_lock, _files, _machine, _marks, _writer, _snapshots, _chart) =
            (@lock, files, recovery.Machine, recovery.Marks, writer, snapshots, options.Chart);
        Recovery = report;
    }

    /// <summary>What opening the book found.</summary>
    public RecoveryReport Recovery { get; }

    /// <summary>Why the last snapshot could not be written, or null. The ledger goes on without it.</summary>
    public IOException? SnapshotFailure => _snapshots.Failure;

    public long LastSequence => _writer.LastSequence;

    /// <summary>The last durable batch with the hash chain over all before it. Costs next to nothing.</summary>
    public LedgerEnd End => _writer.JournalEnd;

    /// <summary>Opens the ledger in a directory, or begins a new one there.</summary>
    /// <exception cref="IOException">Another process has it open.</exception>
    /// <exception cref="JournalDamagedException">The journal is damaged before its end.</exception>
    public static Book Open(BookOptions options)
    {
        if (options.SegmentBytes is < 64 << 10 or > 1 << 30)
            throw new ArgumentOutOfRangeException(nameof(options), options.SegmentBytes, "A segment has 64 KiB to 1 GiB.");
        var disk = options.Disk;
        disk.CreateDirectory(options.Directory);
        var @lock = LockDirectory(options);
        var files = new JournalFiles(disk, options.Directory, FileUse.Write);
        try
        {
            var began = options.Time.GetTimestamp();
            var records = new BookRecords(files);
            var recovery = Pujiang.Ledger.Recovery.Load(disk, options.Directory, files, records);
            var scan = recovery.Scan;
            Pujiang.Ledger.Recovery.CutTail(files, scan);
            var report = new RecoveryReport(
                recovery.Machine.Sequence, scan.Bytes,
                files.Describe(scan.TornTail), recovery.Snapshot, options.Time.GetElapsedTime(began));
            var journal = new Journal(files, options.SegmentBytes, scan.Reached, recovery.Marks, recovery.Machine.Sequence);
            var snapshots = new Snapshots(options, recovery.Machine, recovery.Marks, journal);
            var writer = new Writer(recovery.Machine, records, journal, options, snapshots);
            return new Book(@lock, files, recovery, writer, snapshots, report, options);
        }
        catch
        {
            files.Dispose();
            @lock.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Checks a ledger directory from the first byte to the last: checksums, hash chain, every balance and total. Reads only.
    /// </summary>
    public static VerificationReport Verify(string directory, TimeProvider? time = null) =>
        Verification.Of(directory, time ?? TimeProvider.System, SystemDisk.Instance);

    /// <summary>
    /// Copies a ledger, which may be open and in use, into a directory of its own. Into an earlier backup only what is new is copied.
    /// The copy is a ledger like any other: it can be verified, opened and restored from.
    /// </summary>
    /// <exception cref="IOException">The directory holds something else, or can't be written.</exception>
    /// <exception cref="JournalDamagedException">The journal is damaged before its end.</exception>
    public static CopyReport Backup(string directory, string to) => Copies.Backup(SystemDisk.Instance, Existing(directory), to);

    /// <summary>Copies a ledger or a backup as it was right after the entry with this sequence into an empty directory.</summary>
    /// <inheritdoc cref="Backup"/>
    public static CopyReport Restore(string directory, string to, long untilSequence) =>
        Copies.Restore(SystemDisk.Instance, Existing(directory), to, (sequence, _) => sequence <= untilSequence);

    /// <summary>Copies a ledger or a backup as it was at this time (UTC) into an empty directory.</summary>
    /// <inheritdoc cref="Backup"/>
    public static CopyReport Restore(string directory, string to, DateTime until)
    {
        RequireUtc(until);
        return Copies.Restore(SystemDisk.Instance, Existing(directory), to, (_, postedAt) => postedAt <= until.Ticks);
    }

    /// <summary>
    /// Moves the part of the journal that is older than a time (UTC), and than the snapshots, to another directory, as on a cheaper
    /// disk; also while the ledger is in use. It is still read there, whenever somebody asks for it. Where it is out of reach, the
    /// ledger goes on without, and says so to those who ask.
    /// </summary>
    /// <exception cref="IOException">The directory holds something else, or can't be written.</exception>
    /// <exception cref="JournalDamagedException">The journal is damaged.</exception>
    public static CopyReport Prune(string directory, string to, DateTime before)
    {
        RequireUtc(before);
        return Copies.Prune(SystemDisk.Instance, Existing(directory), Path.GetFullPath(to), before);
    }

    static string Existing(string directory) => Directory.Exists(directory)
        ? directory : throw new DirectoryNotFoundException($"There is no ledger in {Path.GetFullPath(directory)}.");

    static IDisposable LockDirectory(BookOptions options)
    {
        try
        {
            return options.Disk.Lock(Path.Combine(options.Directory, "lock"));
        }
        catch (IOException inUse) when (inUse.InnerException is null)
        {
            throw new IOException(
                $"The ledger in {Path.GetFullPath(options.Directory)} is open in another process: only one at a time may open it; stop that one, or use it.", inUse);
        }
    }

    public Task<IReadOnlyList<OpenStatus>> Open(IReadOnlyList<Account> accounts, CancellationToken cancel = default) =>
        _writer.Ask(new OpenWork(accounts, _chart), cancel);

    public Task<IReadOnlyList<EntryResult>> Post(IReadOnlyList<Entry> entries, CancellationToken cancel = default) =>
        _writer.Ask(new PostWork(entries), cancel);

    public Task<LimitStatus> SetLimits(AccountId account, Limits limits, CancellationToken cancel = default) =>
        limits is null ? throw new ArgumentNullException(nameof(limits)) : _writer.Ask(new ChangeWork<LimitStatus>(machine => machine.SetLimits(account, limits)), cancel);

    public Task<PeriodStatus> ClosePeriod(DateOnly through, CancellationToken cancel = default) =>
        _writer.Ask(new ChangeWork<PeriodStatus>(machine => machine.ClosePeriod(through)), cancel);

    public async ValueTask<DateOnly?> ClosedThrough(CancellationToken cancel = default) =>
        await Read(() => _machine.ClosedThrough, cancel) is var day && day > DateOnly.MinValue ? day : null;

    public async ValueTask<AccountState?> Find(AccountId account, CancellationToken cancel = default) =>
        await Read(() => _machine.Accounts.NumberOf(account) is >= 0 and var number ? StateOf(number) : null, cancel);

    public async ValueTask<IReadOnlyList<AccountState>> Accounts(int skip = 0, int take = 1_000, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(skip);
        RequirePage(take);
        return await Read(() => Enumerable.Range(skip, int.Clamp(_machine.Accounts.Count - skip, 0, take)).Select(StateOf).ToArray(), cancel);
    }

    public async ValueTask<Balance?> BalanceAsOf(AccountId account, DateTime at, CancellationToken cancel = default)
    {
        RequireUtc(at);
        var chain = await Read(() => ChainOf(account), cancel);
        return chain is { } known ? new HistoryReader(_files, IdOf, known).AsOf(at.Ticks) : null;
    }

    public async ValueTask<HistoryPage> History(AccountId account, HistoryQuery query, CancellationToken cancel = default)
    {
        RequirePage(query.Take);
        RequireUtc(query.From);
        RequireUtc(query.Until);
        var chain = await Read(() => ChainOf(account), cancel);
        return chain is { } known ? new HistoryReader(_files, IdOf, known).Page(query) : new HistoryPage([], null);
    }

    public async ValueTask<PostedEntry?> FindEntry(EntryId entry, CancellationToken cancel = default)
    {
        var at = await Read(() => _machine.FindRecord(entry), cancel);
        return ReadEntry(at);
    }

    public async ValueTask<ReferencePage> FindByReference(
        string reference, int take = 100, string? cursor = null, CancellationToken cancel = default)
    {
        RequirePage(take);
        ArgumentException.ThrowIfNullOrEmpty(reference);
        var hash = ReferenceIndex.HashOf(Encoding.UTF8.GetBytes(reference));
        var heads = await Read(() => _machine.References.HeadsOf(hash), cancel);
        return new ReferenceReader(_files, IdOf).Page(heads, reference, take, cursor);
    }

    public async ValueTask<HoldState?> FindHold(EntryId hold, CancellationToken cancel = default)
    {
        var (at, open) = await Read(() => (_machine.FindRecord(hold), _machine.Holds.Find(hold)?.Copy()), cancel);
        if (ReadEntry(at) is not { Entry.Action: EntryAction.Hold } posted) return null;
        return new HoldState(posted, [.. posted.Entry.Legs.Select((_, leg) => open?.Legs[leg].Remaining ?? 0)], open is not null);
    }

    public async ValueTask<IReadOnlyList<TrialBalanceLine>> TrialBalance(CancellationToken cancel = default) =>
        await Read(_machine.Accounts.TrialBalance, cancel);

    public async IAsyncEnumerable<PostedEntry> Follow(
        long afterSequence, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterSequence);
        var follower = new Follower(_files, IdOf, _marks.Before(afterSequence + 1), afterSequence);
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            var more = _writer.NextBatch();
            foreach (var entry in follower.ReadUntil(_writer.DurableEnd))
            {
                cancel.ThrowIfCancellationRequested();
                yield return entry;
            }
            await more.WaitAsync(cancel);
        }
    }

    /// <summary>Finishes what is queued, and lets the directory go.</summary>
    public async ValueTask DisposeAsync()
    {
        _writer.Dispose();
        await _snapshots.WhenFinished();
        _files.Dispose();
        _lock.Dispose();
    }

    /// <summary>Reads the state between two commands, and gives it out when it is durable.</summary>
    async ValueTask<T> Read<T>(Func<T> read, CancellationToken cancel)
    {
        T result;
        Task durable;
        lock (_writer.Gate)
        {
            result = read();
            durable = _writer.WhenDurable();
        }
        await durable.WaitAsync(cancel);
        return result;
    }

    AccountState StateOf(int number) => new(_machine.Accounts.Describe(number), _machine.Accounts[number].Balance);

    Chain? ChainOf(AccountId account) => _machine.Accounts.NumberOf(account) is >= 0 and var number
        ? new Chain(_machine.Accounts[number].Legs, _machine.Accounts[number].LastLeg, _machine.Accounts.MarksOf(number)) : null;

    PostedEntry? ReadEntry(Position at)
    {
        if (!at.Exists) return null;
        byte[] buffer = [];
        var record = _files.Read(at, ref buffer);
        return (RecordType)record[Layout.Type] == RecordType.Entry ? new EntryView(record).ToPosted(IdOf) : null;
    }

    AccountId IdOf(int number)
    {
        lock (_writer.Gate) return _machine.Accounts.IdOf(number);
    }

    static void RequirePage(int take)
    {
        if (take is < 1 or > 10_000) throw new ArgumentOutOfRangeException(nameof(take), take, "A page has 1 to 10,000 lines.");
    }

    static void RequireUtc(DateTime? time)
    {
        if (time is { Kind: not DateTimeKind.Utc }) throw new ArgumentException("A time must be UTC.", nameof(time));
    }
}
