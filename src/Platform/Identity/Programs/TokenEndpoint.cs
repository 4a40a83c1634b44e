using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using OAuth = OpenIddict.Abstractions.OpenIddictConstants;

namespace Pujiang.Platform;

/// <summary>Gives out tokens. OpenIddict has checked the request, the client's key and its permissions.</summary>
static class TokenEndpoint
{
    public static async Task<IResult> Handle(HttpContext http, CityDb db, CancellationToken cancel)
    {
        var request = http.GetOpenIddictServerRequest() ?? throw new InvalidOperationException("The token endpoint was reached without OpenIddict.");
        var client = await db.Set<ClientProgram>().AsNoTracking().SingleAsync(p => p.ClientId == request.ClientId, cancel);
        if (request.IsClientCredentialsGrantType()) return ForProgram(client, request);
        // The code's own content: what the visitor agreed to.
        var code = await http.AuthenticateAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
        return SignIn(code.Principal!);
    }

    /// <summary>For the program itself. Which party it acts for is looked up with each call.</summary>
    static IResult ForProgram(ClientProgram client, OpenIddictRequest request)
    {
        var identity = new ClaimsIdentity("program", OAuth.Claims.Name, OAuth.Claims.Role);
        identity.SetClaim(OAuth.Claims.Subject, client.ClientId);
        identity.SetScopes(request.GetScopes() is { Length: > 0 } asked ? asked : client.ScopeNames);
        identity.SetAudiences(AuthorizationServer.Api);
        identity.SetDestinations(_ => [OAuth.Destinations.AccessToken]);
        return SignIn(new ClaimsPrincipal(identity));
    }

    static IResult SignIn(ClaimsPrincipal principal) => Results.SignIn(principal, new AuthenticationProperties(), OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
}
