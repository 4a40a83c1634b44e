using Microsoft.EntityFrameworkCore;
using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Customers are registered once, with identifiers that hold.</summary>
public sealed class PartyTests
{
    static readonly OpenAccount.Customer Zhang = new(PartyKind.Person, "张三", "11010519491231002X", "13800138000");
    static readonly OpenAccount.Customer Mill = new(PartyKind.Firm, "浦江纺织有限公司", "91350100M000100Y43", "");

    static Task<Outcome<Guid>> Register(TestBank bank, OpenAccount.Customer customer) =>
        bank.Call((OpenAccount counter) => counter.Register(customer, CancellationToken.None));

    static Task<int> Count(TestBank bank) => bank.Tables(db => db.Set<Party>().CountAsync());

    [Theory, BothDatabases]
    public async Task Register_SameIdentifierAgain_IsTheSameParty(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Customer.Add);
        var person = await Register(bank, Zhang).Value();
        Assert.Equal(person, await Register(bank, Zhang with { Name = " 张 三 ", Identifier = " 11010519491231002x " }).Value());
        Assert.Equal("identifier_in_use", await Register(bank, Zhang with { Name = "李四" }).Code());
        Assert.NotEqual(person, await Register(bank, Mill).Value());
        Assert.Equal(2, await Count(bank));
    }

    [Theory, BothDatabases]
    public async Task Register_SameCustomerManyTimesAtOnce_IsOneParty(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Customer.Add);
        var parties = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => Register(bank, Zhang).Value())));
        Assert.Single(parties.Distinct());
        var accounts = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => bank.Call((OpenAccount counter) =>
            counter.Handle(new OpenAccount.Request(parties[0], null, null), CancellationToken.None)).Value())));
        Assert.Single(accounts.Distinct());
    }

    public static TheoryData<PartyKind, string?, string?, string?, string> Wrong => new()
    {
        { PartyKind.Person, "张三", "110105194912310021", "", "citizen_id_invalid" },
        { PartyKind.Person, "张三", "11010519491331002X", "", "citizen_id_invalid" },
        { PartyKind.Person, "张三", "", "", "citizen_id_invalid" },
        { PartyKind.Person, "张三", null, "", "citizen_id_invalid" },
        { PartyKind.Person, "张三", "91350100M000100Y43", "", "citizen_id_invalid" },
        { PartyKind.Firm, "厂", "91350100M000100Y44", "", "credit_code_invalid" },
        { PartyKind.Firm, "厂", "11010519491231002X", "", "credit_code_invalid" },
        { PartyKind.Person, "", "11010519491231002X", "", "name_invalid" },
        { PartyKind.Person, null, "11010519491231002X", "", "name_invalid" },
        { PartyKind.Person, new string('名', 51), "11010519491231002X", "", "name_invalid" },
        { PartyKind.Firm, new string('名', 141), "91350100M000100Y43", "", "name_invalid" },
        { PartyKind.Person, "张三", "11010519491231002X", "1380013800", "phone_invalid" },
        { PartyKind.Person, "张三", "11010519491231002X", "23800138000", "phone_invalid" },
        { PartyKind.Person, "张三", "11010519491231002X", "1380013800x", "phone_invalid" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public async Task Register_FieldOfTheWrongForm_IsRefused(PartyKind kind, string? name, string? identifier, string? phone, string code)
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite, Customer.Add);
        Assert.Equal(code, await Register(bank, new(kind, name, identifier, phone)).Code());
        Assert.Equal(0, await Count(bank));
    }

    [Fact]
    public async Task OpenAccount_NumbersAndCurrencies_AreCheckedAndKeptApart()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite, Customer.Add);
        var (person, firm) = (await Register(bank, Zhang).Value(), await Register(bank, Mill).Value());
        Task<Outcome<DepositAccounts.View>> Open(Guid party, string? currency, string? number) =>
            bank.Call((OpenAccount counter) => counter.Handle(new OpenAccount.Request(party, currency, number), CancellationToken.None));

        var first = await Open(person, null, "DE89 3704 0044 0532 0130 00").Value();
        Assert.Equal(first, await Open(person, "CNY", "de89370400440532013000").Value());
        Assert.NotEqual(first.Id, (await Open(person, "EUR", "DE89370400440532013000").Value()).Id);
        Assert.Equal("number_in_use", await Open(firm, "CNY", "DE89370400440532013000").Code());
        Assert.Equal("party_unknown", await Open(first.Id, null, null).Code());
        Assert.Equal("currency_unknown", await Open(person, "XAU", null).Code());
        Assert.Equal("currency_unknown", await Open(person, "cny", null).Code());
        Assert.Equal("number_invalid", await Open(person, null, "12").Code());
        Assert.Equal("number_check_digit", await Open(person, null, "6299990000000000000").Code());
        Assert.Equal("number_iban_invalid", await Open(person, null, "DE88370400440532013000").Code());
        var (card, other) = (await Open(person, null, null).Value(), await Open(firm, null, null).Value());
        Assert.True(Luhn.Holds(card.Number) && card.Number.StartsWith(AccountNumber.CardPrefix, StringComparison.Ordinal));
        Assert.Equal((DepositProduct.PersonalCurrent, DepositProduct.FirmCurrent), (card.Product, other.Product));
    }
}
