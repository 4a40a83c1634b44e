namespace Pujiang.Ledger;

public sealed record BookOptions
{
    /// <summary>Where journal and snapshots live; made when missing. One process at a time may open it.</summary>
    public required string Directory { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Bytes reserved for a journal segment at once, 64 KiB to 1 GiB. A batch is never cut in two.</summary>
    public long SegmentBytes { get; init; } = 64 << 20;

    /// <summary>A snapshot is begun after this many entries, or after a quarter of those before when that is more; 0 for never.</summary>
    public int SnapshotEvery { get; init; } = 1_000_000;

    /// <summary>Your chart of accounts: the codes that accounts may be opened with, each with the kinds it may have. Null for any codes.</summary>
    public IReadOnlySet<(string Code, AccountKind Kind)>? Chart { get; init; }

    /// <summary>Calls that may wait to be decided; further callers wait for a place.</summary>
    public int QueueLength { get; init; } = 4096;

    internal IDisk Disk { get; init; } = SystemDisk.Instance;
}

/// <summary>What opening the book found.</summary>
/// <param name="Entries">Entries in the ledger.</param>
/// <param name="Bytes">Journal bytes read.</param>
/// <param name="TornTail">Where an unfinished, never acknowledged last write was cut off ("file:position"), or null.</param>
/// <param name="Snapshot">File name of the snapshot used, or null for a replay from the beginning.</param>
/// <param name="Duration">Time the recovery took.</param>
public sealed record RecoveryReport(
    long Entries, long Bytes, string? TornTail, string? Snapshot, TimeSpan Duration);
