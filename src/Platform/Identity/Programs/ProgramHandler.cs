using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OAuth = OpenIddict.Abstractions.OpenIddictConstants;

namespace Pujiang.Platform;

/// <summary>Signs programs in by the tokens that the bank gave them; party and scopes are those of this moment.</summary>
sealed class ProgramHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, CityDb db)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "Program";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var token = await Context.AuthenticateAsync(AuthorizationServer.Scheme);
        if (!token.Succeeded) return token.None ? AuthenticateResult.NoResult() : AuthenticateResult.Fail(token.Failure!);
        var clientId = token.Principal.GetClaim(OAuth.Claims.ClientId);
        var program = await db.Set<ClientProgram>().AsNoTracking()
            .SingleOrDefaultAsync(p => p.ClientId == clientId && p.Kind == ClientKind.Program && p.EndedAt == null, Context.RequestAborted);
        if (program is null || token.Principal.GetClaim(OAuth.Claims.Subject) != clientId)
            return AuthenticateResult.Fail("The token is not one of a program in use.");
        var identity = new ClaimsIdentity(
        [
            new Claim(Caller.ProgramClaim, clientId!),
            new Claim(Caller.PartyClaim, program.PartyId!.Value.ToString()),
            new Claim(ClaimTypes.Role, Roles.Program),
            .. token.Principal.GetScopes().Intersect(program.ScopeNames, StringComparer.Ordinal).Select(scope => new Claim(ProgramScopes.Claim, scope)),
        ], Name);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Name));
    }

    /// <summary>401 with the reason in WWW-Authenticate (RFC 6750).</summary>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => Context.ChallengeAsync(AuthorizationServer.Scheme);

    /// <summary>403, and the scope that would have been needed (RFC 6750 section 3.1).</summary>
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status403Forbidden;
        var needed = Context.GetEndpoint()?.Metadata.GetMetadata<RequiresAttribute>() is { } requires ? ProgramScopes.Of(requires.Permission) : null;
        Response.Headers.WWWAuthenticate = needed is null ? "Bearer error=\"insufficient_scope\"" : $"Bearer error=\"insufficient_scope\", scope=\"{needed}\"";
        return Task.CompletedTask;
    }
}
