using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Pujiang.Platform;

/// <summary>What has to be remembered for some minutes between two pages, in a cookie that only the bank can read.</summary>
public sealed class SealedCookies(IDataProtectionProvider protection, TimeProvider clock)
{
    sealed record Kept<T>(T Value, DateTime Until);

    public void Write<T>(HttpContext http, string name, T value, TimeSpan life)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(new Kept<T>(value, clock.UtcNow() + life));
        http.WriteCookie(name, WebEncoders.Base64UrlEncode(Protector(name).Protect(bytes)));
    }

    /// <summary>What was kept, or null when it is not there, changed or too old.</summary>
    public T? Read<T>(HttpContext http, string name) where T : class
    {
        if (http.ReadCookie(name) is not { Length: > 0 and < 8000 } text) return null;
        try
        {
            var kept = JsonSerializer.Deserialize<Kept<T>>(Protector(name).Unprotect(WebEncoders.Base64UrlDecode(text)));
            return kept is not null && kept.Until > clock.UtcNow() ? kept.Value : null;
        }
        catch (Exception broken) when (broken is CryptographicException or FormatException or JsonException)
        {
            return null;
        }
    }

    public static void Remove(HttpContext http, string name) => http.RemoveCookie(name);

    IDataProtector Protector(string name) => protection.CreateProtector("cookie", name);
}

/// <summary>Somebody whose password was right, and who has now to give a code.</summary>
/// <param name="PersonId">Who.</param>
/// <param name="Back">Where to go afterwards.</param>
sealed record PendingSignIn(Guid PersonId, string Back)
{
    public const string Cookie = "sign-in";

    /// <summary>Longer than anybody needs to fetch a phone; "more time" begins it anew.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(10);
}
