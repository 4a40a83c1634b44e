using System.Globalization;
using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>A figure of the operations page that a part of the bank brings, such as what waits to be delivered.</summary>
/// <param name="TextKey">Key of its name.</param>
/// <param name="Value">As shown; never a name or a number of a person.</param>
/// <param name="Href">The page with more of it, or null.</param>
/// <param name="Wrong">Somebody should look.</param>
public sealed record OperationsFigure(string TextKey, string Value, string? Href = null, bool Wrong = false);

/// <summary>Brings figures to the operations page. Each part adds its own (scoped) to the container.</summary>
public interface IOperationsFigures
{
    Task<IReadOnlyList<OperationsFigure>> Read(CancellationToken cancel);
}

/// <summary>How many requests wait for a decision.</summary>
sealed class ApprovalFigures(Approvals approvals) : IOperationsFigures
{
    public async Task<IReadOnlyList<OperationsFigure>> Read(CancellationToken cancel) =>
        [new("approvals.figure", $"{await approvals.CountWaiting(cancel)}", "/approvals")];
}

/// <summary>What waits to be delivered to others, and what could not be.</summary>
sealed class OutboxFigures(CityDb db) : IOperationsFigures
{
    public async Task<IReadOnlyList<OperationsFigure>> Read(CancellationToken cancel)
    {
        var counts = await db.Set<OutboxMessage>().Where(m => m.State == DeliveryState.Waiting || m.State == DeliveryState.GivenUp)
            .GroupBy(m => m.State).Select(group => new { group.Key, Count = group.Count() }).ToDictionaryAsync(group => group.Key, group => group.Count, cancel);
        var givenUp = counts.GetValueOrDefault(DeliveryState.GivenUp);
        return
        [
            new("outbox.figure.waiting", counts.GetValueOrDefault(DeliveryState.Waiting).ToString("N0", CultureInfo.InvariantCulture)),
            new("outbox.figure.given-up", givenUp.ToString("N0", CultureInfo.InvariantCulture), Wrong: givenUp > 0),
        ];
    }
}

/// <summary>How far the evidence log is, and what is saved but not yet in it.</summary>
sealed class EvidenceFigures(CityDb db, EvidenceLog log, TimeProvider clock) : IOperationsFigures
{
    /// <summary>What has waited so long waits for somebody to look: a record goes in within a second or two.</summary>
    static readonly TimeSpan Late = TimeSpan.FromMinutes(1);

    public async Task<IReadOnlyList<OperationsFigure>> Read(CancellationToken cancel)
    {
        var head = log.Head;
        var late = clock.UtcNow() - Late;
        var waiting = db.Set<EvidenceRecord>().Where(r => r.LeafIndex == null);
        return
        [
            new("evidence.figure.size", string.Create(CultureInfo.InvariantCulture, $"{head.Size:N0} · {BankTime.Text(head.PublishedAt)}"), "/evidence"),
            new("evidence.figure.waiting", (await waiting.CountAsync(cancel)).ToString("N0", CultureInfo.InvariantCulture), Wrong: await waiting.AnyAsync(r => r.RecordedAt < late, cancel)),
        ];
    }
}
