using System.Globalization;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using OAuth = OpenIddict.Abstractions.OpenIddictConstants;

namespace Pujiang.Platform;

/// <summary>
/// What the bank asks of a client assertion beyond OpenIddict: it is for this bank alone, ends soon, and works once
/// (RFC 7523 section 3; FAPI 2.0 Security Profile section 5.3.2).
/// </summary>
sealed class AssertionRules(INonces nonces, TimeProvider clock) : IOpenIddictServerHandler<OpenIddictServerEvents.ProcessAuthenticationContext>
{
    /// <summary>An assertion may end at most so much later than now.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>Characters of its <c>jti</c>.</summary>
    const int LongestId = 64;

    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<OpenIddictServerEvents.ProcessAuthenticationContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireClientAssertionPrincipal>()
            .UseScopedHandler<AssertionRules>()
            // After its signature, issuer and client are checked: only who holds a key can fill the table.
            .SetOrder(OpenIddictServerHandlers.ValidateClientType.Descriptor.Order + 500)
            .Build();

    public async ValueTask HandleAsync(OpenIddictServerEvents.ProcessAuthenticationContext context)
    {
        var assertion = context.ClientAssertionPrincipal!;
        if (Fault(context, assertion.GetClaims(OAuth.Claims.Audience)) is { } fault)
        {
            context.Reject(OAuth.Errors.InvalidClient, fault);
            return;
        }
        if (!long.TryParse(assertion.GetClaim(OAuth.Claims.ExpiresAt), CultureInfo.InvariantCulture, out var seconds)
            || EpochTime.DateTime(seconds) is var expires && expires > clock.UtcNow() + Longest)
        {
            context.Reject(OAuth.Errors.InvalidClient, $"The client assertion's exp must be a time at most {Longest.TotalMinutes:0} minutes ahead.");
            return;
        }
        if (assertion.GetClaim(OAuth.Claims.JwtId) is not { Length: > 0 and <= LongestId } id)
        {
            context.Reject(OAuth.Errors.InvalidClient, $"The client assertion needs a jti of 1 to {LongestId} characters, new each time.");
            return;
        }
        if (!await nonces.TryUse($"client/{context.ClientId}", id, expires + Longest, context.CancellationToken))
            context.Reject(OAuth.Errors.InvalidClient, "The client assertion was used before; each needs a new jti.");
    }

    /// <summary>Only this bank may be named, so that nobody else who gets it can use it here, and the other way round.</summary>
    static string? Fault(OpenIddictServerEvents.ProcessAuthenticationContext context, IReadOnlyList<string> audiences)
    {
        var issuer = (context.Options.Issuer ?? context.BaseUri)!.AbsoluteUri;
        var token = new Uri(new Uri(issuer), AuthorizationServer.TokenPath).AbsoluteUri;
        return audiences is [var one] && (one.TrimEnd('/') == issuer.TrimEnd('/') || one == token) ? null
            : $"The client assertion's aud must be {issuer.TrimEnd('/')} and nothing else.";
    }
}

/// <summary>Accepts assertions of type <c>JWT</c> beside <c>client-authentication+jwt</c>: most libraries still write what RFC 7523 had before its revision.</summary>
static class AssertionType
{
    const string Explicit = "client-authentication+jwt";

    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<OpenIddictServerEvents.ValidateTokenContext>()
            .UseInlineHandler(context =>
            {
                if (context.TokenValidationParameters is { } parameters && parameters.ValidTypes?.Contains(Explicit, StringComparer.Ordinal) == true)
                    // Types of other tokens stay refused, so that none of them can be used as an assertion (RFC 8725 section 3.11).
                    parameters.TypeValidator = (type, _, _) => type is null or "" or "JWT" or Explicit ? Explicit
                        : throw new SecurityTokenInvalidTypeException($"The typ of a client assertion is {Explicit}.");
                return ValueTask.CompletedTask;
            })
            .SetOrder(OpenIddictServerHandlers.Protection.ValidateIdentityModelToken.Descriptor.Order - 500)
            .Build();
}

/// <summary>Who can't prove who it is gets one error, whatever the proof lacks (RFC 6749 section 5.2); OpenIddict has another for the audience.</summary>
static class AssertionError
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<OpenIddictServerEvents.ApplyTokenResponseContext>()
            .UseInlineHandler(context =>
            {
                if (context.Response.Error == OAuth.Errors.InvalidToken && context.Request?.ClientAssertion is not null) context.Response.Error = OAuth.Errors.InvalidClient;
                return ValueTask.CompletedTask;
            })
            // Before the status is chosen by it.
            .SetOrder(OpenIddictServerHandlers.Exchange.NormalizeErrorResponse.Descriptor.Order + 500)
            .Build();
}
