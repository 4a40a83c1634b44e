using System.Security.Cryptography;

namespace Pujiang.Web;

/// <summary>What browsers may do with our answers: nothing that we did not serve ourselves, and nothing that stands in the page itself.</summary>
static class SecurityHeaders
{
    const string Policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
        "media-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'self'; manifest-src 'self'";

    /// <summary>Address of the page to try the API.</summary>
    public const string ApiDocs = "/api-docs";

    static readonly object Nonce = new();

    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments(ApiDocs, StringComparison.Ordinal) ? PolicyWith(NonceOf(context)) : Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(self), microphone=(self), geolocation=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        context.Response.OnStarting(KeepPrivate, context);
        return next(context);
    });

    /// <summary>What somebody gets who is signed in, no browser or proxy shall keep.</summary>
    static Task KeepPrivate(object state)
    {
        var context = (HttpContext)state;
        if (context.User.Identity?.IsAuthenticated == true && context.Response.Headers.CacheControl.Count == 0) context.Response.Headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }

    /// <summary>A value for this answer alone, by which a page that is not ours may mark the scripts and styles it brings.</summary>
    public static string NonceOf(HttpContext context)
    {
        if (context.Items[Nonce] is string known) return known;
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
        context.Items[Nonce] = nonce;
        return nonce;
    }

    static string PolicyWith(string nonce) => Policy
        .Replace("style-src 'self'", $"style-src 'self' 'nonce-{nonce}'", StringComparison.Ordinal)
        .Replace("script-src 'self'", $"script-src 'self' 'nonce-{nonce}'", StringComparison.Ordinal);
}
