using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>How a signature stands now.</summary>
public enum SignatureStanding
{
    /// <summary>Document, signature, key and evidence fit.</summary>
    Valid = 1,

    /// <summary>It was good when it was made; the key has been revoked or removed since.</summary>
    KeyGone,

    /// <summary>Something does not fit: the document was changed, the signature is wrong, the key was not valid, the evidence differs.</summary>
    Invalid,
}

/// <summary>Who signed a document and who is asked to; each signature is checked anew whenever it is shown.</summary>
public sealed class DocumentSignatures(CityDb db, Documents documents, ITrustedKeys keys, EvidenceBook book, TimeProvider clock)
{
    /// <summary>A signature as it was found just now.</summary>
    /// <param name="Method">"passkey", "SM2" or "Ed25519".</param>
    /// <param name="IsDocumentUnchanged">The content that the bank keeps is the one that was signed; null when the content is gone.</param>
    /// <param name="Fault">What is wrong with the signature itself; null for nothing.</param>
    /// <param name="WasKeyValid">The key was valid at that time, and not revoked before the evidence log had the signature.</param>
    /// <param name="KeyGoneAt">When a key was revoked.</param>
    /// <param name="IsKeyGone">The key is revoked, or the passkey removed.</param>
    /// <param name="HasEvidence">The evidence log has exactly this signature; null while it waits to be taken in.</param>
    public sealed record View(
        Guid Id, string Signer, string Name, SigningIntent Intent, DateTime SignedAt, string Method, string KeyId,
        bool? IsDocumentUnchanged, SignatureFault? Fault, bool WasKeyValid, bool IsKeyGone, DateTime? KeyGoneAt, bool? HasEvidence, string Reference)
    {
        public SignatureStanding Standing =>
            Fault is not null || IsDocumentUnchanged == false || !WasKeyValid || HasEvidence == false ? SignatureStanding.Invalid
            : IsKeyGone ? SignatureStanding.KeyGone : SignatureStanding.Valid;
    }

    /// <summary>A request as it is shown.</summary>
    public sealed record Asked(
        Guid Id, Guid Document, string DocumentName, int Step, string Name, SigningIntent Intent, SigningState State, DateTime AskedAt, DateTime ExpiresAt, DateTime? AnsweredAt, string Reason, bool IsItsTurn);

    /// <summary>All signatures of a document that the caller was given, the oldest first.</summary>
    public async Task<IReadOnlyList<View>> Of(Document document, CancellationToken cancel)
    {
        var signatures = await db.Set<DocumentSignature>().AsNoTracking().Where(s => s.DocumentId == document.Id).OrderBy(s => s.SignedAt).ThenBy(s => s.Id).ToListAsync(cancel);
        if (signatures.Count == 0) return [];
        var sha256 = await HashNow(document, cancel);
        var views = new List<View>();
        foreach (var signature in signatures) views.Add(await Check(signature, sha256, cancel));
        return views;
    }

    /// <summary>The signature with its evidence, as people take it away; null when there is none.</summary>
    public async Task<SignatureFile?> File(Document document, Guid signature, CancellationToken cancel)
    {
        if (await db.Set<DocumentSignature>().AsNoTracking().SingleOrDefaultAsync(s => s.Id == signature && s.DocumentId == document.Id, cancel) is not { } found) return null;
        return (await book.Prove(found.Reference, null, cancel)).Try(out var proof, out _) ? found.File with { Evidence = proof } : found.File;
    }

    /// <summary>Who was asked to sign a document, in order.</summary>
    public async Task<IReadOnlyList<Asked>> Requests(Document document, CancellationToken cancel)
    {
        var all = await db.Set<SigningRequest>().AsNoTracking().Where(r => r.DocumentId == document.Id).OrderBy(r => r.Step).ThenBy(r => r.AskedAt).ToListAsync(cancel);
        return [.. all.Select(r => AskedOf(r, document, all))];
    }

    /// <summary>What waits for the caller's signature, the most urgent first.</summary>
    public async Task<IReadOnlyList<Asked>> ToSign(Caller caller, CancellationToken cancel)
    {
        if (caller.PartyId is not { } party) return [];
        return await Open(await db.Set<SigningRequest>().AsNoTracking().Where(r => r.PartyId == party && r.State == SigningState.Asked).ToListAsync(cancel), cancel);
    }

