using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Who sees which account.</summary>
public sealed class DepositAccountTests
{
    static readonly Caller Operator = new(null, IsOperator: true);

    [Theory, BothDatabases]
    public async Task Find_AccountOfAnother_IsNotThere(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Customer.Add);
        var (owner, other) = (await Customer.Open(bank, 0, paidIn: "12.34"), await Customer.Open(bank, 1));
        Task<DepositAccounts.View?> Find(Caller caller) => bank.Call((DepositAccounts book) => book.Find(owner.Account, caller, CancellationToken.None));
        Assert.Null(await Find(other.Caller));
        Assert.Null(await Find(new Caller(null, IsOperator: false)));
        Assert.Equal(owner.Name, (await Find(Operator))!.Owner);
        Assert.Equal(await Find(Operator), await Find(owner.Caller));
    }

    [Theory, BothDatabases]
    public async Task WithNumber_SeveralCurrencies_AreAllThereForTheirOwnerOnly(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Customer.Add);
        const string Number = "DE89370400440532013000";
        var owner = await Customer.Open(bank, 0, number: Number);
        await Customer.Open(bank, 0, currency: "EUR", number: Number);
        var other = await Customer.Open(bank, 1);
        Task<IReadOnlyList<DepositAccounts.View>> Find(Caller caller) =>
            bank.Call((DepositAccounts book) => book.WithNumber("de89 3704 0044 0532 0130 00", caller, CancellationToken.None));
        Assert.Equal(["CNY", "EUR"], (await Find(owner.Caller)).Select(account => account.Balance.Asset.Code).Order(StringComparer.Ordinal));
        Assert.Equal(2, (await Find(Operator)).Count);
        Assert.Empty(await Find(other.Caller));
    }
}
