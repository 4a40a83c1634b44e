using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Localization;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.WebEncoders;
using Pujiang.Platform;

namespace Pujiang.City;

/// <summary>The world outside the bank, in one web application: every actor has addresses below its name, and pages to look inside.</summary>
static class CityApp
{
    const string LanguageCookie = "city-lang", CareCookie = "city-care";

    public static void AddCity(this WebApplicationBuilder builder)
    {
        var options = CityOptions.Read(builder.Configuration);
        Directory.CreateDirectory(options.DataFolder);
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(provider => new CityStore(Path.Combine(options.DataFolder, "city.db"), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Faults>();
        AddSignatures(services);
        foreach (var actor in Actor.All) actor.AddServices(services, options);
        AddPages(services, options);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = Exchanges.MostBytes;
        });
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(3));
    }

    static void AddSignatures(IServiceCollection services)
    {
        services.AddSingleton(new SignatureOptions());
        services.AddSingleton<ITrustedKeys, BankKeys>();
        services.AddSingleton<INonces, MemoryNonces>();
        services.AddSingleton<SignatureCheck>();
        services.AddSingleton<ActorSignatures>();
        services.AddSingleton<Exchanges>();
        services.AddSingleton<BankCalls>();
        services.AddHostedService(provider => provider.GetRequiredService<BankCalls>());
        // A redirect would be followed with a signature for another address.
        services.AddHttpClient(BankCalls.Client, client => client.Timeout = TimeSpan.FromSeconds(20))
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false });
    }

    static void AddPages(IServiceCollection services, CityOptions options)
    {
        services.AddRazorComponents();
        services.AddTexts();
        services.AddPages(typeof(CityApp).Assembly);
        services.AddAntiforgery(antiforgery => antiforgery.Cookie.Name = "city-form");
        services.AddDataProtection().SetApplicationName("Pujiang.City")
            .PersistKeysToFileSystem(Directory.CreateDirectory(Path.Combine(options.DataFolder, "keys")));
        services.Configure<WebEncoderOptions>(encoder => encoder.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        services.Configure<RequestLocalizationOptions>(UseLanguages);
    }

    static void UseLanguages(RequestLocalizationOptions localization)
    {
        var invariant = System.Globalization.CultureInfo.InvariantCulture;
        localization.SupportedCultures = [invariant];
        localization.SupportedUICultures = [.. Languages.All.Select(name => new System.Globalization.CultureInfo(name))];
        localization.DefaultRequestCulture = new RequestCulture(invariant, localization.SupportedUICultures[0]);
        localization.RequestCultureProviders =
            [new CookieRequestCultureProvider { CookieName = LanguageCookie }, new AcceptLanguageHeaderRequestCultureProvider()];
    }

    public static void UseCity(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            context.Response.Headers.ContentSecurityPolicy =
                "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'self'";
            context.Response.Headers.XContentTypeOptions = "nosniff";
            context.Response.Headers["Referrer-Policy"] = "same-origin";
            return next(context);
        });
        Faults.Use(app);
        // Programs read the status; people get a page.
        app.UseWhen(context => Actor.At(context.Request.Path) is null && !context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal),
            pages => pages.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true));
        app.UseRequestLocalization();
        app.UseRouting();
        Exchanges.Use(app);
        app.UseAntiforgery();
    }

    public static void MapCity(this WebApplication app)
    {
        app.MapGet("/app.css", () => Results.Stream(Embedded("app.css"), "text/css; charset=utf-8"));
        app.MapGet("/icon.svg", () => Results.Stream(Embedded("icon.svg"), "image/svg+xml"));
        app.MapGet("/display/language/{language}", ChangeLanguage);
        app.MapGet("/display/care/{step}", ChangeCare);
        app.MapGet("/health/live", () => "alive");
        foreach (var actor in Actor.All)
        {
            var at = app.MapGroup($"/{actor.Name}").WithMetadata(actor);
            at.MapGet(KeySet.Path, (ActorSignatures signatures) => Results.Bytes(signatures.Published(actor), "application/jwk-set+json"));
            actor.Map(at);
        }
        CityApi.Map(app);
        app.MapRazorComponents<CityPage>();
    }

    public static string? CareStep(HttpContext context) =>
        context.Request.Cookies[CareCookie] is "large" or "extra-large" ? context.Request.Cookies[CareCookie] : null;

    static Stream Embedded(string name) => Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;

    static IResult ChangeLanguage(string language, string? back, HttpContext context)
    {
        if (!Languages.All.Contains(language)) return TypedResults.NotFound();
        Keep(context, LanguageCookie, CookieRequestCultureProvider.MakeCookieValue(new RequestCulture("", language)));
        return TypedResults.LocalRedirect(LocalUrl.OrHome(back));
    }

    static IResult ChangeCare(string step, string? back, HttpContext context)
    {
        if (step is not ("large" or "extra-large" or "off")) return TypedResults.NotFound();
        Keep(context, CareCookie, step);
        return TypedResults.LocalRedirect(LocalUrl.OrHome(back));
    }

    static void Keep(HttpContext context, string name, string value) => context.Response.Cookies.Append(name, value,
        new CookieOptions { MaxAge = TimeSpan.FromDays(365), HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps });
}
