using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>The owner of a document asks others to sign it, and takes that back; who is asked may say no.</summary>
public sealed class AskForSignature(CityDb db, Documents documents, PersonalData personalData, NewId ids, TimeProvider clock)
{
    /// <summary>Signers of one document.</summary>
    public const int MostRequests = 20;

    /// <param name="Name">The signer's name, which must fit the identifier; not needed for a partner.</param>
    /// <param name="Identifier">ID number of a person, credit code of a firm, or short name of a partner with a registered key.</param>
    /// <param name="Days">Days for an answer, 1 to <see cref="SigningRequest.MostDays"/>; null for <see cref="SigningRequest.UsualDays"/>.</param>
    /// <param name="After">Signs after all who were asked before; else together with the last of them.</param>
    public sealed record Request(string? Name, string? Identifier, SigningIntent? Intent, int? Days, bool After);

    static readonly Refusal Unknown = new("signer_unknown", "No customer or partner with this identifier and name is known to the bank.", "identifier");

    public async Task<Outcome<Guid>> Handle(Guid id, Request request, Caller caller, CancellationToken cancel)
    {
        // Load.
        if (await documents.Find(id, caller, cancel) is not { } document || document.OwnerId != caller.PartyId) return Documents.NotFound;
        if (document.NotServed is { } notServed) return notServed;
        var asked = await db.Set<SigningRequest>().Where(r => r.DocumentId == id).ToListAsync(cancel);

        // Decide.
        var (days, intent, now) = (request.Days ?? SigningRequest.UsualDays, request.Intent ?? SigningIntent.Agree, clock.UtcNow());
        if (!Enum.IsDefined(intent)) return new Refusal("signing_intent_invalid", $"Say what the signature means: {string.Join(", ", Enum.GetNames<SigningIntent>())}.", "intent");
        if (days is < 1 or > SigningRequest.MostDays)
            return new Refusal("signing_days_invalid", $"The days for an answer are 1 to {SigningRequest.MostDays}.", "days", $"{SigningRequest.MostDays}");
        if (asked.Count >= MostRequests) return new Refusal("signers_too_many", $"At most {MostRequests} signatures can be asked for.", "identifier", $"{MostRequests}");
        if (!(await Find(request, cancel)).Try(out var signer, out var refusal)) return refusal;
        if (signer.Party == document.OwnerId) return new Refusal("signer_is_owner", "This is you. You can sign your own document without being asked.", "identifier");
        if (asked.Exists(r => r.PartyId == signer.Party && r.Partner == signer.Partner && r.StateAt(now) is SigningState.Asked or SigningState.Fulfilled))
            return new Refusal("signer_asked_before", "This signer has been asked already.", "identifier");

        // Asked anew: what came of it before holds up nobody any more.
        foreach (var earlier in asked.Where(r => r.PartyId == signer.Party && r.Partner == signer.Partner)) _ = earlier.Withdraw(now);
        var last = asked.Select(r => r.Step).DefaultIfEmpty(0).Max();
        var step = Math.Max(1, request.After ? last + 1 : last);
        var made = SigningRequest.From(ids.Next(), id, step, signer.Party, signer.Partner, signer.Name, intent, days, caller.Actor, now);
        db.Add(made);
        db.Record("signature", made.Reference, made.EvidenceText("asked"));
        if (made.IsItsTurn([.. asked, made], now)) db.TellSigner(made);
        await db.SaveChangesAsync(cancel);
        return made.Id;
    }

    sealed record Signer(Guid? Party, string Partner, string Name);

    async Task<Outcome<Signer>> Find(Request request, CancellationToken cancel)
    {
        var (identifier, name) = ((request.Identifier ?? "").Trim(), (request.Name ?? "").Trim());
        if (identifier.Length == 0) return new Refusal("signer_missing", "Enter the signer's ID number, credit code or short name.", "identifier");
        var now = clock.UtcNow();
        var keys = await db.Set<RegisteredKey>().AsNoTracking().Where(k => k.Owner == identifier && k.Owner != RegisteredKey.Bank).ToListAsync(cancel);
        if (keys.Exists(k => k.StateAt(now) == KeyState.Active)) return new Signer(null, identifier, identifier);
        var hash = personalData.Hash("party", identifier.ToUpperInvariant());
        var party = await db.Set<Party>().AsNoTracking().SingleOrDefaultAsync(p => p.IdentifierHash == hash, cancel);
        // One answer for both, so that nobody learns whose number it is.
        return party is not null && string.Equals(party.Name, name, StringComparison.OrdinalIgnoreCase) ? new Signer(party.Id, "", party.Name) : Unknown;
    }

    /// <summary>The owner takes a request back.</summary>
    public async Task<Outcome<Guid>> Withdraw(Guid id, Guid request, Caller caller, CancellationToken cancel)
    {
        if (await documents.Find(id, caller, cancel) is not { } document || document.OwnerId != caller.PartyId) return Documents.NotFound;
        if (await db.Set<SigningRequest>().SingleOrDefaultAsync(r => r.Id == request && r.DocumentId == id, cancel) is not { } found) return SigningRequest.NotOpen;
        if (found.Withdraw(clock.UtcNow()) is { } refusal) return refusal;
        await db.TellNextSigners(found, clock.UtcNow(), cancel);
        return await Save(found, "withdrawn", cancel);
    }

    /// <summary>Who was asked says no.</summary>
    /// <param name="reason">1 to 200 characters; the owner reads them.</param>
    public async Task<Outcome<Guid>> Decline(Guid id, string? reason, Caller caller, CancellationToken cancel)
    {
        if (caller.PartyId is not { } party || await documents.Find(id, caller, cancel) is null) return Documents.NotFound;
        var all = await db.Set<SigningRequest>().Where(r => r.DocumentId == id && r.PartyId == party).ToListAsync(cancel);
        return await Decline(all, reason, cancel);
    }

    /// <summary>A partner that was asked says no.</summary>
    public async Task<Outcome<Guid>> Decline(string partner, Guid request, string? reason, CancellationToken cancel) =>
        await Decline(await db.Set<SigningRequest>().Where(r => r.Id == request && r.Partner == partner).ToListAsync(cancel), reason, cancel);

    async Task<Outcome<Guid>> Decline(List<SigningRequest> all, string? reason, CancellationToken cancel)
    {
        if (all.Find(r => r.StateAt(clock.UtcNow()) == SigningState.Asked) is not { } request) return SigningRequest.NotOpen;
        return request.Decline(reason ?? "", clock.UtcNow()) is { } refusal ? refusal : await Save(request, "declined", cancel);
    }

    async Task<Outcome<Guid>> Save(SigningRequest request, string happened, CancellationToken cancel)
    {
        db.Record("signature", request.Reference, request.EvidenceText(happened));
        try
        {
            await db.SaveChangesAsync(cancel);
            return request.Id;
        }
        catch (DbUpdateConcurrencyException)
        {
            // Answered by the other side at this very moment.
            return SigningRequest.NotOpen;
        }
    }
}
