namespace Pujiang.Platform;

/// <summary>Who signed a document, with what and when. Never changed.</summary>
public sealed class DocumentSignature
{
    /// <summary>The bank as a signer.</summary>
    public const string Bank = "bank";

    /// <summary>Characters of a signer.</summary>
    public const int LongestSigner = 80;

    DocumentSignature() { }

    /// <summary>From document and signer, so that nobody signs a document twice.</summary>
    public Guid Id { get; private init; }
    public Guid DocumentId { get; private init; }

    /// <summary>"user/…", "partner/…" or "bank".</summary>
    public string Signer { get; private init; } = "";

    /// <summary>Sealed at rest.</summary>
    public string SignerName { get; private init; } = "";
    public SigningIntent Intent { get; private init; }

    /// <summary>UTC; as the statement says.</summary>
    public DateTime SignedAt { get; private init; }

    /// <summary>
    /// The key's name in the registry of keys, or the SHA-256 of the passkey's id: by it is found whether it is still in use.
    /// </summary>
    public string KeyId { get; private init; } = "";

    /// <summary>What the evidence log has the hash of (<see cref="SignatureFile.Recorded"/>). Sealed at rest, because it holds the name.</summary>
    public string Proof { get; private init; } = "";

    public static Guid IdOf(Guid document, string signer) => NameBasedId.From("documents", "signature", $"{document}", signer);

    public static string Partner(string owner) => $"partner/{owner}";

    internal static DocumentSignature From(SignedStatement statement, SignatureFile proof, string keyId) => new()
    {
        Id = IdOf(statement.Document, statement.Signer),
        DocumentId = statement.Document,
        Signer = statement.Signer,
        SignerName = statement.SignerName,
        Intent = statement.Intent,
        SignedAt = statement.SignedAt,
        KeyId = keyId,
        Proof = proof.Recorded(),
    };

    /// <summary>The reference under which the evidence log has it; its content there is <see cref="Proof"/>.</summary>
    public string Reference => $"documents/{DocumentId}/signatures/{Id}";

    internal SignatureFile File => SignatureFile.Parse(Proof) ?? throw new InvalidDataException($"Signature {Id} can't be read.");
}
