using Microsoft.Extensions.DependencyInjection;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>The database goes away under a running bank, and comes back: nothing is lost, nothing waits for a restart.</summary>
public sealed class OutageTests
{
    static readonly DateOnly Day = new(2026, 3, 4);
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    static IReadOnlyList<string> Failures(TestBank bank) => bank.Services.GetRequiredService<BackgroundWork>().Failures;

    static async Task Until(Func<Task<bool>> holds)
    {
        using var late = new CancellationTokenSource(Patience);
        while (!await holds()) await Task.Delay(20, late.Token);
    }

    /// <summary>Timers go on as they were: what looks each half second need not look at all the half seconds of two days.</summary>
    static void Leap(TestBank bank, TimeSpan time) => bank.Clock.AdjustTime(bank.Clock.GetUtcNow() + time);

    /// <summary>The jobs look whether they are due while the clock goes on.</summary>
    static async Task Ticking(TestBank bank, TimeSpan step, Func<bool> holds)
    {
        try
        {
            await Until(() =>
            {
                Leap(bank, step);
                bank.Clock.Advance(TimeSpan.FromSeconds(1));
                return holds();
            });
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"At {bank.Clock.GetUtcNow()} there is still: {string.Join('\n', Failures(bank))}");
        }
    }

    static Task Until(Func<bool> holds) => Until(() => Task.FromResult(holds()));

    [Fact]
    public async Task Follower_DatabaseAwayAndBack_AppliesWhatWasPostedMeanwhile()
    {
        await using var bank = await TestBank.New(TestDatabase.PostgreSql, Till.Add);
        await Till.OpenAccounts(bank.Ledger);
        await bank.StartFollowers();

        await PostgresServer.Away(bank.Options.PostgreSql!);
        Assert.True((await bank.Ledger.Post([Till.Entry("meanwhile", 5)]))[0].IsPosted);
        await Until(() => Failures(bank).Count == 1);
        Assert.StartsWith("till follower: ", Assert.Single(Failures(bank)), StringComparison.Ordinal);

        await PostgresServer.Back(PostgresServer.NameIn(bank.Options.PostgreSql!));
        await Until(() => Failures(bank).Count == 0);
        Assert.Equal(("meanwhile", 1), await bank.Tables(db => Task.FromResult(db.Set<Receipt>().Select(r => new { r.Key, r.Times }).Single() is var r ? (r.Key, r.Times) : default)));
    }

    [Fact]
    public async Task DuePayments_DatabaseAwayOnTheDay_AreCarriedOutOnceWhenItIsBack()
    {
        await using var bank = await TestBank.New(TestDatabase.PostgreSql, Customer.Add);
        var (payer, payee) = (await Customer.Open(bank, 0, "1000.00"), await Customer.Open(bank, 1));
        await payer.Transfer(bank, payer.To(payee, "100.00", Day)).Value();
        await bank.Start();

        await PostgresServer.Away(bank.Options.PostgreSql!);
        await Assert.ThrowsAnyAsync<Exception>(() => payer.View(bank));
        bool Broken() => Failures(bank).Any(failure => failure.StartsWith("due-payments: ", StringComparison.Ordinal));
        Leap(bank, TimeSpan.FromDays(2));
        await Ticking(bank, TimeSpan.Zero, Broken);

        await PostgresServer.Back(PostgresServer.NameIn(bank.Options.PostgreSql!));
        await Ticking(bank, TimeSpan.FromMinutes(1), () => !Broken());
        Assert.Equal((900m, 100m), (await payer.Balance(bank), await payee.Balance(bank)));
    }

    [Fact]
    public async Task Each_OneBreaks_TheOthersAreDone()
    {
        var done = new List<int>();
        var broken = await BackgroundWork.Each([1, 2, 3], item =>
        {
            if (item == 2) throw new ArithmeticException("two");
            done.Add(item);
            return Task.CompletedTask;
        });
        Assert.Equal([1, 3], done);
        Assert.Equal("two", Assert.Single(broken).Message);
        await Assert.ThrowsAsync<OperationCanceledException>(() => BackgroundWork.Each([1], _ => throw new OperationCanceledException()));
    }
}
