using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Pujiang.Ledger;

namespace Pujiang.Services.Tests;

/// <summary>The process ended here. Nobody may catch it, and what waits is over, as when it is cancelled.</summary>
public sealed class ProcessKilledException : OperationCanceledException
{
    public ProcessKilledException() { }
    public ProcessKilledException(string message) : base(message) { }
    public ProcessKilledException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>Counts what becomes durable, in ledger and database, and ends the process after a given number of it.</summary>
sealed class KillSwitch
{
    readonly Lock _gate = new();
    readonly List<Effect> _effects = [];
    int? _killAfter;
    bool _armed;

    /// <param name="Entries">The ids posted, when it was a call of the ledger.</param>
    public sealed record Effect(string Name, IReadOnlyList<EntryId> Entries);

    /// <summary>What became durable since <see cref="Arm"/>.</summary>
    public IReadOnlyList<Effect> Effects => _effects;

    public bool IsDead { get; private set; }

    /// <summary>From now on effects count. After so many of them nothing works any more; null for never.</summary>
    public void Arm(int? killAfter) => (_armed, _killAfter) = (true, killAfter);

    /// <summary>The next process: everything works, nothing is counted.</summary>
    public void Revive() => (_armed, IsDead) = (false, false);

    /// <summary>Called before an effect begins.</summary>
    public void ThrowIfDead()
    {
        lock (_gate)
        {
            if (_armed && _effects.Count == _killAfter) IsDead = true;
            if (IsDead) throw new ProcessKilledException($"Killed after {_effects.Count} effects.");
        }
    }

    /// <summary>Called when an effect is durable, before its caller hears of it.</summary>
    public void Happened(string name, params IReadOnlyList<EntryId> entries)
    {
        lock (_gate)
        {
            if (!_armed) return;
            _effects.Add(new Effect(name, entries));
        }
        ThrowIfDead();
    }
}

/// <summary>A ledger that the switch can cut off right before or right after what it writes.</summary>
sealed class MortalLedger(ILedger inner, KillSwitch kill) : ILedger
{
    public long LastSequence => inner.LastSequence;

    public Task<IReadOnlyList<OpenStatus>> Open(IReadOnlyList<Account> accounts, CancellationToken cancel = default) =>
        Durable("open accounts", [], () => inner.Open(accounts, cancel));

    public Task<IReadOnlyList<EntryResult>> Post(IReadOnlyList<Entry> entries, CancellationToken cancel = default) =>
        Durable($"post {string.Join(", ", entries.Take(3).Select(e => e.Reference))}", [.. entries.Select(e => e.Id)], () => inner.Post(entries, cancel));

    public Task<LimitStatus> SetLimits(AccountId account, Limits limits, CancellationToken cancel = default) =>
        Durable("set limits", [], () => inner.SetLimits(account, limits, cancel));

    public Task<PeriodStatus> ClosePeriod(DateOnly through, CancellationToken cancel = default) =>
        Durable("close period", [], () => inner.ClosePeriod(through, cancel));

    public ValueTask<DateOnly?> ClosedThrough(CancellationToken cancel = default) => Alive().ClosedThrough(cancel);

    public ValueTask<AccountState?> Find(AccountId account, CancellationToken cancel = default) => Alive().Find(account, cancel);

    public ValueTask<Balance?> BalanceAsOf(AccountId account, DateTime at, CancellationToken cancel = default) =>
        Alive().BalanceAsOf(account, at, cancel);

    public ValueTask<HistoryPage> History(AccountId account, HistoryQuery query, CancellationToken cancel = default) =>
        Alive().History(account, query, cancel);

    public ValueTask<IReadOnlyList<AccountState>> Accounts(int skip = 0, int take = 1_000, CancellationToken cancel = default) =>
        Alive().Accounts(skip, take, cancel);

    public ValueTask<PostedEntry?> FindEntry(EntryId entry, CancellationToken cancel = default) => Alive().FindEntry(entry, cancel);

    public ValueTask<ReferencePage> FindByReference(string reference, int take = 100, string? cursor = null, CancellationToken cancel = default) =>
        Alive().FindByReference(reference, take, cursor, cancel);

    public ValueTask<HoldState?> FindHold(EntryId hold, CancellationToken cancel = default) => Alive().FindHold(hold, cancel);

    public ValueTask<IReadOnlyList<TrialBalanceLine>> TrialBalance(CancellationToken cancel = default) => Alive().TrialBalance(cancel);

    public IAsyncEnumerable<PostedEntry> Follow(long afterSequence, CancellationToken cancel = default) => Alive().Follow(afterSequence, cancel);

    ILedger Alive()
    {
        kill.ThrowIfDead();
        return inner;
    }

    async Task<T> Durable<T>(string name, IReadOnlyList<EntryId> entries, Func<Task<T>> write)
    {
        kill.ThrowIfDead();
        var answer = await write();
        kill.Happened($"ledger: {name}", entries);
        return answer;
    }
}

/// <summary>A database that the switch can cut off right before or right after each commit, however it comes about.</summary>
sealed class MortalDatabase(KillSwitch kill) : ISaveChangesInterceptor, IDbTransactionInterceptor, IDbCommandInterceptor
{
    readonly ConcurrentDictionary<DbContextId, byte> _saving = new();

    public ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        kill.ThrowIfDead();
        _saving[eventData.Context!.ContextId] = 0;
        return ValueTask.FromResult(result);
    }

    public ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        _saving.TryRemove(eventData.Context!.ContextId, out _);
        // Within a transaction nothing is durable yet; without one it now is.
        if (result > 0 && eventData.Context.Database.CurrentTransaction is null) kill.Happened($"database: save {result} rows");
        return ValueTask.FromResult(result);
    }

    public Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        _saving.TryRemove(eventData.Context!.ContextId, out _);
        return Task.CompletedTask;
    }

    // Statements that do not go through EF are not seen one by one; their commit is.
    public ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        kill.ThrowIfDead();
        return ValueTask.FromResult(result);
    }

    public Task TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        // The transaction that SaveChanges makes for itself is told by SavedChangesAsync.
        if (eventData.Context is null || !_saving.ContainsKey(eventData.Context.ContextId)) kill.Happened("database: commit");
        return Task.CompletedTask;
    }

    public ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        kill.ThrowIfDead();
        return ValueTask.FromResult(result);
    }

    public ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        kill.ThrowIfDead();
        return ValueTask.FromResult(result);
    }

    public ValueTask<int> NonQueryExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        // ExecuteUpdate, ExecuteDelete and plain SQL commit by themselves.
        if (eventData.CommandSource != CommandSource.SaveChanges && result > 0 && eventData.Context?.Database.CurrentTransaction is null)
            kill.Happened($"database: {eventData.CommandSource} {result} rows");
        return ValueTask.FromResult(result);
    }

    // A way around the counting would be a crash point that no test visits.
    InterceptionResult<int> ISaveChangesInterceptor.SavingChanges(DbContextEventData eventData, InterceptionResult<int> result) =>
        throw new NotSupportedException("Services save asynchronously.");

    InterceptionResult<int> IDbCommandInterceptor.NonQueryExecuting(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result) =>
        throw new NotSupportedException("Services write asynchronously.");
}
