namespace Pujiang.Ledger;

/// <summary>The caller's 128-bit id of an entry. The same fact carries the same id, so it can never be posted twice.</summary>
public readonly record struct EntryId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

public enum Side : byte
{
    Debit = 1,
    Credit = 2,
}

/// <summary>One side of an entry.</summary>
/// <param name="Account">The account it moves.</param>
/// <param name="Side">Debit or credit.</param>
/// <param name="Amount">Minor units of the account's asset, 1 to 10^18.</param>
public readonly record struct Leg(AccountId Account, Side Side, long Amount)
{
    public static Leg Debit(AccountId account, long amount) => new(account, Side.Debit, amount);
    public static Leg Credit(AccountId account, long amount) => new(account, Side.Credit, amount);
}

public enum EntryAction : byte
{
    /// <summary>Moves the money now.</summary>
    Post = 1,

    /// <summary>Reserves it: the legs are pending until captured, released or expired.</summary>
    Hold = 2,

    /// <summary>Posts a held amount, in whole or in part.</summary>
    Capture = 3,

    /// <summary>Gives the rest of a hold back.</summary>
    Release = 4,

    /// <summary>Written by the ledger itself when a hold's time is over. Never accepted from a caller.</summary>
    Expire = 5,
}

/// <summary>A journal entry as the caller sends it: 2 to 1,000 legs whose debits equal their credits for each asset.</summary>
public sealed record Entry
{
    public required EntryId Id { get; init; }
    public EntryAction Action { get; init; } = EntryAction.Post;

    /// <summary>
    /// The legs. For a capture: how much of each held leg is posted now (a part, on the held accounts and sides),
    /// or empty for all that is left. Empty for a release.
    /// </summary>
    public IReadOnlyList<Leg> Legs { get; init; } = [];

    /// <summary>
    /// The amount is the most that may move: when limits allow less, all that they allow moves ("balancing" an account). Only for
    /// posts and holds of two legs with equal amounts. Refused only when nothing at all can move.
    /// </summary>
    public bool AtMost { get; init; }

    /// <summary>The hold that a capture or release speaks of; otherwise null.</summary>
    public EntryId? Hold { get; init; }

    /// <summary>When a hold falls back by itself, UTC; null for never. Only for holds.</summary>
    public DateTime? ExpiresAt { get; init; }

    /// <summary>The day the money counts from, for interest and statements. It may differ from the posting day.</summary>
    public required DateOnly ValueDate { get; init; }

    /// <summary>What kind of business this is (transfer, salary, fee, …), in the owning service's numbering.</summary>
    public int Code { get; init; }

    /// <summary>Whose entry it is and of which fact ("accounts/transfer/…"): at most 128 UTF-8 bytes.</summary>
    public string Reference { get; init; } = "";

    /// <summary>Free text that belongs to the entry (purpose, counterparty): at most 2,048 UTF-8 bytes.</summary>
    public string Metadata { get; init; } = "";

    /// <summary>Succeeds or fails together with the next entry of the same call. The last entry of a call may not be linked.</summary>
    public bool Linked { get; init; }
}

/// <summary>Why an entry was refused, in the order the checks are made; one member for each check.</summary>
public enum EntryStatus : byte
{
    Posted = 0,

    // What the entry says of itself.
    ActionNotAllowed,
    IdIsZero,
    TooFewLegs,
    TooManyLegs,
    AmountNotPositive,
    AmountTooLarge,
    ReferenceTooLong,
    MetadataTooLong,
    ExpiryNotAllowed,
    ExpiryNotUtc,
    HoldNotAllowed,
    HoldMissing,
    AtMostNotAllowed,
    LinkIsOpen,

    // What it says against what the ledger knows.
    /// <summary>The id was used before with other content.</summary>
    IdUsedWithOtherContent,
    AccountUnknown,
    DebitsDifferFromCredits,

    /// <summary>The value date lies in a period that is closed.</summary>
    PeriodClosed,
    ExpiryNotInFuture,
    HoldUnknown,

    /// <summary>The entry that is named as hold is none.</summary>
    HoldIsNoHold,
    HoldExpired,

    /// <summary>The hold is already captured in whole or released.</summary>
    HoldSettled,

    /// <summary>A captured leg names an account and side that are not held.</summary>
    CaptureNotHeld,

    /// <summary>A captured leg is more than what is left of the held one.</summary>
    CaptureExceedsHold,
    AccountClosed,
    AccountFrozenIn,
    AccountFrozenOut,

    /// <summary>There is enough, but part of it is frozen.</summary>
    ExceedsUnfrozenAmount,

    /// <summary>More than what is available (balance less holds plus overdraft).</summary>
    ExceedsAvailable,
    BalanceOverflow,

    /// <summary>Another entry of the linked group was refused.</summary>
    LinkedEntryRefused,
}

/// <summary>The ledger's answer to one entry. The same id with the same content gets the same answer for ever.</summary>
/// <param name="Status">Posted, or the first check that failed.</param>
/// <param name="Sequence">Position in the ledger's order, from 1; 0 when refused.</param>
/// <param name="PostedAt">Posting time, UTC; for a refusal the time it was decided.</param>
/// <param name="Leg">Index of the leg that caused the refusal, or -1.</param>
/// <param name="Repeated">This id was answered before; nothing happened now.</param>
public readonly record struct EntryResult(
    EntryStatus Status, long Sequence, DateTime PostedAt, int Leg = -1, bool Repeated = false)
{
    public bool IsPosted => Status == EntryStatus.Posted;

    /// <summary>The balance of each leg's account after that leg, in the order of the legs as posted; empty when refused.</summary>
    public ReadOnlyMemory<Balance> Balances { get; init; }

    public bool Equals(EntryResult other) =>
        (Status, Sequence, PostedAt, Leg, Repeated) == (other.Status, other.Sequence, other.PostedAt, other.Leg, other.Repeated)
        && Balances.Span.SequenceEqual(other.Balances.Span);

    public override int GetHashCode() => HashCode.Combine(Status, Sequence, PostedAt, Leg, Repeated);
}

/// <summary>An entry as the journal holds it.</summary>
/// <param name="Sequence">Position in the ledger's order, from 1, without gaps in the event stream's order.</param>
/// <param name="PostedAt">UTC, never earlier than that of the entry before.</param>
/// <param name="Entry">What was posted. The legs of a capture, release, expiry or an entry "at most" are the amounts that really moved.</param>
public sealed record PostedEntry(long Sequence, DateTime PostedAt, Entry Entry);

/// <summary>What is left of a hold.</summary>
/// <param name="Hold">The hold as posted.</param>
/// <param name="Remaining">Per leg of the hold, minor units not yet captured; all zero when it is settled.</param>
/// <param name="Open">False once captured in whole, released or expired.</param>
public sealed record HoldState(PostedEntry Hold, IReadOnlyList<long> Remaining, bool Open);