    /// <summary>What waits for a partner's signature, the most urgent first.</summary>
    public async Task<IReadOnlyList<Asked>> ToSign(string partner, CancellationToken cancel) =>
        await Open(await db.Set<SigningRequest>().AsNoTracking().Where(r => r.Partner == partner && r.State == SigningState.Asked).ToListAsync(cancel), cancel);

    async Task<IReadOnlyList<Asked>> Open(List<SigningRequest> requests, CancellationToken cancel)
    {
        var open = new List<Asked>();
        foreach (var request in requests.Where(r => r.StateAt(clock.UtcNow()) == SigningState.Asked).OrderBy(r => r.ExpiresAt).Take(100))
        {
            var document = await db.Set<Document>().AsNoTracking().SingleAsync(d => d.Id == request.DocumentId, cancel);
            open.Add(AskedOf(request, document, await db.Set<SigningRequest>().AsNoTracking().Where(r => r.DocumentId == document.Id).ToListAsync(cancel)));
        }
        return open;
    }

    Asked AskedOf(SigningRequest r, Document document, List<SigningRequest> all) => new(
        r.Id, document.Id, document.Name, r.Step, r.Name, r.Intent, r.StateAt(clock.UtcNow()), r.AskedAt, r.ExpiresAt, r.AnsweredAt, r.Reason, r.IsItsTurn(all, clock.UtcNow()));

    /// <summary>SHA-256 of the content as it is now; "" when it was changed, null when it is gone.</summary>
    async Task<string?> HashNow(Document document, CancellationToken cancel)
    {
        if (document.NotServed is not null) return null;
        try
        {
            await using var content = documents.Open(document);
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancel));
        }
        catch (Exception changed) when (changed is CryptographicException or FileNotFoundException or DirectoryNotFoundException)
        {
            return "";
        }
    }

    async Task<View> Check(DocumentSignature signature, string? sha256, CancellationToken cancel)
    {
        var (file, evidence) = (signature.File, await book.Of(signature.Reference, cancel) is [var first, ..] ? first : null);
        var (wasValid, isGone, goneAt) = file.Key is { } key
            ? await KeyNow(key, signature.SignedAt, evidence?.RecordedAt ?? signature.SignedAt, cancel) : await PasskeyNow(signature.KeyId, cancel);
        var fits = evidence is not null && evidence.ContentHash == Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(signature.Proof)));
        return new View(
            signature.Id, signature.Signer, signature.SignerName, signature.Intent, signature.SignedAt,
            file.Key is null ? "passkey" : file.Key.Algorithm == SignatureAlgorithm.Sm2 ? "SM2" : "Ed25519", signature.KeyId,
            sha256 is null ? null : SignedStatement.Parse(file.Statement)?.Sha256 == sha256, file.Fault(sha256: null),
            wasValid, isGone, goneAt, !fits ? false : evidence!.LeafIndex is null ? null : true, signature.Reference);
    }

    async Task<(bool WasValid, bool IsGone, DateTime? GoneAt)> KeyNow(KeyProof proof, DateTime signedAt, DateTime recordedAt, CancellationToken cancel)
    {
        if (await keys.Find(proof.KeyId, cancel) is not { } key || !key.Key.Bytes.AsSpan().SequenceEqual(PasskeyProof.Bytes(proof.PublicKey))) return (false, true, null);
        // Statements have whole seconds. What the log had before the revocation was signed before it.
        var wasValid = signedAt.AddSeconds(1) > key.From && (key.Until is null || signedAt < key.Until) && (key.RevokedAt is null || recordedAt < key.RevokedAt);
        return (wasValid, key.RevokedAt is not null, key.RevokedAt);
    }

    /// <summary>Passkeys are checked when they sign; afterwards their owner may remove them.</summary>
    async Task<(bool WasValid, bool IsGone, DateTime? GoneAt)> PasskeyNow(string hash, CancellationToken cancel) =>
        (true, !await db.Set<Passkey>().AnyAsync(p => p.CredentialHash == hash, cancel), null);
}
