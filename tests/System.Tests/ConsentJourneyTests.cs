using System.Buffers.Text;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Web;
using Microsoft.Playwright;

namespace Pujiang.System.Tests;

/// <summary>A visitor of another application signs in at the bank, sees what that learns, and takes it back.</summary>
public sealed class ConsentJourneyTests(Bank bank)
{
    const string Back = "https://app.example/signed-in";

    [Theory]
    [InlineData("zh-phone", true)]
    [InlineData("en-desktop", true)]
    [InlineData("zh-care", false)]
    public async Task Visitor_OfAnApplication_IsAsked_ComesBackWithACode_AndWithdraws(string mode, bool scripts)
    {
        var client = "city-app-" + mode;
        await Register(client);
        await using var visitor = await bank.Visit(Mode.Of(mode), scripts);
        await visitor.SignIn("customer");
        var arrived = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        // The application's own site: only where the browser is sent matters.
        await visitor.Page.RouteAsync("https://app.example/**", async route =>
        {
            arrived.TrySetResult(new Uri(route.Request.Url));
            await route.FulfillAsync(new RouteFulfillOptions { ContentType = "text/html", Body = "<!DOCTYPE html><title>app</title>" });
        });

        await visitor.Open(Authorize(client));
        Assert.Equal("/connect/consent", visitor.Shown);
        await Journey.Look(visitor, $"consent.{mode}");
        await visitor.Page.CheckAsync("[name=tellName]");
        await visitor.Page.Locator("button[name=allow][value=true]").ClickAsync();
        var sentTo = await arrived.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await visitor.Page.WaitForURLAsync("https://app.example/**", new PageWaitForURLOptions { WaitUntil = WaitUntilState.Commit });
        var query = HttpUtility.ParseQueryString(sentTo.Query);
        Assert.Equal((Back, "s-1"), (sentTo.GetLeftPart(UriPartial.Path), query["state"]));
        Assert.False(string.IsNullOrEmpty(query["code"]));

        await visitor.Open("/account/applications");
        var given = visitor.Page.Locator("main tbody tr", new PageLocatorOptions { HasText = NameOf(client) });
        Assert.Equal(1, await given.CountAsync());
        await Journey.Look(visitor, $"account-applications-given.{mode}");
        await visitor.Press(given.Locator("button"));
        Assert.Equal(0, await given.CountAsync());

        await visitor.Open($"/connect/end-session?client_id={client}&post_logout_redirect_uri={Uri.EscapeDataString(Back)}");
        await Journey.Look(visitor, $"end-session.{mode}");
        await visitor.Page.Locator("main .buttons button").First.ClickAsync();
        await visitor.Page.WaitForURLAsync("https://app.example/**", new PageWaitForURLOptions { WaitUntil = WaitUntilState.Commit });
        await visitor.Open("/account");
        Assert.Equal("/sign-in", visitor.Shown);
    }

    static string NameOf(string client) => "随申办 " + client;

    static string Authorize(string client)
    {
        var challenge = Base64Url.EncodeToString(SHA256.HashData("a-verifier-of-more-than-forty-three-characters-1234567890"u8));
        return $"/connect/authorize?client_id={client}&redirect_uri={Uri.EscapeDataString(Back)}&response_type=code&scope=openid%20profile&state=s-1&nonce=n-1&code_challenge={challenge}&code_challenge_method=S256";
    }

    async Task Register(string clientId)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var keys = new { kty = "EC", crv = "P-256", kid = "k1", x = Base64Url.EncodeToString(point.X!), y = Base64Url.EncodeToString(point.Y!) };
        using var client = bank.Server.Operator();
        using var request = new HttpRequestMessage(HttpMethod.Post, "programs")
        {
            Content = JsonContent.Create(new { clientId, name = NameOf(clientId), kind = "Application", scopes = new[] { "profile" }, addresses = new[] { Back }, signOutAddresses = new[] { Back }, keys }),
        };
        request.Headers.Add("Idempotency-Key", clientId);
        using var answer = await client.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
