using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Pujiang.Platform;
using Pujiang.Web;

namespace Pujiang.Services.Tests;

/// <summary>The way to the bank: proxies, https, cookies, and how often somebody may ask.</summary>
public sealed class TransportTests
{
    [Fact]
    public async Task Proxy_ThatIsNamed_IsBelieved_AndHttpsIsAskedFor()
    {
        await using var bank = await RunningBank.Start(("Pujiang:TrustedProxies:0", "127.0.0.1"));
        using var outside = From(bank, "203.0.113.7", "http");
        using var page = await outside.GetAsync("/help?x=1");
        Assert.Equal((HttpStatusCode.PermanentRedirect, "https://bank.example/help?x=1"), (page.StatusCode, page.Headers.Location?.OriginalString));
        using var program = await outside.GetAsync("/api/accounts");
        Assert.Equal((HttpStatusCode.Forbidden, "https_required"), (program.StatusCode, await CodeOf(program)));
        using var health = await outside.GetAsync("/health/live");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);

        using var secure = From(bank, "203.0.113.7", "https");
        using var answer = await secure.GetAsync("/sign-in");
        Assert.Equal("max-age=31536000; includeSubDomains", Assert.Single(answer.Headers.GetValues("Strict-Transport-Security")));
        var cookies = answer.Headers.GetValues("Set-Cookie").ToList();
        Assert.Contains(cookies, cookie => cookie.StartsWith("__Host-form=", StringComparison.Ordinal));
        foreach (var cookie in cookies)
        {
            Assert.StartsWith("__Host-", cookie, StringComparison.Ordinal);
            foreach (var part in (string[])["; path=/", "; secure", "; samesite=", "; httponly"]) Assert.Contains(part, cookie, StringComparison.OrdinalIgnoreCase);
        }
        // The command line of this machine comes without a proxy.
        using var local = bank.Operator();
        using var direct = await local.GetAsync("/api/accounts");
        Assert.NotEqual(HttpStatusCode.Forbidden, direct.StatusCode);
    }

    [Fact]
    public async Task Proxy_ThatIsNotNamed_IsNotBelieved()
    {
        await using var bank = await RunningBank.Start(("Pujiang:TrustedProxies:0", "10.9.9.0/24"));
        // It says that it speaks for this machine, or for somebody who came by https: neither counts, nor does it open the metrics.
        using var liar = From(bank, "203.0.113.7", "https");
        using var answer = await liar.GetAsync("/sign-in");
        Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
        using var metrics = await From(bank, "127.0.0.1", "https").GetAsync("/metrics");
        Assert.Equal(HttpStatusCode.Found, metrics.StatusCode);
    }

    [Fact]
    public async Task WithoutHttps_CookiesAreClosedToScriptsAndOtherSites()
    {
        await using var bank = await RunningBank.Start();
        using var browser = await bank.SignedIn(Roles.Customer);
        using var answer = await bank.Browser().GetAsync("/sign-in");
        Assert.Contains(answer.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith("form=", StringComparison.Ordinal));
        using var language = await browser.GetAsync("/display/language/en");
        foreach (var cookie in answer.Headers.GetValues("Set-Cookie").Concat(language.Headers.GetValues("Set-Cookie")))
        {
            Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Matches("samesite=(lax|strict)", cookie);
        }
    }

    [Fact]
    public async Task TooManyRequests_AreAnsweredInTheCallersForm_AndSayWhenToComeAgain()
    {
        await using var bank = await RunningBank.Start(
            ("Pujiang:RateLimits:PerAddress", "20"), ("Pujiang:RateLimits:PerPerson", "15"), ("Pujiang:RateLimits:Expensive", "3"), ("Pujiang:SignInsPerMinute", "4"));
        using var person = await bank.SignedIn(Roles.Customer);
        // What costs much has a limit of its own, that leaves the rest open.
        var statement = $"/api/accounts/{Guid.NewGuid()}/statement";
        using var expensive = await UntilRefused(() => person.GetAsync(statement));
        Assert.Equal(("application/problem+json", "too_many_requests"), (expensive.Content.Headers.ContentType?.MediaType, await CodeOf(expensive)));
        AssertRetryAfter(expensive);
        // A person, wherever from.
        using var open = await person.GetAsync("/help");
        Assert.Equal(HttpStatusCode.OK, open.StatusCode);
        using var many = await UntilRefused(() => person.GetAsync("/help"));
        Assert.Contains("请求过于频繁", await many.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        AssertRetryAfter(many);
        // Tries to sign in.
        using var stranger = bank.Browser();
        using var tries = await UntilRefused(() => stranger.PostAsync("/sign-in", null));
        AssertRetryAfter(tries);
        // An address without a person; the operator is not counted, nor is what the load balancer asks.
        using var address = await UntilRefused(() => stranger.GetAsync("/help"));
        using var operators = bank.Operator();
        for (var i = 0; i < 30; i++) using (var answer = await operators.GetAsync("/api/accounts")) Assert.NotEqual(HttpStatusCode.TooManyRequests, answer.StatusCode);
        using var health = await bank.Browser().GetAsync("/health/live");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task SecurityTxt_SaysWhomToTell()
    {
        await using var bank = await RunningBank.Start(("Pujiang:SecurityContact", "mailto:safe@bank.example"));
        var lines = (await bank.Browser().GetStringAsync("/.well-known/security.txt")).Split('\n');
        Assert.Equal("Contact: mailto:safe@bank.example", lines[0]);
        var expires = DateTimeOffset.Parse(lines[1]["Expires: ".Length..], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(expires, DateTimeOffset.UtcNow.AddDays(30), DateTimeOffset.UtcNow.AddDays(365));
    }

    [Fact]
    public void Proxy_ThatIsNoAddress_StopsTheStart()
    {
        var folder = TemporaryFolders.New("proxies");
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ApplicationName = "Pujiang.Web", ContentRootPath = AppContext.BaseDirectory });
        var refused = Assert.Throws<StartRefusedException>(() => builder.AddBank(new PlatformOptions { DataFolder = folder, TrustedProxies = ["proxy.example"] }));
        Assert.Contains("'proxy.example', which is neither an address", refused.Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    static HttpClient From(RunningBank bank, string address, string scheme)
    {
        var client = bank.Browser();
        client.DefaultRequestHeaders.Host = "bank.example";
        client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", scheme);
        return client;
    }

    /// <summary>The refusal that comes when the limit is reached. On a slow machine a new minute may begin before.</summary>
    static async Task<HttpResponseMessage> UntilRefused(Func<Task<HttpResponseMessage>> ask)
    {
        const int Most = 500;
        for (var i = 0; i < Most; i++)
        {
            var answer = await ask();
            if (answer.StatusCode == HttpStatusCode.TooManyRequests) return answer;
            answer.Dispose();
        }
        throw new InvalidOperationException($"{Most} requests were all answered.");
    }

    static void AssertRetryAfter(HttpResponseMessage answer) => Assert.InRange(answer.Headers.RetryAfter?.Delta ?? TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));

    static async Task<string?> CodeOf(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString();
}
