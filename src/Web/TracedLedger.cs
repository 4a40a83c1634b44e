using System.Diagnostics;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Web;

/// <summary>The ledger with a span around each write, for a bank that sends traces.</summary>
sealed class TracedLedger(Book inner) : ILedger
{
    public long LastSequence => inner.LastSequence;

    public async Task<IReadOnlyList<OpenStatus>> Open(IReadOnlyList<Account> accounts, CancellationToken cancel = default)
    {
        using var span = Begin("ledger open", accounts.Count);
        return await inner.Open(accounts, cancel);
    }

    public async Task<IReadOnlyList<EntryResult>> Post(IReadOnlyList<Entry> entries, CancellationToken cancel = default)
    {
        using var span = Begin("ledger post", entries.Count);
        var results = await inner.Post(entries, cancel);
        span?.SetTag("pujiang.refused", results.Count(result => !result.IsPosted));
        return results;
    }

    public async Task<LimitStatus> SetLimits(AccountId account, Limits limits, CancellationToken cancel = default)
    {
        using var span = Begin("ledger limits", 1);
        return await inner.SetLimits(account, limits, cancel);
    }

    public async Task<PeriodStatus> ClosePeriod(DateOnly through, CancellationToken cancel = default)
    {
        using var span = Begin("ledger close period", 1);
        return await inner.ClosePeriod(through, cancel);
    }

    public ValueTask<DateOnly?> ClosedThrough(CancellationToken cancel = default) => inner.ClosedThrough(cancel);

    public ValueTask<AccountState?> Find(AccountId account, CancellationToken cancel = default) => inner.Find(account, cancel);

    public ValueTask<Balance?> BalanceAsOf(AccountId account, DateTime at, CancellationToken cancel = default) => inner.BalanceAsOf(account, at, cancel);

    public ValueTask<HistoryPage> History(AccountId account, HistoryQuery query, CancellationToken cancel = default) => inner.History(account, query, cancel);

    public ValueTask<IReadOnlyList<AccountState>> Accounts(int skip = 0, int take = 1_000, CancellationToken cancel = default) => inner.Accounts(skip, take, cancel);

    public ValueTask<PostedEntry?> FindEntry(EntryId entry, CancellationToken cancel = default) => inner.FindEntry(entry, cancel);

    public ValueTask<ReferencePage> FindByReference(string reference, int take = 100, string? cursor = null, CancellationToken cancel = default) =>
        inner.FindByReference(reference, take, cursor, cancel);

    public ValueTask<HoldState?> FindHold(EntryId hold, CancellationToken cancel = default) => inner.FindHold(hold, cancel);

    public ValueTask<IReadOnlyList<TrialBalanceLine>> TrialBalance(CancellationToken cancel = default) => inner.TrialBalance(cancel);

    public IAsyncEnumerable<PostedEntry> Follow(long afterSequence, CancellationToken cancel = default) => inner.Follow(afterSequence, cancel);

    /// <summary>References and amounts stay in the ledger: a span says how many, never whose.</summary>
    static Activity? Begin(string what, int count) => BankActivity.Source.StartActivity(what)?.SetTag("pujiang.count", count);
}
