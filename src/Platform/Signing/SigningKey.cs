using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math.EC.Rfc8032;
using Org.BouncyCastle.Security;

namespace Pujiang.Platform;

/// <summary>What the bank and its partners sign with.</summary>
public enum SignatureAlgorithm
{
    /// <summary>RFC 8032. In HTTP signatures <c>ed25519</c> (RFC 9421, section 3.3.6).</summary>
    Ed25519 = 1,

    /// <summary>SM2 with SM3 (GM/T 0003.2-2012) under the default identity. In HTTP signatures <c>sm2-sm3</c>, a name of our own.</summary>
    Sm2 = 2,
}

/// <summary>Signs bytes with a key that has a name.</summary>
public interface ISigner
{
    string KeyId { get; }
    SignatureAlgorithm Algorithm { get; }

    /// <returns>64 bytes: R and S of RFC 8032, or r and s of SM2.</returns>
    byte[] Sign(ReadOnlySpan<byte> message);
}

/// <summary>The public half of a key that signs.</summary>
public sealed class VerifyingKey
{
    readonly Ed25519PublicKeyParameters? _ed25519;
    readonly Sm2PublicKey? _sm2;

    VerifyingKey(SignatureAlgorithm algorithm, byte[] bytes, Ed25519PublicKeyParameters? ed25519, Sm2PublicKey? sm2)
    {
        (Algorithm, Bytes, _ed25519, _sm2) = (algorithm, bytes, ed25519, sm2);
        Thumbprint = Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(JwkMembers())));
    }

    public SignatureAlgorithm Algorithm { get; }

    /// <summary>32 bytes (RFC 8032), or 65 bytes 04, x, y for SM2.</summary>
    public byte[] Bytes { get; }

    /// <summary>SHA-256 of the key's members in JSON, 43 characters of base64url (RFC 7638): the same key has the same name everywhere.</summary>
    public string Thumbprint { get; }

    /// <summary>False when the bytes are no point of the algorithm's curve.</summary>
    public static bool TryRead(SignatureAlgorithm algorithm, ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out VerifyingKey? key)
    {
        key = null;
        if (algorithm == SignatureAlgorithm.Ed25519)
        {
            if (bytes.Length != Ed25519.PublicKeySize || !Ed25519.ValidatePublicKeyFull(bytes)) return false;
            key = new VerifyingKey(algorithm, bytes.ToArray(), new Ed25519PublicKeyParameters(bytes), sm2: null);
        }
        else if (algorithm == SignatureAlgorithm.Sm2 && Sm2PublicKey.TryRead(bytes, out var sm2))
            key = new VerifyingKey(algorithm, bytes.ToArray(), ed25519: null, sm2);
        return key is not null;
    }

    /// <summary>True when the owner of this key signed exactly this message.</summary>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != Ed25519.SignatureSize) return false;
        if (_sm2 is not null) return _sm2.Verify(message, signature);
        return _ed25519!.Verify(Ed25519.Algorithm.Ed25519, null, message.ToArray(), 0, message.Length, signature.ToArray(), 0);
    }

    /// <summary>The key as a JSON Web Key (RFC 7517; RFC 8037 for Ed25519; for SM2 the form that RFC 7518 has for other curves, with <c>crv</c> SM2).</summary>
    public void WriteJwk(Utf8JsonWriter json)
    {
        var ed25519 = Algorithm == SignatureAlgorithm.Ed25519;
        json.WriteString("kty", ed25519 ? "OKP" : "EC");
        json.WriteString("crv", ed25519 ? "Ed25519" : "SM2");
        json.WriteString("x", Base64Url.EncodeToString(ed25519 ? Bytes : Bytes.AsSpan(1, 32)));
        if (!ed25519) json.WriteString("y", Base64Url.EncodeToString(Bytes.AsSpan(33)));
    }

    /// <summary>Reads a JSON Web Key, or says what is wrong with it.</summary>
    public static Outcome<VerifyingKey> FromJwk(JsonElement jwk)
    {
        if (jwk.ValueKind != JsonValueKind.Object) return Unreadable("It must be a JSON object.");
        if (jwk.TryGetProperty("d", out _)) return Unreadable("It holds the private part d. Take that key out of use, and send only the public part of a new one.");
        var (kind, curve) = (Text(jwk, "kty"), Text(jwk, "crv"));
        if (Member(jwk, "x") is not { } x) return Unreadable("Its member x must be 32 bytes in base64url.");
        VerifyingKey? key;
        switch (kind, curve)
        {
            case ("OKP", "Ed25519"):
                return TryRead(SignatureAlgorithm.Ed25519, x, out key) ? key : Unreadable("Its x is no point of Ed25519.");
            case ("EC", "SM2"):
                if (Member(jwk, "y") is not { } y) return Unreadable("Its member y must be 32 bytes in base64url.");
                return TryRead(SignatureAlgorithm.Sm2, [4, .. x, .. y], out key) ? key : Unreadable("Its x and y are no point of the SM2 curve.");
            default:
                return Unreadable("Its kty and crv must be OKP and Ed25519, or EC and SM2.");
        }
    }

    static string? Text(JsonElement jwk, string name) =>
        jwk.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static byte[]? Member(JsonElement jwk, string name)
    {
        var bytes = new byte[33];
        return Text(jwk, name) is { Length: 43 } text && Base64Url.TryDecodeFromChars(text, bytes, out var written) && written == 32
            ? bytes[..32] : null;
    }

    static Refusal Unreadable(string why) => new Refusal("key_unreadable", $"The public key can't be read as a JSON Web Key. {why}", "key");

    /// <summary>The members that RFC 7638 hashes, in its order.</summary>
    string JwkMembers() => Algorithm == SignatureAlgorithm.Ed25519
        ? $$"""{"crv":"Ed25519","kty":"OKP","x":"{{Base64Url.EncodeToString(Bytes)}}"}"""
        : $$"""{"crv":"SM2","kty":"EC","x":"{{Base64Url.EncodeToString(Bytes.AsSpan(1, 32))}}","y":"{{Base64Url.EncodeToString(Bytes.AsSpan(33))}}"}""";
}

