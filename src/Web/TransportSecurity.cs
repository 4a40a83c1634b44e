using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Pujiang.Platform;

namespace Pujiang.Web;

/// <summary>What the bank asks of the way to it: https, once a certificate or a proxy that has one is configured.</summary>
static class TransportSecurity
{
    const int HttpsPort = 443;

    /// <summary>A year (https://hstspreload.org asks for no less).</summary>
    static readonly TimeSpan Remembered = TimeSpan.FromDays(365);

    /// <summary>Whether the bank has a certificate of its own: then it is no demo.</summary>
    public static bool HasCertificate(IConfiguration configuration) =>
        configuration.GetSection("Kestrel:Certificates").GetChildren()
            .Concat(configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint.GetSection("Certificate")))
            .Any(certificate => certificate["Path"] is { Length: > 0 } || certificate["Subject"] is { Length: > 0 });

    static bool IsReachedByHttps(IConfiguration configuration) =>
        HasCertificate(configuration) || configuration.GetSection("Pujiang:TrustedProxies").GetChildren().Any();

    public static void AddTransportSecurity(this WebApplicationBuilder builder, PlatformOptions platform)
    {
        builder.Services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            // Each hop is compared: the first that is none of ours is the caller.
            forwarded.ForwardLimit = null;
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
        });
        foreach (var proxy in platform.TrustedProxies)
            if (IPAddress.TryParse(proxy, out var address)) builder.Services.Configure<ForwardedHeadersOptions>(forwarded => forwarded.KnownProxies.Add(address));
            else if (System.Net.IPNetwork.TryParse(proxy, out var network)) builder.Services.Configure<ForwardedHeadersOptions>(forwarded => forwarded.KnownIPNetworks.Add(network));
            else throw new StartRefusedException($"Pujiang:TrustedProxies has '{proxy}', which is neither an address (10.0.0.5) nor a network (10.0.0.0/24).");
        builder.Services.AddHsts(hsts => (hsts.MaxAge, hsts.IncludeSubDomains) = (Remembered, true));
    }

    /// <summary>First of all: who asks and how is what everything behind relies on.</summary>
    public static void UseTransportSecurity(this WebApplication app)
    {
        if (app.Services.GetRequiredService<PlatformOptions>().TrustedProxies.Count > 0) app.UseForwardedHeaders();
        app.UseSecurityHeaders();
        if (!IsReachedByHttps(app.Configuration)) return;
        app.UseHsts();
        app.Use(RequireHttps);
    }

    /// <summary>With https a cookie has the prefix that keeps other hosts of the domain from setting it (RFC 6265bis).</summary>
    public static void Protect(CookieBuilder cookie, string name, IConfiguration configuration)
    {
        (cookie.Name, cookie.HttpOnly, cookie.SameSite, cookie.SecurePolicy) = (name, true, SameSiteMode.Strict, CookieSecurePolicy.SameAsRequest);
        if (!IsReachedByHttps(configuration)) return;
        (cookie.Name, cookie.Path, cookie.SecurePolicy) = ($"__Host-{name}", "/", CookieSecurePolicy.Always);
    }

    /// <summary>
    /// Leads people to https, and refuses programs: a redirect would hide that their token went readable over the wire. The
    /// bank's own command line, on this machine, and load balancers, that ask after health, may use http.
    /// </summary>
    static Task RequireHttps(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (request.IsHttps || request.Path.StartsWithSegments("/health", StringComparison.Ordinal)
            || (context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address))) return next(context);
        if (RateLimits.IsForPrograms(request.Path))
            return new Refusal("https_required", "This address answers by https only. A token that was sent with this request could be read on the way: replace it.")
                .ToProblem(StatusCodes.Status403Forbidden).ExecuteAsync(context);
        var port = context.RequestServices.GetRequiredService<IConfiguration>().GetValue("https_port", HttpsPort);
        var host = port == HttpsPort ? new HostString(request.Host.Host) : new HostString(request.Host.Host, port);
        context.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
        context.Response.Headers.Location = $"https://{host}{request.PathBase}{request.Path}{request.QueryString}";
        return Task.CompletedTask;
    }
}
