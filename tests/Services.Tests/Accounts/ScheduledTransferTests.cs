using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Stories of transfers that wait for their day.</summary>
public sealed class ScheduledTransferTests
{
    static readonly DateOnly Day = new(2026, 3, 4);

    static async Task<(TestBank Bank, Customer Payer, Customer Payee)> Open(TestDatabase database = TestDatabase.Sqlite, string paidIn = "1000.00")
    {
        var bank = await TestBank.New(database, Customer.Add);
        return (bank, await Customer.Open(bank, 0, paidIn), await Customer.Open(bank, 1));
    }

    static Task<int> ExecuteDue(TestBank bank) => bank.Call((ScheduledTransfers book) => book.ExecuteDue(CancellationToken.None));

    static Task<Outcome<MakeTransfer.View>> Cancel(TestBank bank, Guid transfer, Customer who) =>
        bank.Call((ScheduledTransfers book) => book.Cancel(transfer, who.Caller, CancellationToken.None));

    static async Task<MakeTransfer.View> Find(TestBank bank, Guid transfer, Customer who) =>
        (await bank.Call((ScheduledTransfers book) => book.Find(transfer, who.Caller, CancellationToken.None)))!;

    [Theory, BothDatabases]
    public async Task ExecuteDue_OnItsDay_CarriesItOutOnce(TestDatabase database)
    {
        var (bank, payer, payee) = await Open(database);
        await using var _ = bank;
        var planned = await payer.Transfer(bank, payer.To(payee, "100.00", Day)).Value();
        Assert.Equal((TransferState.Scheduled, Day, null), (planned.State, planned.On, planned.Reference));
        Assert.Equal(planned, await payer.Transfer(bank, payer.To(payee, "100.00", Day)).Value());
        Assert.Equal("idempotency_key_reused", await payer.Transfer(bank, payer.To(payee, "100.00", Day.AddDays(1))).Code());

        bank.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, await ExecuteDue(bank));
        Assert.Equal([planned], await bank.Call((ScheduledTransfers book) => book.Waiting(payer.Account, payer.Caller, CancellationToken.None)));
        Assert.Equal(1000, await payer.Balance(bank));

