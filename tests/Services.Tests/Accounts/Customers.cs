using Microsoft.Extensions.DependencyInjection;
using Pujiang.Accounts;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>A customer with an account, as the counter would open it.</summary>
sealed record Customer(Guid Party, string Name, Guid Account, string Number)
{
    public Caller Caller => new(Party, IsOperator: false);

    /// <summary>A transfer from this customer to another one, of this bank unless said otherwise.</summary>
    public MakeTransfer.Request Pays(Customer payee, string amount, DateOnly? on = null, string bank = "", string purpose = "菜钱") =>
        new(Account, payee.Name, payee.Number, bank, amount, purpose, on);
}

static class Customers
{
    public static readonly Caller Operator = new(null, IsOperator: true);

    /// <summary>Valid and made up; as many as tests need.</summary>
    static readonly IReadOnlyList<(string Name, string Id)> People =
        [("王秀英", "110101194903070022"), ("李建国", "11010519491231002X"), ("张伟", "440524188001010014")];

    public static void Add(IServiceCollection services) => services.AddAccounts();

    public static Task<TestBank> Bank(TestDatabase database) => TestBank.New(database, Add);

    public static Task<Customer> Open(TestBank bank, int person, string amount = "0", string currency = "CNY") =>
        bank.In(services => Open(services, person, amount, currency));

    public static async Task<Customer> Open(IServiceProvider services, int person, string amount, string currency = "CNY")
    {
        var counter = services.GetRequiredService<OpenAccount>();
        var (name, identifier) = People[person];
        var party = Get(await counter.Register(new(PartyKind.Person, name, identifier, "13800000000"), CancellationToken.None));
        var account = Get(await counter.Handle(new(party, currency, null), CancellationToken.None));
        if (amount != "0") Get(await counter.PayIn(account.Id, amount, $"first-{person}-{currency}", CancellationToken.None));
        return new Customer(party, name, account.Id, account.Number);
    }

    public static T Get<T>(Outcome<T> outcome) where T : notnull
    {
        Assert.True(outcome.Try(out var value, out var refusal), $"{refusal}");
        return value;
    }

    /// <summary>The code of the refusal, which must name a field.</summary>
    public static string No<T>(Outcome<T> outcome) where T : notnull
    {
        Assert.False(outcome.Try(out var value, out var refusal), $"{value}");
        Assert.NotNull(refusal.Field);
        return refusal.Code;
    }

    public static Task<Outcome<MakeTransfer.View>> Transfer(this TestBank bank, Customer payer, MakeTransfer.Request request, string key) =>
        bank.Call((MakeTransfer transfers) => transfers.Handle(request, payer.Caller, key, CancellationToken.None));

    /// <summary>Balance in minor units.</summary>
    public static async Task<long> Balance(this TestBank bank, Customer customer) =>
        (await bank.Ledger.Find(new AccountId(customer.Account)))!.Posted;
}
