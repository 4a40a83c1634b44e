using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pujiang.Ledger;

namespace Pujiang.Platform;

/// <summary>A line of what the deciding person is shown: what it is, what it shall be, and what it was before.</summary>
/// <param name="Before">Null where nothing was there before.</param>
public sealed record ApprovalFact(Bilingual What, Bilingual Value, Bilingual? Before = null)
{
    /// <summary>A fact whose value reads the same in both languages, such as an amount.</summary>
    public static ApprovalFact Of(Bilingual what, string value, string? before = null) =>
        new(what, new Bilingual(value, value), before is null ? null : new Bilingual(before, before));

    internal static string Written(IEnumerable<ApprovalFact> facts) => JsonSerializer.Serialize(facts.Select(fact => new[]
    {
        fact.What.Chinese, fact.What.English, fact.Value.Chinese, fact.Value.English, fact.Before?.Chinese, fact.Before?.English,
    }));

    internal static IReadOnlyList<ApprovalFact> Read(string written) =>
        [.. JsonSerializer.Deserialize<string?[][]>(written)!.Select(texts => new ApprovalFact(
            new Bilingual(texts[0]!, texts[1]!), new Bilingual(texts[2]!, texts[3]!), texts[4] is { } before ? new Bilingual(before, texts[5]!) : null))];
}

/// <summary>What somebody asks consent for.</summary>
/// <param name="Kind">One of <see cref="ApprovalKinds"/>.</param>
/// <param name="Subject">What it is about, as a reference: "accounts/deposit/…". Never a name or a number of a person.</param>
/// <param name="Facts">What the deciding person is shown, in both languages.</param>
/// <param name="Content">What is executed, as JSON. It is written and read by the act of the kind alone.</param>
/// <param name="Amount">For the rules; null where there is none.</param>
public sealed record ApprovalRequest(string Kind, string Subject, IReadOnlyList<ApprovalFact> Facts, string Content, Money? Amount = null);

/// <summary>Consent that was asked for, from the question to its end.</summary>
sealed class Approval
{
    readonly List<ApprovalStep> _steps = [];

    Approval() { }

    public Guid Id { get; private init; }
    public string Kind { get; private init; } = "";
    public string Subject { get; private init; } = "";

    /// <summary>Who asked: <see cref="Caller.Actor"/>.</summary>
    public string Maker { get; private init; } = "";

    /// <summary>Facts as JSON. Sealed: they name people and accounts.</summary>
    public string Summary { get; private init; } = "";

    /// <summary>What is executed. Sealed.</summary>
    public string Content { get; private init; } = "";

    /// <summary>SHA-256 over kind, subject, amount, facts and content, taken when it was asked.</summary>
    public byte[] ContentHash { get; private init; } = [];

    public long? AmountMinor { get; private init; }
    public string? Currency { get; private init; }

    /// <summary>The rule of the day on which it was asked, so that a later rule changes nothing in between: roles with commas, and people needed.</summary>
    public string CheckerRoles { get; private init; } = "";
    public int Needed { get; private init; }

    public DateTime AskedAt { get; private init; }
    public DateTime ExpiresAt { get; private init; }
    public ApprovalState State { get; private set; }
    public DateTime? EndedAt { get; private set; }

    /// <summary>Why it failed: the code of the refusal. Empty otherwise.</summary>
    public string FailureCode { get; private set; } = "";

    /// <summary>Counts the changes, so that of two decisions made at once one is made again on what the other left.</summary>
    public int Version { get; private set; }

    public IReadOnlyList<ApprovalStep> Steps => _steps;

    public IReadOnlyList<string> Checkers => CheckerRoles.Split(',');

    public IEnumerable<string> Approvers => _steps.Where(s => s.Event is ApprovalEvent.Approved or ApprovalEvent.ApprovedByAll).Select(s => s.Actor);

    public Money? Amount => AmountMinor is { } minor ? new Money(minor, Assets.Of(Currency!)) : null;

    public static Approval Ask(Guid id, ApprovalRequest request, ApprovalRule rule, string maker, DateTime now)
    {
        var summary = ApprovalFact.Written(request.Facts);
        var approval = new Approval
        {
            Id = id,
            Kind = request.Kind,
            Subject = request.Subject,
            Maker = maker,
            Summary = summary,
            Content = request.Content,
            ContentHash = HashOf(request.Kind, request.Subject, request.Amount?.MinorUnits, request.Amount?.Asset.Code, summary, request.Content),
            AmountMinor = request.Amount?.MinorUnits,
            Currency = request.Amount?.Asset.Code,
            CheckerRoles = string.Join(',', rule.Checkers),
            Needed = rule.Approvals,
            AskedAt = now,
            ExpiresAt = now + rule.Open,
            State = ApprovalState.Waiting,
        };
        approval.Add(ApprovalEvent.Asked, maker, now);
        return approval;
    }

