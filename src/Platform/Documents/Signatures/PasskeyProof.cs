using System.Buffers.Binary;
using System.Buffers.Text;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pujiang.Platform;

/// <summary>What a passkey answers to a challenge, with the public key that checks it. Needs nobody's server to be checked.</summary>
/// <param name="CredentialId">Names the passkey, base64url like all below.</param>
/// <param name="PublicKey">COSE_Key (RFC 9052 section 7).</param>
/// <param name="AuthenticatorData">WebAuthn level 3, section 6.1.</param>
/// <param name="ClientDataJson">Section 5.8.1: holds the challenge and the address of the page.</param>
public sealed record PasskeyProof(string CredentialId, string PublicKey, string AuthenticatorData, string ClientDataJson, string Signature)
{
    const byte UserPresent = 1, UserVerified = 4;
    const int FlagsAt = 32, CounterAt = 33, ShortestAuthenticatorData = 37;

    /// <summary>The address of the page on which it was used, as the browser says; empty when that can't be read.</summary>
    [JsonIgnore]
    public string Origin => ClientData() is { } data ? Text(data, "origin") : "";

    /// <summary>How often the passkey was used; 0 for one that does not count.</summary>
    [JsonIgnore]
    public uint Counter => Bytes(AuthenticatorData) is { Length: >= ShortestAuthenticatorData } data ? BinaryPrimitives.ReadUInt32BigEndian(data.AsSpan(CounterAt)) : 0;

    /// <summary>Why it does not prove that the owner of the passkey agreed to this challenge; null when it does (WebAuthn level 3, section 7.2).</summary>
    /// <param name="origin">The address that it must have been used on; null to take that of <see cref="Origin"/>, as offline.</param>
    public SignatureFault? Fault(ReadOnlySpan<byte> challenge, string? origin)
    {
        if (ClientData() is not { } data || Bytes(AuthenticatorData) is not { Length: >= ShortestAuthenticatorData } authenticator
            || Bytes(Signature) is not { } signature || Bytes(PublicKey) is not { } key)
            return SignatureFault.Unreadable;
        if (Text(data, "type") != "webauthn.get" || Bytes(Text(data, "challenge")) is not { } answered || !CryptographicOperations.FixedTimeEquals(answered, challenge))
            return SignatureFault.OtherStatement;
        origin ??= Origin;
        // A frame of another site on the page, or the page in another's frame.
        var isFramed = data.TryGetProperty("crossOrigin", out var crossOrigin) && crossOrigin.ValueKind == JsonValueKind.True;
        if (isFramed || Text(data, "origin") != origin || !Uri.TryCreate(origin, UriKind.Absolute, out var address) || !IsDomainOf(authenticator.AsSpan(0, 32), address.Host))
            return SignatureFault.OtherOrigin;
        if ((authenticator[FlagsAt] & (UserPresent | UserVerified)) != (UserPresent | UserVerified)) return SignatureFault.OwnerNotChecked;
        byte[] message = [.. authenticator, .. SHA256.HashData(Bytes(ClientDataJson)!)];
        return CoseKey.Verify(key, message, signature) ? null : SignatureFault.WrongSignature;
    }

    /// <summary>The passkey may be made for the host itself or a domain above it.</summary>
    static bool IsDomainOf(ReadOnlySpan<byte> hash, string host)
    {
        for (var domain = host; domain.Length > 0;)
        {
            if (SHA256.HashData(Encoding.UTF8.GetBytes(domain)).AsSpan().SequenceEqual(hash)) return true;
            var dot = domain.IndexOf('.', StringComparison.Ordinal);
            domain = dot < 0 ? "" : domain[(dot + 1)..];
        }
        return false;
    }

    /// <summary>The parts of the JSON that browsers make of a credential (section 5.1, toJSON), with its public key; null when it is none.</summary>
    public static PasskeyProof? FromBrowser(string json, byte[] publicKey)
    {
        try
        {
            using var parsed = JsonDocument.Parse(json);
            var (credential, answer) = (parsed.RootElement, parsed.RootElement.GetProperty("response"));
            return new PasskeyProof(
                Text(credential, "id"), Base64Url.EncodeToString(publicKey), Text(answer, "authenticatorData"), Text(answer, "clientDataJSON"), Text(answer, "signature"));
        }
        catch (Exception unreadable) when (unreadable is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The credential's id in the browser's JSON, or null.</summary>
    public static byte[]? IdIn(string json) => FromBrowser(json, [])?.CredentialId is { Length: > 0 } id ? Bytes(id) : null;

    JsonElement? ClientData()
    {
        try
        {
            return Bytes(ClientDataJson) is { } bytes ? JsonSerializer.Deserialize<JsonElement>(bytes) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static string Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>Null for what is no base64url.</summary>
    internal static byte[]? Bytes(string? base64Url)
    {
        try
        {
            return base64Url is null ? null : Base64Url.DecodeFromChars(base64Url);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}

/// <summary>Public keys as passkeys have them: COSE_Key maps (RFC 9053) of ES256, ES384, RS256 and EdDSA.</summary>
static class CoseKey
{
    const int Algorithm = 3, Es256 = -7, Es384 = -35, Rs256 = -257, EdDsa = -8;

    public static bool Verify(byte[] key, byte[] message, byte[] signature)
    {
        try
        {
            var (numbers, parts) = Read(key);
            return numbers.GetValueOrDefault(Algorithm) switch
            {
                Es256 => Ecdsa(parts, ECCurve.NamedCurves.nistP256, HashAlgorithmName.SHA256, message, signature),
                Es384 => Ecdsa(parts, ECCurve.NamedCurves.nistP384, HashAlgorithmName.SHA384, message, signature),
                Rs256 => Rsa(parts, message, signature),
                EdDsa => VerifyingKey.TryRead(SignatureAlgorithm.Ed25519, parts[-2], out var ed25519) && ed25519.Verify(message, signature),
                _ => false,
            };
        }
        // A key that is none verifies nothing.
        catch (Exception broken) when (broken is CryptographicException or CborContentException or InvalidOperationException or KeyNotFoundException or OverflowException)
        {
            return false;
        }
    }

    static bool Ecdsa(Dictionary<int, byte[]> parts, ECCurve curve, HashAlgorithmName hash, byte[] message, byte[] signature)
    {
        using var key = ECDsa.Create(new ECParameters { Curve = curve, Q = new ECPoint { X = parts[-2], Y = parts[-3] } });
        return key.VerifyData(message, signature, hash, DSASignatureFormat.Rfc3279DerSequence);
    }

    static bool Rsa(Dictionary<int, byte[]> parts, byte[] message, byte[] signature)
    {
        using var key = RSA.Create(new RSAParameters { Modulus = parts[-1], Exponent = parts[-2] });
        return key.VerifyData(message, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    /// <summary>The numbers and byte strings of the map.</summary>
    static (Dictionary<int, int> Numbers, Dictionary<int, byte[]> Parts) Read(byte[] key)
    {
        var (numbers, parts) = (new Dictionary<int, int>(), new Dictionary<int, byte[]>());
        var reader = new CborReader(key, CborConformanceMode.Ctap2Canonical);
        reader.ReadStartMap();
        while (reader.PeekState() != CborReaderState.EndMap)
        {
            var label = reader.ReadInt32();
            if (reader.PeekState() == CborReaderState.ByteString) parts[label] = reader.ReadByteString();
            else numbers[label] = reader.ReadInt32();
        }
        reader.ReadEndMap();
        return (numbers, parts);
    }
}
