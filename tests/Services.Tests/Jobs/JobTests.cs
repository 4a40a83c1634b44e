using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Jobs run when due, in one process at a time, go on where they stopped, and make up for what was missed, once.</summary>
public sealed class JobTests
{
    const string Name = "count";
    static readonly Caller Clerk = new(null, IsOperator: false) { UserId = NameBasedId.From("office", "clerk"), Roles = [Roles.Operations] };
    static readonly CancellationToken None = CancellationToken.None;

    /// <summary>Puts ten marks, one in each transaction, and can be told to stop, to fail or to wait in between.</summary>
    sealed class Counting(CityDb db, Counting.Orders orders) : IJobWork
    {
        public sealed class Orders
        {
            public int Runs { get; set; }
            public Func<JobRun, int, CancellationToken, Task> Before { get; set; } = (_, _, _) => Task.CompletedTask;
        }

        public async Task Run(JobRun run, CancellationToken cancel)
        {
            orders.Runs++;
            for (var number = run.Position.Length == 0 ? 0 : int.Parse(run.Position, System.Globalization.CultureInfo.InvariantCulture); number < 10; number++)
            {
                await orders.Before(run, number, cancel);
                db.Add(new Mark { Content = $"{number}" });
                run.MoveTo(db, $"{number + 1}");
                await db.SaveChangesAsync(cancel);
                run.Report(number + 1, 10, "counting");
            }
        }
    }

    static Task<TestBank> Bank(TestDatabase database, Schedule? schedule = null) => TestBank.New(database, services =>
    {
        services.AddSingleton<ICityTables, MarkTables>();
        services.AddSingleton(new Counting.Orders());
        services.AddJob<Counting>(Name, schedule ?? Schedule.Daily(new TimeOnly(12, 0)));
    });

    static Counting.Orders Orders(TestBank bank) => bank.Services.GetRequiredService<Counting.Orders>();

    static Task<DateTime> RunIfDue(TestBank bank) => bank.Services.GetRequiredService<JobRunner>().RunIfDue(Name, None);

    static async Task<JobView> View(TestBank bank) => (await bank.Call((JobBook book) => book.Find(Name, None)))!;

    static async Task<IReadOnlyList<JobRunView>> History(TestBank bank) => (await bank.Call((JobBook book) => book.History(Name, 1, None))).Runs;

    /// <summary>The runner of another process, on the same database.</summary>
    static JobRunner Other(TestBank bank) => ActivatorUtilities.CreateInstance<JobRunner>(bank.Services, bank.Options with { DataFolder = "elsewhere" }, NullLogger<JobRunner>.Instance);

    [Theory, BothDatabases]
    public async Task Job_IsRunWhenDue_AndNotBefore(TestDatabase database)
    {
        await using var bank = await Bank(database);
        // 09:30 on a Monday, due at 12:00.
        Assert.Equal(bank.Clock.UtcNow().AddHours(2.5), await RunIfDue(bank));
        Assert.Equal(0, Orders(bank).Runs);
        bank.Clock.Advance(TimeSpan.FromHours(2.5));
        await RunIfDue(bank);
        Assert.Equal(bank.Clock.UtcNow().AddHours(24), await RunIfDue(bank));

        Assert.Equal(1, Orders(bank).Runs);
        Assert.Equal(Enumerable.Range(0, 10).Select(n => $"{n}"), await bank.Marks());
        var run = Assert.Single(await History(bank));
        Assert.Equal((JobRunState.Succeeded, 10L, 10L, "counting", "schedule"), (run.State, run.Done, run.Total, run.Message, run.StartedBy));
    }

    [Theory, BothDatabases]
    public async Task Job_ThatMissedManyTimes_MakesUpOnce(TestDatabase database)
    {
        await using var bank = await Bank(database);
        await RunIfDue(bank);
        bank.Clock.Advance(TimeSpan.FromDays(10));
        await RunIfDue(bank);
        await RunIfDue(bank);
        Assert.Equal(1, Orders(bank).Runs);
        Assert.Equal(BankTime.StartOf(bank.Clock.Today()).AddHours(12), (await View(bank)).NextAt);
    }

    [Theory, BothDatabases]
    public async Task Job_ThatFails_IsTriedAgainLaterAndLaterFromItsPosition(TestDatabase database)
    {
        await using var bank = await Bank(database);
        await RunIfDue(bank);
        bank.Clock.Advance(TimeSpan.FromHours(2.5));
        Orders(bank).Before = (_, number, _) => number == 4 ? throw new JobFailedException("no paper") : Task.CompletedTask;
        foreach (var minutes in (int[])[1, 2, 4, 8, 16, 32, 60, 60])
        {
            await RunIfDue(bank);
            Assert.Equal(bank.Clock.UtcNow().AddMinutes(minutes), await RunIfDue(bank));
            bank.Clock.Advance(TimeSpan.FromMinutes(minutes));
        }
        Assert.Equal(["count: no paper"], bank.Services.GetRequiredService<BackgroundWork>().Failures);
        Assert.Equal((JobRunState.Failed, "no paper"), ((await History(bank))[0].State, (await History(bank))[0].Error));
        Orders(bank).Before = (_, _, _) => Task.CompletedTask;
        await RunIfDue(bank);
        Assert.Empty(bank.Services.GetRequiredService<BackgroundWork>().Failures);
        Assert.Equal(Enumerable.Range(0, 10).Select(n => $"{n}"), await bank.Marks());
        Assert.Equal(bank.Clock.UtcNow().Date.AddDays(1).AddHours(4), (await View(bank)).NextAt);
    }

