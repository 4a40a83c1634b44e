using Microsoft.Playwright;

namespace Pujiang.System.Tests;

/// <summary>Forms, switches and sign-in as people use them, with and without scripts.</summary>
public sealed class FormTests(Bank bank)
{
    [Theory]
    [InlineData("zh-phone", "请更正以下问题", "错误：样式 - 浦江 Pujiang")]
    [InlineData("en-care", "There is a problem", "Error: Style - Pujiang")]
    public async Task Form_WithMistakes_SaysThemTwiceAndKeepsWhatWasTyped(string mode, string heading, string title)
    {
        await using var visitor = await bank.Visit(Mode.Of(mode));
        await visitor.Open("/style");
        var page = visitor.Page;
        await page.FillAsync("[name=Payee]", "欧阳·娜娜 <b>");
        await page.FillAsync("[name=Amount]", "12.345");
        await page.SelectOptionAsync("[name=Account]", "2");
        await page.ClickAsync("form.form .button");

        // E1: summary first in main, focused, a link for each bad field, the same words there.
        Assert.Equal(title, await page.TitleAsync());
        Assert.True(await page.EvaluateAsync<bool>("() => document.querySelector('main').firstElementChild === document.activeElement"));
        Assert.Equal(heading, await page.InnerTextAsync(".error-summary h2"));
        var links = page.Locator(".error-summary a");
        Assert.Equal(3, await links.CountAsync());
        Assert.Equal(3, await page.Locator(".field-wrong").CountAsync());
        for (var index = 0; index < 3; index++)
        {
            await links.Nth(index).ClickAsync();
            var focused = page.Locator(":focus");
            var field = page.Locator(".field-wrong").Nth(index);
            Assert.True(await field.Locator(":focus").CountAsync() == 1, $"Link {index} focuses {await focused.CountAsync()} controls.");
            Assert.Contains(await links.Nth(index).InnerTextAsync(), await field.InnerTextAsync(), StringComparison.Ordinal);
        }
        // C5: a bad field differs by more than its colour.
        Assert.NotEqual(await BorderWidth(page, "[name=Payee]"), await BorderWidth(page, "[name=Amount]"));
        // E2: what was typed is still there.
        Assert.Equal("欧阳·娜娜 <b>", await page.InputValueAsync("[name=Payee]"));
        Assert.Equal("12.345", await page.InputValueAsync("[name=Amount]"));
        Assert.Equal("2", await page.InputValueAsync("[name=Account]"));

        await visitor.Picture($"form-with-mistakes.{mode}");
        var wrong = await PageRules.Check(visitor, 422, focusMoved: true);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task Form_FilledWell_IsAnnounced()
    {
        await using var visitor = await bank.Visit(Mode.Of("zh-phone"), scripts: false);
        await visitor.Open("/style");
        var page = visitor.Page;
        await page.FillAsync("[name=Payee]", "王秀英");
        await page.FillAsync("[name=Amount]", "1234.5");
        await page.SelectOptionAsync("[name=Account]", "1");
        await page.CheckAsync("[name=When][value=now]");
        await page.CheckAsync("[name=Sure]");
        await page.ClickAsync("form.form .button");
        Assert.Contains("¥1,234.50 (壹仟贰佰叁拾肆元伍角整)", await page.InnerTextAsync("[role=status]"), StringComparison.Ordinal);
    }

    // J1: with scripts off each page reads and each form posts.
    [Fact]
    public async Task Visitor_WithoutScripts_SignsInSwitchesAndSignsOut()
    {
        await using var visitor = await bank.Visit(Mode.Of("zh-phone"), scripts: false);
        var page = visitor.Page;
        await visitor.Open("/sign-in?back=%2Fhelp");
        await page.Locator("[data-role=customer] button").First.ClickAsync();
        Assert.Equal("/help", new Uri(page.Url).AbsolutePath);
        Assert.True(await page.Locator("form[action='/sign-out']").IsVisibleAsync());

        await page.ClickAsync("text=English");
        Assert.Equal(("/help", "en"), (new Uri(page.Url).AbsolutePath, await page.GetAttributeAsync("html", "lang")));
        await page.ClickAsync("text=Large text");
        Assert.Equal("on", await page.GetAttributeAsync("html", "data-care"));
        await visitor.Open("/no-such-page");
        Assert.Equal("on", await page.GetAttributeAsync("html", "data-care"));
        await page.ClickAsync("text=Standard");
        Assert.Equal(("/no-such-page", null), (new Uri(page.Url).AbsolutePath, await page.GetAttributeAsync("html", "data-care")));

        await page.ClickAsync("form[action='/sign-out'] button");
        Assert.Equal(0, await page.Locator("form[action='/sign-out']").CountAsync());
    }

    [Theory]
    [InlineData("/display/language/en?back=https://evil.example/")]
    [InlineData("/display/care/large?back=//evil.example/")]
    [InlineData("/display/care/off?back=/%5Cevil.example/")]
    public async Task Switch_WithAForeignWayBack_GoesHome(string path)
    {
        await using var visitor = await bank.Visit(Mode.Of("zh-phone"));
        await visitor.Open(path);
        Assert.Equal(bank.Url + "/", visitor.Page.Url);
    }

    [Fact]
    public async Task ForcedColors_KeepBordersOfControls()
    {
        await using var visitor = await bank.Visit(Mode.Of("zh-phone"));
        await visitor.Page.EmulateMediaAsync(new PageEmulateMediaOptions { ForcedColors = ForcedColors.Active });
        await visitor.Open("/style");
        await visitor.Picture("style.forced-colors");
        foreach (var control in new[] { ".button", ".input", ".card, .empty", ".tag" })
            Assert.NotEqual("0px", await BorderWidth(visitor.Page, control));
    }

    static Task<string> BorderWidth(IPage page, string selector) =>
        page.EvalOnSelectorAsync<string>(selector, "element => getComputedStyle(element).borderTopWidth");
}
