using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;

namespace Pujiang.System.Tests;

/// <summary>A passkey in a real browser with a virtual authenticator: made, signed out, signed in with.</summary>
public sealed class PasskeyJourneyTests(Bank bank)
{
    const string Password = "四只海鸥 drink green tea";

    /// <summary>Passkeys belong to a domain; an IP address is none.</summary>
    string Url => bank.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

    [Theory]
    [InlineData("zh-phone")]
    [InlineData("en-desktop")]
    public async Task Passkey_IsMadeAndThenSignsIn(string mode)
    {
        var signInName = $"lin.tao.{mode}";
        await using var visitor = await bank.Visit(Mode.Of(mode));
        var page = visitor.Page;
        await AddAuthenticator(page);

        await page.GotoAsync(Url + "/activate");
        await page.FillAsync("[name=SignInName]", signInName);
        await page.FillAsync("[name=Code]", await Invite(signInName));
        await page.FillAsync("[name=Password]", Password);
        await page.FillAsync("[name=Repeated]", Password);
        await visitor.Press(page.Locator("main .buttons button"));
        await page.WaitForURLAsync(Url + "/account");

        await page.GotoAsync(Url + "/account/app");
        Assert.InRange((await page.Locator(".qr").BoundingBoxAsync())!.Width, 150, 260);
        await visitor.Picture($"account-app.{mode}");
        await page.GotoAsync(Url + "/account/passkeys");
        await page.FillAsync("[name=Name]", "我的手机");
        await page.Locator("[data-passkey] button").ClickAsync();
        await page.Locator(".movement-title").WaitForAsync();
        await visitor.Picture($"account-passkeys.{mode}");

        await page.Locator("form[action='/sign-out'] button").ClickAsync();
        await page.WaitForURLAsync(Url + "/");
        await page.GotoAsync(Url + "/account");
        await page.WaitForURLAsync(Url + "/sign-in?back=%2Faccount");
        await page.Locator("[data-passkey] button").ClickAsync();
        await page.WaitForURLAsync(Url + "/account");
        // Not a newcomer any more: paper codes are offered to who has a second step.
        Assert.Equal(1, await page.Locator("main a[href='/account/codes']").CountAsync());
        await visitor.Picture($"account.{mode}");
    }

    static async Task AddAuthenticator(IPage page)
    {
        var browser = await page.Context.NewCDPSessionAsync(page);
        await browser.SendAsync("WebAuthn.enable");
        await browser.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["options"] = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["protocol"] = "ctap2",
                ["transport"] = "internal",
                ["hasResidentKey"] = true,
                ["hasUserVerification"] = true,
                ["isUserVerified"] = true,
                ["automaticPresenceSimulation"] = true,
            },
        });
    }

    /// <summary>Somebody of security; the activation code.</summary>
    async Task<string> Invite(string signInName)
    {
        using var client = bank.Server.Operator();
        using var request = new HttpRequestMessage(HttpMethod.Post, "people") { Content = JsonContent.Create(new { signInName, name = "林涛", roles = new[] { "security" } }) };
        request.Headers.Add("Idempotency-Key", signInName);
        using var answer = await client.SendAsync(request);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString()!;
    }
}
