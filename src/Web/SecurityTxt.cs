using System.Globalization;
using Pujiang.Platform;

namespace Pujiang.Web;

/// <summary>Whom to tell of a weakness (RFC 9116).</summary>
static class SecurityTxt
{
    /// <summary>Asked for anew before then; RFC 9116 section 2.5.5 recommends less than a year.</summary>
    static readonly TimeSpan Valid = TimeSpan.FromDays(180);

    public static void MapSecurityTxt(this WebApplication app) => app.MapGet("/.well-known/security.txt", (PlatformOptions platform, TimeProvider clock) =>
        TypedResults.Text(string.Create(CultureInfo.InvariantCulture, $"""
            Contact: {platform.SecurityContact}
            Expires: {clock.GetUtcNow().Add(Valid):yyyy-MM-dd'T'HH':'mm':'ss'Z'}
            Preferred-Languages: zh, en

            """), "text/plain; charset=utf-8")).Public("Whoever finds a weakness shall know whom to tell").ExcludeFromDescription();
}
