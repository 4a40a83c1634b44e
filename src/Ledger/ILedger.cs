namespace Pujiang.Ledger;

/// <summary>The double-entry ledger. What it answers is durable and final.</summary>
/// <remarks>
/// Two implementations: <c>Book</c>, the engine in this process, and the cluster. All calls may be made from any thread.
/// What a caller can cause is answered with a status; a failing disk throws <see cref="LedgerStoppedException"/>, and history that
/// was moved away (<c>Book.Prune</c>) and is out of reach <see cref="HistoryOutOfReachException"/> where it is needed.
/// </remarks>
public interface ILedger
{
    /// <summary>Opens accounts, in order. Opening the same account again changes nothing and answers <see cref="OpenStatus.Opened"/>.</summary>
    Task<IReadOnlyList<OpenStatus>> Open(IReadOnlyList<Account> accounts, CancellationToken cancel = default);

    /// <summary>Decides entries in order, writes them, and answers when they are durable.</summary>
    Task<IReadOnlyList<EntryResult>> Post(IReadOnlyList<Entry> entries, CancellationToken cancel = default);

    /// <summary>Replaces an account's limits.</summary>
    Task<LimitStatus> SetLimits(AccountId account, Limits limits, CancellationToken cancel = default);

    /// <summary>
    /// Closes the period up to and with this value date, for ever: later entries with a value date in it are refused. Holds made
    /// before may still be released and expire, which moves no money.
    /// </summary>
    Task<PeriodStatus> ClosePeriod(DateOnly through, CancellationToken cancel = default);

    /// <summary>The last day of the closed period, or null.</summary>
    ValueTask<DateOnly?> ClosedThrough(CancellationToken cancel = default);

    /// <summary>An account with its balance now, or null.</summary>
    ValueTask<AccountState?> Find(AccountId account, CancellationToken cancel = default);

    /// <summary>Accounts with their balances now, in the order of their opening.</summary>
    /// <param name="skip">So many from the first are left out.</param>
    /// <param name="take">At most this many, 1 to 10,000.</param>
    ValueTask<IReadOnlyList<AccountState>> Accounts(int skip = 0, int take = 1_000, CancellationToken cancel = default);

    /// <summary>The balance after the last entry posted at or before <paramref name="at"/> (UTC), or null for an unknown account.</summary>
    ValueTask<Balance?> BalanceAsOf(AccountId account, DateTime at, CancellationToken cancel = default);

    /// <summary>An account's entries, forwards or backwards, a page at a time.</summary>
    ValueTask<HistoryPage> History(AccountId account, HistoryQuery query, CancellationToken cancel = default);

    /// <summary>The posted entry with this id, or null.</summary>
    ValueTask<PostedEntry?> FindEntry(EntryId entry, CancellationToken cancel = default);

    /// <summary>The entries with exactly this reference, newest first, a page at a time.</summary>
    /// <param name="reference">1 to 128 UTF-8 bytes.</param>
    /// <param name="take">At most this many, 1 to 10,000.</param>
    /// <param name="cursor">The cursor of the page before, or null.</param>
    ValueTask<ReferencePage> FindByReference(string reference, int take = 100, string? cursor = null, CancellationToken cancel = default);

    /// <summary>What is left of a hold, or null if no entry with this id is a hold.</summary>
    ValueTask<HoldState?> FindHold(EntryId hold, CancellationToken cancel = default);

    /// <summary>Totals per asset, kind and chart code. For each asset the debits equal the credits.</summary>
    ValueTask<IReadOnlyList<TrialBalanceLine>> TrialBalance(CancellationToken cancel = default);

    /// <summary>
    /// Every posted entry after the given sequence, in order; waits for new ones until cancelled. Only durable entries are
    /// seen. A follower that saves the last sequence it has applied resumes without a gap.
    /// </summary>
    IAsyncEnumerable<PostedEntry> Follow(long afterSequence, CancellationToken cancel = default);

