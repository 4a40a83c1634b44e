namespace Pujiang.Platform;

/// <summary>What a bank sets of screening (<c>Pujiang:Screening:*</c>).</summary>
public sealed record ScreeningOptions
{
    /// <summary>From this grade on an act waits for review: a payment is held, a new customer gets no account.</summary>
    public HitGrade HoldFrom { get; init; } = HitGrade.Strong;

    /// <summary>From this grade on customers and payees come into the queue; what is below <see cref="HoldFrom"/> holds nothing.</summary>
    public HitGrade ReviewFrom { get; init; } = HitGrade.Possible;

    /// <summary>A new version of a list that has so many per cent fewer entries needs a second person.</summary>
    public int ShrinkPercent { get; init; } = 5;

    /// <summary>Where the lists are fetched from.</summary>
    public IReadOnlyList<ListSource> Sources { get; init; } = [];
}

/// <summary>Where a list is fetched from.</summary>
public sealed record ListSource
{
    /// <summary>
    /// A file (XML, CSV, ZIP), or a folder, which ends with "/" and has OFAC's four files: "https://www.treasury.gov/ofac/downloads/".
    /// </summary>
    public string Address { get; init; } = "";
}
