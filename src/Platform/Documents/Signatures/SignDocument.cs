using System.Buffers.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>Signs a document: a person with a passkey, a partner with a registered key, the bank with its own.</summary>
public sealed class SignDocument(CityDb db, Documents documents, ITrustedKeys keys, TimeProvider clock)
{
    /// <summary>From the statement to the signature: long enough to find the phone.</summary>
    public static readonly TimeSpan TimeToSign = TimeSpan.FromMinutes(10);

    static readonly Refusal NotAccepted = new("passkey_refused", "The passkey was not accepted. Try again, or use another way to sign in.");
    static readonly Refusal Stale = new("signing_stale", "What is to be signed has changed, or more than 10 minutes have passed. Look at it again, then sign.", "statement");
    static readonly Refusal NotAsked = new("signing_not_asked", "You can sign your own documents and those that you are asked to sign, when it is your turn.", "id");
    static readonly Refusal Before = new("document_signed_before", "You have signed this document already.", "id");

    /// <summary>What the signer would sign now.</summary>
    /// <param name="PasskeyOptions">JSON by which a browser asks the signer's passkeys; empty when there are none.</param>
    public sealed record Offer(SignedStatement Statement, string PasskeyOptions);

    /// <param name="intent">What the owner means by it; who was asked means what was asked for.</param>
    public async Task<Outcome<Offer>> OfferTo(Caller caller, Guid id, SigningIntent intent, CancellationToken cancel)
    {
        if (await documents.Find(id, caller, cancel) is not { } document) return Documents.NotFound;
        if (document.NotServed is { } notServed) return notServed;
        if (caller.UserId is not { } user || caller.PartyId is not { } party) return NotAsked;
        if (await db.Set<DocumentSignature>().AnyAsync(s => s.Id == DocumentSignature.IdOf(id, caller.Actor), cancel)) return Before;
        if (document.OwnerId != party)
        {
            if (await OpenRequest(id, r => r.PartyId == party, cancel) is not { } request) return NotAsked;
            intent = request.Intent;
        }
        var statement = StatementOf(document, caller.Actor, await NameOf(user, party, cancel), intent, clock.UtcNow());
        return new Offer(statement, await OptionsFor(user, statement.Challenge(), cancel));
    }

    /// <summary>The signature of a person's passkey over the statement that was offered.</summary>
    /// <param name="statement">As offered, character by character.</param>
    /// <param name="credential">JSON of the browser's PublicKeyCredential.</param>
    /// <param name="origin">Address of the page: "https://bank.example".</param>
    public async Task<Outcome<Guid>> ByPasskey(Guid id, string? statement, string? credential, string origin, Caller caller, CancellationToken cancel)
    {
        if (SignedStatement.Parse(statement ?? "") is not { } signed) return Stale;
        if (!(await OfferTo(caller, id, signed.Intent, cancel)).Try(out var offer, out var refusal)) return refusal;
        if (!IsStill(offer.Statement, signed)) return Stale;
        if (PasskeyProof.IdIn(credential ?? "") is not { } credentialId) return NotAccepted;
        var (hash, owner) = (Passkeys.HashOf(credentialId), caller.UserId);
        if (await db.Set<Passkey>().SingleOrDefaultAsync(p => p.CredentialHash == hash && p.PersonId == owner, cancel) is not { } passkey) return NotAccepted;
        var known = PasskeyData.Read(passkey.Data);
        if (PasskeyProof.FromBrowser(credential!, known.PublicKey) is not { } proof || proof.Fault(signed.Challenge(), origin) is not null) return NotAccepted;
        // A counter that did not rise is a copy of the key (WebAuthn section 7.2, step 22).
        if ((proof.Counter > 0 || known.SignCount > 0) && proof.Counter <= known.SignCount) return NotAccepted;

        known.SignCount = proof.Counter;
        (passkey.Data, passkey.LastUsedAt) = (PasskeyData.Write(known), clock.UtcNow());
        var file = new SignatureFile(SignatureFile.CurrentFormat, signed.ToString(), proof, Key: null);
        return await Keep(DocumentSignature.From(signed, file, hash), r => r.PartyId == caller.PartyId, cancel);
    }

