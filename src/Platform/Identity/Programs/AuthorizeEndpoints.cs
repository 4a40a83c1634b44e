using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using OAuth = OpenIddict.Abstractions.OpenIddictConstants;

namespace Pujiang.Platform;

/// <summary>
/// Signing in to other applications (OpenID Connect): the authorization code flow with PKCE. OpenIddict has checked each request that gets
/// here: client, address, scopes, challenge.
/// </summary>
static class AuthorizeEndpoints
{
    /// <summary>Where applications send their visitors, where those are asked, and where the answer goes; all three are authorization endpoints.</summary>
    public const string Authorize = "/connect/authorize", Consent = "/connect/consent", Decision = "/connect/decision";

    public const string UserInfo = "/connect/userinfo", EndSession = "/connect/end-session", EndSessionDone = "/connect/end-session/done";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(Authorize, Begin).Public("Who is not signed in signs in first").ExcludeFromDescription();
        app.MapPost(Decision, Decide).Requires(Permission.UseApplications).ExcludeFromDescription();
        app.MapMethods(UserInfo, [HttpMethods.Get, HttpMethods.Post], Tell).Public("The token says who asks, and about whom").ExcludeFromDescription();
        app.MapPost(EndSessionDone, SignOut).Public("Who is not signed in is signed out").ExcludeFromDescription();
    }

    /// <summary>To the page that asks, or for <c>prompt=none</c> straight back.</summary>
    static async Task<IResult> Begin(HttpContext http, Consents consents, TimeProvider clock, CancellationToken cancel)
    {
        var request = Request(http);
        if (!request.HasPromptValue(OAuth.PromptValues.None)) return Results.LocalRedirect(Consent + http.Request.QueryString);
        if (!http.User.May(Permission.UseApplications) || MustProveAgain(request, http.User, clock.UtcNow())) return Refuse(OAuth.Errors.LoginRequired, "Nobody is signed in, or not recently enough.");
        var caller = Caller.From(http.User);
        return await consents.Find(request.ClientId!, caller.UserId!.Value, cancel) is { } consent && request.GetScopes().All(Consents.ScopesOf(consent).Contains)
            ? SignIn(Consents.Principal(request.ClientId!, caller, http.User, consent, request.GetScopes())) : Refuse(OAuth.Errors.ConsentRequired, "The visitor has to be asked first.");
    }

    /// <summary>Whether the application wants a newer proof than the session's: <c>prompt=login</c> or <c>max_age</c>.</summary>
    public static bool MustProveAgain(OpenIddictRequest request, ClaimsPrincipal user, DateTime now)
    {
        if (!long.TryParse(user.FindFirstValue(Sessions.ProvedClaim), CultureInfo.InvariantCulture, out var proved)) return true;
        var age = now - DateTime.UnixEpoch.AddSeconds(proved);
        return (request.MaxAge is { } most && age > TimeSpan.FromSeconds(most)) || (request.HasPromptValue(OAuth.PromptValues.Login) && age > TimeSpan.FromMinutes(1));
    }

    /// <summary>The visitor's answer: back to the application with a code, or with a no.</summary>
    static async Task<IResult> Decide(HttpContext http, Caller caller, [FromForm] string? allow, [FromForm] string? tellName, Consents consents, CancellationToken cancel)
    {
        var request = Request(http);
        if (allow != "true") return Refuse(OAuth.Errors.AccessDenied, "The visitor said no.");
        string[] scopes = [OAuth.Scopes.OpenId, .. tellName == "true" && request.HasScope(OAuth.Scopes.Profile) ? [OAuth.Scopes.Profile] : Array.Empty<string>()];
        var consent = await consents.Give(request.ClientId!, caller.UserId!.Value, scopes, cancel);
        return SignIn(Consents.Principal(request.ClientId!, caller, http.User, consent, scopes));
    }

    /// <summary>What the application may know of its visitor now: consent and lock count at once.</summary>
    static async Task<IResult> Tell(HttpContext http, CityDb db, Consents consents, CancellationToken cancel)
    {
        var token = await http.AuthenticateAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
        if (token.Principal?.GetClaim(Consents.PersonClaim) is not { } claim || !Guid.TryParse(claim, out var id)
            || await db.Set<Person>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == id && !p.IsLocked, cancel) is not { } person
            || await consents.Find(token.Principal.GetClaim(OAuth.Claims.ClientId)!, id, cancel) is not { } consent)
            return Results.Challenge(Error(OAuth.Errors.InvalidToken, "The token tells nothing any more."), [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]);
        var answer = new Dictionary<string, string>(StringComparer.Ordinal) { [OAuth.Claims.Subject] = consent.Subject! };
        if (token.Principal.HasScope(OAuth.Scopes.Profile) && Consents.ScopesOf(consent).Contains(OAuth.Scopes.Profile, StringComparer.Ordinal)) answer[OAuth.Claims.Name] = person.Name;
        return Results.Ok(answer);
    }

    static async Task<IResult> SignOut(HttpContext http, IAntiforgery antiforgery, Sessions sessions, CancellationToken cancel)
    {
        if (!await antiforgery.IsRequestValidAsync(http)) return Results.BadRequest();
        await sessions.End(http, cancel);
        return Results.SignOut(new AuthenticationProperties { RedirectUri = "/" }, [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]);
    }

    public static OpenIddictRequest Request(HttpContext http) =>
        http.GetOpenIddictServerRequest() ?? throw new InvalidOperationException("An authorization endpoint was reached without OpenIddict.");

    static IResult SignIn(ClaimsPrincipal principal) => Results.SignIn(principal, new AuthenticationProperties(), OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);

    static IResult Refuse(string error, string why) => Results.Forbid(Error(error, why), [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]);

    static AuthenticationProperties Error(string error, string why) => new(new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        [OpenIddictServerAspNetCoreConstants.Properties.Error] = error,
        [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = why,
    });
}
