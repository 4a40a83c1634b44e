using Microsoft.AspNetCore.Http;

namespace Pujiang.Platform;

/// <summary>Forms whose answer sends the visitor on to another site, at an address that was registered.</summary>
public static class FormTargets
{
    static readonly object Key = new();

    /// <summary>Lets the forms of this page lead on to an address: browsers hold <c>form-action</c> against redirects too.</summary>
    internal static void AlsoTo(HttpContext http, Uri address) => http.Items[Key] = address.GetLeftPart(UriPartial.Authority);

    /// <summary>The content security policy of this answer.</summary>
    /// <param name="policy">That of every page.</param>
    public static string AddTo(HttpContext http, string policy) =>
        http.Items[Key] is string other ? policy.Replace("form-action 'self'", $"form-action 'self' {other}", StringComparison.Ordinal) : policy;
}
