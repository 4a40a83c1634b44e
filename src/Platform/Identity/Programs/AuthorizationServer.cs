using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Server;
using OpenIddict.Validation.AspNetCore;
using OAuth = OpenIddict.Abstractions.OpenIddictConstants;

namespace Pujiang.Platform;

/// <summary>
/// The bank as an OAuth 2.1 authorization server: programs prove themselves with a key of theirs (<c>private_key_jwt</c>, RFC 7523) and get
/// tokens of ten minutes. There are no client secrets, no implicit and no password grant.
/// </summary>
static class AuthorizationServer
{
    public const string TokenPath = "/connect/token", RevocationPath = "/connect/revoke";

    /// <summary>Audience of tokens for the API.</summary>
    public const string Api = "pujiang-api";

    static readonly TimeSpan AccessTokenLife = TimeSpan.FromMinutes(10);

    /// <summary>Between the visitor's yes and the application's question for the tokens (RFC 6749 section 4.1.2: at most ten minutes).</summary>
    static readonly TimeSpan CodeLife = TimeSpan.FromMinutes(1);

    /// <summary>What the table of clients needs; the rest is the host's.</summary>
    public static IServiceCollection AddPrograms(this IServiceCollection services)
    {
        services.AddSingleton<ICityTables, ProgramTables>();
        services.AddSingleton<IForgetting, OldTokens>();
        services.AddSingleton<ServerKeys>();
        services.AddScoped<ClientRegister>().AddScoped<IApprovedAct, ClientRegister.Act>().AddScoped<Programs>().AddScoped<Consents>();
        services.AddSingleton(new MenuItem("/programs", "menu.programs", 62, Roles.Security, Roles.Auditor));
        return services;
    }

    public static void AddAuthorizationServer(this IServiceCollection services, PlatformOptions options)
    {
        services.AddOpenIddict()
            .AddCore(core => core.UseEntityFrameworkCore().UseDbContext<CityDb>()
                .ReplaceDefaultEntities<ClientProgram, ApplicationConsent, StoredScope, IssuedToken, Guid>())
            .AddServer(server => Configure(server, options))
            .AddValidation(validation =>
            {
                validation.UseLocalServer();
                validation.UseAspNetCore();
                validation.AddAudiences(Api);
                // A revoked token is refused at once.
                validation.EnableTokenEntryValidation();
            });
        services.AddOptions<OpenIddictServerOptions>().Configure<ServerKeys>((server, keys) => keys.GiveTo(server)).PostConfigure(OnlyPrivateKeys);
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, ProgramHandler>(ProgramHandler.Name, null);
    }

    static void Configure(OpenIddictServerBuilder server, PlatformOptions options)
    {
        server.SetTokenEndpointUris(TokenPath[1..]).SetRevocationEndpointUris(RevocationPath[1..]);
        server.SetAuthorizationEndpointUris(AuthorizeEndpoints.Authorize[1..], AuthorizeEndpoints.Consent[1..], AuthorizeEndpoints.Decision[1..]);
        server.SetUserInfoEndpointUris(AuthorizeEndpoints.UserInfo[1..]).SetEndSessionEndpointUris(AuthorizeEndpoints.EndSession[1..], AuthorizeEndpoints.EndSessionDone[1..]);
        server.AllowClientCredentialsFlow().AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange();
        server.SetAccessTokenLifetime(AccessTokenLife).SetIdentityTokenLifetime(AccessTokenLife).SetAuthorizationCodeLifetime(CodeLife);
        server.RegisterScopes([.. ProgramScopes.OfPrograms, .. ProgramScopes.OfApplications]);
        server.RegisterClaims(OAuth.Claims.AuthenticationTime, OAuth.Claims.Name);
        server.AddEventHandler(AssertionRules.Descriptor).AddEventHandler(AssertionType.Descriptor).AddEventHandler(AssertionError.Descriptor);
        if (options.Address is { } address) server.SetIssuer(address);
        var host = server.UseAspNetCore().EnableTokenEndpointPassthrough().EnableAuthorizationEndpointPassthrough()
            .EnableUserInfoEndpointPassthrough().EnableEndSessionEndpointPassthrough().EnableStatusCodePagesIntegration();
        // Behind a proxy that ends TLS, or in a trial without it, the address is set; otherwise http is refused.
        if (options.DemoMode || options.Address is not null) host.DisableTransportSecurityRequirement();
    }

    /// <summary>What is switched off of all that OpenIddict can.</summary>
    static void OnlyPrivateKeys(OpenIddictServerOptions server)
    {
        server.ClientAuthenticationMethods.Clear();
        server.ClientAuthenticationMethods.Add(OAuth.ClientAuthenticationMethods.PrivateKeyJwt);
        server.CodeChallengeMethods.Remove(OAuth.CodeChallengeMethods.Plain);
        // Each application knows its visitors by other numbers.
        server.SubjectTypes.Clear();
        server.SubjectTypes.Add(OAuth.SubjectTypes.Pairwise);
        // A form that posts itself would need a script in the page, and a fragment stays in the browser's history.
        server.ResponseModes.Clear();
        server.ResponseModes.Add(OAuth.ResponseModes.Query);
    }

    /// <summary>Where the bank answers as others see it, also behind a proxy that ends TLS: issuer, cookies and passkeys do not depend on what a request calls it.</summary>
    public static void UseAddress(this IApplicationBuilder app, PlatformOptions options)
    {
        if (options.Address is not { } address) return;
        app.Use((context, next) =>
        {
            (context.Request.Scheme, context.Request.Host) = (address.Scheme, HostString.FromUriComponent(address));
            return next(context);
        });
    }

    public static void MapAuthorizationServer(this IEndpointRouteBuilder app)
    {
        app.MapPost(TokenPath, TokenEndpoint.Handle).Public("Programs prove here who they are").RequireRateLimiting(IdentityModule.SignInLimit)
            .WithTags("Programs").WithSummary("A token for a program (OAuth 2.1 client credentials, private_key_jwt)");
        AuthorizeEndpoints.Map(app);
        ProgramEndpoints.Map(app.MapGroup("/api/programs").WithTags("Programs"));
    }

    /// <summary>Programs' tokens have dots between their parts (RFC 7519); the operator's has none.</summary>
    public static bool IsToken(string authorization) => authorization.StartsWith("Bearer ", StringComparison.Ordinal) && authorization.Contains('.', StringComparison.Ordinal);

    /// <summary>The scheme that reads and refuses tokens.</summary>
    internal static string Scheme => OpenIddictValidationAspNetCoreDefaults.AuthenticationScheme;
}
