using Microsoft.Extensions.DependencyInjection;
using Pujiang.Accounts;

namespace Pujiang.Services.Tests;

public sealed class ScheduledTransferTests
{
    static readonly DateOnly Thursday = new(2026, 3, 5);

    [Theory, BothDatabases]
    public async Task ExecuteDue_OnItsDay_MovesTheMoneyOnce(TestDatabase database)
    {
        await using var bank = await Customers.Bank(database);
        var (wang, li) = (await Customers.Open(bank, 0, "1000"), await Customers.Open(bank, 1));
        var planned = Customers.Get(await bank.Transfer(wang, wang.Pays(li, "100", Thursday), "k1"));
        Assert.Equal((TransferState.Scheduled, 1000_00), (planned.State, await bank.Balance(wang)));
        Assert.Equal(planned.Id, Assert.Single(await Waiting(bank, wang)).Id);

        bank.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(0, await ExecuteDue(bank));
        bank.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(1, await ExecuteDue(bank));
        Assert.Equal(0, await ExecuteDue(bank));
        Assert.Equal((900_00, 100_00), (await bank.Balance(wang), await bank.Balance(li)));
        Assert.Equal((TransferState.Posted, Thursday), await StateOf(bank, wang, planned.Id));
        Assert.Empty(await Waiting(bank, wang));
    }

    [Theory, BothDatabases]
    public async Task ExecuteDue_KilledAnywhere_MovesTheMoneyOnce(TestDatabase database)
    {
        var test = new CrashTest
        {
            Database = database,
            Modules = Customers.Add,
            Arrange = async bank =>
            {
                var (wang, li) = (await Customers.Open(bank, 0, "1000"), await Customers.Open(bank, 1));
                Customers.Get(await bank.Transfer(wang, wang.Pays(li, "600", Thursday), "k1"));
                Customers.Get(await bank.Transfer(wang, wang.Pays(li, "601", Thursday), "k2"));
                bank.Clock.Advance(TimeSpan.FromDays(3));
            },
        };
        await test.Retried(async services =>
        {
            await services.GetRequiredService<ScheduledTransfers>().ExecuteDue(CancellationToken.None);
            var wang = await Customers.Open(services, 0, "0");
            var refused = await services.GetRequiredService<ScheduledTransfers>().NotCarriedOut(wang.Account, wang.Caller, CancellationToken.None);
            return Assert.Single(refused);
        });
    }

    [Theory, BothDatabases]
    public async Task ExecuteDue_WithoutEnoughMoney_RefusesWithTheReason(TestDatabase database)
    {
        await using var bank = await Customers.Bank(database);
        var (wang, li) = (await Customers.Open(bank, 0, "10"), await Customers.Open(bank, 1));
        var planned = Customers.Get(await bank.Transfer(wang, wang.Pays(li, "100", Thursday), "k1"));
        bank.Clock.Advance(TimeSpan.FromDays(3));
        await ExecuteDue(bank);
        Assert.Equal((TransferState.Refused, Thursday), await StateOf(bank, wang, planned.Id));
        var told = Assert.Single(await bank.Call((ScheduledTransfers book) => book.NotCarriedOut(wang.Account, wang.Caller, CancellationToken.None)));
        Assert.Equal("insufficient_funds", told.Refusal);
        Assert.Equal(10_00, await bank.Balance(wang));
    }

    [Theory, BothDatabases]
    public async Task Cancel_BeforeItsDay_IsNeverCarriedOut(TestDatabase database)
    {
        await using var bank = await Customers.Bank(database);
        var (wang, li) = (await Customers.Open(bank, 0, "1000"), await Customers.Open(bank, 1));
        var planned = Customers.Get(await bank.Transfer(wang, wang.Pays(li, "100", Thursday), "k1"));
        Assert.Equal("transfer_not_found", Customers.No(await Cancel(bank, li, planned.Id)));
        Assert.Equal(TransferState.Cancelled, Customers.Get(await Cancel(bank, wang, planned.Id)).State);
        Assert.Equal(TransferState.Cancelled, Customers.Get(await Cancel(bank, wang, planned.Id)).State);
        bank.Clock.Advance(TimeSpan.FromDays(3));
        Assert.Equal(0, await ExecuteDue(bank));
        Assert.Equal(1000_00, await bank.Balance(wang));
    }

    [Theory, BothDatabases]
    public async Task Cancel_WhileItIsSent_IsRefusedOrStopsIt(TestDatabase database)
    {
        await using var bank = await Customers.Bank(database);
        var (wang, li) = (await Customers.Open(bank, 0, "1000"), await Customers.Open(bank, 1));
        var planned = new List<Guid>();
        for (var i = 0; i < 20; i++) planned.Add(Customers.Get(await bank.Transfer(wang, wang.Pays(li, "1", Thursday), $"k{i}")).Id);
        bank.Clock.Advance(TimeSpan.FromDays(3));
        var sending = ExecuteDue(bank);
        var cancelled = 0;
        foreach (var id in planned.AsEnumerable().Reverse())
            if ((await Cancel(bank, wang, id)).Try(out _, out var refusal)) cancelled++;
            else Assert.Equal("transfer_not_scheduled", refusal.Code);
        await sending;
        Assert.Equal((20 - cancelled) * 100, await bank.Balance(li));
    }

    static Task<int> ExecuteDue(TestBank bank) => bank.Call((ScheduledTransfers book) => book.ExecuteDue(CancellationToken.None));

    static Task<Platform.Outcome<MakeTransfer.View>> Cancel(TestBank bank, Customer customer, Guid id) =>
        bank.Call((ScheduledTransfers book) => book.Cancel(id, customer.Caller, CancellationToken.None));

    static Task<IReadOnlyList<MakeTransfer.View>> Waiting(TestBank bank, Customer customer) =>
        bank.Call((ScheduledTransfers book) => book.Waiting(customer.Account, customer.Caller, CancellationToken.None));

    static async Task<(TransferState, DateOnly)> StateOf(TestBank bank, Customer customer, Guid id) =>
        await bank.Call((ScheduledTransfers book) => book.Find(id, customer.Caller, CancellationToken.None)) is { } found
            ? (found.State, found.On) : throw new InvalidOperationException("The transfer is gone.");
}
