using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>What holds for each endpoint and page: they are enumerated, so that a new one is asked too.</summary>
public sealed partial class EveryAnswerTests(RunningBank bank) : IClassFixture<RunningBank>, IAsyncDisposable
{
    readonly Dictionary<string, HttpClient> _signedIn = new(StringComparer.Ordinal);

    public ValueTask DisposeAsync()
    {
        foreach (var client in _signedIn.Values) client.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Forms_OfEveryPage_WithoutTheirToken_AreRefused()
    {
        var forms = bank.Endpoints.Where(endpoint => Takes(endpoint, HttpMethods.Post) && IsForBrowsers(endpoint)).ToList();
        Assert.Contains(forms, endpoint => endpoint.RoutePattern.RawText == "/transfer");
        Assert.Contains(forms, endpoint => endpoint.RoutePattern.RawText == "/sign-out");
        foreach (var endpoint in forms)
        {
            var client = await SomebodyWhoMay(endpoint);
            using var form = new FormUrlEncodedContent([new("_handler", "form")]);
            using var answer = await client.PostAsync(RunningBank.AddressOf(endpoint), form);
            Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{endpoint.DisplayName} answers {answer.StatusCode} to a form without its token.");
        }
    }

    [Fact]
    public async Task Answers_OfEveryEndpoint_CarryThePolicyAndNothingInline()
    {
        var endpoints = bank.Endpoints.Where(endpoint => Takes(endpoint, HttpMethods.Get)).ToList();
        Assert.Contains(endpoints, endpoint => endpoint.RoutePattern.RawText?.TrimEnd('/') == "/api/accounts");
        foreach (var endpoint in endpoints)
        {
            var address = RunningBank.AddressOf(endpoint);
            using var answer = await (await SomebodyWhoMay(endpoint)).GetAsync(address, HttpCompletionOption.ResponseHeadersRead);
            AssertHeaders(answer, address);
            if (endpoint.Metadata.GetMetadata<RequiresAttribute>() is not null) Assert.True(answer.Headers.CacheControl is { NoStore: true }, $"{address} may be kept: '{answer.Headers.CacheControl}'.");
            if (answer.Content.Headers.ContentType?.MediaType == "text/html") AssertNothingInline(await answer.Content.ReadAsStringAsync(), address);
            using var stranger = await bank.Browser().GetAsync(address, HttpCompletionOption.ResponseHeadersRead);
            AssertHeaders(stranger, address);
        }
    }

    [Theory]
    [InlineData("/no-such-page")]
    [InlineData("/api/no-such-thing")]
    public async Task Answers_WhereNothingIs_CarryThePolicyToo(string address)
    {
        using var answer = await bank.Browser().GetAsync(address);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        AssertHeaders(answer, address);
    }

    [Fact]
    public async Task ApiDocs_BringTheirScriptsAndStylesUnderANonceOfTheirOwn()
    {
        var nonces = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            using var answer = await bank.Browser().GetAsync("/api-docs/");
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            var nonce = NonceOf().Match(policy).Groups["nonce"].Value;
            var page = await answer.Content.ReadAsStringAsync();
            Assert.All(Scripts().Matches(page), script => Assert.Contains($"nonce=\"{nonce}\"", script.Value, StringComparison.Ordinal));
            Assert.Contains($"content=\"{nonce}\"", page, StringComparison.Ordinal);
            Assert.True(answer.Headers.CacheControl?.NoStore);
            nonces.Add(nonce);
        }
        Assert.True(nonces[0].Length >= 22 && nonces[0] != nonces[1], string.Join(' ', nonces));
    }

    // The search for what stands inline proves nothing unless it finds it.
    [Theory]
    [InlineData("<p style=\"color: red\">")]
    [InlineData("<a href='#' onclick='go()'>")]
    [InlineData("<script>go()</script>")]
    [InlineData("<style>p { }</style>")]
    [InlineData("<a href=\"javascript:go()\">")]
    public void Inline_OfEachKind_IsFound(string html) => Assert.Matches(Inline(), $"<main>{html}</main>");

