using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class PayeeTests
{
    static readonly Payees.Request Erika = new("Erika Mustermann", "de89 3704-0044 0532 0130 00", "COBADEFFXXX");

    static Task<Outcome<Payees.Listed>> Save(TestBank bank, Customer owner, Payees.Request request) =>
        bank.Call((Payees book) => book.Save(owner.Party, request, CancellationToken.None));

    static Task<IReadOnlyList<Payees.Listed>> List(TestBank bank, Customer owner) =>
        bank.Call((Payees book) => book.List(owner.Party, CancellationToken.None));

    static Task Remove(TestBank bank, Customer owner, Guid id) => bank.Call(async (Payees book) =>
    {
        await book.Remove(owner.Party, id, CancellationToken.None);
        return true;
    });

    [Theory, BothDatabases]
    public async Task Save_SameNumberAgain_ChangesTheOneThatIsThere(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Customer.Add);
        var owner = await Customer.Open(bank, 0);
        var saved = await Save(bank, owner, Erika).Value();
        Assert.Equal("DE89370400440532013000", saved.Number);
        var renamed = await Save(bank, owner, Erika with { Name = " E. Mustermann ", Number = saved.Number }).Value();
        await Save(bank, owner, new("Anna", "123456", "Bank")).Value();
        Assert.Equal((saved.Id, "E. Mustermann"), (renamed.Id, renamed.Name));
        Assert.Equal(["Anna", "E. Mustermann"], (await List(bank, owner)).Select(payee => payee.Name));
    }

    [Theory, BothDatabases]
    public async Task Save_SamePayeeManyTimesAtOnce_IsThereOnce(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Customer.Add);
        var owner = await Customer.Open(bank, 0);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() => Save(bank, owner, Erika with { Name = $"Erika {i}" }).Value())));
        Assert.StartsWith("Erika ", Assert.Single(await List(bank, owner)).Name, StringComparison.Ordinal);
    }

    [Theory, BothDatabases]
    public async Task Remove_OfAnotherOwnersBook_ChangesNothing(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Customer.Add);
        var (owner, other) = (await Customer.Open(bank, 0), await Customer.Open(bank, 1));
        var saved = await Save(bank, owner, Erika).Value();
        var same = await Save(bank, other, Erika).Value();
        Assert.NotEqual(saved.Id, same.Id);
        await Remove(bank, other, saved.Id);
        Assert.Equal([saved], await List(bank, owner));
        await Remove(bank, owner, saved.Id);
        await Remove(bank, owner, saved.Id);
        Assert.Empty(await List(bank, owner));
        Assert.Equal([same], await List(bank, other));
    }

    public static TheoryData<string?, string?, string?, string> Wrong => new()
    {
        { "", "12345", null, "payee_name_invalid" },
        { null, "12345", null, "payee_name_invalid" },
        { new string('名', Party.LongestName + 1), "12345", null, "payee_name_invalid" },
        { "Anna", null, null, "payee_number_invalid" },
        { "Anna", "123", null, "payee_number_invalid" },
        { "Anna", new string('1', 35), null, "payee_number_invalid" },
        { "Anna", "12345_", null, "payee_number_invalid" },
        { "Anna", "１２３４５", null, "payee_number_invalid" },
        { "Anna", "6299990000000000000", null, "payee_number_check_digit" },
        { "Anna", "12345", new string('行', 141), "payee_bank_invalid" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public async Task Save_FieldOfTheWrongForm_IsRefused(string? name, string? number, string? bankName, string code)
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite, Customer.Add);
        var owner = await Customer.Open(bank, 0);
        Assert.Equal(code, await Save(bank, owner, new(name, number, bankName)).Code());
        Assert.Empty(await List(bank, owner));
    }

    [Fact]
    public async Task Save_OurOwnBank_IsKeptAsNoBank()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite, Customer.Add);
        var owner = await Customer.Open(bank, 0);
        Assert.Equal("", (await Save(bank, owner, new("Anna", "12345", "pujbcnsh")).Value()).Bank);
    }
}
