using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>
/// Passkeys (W3C WebAuthn level 3): made and checked by ASP.NET Core Identity, kept in our table. A passkey checks its owner
/// by fingerprint, face or PIN, so it is two factors in one and needs no code.
/// </summary>
public sealed class Passkeys(CityDb db, IPasskeyHandler<Person> handler, SealedCookies cookies, NewId ids, TimeProvider clock)
{
    public const int Most = 20, LongestName = 50;

    const string Cookie = "passkey";
    static readonly TimeSpan ChallengeLife = TimeSpan.FromMinutes(10);

    sealed record Challenge(string State);

    /// <summary>A passkey as its owner sees it.</summary>
    public sealed record Listed(Guid Id, string Name, DateTime AddedAt, DateTime? LastUsedAt);

    static readonly Refusal NotAccepted = new("passkey_refused", "The passkey was not accepted. Try again, or use another way to sign in.");

    /// <summary>What the browser needs to make a passkey, as JSON. Remembers the challenge in a cookie.</summary>
    public async Task<string> OptionsToAdd(HttpContext http, Person person)
    {
        var options = await handler.MakeCreationOptionsAsync(
            new PasskeyUserEntity { Id = person.Id.ToString(), Name = person.SignInName, DisplayName = person.Name }, http);
        cookies.Write(http, Cookie, new Challenge(options.AttestationState ?? ""), ChallengeLife);
        return options.CreationOptionsJson;
    }

    /// <summary>What the browser needs to use a passkey, as JSON. Remembers the challenge in a cookie.</summary>
    public async Task<string> OptionsToUse(HttpContext http)
    {
        var options = await handler.MakeRequestOptionsAsync(null, http);
        cookies.Write(http, Cookie, new Challenge(options.AssertionState ?? ""), ChallengeLife);
        return options.RequestOptionsJson;
    }

    /// <summary>Adds what the browser made.</summary>
    /// <param name="credential">JSON of the browser's PublicKeyCredential.</param>
    public async Task<Outcome<Guid>> Add(HttpContext http, Person person, string? name, string? credential, CancellationToken cancel)
    {
        if (TakeChallenge(http) is not { } challenge || string.IsNullOrEmpty(credential)) return NotAccepted;
        if (await db.Set<Passkey>().CountAsync(p => p.PersonId == person.Id, cancel) >= Most)
            return new Refusal("passkeys_too_many", $"Nobody needs more than {Most} passkeys; remove one first.", null, $"{Most}");
        var result = await handler.PerformAttestationAsync(new PasskeyAttestationContext { HttpContext = http, CredentialJson = credential, AttestationState = challenge });
        if (!result.Succeeded || result.UserEntity.Id != person.Id.ToString()) return NotAccepted;
        var passkey = new Passkey
        {
            Id = ids.Next(),
            PersonId = person.Id,
            CredentialHash = HashOf(result.Passkey.CredentialId),
            Data = PasskeyData.Write(result.Passkey),
            Name = NameOf(name, http),
            AddedAt = clock.UtcNow(),
        };
        db.Add(passkey);
        db.Audit("passkey/added", $"person/{person.Id}", $"user/{person.Id}");
        db.AlertSignInChanged(person.Id, "passkey-added");
        await db.SaveChangesAsync(cancel);
        return passkey.Id;
    }

    /// <summary>The person whose passkey answered the challenge.</summary>
    public async Task<Outcome<Person>> Use(HttpContext http, string? credential, CancellationToken cancel)
    {
        if (TakeChallenge(http) is not { } challenge || string.IsNullOrEmpty(credential)) return NotAccepted;
        var result = await handler.PerformAssertionAsync(new PasskeyAssertionContext { HttpContext = http, CredentialJson = credential, AssertionState = challenge });
        if (!result.Succeeded || result.User.IsLocked)
        {
            db.Audit("sign-in/passkey", result.User is { } known ? $"person/{known.Id}" : "person/unknown", "anonymous", AuditOutcome.Refused);
            await db.SaveChangesAsync(cancel);
            return NotAccepted;
        }
        var hash = HashOf(result.Passkey.CredentialId);
        var passkey = await db.Set<Passkey>().SingleAsync(p => p.CredentialHash == hash, cancel);
        // The counter of uses: an older one would be a copy of the key.
        passkey.Data = PasskeyData.Write(result.Passkey);
        passkey.LastUsedAt = clock.UtcNow();
        await db.SaveChangesAsync(cancel);
        return result.User;
    }

    public async Task<IReadOnlyList<Listed>> Of(Guid person, CancellationToken cancel)
    {
        var passkeys = await db.Set<Passkey>().AsNoTracking().Where(p => p.PersonId == person).OrderBy(p => p.AddedAt).ToListAsync(cancel);
        return [.. passkeys.Select(p => new Listed(p.Id, p.Name, p.AddedAt, p.LastUsedAt))];
    }

    /// <summary>Each challenge is answered once.</summary>
    string? TakeChallenge(HttpContext http)
    {
        var challenge = cookies.Read<Challenge>(http, Cookie);
        SealedCookies.Remove(http, Cookie);
        return challenge?.State;
    }

