using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pujiang.Ledger;

namespace Pujiang.Platform;

/// <summary>Takes the records that wait into the log, in their order, and notes at each where it lies. Each goes in once.</summary>
/// <remarks>
/// A leaf names its record's number, and the tables say up to which leaf all is noted. What a crash leaves between the log and the
/// tables is therefore found again by reading the leaves behind that position, before anything new is taken.
/// </remarks>
public sealed class EvidenceSequencer(EvidenceLog log, IServiceScopeFactory scopes) : IDisposable
{
    const int Batch = 4_096;

    readonly SemaphoreSlim _one = new(1, 1);
    bool _isNoted;

    /// <summary>Takes all that waits now.</summary>
    /// <returns>How many records went into the log.</returns>
    /// <exception cref="EvidenceDamagedException">The log is shorter than the tables say: it was put back to an older state than they.</exception>
    public async Task<int> Run(CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            if (!_isNoted) await NoteWhatIsLeft(cancel);
            _isNoted = false;
            var (taken, total) = (Batch, 0);
            while (taken == Batch) total += taken = await TakeBatch(cancel);
            _isNoted = true;
            return total;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    async Task<int> TakeBatch(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CityDb>();
        var waiting = await db.Set<EvidenceRecord>().Where(r => r.LeafIndex == null).OrderBy(r => r.Number).Take(Batch).ToListAsync(cancel);
        var position = await Position(db, cancel);
        if (waiting.Count == 0)
        {
            // What others appended directly needs no note; the position moves on, so that the next start has little to read.
            position.Size = log.Head.Size;
            await db.SaveChangesAsync(cancel);
            return 0;
        }
        var first = await log.Append([.. waiting.Select(record => (ReadOnlyMemory<byte>)EvidenceEntry.Of(record).ToBytes())], cancel);
        for (var i = 0; i < waiting.Count; i++) waiting[i].LeafIndex = first + i;
        position.Size = first + waiting.Count;
        await db.SaveChangesAsync(cancel);
        return waiting.Count;
    }

    /// <summary>Notes the leaves that are in the log since the tables were last saved.</summary>
    async Task NoteWhatIsLeft(CancellationToken cancel)
    {
        while (true)
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<CityDb>();
            var position = await Position(db, cancel);
            var size = log.Head.Size;
            if (position.Size > size)
                throw new EvidenceDamagedException($"The evidence log holds {size:N0} entries, but the tables know {position.Size:N0}: the log was put back to an older state. Restore database and log from one backup.");
            if (position.Size == size) return;
            var leaves = log.ReadFrom(position.Size);
            for (var i = 0; i < leaves.Count; i++)
                if (EvidenceEntry.TryParse(leaves[i].Span, out var entry) && await RecordOf(db, entry, cancel) is { LeafIndex: null } record)
                    record.LeafIndex = position.Size + i;
            position.Size += leaves.Count;
            await db.SaveChangesAsync(cancel);
        }
    }

    /// <summary>A number alone may be another record's, when the database was put back to an older state and went on from there.</summary>
    static async Task<EvidenceRecord?> RecordOf(CityDb db, EvidenceEntry entry, CancellationToken cancel)
    {
        if (entry.Number == 0) return null;
        var record = await db.Set<EvidenceRecord>().SingleOrDefaultAsync(r => r.Number == entry.Number, cancel);
        return record is not null && EvidenceEntry.Of(record).ToString() == entry.ToString() ? record : null;
    }

    static async Task<EvidencePosition> Position(CityDb db, CancellationToken cancel)
    {
        var position = await db.Set<EvidencePosition>().SingleOrDefaultAsync(cancel);
        if (position is null) db.Add(position = new EvidencePosition());
        return position;
    }
}

/// <summary>Leaves evidence of the ledger: up to which entry it has come, and the end of its hash chain over all of them.</summary>
public sealed class LedgerCheckpoints(Book ledger, IServiceScopeFactory scopes)
{
    /// <summary>The kind of these records.</summary>
    public const string Kind = "ledger";

    long _recorded = -1;

    /// <summary>Records the ledger's end, if it has moved since the last call.</summary>
    public async Task Record(CancellationToken cancel)
    {
        var end = ledger.End;
        if (end.Batch == _recorded) return;
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CityDb>();
        var reference = ReferenceOf(end);
        // After a restart the same end may be there already.
        if (!await db.Set<EvidenceRecord>().AnyAsync(r => r.Reference == reference, cancel))
        {
            db.Record(Kind, reference, ContentOf(end));
            await db.SaveChangesAsync(cancel);
        }
        _recorded = end.Batch;
    }

    /// <summary>"ledger/checkpoint/{entries}/{batch}".</summary>
    public static string ReferenceOf(LedgerEnd end) => FormattableString.Invariant($"ledger/checkpoint/{end.Sequence}/{end.Batch}");

    /// <summary>What is hashed: four lines, "pujiang-ledger/1", number of entries, number of the journal's batch, hash chain in hexadecimal.</summary>
    public static string ContentOf(LedgerEnd end) => FormattableString.Invariant($"pujiang-ledger/1\n{end.Sequence}\n{end.Batch}\n{end.Chain}\n");
}

/// <summary>Brings records into the log twice a second, and the ledger's end once a minute.</summary>
sealed partial class EvidenceWork(
    EvidenceSequencer sequencer, LedgerCheckpoints ledger, TimeProvider clock, BackgroundWork work, ILogger<EvidenceWork> log) : BackgroundService
{
    const string Work = "evidence log";
    const int TurnsBetweenLedgerCheckpoints = 120;
    static readonly TimeSpan Turn = TimeSpan.FromSeconds(0.5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Turn, clock);
        var turn = 0;
        do
        {
            try
            {
                if (turn++ % TurnsBetweenLedgerCheckpoints == 0) await ledger.Record(stoppingToken);
                await sequencer.Run(stoppingToken);
                work.Succeeded(Work);
            }
            catch (Exception failure) when (failure is DbException or DbUpdateException or IOException or EvidenceLogStoppedException || BackgroundWork.IsOutage(failure))
            {
                // Records wait in the tables for as long as it takes; what went into the log before is noted on the next turn.
                work.Failed(Work, failure);
                Waiting(log, failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Error, "Records can't go into the evidence log now; it is tried again.")]
    static partial void Waiting(ILogger log, Exception failure);
}
