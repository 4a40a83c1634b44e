using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using OAuth = OpenIddict.Abstractions.OpenIddictConstants;

namespace Pujiang.Platform;

/// <summary>Whom a person lets know who it is: other applications, and what each was told.</summary>
sealed class Consents(CityDb db, TimeProvider clock)
{
    /// <summary>Claim in the bank's own tokens that holds the person; applications never see it.</summary>
    public const string PersonClaim = "person";

    /// <param name="Id">To withdraw it.</param>
    /// <param name="Application">Name of the application.</param>
    /// <param name="TellsName">Whether it may know the person's name.</param>
    public sealed record Listed(Guid Id, string Application, bool TellsName, DateTime GivenAt);

    /// <summary>Another number for each application, so that two of them can't compare their visitors (OpenID Connect Core section 8.1, pairwise).</summary>
    public static string SubjectOf(string clientId, Guid person) => NameBasedId.From("oauth", "subject", clientId, person.ToString()).ToString();

    /// <summary>The consent of a person to an application, or null.</summary>
    public Task<ApplicationConsent?> Find(string clientId, Guid person, CancellationToken cancel)
    {
        var subject = SubjectOf(clientId, person);
        return db.Set<ApplicationConsent>().SingleOrDefaultAsync(
            c => c.Application!.ClientId == clientId && c.Subject == subject && c.Status == OAuth.Statuses.Valid, cancel);
    }

    public static IReadOnlyList<string> ScopesOf(ApplicationConsent consent) => JsonSerializer.Deserialize<string[]>(consent.Scopes ?? "[]")!;

    /// <summary>Given now, in the place of what was given before.</summary>
    public async Task<ApplicationConsent> Give(string clientId, Guid person, IReadOnlyList<string> scopes, CancellationToken cancel)
    {
        // One row for a person and an application, withdrawn or not: a yes that is sent twice at once can't make two.
        var id = NameBasedId.From("oauth", "consent", clientId, person.ToString());
        var consent = await db.Set<ApplicationConsent>().SingleOrDefaultAsync(c => c.Id == id, cancel);
        if (consent is null)
        {
            consent = new ApplicationConsent
            {
                Id = id,
                Application = await db.Set<ClientProgram>().SingleAsync(p => p.ClientId == clientId && p.EndedAt == null, cancel),
                Subject = SubjectOf(clientId, person),
                Type = OAuth.AuthorizationTypes.Permanent,
            };
            db.Add(consent);
        }
        if (consent.Status != OAuth.Statuses.Valid) (consent.Status, consent.CreationDate) = (OAuth.Statuses.Valid, clock.UtcNow());
        consent.Scopes = JsonSerializer.Serialize(scopes);
        db.Audit("consent/given", $"program/{clientId}", $"user/{person}", detail: string.Join(' ', scopes));
        try
        {
            await db.SaveChangesAsync(cancel);
            return consent;
        }
        catch (DbUpdateException)
        {
            // Of two that arrive together, the later finds the row of the earlier.
            db.ChangeTracker.Clear();
            if (await Find(clientId, person, cancel) is { } earlier) return earlier;
            throw;
        }
    }

    /// <summary>What a person has given to whom, the newest first.</summary>
    public async Task<IReadOnlyList<Listed>> Of(Guid person, CancellationToken cancel)
    {
        var clients = await db.Set<ClientProgram>().AsNoTracking().Where(p => p.Kind == ClientKind.Application && p.EndedAt == null).Select(p => p.ClientId!).ToListAsync(cancel);
        var subjects = clients.ConvertAll(client => SubjectOf(client, person));
        var given = await db.Set<ApplicationConsent>().AsNoTracking().Include(c => c.Application)
            .Where(c => c.Status == OAuth.Statuses.Valid && subjects.Contains(c.Subject!)).OrderByDescending(c => c.CreationDate).ToListAsync(cancel);
        return [.. given.Select(c => new Listed(c.Id, c.Application!.DisplayName!, ScopesOf(c).Contains(OAuth.Scopes.Profile, StringComparer.Ordinal), c.CreationDate ?? default))];
    }

    /// <summary>Takes it back: the application's tokens end, and it is asked anew. Others' consents are not found.</summary>
    public async Task<bool> Withdraw(Guid id, Guid person, CancellationToken cancel)
    {
        var consent = await db.Set<ApplicationConsent>().Include(c => c.Application).SingleOrDefaultAsync(c => c.Id == id, cancel);
        if (consent is null || consent.Subject != SubjectOf(consent.Application!.ClientId!, person)) return false;
        consent.Status = OAuth.Statuses.Revoked;
        db.Audit("consent/withdrawn", $"program/{consent.Application.ClientId}", $"user/{person}");
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await db.SaveChangesAsync(cancel);
        await db.Set<IssuedToken>().Where(t => t.Authorization!.Id == id && t.Status == OAuth.Statuses.Valid)
            .ExecuteUpdateAsync(set => set.SetProperty(t => t.Status, OAuth.Statuses.Revoked), cancel);
        await transaction.CommitAsync(cancel);
        return true;
    }

    /// <summary>What an application learns: a number of its own for the visitor, when and how it was proved, and with consent the name.</summary>
    /// <param name="user">The signed-in person.</param>
    /// <param name="scopes">What was asked this time, and is within the consent.</param>
    public static ClaimsPrincipal Principal(string clientId, Caller caller, ClaimsPrincipal user, ApplicationConsent consent, IReadOnlyList<string> scopes)
    {
        var identity = new ClaimsIdentity("bank", OAuth.Claims.Name, OAuth.Claims.Role);
        identity.SetClaim(OAuth.Claims.Subject, SubjectOf(clientId, caller.UserId!.Value));
        identity.SetClaim(PersonClaim, caller.UserId.Value.ToString());
        if (long.TryParse(user.FindFirstValue(Sessions.ProvedClaim), CultureInfo.InvariantCulture, out var proved)) identity.SetClaim(OAuth.Claims.AuthenticationTime, proved);
        if (scopes.Contains(OAuth.Scopes.Profile, StringComparer.Ordinal)) identity.SetClaim(OAuth.Claims.Name, user.FindFirstValue(ClaimTypes.Name));
        identity.SetScopes(scopes);
        identity.SetAuthorizationId(consent.Id.ToString());
        identity.SetDestinations(claim => claim.Type switch
        {
            OAuth.Claims.Subject or OAuth.Claims.AuthenticationTime or OAuth.Claims.Name => [OAuth.Destinations.AccessToken, OAuth.Destinations.IdentityToken],
            // Access tokens are encrypted: only the bank reads them.
            PersonClaim => [OAuth.Destinations.AccessToken],
            _ => [],
        });
        return new ClaimsPrincipal(identity);
    }
}