    static string NameOf(string? name, HttpContext http) =>
        name?.Trim() is { Length: > 0 and <= LongestName } given && PlainText.Problem(given, "name") is null ? given
            : Devices.NameOf(http.Request.Headers.UserAgent.ToString()) is { Length: > 0 } device ? device : "Passkey";

    internal static string HashOf(byte[] credentialId) => Convert.ToHexStringLower(SHA256.HashData(credentialId));
}

/// <summary>Identity's <see cref="UserPasskeyInfo"/> as text: it has no form of its own to be stored in.</summary>
static class PasskeyData
{
    sealed record Stored(
        byte[] CredentialId, byte[] PublicKey, DateTimeOffset CreatedAt, uint SignCount, string[]? Transports,
        bool IsUserVerified, bool IsBackupEligible, bool IsBackedUp, byte[] AttestationObject, byte[] ClientDataJson);

    public static string Write(UserPasskeyInfo passkey) => JsonSerializer.Serialize(new Stored(
        passkey.CredentialId, passkey.PublicKey, passkey.CreatedAt, passkey.SignCount, passkey.Transports,
        passkey.IsUserVerified, passkey.IsBackupEligible, passkey.IsBackedUp, passkey.AttestationObject, passkey.ClientDataJson));

    public static UserPasskeyInfo Read(string text)
    {
        var stored = JsonSerializer.Deserialize<Stored>(text) ?? throw new InvalidDataException("A passkey's row holds no passkey.");
        return new UserPasskeyInfo(
            stored.CredentialId, stored.PublicKey, stored.CreatedAt, stored.SignCount, stored.Transports,
            stored.IsUserVerified, stored.IsBackupEligible, stored.IsBackedUp, stored.AttestationObject, stored.ClientDataJson);
    }
}

/// <summary>Our tables as Identity asks for them: it finds people and their passkeys here, and changes nothing.</summary>
sealed class PersonStore(CityDb db, PersonalData personalData) : IUserPasskeyStore<Person>
{
    public Task<string> GetUserIdAsync(Person user, CancellationToken cancellationToken) => Task.FromResult(user.Id.ToString());

    public Task<string?> GetUserNameAsync(Person user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.SignInName);

    public Task<string?> GetNormalizedUserNameAsync(Person user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.SignInName);

    public Task<Person?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        Guid.TryParse(userId, out var id) ? One(id, cancellationToken) : Task.FromResult<Person?>(null);

    public Task<Person?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken)
    {
        var hash = Person.HashOf(personalData, normalizedUserName);
        return db.Set<Person>().AsNoTracking().Include(p => p.Roles).SingleOrDefaultAsync(p => p.SignInNameHash == hash, cancellationToken);
    }

    public async Task<Person?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken) =>
        await Find(credentialId, cancellationToken) is { } passkey ? await One(passkey.PersonId, cancellationToken) : null;

    public async Task<UserPasskeyInfo?> FindPasskeyAsync(Person user, byte[] credentialId, CancellationToken cancellationToken) =>
        await Find(credentialId, cancellationToken) is { } passkey && passkey.PersonId == user.Id ? PasskeyData.Read(passkey.Data) : null;

    public async Task<IList<UserPasskeyInfo>> GetPasskeysAsync(Person user, CancellationToken cancellationToken)
    {
        var passkeys = await db.Set<Passkey>().AsNoTracking().Where(p => p.PersonId == user.Id).ToListAsync(cancellationToken);
        return [.. passkeys.Select(p => PasskeyData.Read(p.Data))];
    }

    Task<Person?> One(Guid id, CancellationToken cancel) =>
        db.Set<Person>().AsNoTracking().Include(p => p.Roles).SingleOrDefaultAsync(p => p.Id == id, cancel);

    Task<Passkey?> Find(byte[] credentialId, CancellationToken cancel)
    {
        var hash = Passkeys.HashOf(credentialId);
        return db.Set<Passkey>().AsNoTracking().SingleOrDefaultAsync(p => p.CredentialHash == hash, cancel);
    }

    // Changes are made by the use cases of this folder, each in one transaction with its line in the audit.
    static NotSupportedException ReadOnly() => new("People are changed by the use cases of Platform/Identity.");
    public Task<IdentityResult> CreateAsync(Person user, CancellationToken cancellationToken) => throw ReadOnly();
    public Task<IdentityResult> UpdateAsync(Person user, CancellationToken cancellationToken) => throw ReadOnly();
    public Task<IdentityResult> DeleteAsync(Person user, CancellationToken cancellationToken) => throw ReadOnly();
    public Task SetUserNameAsync(Person user, string? userName, CancellationToken cancellationToken) => throw ReadOnly();
    public Task SetNormalizedUserNameAsync(Person user, string? normalizedName, CancellationToken cancellationToken) => throw ReadOnly();
    public Task AddOrUpdatePasskeyAsync(Person user, UserPasskeyInfo passkey, CancellationToken cancellationToken) => throw ReadOnly();
    public Task RemovePasskeyAsync(Person user, byte[] credentialId, CancellationToken cancellationToken) => throw ReadOnly();

    public void Dispose() { }
}
