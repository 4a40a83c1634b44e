using Microsoft.AspNetCore.Localization;
using Pujiang.Platform;

namespace Pujiang.Web;

/// <summary>How a visitor wants to see the pages: language and text size. Plain links, so that they work everywhere.</summary>
static class Display
{
    public const string LanguageCookie = "lang";
    public const string CareCookie = "care";

    /// <summary>Steps of the version for older people, as the cookie and the address write them; the styles know them too.</summary>
    public const string Large = "large", ExtraLarge = "extra-large", Off = "off";

    public static void MapDisplay(this WebApplication app)
    {
        app.MapGet("/display/language/{language}", ChangeLanguage).Public("Language and text size are chosen before signing in").ExcludeFromDescription();
        app.MapGet("/display/care/{step}", ChangeCare).Public("Language and text size are chosen before signing in").ExcludeFromDescription();
    }

    /// <summary>The text size of this request: <see cref="Large"/>, <see cref="ExtraLarge"/>, or null for the standard.</summary>
    public static string? CareStep(HttpContext context) =>
        context.Request.Cookies[CareCookie] is Large or ExtraLarge ? context.Request.Cookies[CareCookie] : null;

    static IResult ChangeLanguage(string language, string? back, HttpContext context)
    {
        if (!Languages.All.Contains(language)) return TypedResults.NotFound();
        Keep(context, LanguageCookie, CookieRequestCultureProvider.MakeCookieValue(new RequestCulture("", language)));
        return TypedResults.LocalRedirect(LocalUrl.OrHome(back));
    }

    static IResult ChangeCare(string step, string? back, HttpContext context)
    {
        if (step is not (Large or ExtraLarge or Off)) return TypedResults.NotFound();
        Keep(context, CareCookie, step);
        return TypedResults.LocalRedirect(LocalUrl.OrHome(back));
    }

    static void Keep(HttpContext context, string name, string value) =>
        context.Response.Cookies.Append(name, value, new CookieOptions
        {
            MaxAge = TimeSpan.FromDays(365),
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = context.Request.IsHttps,
            IsEssential = true,
        });
}
