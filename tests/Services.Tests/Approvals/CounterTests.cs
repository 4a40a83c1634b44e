using Microsoft.Extensions.DependencyInjection;
using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>What tellers do with customers' accounts, alone and with a colleague's consent.</summary>
public sealed class CounterTests
{
    static readonly CancellationToken None = CancellationToken.None;

    // The same in each of the banks that a crash test opens.
    Customer _customer = null!;
    ApprovalView _asked = null!;

    Task<TakeCash.Result> Take(TestBank bank, string amount, string key = "k1", Caller? by = null) =>
        bank.Call((TakeCash counter) => counter.Handle(_customer.Account, amount, key, by ?? Office.Teller, None)).Value();

    async Task<TestBank> Open(TestDatabase database)
    {
        var bank = await TestBank.New(database, Customer.Add);
        _customer = await Customer.Open(bank, 0);
        return bank;
    }

    [Theory, BothDatabases]
    public async Task TakeCash_BelowTheThreshold_IsPaidInAtOnce(TestDatabase database)
    {
        await using var bank = await Open(database);
        Assert.Null((await Take(bank, "49999.99")).Waiting);
        Assert.Null((await Take(bank, "49999.99")).Waiting);
        Assert.Equal(49_999.99m, await _customer.Balance(bank));
    }

    [Theory, BothDatabases]
    public async Task TakeCash_FromTheThresholdOn_IsPaidInWhenAColleagueApproves(TestDatabase database)
    {
        await using var bank = await Open(database);
        var waiting = (await Take(bank, "50000.00")).Waiting!;
        Assert.Equal((ApprovalState.Waiting, 0m), (waiting.State, await _customer.Balance(bank)));
        Assert.Contains(waiting.Facts, fact => fact.Value.English == "¥50,000.00" && fact.Before?.English == "¥0.00");

        Assert.Equal(ApprovalState.Executed, (await bank.Approve(waiting, Office.An).Value()).State);
        Assert.Equal(50_000m, await _customer.Balance(bank));
        // Sent again after all that, it is the same cash.
        Assert.Equal(waiting.Id, (await Take(bank, "50000.00")).Waiting!.Id);
        Assert.Equal(50_000m, await _customer.Balance(bank));
    }

    [Theory, BothDatabases]
    public async Task TakeCash_InParts_CountsTheDayTogether(TestDatabase database)
    {
        await using var bank = await Open(database);
        Assert.Null((await Take(bank, "30000.00", "a")).Waiting);
        Assert.NotNull((await Take(bank, "20000.00", "b")).Waiting);
        // The first, sent again, is still the first.
        Assert.Null((await Take(bank, "30000.00", "a")).Waiting);
        Assert.Equal(30_000m, await _customer.Balance(bank));
        bank.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Null((await Take(bank, "20000.00", "c")).Waiting);
        // Asked yesterday it was large cash, and that it stays.
        Assert.NotNull((await Take(bank, "20000.00", "b")).Waiting);
    }

    [Theory, BothDatabases]
    public async Task TakeCash_ByTheOperator_AsksNobody(TestDatabase database)
    {
        await using var bank = await Open(database);
        Assert.Null((await Take(bank, "900000.00", by: new Caller(null, IsOperator: true))).Waiting);
        Assert.Equal(900_000m, await _customer.Balance(bank));
    }

    [Theory, BothDatabases]
    public async Task TakeCash_WithBadInput_IsRefused(TestDatabase database)
    {
        await using var bank = await Open(database);
        foreach (var amount in (string?[])[null, "", "x", "0", "-5", "1.001"])
            Assert.Equal("amount_invalid", await bank.Call((TakeCash c) => c.Handle(_customer.Account, amount, "k", Office.Teller, None)).Code());
        Assert.Equal("account_not_found", await bank.Call((TakeCash c) => c.Handle(Guid.Empty, "5.00", "k", Office.Teller, None)).Code());
        Assert.Equal("approval_maker_role", await bank.Call((TakeCash c) => c.Handle(_customer.Account, "50000.00", "k", Office.An, None)).Code());
    }

    [Theory, BothDatabases]
    public async Task ChangeLimits_LowerAtOnce_HigherWhenAColleagueApproves(TestDatabase database)
    {
        await using var bank = await Open(database);
        Task<Outcome<ChangeLimitsAtCounter.Result>> Change(string payment, string day, string key) =>
            bank.Call((ChangeLimitsAtCounter c) => c.Handle(_customer.Account, payment, day, key, Office.Teller, None));

        Assert.Null((await Change("40000.00", "200000.00", "lower").Value()).Waiting);
        Assert.Equal(40_000m, (await _customer.View(bank)).PaymentLimit.ToDecimal());
        Assert.Equal("daily_limit_too_low", await Change("40000.00", "30000.00", "wrong").Code());
        var waiting = (await Change("60000.00", "200000.00", "higher").Value()).Waiting!;
        Assert.Equal(40_000m, (await _customer.View(bank)).PaymentLimit.ToDecimal());
        await bank.Approve(waiting, Office.An).Value();
        Assert.Equal(60_000m, (await _customer.View(bank)).PaymentLimit.ToDecimal());
        Assert.Equal(waiting.Id, (await Change("60000.00", "200000.00", "higher").Value()).Waiting!.Id);
    }

    CrashTest For(TestDatabase database, Func<TestBank, Task> arrange) => new()
    {
        Database = database,
        Modules = Customer.Add,
        Arrange = async bank =>
        {
            _customer = await Customer.Open(bank, 0);
            await arrange(bank);
        },
    };

    async Task<ApprovalState> Approve(IServiceProvider services)
    {
        var approvals = services.GetRequiredService<Approvals>();
        // Whoever sends it again after a crash finds it decided; the job carries out what was left.
        var decided = await approvals.Approve(_asked.Id, _asked.ContentHash, Office.An, None);
        Assert.True(decided.Try(out _, out var refusal) || refusal.Code is "approval_closed");
        await approvals.FollowUp(None);
        return (await approvals.Find(_asked.Id, Office.An, None))!.State;
    }

    [Theory, BothDatabases]
    public Task ApproveCash_KilledAndRetried_IsPaidInOnce(TestDatabase database) =>
        For(database, async bank => _asked = (await Take(bank, "50000.00")).Waiting!).Retried(Approve, async (bank, state) =>
        {
            Assert.Equal(ApprovalState.Executed, state);
            Assert.Equal(50_000m, await _customer.Balance(bank));
        });

    [Theory, BothDatabases]
    public Task ApproveLimits_KilledAndRetried_AreRaisedOnce(TestDatabase database) =>
        For(database, async bank => _asked = (await bank.Call((ChangeLimitsAtCounter c) =>
            c.Handle(_customer.Account, "60000.00", "300000.00", "k1", Office.Teller, None)).Value()).Waiting!).Retried(Approve, async (bank, state) =>
        {
            Assert.Equal(ApprovalState.Executed, state);
            Assert.Equal((60_000m, 300_000m), ((await _customer.View(bank)).PaymentLimit.ToDecimal(), (await _customer.View(bank)).LeftToday.ToDecimal()));
        });

    [Theory, BothDatabases]
    public Task AskAndApproveCash_KilledAndRetried_IsPaidInOnce(TestDatabase database) =>
        For(database, _ => Task.CompletedTask).Retried(async services =>
        {
            _asked = (await services.GetRequiredService<TakeCash>().Handle(_customer.Account, "50000.00", "k1", Office.Teller, None).Value()).Waiting!;
            return await Approve(services);
        }, async (bank, _) => Assert.Equal(50_000m, await _customer.Balance(bank)));
}
