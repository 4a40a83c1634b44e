using System.Security.Cryptography;

namespace Pujiang.Platform;

/// <summary>The field <c>Content-Digest</c> (RFC 9530): hashes of the body, by which a signature over fields covers the body too.</summary>
/// <remarks><c>sm3</c> is a name of our own; the registry of RFC 9530 has none for SM3.</remarks>
public static class ContentDigest
{
    public const string Header = "Content-Digest";

    static readonly Dictionary<string, Func<byte[], byte[]>> Hashes = new(StringComparer.Ordinal)
    {
        ["sha-256"] = SHA256.HashData,
        ["sha-512"] = SHA512.HashData,
        ["sm3"] = body => Sm3.HashData(body),
    };

    /// <summary>The field's value, with SM3 where the signature is SM2's.</summary>
    public static string Of(byte[] body, SignatureAlgorithm algorithm) => algorithm == SignatureAlgorithm.Sm2
        ? $"sm3=:{Convert.ToBase64String(Sm3.HashData(body))}:"
        : $"sha-256=:{Convert.ToBase64String(SHA256.HashData(body))}:";

    /// <summary>Null when at least one hash is known and every known one is the body's.</summary>
    public static Refusal? Check(HttpMessage message, byte[] body)
    {
        if (message.Value(new Component("content-digest")) is not { } value)
            return new Refusal("content_digest_missing", "The field Content-Digest is missing, so the body is not covered by the signature (RFC 9530).", Header);
        if (StructuredField.Dictionary(value) is not { } digests)
            return new Refusal("content_digest_unreadable", "The field Content-Digest is no dictionary of structured fields (RFC 9530).", Header);
        var known = digests.Where(digest => Hashes.ContainsKey(digest.Key)).ToList();
        if (known.Count == 0)
            return new Refusal("content_digest_unknown", "The field Content-Digest has no hash that is known here: sha-256, sha-512 or sm3.", Header);
        return known.All(digest => digest.Value.Value is byte[] stated && stated.AsSpan().SequenceEqual(Hashes[digest.Key](body))) ? null
            : new Refusal("content_digest_wrong", "The body is not the one that Content-Digest states: it was changed or cut on its way.", Header);
    }
}
