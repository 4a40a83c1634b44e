using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Pujiang.Platform;

/// <summary>Sign-in of people: what the host needs.</summary>
public static class IdentityModule
{
    /// <summary>Rate limit of everything that checks a secret.</summary>
    public const string SignInLimit = RateLimits.SignIn;

    /// <summary>PBKDF2 with SHA-512; at least 210,000 rounds (OWASP Password Storage Cheat Sheet).</summary>
    const int HashRounds = 210_000;

    /// <summary>People, their sign-in and sessions: tables and use cases.</summary>
    public static IServiceCollection AddPeople(this IServiceCollection services)
    {
        services.AddSingleton<ICityTables, IdentityTables>();
        services.AddDataProtection();
        services.AddIdentityCore<Person>().AddUserStore<PersonStore>();
        services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = HashRounds);
        services.Configure<IdentityPasskeyOptions>(passkey =>
        {
            passkey.UserVerificationRequirement = "required";
            passkey.ResidentKeyRequirement = "required";
        });
        services.AddScoped<IPasskeyHandler<Person>, PasskeyHandler<Person>>();
        services.AddScoped<PasswordRules>().AddSingleton<SealedCookies>();
        services.AddScoped<OneTimeCodes>().AddScoped<Sessions>().AddScoped<SignInAttempt>();
        services.AddScoped<OwnSignIn>().AddScoped<Passkeys>().AddScoped<People>();
        services.AddScoped<IStaff, SignedUpStaff>();
        services.AddScoped<ChangeStaff>().AddScoped<IApprovedAct, ChangeStaff.Act>();
        services.AddSingleton(new MenuItem("/people", "menu.people", 58, Roles.Security, Roles.Auditor));
        services.AddSingleton(new MenuItem("/counter/sign-in", "menu.give-sign-in", 12, Roles.Teller));
        return services.AddPrograms();
    }

    /// <summary>How requests are signed in: people by a session, the bank's own command line by a token.</summary>
    public static void AddSignIn(this IServiceCollection services, PlatformOptions options)
    {
        services.AddAuthentication(scheme => scheme.DefaultScheme = "any")
            .AddPolicyScheme("any", null, any => any.ForwardDefaultSelector = SchemeOf)
            .AddScheme<AuthenticationSchemeOptions, OperatorToken>(OperatorToken.Name, null)
            .AddScheme<AuthenticationSchemeOptions, SessionHandler>(SessionHandler.Name, null);
        services.AddAuthorizationServer(options);
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, RecordRefusals>();
        services.AddRateLimits(options);
        services.AddSingleton(new MenuItem("/account", "menu.account", 900, [.. Roles.Staff, Roles.Customer, Roles.Firm, Roles.Newcomer]));
    }

    static string SchemeOf(HttpContext context) => context.Request.Headers.Authorization is not { Count: > 0 } authorization ? SessionHandler.Name
        : AuthorizationServer.IsToken(authorization.ToString()) ? ProgramHandler.Name : OperatorToken.Name;

    /// <summary>After routing: who is there, what may be done, how often, and how long ago it was proved.</summary>
    public static void UseSignIn(this IApplicationBuilder app)
    {
        app.UseAddress(app.ApplicationServices.GetRequiredService<PlatformOptions>());
        // Guesses are counted before anything looks at them; all others by who sends them.
        app.UseWhen(RateLimits.IsOfAddress, guesses => guesses.UseRateLimiter());
        app.UseAuthentication();
        app.UseWhen(context => !RateLimits.IsOfAddress(context), others => others.UseRateLimiter());
        app.UseAuthorization();
        app.UseFreshness();
    }

    public static void MapSignIn(this IEndpointRouteBuilder app, PlatformOptions options)
    {
        if (options.DemoMode) app.MapPost("/sign-in/demo", SignInAsDemoPerson).Public("Demo mode: anybody may be one of the demo people").ExcludeFromDescription();
        app.MapAuthorizationServer();
        app.MapPost("/sign-out", SignOut).Public("Who is not signed in is signed out").ExcludeFromDescription();
        var api = app.MapGroup("/api").WithTags("People");
        api.MapGet("/people", async (People people, CancellationToken cancel) => TypedResults.Ok(await people.Staff(cancel)))
            .Requires(Permission.SeePeople).WithSummary("The bank's own people");
        api.MapPost("/people", async (People.Invitation invitation, Caller caller, ChangeStaff staff, HttpContext http, CancellationToken cancel) =>
            Answer(await staff.Invite(invitation, KeyOf(http), caller, cancel)))
            .ChangesStaff("Invite somebody to the bank's staff").Produces<People.Invited>();
        api.MapPut("/people/{id:guid}/roles", async (Guid id, RolesRequest request, Caller caller, ChangeStaff staff, HttpContext http, CancellationToken cancel) =>
            Answer(await staff.SetRoles(id, request.Roles ?? [], KeyOf(http), caller, cancel)))
            .ChangesStaff("Give and take roles of staff").Produces(StatusCodes.Status204NoContent);
        api.MapPost("/people/{id:guid}/lock", async (Guid id, Caller caller, ChangeStaff staff, HttpContext http, CancellationToken cancel) =>
            Answer(await staff.Lock(id, true, KeyOf(http), caller, cancel)))
            .ChangesStaff("Lock somebody of staff").Produces(StatusCodes.Status204NoContent);
        api.MapPost("/people/{id:guid}/unlock", async (Guid id, Caller caller, ChangeStaff staff, HttpContext http, CancellationToken cancel) =>
            Answer(await staff.Lock(id, false, KeyOf(http), caller, cancel)))
            .ChangesStaff("Unlock somebody of staff").Produces(StatusCodes.Status204NoContent);
        api.MapPost("/people/{id:guid}/code", async (Guid id, Caller caller, ChangeStaff staff, HttpContext http, CancellationToken cancel) =>
            Answer(await staff.GiveCode(id, KeyOf(http), caller, cancel)))
            .ChangesStaff("An activation code for somebody of staff").Produces<People.Invited>();
        api.MapPost("/customers/sign-in", async (People.CustomerInvitation invitation, Caller caller, People people, CancellationToken cancel) =>
            Answer(await people.InviteCustomer(invitation, caller, cancel)))
            .Requires(Permission.GiveSignIn).ChangesState().WithSummary("An activation code for a customer at the counter");
    }

    /// <param name="Roles">All that the person has afterwards.</param>
    internal sealed record RolesRequest(IReadOnlyList<string>? Roles);

    static string KeyOf(HttpContext http) => http.Request.Headers[IdempotencyKey.Header].ToString();

    static RouteHandlerBuilder ChangesStaff(this RouteHandlerBuilder endpoint, string summary) =>
        endpoint.Requires(Permission.KeepPeople).ChangesState().WithSummary(summary).Produces<ProgramEndpoints.WaitsForApproval>(StatusCodes.Status202Accepted);

    static IResult Answer(Outcome<People.Invited> outcome) => outcome.Try(out var invited, out var refusal) ? TypedResults.Ok(invited) : Problem(refusal);

    static IResult Answer(Outcome<ChangeStaff.Result> outcome)
    {
        if (!outcome.Try(out var result, out var refusal)) return Problem(refusal);
        if (result.Waiting is { } waiting) return TypedResults.Accepted($"/approvals/{waiting.Id}", new ProgramEndpoints.WaitsForApproval(waiting.Id, waiting.State));
        return result.Given is { } given ? TypedResults.Ok(given) : TypedResults.NoContent();
    }

    static ProblemHttpResult Problem(Refusal refusal) => refusal.ToProblem(refusal == People.NotFound ? StatusCodes.Status404NotFound : StatusCodes.Status422UnprocessableEntity);

    static async Task<IResult> SignInAsDemoPerson(
        [FromForm] Guid person, [FromForm] string? back, IEnumerable<IDemoPeople> demo, People people, Sessions sessions, HttpContext http)
    {
        var found = (await demo.All(http.RequestAborted)).FirstOrDefault(p => p.Id == person);
        if (found is null) return TypedResults.NotFound();
        var known = await people.OfDemo(found, http.RequestAborted);
        if (known.IsLocked) return TypedResults.LocalRedirect("/sign-in");
        await sessions.Start(http, known, SignInMethods.Demo, http.RequestAborted);
        return TypedResults.LocalRedirect(LocalUrl.OrHome(back));
    }

    static async Task<IResult> SignOut([FromForm] string? back, Sessions sessions, HttpContext http)
    {
        await sessions.End(http, http.RequestAborted);
        return TypedResults.LocalRedirect(LocalUrl.OrHome(back));
    }
}
