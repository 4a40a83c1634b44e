using Microsoft.Extensions.DependencyInjection;
using Pujiang.Accounts;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>A person with an account, and what the person can do: the calls of most stories in one word each.</summary>
sealed record Customer(Guid Party, string Name, string Identifier, Guid Account, string Number)
{
    /// <summary>Persons with valid numbers; the same index is the same person in every bank.</summary>
    static readonly Population People = new(1, 100, 10, new DateOnly(2026, 3, 2));

    public static void Add(IServiceCollection services) => services.AddAccounts();

    public Caller Caller => new(Party, IsOperator: false);
    public AccountId Id => new(Account);

    /// <summary>Registers a person and opens an account.</summary>
    /// <param name="paidIn">Cash in units of the currency, or null.</param>
    /// <param name="number">The account number, or null for a new card.</param>
    public static async Task<Customer> Open(
        TestBank bank, int person, string? paidIn = null, string currency = "CNY", string? number = null)
    {
        var citizen = People.Person(person);
        var name = citizen.Name.Chinese;
        var party = await bank.Call((OpenAccount counter) => counter.Register(
            new OpenAccount.Customer(PartyKind.Person, name, citizen.IdNumber, citizen.Phone), CancellationToken.None)).Value();
        var account = await bank.Call((OpenAccount counter) => counter.Handle(
            new OpenAccount.Request(party, currency, number), CancellationToken.None)).Value();
        var customer = new Customer(party, name, citizen.IdNumber, account.Id, account.Number);
        if (paidIn is not null) await customer.PayIn(bank, paidIn, "opening");
        return customer;
    }

    public Task PayIn(TestBank bank, string amount, string key) =>
        bank.Call((OpenAccount counter) => counter.PayIn(Account, amount, key, CancellationToken.None)).Value();

    public Task SetLimits(TestBank bank, string perPayment, string perDay, string key = "limits") =>
        bank.Call((DepositAccounts book) => book.ChangeLimits(Account, perPayment, perDay, Caller, key, CancellationToken.None)).Value();

    /// <summary>What a transfer form holds when this customer pays another of this bank.</summary>
    public MakeTransfer.Request To(Customer payee, string amount, DateOnly? on = null) =>
        new(Account, payee.Name, payee.Number, null, amount, "货款", on);

    public Task<Outcome<MakeTransfer.View>> Transfer(TestBank bank, MakeTransfer.Request request, string key = "k1") =>
        bank.Call((MakeTransfer transfers) => transfers.Handle(request, Caller, key, CancellationToken.None));

    /// <summary>The account as its owner sees it.</summary>
    public async Task<DepositAccounts.View> View(TestBank bank) =>
        (await bank.Call((DepositAccounts book) => book.Find(Account, Caller, CancellationToken.None)))!;

    /// <summary>The balance in units.</summary>
    public async Task<decimal> Balance(TestBank bank) => (await View(bank)).Balance.ToDecimal();

    public async Task Restrict(TestBank bank, Limits limits) =>
        Assert.Equal(LimitStatus.Changed, await bank.Ledger.SetLimits(Id, limits));
}
