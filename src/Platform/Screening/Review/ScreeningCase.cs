using System.Text.Json;

namespace Pujiang.Platform;

/// <summary>Why names were compared.</summary>
public enum ScreeningOccasion
{
    NewCustomer = 1,
    NewPayee = 2,
    Payment = 3,

    /// <summary>A customer or a payee who was there already, with a new version of a list.</summary>
    NewList = 4,
}

/// <summary>How a case stands.</summary>
public enum CaseState
{
    /// <summary>The act is not held in the ledger yet. It will be in a moment, or never: then the case is forgotten.</summary>
    Preparing = 1,

    /// <summary>Somebody has to look.</summary>
    Open = 2,

    /// <summary>No hit was true: the act goes on.</summary>
    Cleared = 3,

    /// <summary>Two people found a hit to be true: the act is refused.</summary>
    Confirmed = 4,
}

/// <summary>What was decided of a hit.</summary>
public enum HitDecision
{
    Open = 0,
    FalsePositive = 1,
    TrueMatch = 2,
}

/// <summary>Who is compared with the lists.</summary>
/// <param name="Role">Key of its name on pages: "customer", "payee", "payer".</param>
/// <param name="Identity">What tells this one from others of the same name: "party/…", or the account number and the bank. It is hashed.</param>
/// <param name="Party">The bank's own customer, whose accounts are blocked when a hit is true; null for anybody else.</param>
public sealed record ScreenedPerson(string Role, NameQuery Query, string Identity, Guid? Party = null)
{
    public static ScreenedPerson Of(string role, Party party) =>
        new(role, new NameQuery(party.Name, party.Kind, party.BirthDate), $"party/{party.Id}", party.Id);

    /// <summary>Somebody with an account at another bank.</summary>
    public static ScreenedPerson Of(string role, string name, string accountNumber, string bank) => new(role, new NameQuery(name), $"account/{accountNumber}/{bank}");
}

/// <summary>What is done with the names, and waits when one is on a list.</summary>
/// <param name="Subject">"accounts/transfer/…": whoever carries it on knows it by this.</param>
/// <param name="Facts">What the reviewer is shown beside the names.</param>
public sealed record ScreenedAct(string Subject, ScreeningOccasion Occasion, params IReadOnlyList<ApprovalFact> Facts);

/// <summary>Names that are on a list, with what they wait for: one piece of work of compliance.</summary>
sealed class ScreeningCase
{
    readonly List<ScreeningHit> _hits = [];

    ScreeningCase() { }

    public Guid Id { get; private init; }
    public string Subject { get; private init; } = "";
    public ScreeningOccasion Occasion { get; private init; }

    /// <summary>What the reviewer is shown beside the names, as JSON. Sealed.</summary>
    public string Facts { get; private init; } = "";

    /// <summary>The versions that were in force: "OFAC 2026-03-01, UN 2026-02-27".</summary>
    public string Lists { get; private set; } = "";

    /// <summary>The act waits until it is decided.</summary>
    public bool Holds { get; private set; }
    public CaseState State { get; private set; }
    public HitGrade Grade { get; private set; }
    public int Score { get; private set; }
    public DateTime OpenedAt { get; private init; }
    public DateTime? DecidedAt { get; private set; }

    /// <summary>UTC at which the act was carried on or refused; null while that is to be done, or when nothing waits.</summary>
    public DateTime? SettledAt { get; private set; }

    /// <summary>The request for a second person's consent, once somebody found a hit to be true.</summary>
    public Guid? Approval { get; private set; }

    /// <summary>Counts the changes: of two decisions at once one is made again on what the other left.</summary>
    public int Version { get; private set; }

    public IReadOnlyList<ScreeningHit> Hits => _hits;

    public string Reference => $"screening/case/{Id}";

    public static ScreeningCase Open(Guid id, ScreenedAct act, string lists, bool holds, bool prepared, DateTime now) => new()
    {
        Id = id,
        Subject = act.Subject,
        Occasion = act.Occasion,
        Facts = ApprovalFact.Written(act.Facts),
        Lists = lists,
        Holds = holds,
        State = prepared ? CaseState.Preparing : CaseState.Open,
        OpenedAt = now,
    };