    /// <summary>What a partner that was asked would sign now.</summary>
    public async Task<Outcome<SignedStatement>> OfferTo(string partner, Guid request, CancellationToken cancel)
    {
        if (await db.Set<SigningRequest>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == request && r.Partner == partner, cancel) is not { } asked) return NotAsked;
        if (await OpenRequest(asked.DocumentId, r => r.Id == request, cancel) is null) return NotAsked;
        var document = await db.Set<Document>().AsNoTracking().SingleAsync(d => d.Id == asked.DocumentId, cancel);
        if (document.NotServed is { } notServed) return notServed;
        return StatementOf(document, DocumentSignature.Partner(partner), partner, asked.Intent, clock.UtcNow());
    }

    /// <summary>The signature of a partner's registered key over the statement that was offered.</summary>
    /// <param name="signature">Base64url, 64 bytes, over the statement's UTF-8 bytes.</param>
    public async Task<Outcome<Guid>> ByPartner(string partner, Guid request, string? statement, string? keyId, string? signature, CancellationToken cancel)
    {
        if (SignedStatement.Parse(statement ?? "") is not { } signed) return Stale;
        if (await db.Set<DocumentSignature>().AnyAsync(s => s.Id == DocumentSignature.IdOf(signed.Document, DocumentSignature.Partner(partner)), cancel)) return Before;
        if (!(await OfferTo(partner, request, cancel)).Try(out var offered, out var refusal)) return refusal;
        if (!IsStill(offered, signed)) return Stale;
        if (await keys.Find(keyId ?? "", cancel) is not { } key || key.Owner != partner || key.StateAt(clock.UtcNow()) != KeyState.Active)
            return new Refusal("signing_key_not_valid", "There is no valid key of yours with this name in the registry.", "keyId");
        var proof = new KeyProof(key.Key.Algorithm, key.KeyId, Base64Url.EncodeToString(key.Key.Bytes), signature ?? "");
        if (proof.Fault(signed.ToString()) is not null)
            return new Refusal("signing_wrong", "The signature does not fit the statement and this key: sign the statement's UTF-8 bytes, and send 64 bytes in base64url.", "signature");
        var file = new SignatureFile(SignatureFile.CurrentFormat, signed.ToString(), Passkey: null, proof);
        return await Keep(DocumentSignature.From(signed, file, key.KeyId), r => r.Id == request, cancel);
    }

    async Task<Outcome<Guid>> Keep(DocumentSignature signature, Func<SigningRequest, bool> answers, CancellationToken cancel)
    {
        if (await OpenRequest(signature.DocumentId, answers, cancel) is { } request)
        {
            request.Sign(clock.UtcNow());
            await db.TellNextSigners(request, clock.UtcNow(), cancel);
        }
        db.Add(signature);
        db.Record("signature", signature.Reference, signature.Proof);
        await db.Publish([await Told(signature, cancel)], cancel);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException failure) when (!BackgroundWork.IsOutage(failure))
        {
            // The same signer twice at once, or a request that was withdrawn at this moment: the first one stands.
            db.ChangeTracker.Clear();
            return await db.Set<DocumentSignature>().AnyAsync(s => s.Id == signature.Id, cancel) ? Before : SigningRequest.NotOpen;
        }
        return signature.Id;
    }

    /// <summary>Kind of event for the systems of the document's owner.</summary>
    internal const string Signed = "document.signed";

    /// <param name="Signer">"user/…" or "partner/…".</param>
    sealed record SignedEvent(Guid Document, Guid Signature, string Signer, string Intent, string Sha256, DateTime SignedAt);

    async Task<BankEvent> Told(DocumentSignature signature, CancellationToken cancel)
    {
        var document = await db.Set<Document>().AsNoTracking().SingleAsync(d => d.Id == signature.DocumentId, cancel);
        return new BankEvent(
            document.OwnerId, Signed, $"{signature.Id}", signature.Reference, clock.UtcNow(),
            new SignedEvent(document.Id, signature.Id, signature.Signer, $"{signature.Intent}", document.Sha256, signature.SignedAt));
    }

    /// <summary>The request that is open and whose turn it is.</summary>
    async Task<SigningRequest?> OpenRequest(Guid document, Func<SigningRequest, bool> isIt, CancellationToken cancel)
    {
        var (all, now) = (await db.Set<SigningRequest>().Where(r => r.DocumentId == document).ToListAsync(cancel), clock.UtcNow());
        return all.Find(r => isIt(r) && r.IsItsTurn(all, now));
    }

    static bool IsStill(SignedStatement now, SignedStatement signed) =>
        now with { SignedAt = signed.SignedAt } == signed && signed.SignedAt <= now.SignedAt && now.SignedAt - signed.SignedAt <= TimeToSign;

    internal static SignedStatement StatementOf(Document document, string signer, string name, SigningIntent intent, DateTime now) =>
        new(document.Id, document.Name, document.Sha256, document.Length, signer, name, intent, now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond)));

    /// <summary>"张伟", or "张伟, 某某公司" for who acts for a firm.</summary>
    async Task<string> NameOf(Guid user, Guid party, CancellationToken cancel)
    {
        var person = await db.Set<Person>().AsNoTracking().Where(p => p.Id == user).Select(p => p.Name).SingleOrDefaultAsync(cancel);
        var name = await db.Set<Party>().AsNoTracking().Where(p => p.Id == party).Select(p => p.Name).SingleOrDefaultAsync(cancel);
        return string.Join(", ", new[] { person, name }.Where(part => !string.IsNullOrEmpty(part)).Distinct(StringComparer.Ordinal));
    }

    async Task<string> OptionsFor(Guid user, byte[] challenge, CancellationToken cancel)
    {
        var passkeys = await db.Set<Passkey>().AsNoTracking().Where(p => p.PersonId == user).ToListAsync(cancel);
        if (passkeys.Count == 0) return "";
        return JsonSerializer.Serialize(new
        {
            challenge = Base64Url.EncodeToString(challenge),
            timeout = (int)TimeToSign.TotalMilliseconds,
            userVerification = "required",
            allowCredentials = passkeys.Select(p => new { type = "public-key", id = Base64Url.EncodeToString(PasskeyData.Read(p.Data).CredentialId) }),
        });
    }
}

/// <summary>The bank signs what it has made itself.</summary>
public sealed class BankSignature(CityDb db, ISigners signers, ITrustedKeys keys)
{
    /// <summary>With SM2, as Chinese courts know it; saved with the document.</summary>
    internal async Task Add(Document document, DateTime now, CancellationToken cancel)
    {
        var signer = await signers.Current(SignatureAlgorithm.Sm2, cancel);
        var key = await keys.Find(signer.KeyId, cancel) ?? throw new InvalidOperationException($"The bank's key {signer.KeyId} is not in the registry.");
        var intent = document.Purpose == DocumentPurpose.Contract ? SigningIntent.Agree : SigningIntent.Confirm;
        var statement = SignDocument.StatementOf(document, DocumentSignature.Bank, DocumentSignature.Bank, intent, now);
        var proof = KeyProof.Of(key.KeyId, key.Key, signer.Sign(System.Text.Encoding.UTF8.GetBytes(statement.ToString())));
        var signature = DocumentSignature.From(statement, new SignatureFile(SignatureFile.CurrentFormat, statement.ToString(), Passkey: null, proof), key.KeyId);
        db.Add(signature);
        db.Record("signature", signature.Reference, signature.Proof);
    }
}
