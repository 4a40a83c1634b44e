namespace Pujiang.Platform;

/// <summary>Where a message to the outside stands.</summary>
public enum DeliveryState
{
    /// <summary>Not yet delivered; the next attempt has a time.</summary>
    Waiting,

    /// <summary>The receiver answered 2xx.</summary>
    Delivered,

    /// <summary>The retry plan is over, or the receiver said that it is gone. Staff can send it again or withdraw it.</summary>
    GivenUp,

    /// <summary>Staff decided that it need not arrive.</summary>
    Withdrawn,
}

/// <summary>
/// Something that must arrive outside: saved with the change that it tells of, delivered at least once, in the order of its
/// reference. The receiver keeps it once by its <see cref="Id"/>.
/// </summary>
sealed class OutboxMessage
{
    /// <summary>Characters of a kind ("transfer.posted").</summary>
    public const int LongestKind = 64;

    /// <summary>Characters of a reference.</summary>
    public const int LongestReference = 200;

    /// <summary>An attempt is over after this time, whatever became of it. Longer than any request may take.</summary>
    public static readonly TimeSpan Claim = TimeSpan.FromSeconds(60);

    OutboxMessage() { }

    /// <summary>Given by the database, rising: the order in which messages of one reference are sent.</summary>
    public long Number { get; private init; }

    /// <summary>What the receiver recognises a repeated message by.</summary>
    public Guid Id { get; private init; }

    public string Destination { get; private init; } = "";
    public string Kind { get; private init; } = "";
    public string Reference { get; private init; } = "";
    public string ContentType { get; private init; } = "";

    /// <summary>Sealed: messages name people.</summary>
    public byte[] Body { get; private init; } = [];

    public DateTime CreatedAt { get; private init; }
    public DeliveryState State { get; private set; }

    /// <summary>All attempts ever begun. Two senders that read the same number can't both begin the next.</summary>
    public int Attempts { get; private set; }

    /// <summary>Attempts of the present round of the retry plan; "send again" begins a new round.</summary>
    public int Tries { get; private set; }

    public DateTime NextAttemptAt { get; private set; }
    public DateTime? DeliveredAt { get; private set; }

    /// <summary>When the receiver told us by a message of its own what became of this one; null where it has not, or never does.</summary>
    public DateTime? ConfirmedAt { get; private set; }

    /// <exception cref="ArgumentException">Kind or reference can't stand in a header: a bug of the caller.</exception>
    public static OutboxMessage Of(
        Guid id, string destination, string kind, string reference, byte[] body, string contentType, DateTime now) => new()
        {
            Id = id,
            Destination = destination,
            Kind = IsWord(kind, LongestKind) ? kind
            : throw new ArgumentException($"'{kind}' is no kind: 1 to {LongestKind} printable ASCII characters without a space.", nameof(kind)),
            Reference = IsWord(reference, LongestReference) ? reference
            : throw new ArgumentException($"A reference has 1 to {LongestReference} printable ASCII characters and no space.", nameof(reference)),
            ContentType = contentType,
            Body = body,
            CreatedAt = now,
            NextAttemptAt = now,
        };

    /// <summary>Whether a text can stand in a header as it is: printable ASCII without a space.</summary>
    public static bool IsWord(string text, int longest) =>
        text.Length > 0 && text.Length <= longest && text.All(c => c is > ' ' and <= '~');

    /// <summary>An attempt begins. If nobody says how it ended, because the process did, the next is due when the claim is over.</summary>
    public DeliveryAttempt Begin(DateTime now)
    {
        Attempts++;
        Tries++;
        NextAttemptAt = now + Claim;
        return new DeliveryAttempt { MessageId = Id, Attempt = Attempts, BegunAt = now };
    }

    /// <summary>The attempt ended as it says.</summary>
    public void End(DeliveryAttempt attempt, RetryPlan plan)
    {
        var now = attempt.EndedAt ?? attempt.BegunAt;
        if (attempt.IsDelivered) (State, DeliveredAt) = (DeliveryState.Delivered, now);
        else if (attempt.WasNotSent) (Tries, NextAttemptAt) = (Tries - 1, attempt.NotBefore ?? now);
        else if (attempt.IsGone || plan.After(Tries, Id) is not { } pause) State = DeliveryState.GivenUp;
        else NextAttemptAt = now + pause;
    }

    /// <summary>A new round of the retry plan, beginning now.</summary>
    public void SendAgain(DateTime now) => (State, Tries, NextAttemptAt) = (DeliveryState.Waiting, 0, now);

    public void Withdraw() => State = DeliveryState.Withdrawn;

    /// <summary>The receiver says itself that it has the message: then it has arrived, whatever became of the answers.</summary>
    public void Confirm(DateTime now)
    {
        ConfirmedAt ??= now;
        if (State is DeliveryState.Waiting or DeliveryState.GivenUp) (State, DeliveredAt) = (DeliveryState.Delivered, now);
    }
}