    /// <summary>What stands in the row is what was asked, byte for byte, and what each approver saw.</summary>
    public bool IsAsAsked() =>
        HashOf(Kind, Subject, AmountMinor, Currency, Summary, Content).AsSpan().SequenceEqual(ContentHash)
        && _steps.Where(s => s.Event is ApprovalEvent.Approved or ApprovalEvent.ApprovedByAll).All(s => s.Seen.AsSpan().SequenceEqual(ContentHash));

    static byte[] HashOf(string kind, string subject, long? amount, string? currency, string summary, string content) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new object?[] { kind, subject, amount, currency, summary, content })));

    /// <summary>One person's consent. Who may give it was checked before: roles and delegation by <see cref="Approvals"/>.</summary>
    /// <param name="seen">The content's hash as the page showed it.</param>
    public Refusal? Approve(string checker, byte[] seen, DateTime now)
    {
        if (Closed(now) is { } closed) return closed;
        if (checker == Maker) return new Refusal("approval_own", "You asked for this yourself: somebody else has to decide.");
        if (Approvers.Contains(checker, StringComparer.Ordinal))
            return new Refusal("approval_twice", "You have approved this already; somebody else has to approve it too.");
        if (!seen.AsSpan().SequenceEqual(ContentHash))
            return new Refusal("approval_content_changed", "This is not what you were shown. Look at it again.");
        Happened(Approvers.Count() + 1 < Needed ? ApprovalEvent.Approved : ApprovalEvent.ApprovedByAll, checker, now, seen: seen);
        return null;
    }

    public Refusal? Refuse(string checker, string? reason, DateTime now)
    {
        if (Closed(now) is { } closed) return closed;
        if (checker == Maker) return new Refusal("approval_own", "You asked for this yourself: somebody else has to decide.");
        reason = reason?.Trim() ?? "";
        if (reason.Length is 0 or > ApprovalStep.LongestReason)
            return new Refusal("approval_reason_missing", $"Say why, in 1 to {ApprovalStep.LongestReason} characters.", "reason", $"{ApprovalStep.LongestReason}");
        if (PlainText.Problem(reason, "reason") is { } unreadable) return unreadable;
        Happened(ApprovalEvent.Refused, checker, now, reason);
        return null;
    }

    public Refusal? Withdraw(string actor, DateTime now)
    {
        if (Closed(now) is { } closed) return closed;
        if (actor != Maker) return new Refusal("approval_not_yours", "Only who asked can withdraw it.");
        Happened(ApprovalEvent.Withdrawn, actor, now);
        return null;
    }

    public bool IsOverdue(DateTime now) => State == ApprovalState.Waiting && now >= ExpiresAt;

    public void Expire(DateTime now) => Happened(ApprovalEvent.Expired, "bank", now);

    public void Executed(DateTime now) => Happened(ApprovalEvent.Executed, "bank", now);

    public void Failed(string code, DateTime now)
    {
        FailureCode = code;
        Happened(ApprovalEvent.Failed, "bank", now, code);
    }

    Refusal? Closed(DateTime now) =>
        State != ApprovalState.Waiting ? new Refusal("approval_closed", "This has been decided already.")
        : IsOverdue(now) ? new Refusal("approval_expired", "The time to decide is over. It has to be asked for again.")
        : null;

    void Happened(ApprovalEvent what, string actor, DateTime now, string reason = "", byte[]? seen = null)
    {
        State = ApprovalLifeCycle.After(State, what) ?? throw new InvalidOperationException($"{what} can't happen to a request that is {State}.");
        if (ApprovalLifeCycle.IsEnd(State)) EndedAt = now;
        Add(what, actor, now, reason, seen);
    }

    void Add(ApprovalEvent what, string actor, DateTime now, string reason = "", byte[]? seen = null)
    {
        Version++;
        _steps.Add(new ApprovalStep
        {
            ApprovalId = Id,
            Number = Version,
            Event = what,
            Actor = actor,
            At = now,
            Reason = reason,
            Seen = seen ?? [],
        });
    }
}

/// <summary>Something that happened to a request. Never changed.</summary>
sealed class ApprovalStep
{
    /// <summary>Characters of a reason.</summary>
    public const int LongestReason = 500;

    public Guid ApprovalId { get; init; }

    /// <summary>From 1.</summary>
    public int Number { get; init; }

    public ApprovalEvent Event { get; init; }

