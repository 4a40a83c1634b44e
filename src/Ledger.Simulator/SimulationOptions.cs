namespace Pujiang.Ledger.Simulator;

/// <summary>What went wrong on purpose.</summary>
public enum FaultKind : byte
{
    /// <summary>The machine is off: what was not flushed is lost, kept, torn or reordered, sector by sector.</summary>
    PowerFailure,

    /// <summary>The process is gone; the operating system keeps what was written, flushed or not.</summary>
    ProcessKill,

    /// <summary>A power failure lost all that a file had not flushed.</summary>
    UnflushedLost,

    /// <summary>A power failure kept some of the sectors of what was not flushed.</summary>
    TornWrite,

    /// <summary>A power failure kept a later sector and lost an earlier one.</summary>
    ReorderedWrite,

    WriteFails,

    /// <summary>A write that failed after part of it was done.</summary>
    PartialWrite,

    /// <summary>A flush that failed; what it should have flushed may look clean afterwards and never reach the disk.</summary>
    FlushFails,
    DiskFull,
    CreateFails,
    RenameFails,
    DeleteFails,
    DirectoryFlushFails,
    ReadFails,

    /// <summary>One bit of a file has turned while the ledger was closed.</summary>
    BitRot,

    /// <summary>One bit of the journal has turned while the ledger is open.</summary>
    BitRotWhileOpen,

    /// <summary>The disk said that it wrote and flushed, and did not.</summary>
    LostWrite,

    /// <summary>The disk wrote to another place.</summary>
    MisdirectedWrite,

    ClockSetBack,

    /// <summary>A second process tried to open the ledger.</summary>
    SecondProcess,
}

/// <summary>A bug put in on purpose, in the disk or in the model, to see that the simulator notices it.</summary>
enum Sabotage : byte
{
    None = 0,

    /// <summary>The disk acknowledges flushes of the journal that it does not do.</summary>
    FlushIgnored,

    /// <summary>The disk acknowledges flushes of the directory that it does not do.</summary>
    DirectoryFlushIgnored,

    /// <summary>The disk does not tell that a flush has failed.</summary>
    FlushFailureHidden,

    /// <summary>Checksums are made to fit again after each turned bit, as if nobody compared them.</summary>
    ChecksumIgnored,

    // From here on a rule is missing on one of the two sides; which side does not matter to who compares them.
    HoldForgotten,
    RefusalsForgotten,
    OverdraftOffByOne,
    FrozenInIgnored,
    FrozenAmountIgnored,
    ExpiryTooLate,
    CaptureTakesFromLastLeg,
    LinkedNotTogether,
    OtherContentAccepted,
    OverflowIgnored,
    PeriodIgnored,
    AtMostTakesAll,
}

/// <summary>One run of the simulator. The same seed and steps give the same run, bit for bit.</summary>
/// <param name="Seed">All chance comes from it.</param>
/// <param name="Steps">Things done: calls, waits, faults, restarts.</param>
public sealed record SimulationOptions(long Seed, int Steps = 2000)
{
    internal Sabotage Sabotage { get; init; }
}

/// <summary>What a run has done.</summary>
/// <param name="Seed">The seed it began with.</param>
/// <param name="Steps">Steps done.</param>
/// <param name="Entries">Entries in the ledger at the end.</param>
/// <param name="Calls">Calls made to the ledger.</param>
/// <param name="Restarts">How often the ledger was opened again.</param>
/// <param name="Snapshots">How often a snapshot was used to open it.</param>
/// <param name="Faults">How often each fault really happened.</param>
/// <param name="Digest">SHA-256 over every answer and every change of the disk, in hexadecimal.</param>
/// <param name="Failure">What differed, or null.</param>
public sealed record SimulationReport(
    long Seed, int Steps, long Entries, long Calls, long Restarts, long Snapshots, IReadOnlyDictionary<FaultKind, long> Faults,
    string Digest, SimulationFailure? Failure)
{
    /// <summary>How often each answer was given.</summary>
    internal IReadOnlyDictionary<EntryStatus, long> Answers { get; init; } = new Dictionary<EntryStatus, long>();
    internal IReadOnlySet<OpenStatus> OpenAnswers { get; init; } = new HashSet<OpenStatus>();
    internal IReadOnlySet<LimitStatus> LimitAnswers { get; init; } = new HashSet<LimitStatus>();
    internal IReadOnlySet<PeriodStatus> PeriodAnswers { get; init; } = new HashSet<PeriodStatus>();
}

/// <summary>Where a run failed, and how to see it again.</summary>
/// <param name="Step">The step, from 1.</param>
/// <param name="What">What differs, in words.</param>
/// <param name="Trace">The last steps before it.</param>
/// <param name="Replay">The command that does it again.</param>
public sealed record SimulationFailure(int Step, string What, IReadOnlyList<string> Trace, string Replay);
