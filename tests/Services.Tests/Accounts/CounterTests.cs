using Microsoft.Extensions.DependencyInjection;
using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Registering customers, opening accounts, cash and limits.</summary>
public sealed class CounterTests
{
    [Theory, BothDatabases]
    public async Task Register_SamePersonAgain_IsTheSameParty(TestDatabase database)
    {
        await using var bank = await Customers.Bank(database);
        var first = Customers.Get(await Register(bank, "王秀英", "110101194903070022"));
        Assert.Equal(first, Customers.Get(await Register(bank, " 王秀英 ", "110101194903070022")));
        Assert.Equal("identifier_in_use", Customers.No(await Register(bank, "王秀兰", "110101194903070022")));
    }

    [Theory]
    [InlineData(PartyKind.Person, "王秀英", "110101194903070028", "citizen_id_invalid")]
    [InlineData(PartyKind.Person, "王秀英", "110101194913070022", "citizen_id_invalid")]
    [InlineData(PartyKind.Firm, "浦江纺织有限公司", "91350211M000100Y44", "credit_code_invalid")]
    [InlineData(PartyKind.Person, "", "110101194903070022", "name_invalid")]
    public async Task Register_WhatIsWrong_IsRefused(PartyKind kind, string name, string identifier, string code)
    {
        await using var bank = await Customers.Bank(TestDatabase.Sqlite);
        Assert.Equal(code, Customers.No(await bank.Call((OpenAccount counter) => counter.Register(new(kind, name, identifier, ""), CancellationToken.None))));
    }

    [Theory, BothDatabases]
    public async Task Open_NumberOfSomebodyElse_IsRefused(TestDatabase database)
    {
        await using var bank = await Customers.Bank(database);
        var (wang, li) = (await Customers.Open(bank, 0), await Customers.Open(bank, 1));
        Assert.Equal(wang.Account, (await Customers.Open(bank, 0)).Account);
        async Task<Outcome<DepositAccounts.View>> Open(string? number, string currency) =>
            await bank.Call((OpenAccount counter) => counter.Handle(new(li.Party, currency, number), CancellationToken.None));
        Assert.Equal("number_in_use", Customers.No(await Open(wang.Number, "CNY")));
        Assert.Equal("currency_unknown", Customers.No(await Open(null, "XYZ")));
        Assert.Equal("number_invalid", Customers.No(await Open("12", "CNY")));
        Assert.Equal("number_check_digit", Customers.No(await Open(AccountNumber.CardPrefix + "0000000000000", "CNY")));
        Assert.True(Luhn.Holds(li.Number));
    }

    [Theory, BothDatabases]
    public async Task PayIn_KilledAnywhere_PaysInOnce(TestDatabase database)
    {
        var test = new CrashTest { Database = database, Modules = Customers.Add, Arrange = bank => Customers.Open(bank, 0) };
        await test.Retried(async services =>
        {
            var wang = await Customers.Open(services, 0, "0");
            return Customers.Get(await services.GetRequiredService<OpenAccount>().PayIn(wang.Account, "12.34", "k1", CancellationToken.None));
        });
    }

    [Theory, BothDatabases]
    public async Task ChangeLimits_KilledAnywhere_ChangesThemOnce(TestDatabase database)
    {
        var test = new CrashTest
        {
            Database = database,
            Modules = Customers.Add,
            Arrange = async bank =>
            {
                var (wang, li) = (await Customers.Open(bank, 0, "1000"), await Customers.Open(bank, 1));
                Customers.Get(await bank.Transfer(wang, wang.Pays(li, "100"), "k1"));
            },
        };
        await test.Retried(
            async services =>
            {
                var wang = await Customers.Open(services, 0, "0");
                return Customers.Get(await services.GetRequiredService<DepositAccounts>().ChangeLimits(wang.Account, "300", "500", wang.Caller, "l1", CancellationToken.None));
            },
            (_, view) =>
            {
                Assert.Equal((300_00, 500_00, 400_00), (view.PaymentLimit.MinorUnits, view.DailyLimit.MinorUnits, view.LeftToday.MinorUnits));
                return Task.CompletedTask;
            });
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1.001")]
    [InlineData("9999999999999999999")]
    [InlineData("abc")]
    public async Task PayIn_WhatIsNoAmount_IsRefused(string amount)
    {
        await using var bank = await Customers.Bank(TestDatabase.Sqlite);
        var wang = await Customers.Open(bank, 0);
        Assert.Equal("amount_invalid", Customers.No(await bank.Call((OpenAccount counter) => counter.PayIn(wang.Account, amount, "k1", CancellationToken.None))));
    }

    static Task<Outcome<Guid>> Register(TestBank bank, string name, string identifier) =>
        bank.Call((OpenAccount counter) => counter.Register(new(PartyKind.Person, name, identifier, ""), CancellationToken.None));
}