    [Theory, BothDatabases]
    public async Task Job_FailingWithAnyOtherError_KeepsNothingOfItsMessage(TestDatabase database)
    {
        await using var bank = await Bank(database);
        await bank.Call((JobBook book) => book.List(None));
        await RunIfDue(bank);
        bank.Clock.Advance(TimeSpan.FromHours(3));
        Orders(bank).Before = (_, _, _) => throw new ArithmeticException("张三 13800000000");
        await RunIfDue(bank);
        Assert.Equal(nameof(ArithmeticException), (await History(bank))[0].Error);
    }

    [Theory, BothDatabases]
    public async Task Job_InAProcessThatEnds_GoesOnWhereItStopped(TestDatabase database)
    {
        await using var bank = await Bank(database);
        await RunIfDue(bank);
        bank.Clock.Advance(TimeSpan.FromHours(3));
        using var end = new CancellationTokenSource();
        Orders(bank).Before = (_, number, _) => number == 6 ? end.CancelAsync().ContinueWith(_ => end.Token.ThrowIfCancellationRequested(), None, TaskContinuationOptions.None, TaskScheduler.Default) : Task.CompletedTask;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bank.Services.GetRequiredService<JobRunner>().RunIfDue(Name, end.Token));
        Assert.Equal(6, (await bank.Marks()).Count);

        await bank.Restart();
        await RunIfDue(bank);

