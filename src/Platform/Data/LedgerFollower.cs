using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pujiang.Ledger;

namespace Pujiang.Platform;

/// <summary>What a service does with the entries it owns. The use case's handler and the follower call the same method.</summary>
public interface ILedgerOwner
{
    /// <summary>First part of the references this service writes: "accounts" owns "accounts/transfer/…".</summary>
    string Service { get; }

    /// <summary>
    /// Changes the tracked entities as the posted entries say; the caller saves. Must be idempotent: an entry that was
    /// applied before changes nothing.
    /// </summary>
    Task OnPosted(CityDb db, IReadOnlyList<PostedEntry> entries, CancellationToken cancel);
}

/// <summary>Up to where a service has applied the ledger's event stream. Saved in the same transaction as the changes.</summary>
public sealed class FollowerPosition
{
    public required string Service { get; init; }
    public long Sequence { get; set; }
}

/// <summary>
/// Applies to a service's tables what the ledger has posted and the handler, because the process ended, has not.
/// This is the whole recovery between ledger and database: there is no intent table.
/// </summary>
public sealed partial class LedgerFollower(
    ILedger ledger, ILedgerOwner owner, IServiceScopeFactory scopes, ILogger<LedgerFollower> log) : BackgroundService
{
    const int BatchSize = 500;

    /// <summary>The last sequence whose effects are saved.</summary>
    public long Position { get; private set; }

    /// <summary>Applies all that is posted now; returns when nothing is open.</summary>
    public async Task CatchUp(CancellationToken cancel)
    {
        var until = ledger.LastSequence;
        await Load(cancel);
        if (Position >= until) return;
        var batch = new List<PostedEntry>(BatchSize);
        await foreach (var posted in ledger.Follow(Position, cancel))
        {
            if (IsOwned(posted)) batch.Add(posted);
            if (posted.Sequence >= until) break;
            if (batch.Count < BatchSize) continue;
            await Apply(batch, posted.Sequence, cancel);
            batch.Clear();
        }
        await Apply(batch, until, cancel);
    }

    /// <summary>Skips what is posted now: for bulk loads, whose entries have no rows to change.</summary>
    public Task SkipToEnd(CancellationToken cancel) => Apply([], ledger.LastSequence, cancel);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await CatchUp(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowLive(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (DbUpdateConcurrencyException changed)
            {
                // The handler was faster with the same row; applying again from the saved position finds it done.
                AppliedElsewhere(log, owner.Service, changed);
            }
        }
    }

    async Task FollowLive(CancellationToken cancel)
    {
        await Load(cancel);
        await foreach (var posted in ledger.Follow(Position, cancel))
        {
            if (IsOwned(posted)) await Apply([posted], posted.Sequence, cancel);
            else Position = posted.Sequence;
        }
    }

    bool IsOwned(PostedEntry posted) =>
        posted.Entry.Reference.StartsWith(owner.Service, StringComparison.Ordinal)
        && posted.Entry.Reference.Length > owner.Service.Length
        && posted.Entry.Reference[owner.Service.Length] == '/';

    async Task Load(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CityDb>();
        var position = await db.Set<FollowerPosition>().AsNoTracking()
            .SingleOrDefaultAsync(p => p.Service == owner.Service, cancel);
        Position = position?.Sequence ?? 0;
    }

    async Task Apply(IReadOnlyList<PostedEntry> entries, long sequence, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CityDb>();
        if (entries.Count > 0) await owner.OnPosted(db, entries, cancel);
        var position = await db.Set<FollowerPosition>().SingleOrDefaultAsync(p => p.Service == owner.Service, cancel);
        if (position is null) db.Add(new FollowerPosition { Service = owner.Service, Sequence = sequence });
        else position.Sequence = sequence;
        await db.SaveChangesAsync(cancel);
        Position = sequence;
    }

    [LoggerMessage(LogLevel.Information, "{Service}: an entry was applied by its handler meanwhile.")]
    static partial void AppliedElsewhere(ILogger log, string service, Exception exception);
}
