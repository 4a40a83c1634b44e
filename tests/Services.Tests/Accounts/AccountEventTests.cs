using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Webhooks are told of payments and credits in the transaction in which the tables learn of them: each once, whatever crashes.</summary>
public sealed class AccountEventTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A webhook that was proven a second after what happened before; nobody listens there.</summary>
    static Task<int> Listen(TestBank bank, Customer customer) => bank.Tables(async db =>
    {
        bank.Clock.Advance(TimeSpan.FromSeconds(1));
        db.Add(new Destination
        {
            Name = $"{Webhooks.Prefix}{customer.Party}",
            Address = "https://firm.example/pujiang",
            PartyId = customer.Party,
            Events = $"{AccountEvents.AccountCredited} {AccountEvents.PaymentExecuted} {AccountEvents.PaymentRejected}",
            CreatedAt = bank.Clock.UtcNow(),
            ProvenAt = bank.Clock.UtcNow(),
        });
        return await db.SaveChangesAsync();
    });

    sealed record Told(Guid Party, string Kind, string Reference, JsonElement Data)
    {
        public string Text(string name) => Data.GetProperty(name).GetString()!;
    }

    static async Task<List<Told>> Messages(TestBank bank) =>
        [.. (await bank.Tables(db => db.Set<OutboxMessage>().OrderBy(m => m.Number).ToListAsync())).Select(m => new Told(
            Guid.Parse(m.Destination.AsSpan(Webhooks.Prefix.Length)), m.Kind, m.Reference, JsonDocument.Parse(m.Body).RootElement))];

    [Theory, BothDatabases]
    public async Task Transfer_IsToldToPayerAndPayee_WithoutNamesAndNumbers(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Customer.Add);
        var payer = await Customer.Open(bank, 1, "1000.00");
        var payee = await Customer.Open(bank, 2);
        await Listen(bank, payer);
        await Listen(bank, payee);
        var made = await payer.Transfer(bank, payer.To(payee, "12.50")).Value();

        var told = await Messages(bank);
        Assert.Equal([(payer.Party, AccountEvents.PaymentExecuted), (payee.Party, AccountEvents.AccountCredited)], told.Select(t => (t.Party, t.Kind)));
        Assert.Equal(($"{made.Id}", $"{payer.Account}", "12.50", "CNY", "2026-03-02", made.Reference),
            (told[0].Text("transfer"), told[0].Text("account"), told[0].Text("amount"), told[0].Text("currency"), told[0].Text("on"), told[0].Text("reference")));
        Assert.Equal(($"{payee.Account}", "12.50", made.Reference), (told[1].Text("account"), told[1].Text("amount"), told[1].Text("reference")));
        foreach (var secret in new[] { payer.Name, payee.Name, payer.Number, payee.Number, "货款" })
            Assert.DoesNotContain(told, t => t.Data.GetRawText().Contains(secret, StringComparison.Ordinal) || t.Reference.Contains(secret, StringComparison.Ordinal));

        await bank.ApplyEverythingAgain();
        Assert.Equal(2, (await Messages(bank)).Count);
    }

    [Theory, BothDatabases]
    public async Task ScheduledTransfer_ThatIsRefusedOnItsDay_IsTold(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Customer.Add);
        var payer = await Customer.Open(bank, 1, "10.00");
        var payee = await Customer.Open(bank, 2);
        await Listen(bank, payer);
        var planned = await payer.Transfer(bank, payer.To(payee, "12.50", new DateOnly(2026, 3, 3))).Value();
        bank.Clock.Advance(TimeSpan.FromDays(1));
        await bank.Call((ScheduledTransfers transfers) => transfers.ExecuteDue(Cancel));
        await bank.Call((ScheduledTransfers transfers) => transfers.ExecuteDue(Cancel));
        var told = Assert.Single(await Messages(bank));
        Assert.Equal((AccountEvents.PaymentRejected, $"{planned.Id}", "insufficient_funds", "12.50"), (told.Kind, told.Text("transfer"), told.Text("reason"), told.Text("amount")));
    }

    [Theory, BothDatabases]
    public async Task PaymentFile_IsToldLineByLine(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Customer.Add);
        var payer = await Customer.Open(bank, 1, "100.00");
        var payee = await Customer.Open(bank, 2);
        await Listen(bank, payer);
        var lines = new[] { ("E-1", "60.00"), ("E-2", "70.00"), ("E-3", "5.00") }.Select(line => new PaymentOrder.Line(line.Item1, line.Item2, payee.Name, payee.Number)).ToList();
        await new PaymentOrder("M-1", new PaymentOrder.Block("P-1", payer.Number, new DateOnly(2026, 3, 2), lines)).Submit(bank, payer.Caller).Value();
        Assert.Equal(
            [(AccountEvents.PaymentExecuted, "E-1", "60.00"), (AccountEvents.PaymentExecuted, "E-3", "5.00"), (AccountEvents.PaymentRejected, "E-2", "70.00")],
            (await Messages(bank)).Select(t => (t.Kind, t.Text("endToEndId"), t.Text("amount"))).OrderBy(t => t.Kind, StringComparer.Ordinal).ThenBy(t => t.Item2, StringComparer.Ordinal));
        Assert.Equal("AM04", (await Messages(bank)).Single(t => t.Kind == AccountEvents.PaymentRejected).Text("reason"));
    }

    /// <summary>Killed at every write, and tried again: entries, rows and messages are those of a run without a crash.</summary>
    [Theory, BothDatabases]
    public async Task Transfer_KilledAtEveryWrite_IsToldOnce(TestDatabase database)
    {
        Customer payer = null!, payee = null!;
        await new CrashTest
        {
            Database = database,
            Modules = Customer.Add,
            Arrange = async bank =>
            {
                payer = await Customer.Open(bank, 1, "1000.00");
                payee = await Customer.Open(bank, 2);
                await Listen(bank, payer);
                await Listen(bank, payee);
            },
        }.Retried(
            services => services.GetRequiredService<MakeTransfer>().Handle(payer.To(payee, "12.50"), payer.Caller, "k1", Cancel).Value(),
            async (bank, _) => Assert.Equal([AccountEvents.PaymentExecuted, AccountEvents.AccountCredited], (await Messages(bank)).Select(t => t.Kind)));
    }
}
