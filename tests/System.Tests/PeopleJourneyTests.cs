using System.Net.Http.Json;
using Microsoft.Playwright;

namespace Pujiang.System.Tests;

/// <summary>How people come to their sign-in: staff by two of security, customers at the counter.</summary>
public sealed class PeopleJourneyTests(Bank bank)
{
    const string Password = "四只海鸥 drink green tea";

    [Theory]
    [InlineData("zh-phone", true)]
    [InlineData("en-care", false)]
    public async Task Staff_AreAskedForByOne_AllowedByAnother_AndActivated(string mode, bool scripts)
    {
        var signInName = $"he.qi.{mode}";
        await using var maker = await bank.Visit(Mode.Of(mode), scripts);
        await maker.SignIn("security");
        await maker.Open("/people");
        await maker.Press(maker.Page.Locator("a[href='/people/invite']"));
        await Submit(maker);
        await Journey.Look(maker, $"people-invite-wrong.{mode}", 422, focusMoved: true);
        await maker.Page.FillAsync("[name=Name]", "何琪");
        await maker.Page.FillAsync("[name=EnglishName]", "He Qi");
        await maker.Page.FillAsync("[name=SignInName]", signInName);
        await maker.Page.CheckAsync("[name=Role][value=teller]");
        await maker.Page.CheckAsync("[name=Role][value=operations]");
        await Submit(maker);
        var request = maker.Shown;
        Assert.StartsWith("/approvals/", request, StringComparison.Ordinal);
        await Journey.Look(maker, $"people-asked.{mode}", focusMoved: true);
        Assert.Equal(0, await maker.Page.Locator($"main a[href='{request}/approve']").CountAsync());
        await Allow(request);

        await maker.Open("/people");
        await Journey.Look(maker, $"people.{mode}");
        await maker.Press(maker.Page.Locator("tr", new PageLocatorOptions { HasText = signInName }).Locator("a"));
        var person = maker.Shown;
        await Journey.Look(maker, $"people-member.{mode}");
        await maker.Press(maker.Page.Locator($"a[href='{person}/code']"));
        await Journey.Look(maker, $"people-code.{mode}");
        await Submit(maker);
        await Journey.Look(maker, $"people-code-given.{mode}");
        await Activate(maker, signInName, await maker.Page.Locator("main .digits").InnerTextAsync(), mode);

        // Who has a password loses it to whoever holds a new code, so that is asked for; and so are locks and roles.
        foreach (var what in (string[])["code", "lock", "roles"])
        {
            await maker.Open($"{person}/{what}");
            await Journey.Look(maker, $"people-{what}-asked.{mode}");
            if (what == "roles") await maker.Page.UncheckAsync("[name=Role][value=operations]");
            await Submit(maker);
            Assert.StartsWith("/approvals/", maker.Shown, StringComparison.Ordinal);
            await Allow(maker.Shown);
        }
        await maker.Open(person);
        Assert.Equal(1, await maker.Page.Locator("main .tag-bad").CountAsync());
    }

    /// <summary>The other one of security says yes.</summary>
    async Task Allow(string request)
    {
        await using var checker = await bank.Visit(Mode.Of("zh-desktop"));
        await checker.SignIn("security", 1);
        await checker.Open(request + "/approve");
        await Submit(checker);
        await checker.Open(request);
        Assert.Equal(1, await checker.Page.Locator("main .tag-good").CountAsync());
    }

    async Task Activate(Visitor like, string signInName, string code, string mode)
    {
        await using var person = await bank.Visit(like.Mode, like.Scripts);
        await person.Open("/activate");
        await person.Page.FillAsync("[name=SignInName]", signInName);
        await person.Page.FillAsync("[name=Code]", code);
        await person.Page.FillAsync("[name=Password]", Password);
        await person.Page.FillAsync("[name=Repeated]", Password);
        await person.Press(person.Page.Locator("main .buttons button"));
        Assert.Equal("/account", person.Shown);
        await Journey.Look(person, $"people-activated.{mode}", focusMoved: true);
    }

    [Theory]
    [InlineData("zh-care", false)]
    [InlineData("en-desktop", true)]
    public async Task Customer_AtTheCounter_GetsACodeThatWorks(string mode, bool scripts)
    {
        var (identifier, phone) = mode == "zh-care" ? ("310101198001010018", "13900000071") : ("310101198001010034", "13900000072");
        await Register(identifier, phone);
        await using var teller = await bank.Visit(Mode.Of(mode), scripts);
        await teller.SignIn("teller");
        await teller.Press(teller.Page.Locator("a[href='/counter/sign-in']").First);
        await teller.Page.FillAsync("[name=Party]", "310101198001010099");
        await Submit(teller);
        await Journey.Look(teller, $"counter-sign-in-wrong.{mode}", 422, focusMoved: true);
        await teller.Page.FillAsync("[name=Party]", identifier);
        await Submit(teller);
        await Journey.Look(teller, $"counter-sign-in-given.{mode}");
        Assert.DoesNotContain(identifier, teller.Page.Url, StringComparison.Ordinal);
        await Activate(teller, phone, await teller.Page.Locator("main .digits").InnerTextAsync(), mode);
    }

    async Task Register(string identifier, string phone)
    {
        using var client = bank.Server.Operator();
        using var request = new HttpRequestMessage(HttpMethod.Post, "parties") { Content = JsonContent.Create(new { kind = "Person", name = "林涛", identifier, phone }) };
        request.Headers.Add("Idempotency-Key", identifier);
        using var answer = await client.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    static Task Submit(Visitor visitor) => visitor.Press(visitor.Page.Locator("main .buttons button").First);
}
