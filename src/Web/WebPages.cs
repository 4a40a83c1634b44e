using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.WebEncoders;
using Pujiang.Platform;

namespace Pujiang.Web;

/// <summary>Pages as static HTML: languages, error pages, assets, compression.</summary>
static class WebPages
{
    public const string ApiPrefix = "/api";

    public static void AddWebPages(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddRazorComponents();
        services.AddHttpContextAccessor();
        services.AddTexts();
        services.AddPages(typeof(App).Assembly);
        UnreadableRequests.Add(services);
        services.AddAntiforgery(antiforgery => TransportSecurity.Protect(antiforgery.Cookie, "form", builder.Configuration));
        // Without this each Chinese character would be sent as an entity of eight bytes.
        services.Configure<WebEncoderOptions>(encoder => encoder.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        services.AddResponseCompression(compression =>
        {
            compression.EnableForHttps = true;
            compression.Providers.Add<BrotliCompressionProvider>();
            compression.Providers.Add<GzipCompressionProvider>();
        });
        services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Fastest);
        services.Configure<RequestLocalizationOptions>(UseLanguages);

        // Keys live with the data: a restart must not sign everybody out or refuse the forms they have open.
        var keys = Path.Combine(builder.Configuration["Pujiang:DataFolder"] ?? "data", "keys", "web");
        services.AddDataProtection().SetApplicationName("Pujiang").PersistKeysToFileSystem(Directory.CreateDirectory(keys));
    }

    /// <summary>Texts follow cookie, then browser, then Chinese; formats stay those of <see cref="Amounts"/>.</summary>
    static void UseLanguages(RequestLocalizationOptions localization)
    {
        var invariant = System.Globalization.CultureInfo.InvariantCulture;
        localization.SupportedCultures = [invariant];
        localization.SupportedUICultures = [.. Languages.All.Select(name => new System.Globalization.CultureInfo(name))];
        localization.DefaultRequestCulture = new RequestCulture(invariant, localization.SupportedUICultures[0]);
        localization.RequestCultureProviders =
            [new CookieRequestCultureProvider { CookieName = Display.LanguageCookie }, new AcceptLanguageHeaderRequestCultureProvider()];
    }

    public static void UseWebPages(this WebApplication app)
    {
        app.UseTransportSecurity();
        app.UseResponseCompression();
        app.UseRequestLocalization();
        app.UseErrorAnswers();
        // After the error pages, so that a page run again for an error is found again.
        app.UseRouting();
        app.UseSizeLimitAnswer();
        app.UseRereadableBodies();
        app.UseSignIn();
        app.UseSignatures();
        app.UseSealedUploads();
        app.UseAntiforgery();
    }

    public static void MapWebPages(this WebApplication app)
    {
        // Not in a group: pages would not find them there, and not name them by their fingerprints.
        app.MapStaticAssets().Public("Styles, scripts and pictures").DisableRateLimiting();
        app.MapSecurityTxt();
        var services = app.Services.GetServices<PagesAssembly>().Select(p => p.Assembly).Distinct();
        app.MapRazorComponents<App>()
            .AddAdditionalAssemblies([.. services.Where(a => a != typeof(App).Assembly)]);
    }

    /// <summary>Programs get problem details (RFC 9457), people a page, for whatever went wrong.</summary>
    static void UseErrorAnswers(this WebApplication app)
    {
        app.UseWhen(context => RateLimits.IsForPrograms(context.Request.Path), api =>
        {
            api.UseExceptionHandler(new ExceptionHandlerOptions { StatusCodeSelector = StatusOf });
            api.UseStatusCodePages();
        });
        app.UseWhen(context => !RateLimits.IsForPrograms(context.Request.Path), pages =>
        {
            pages.UseExceptionHandler(new ExceptionHandlerOptions
            {
                ExceptionHandlingPath = "/error/500",
                StatusCodeSelector = StatusOf,
                CreateScopeForErrors = true,
            });
            pages.UseStatusCodePagesWithReExecute("/error/{0}", createScopeForStatusCodePages: true);
            pages.Use(ReadAgain);
        });
    }

    /// <summary>The error page is read, not posted to: run again as a POST it would be refused like the request before it.</summary>
    static async Task ReadAgain(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IStatusCodeReExecuteFeature>() is not null || context.Features.Get<IExceptionHandlerFeature>() is not null)
        {
            context.Request.Method = HttpMethods.Get;
            context.Request.ContentType = null;
            context.Request.ContentLength = null;
            context.Request.Body = Stream.Null;
        }
        await next(context);
        // A form refused for its token has a content type but no content, and would get no error page.
        if (context is { Response: { StatusCode: StatusCodes.Status400BadRequest, HasStarted: false } }
            && context.Features.Get<IAntiforgeryValidationFeature>() is { IsValid: false })
            context.Response.ContentType = null;
    }

    static int StatusOf(Exception exception) =>
        exception is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError;
}
