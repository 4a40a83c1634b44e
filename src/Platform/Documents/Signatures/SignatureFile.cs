using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pujiang.Platform;

/// <summary>A signature with all that is needed to check it, as a file (JSON): <c>./pujiang verify FILE --content DOCUMENT</c>.</summary>
/// <param name="Format"><see cref="CurrentFormat"/>.</param>
/// <param name="Statement">What was signed, character by character.</param>
/// <param name="Passkey">The answer of a passkey; null for a key.</param>
/// <param name="Key">The signature of a key; null for a passkey.</param>
/// <param name="Evidence">
/// The proof that the evidence log has it; its content there is this file without this part (<see cref="Recorded"/>). Null while it waits.
/// </param>
public sealed record SignatureFile(string Format, string Statement, PasskeyProof? Passkey, KeyProof? Key, EvidenceProof? Evidence = null)
{
    public const string CurrentFormat = "pujiang-signature/1";

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter() },
    };

    static readonly JsonSerializerOptions Indented = new(Json) { WriteIndented = true };

    /// <summary>What the evidence log has the hash of.</summary>
    public string Recorded() => JsonSerializer.Serialize(this with { Evidence = null }, Json);

    /// <summary>The file as people get it.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Indented) + "\n";

    /// <summary>Null when the text is no such file.</summary>
    public static SignatureFile? Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<SignatureFile>(json, Json) is { Format: CurrentFormat, Statement: not null } file ? file : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Why it does not prove that the signer signed a document with this SHA-256; null when it does.</summary>
    /// <param name="sha256">Of the document at hand, lower-case hexadecimal digits; null to believe the statement.</param>
    /// <param name="origin">Where passkeys are used; null when that is not known.</param>
    public SignatureFault? Fault(string? sha256, string? origin = null)
    {
        if (SignedStatement.Parse(Statement) is not { } statement) return SignatureFault.Unreadable;
        if (sha256 is not null && statement.Sha256 != sha256) return SignatureFault.OtherDocument;
        return (Passkey, Key) switch
        {
            ({ } passkey, null) => passkey.Fault(SignedStatement.ChallengeOf(Statement), origin),
            (null, { } key) => key.Fault(Statement),
            _ => SignatureFault.Unreadable,
        };
    }
}

/// <summary>Why a signature proves nothing.</summary>
public enum SignatureFault
{
    /// <summary>A part of it is missing or no what it should be.</summary>
    Unreadable = 1,

    /// <summary>Another document was signed, or this one was changed.</summary>
    OtherDocument,

    /// <summary>The passkey answered another question than this statement.</summary>
    OtherStatement,

    /// <summary>The passkey was used on another page than the bank's.</summary>
    OtherOrigin,

    /// <summary>The passkey did not check its owner by fingerprint, face or PIN.</summary>
    OwnerNotChecked,

    /// <summary>The signature does not fit the key.</summary>
    WrongSignature,
}

/// <summary>The signature of a key of the bank or of a partner over the statement's UTF-8 bytes.</summary>
/// <param name="Algorithm">Ed25519, or Sm2 (SM2 with SM3 under the default identity, GM/T 0009).</param>
/// <param name="KeyId">Its name in the registry of keys.</param>
/// <param name="PublicKey">Base64url: 32 bytes, or 65 bytes 04, x, y.</param>
/// <param name="Signature">Base64url, 64 bytes.</param>
public sealed record KeyProof(SignatureAlgorithm Algorithm, string KeyId, string PublicKey, string Signature)
{
    public static KeyProof Of(string keyId, VerifyingKey key, byte[] signature) =>
        new(key.Algorithm, keyId, Base64Url.EncodeToString(key.Bytes), Base64Url.EncodeToString(signature));

    public SignatureFault? Fault(string statement)
    {
        if (PasskeyProof.Bytes(PublicKey) is not { } publicKey || PasskeyProof.Bytes(Signature) is not { } signature) return SignatureFault.Unreadable;
        if (!Enum.IsDefined(Algorithm) || !VerifyingKey.TryRead(Algorithm, publicKey, out var key)) return SignatureFault.Unreadable;
        return key.Verify(Encoding.UTF8.GetBytes(statement), signature) ? null : SignatureFault.WrongSignature;
    }
}

/// <summary>What a signature file proves, or what does not fit: sentences for people, in English. Needs no bank and no network.</summary>
public static class SignatureVerdict
{
    /// <param name="document">The signed document; null to leave it out.</param>
    /// <param name="keys">Keys of the evidence log that are known from elsewhere; empty to believe those in the file.</param>
    public static EvidenceVerdict Of(SignatureFile file, byte[]? document, IReadOnlyList<NoteKey> keys)
    {
        var lines = new List<string>();
        var sha256 = document is null ? null : Convert.ToHexStringLower(SHA256.HashData(document));
        if (file.Fault(sha256) is { } fault) return new EvidenceVerdict(false, [Say(fault, sha256)]);
        var statement = SignedStatement.Parse(file.Statement)!;
        lines.Add(FormattableString.Invariant($"{statement.SignerName} ({statement.Signer}) signed '{statement.Name}' on {statement.SignedAt:yyyy-MM-dd HH:mm:ss} UTC, as: {statement.Intent}."));
        lines.Add(document is null
            ? $"The document's SHA-256 is {statement.Sha256}; give the document with --content to compare it."
            : "The document given is, byte for byte, the one that was signed.");
        lines.Add(file.Passkey is { } passkey
            ? $"Signed with the passkey {passkey.CredentialId} on {passkey.Origin}, which checked its owner."
            : $"Signed with {(file.Key!.Algorithm == SignatureAlgorithm.Sm2 ? "SM2 with SM3" : "Ed25519")}, key {file.Key.KeyId}: {file.Key.PublicKey}.");
        if (file.Evidence is not { } evidence)
            return new EvidenceVerdict(false, [.. lines, "The file has no proof that the evidence log has this signature: get it anew from the bank."]);
        var logged = EvidenceVerdict.Of(evidence, new EvidenceVerdict.Against(keys, Encoding.UTF8.GetBytes(file.Recorded())));
        return new EvidenceVerdict(logged.IsProven && evidence.Format == EvidenceProof.Inclusion, [.. lines, .. logged.Lines]);
    }

    static string Say(SignatureFault fault, string? sha256) => fault switch
    {
        SignatureFault.OtherDocument => $"The document given has the SHA-256 {sha256}: another document was signed, or this one was changed.",
        SignatureFault.OtherStatement => "The passkey answered another question: the statement was changed after it was signed.",
        SignatureFault.OtherOrigin => "The passkey belongs to another address than it was used on.",
        SignatureFault.OwnerNotChecked => "The passkey did not check its owner by fingerprint, face or PIN.",
        SignatureFault.WrongSignature => "The signature is wrong: it, the statement or the key was changed.",
        _ => "A part of the signature can't be read.",
    };
}
