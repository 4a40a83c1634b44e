using System.Security.Cryptography;
using System.Text;

namespace Pujiang.Platform;

/// <summary>What became of a received message.</summary>
public enum InboxState
{
    /// <summary>Its handler did what it asks for.</summary>
    Handled = 1,

    /// <summary>Its handler refused it: nothing was done.</summary>
    Refused = 2,
}

/// <summary>A message that a partner sent: kept once, in the transaction of what was done about it.</summary>
sealed class InboxMessage
{
    /// <summary>Characters of a message's id.</summary>
    public const int LongestId = 128;

    InboxMessage() { }

    /// <summary>Made of sender and message id: there can be no second row of the two.</summary>
    public Guid Id { get; private init; }

    /// <summary>Owner of the key that signed it.</summary>
    public string Sender { get; private init; } = "";
    public string MessageId { get; private init; } = "";
    public string Kind { get; private init; } = "";
    public string Subject { get; private init; } = "";

    /// <summary>When its sender made it, UTC.</summary>
    public DateTime SentAt { get; private init; }
    public DateTime ReceivedAt { get; private init; }

    /// <summary>The key that signed it.</summary>
    public string KeyId { get; private init; } = "";

    /// <summary>SHA-256 over kind, subject, time, media type and body.</summary>
    public byte[] ContentHash { get; private init; } = [];

    /// <summary>Sealed: messages name people.</summary>
    public byte[] Body { get; private init; } = [];
    public InboxState State { get; private set; }

    /// <summary>Code of the refusal; empty when it was handled.</summary>
    public string RefusalCode { get; private set; } = "";

    /// <summary>The first answer, which is given again: JSON, or the refusal's reason and field. Sealed.</summary>
    public string Answer { get; private set; } = "";

    /// <summary>How often it came again.</summary>
    public int Repeats { get; private set; }

    public static Guid IdOf(string sender, string messageId) => NameBasedId.From("inbox", sender, messageId);

    public static InboxMessage Of(ReceivedMessage message, DateTime now) => new()
    {
        Id = IdOf(message.Sender, message.Id),
        Sender = message.Sender,
        MessageId = message.Id,
        Kind = message.Kind,
        Subject = message.Subject,
        SentAt = message.SentAt,
        ReceivedAt = now,
        KeyId = message.KeyId,
        ContentHash = HashOf(message),
        Body = message.Body,
        State = InboxState.Handled,
    };

    public static byte[] HashOf(ReceivedMessage message)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{message.Kind}\n{message.Subject}\n{message.SentAt:O}\n{message.ContentType}\n"));
        hash.AppendData(message.Body);
        return hash.GetHashAndReset();
    }

    public void Handled(string answer) => (State, Answer) = (InboxState.Handled, answer);

    public void Refused(string code, string answer) => (State, RefusalCode, Answer) = (InboxState.Refused, code, answer);
}

sealed class InboxTables : ICityTables
{
    public string Schema => "inbox";

    public void Configure(TableModel model)
    {
        var message = model.Entity<InboxMessage>("message");
        message.Property(m => m.Id).ValueGeneratedNever();
        message.Property(m => m.Sender).HasMaxLength(RegisteredKey.LongestOwner);
        message.Property(m => m.MessageId).HasMaxLength(InboxMessage.LongestId);
        message.Property(m => m.Kind).HasMaxLength(OutboxMessage.LongestKind);
        message.Property(m => m.Subject).HasMaxLength(OutboxMessage.LongestReference);
        message.Property(m => m.KeyId).HasMaxLength(RegisteredKey.LongestKeyId);
        message.Property(m => m.ContentHash).HasMaxLength(32);
        message.Property(m => m.RefusalCode).HasMaxLength(64);
        model.Seal(message.Property(m => m.Body));
        model.Seal(message.Property(m => m.Answer));
        message.HasIndex(m => m.ReceivedAt);
        message.HasIndex(m => new { m.Sender, m.ReceivedAt });
    }
}