    public void Add(ScreeningHit hit)
    {
        _hits.Add(hit);
        if (hit.Score > Score) (Grade, Score) = (hit.Grade, hit.Score);
    }

    /// <summary>The act is held in the ledger now: compliance can decide. Saying it again changes nothing.</summary>
    public bool OnHeld()
    {
        if (State != CaseState.Preparing) return false;
        State = CaseState.Open;
        Version++;
        return true;
    }

    public ScreeningHit? Find(int number) => _hits.Find(hit => hit.Number == number);

    /// <summary>After a hit was found to be none: the case is cleared with its last one.</summary>
    public void OnDecided(DateTime now)
    {
        Version++;
        if (State == CaseState.Open && _hits.TrueForAll(hit => hit.Decision == HitDecision.FalsePositive)) (State, DecidedAt) = (CaseState.Cleared, now);
    }

    public void Escalate(Guid approval) => (Approval, Version) = (approval, Version + 1);

    public void Confirm(DateTime now) => (State, DecidedAt, Version) = (CaseState.Confirmed, now, Version + 1);

    public void Settle(DateTime now) => (SettledAt, Version) = (now, Version + 1);
}

/// <summary>One entry of a list that one name of a case may be.</summary>
sealed class ScreeningHit
{
    ScreeningHit() { }

    public Guid CaseId { get; private init; }

    /// <summary>From 1.</summary>
    public int Number { get; private init; }
    public string Role { get; private init; } = "";

    /// <summary>Whom it is about, as JSON of <see cref="NameQuery"/>. Sealed.</summary>
    public string Person { get; private init; } = "";

    /// <summary>Keyed hash of identity, name and birth date: by it a decision is found again, until one of them changes.</summary>
    public string PersonHash { get; private init; } = "";
    public Guid? Party { get; private init; }
    public string List { get; private init; } = "";
    public string Entry { get; private init; } = "";

    /// <summary><see cref="ListEntry.ContentHash"/> of the entry as it was.</summary>
    public string EntryHash { get; private init; } = "";
    public HitGrade Grade { get; private init; }
    public int Score { get; private init; }

    /// <summary>The hit as it was found, as JSON of <see cref="NameHitView"/>. Sealed: it repeats the name.</summary>
    public string Found { get; private init; } = "";
    public HitDecision Decision { get; private set; }
    public string DecidedBy { get; private set; } = "";
    public DateTime? DecidedAt { get; private set; }

    /// <summary>Sealed.</summary>
    public string Reason { get; private set; } = "";

    public static ScreeningHit Of(Guid caseId, int number, ScreenedPerson person, string personHash, NameHit hit, string entryHash) => new()
    {
        CaseId = caseId,
        Number = number,
        Role = person.Role,
        Person = JsonSerializer.Serialize(person.Query),
        PersonHash = personHash,
        Party = person.Party,
        List = hit.Entry.List,
        Entry = hit.Entry.Id,
        EntryHash = entryHash,
        Grade = hit.Grade,
        Score = hit.Score,
        Found = JsonSerializer.Serialize(NameHitView.Of(hit)),
    };

    public bool IsSamePair(ScreeningHit other) =>
        (PersonHash, List, Entry, EntryHash) == (other.PersonHash, other.List, other.Entry, other.EntryHash);

    public void Decide(HitDecision decision, string actor, string reason, DateTime now) =>
        (Decision, DecidedBy, Reason, DecidedAt) = (decision, actor, reason, now);
}

/// <summary>Somebody was found not to be an entry. It holds as long as neither of them changes.</summary>
sealed class ClearedPair
{
    public required string PersonHash { get; init; }
    public required string List { get; init; }
    public required string Entry { get; init; }

    /// <summary>The entry as it was when this was decided.</summary>
    public required string EntryHash { get; set; }
    public required Guid CaseId { get; set; }
    public required DateTime DecidedAt { get; set; }
}

/// <summary>Up to which versions of the lists everybody was compared. One row.</summary>
sealed class ScreenedUpTo
{
    public int Id { get; init; } = 1;
    public string Generation { get; set; } = "";
}