    /// <summary>The sequence of the last durable entry; 0 for an empty ledger.</summary>
    long LastSequence { get; }
}

/// <summary>Answer to opening an account, in the order of the checks.</summary>
public enum OpenStatus : byte
{
    Opened = 0,
    IdIsZero,
    ChartCodeInvalid,

    /// <summary>The ledger's chart of accounts has no such code, or has it for accounts of another kind.</summary>
    NotInChart,
    ReferenceTooLong,
    LimitsInvalid,

    /// <summary>The asset code is in use with another scale.</summary>
    AssetHasOtherScale,

    /// <summary>The account exists with another asset, kind, chart code or reference.</summary>
    IdUsedWithOtherContent,
}

/// <summary>Answer to a change of limits, in the order of the checks.</summary>
public enum LimitStatus : byte
{
    Changed = 0,
    LimitsInvalid,
    AccountUnknown,

    /// <summary>An account is closed only with a zero balance and no open holds.</summary>
    BalanceNotZero,
}

/// <summary>Answer to the closing of a period.</summary>
public enum PeriodStatus : byte
{
    /// <summary>Closed now, or closed before through this very day.</summary>
    Closed = 0,

    /// <summary>A longer period is closed already; a closed period is not opened again.</summary>
    ClosedFurther,
}

/// <summary>Which part of an account's history to read.</summary>
/// <param name="Backward">Newest first.</param>
/// <param name="Take">At most this many lines, 1 to 10,000.</param>
/// <param name="Cursor">The cursor of the page before, or null to start at the end that the direction begins with.</param>
/// <param name="From">Only lines posted at or after this time (UTC).</param>
/// <param name="Until">Only lines posted before this time (UTC).</param>
/// <param name="IncludePending">Also holds, releases and expiries, which move no posted balance.</param>
public sealed record HistoryQuery(
    bool Backward = false, int Take = 100, string? Cursor = null, DateTime? From = null, DateTime? Until = null,
    bool IncludePending = false);

/// <summary>One leg in an account's history.</summary>
/// <param name="Posted">The entry it belongs to.</param>
/// <param name="Leg">Index of the leg within the entry.</param>
/// <param name="After">The account's balance after this leg.</param>
public sealed record HistoryLine(PostedEntry Posted, int Leg, Balance After);

/// <param name="Lines">In the order asked for.</param>
/// <param name="Next">Cursor of the next page, or null when there is none.</param>
public sealed record HistoryPage(IReadOnlyList<HistoryLine> Lines, string? Next);

/// <param name="Entries">Newest first.</param>
/// <param name="Next">Cursor of the next page, or null when there is none.</param>
public sealed record ReferencePage(IReadOnlyList<PostedEntry> Entries, string? Next);

/// <summary>The posted totals of all accounts with one asset, kind and chart code, in minor units.</summary>
public sealed record TrialBalanceLine(
    Asset Asset, AccountKind Kind, string ChartCode, long Accounts, Int128 Debits, Int128 Credits);

/// <summary>The ledger no longer accepts work because its disk failed; what was acknowledged is safe. Restart to recover.</summary>
public sealed class LedgerStoppedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The journal is damaged before its end. Nothing was changed or cut; restore the file from a backup.</summary>
public sealed class JournalDamagedException(string file, long position, string reason)
    : Exception($"The journal {file} is damaged at byte {position:N0}: {reason}. Nothing was changed.")
{
    public string File { get; } = file;

    /// <summary>Byte offset of the first record that can't be read.</summary>
    public long Position { get; } = position;
}

/// <summary>An old part of the journal, which was moved to other storage, can't be read now. All else goes on.</summary>
public sealed class HistoryOutOfReachException(string file, string pathFile, Exception inner)
    : IOException($"The older history in {file} is out of reach: bring it back, or write the directory where it is now into {pathFile}.", inner);