/// <summary>One attempt to deliver a message.</summary>
sealed class DeliveryAttempt
{
    /// <summary>Characters that are kept of what went wrong.</summary>
    public const int LongestError = 300;

    /// <summary>HTTP 410: the receiver says that the address is gone for good.</summary>
    const int Gone = 410;

    /// <summary>How an attempt failed (<see cref="Failure"/>); each has the text <c>deliveries.failure.{failure}</c>.</summary>
    public const string Answered = "answered", NoAnswer = "no-answer", NotConnected = "not-connected", NotPublic = "not-public",
        NotTrusted = "not-trusted", NotMade = "not-made", LeftAlone = "left-alone", Stopped = "stopped";

    public required Guid MessageId { get; init; }

    /// <summary>Counts from 1.</summary>
    public required int Attempt { get; init; }

    public required DateTime BegunAt { get; init; }

    /// <summary>Null while it is under way, and for ever when the process ended meanwhile.</summary>
    public DateTime? EndedAt { get; set; }

    /// <summary>The HTTP status that was answered; null when there was no answer.</summary>
    public int? Status { get; set; }

    /// <summary>In which way it failed; null when all went well, and while it is under way.</summary>
    public string? Failure { get; private set; }

    /// <summary>An English sentence, or null when all went well. Never a part of the message or of the answer.</summary>
    public string? Error { get; private set; }

    /// <summary>The key that the answer was signed with, where the destination's answers must be signed.</summary>
    public string? AnswerKeyId { get; set; }

    /// <summary>No request went out: the circuit was open, or the bank was stopped. It does not count as a try.</summary>
    public bool WasNotSent { get; set; }

    /// <summary>The receiver's server says that there is no such receiver.</summary>
    public bool IsReceiverUnknown { get; set; }

    /// <summary>When the message may be tried again, where the attempt knows better than the plan.</summary>
    public DateTime? NotBefore { get; set; }

    /// <summary>An answer that can't be trusted acknowledges nothing, whatever its status is.</summary>
    public bool IsDelivered => Failure is null && Status is >= 200 and < 300;
    public bool IsGone => IsReceiverUnknown || (Failure == Answered && Status == Gone);

    /// <param name="failure">One of the words above.</param>
    /// <param name="error">An English sentence.</param>
    public void Fail(string failure, string error) =>
        (Failure, Error) = (failure, error.Length <= LongestError ? error : error[..LongestError]);
}

sealed class OutboxTables : ICityTables
{
    public string Schema => "outbox";

    public void Configure(TableModel model)
    {
        var message = model.Entity<OutboxMessage>("message");
        message.HasKey(m => m.Number);
        message.HasIndex(m => m.Id).IsUnique();
        message.Property(m => m.Destination).HasMaxLength(Destination.LongestName);
        message.Property(m => m.Kind).HasMaxLength(OutboxMessage.LongestKind);
        message.Property(m => m.Reference).HasMaxLength(OutboxMessage.LongestReference);
        message.Property(m => m.ContentType).HasMaxLength(100);
        message.Property(m => m.Attempts).IsConcurrencyToken();
        model.Seal(message.Property(m => m.Body));
        message.HasIndex(m => new { m.Destination, m.State, m.NextAttemptAt });
        message.HasIndex(m => new { m.Destination, m.Reference, m.Number });
        message.HasIndex(m => new { m.Destination, m.State, m.Number });
        message.HasIndex(m => m.CreatedAt);

        var attempt = model.Entity<DeliveryAttempt>("attempt");
        attempt.HasKey(a => new { a.MessageId, a.Attempt });
        attempt.Ignore(a => a.NotBefore);
        attempt.Ignore(a => a.IsReceiverUnknown);
        attempt.Property(a => a.Failure).HasMaxLength(16);
        attempt.Property(a => a.Error).HasMaxLength(DeliveryAttempt.LongestError);
        attempt.Property(a => a.AnswerKeyId).HasMaxLength(RegisteredKey.LongestKeyId);

        var destination = model.Entity<Destination>("destination");
        destination.HasKey(d => d.Name);
        destination.Property(d => d.Name).HasMaxLength(Destination.LongestName);
        destination.Property(d => d.AnswersSignedBy).HasMaxLength(RegisteredKey.LongestOwner);
        destination.Property(d => d.RetryPlan).HasMaxLength(RetryPlan.LongestText).HasConversion(plan => plan.ToString(), text => RetryPlan.Parse(text));
        destination.Property(d => d.Events).HasMaxLength(500);
        // An address may hold a secret of its owner's.
        model.Seal(destination.Property(d => d.Address));
        destination.HasIndex(d => d.PartyId);
    }
}
