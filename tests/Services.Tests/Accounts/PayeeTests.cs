using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class PayeeTests
{
    [Theory, BothDatabases]
    public async Task Save_SameNumberTwice_IsOnePayeeWithTheNewName(TestDatabase database)
    {
        await using var bank = await Customers.Bank(database);
        var (wang, li) = (await Customers.Open(bank, 0), await Customers.Open(bank, 1));
        await Save(bank, wang, new("Max Müller", "DE89 3704 0044 0532 0130 00", "COBADEFFXXX"));
        var saved = Customers.Get(await Save(bank, wang, new("Max Mueller", "de89370400440532013000", "Commerzbank")));
        Assert.Equal([saved], await List(bank, wang));
        Assert.Equal("Max Mueller", saved.Name);

        Assert.Empty(await List(bank, li));
        await Remove(bank, li, saved.Id);
        Assert.Equal([saved], await List(bank, wang));
        await Remove(bank, wang, saved.Id);
        await Remove(bank, wang, saved.Id);
        Assert.Empty(await List(bank, wang));
    }

    [Theory]
    [InlineData("", "1234", "", "payee_name_invalid")]
    [InlineData("王", "12 3", "", "payee_number_invalid")]
    [InlineData("王", "12_34", "", "payee_number_invalid")]
    [InlineData("王", "6299990000000000000", "", "payee_number_check_digit")]
    public async Task Save_WhatIsNoPayee_IsRefused(string name, string number, string payeeBank, string code)
    {
        await using var bank = await Customers.Bank(TestDatabase.Sqlite);
        var wang = await Customers.Open(bank, 0);
        Assert.Equal(code, Customers.No(await Save(bank, wang, new(name, number, payeeBank))));
        Assert.Empty(await List(bank, wang));
    }

    static Task<Outcome<Payees.Listed>> Save(TestBank bank, Customer owner, Payees.Request request) =>
        bank.Call((Payees book) => book.Save(owner.Party, request, CancellationToken.None));

    static Task<IReadOnlyList<Payees.Listed>> List(TestBank bank, Customer owner) =>
        bank.Call((Payees book) => book.List(owner.Party, CancellationToken.None));

    static Task<bool> Remove(TestBank bank, Customer owner, Guid id) => bank.Call(async (Payees book) =>
    {
        await book.Remove(owner.Party, id, CancellationToken.None);
        return true;
    });
}