    static void AssertHeaders(HttpResponseMessage answer, string address)
    {
        string Header(string name) => answer.Headers.TryGetValues(name, out var values) ? string.Join("; ", values) : throw new InvalidOperationException($"{address} has no {name}.");
        var policy = Header("Content-Security-Policy");
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        if (address.StartsWith("/api-docs", StringComparison.Ordinal)) policy = policy.Replace("style-src 'self' 'unsafe-inline'", "", StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Header("X-Content-Type-Options"));
        Assert.Equal("same-origin", Header("Referrer-Policy"));
        Assert.Equal("same-origin", Header("Cross-Origin-Opener-Policy"));
        Assert.Equal("same-origin", Header("Cross-Origin-Resource-Policy"));
        Assert.False(answer.Headers.Contains("Server"), $"{address} names the server.");
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"), $"{address} lets other sites read.");
        if (answer.Content.Headers.ContentType is { MediaType: "text/html" } html) Assert.True(html.CharSet == "utf-8", $"{address} does not name its letters.");
    }

    static void AssertNothingInline(string html, string address)
    {
        if (address.StartsWith("/api-docs", StringComparison.Ordinal)) return;
        var found = Inline().Match(html);
        Assert.False(found.Success, $"{address} has this inline: {found.Value}");
    }

    static bool Takes(RouteEndpoint endpoint, string method) =>
        endpoint.Metadata.GetMetadata<HttpMethodMetadata>() is not { HttpMethods.Count: > 0 } methods || methods.HttpMethods.Contains(method, StringComparer.OrdinalIgnoreCase);

    /// <summary>Programs send no forms: a call to the API needs a header that no form of another site can send.</summary>
    static bool IsForBrowsers(RouteEndpoint endpoint) =>
        endpoint.RoutePattern.RawText is { } path && !path.StartsWith("/api/", StringComparison.Ordinal)
        && endpoint.Metadata.GetMetadata<SignedEndpoints.SignatureRequired>() is null
        // One post from a mail program, whose address holds a secret of its own (RFC 8058).
        && !path.StartsWith("/unsubscribe/", StringComparison.Ordinal)
        // Opened by an application's token alone, never by a cookie; both methods are asked for by OpenID Connect Core section 5.3.
        && path != AuthorizeEndpoints.UserInfo
        // Named methods, or a page: what the framework maps for every method (assets' fallback, health) changes nothing.
        && (endpoint.Metadata.GetMetadata<HttpMethodMetadata>() is { HttpMethods.Count: > 0 });

    async Task<HttpClient> SomebodyWhoMay(RouteEndpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null || endpoint.Metadata.GetMetadata<RequiresAttribute>() is not { Permission: var permission }) return Somebody("", bank.Browser);
        var roles = PermissionTable.Of(permission).Roles;
        if (roles.FirstOrDefault(role => role is not (Roles.Operator or Roles.Program or Roles.Newcomer)) is not { } found) return Somebody(Roles.Operator, bank.Operator);
        if (!_signedIn.ContainsKey(found)) _signedIn[found] = await bank.SignedIn(found);
        return _signedIn[found];
    }

    HttpClient Somebody(string name, Func<HttpClient> make)
    {
        if (!_signedIn.TryGetValue(name, out var client)) _signedIn[name] = client = make();
        return client;
    }

    [GeneratedRegex("""<style|<script(?![^>]*\bsrc=)|<[^>]*\sstyle\s*=|<[^>]*\son[a-z]+\s*=|href\s*=\s*["']?javascript:""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Inline();

    [GeneratedRegex("""script-src 'self' 'nonce-(?<nonce>[^']+)'""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NonceOf();

    [GeneratedRegex("<script[^>]*>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Scripts();
}
