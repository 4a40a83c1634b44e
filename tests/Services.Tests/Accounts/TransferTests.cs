using Microsoft.Extensions.DependencyInjection;
using Pujiang.Accounts;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class TransferTests
{
    static readonly DateOnly Today = new(2026, 3, 2);

    [Theory, BothDatabases]
    public async Task Handle_EnoughMoney_MovesItOnceHoweverOftenAsked(TestDatabase database)
    {
        await using var bank = await Customers.Bank(database);
        var (wang, li) = (await Customers.Open(bank, 0, "1000"), await Customers.Open(bank, 1));
        var made = Customers.Get(await bank.Transfer(wang, wang.Pays(li, "250.5"), "k1"));
        Assert.Equal((TransferState.Posted, "¥250.50", Today, "李建国"), (made.State, made.Amount.Text(), made.On, made.PayeeName));
        Assert.Equal(made, Customers.Get(await bank.Transfer(wang, wang.Pays(li, "250.50"), "k1")));
        Assert.Equal((749_50, 250_50), (await bank.Balance(wang), await bank.Balance(li)));
    }

    [Theory, BothDatabases]
    public async Task Handle_KilledAnywhere_IsMadeOnceWhenTriedAgain(TestDatabase database)
    {
        await CrashTest(database).Retried(async services =>
        {
            var (wang, li) = (await Customers.Open(services, 0, "0"), await Customers.Open(services, 1, "0"));
            return Customers.Get(await services.GetRequiredService<MakeTransfer>().Handle(wang.Pays(li, "250.50"), wang.Caller, "k1", CancellationToken.None));
        });
    }

    [Theory, BothDatabases]
    public async Task Handle_KilledAnywhere_IsThereIfItWasPosted(TestDatabase database)
    {
        await CrashTest(database).HealsByItself(
            async services =>
            {
                var (wang, li) = (await Customers.Open(services, 0, "0"), await Customers.Open(services, 1, "0"));
                return Customers.Get(await services.GetRequiredService<MakeTransfer>().Handle(wang.Pays(li, "250.50"), wang.Caller, "k1", CancellationToken.None));
            },
            async bank =>
            {
                var wang = await Customers.Open(bank, 0);
                return await bank.Call((MakeTransfer transfers) => transfers.Find(MakeTransfer.IdOf(wang.Caller, "k1"), CancellationToken.None)) is not null;
            });
    }

    static CrashTest CrashTest(TestDatabase database) => new()
    {
        Database = database,
        Modules = Customers.Add,
        Arrange = async bank =>
        {
            await Customers.Open(bank, 0, "1000");
            await Customers.Open(bank, 1);
        },
    };

    [Theory, BothDatabases]
    public async Task Handle_SameKeyOtherMoney_IsRefusedAndMovesNothing(TestDatabase database)
    {
        await using var bank = await Customers.Bank(database);
        var (wang, li) = (await Customers.Open(bank, 0, "1000"), await Customers.Open(bank, 1));
        Customers.Get(await bank.Transfer(wang, wang.Pays(li, "1"), "k1"));
        Assert.Equal("idempotency_key_reused", Customers.No(await bank.Transfer(wang, wang.Pays(li, "2"), "k1")));
        Assert.Equal("idempotency_key_reused", Customers.No(await bank.Transfer(wang, wang.Pays(li, "1", bank: "COBADEFFXXX") with { PayeeNumber = "DE89370400440532013000" }, "k1")));
        Assert.Equal(999_00, await bank.Balance(wang));
    }

    [Theory]
    [InlineData("0", "amount_not_positive")]
    [InlineData("-5", "amount_not_positive")]
    [InlineData("0.001", "amount_invalid")]
    [InlineData("1e3", "amount_invalid")]
    [InlineData("", "amount_invalid")]
    [InlineData("NaN", "amount_invalid")]
    [InlineData("9999999999999999999", "amount_invalid")]
    [InlineData("50000.01", "payment_limit_exceeded")]
    [InlineData("1000.01", "insufficient_funds")]
    public async Task Handle_AmountThatCannotBePaid_IsRefused(string amount, string code)
    {
        await using var bank = await Customers.Bank(TestDatabase.Sqlite);
        var (wang, li) = (await Customers.Open(bank, 0, "1000"), await Customers.Open(bank, 1));
        Assert.Equal(code, Customers.No(await bank.Transfer(wang, wang.Pays(li, amount), "k1")));
        Assert.Equal((1000_00, 0), (await bank.Balance(wang), await bank.Balance(li)));
    }

    [Fact]
    public async Task Handle_PayeeThatIsWrong_IsRefused()
    {
        await using var bank = await Customers.Bank(TestDatabase.Sqlite);
        var (wang, li) = (await Customers.Open(bank, 0, "1000"), await Customers.Open(bank, 1));
        async Task<string> Code(MakeTransfer.Request request) => Customers.No(await bank.Transfer(wang, request, Guid.NewGuid().ToString()));
        var right = wang.Pays(li, "1");
        Assert.Equal("payee_name_invalid", await Code(right with { PayeeName = " " }));
        Assert.Equal("payee_name_invalid", await Code(right with { PayeeName = new string('长', 500) }));
        Assert.Equal("payee_name_mismatch", await Code(right with { PayeeName = "李建军" }));
        Assert.Equal("payee_number_invalid", await Code(right with { PayeeNumber = "12" }));
        Assert.Equal("payee_number_check_digit", await Code(right with { PayeeNumber = Mistyped(li.Number) }));
        Assert.Equal("payee_account_unknown", await Code(right with { PayeeNumber = "ABC12345" }));
        Assert.Equal("same_account", await Code(wang.Pays(wang, "1")));
        Assert.Equal("purpose_too_long", await Code(right with { Purpose = new string('x', 141) }));
        Assert.Equal("date_out_of_range", await Code(right with { On = Today.AddDays(-1) }));
        Assert.Equal("date_out_of_range", await Code(right with { On = Today.AddDays(367) }));
        Assert.Equal(1000_00, await bank.Balance(wang));
    }

    [Fact]
    public async Task Handle_AccountOfSomebodyElse_IsAsUnknownAsNone()
    {
        await using var bank = await Customers.Bank(TestDatabase.Sqlite);
        var (wang, li) = (await Customers.Open(bank, 0, "1000"), await Customers.Open(bank, 1));
        var theft = await bank.Transfer(li, wang.Pays(li, "1"), "k1");
        Assert.Equal("account_not_found", Customers.No(theft));
        Assert.Equal("account_not_found", Customers.No(await bank.Transfer(li, wang.Pays(li, "1") with { From = Guid.NewGuid() }, "k2")));
        Assert.Equal(1000_00, await bank.Balance(wang));
    }

    [Fact]
    public async Task Handle_OtherCurrency_IsRefused()
    {
        await using var bank = await Customers.Bank(TestDatabase.Sqlite);
        var (wang, euros) = (await Customers.Open(bank, 0, "1000"), await Customers.Open(bank, 1, "5", "EUR"));
        Assert.Equal("currency_mismatch", Customers.No(await bank.Transfer(wang, wang.Pays(euros, "1"), "k1")));
    }

    [Theory]
    [InlineData(true, false, "payee_account_closed", "account_closed")]
    [InlineData(false, true, "payee_account_frozen", "account_frozen")]
    public async Task Handle_AccountClosedOrFrozen_IsRefused(bool closed, bool frozen, string toIt, string fromIt)
    {
        await using var bank = await Customers.Bank(TestDatabase.Sqlite);
        var (wang, li) = (await Customers.Open(bank, 0), await Customers.Open(bank, 1, "10"));
        await bank.Ledger.SetLimits(new AccountId(wang.Account), new Limits(Closed: closed, FrozenIn: frozen, FrozenOut: frozen));
        Assert.Equal(toIt, Customers.No(await bank.Transfer(li, li.Pays(wang, "1"), "k1")));
        Assert.Equal(fromIt, Customers.No(await bank.Transfer(wang, wang.Pays(li, "1"), "k2")));
        Assert.Equal(10_00, await bank.Balance(li));
    }

    [Theory, BothDatabases]
    public async Task Handle_LimitOfTheDay_IsKeptByRacersAndBeginsAnewNextDay(TestDatabase database)
    {
        await using var bank = await Customers.Bank(database);
        var (wang, li) = (await Customers.Open(bank, 0, "1000"), await Customers.Open(bank, 1));
        Customers.Get(await bank.Call((DepositAccounts accounts) => accounts.ChangeLimits(wang.Account, "60", "100", wang.Caller, "l1", CancellationToken.None)));
        var racers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => bank.Transfer(wang, wang.Pays(li, "60"), $"race{i}")));
        Assert.Single(racers, racer => racer.Try(out _, out _));
        Assert.All(racers.Where(racer => !racer.Try(out _, out _)), racer => Assert.Equal("daily_limit_exceeded", Customers.No(racer)));
        Customers.Get(await bank.Transfer(wang, wang.Pays(li, "40"), "rest"));
        Assert.Equal("daily_limit_exceeded", Customers.No(await bank.Transfer(wang, wang.Pays(li, "0.01"), "more")));
        bank.Clock.Advance(TimeSpan.FromDays(1));
        Customers.Get(await bank.Transfer(wang, wang.Pays(li, "60"), "tomorrow"));
        Assert.Equal(160_00, await bank.Balance(li));
    }

    [Theory, BothDatabases]
    public async Task Handle_SameKeyAtTheSameMoment_MovesTheMoneyOnce(TestDatabase database)
    {
        await using var bank = await Customers.Bank(database);
        var (wang, li) = (await Customers.Open(bank, 0, "1000"), await Customers.Open(bank, 1));
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => bank.Transfer(wang, wang.Pays(li, "10"), "k1")));
        Assert.Single(answers.Select(Customers.Get).Select(view => view.Id).Distinct());
        Assert.Equal(10_00, await bank.Balance(li));
        var planned = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => bank.Transfer(wang, wang.Pays(li, "10", Today.AddDays(1)), "k2")));
        Assert.Single(planned.Select(Customers.Get).Select(view => view.Id).Distinct());
    }

    static string Mistyped(string number) => number[..^1] + (char)('0' + ((number[^1] - '0' + 1) % 10));
}
