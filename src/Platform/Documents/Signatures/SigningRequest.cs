using System.Globalization;

namespace Pujiang.Platform;

public enum SigningState
{
    /// <summary>Waits for the one who was asked, or for those before.</summary>
    Asked = 1,

    /// <summary>Who was asked has signed.</summary>
    Fulfilled,

    /// <summary>The one who was asked said no, and why.</summary>
    Declined,

    /// <summary>The owner of the document took it back.</summary>
    Withdrawn,

    /// <summary>Nobody answered in time. Not stored: it follows from the clock.</summary>
    Expired,
}

/// <summary>The owner of a document asks somebody to sign it.</summary>
public sealed class SigningRequest
{
    /// <summary>Characters of a reason.</summary>
    public const int LongestReason = 200;

    /// <summary>Days for an answer.</summary>
    public const int MostDays = 90, UsualDays = 14;

    SigningRequest() { }

    public Guid Id { get; private init; }
    public Guid DocumentId { get; private init; }

    /// <summary>Its place in the order of signers, from 1: who comes later signs after all before have signed. Equal ones sign in any order.</summary>
    public int Step { get; private init; }

    /// <summary>The party that is asked; null for a partner.</summary>
    public Guid? PartyId { get; private init; }

    /// <summary>The partner that is asked, by its short name in the registry of keys; empty for a party.</summary>
    public string Partner { get; private init; } = "";

    /// <summary>Sealed at rest.</summary>
    public string Name { get; private init; } = "";
    public SigningIntent Intent { get; private init; }

    /// <summary>Who asked (<see cref="Caller.Actor"/>).</summary>
    public string AskedBy { get; private init; } = "";
    public DateTime AskedAt { get; private init; }

    /// <summary>First moment in which it can't be answered any more, UTC.</summary>
    public DateTime ExpiresAt { get; private init; }

    internal SigningState State { get; private set; }

    /// <summary>When it was signed, declined or withdrawn.</summary>
    public DateTime? AnsweredAt { get; private set; }

    /// <summary>Why it was declined, or empty. Sealed at rest.</summary>
    public string Reason { get; private set; } = "";

    internal static SigningRequest From(
        Guid id, Guid document, int step, Guid? party, string partner, string name, SigningIntent intent, int days, string actor, DateTime now) => new()
        {
            Id = id,
            DocumentId = document,
            Step = step,
            PartyId = party,
            Partner = partner,
            Name = name,
            Intent = intent,
            AskedBy = actor,
            AskedAt = now,
            ExpiresAt = BankTime.StartOf(BankTime.DateOf(now).AddDays(days + 1)),
            State = SigningState.Asked,
        };

    public SigningState StateAt(DateTime now) => State == SigningState.Asked && now >= ExpiresAt ? SigningState.Expired : State;

    /// <summary>Whether it can be answered: it is open, and all before have signed.</summary>
    internal bool IsItsTurn(IEnumerable<SigningRequest> ofDocument, DateTime now) =>
        StateAt(now) == SigningState.Asked && ofDocument.Where(r => r.Step < Step).All(r => r.State is SigningState.Fulfilled or SigningState.Withdrawn);

    internal void Sign(DateTime now) => (State, AnsweredAt) = (SigningState.Fulfilled, now);

    /// <summary>Null, or why it can't be declined.</summary>
    internal Refusal? Decline(string reason, DateTime now)
    {
        reason = reason.Trim();
        if (StateAt(now) != SigningState.Asked) return NotOpen;
        if (reason.Length is 0 or > LongestReason)
            return new Refusal("signing_reason_invalid", $"Say why in 1 to {LongestReason} characters.", "reason", $"{LongestReason}");
        if (PlainText.Problem(reason, "reason") is { } unreadable) return unreadable;
        (State, AnsweredAt, Reason) = (SigningState.Declined, now, reason);
        return null;
    }

    /// <summary>Null, or why it can't be taken back.</summary>
    internal Refusal? Withdraw(DateTime now)
    {
        if (State is not (SigningState.Asked or SigningState.Declined)) return NotOpen;
        (State, AnsweredAt) = (SigningState.Withdrawn, now);
        return null;
    }

    public static readonly Refusal NotOpen = new("signing_not_open", "This request is answered, withdrawn or too old. Look at the document for how it stands.", "id");

    /// <summary>The reference under which the evidence log has what happened to it.</summary>
    public string Reference => $"documents/{DocumentId}/requests/{Id}";

    /// <summary>What the evidence log has the hash of. Its id can't be guessed.</summary>
    internal string EvidenceText(string happened) => Document.Readable(new(StringComparer.Ordinal)
    {
        ["document"] = $"{DocumentId}",
        ["event"] = happened,
        ["expires_at"] = ExpiresAt.ToString("O", CultureInfo.InvariantCulture),
        ["intent"] = $"{Intent}",
        ["name"] = Name,
        ["reason"] = Reason,
        ["request"] = $"{Id}",
    });
}

sealed class SignatureTables : ICityTables
{
    public string Schema => "documents";

    public void Configure(TableModel model)
    {
        var signature = model.Entity<DocumentSignature>("signature");
        signature.Property(s => s.Id).ValueGeneratedNever();
        signature.Property(s => s.Signer).HasMaxLength(DocumentSignature.LongestSigner);
        model.Seal(signature.Property(s => s.SignerName));
        signature.Property(s => s.KeyId).HasMaxLength(64);
        model.Seal(signature.Property(s => s.Proof));
        signature.HasIndex(s => s.DocumentId);

        var request = model.Entity<SigningRequest>("signing_request");
        request.Property(r => r.Id).ValueGeneratedNever();
        request.Property(r => r.Partner).HasMaxLength(32);
        model.Seal(request.Property(r => r.Name));
        request.Property(r => r.AskedBy).HasMaxLength(80);
        request.Property(r => r.State).IsConcurrencyToken();
        model.Seal(request.Property(r => r.Reason));
        request.HasIndex(r => r.DocumentId);
        request.HasIndex(r => new { r.PartyId, r.State });
        request.HasIndex(r => new { r.Partner, r.State });
    }
}