        Assert.Equal(Enumerable.Range(0, 10).Select(n => $"{n}"), await bank.Marks());
        Assert.Equal([JobRunState.Succeeded, JobRunState.Interrupted], (await History(bank)).Select(run => run.State));
    }

    [Theory, BothDatabases]
    public async Task Job_InTwoProcesses_IsRunByOne(TestDatabase database)
    {
        await using var bank = await Bank(database);
        await RunIfDue(bank);
        bank.Clock.Advance(TimeSpan.FromHours(3));
        var (inside, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        Orders(bank).Before = (_, number, _) =>
        {
            if (number == 5) inside.SetResult();
            return number == 5 ? goOn.Task : Task.CompletedTask;
        };
        using var other = Other(bank);
        var running = Task.Run(() => RunIfDue(bank));
        await inside.Task;
        Assert.NotNull((await View(bank)).RunningOn);
        await other.RunIfDue(Name, None);
        await RunIfDue(bank);
        Assert.Equal(1, Orders(bank).Runs);
        goOn.SetResult();
        await running;
        await other.RunIfDue(Name, None);
        Assert.Equal(1, Orders(bank).Runs);
        Assert.Equal(10, (await bank.Marks()).Count);
    }

    /// <summary>A process that stood still for longer than its lease wakes up and can save nothing more.</summary>
    [Theory, BothDatabases]
    public async Task Job_TakenOverByAnotherProcess_SavesNothingMoreInTheFirst(TestDatabase database)
    {
        await using var bank = await Bank(database);
        await RunIfDue(bank);
        bank.Clock.Advance(TimeSpan.FromHours(3));
        var (inside, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        Orders(bank).Before = (run, number, _) =>
        {
            if (number != 5 || inside.Task.IsCompleted) return Task.CompletedTask;
            inside.SetResult();
            return goOn.Task;
        };
        using var other = Other(bank);
        var running = Task.Run(() => RunIfDue(bank));
        await inside.Task;
        // As if it had been silent for long: the lease is over.
        await bank.Tables(db => db.Set<JobState>().Where(s => s.Name == Name).ExecuteUpdateAsync(set => set.SetProperty(s => s.LeaseUntil, bank.Clock.UtcNow())));
        await other.RunIfDue(Name, None);
        Assert.Equal(10, (await bank.Marks()).Count);
        goOn.SetResult();
        await running;

        Assert.Equal(Enumerable.Range(0, 10).Select(n => $"{n}"), await bank.Marks());
        Assert.Equal([JobRunState.Succeeded, JobRunState.Interrupted], (await History(bank)).Select(run => run.State));
        Assert.Empty(bank.Services.GetRequiredService<BackgroundWork>().Failures);
    }

    [Theory, BothDatabases]
    public async Task Job_PausedAndWanted_IsRunByHandOnly(TestDatabase database)
    {
        await using var bank = await Bank(database);
        await RunIfDue(bank);
        Assert.Null(await bank.Call((JobBook book) => book.Pause(Name, Clerk, None)));
        bank.Clock.Advance(TimeSpan.FromDays(2));
        await RunIfDue(bank);
        Assert.Equal(0, Orders(bank).Runs);
        Assert.True((await View(bank)) is { Paused: true, NextAt: null });

        Assert.Null(await bank.Call((JobBook book) => book.RunNow(Name, Clerk, None)));
        Assert.True((await View(bank)).Wanted);
        await RunIfDue(bank);
        await RunIfDue(bank);
        Assert.Equal(1, Orders(bank).Runs);
        Assert.Equal(Clerk.Actor, Assert.Single(await History(bank)).StartedBy);

        Assert.Null(await bank.Call((JobBook book) => book.Resume(Name, None)));
        bank.Clock.Advance(TimeSpan.FromDays(1));
        await RunIfDue(bank);
        Assert.Equal(2, Orders(bank).Runs);
        Assert.Equal("job_not_found", (await bank.Call((JobBook book) => book.RunNow("nothing", Clerk, None)))!.Code);
    }

    [Theory, BothDatabases]
    public async Task Job_WithNothingToDo_LeavesOneRun(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        for (var minute = 0; minute < 5; minute++)
        {
            await bank.Services.GetRequiredService<JobRunner>().RunIfDue("approvals", None);
            bank.Clock.Advance(TimeSpan.FromMinutes(1));
        }
        Assert.Single((await bank.Call((JobBook book) => book.History("approvals", 1, None))).Runs);
    }

    [Theory, BothDatabases]
    public async Task Started_RunsInTheBackgroundAndShowsProgress(TestDatabase database)
    {
        await using var bank = await Bank(database, Schedule.Every(TimeSpan.FromMinutes(1), atStart: true));
        var (inside, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        Orders(bank).Before = (_, number, _) =>
        {
            if (number != 5 || inside.Task.IsCompleted) return Task.CompletedTask;
            inside.SetResult();
            return goOn.Task;
        };
        await bank.Start();
        await inside.Task;
        while ((await History(bank))[0] is not { Done: 5, Total: 10, State: JobRunState.Running })
        {
            bank.Clock.Advance(TimeSpan.FromSeconds(2));
            await Task.Delay(10);
        }
        goOn.SetResult();
        while ((await History(bank))[0].State != JobRunState.Succeeded) await Task.Delay(10);
        Assert.Equal(10, (await bank.Marks()).Count);
    }

    static async Task<JobRunView> RunByHand(TestBank bank, string job)
    {
        var runner = bank.Services.GetRequiredService<JobRunner>();
        await runner.RunIfDue(job, None);
        Assert.Null(await bank.Call((JobBook book) => book.RunNow(job, Clerk, None)));
        await runner.RunIfDue(job, None);
        return (await bank.Call((JobBook book) => book.History(job, 1, None))).Runs[0];
    }

    [Theory, BothDatabases]
    public async Task VerifyLedger_OfASoundAndOfADamagedLedger_TellsWhich(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Till.Add);
        await Till.OpenAccounts(bank.Ledger);
        await bank.Ledger.Post([Till.Entry("a", 5)]);
        var run = await RunByHand(bank, "ledger-verification");
        Assert.Equal((JobRunState.Succeeded, 1L), (run.State, run.Done));
        Assert.StartsWith("1 entries, 2 accounts, chain ", run.Message, StringComparison.Ordinal);

        // A byte of the copy that is checked is turned over, at a place that was read before.
        var journal = Directory.GetFiles(bank.Options.LedgerFolder).OrderByDescending(f => new FileInfo(f).Length).First();
        byte[] Turn(int at)
        {
            using var file = new FileStream(journal, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            var before = new byte[1];
            file.Position = at;
            file.ReadExactly(before);
            file.Position = at;
            file.WriteByte((byte)(before[0] ^ 0xff));
            return before;
        }
        Turn(200);
        run = await RunByHand(bank, "ledger-verification");
        Turn(200);
        Assert.Equal(JobRunState.Failed, run.State);
        Assert.StartsWith("The ledger is damaged: ", run.Error, StringComparison.Ordinal);
    }

    [Theory, BothDatabases]
    public async Task Retention_DeletesWhatIsOldAndKeepsTheRest(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        StoredAnswer Answer(string key) => new()
        {
            Caller = "user/1",
            Key = key,
            RequestHash = new byte[32],
            Status = 200,
            ContentType = "",
            Body = [1],
            StoredAt = bank.Clock.UtcNow(),
        };
        await bank.Tables(async db =>
        {
            db.AddRange(Enumerable.Range(0, 2_500).Select(n => Answer($"old-{n}")));
            return await db.SaveChangesAsync();
        });
        bank.Clock.Advance(TimeSpan.FromDays(30).Add(TimeSpan.FromSeconds(1)));
        await bank.Tables(async db =>
        {
            db.Add(Answer("new"));
            return await db.SaveChangesAsync();
        });
        var run = await RunByHand(bank, "retention");
        Assert.Equal("2500 rows", run.Message);
        Assert.Equal(["new"], await bank.Tables(db => db.Set<StoredAnswer>().Select(a => a.Key).ToListAsync()));
    }
}
