using System.Globalization;
using Microsoft.Playwright;

namespace Pujiang.System.Tests;

/// <summary>What customers come for, from the home page to the receipt; each page on the way keeps the rules.</summary>
public sealed class AccountJourneyTests(Bank bank)
{
    [Theory]
    [InlineData("zh-phone", true)]
    [InlineData("en-desktop", false)]
    [InlineData("zh-care", false)]
    [InlineData("en-care-dark", true)]
    public async Task Transfer_ToSomeoneNew_IsCheckedThenMadeOnceWithAReceipt(string mode, bool scripts)
    {
        var (name, number) = await Payee();
        await using var visitor = await bank.Visit(Mode.Of(mode), scripts);
        await visitor.SignIn("customer");
        var before = await Balance(visitor);

        await visitor.Press(visitor.Page.Locator(".action-main"));
        await FillPayee(visitor, name, number);
        await visitor.Page.FillAsync("[name=Amount]", "12.34");
        await visitor.Page.FillAsync("[name=Purpose]", "买菜钱 vegetables");
        await visitor.Page.CheckAsync("[name=When][value=now]");
        await Look(visitor, $"transfer-filled.{mode}", focusMoved: true);
        await Submit(visitor);

        Assert.Equal("/transfer/check", visitor.Shown);
        var check = await visitor.Page.InnerTextAsync("main");
        Assert.Contains("¥12.34", check, StringComparison.Ordinal);
        Assert.Contains("壹拾贰元叁角肆分", check, StringComparison.Ordinal);
        await Look(visitor, $"transfer-check.{mode}");
        var checkPage = visitor.Page.Url;
        await Submit(visitor);

        Assert.Equal(1, await visitor.Page.Locator("main .notice-success").CountAsync());
        await Look(visitor, $"transfer-done.{mode}");
        var done = visitor.Shown;
        var receipt = await visitor.Page.APIRequest.GetAsync(new Uri(new Uri(bank.Url), await visitor.Page.Locator("a[href$='receipt.pdf']").GetAttributeAsync("href")).ToString());
        Assert.Equal((200, "application/pdf"), (receipt.Status, receipt.Headers["content-type"]));

        // The page to check, opened again, leads to what was made: nobody pays twice with the back button.
        await visitor.Page.GotoAsync(checkPage);
        Assert.Equal(done, visitor.Shown);
        Assert.Equal(before - 12.34m, await Balance(visitor));
        await visitor.Press(visitor.Page.Locator("a[href$='/statement']").First);
        Assert.Contains("买菜钱 vegetables", await visitor.Page.Locator("main table").InnerTextAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zh-phone")]
    [InlineData("en-desktop")]
    [InlineData("zh-care-extra")]
    public async Task Transfer_OnALaterDay_WaitsAndCanBeTakenBack(string mode)
    {
        var (name, number) = await Payee();
        await using var visitor = await bank.Visit(Mode.Of(mode));
        await visitor.SignIn("customer");
        var before = await Balance(visitor);
        await visitor.Press(visitor.Page.Locator(".action-main"));
        await FillPayee(visitor, name, number);
        await visitor.Page.FillAsync("[name=Amount]", "300");
        await visitor.Page.CheckAsync("[name=When][value=later]");
        await visitor.Page.FillAsync("[name=On]", DateTime.UtcNow.AddDays(20).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        await Submit(visitor);
        await Submit(visitor);
        await Look(visitor, $"transfer-planned.{mode}");
        var planned = visitor.Shown;

        await visitor.Open("/transfers/scheduled");
        Assert.Equal(1, await visitor.Page.Locator($"a[href='{planned}/cancel']").CountAsync());
        await Look(visitor, $"planned-transfers.{mode}");
        await visitor.Press(visitor.Page.Locator($"a[href='{planned}/cancel']"));
        await Look(visitor, $"transfer-take-back.{mode}");
        await Submit(visitor);
        Assert.Equal(planned, visitor.Shown);
        await Look(visitor, $"transfer-taken-back.{mode}");
        Assert.Equal(before, await Balance(visitor));
    }

    [Theory]
    [InlineData("zh-phone")]
    [InlineData("en-care")]
    public async Task Transfer_WithMistakes_SaysEachAndMovesNothing(string mode)
    {
        var (name, number) = await Payee();
        await using var visitor = await bank.Visit(Mode.Of(mode));
        await visitor.SignIn("customer", 1);
        var before = await Balance(visitor);
        await visitor.Open("/transfer");
        await Submit(visitor);
        Assert.Equal(["PayeeName", "PayeeNumber", "Amount"], await WrongFields(visitor));
        await Look(visitor, $"transfer-with-mistakes.{mode}", 422, focusMoved: true);

        var mistyped = number[..^1] + (char)('0' + ((number[^1] - '0' + 1) % 10));
        await FillPayee(visitor, name, mistyped);
        await visitor.Page.FillAsync("[name=Amount]", "5000000");
        await Submit(visitor);
        Assert.Equal(["PayeeNumber", "Amount"], await WrongFields(visitor));
        await FillPayee(visitor, name, number);
        foreach (var amount in (string[])["0", "-1", "1.005", "9999999999999999999", "zwölf"])
        {
            await visitor.Page.FillAsync("[name=Amount]", amount);
            await Submit(visitor);
            Assert.Equal(["Amount"], await WrongFields(visitor));
            Assert.Equal(amount, await visitor.Page.InputValueAsync("[name=Amount]"));
        }
        Assert.Equal(before, await Balance(visitor));
    }

    [Theory]
    [InlineData("zh-phone")]
    [InlineData("en-desktop")]
    [InlineData("zh-care")]
    public async Task Payee_AddedAndRemoved_CanBeChosenInBetween(string mode)
    {
        await using var visitor = await bank.Visit(Mode.Of(mode));
        await visitor.SignIn("firm");
        await visitor.Open("/payees");
        var name = $"乌日娜·阿依古丽·买买提明 {mode}";
        await visitor.Page.FillAsync("[name=PayeeName]", name);
        await visitor.Page.FillAsync("[name=PayeeNumber]", "DE89 3704 0044 0532 0130 00");
        await visitor.Page.FillAsync("[name=PayeeBank]", "COBADEFFXXX");
        await Submit(visitor);
        await Look(visitor, $"payees-with-one.{mode}");
        var row = visitor.Page.Locator("tr", new PageLocatorOptions { HasText = name });
        await visitor.Press(row.Locator("a[href^='/transfer?payee=']"));
        Assert.Equal(1, await visitor.Page.Locator("[name=Payee]:checked").CountAsync());
        await Look(visitor, $"transfer-with-book.{mode}");
        await visitor.Open("/payees");
        await visitor.Press(row.Locator("a[href$='/remove']"));
        await Look(visitor, $"payee-remove.{mode}");
        await Submit(visitor);
        Assert.Equal(0, await row.CountAsync());
    }

    [Theory]
    [InlineData("zh-care")]
    [InlineData("en-phone")]
    public async Task Limits_Lowered_HoldForTheNextTransfer(string mode)
    {
        var (name, number) = await Payee();
        await using var visitor = await bank.Visit(Mode.Of(mode));
        await visitor.SignIn("customer", 1);
        await visitor.Open(await visitor.Resolve("/accounts/{account}/limits"));
        await visitor.Page.FillAsync("[name=PerPayment]", "50");
        await visitor.Page.FillAsync("[name=PerDay]", "80");
        await Submit(visitor);
        Assert.Equal(1, await visitor.Page.Locator("main .notice-success").CountAsync());
        await Look(visitor, $"limits-saved.{mode}");

        await visitor.Open("/transfer");
        await FillPayee(visitor, name, number);
        await visitor.Page.FillAsync("[name=Amount]", "50.01");
        await visitor.Page.CheckAsync("[name=When][value=now]");
        await Submit(visitor);
        if (visitor.Shown == "/transfer/check") await Submit(visitor);
        Assert.Equal(1, await visitor.Page.Locator(".error-summary").CountAsync());
        await Look(visitor, $"transfer-over-limit.{mode}", 422, focusMoved: true);

        await visitor.Open(await visitor.Resolve("/accounts/{account}/limits"));
        await visitor.Page.FillAsync("[name=PerPayment]", "1");
        await visitor.Page.FillAsync("[name=PerDay]", "0.5");
        await Submit(visitor);
        Assert.Equal(1, await visitor.Page.Locator(".error-summary").CountAsync());
    }

    /// <summary>Somebody else's name and card number, as they would tell them.</summary>
    async Task<(string Name, string Number)> Payee()
    {
        await using var other = await bank.Visit(Mode.Of("zh-desktop"));
        await other.SignIn("firm", 1);
        await other.Open(await other.Resolve("/accounts/{account}/statement"));
        var values = await other.Page.Locator("main .summary dd").AllInnerTextsAsync();
        return (values[2].Trim(), values[1].Replace(" ", "", StringComparison.Ordinal).Trim());
    }

    static async Task<decimal> Balance(Visitor visitor)
    {
        await visitor.Open("/");
        var text = await visitor.Page.Locator(".account .card-amount").First.InnerTextAsync();
        return decimal.Parse(text.Trim().TrimStart('¥'), NumberStyles.Number, CultureInfo.InvariantCulture);
    }

    static async Task FillPayee(Visitor visitor, string name, string number)
    {
        var someoneNew = visitor.Page.Locator("[name=Payee][value=new]");
        if (await someoneNew.CountAsync() > 0) await someoneNew.CheckAsync();
        await visitor.Page.FillAsync("[name=PayeeName]", name);
        await visitor.Page.FillAsync("[name=PayeeNumber]", number);
    }

    static Task Submit(Visitor visitor) => visitor.Press(visitor.Page.Locator("main form.form .button:not(.button-quiet)").First);

    static async Task<IEnumerable<string>> WrongFields(Visitor visitor) =>
        await visitor.Page.Locator(".field-wrong").EvaluateAllAsync<string[]>("fields => fields.map(field => field.querySelector('[name]').name)");

    static Task Look(Visitor visitor, string picture, int status = 200, bool focusMoved = false) => Journey.Look(visitor, picture, status, focusMoved);
}

/// <summary>Steps that journeys share.</summary>
static class Journey
{
    /// <summary>Takes a picture of the page that is open, and checks it where scripts run.</summary>
    public static async Task Look(Visitor visitor, string picture, int status = 200, bool focusMoved = false)
    {
        await visitor.Picture(picture);
        if (!visitor.Scripts) return;
        var wrong = await PageRules.Check(visitor, status, focusMoved).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.True(wrong.Count == 0, $"{visitor.Page.Url}\n{string.Join('\n', wrong)}");
    }
}
