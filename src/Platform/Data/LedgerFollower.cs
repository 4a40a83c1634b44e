using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pujiang.Ledger;

namespace Pujiang.Platform;

/// <summary>What a service does with the entries it owns.</summary>
public interface ILedgerOwner
{
    /// <summary>First part of the references this service writes: "accounts" owns "accounts/transfer/…".</summary>
    string Service { get; }

    /// <summary>
    /// Changes the tracked entities as the posted entries say, or rows at once; the caller saves and commits. Must be
    /// idempotent: an entry that was applied before changes nothing.
    /// </summary>
    Task OnPosted(CityDb db, IReadOnlyList<PostedEntry> entries, CancellationToken cancel);
}

/// <summary>
/// A line of the bank's chart of accounts, which the service that uses it adds as a singleton: no account is opened with a code
/// and kind that no service has named.
/// </summary>
/// <param name="Name">English name, for tables.</param>
public sealed record ChartAccount(string Code, AccountKind Kind, string Name);

/// <summary>Up to where a service has applied the ledger's event stream. Saved in the same transaction as the changes.</summary>
public sealed class FollowerPosition
{
    public required string Service { get; init; }
    public long Sequence { get; set; }
}

/// <summary>
/// The one place where a service's tables learn what the ledger has posted. A handler that has posted waits for its own
/// sequence (<see cref="Apply"/>); whatever a crash left open is applied at the next start. There is no intent table.
/// </summary>
/// <remarks>
/// Handlers do not write for themselves: whoever comes first applies all that is posted, in one transaction, and the others
/// find their work done. So there is no race between handler and follower, and many callers share one commit.
/// </remarks>
public sealed partial class LedgerFollower(ILedger ledger, ILedgerOwner owner, IServiceScopeFactory scopes, BackgroundWork work, ILogger<LedgerFollower> log)
    : BackgroundService, IDisposable
{
    const int BatchSize = 2_000;
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);
    readonly SemaphoreSlim _one = new(1, 1);
    long _position = -1;

    public string Service => owner.Service;
    string Work => $"{Service} follower";

    /// <summary>The last sequence whose effects are saved; -1 before the first call.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>Returns when everything up to this sequence is applied and saved.</summary>
    public async Task Apply(long sequence, CancellationToken cancel)
    {
        if (Position >= sequence) return;
        await _one.WaitAsync(cancel);
        try
        {
            if (Position < 0) await Load(cancel);
            if (Position < sequence) await ApplyUntil(Math.Max(sequence, ledger.LastSequence), cancel);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Applies all that is posted now.</summary>
    public Task CatchUp(CancellationToken cancel) => Apply(ledger.LastSequence, cancel);

    /// <summary>Skips what is posted now: for bulk loads, whose entries have no rows to change.</summary>
    public async Task SkipToEnd(CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            await Save([], ledger.LastSequence, cancel);
        }
        finally
        {
            _one.Release();
        }
    }

    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    /// <summary>Heals what the last run left open, then keeps up with entries for which no handler waits (expiries).</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await CatchUp(stoppingToken);
                work.Succeeded(Work);
                await foreach (var posted in ledger.Follow(Position, stoppingToken))
                    await Apply(posted.Sequence, stoppingToken);
                return;
            }
            catch (Exception failure) when (BackgroundWork.IsOutage(failure))
            {
                // The database is away for a while. Money is safe in the ledger, and handlers tell their callers.
                work.Failed(Work, failure);
                Behind(log, Service, failure);
                await Task.Delay(Pause, stoppingToken);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "The tables of {Service} can't follow the ledger now; it is tried again in a few seconds.")]
    static partial void Behind(ILogger log, string service, Exception failure);

    async Task ApplyUntil(long until, CancellationToken cancel)
    {
        var batch = new List<PostedEntry>();
        await foreach (var posted in ledger.Follow(Position, cancel))
        {
            if (IsOwned(posted)) batch.Add(posted);
            if (posted.Sequence >= until) break;
            if (batch.Count < BatchSize) continue;
            await Save(batch, posted.Sequence, cancel);
            batch.Clear();
        }
        await Save(batch, until, cancel);
    }

    bool IsOwned(PostedEntry posted) =>
        posted.Entry.Reference.StartsWith(owner.Service, StringComparison.Ordinal)
        && posted.Entry.Reference.Length > owner.Service.Length
        && posted.Entry.Reference[owner.Service.Length] == '/';

    async Task Load(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CityDb>();
        var saved = await db.Set<FollowerPosition>().AsNoTracking()
            .SingleOrDefaultAsync(p => p.Service == owner.Service, cancel);
        Volatile.Write(ref _position, saved?.Sequence ?? 0);
    }

    async Task Save(List<PostedEntry> entries, long sequence, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CityDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (entries.Count > 0) await owner.OnPosted(db, entries, cancel);
        var position = await db.Set<FollowerPosition>().SingleOrDefaultAsync(p => p.Service == owner.Service, cancel);
        if (position is null) db.Add(new FollowerPosition { Service = owner.Service, Sequence = sequence });
        else position.Sequence = sequence;
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        Volatile.Write(ref _position, sequence);
    }
}