        bank.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(1, await ExecuteDue(bank));
        Assert.Equal(0, await ExecuteDue(bank));
        Assert.Equal((900m, 100m), (await payer.Balance(bank), await payee.Balance(bank)));
        var done = await Find(bank, planned.Id, payer);
        Assert.Equal((TransferState.Posted, Day), (done.State, done.On));
        Assert.Equal(done, await payer.Transfer(bank, payer.To(payee, "100.00", Day)).Value());
        Assert.Equal("transfer_not_scheduled", await Cancel(bank, planned.Id, payer).Code());
    }

    [Theory, BothDatabases]
    public async Task ExecuteDue_WithoutMoney_RefusesForGoodAndSaysWhy(TestDatabase database)
    {
        var (bank, payer, payee) = await Open(database, "99.99");
        await using var _ = bank;
        var planned = await payer.Transfer(bank, payer.To(payee, "100.00", Day)).Value();
        bank.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(1, await ExecuteDue(bank));
        await payer.PayIn(bank, "100.00", "late");
        Assert.Equal(0, await ExecuteDue(bank));
        var refused = await Find(bank, planned.Id, payer);
        Assert.Equal((TransferState.Refused, "insufficient_funds", null), (refused.State, refused.Refusal, refused.Reference));
        Assert.Equal([refused], await bank.Call((ScheduledTransfers book) => book.NotCarriedOut(payer.Account, payer.Caller, CancellationToken.None)));
        Assert.Equal((199.99m, 0m), (await payer.Balance(bank), await payee.Balance(bank)));
    }

    [Fact]
    public async Task ExecuteDue_OneOfSeveralRefused_CarriesOutTheOthers()
    {
        var (bank, payer, payee) = await Open();
        await using var _ = bank;
        foreach (var (key, amount) in new[] { ("k1", "600.00"), ("k2", "600.00"), ("k3", "400.00") })
            await payer.Transfer(bank, payer.To(payee, amount, Day), key).Value();
        bank.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(3, await ExecuteDue(bank));
        var states = new List<TransferState>();
        foreach (var key in (string[])["k1", "k2", "k3"]) states.Add((await Find(bank, MakeTransfer.IdOf(payer.Caller, key), payer)).State);
        Assert.Equal([TransferState.Posted, TransferState.Posted, TransferState.Refused], states.Order());
        Assert.Equal(1000, await payer.Balance(bank) + await payee.Balance(bank));
    }

    [Theory, BothDatabases]
    public async Task Cancel_BeforeItsDay_IsNeverCarriedOut(TestDatabase database)
    {
        var (bank, payer, payee) = await Open(database);
        await using var _ = bank;
        var planned = await payer.Transfer(bank, payer.To(payee, "100.00", Day)).Value();
        Assert.Equal("transfer_not_found", await Cancel(bank, planned.Id, payee).Code());
        Assert.Equal("transfer_not_found", await Cancel(bank, payer.Party, payer).Code());
        Assert.Equal(TransferState.Cancelled, (await Cancel(bank, planned.Id, payer).Value()).State);
        Assert.Equal(TransferState.Cancelled, (await Cancel(bank, planned.Id, payer).Value()).State);
        bank.Clock.Advance(TimeSpan.FromDays(3));
        Assert.Equal(0, await ExecuteDue(bank));
        Assert.Equal(TransferState.Cancelled, (await payer.Transfer(bank, payer.To(payee, "100.00", Day)).Value()).State);
        Assert.Equal(1000, await payer.Balance(bank));
    }

    /// <summary>The job has read the row when the customer cancels: whoever is first in the ledger wins, and no money moves after the cancellation.</summary>
    [Theory, BothDatabases]
    public async Task Cancel_WhileTheJobIsAtIt_IsNotCarriedOutAfterwards(TestDatabase database)
    {
        var (bank, payer, payee) = await Open(database);
        await using var _ = bank;
        var planned = await payer.Transfer(bank, payer.To(payee, "100.00", Day)).Value();
        bank.Clock.Advance(TimeSpan.FromDays(2));
        await bank.In(async job =>
        {
            var row = await job.GetRequiredService<CityDb>().Set<Transfer>().SingleAsync(t => t.Id == planned.Id);
            var cancelled = !(await Cancel(bank, planned.Id, payer)).IsRefused();
            await job.GetRequiredService<MakeTransfer>().Execute(row, CancellationToken.None);
            var end = await Find(bank, planned.Id, payer);
            Assert.Equal(cancelled ? (TransferState.Cancelled, 1000m) : (TransferState.Posted, 900m), (end.State, await payer.Balance(bank)));
        });
        Assert.Equal(0, await ExecuteDue(bank));
    }

    [Theory, BothDatabases]
    public async Task ExecuteDue_OverTheLimitOfItsDay_IsRefused(TestDatabase database)
    {
        var (bank, payer, payee) = await Open(database);
        await using var _ = bank;
        await payer.SetLimits(bank, "100.00", "150.00");
        await payer.Transfer(bank, payer.To(payee, "100.00", Day), "k1").Value();
        // Today's payments take nothing from the allowance of that day.
        await payer.Transfer(bank, payer.To(payee, "100.00"), "k2").Value();
        await payer.Transfer(bank, payer.To(payee, "100.00", Day), "k3").Value();
        bank.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(2, await ExecuteDue(bank));
        var ends = new[] { await Find(bank, MakeTransfer.IdOf(payer.Caller, "k1"), payer), await Find(bank, MakeTransfer.IdOf(payer.Caller, "k3"), payer) };
        Assert.Equal(["", "daily_limit_exceeded"], ends.Select(end => end.Refusal ?? "").Order(StringComparer.Ordinal));
        Assert.Equal((800m, 50_00L), (await payer.Balance(bank), (await payer.View(bank)).LeftToday.MinorUnits));
    }

    [Fact]
    public async Task Cancel_WithNothingLeftOfTheDaysAllowance_IsStillPossible()
    {
        var (bank, payer, payee) = await Open();
        await using var _ = bank;
        var planned = await payer.Transfer(bank, payer.To(payee, "1.00", Day), "later").Value();
        await payer.SetLimits(bank, "100.00", "100.00");
        await payer.Transfer(bank, payer.To(payee, "100.00")).Value();
        await payer.Restrict(bank, new Ledger.Limits(FrozenOut: true));
        Assert.Equal(TransferState.Cancelled, (await Cancel(bank, planned.Id, payer).Value()).State);
        Assert.Equal(0, (await payer.View(bank)).LeftToday.MinorUnits);
    }

    [Fact]
    public async Task DuePayments_StartedAndADayLater_CarryOutWhatIsDue()
    {
        var (bank, payer, payee) = await Open();
        await using var _ = bank;
        await payer.Transfer(bank, payer.To(payee, "100.00", Day)).Value();
        bank.Clock.Advance(TimeSpan.FromDays(2));
        var before = bank.Ledger.LastSequence;
        await bank.Start();
        // Two entries: the day's allowance and the transfer.
        await foreach (var posted in bank.Ledger.Follow(before, TestContext.Current.CancellationToken))
            if (posted.Entry.Reference.StartsWith("accounts/transfer/", StringComparison.Ordinal)) break;
        Assert.Equal(900, await payer.Balance(bank));
    }

    [Fact]
    public void LifeCycle_EveryState_IsReachableAndEndsHaveNoExit()
    {
        var reached = Transfer.LifeCycle.Select(step => step.To).Append(TransferState.Scheduled).Distinct().Order();
        Assert.Equal(Enum.GetValues<TransferState>().Order(), reached);
        Assert.All(Transfer.LifeCycle, step => Assert.Contains(step.From, (TransferState[])[TransferState.Scheduled, TransferState.Held]));
    }
}
