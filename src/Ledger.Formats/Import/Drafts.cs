namespace Pujiang.Ledger.Formats;

/// <summary>Something read from a file, before names of accounts and symbols of commodities have a meaning.</summary>
abstract record Draft(Place Place);

/// <param name="Symbol">As amounts name it.</param>
/// <param name="Code">The asset's code, where the file maps it to another symbol; else null.</param>
/// <param name="Scale">Digits after the point.</param>
sealed record DraftCommodity(Place Place, string Symbol, string? Code, int Scale) : Draft(Place);

/// <summary>An account that the file declares.</summary>
/// <param name="Name">As legs name it.</param>
sealed record DraftAccount(Place Place, string Name) : Draft(Place)
{
    /// <summary>Null in hand-written journals.</summary>
    public AccountId? Id { get; init; }
    public AccountKind? Kind { get; init; }
    public string ChartCode { get; init; } = "";
    public string Asset { get; init; } = "";
    public string? Reference { get; init; }
    public Limits? Limits { get; init; }

    /// <summary>Limits with amounts can't be read before the scale is known.</summary>
    public Quantity? Overdraft { get; init; }
    public Quantity FrozenAmount { get; init; }

    /// <summary>Whether two rows say the same of an account.</summary>
    public bool SaysTheSameAs(DraftAccount other) => this with { Place = other.Place } == other;
}

/// <param name="Amount">Debits are positive.</param>
sealed record DraftLeg(Place Place, string Account, string Commodity, Quantity Amount);

sealed record DraftEntry(Place Place) : Draft(Place)
{
    /// <summary>Null in hand-written journals.</summary>
    public EntryId? Id { get; init; }
    public EntryAction Action { get; init; } = EntryAction.Post;
    public required DateOnly ValueDate { get; init; }
    public DateTime? PostedAt { get; init; }
    public EntryId? Hold { get; init; }
    public DateTime? ExpiresAt { get; init; }
    public int Code { get; init; }
    public string Reference { get; init; } = "";
    public string Metadata { get; init; } = "";
    public required IReadOnlyList<DraftLeg> Legs { get; init; }
}

/// <summary>Reads one format from the beginning. Memory is bounded: a draft at a time, and no more than a line of text.</summary>
interface IDraftReader
{
    IAsyncEnumerable<Draft> Read(Stream input, CancellationToken cancel);
}
