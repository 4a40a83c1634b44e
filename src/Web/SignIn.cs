using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Mvc;
using Pujiang.Platform;

namespace Pujiang.Web;

/// <summary>Who is there. In demo mode one click on a person is enough; nothing of this answers outside demo mode.</summary>
static class SignIn
{
    public static void AddSignIn(this WebApplicationBuilder builder)
    {
        // People come with a cookie, the bank's own command line with a token.
        builder.Services.AddAuthentication(scheme =>
        {
            scheme.DefaultScheme = "any";
            scheme.DefaultSignInScheme = scheme.DefaultSignOutScheme = CookieAuthenticationDefaults.AuthenticationScheme;
        })
        .AddPolicyScheme("any", null, any => any.ForwardDefaultSelector = context =>
            context.Request.Headers.Authorization.Count > 0 ? OperatorToken.Name : CookieAuthenticationDefaults.AuthenticationScheme)
        .AddScheme<AuthenticationSchemeOptions, OperatorToken>(OperatorToken.Name, null)
        .AddCookie(cookie =>
        {
            cookie.Cookie.Name = "session";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            cookie.ExpireTimeSpan = TimeSpan.FromMinutes(30);
            cookie.SlidingExpiration = true;
            cookie.LoginPath = "/sign-in";
            cookie.AccessDeniedPath = "/error/403";
            cookie.ReturnUrlParameter = "back";
            cookie.Events.OnRedirectToLogin = context => Answer(context, StatusCodes.Status401Unauthorized);
            cookie.Events.OnRedirectToAccessDenied = context => Answer(context, StatusCodes.Status403Forbidden);
        });
        builder.Services.AddCascadingAuthenticationState();
    }

    public static bool DemoMode(IConfiguration configuration) => configuration.GetValue<bool>("Pujiang:DemoMode");

    public static void MapSignIn(this WebApplication app)
    {
        if (DemoMode(app.Configuration)) app.MapPost("/sign-in/demo", SignInAsDemoPerson).Public("Demo mode: anybody may be one of the demo people").ExcludeFromDescription();
        app.MapPost("/sign-out", SignOut).Public("Who is not signed in is signed out").ExcludeFromDescription();
    }

    static async Task<IResult> SignInAsDemoPerson(
        [FromForm] Guid person, [FromForm] string? back, IEnumerable<IDemoPeople> people, HttpContext context)
    {
        var found = (await people.All(context.RequestAborted)).FirstOrDefault(p => p.Id == person);
        if (found is null) return TypedResults.NotFound();
        var identity = new ClaimsIdentity(
        [
            new Claim(ClaimTypes.NameIdentifier, found.Id.ToString()),
            new Claim(ClaimTypes.Name, found.Name.Chinese),
            new Claim(EnglishName, found.Name.English),
            new Claim(ClaimTypes.Role, found.Role),
            .. found.IsCustomer ? [new Claim(Caller.PartyClaim, found.Id.ToString())] : Array.Empty<Claim>(),
        ], CookieAuthenticationDefaults.AuthenticationScheme);
        await context.SignInAsync(new ClaimsPrincipal(identity));
        return TypedResults.LocalRedirect(LocalUrl.OrHome(back));
    }

    static async Task<IResult> SignOut([FromForm] string? back, HttpContext context)
    {
        await context.SignOutAsync();
        return TypedResults.LocalRedirect(LocalUrl.OrHome(back));
    }

    const string EnglishName = "name_en";

    /// <summary>Name of the signed-in person in the page's language, or null.</summary>
    public static string? NameOf(ClaimsPrincipal user) =>
        user.FindFirstValue(ClaimTypes.Name) is { } name
            ? new Bilingual(name, user.FindFirstValue(EnglishName) ?? name).Here : null;

    /// <summary>Programs are told; people are shown the way.</summary>
    static Task Answer(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        if (context.Request.Path.StartsWithSegments(WebPages.ApiPrefix, StringComparison.Ordinal))
            context.Response.StatusCode = status;
        else
            context.Response.Redirect(context.RedirectUri);
        return Task.CompletedTask;
    }
}
