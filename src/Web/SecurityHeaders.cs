using System.Security.Cryptography;
using Pujiang.Platform;

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

    /// <remarks>They are set when the answer starts: an answer that is made anew for an error loses what was set before.</remarks>
    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.Response.OnStarting(Set, context);
        return next(context);
    });

    static Task Set(object state)
    {
        var context = (HttpContext)state;
        var headers = context.Response.Headers;
        // A download brings a stricter policy of its own.
        if (headers.ContentSecurityPolicy.Count == 0)
            headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments(ApiDocs, StringComparison.Ordinal) ? PolicyWith(NonceOf(context)) : FormTargets.AddTo(context, Policy);
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(self), microphone=(self), geolocation=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        // What somebody gets who is signed in, or only who may, no browser or proxy shall keep.
        if (context.GetEndpoint()?.Metadata.GetMetadata<RequiresAttribute>() is not null
            || (context.User.Identity?.IsAuthenticated == true && headers.CacheControl.Count == 0)) headers.CacheControl = "no-store";
        // Pages that are not ours may forget to say in what letters they are written; then a browser guesses.
        if (headers.ContentType == "text/html") headers.ContentType = "text/html; charset=utf-8";
        return Task.CompletedTask;
    }

    /// <summary>A value for this answer alone, by which a page that is not ours may mark the scripts and styles it brings.</summary>
    public static string NonceOf(HttpContext context)
    {
        if (context.Items[Nonce] is string known) return known;
        // Without signs that HTML writes otherwise: the page and the policy say the same, letter for letter.
        var nonce = System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(18));
        context.Items[Nonce] = nonce;
        return nonce;
    }

    /// <summary>The page to try the API makes its styles as it goes, without a nonce; they can't run anything or load from elsewhere. Scripts need the nonce.</summary>
    static string PolicyWith(string nonce) => Policy
        .Replace("style-src 'self'", "style-src 'self' 'unsafe-inline'", StringComparison.Ordinal)
        .Replace("script-src 'self'", $"script-src 'self' 'nonce-{nonce}'", StringComparison.Ordinal);
}
