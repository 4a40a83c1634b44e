using System.Text;

namespace Pujiang.Platform;

/// <summary>A key in the registry: the bank's own or a partner's. Only public parts are in the tables.</summary>
sealed class RegisteredKey
{
    /// <summary>The owner of the bank's own keys.</summary>
    public const string Bank = "bank";

    public const int LongestKeyId = 64, LongestOwner = 32, LongestActor = 64, LongestReason = 200;

    RegisteredKey() { }

    /// <summary>Whether this can be a partner's short name: 2 to 32 small letters, digits or hyphens.</summary>
    public static bool IsOwner(string name) =>
        name.Length is >= 2 and <= LongestOwner && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    public string KeyId { get; private init; } = "";
    public string Owner { get; private init; } = "";
    public SignatureAlgorithm Algorithm { get; private init; }
    public byte[] PublicKey { get; private init; } = [];

    /// <summary>First moment in which its signatures are believed, UTC.</summary>
    public DateTime ValidFrom { get; private init; }

    /// <summary>First moment after, UTC; null while no newer key takes its place.</summary>
    public DateTime? ValidUntil { get; private set; }

    public DateTime? RevokedAt { get; private set; }

    public static RegisteredKey Of(string keyId, string owner, VerifyingKey key, DateTime validFrom) => new()
    {
        KeyId = keyId,
        Owner = owner,
        Algorithm = key.Algorithm,
        PublicKey = key.Bytes,
        ValidFrom = validFrom,
    };

    public KeyState StateAt(DateTime now) => Trusted().StateAt(now);

    /// <summary>A newer key takes over. An end that is set already stays.</summary>
    public void EndBy(DateTime until) => ValidUntil = ValidUntil is { } earlier && earlier <= until ? earlier : until;

    public void Revoke(DateTime now) => RevokedAt ??= now;

    public TrustedKey Trusted() => VerifyingKey.TryRead(Algorithm, PublicKey, out var key)
        ? new TrustedKey(KeyId, Owner, key, ValidFrom, ValidUntil, RevokedAt)
        : throw new InvalidDataException($"The registry's key {KeyId} is no {Algorithm} key.");
}

/// <summary>What happened to a key.</summary>
public enum KeyAct
{
    Added = 1,
    Rotated = 2,
    EndSet = 3,
    Revoked = 4,

    /// <summary>Revoked by one person alone, because there was no time to ask another.</summary>
    RevokedInEmergency = 5,
}

/// <summary>One line of the registry's history. It is never changed or removed.</summary>
sealed class KeyEvent
{
    KeyEvent() { }

    public Guid Id { get; private init; }
    public string KeyId { get; private init; } = "";
    public DateTime At { get; private init; }

    /// <summary>Who did it: "user/…", or "bank" for what the bank does by itself.</summary>
    public string Actor { get; private init; } = "";
    public KeyAct Act { get; private init; }
    public string Detail { get; private init; } = "";

    public static KeyEvent Of(Guid id, RegisteredKey key, DateTime at, string actor, KeyAct act, string detail) =>
        new() { Id = id, KeyId = key.KeyId, At = at, Actor = actor, Act = act, Detail = detail };

    /// <summary>What evidence is left of it.</summary>
    public byte[] Content(RegisteredKey key) => Encoding.UTF8.GetBytes(string.Join('\n',
        $"{Id}", KeyId, key.Owner, $"{key.Algorithm}", Convert.ToHexStringLower(key.PublicKey), $"{Act}", Actor, $"{At:O}", Detail));
}

/// <summary>A one-time value of a signature that was accepted, kept for as long as that signature could be sent again.</summary>
sealed class UsedNonce
{
    public required string KeyId { get; init; }
    public required string Nonce { get; init; }
    public required DateTime ForgetAfter { get; init; }
}

sealed class SigningTables : ICityTables
{
    public string Schema => "signing";

    public void Configure(TableModel model)
    {
        var key = model.Entity<RegisteredKey>("key");
        key.HasKey(k => k.KeyId);
        key.Property(k => k.KeyId).HasMaxLength(RegisteredKey.LongestKeyId);
        key.Property(k => k.Owner).HasMaxLength(RegisteredKey.LongestOwner);
        key.Property(k => k.PublicKey).HasMaxLength(65);
        key.HasIndex(k => new { k.Owner, k.Algorithm });

        var happened = model.Entity<KeyEvent>("key_event");
        happened.Property(e => e.Id).ValueGeneratedNever();
        happened.Property(e => e.KeyId).HasMaxLength(RegisteredKey.LongestKeyId);
        happened.Property(e => e.Actor).HasMaxLength(RegisteredKey.LongestActor);
        happened.Property(e => e.Detail).HasMaxLength(RegisteredKey.LongestReason);
        happened.HasIndex(e => e.At);

        var nonce = model.Entity<UsedNonce>("used_nonce");
        nonce.HasKey(n => new { n.KeyId, n.Nonce });
        nonce.Property(n => n.KeyId).HasMaxLength(RegisteredKey.LongestKeyId);
        nonce.Property(n => n.Nonce).HasMaxLength(64);
        nonce.HasIndex(n => n.ForgetAfter);
    }
}