    /// <summary>Who did it; "bank" for what happens by itself.</summary>
    public string Actor { get; init; } = "";

    public DateTime At { get; init; }

    /// <summary>Sealed: people write names into reasons.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Of an approval: the content's hash as it was shown to this person.</summary>
    public byte[] Seen { get; init; } = [];
}

/// <summary>A checker hands over to a colleague with the same role for a time, and does not decide in that time.</summary>
sealed class ApprovalDelegation
{
    ApprovalDelegation() { }

    /// <summary>Longest time in days.</summary>
    public const int LongestDays = 92;

    public Guid Id { get; private init; }
    public string FromActor { get; private init; } = "";
    public string ToActor { get; private init; } = "";
    public string Role { get; private init; } = "";
    public DateTime StartsAt { get; private init; }

    /// <summary>UTC; earlier than planned when it was ended by hand.</summary>
    public DateTime EndsAt { get; private set; }

    /// <param name="first">First and last business date of the colleague.</param>
    public static Outcome<ApprovalDelegation> Of(Guid id, string from, string to, string role, DateOnly first, DateOnly last, DateTime now)
    {
        if (to == from) return new Refusal("delegation_to_oneself", "Choose a colleague.", "to");
        if (first < BankTime.DateOf(now)) return new Refusal("delegation_past", "The first day can't lie in the past.", "first");
        if (last < first) return new Refusal("delegation_ends_first", "The last day can't be before the first.", "last");
        if (last.DayNumber - first.DayNumber >= LongestDays)
            return new Refusal("delegation_too_long", $"Hand over for {LongestDays} days at most.", "last", $"{LongestDays}");
        return new ApprovalDelegation
        {
            Id = id,
            FromActor = from,
            ToActor = to,
            Role = role,
            StartsAt = first == BankTime.DateOf(now) ? now : BankTime.StartOf(first),
            EndsAt = BankTime.StartOf(last.AddDays(1)),
        };
    }

    public void End(DateTime now)
    {
        Invariant.Holds(now < EndsAt);
        // Ended before it began: it never was in force.
        EndsAt = now;
    }

    public bool IsInForce(DateTime at) => StartsAt <= at && at < EndsAt;

    /// <summary>One of the two stood in for the other at some moment of the time: then they are one pair of eyes.</summary>
    public bool Links(string one, string other, DateTime since, DateTime until) =>
        ((FromActor == one && ToActor == other) || (FromActor == other && ToActor == one)) && StartsAt <= EndsAt && StartsAt <= until && EndsAt >= since;
}

/// <summary>The tables of this part.</summary>
sealed class ApprovalsTables : ICityTables
{
    public string Schema => "approvals";

    public void Configure(TableModel model)
    {
        var approval = model.Entity<Approval>("approval");
        approval.Property(a => a.Id).ValueGeneratedNever();
        approval.Property(a => a.Kind).HasMaxLength(32);
        approval.Property(a => a.Subject).HasMaxLength(200);
        approval.Property(a => a.Maker).HasMaxLength(64);
        approval.Property(a => a.ContentHash).HasMaxLength(32);
        approval.Property(a => a.Currency).HasMaxLength(3);
        approval.Property(a => a.CheckerRoles).HasMaxLength(100);
        approval.Property(a => a.FailureCode).HasMaxLength(64);
        approval.Property(a => a.Version).IsConcurrencyToken();
        approval.Ignore(a => a.Amount).Ignore(a => a.Checkers).Ignore(a => a.Approvers);
        model.Seal(approval.Property(a => a.Summary));
        model.Seal(approval.Property(a => a.Content));
        approval.HasIndex(a => new { a.State, a.ExpiresAt });
        approval.HasIndex(a => a.Maker);
        approval.HasIndex(a => a.Subject);

        approval.HasMany(a => a.Steps).WithOne().HasForeignKey(s => s.ApprovalId);
        var step = model.Entity<ApprovalStep>("step");
        step.HasKey(s => new { s.ApprovalId, s.Number });
        step.Property(s => s.Number).ValueGeneratedNever();
        step.Property(s => s.Actor).HasMaxLength(64);
        step.Property(s => s.Seen).HasMaxLength(32);
        model.Seal(step.Property(s => s.Reason));

        var delegation = model.Entity<ApprovalDelegation>("delegation");
        delegation.Property(d => d.Id).ValueGeneratedNever();
        delegation.Property(d => d.FromActor).HasMaxLength(64);
        delegation.Property(d => d.ToActor).HasMaxLength(64);
        delegation.Property(d => d.Role).HasMaxLength(32);
        delegation.HasIndex(d => d.FromActor);
        delegation.HasIndex(d => d.ToActor);
    }
}
