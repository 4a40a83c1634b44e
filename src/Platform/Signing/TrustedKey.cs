namespace Pujiang.Platform;

/// <summary>Where a key is in its life.</summary>
public enum KeyState
{
    /// <summary>Published, but not valid yet.</summary>
    Next = 1,

    /// <summary>Its signatures are believed.</summary>
    Active = 2,

    /// <summary>Its time is over.</summary>
    Ended = 3,

    /// <summary>Taken out of use before its time, because its secret may be known to others.</summary>
    Revoked = 4,
}

/// <summary>Somebody's public key, and from when to when it is believed.</summary>
/// <param name="KeyId">Its name in signatures (<c>keyid</c>).</param>
/// <param name="Owner">Whose it is: "bank", or a partner's short name.</param>
/// <param name="From">First moment, UTC.</param>
/// <param name="Until">First moment after, UTC; null while no end is set.</param>
/// <param name="RevokedAt">UTC; null unless revoked.</param>
public sealed record TrustedKey(string KeyId, string Owner, VerifyingKey Key, DateTime From, DateTime? Until = null, DateTime? RevokedAt = null)
{
    public KeyState StateAt(DateTime now) =>
        RevokedAt is not null ? KeyState.Revoked
        : now < From ? KeyState.Next
        : Until <= now ? KeyState.Ended
        : KeyState.Active;
}
