using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>What was typed on the transfer form, as it was typed.</summary>
/// <param name="Payee">Id in the payee book, or <see cref="NewPayee"/>.</param>
/// <param name="When"><see cref="Now"/> or <see cref="Later"/>.</param>
public sealed record TransferAnswers(
    string? From, string? Payee, string? PayeeName, string? PayeeNumber, string? PayeeBank, string? Amount, string? Purpose,
    string? When, string? On)
{
    public const string NewPayee = "new", Now = "now", Later = "later";

    public static TransferAnswers None { get; } = new(null, null, null, null, null, null, null, Now, null);

    /// <summary>The day of a later transfer; null when it is for now or what was typed is no date.</summary>
    public DateOnly? Day => When == Later && Dates.TryParse(On, out var day) ? day : null;

    public MakeTransfer.Request ToRequest() => new(
        Guid.TryParse(From, out var from) ? from : Guid.Empty, PayeeName, PayeeNumber, PayeeBank, Amount, Purpose, Day);
}

/// <summary>
/// Carries a transfer from the form to the page where it is checked: sealed in a cookie of its own, so that nothing of it
/// is in an address, on the server, or readable by another customer at the same browser.
/// </summary>
/// <remarks>
/// A draft never changes: each change is a new draft under a new id. So what was shown is what is carried out, also with
/// two windows open; and the id can be the idempotency key, so that a double click makes one transfer.
/// </remarks>
public sealed class TransferDrafts(IDataProtectionProvider protection, NewId ids)
{
    const string Prefix = "transfer-", Path = "/transfer";
    const int MostDrafts = 4;

    /// <summary>WCAG 2.2.6: what was typed is kept for at least 20 hours.</summary>
    static readonly TimeSpan KeptFor = TimeSpan.FromHours(24);

    static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Keeps the answers and gives the draft's id.</summary>
    public string Keep(TransferAnswers answers, HttpContext http)
    {
        // Ids of version 7 sort by age. Forgotten drafts must not fill up the request headers.
        var old = http.Request.Cookies.Keys.Where(key => key.StartsWith(Prefix, StringComparison.Ordinal)).OrderDescending(StringComparer.Ordinal);
        foreach (var name in old.Skip(MostDrafts - 1)) http.Response.Cookies.Delete(name, Options(http));
        var id = ids.Next().ToString("N");
        var options = Options(http);
        options.MaxAge = KeptFor;
        http.Response.Cookies.Append(Prefix + id, Protector(http, id).Protect(JsonSerializer.Serialize(answers, Json)), options);
        return id;
    }

    /// <summary>The answers of a draft of this customer, or null.</summary>
    public TransferAnswers? Find(string? id, HttpContext http)
    {
        if (id is null || http.Request.Cookies[Prefix + id] is not { } kept) return null;
        try
        {
            return JsonSerializer.Deserialize<TransferAnswers>(Protector(http, id).Unprotect(kept), Json);
        }
        catch (CryptographicException)
        {
            // Another customer's, or older than the keys.
            return null;
        }
    }

    IDataProtector Protector(HttpContext http, string id) =>
        protection.CreateProtector("Pujiang.Accounts.TransferDrafts", Caller.From(http.User).Key, id);

    static CookieOptions Options(HttpContext http) => new()
    {
        Path = Path,
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = http.Request.IsHttps,
        IsEssential = true,
    };
}
