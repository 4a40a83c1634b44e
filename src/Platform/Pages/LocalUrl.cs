namespace Pujiang.Platform;

/// <summary>Where to go back to after a switch or a sign-in.</summary>
public static class LocalUrl
{
    /// <summary>The given path when it stays on this site, else "/": a link from elsewhere must not send people away.</summary>
    public static string OrHome(string? url)
    {
        if (string.IsNullOrEmpty(url) || url[0] != '/' || url.Length > 2000) return "/";
        // "//host" and "/\host" lead to another host; control characters are dropped by browsers and can hide either.
        if (url.Length > 1 && url[1] is '/' or '\\') return "/";
        return url.Any(c => char.IsControl(c) || c == '\\') ? "/" : url;
    }
}