/// <summary>A whole key: it signs, and its public half proves it. Its name is the thumbprint of the public half.</summary>
public sealed class SigningKey : ISigner
{
    readonly Ed25519PrivateKeyParameters? _ed25519;
    readonly Sm2PrivateKey? _sm2;

    SigningKey(Ed25519PrivateKeyParameters key)
    {
        _ed25519 = key;
        Public = Read(SignatureAlgorithm.Ed25519, key.GeneratePublicKey().GetEncoded());
    }

    SigningKey(Sm2PrivateKey key)
    {
        _sm2 = key;
        Public = Read(SignatureAlgorithm.Sm2, key.Public.ToBytes());
    }

    public VerifyingKey Public { get; }
    public SignatureAlgorithm Algorithm => Public.Algorithm;
    public string KeyId => Public.Thumbprint;

    /// <summary>A new key from the system's random numbers.</summary>
    public static SigningKey Create(SignatureAlgorithm algorithm) => algorithm == SignatureAlgorithm.Ed25519
        ? new SigningKey(new Ed25519PrivateKeyParameters(new SecureRandom())) : new SigningKey(Sm2PrivateKey.Create());

    /// <summary>False unless the secret is 32 bytes that the algorithm takes.</summary>
    public static bool TryRead(SignatureAlgorithm algorithm, ReadOnlySpan<byte> secret, [NotNullWhen(true)] out SigningKey? key)
    {
        key = null;
        if (algorithm == SignatureAlgorithm.Ed25519 && secret.Length == Ed25519.SecretKeySize)
            key = new SigningKey(new Ed25519PrivateKeyParameters(secret));
        else if (algorithm == SignatureAlgorithm.Sm2 && Sm2PrivateKey.TryRead(secret, out var sm2))
            key = new SigningKey(sm2);
        return key is not null;
    }

    /// <summary>The secret, 32 bytes. For sealing only.</summary>
    public byte[] SecretBytes() => _ed25519?.GetEncoded() ?? _sm2!.ToBytes();

    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        if (_sm2 is not null) return _sm2.Sign(message);
        var signature = new byte[Ed25519.SignatureSize];
        _ed25519!.Sign(Ed25519.Algorithm.Ed25519, null, message.ToArray(), 0, message.Length, signature, 0);
        return signature;
    }

    static VerifyingKey Read(SignatureAlgorithm algorithm, byte[] bytes) =>
        VerifyingKey.TryRead(algorithm, bytes, out var key) ? key
            : throw new CryptographicException("A key that was just made has no valid public half.");
}
