using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class OutboxTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, BothDatabases]
    public async Task Send_IsSavedWithTheChange_AndOnlyThen(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await using var receiver = await Receiver.Start();
        await receiver.Register(bank);
        var id = await Send(bank, "a", "kept");
        await bank.Tables(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Send("partner", "test", "b", "rolled back"u8.ToArray());
            await db.SaveChangesAsync();
            await transaction.RollbackAsync();
            return 0;
        });
        await Deliver(bank);
        var got = Assert.Single(receiver.Got);
        Assert.Equal(new Receiver.Message(id.ToString(), "test", "a", "kept", "2026-03-02T01:30:00.000000Z"), got);
        Assert.Equal(DeliveryState.Delivered, await StateOf(bank, id));
        await Deliver(bank);
        Assert.Single(receiver.Got);
    }

    [Theory, BothDatabases]
    public async Task Body_AtRest_IsSealed(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await Send(bank, "a", "王丽华 11010519491231002X");
        var stored = await bank.Tables(db => db.Database.SqlQueryRaw<byte[]>(database == TestDatabase.Sqlite
            ? "SELECT body AS \"Value\" FROM outbox_message" : "SELECT body AS \"Value\" FROM outbox.message").SingleAsync());
        Assert.DoesNotContain("11010519491231002X", Encoding.UTF8.GetString(stored), StringComparison.Ordinal);
        Assert.Equal("王丽华 11010519491231002X", Encoding.UTF8.GetString(bank.PersonalData.OpenBytes(stored)));
    }

    [Theory, BothDatabases]
    public async Task Failures_FollowThePlan_OutliveTheProcess_AndEndInGivenUp(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await using var receiver = await Receiver.Start();
        receiver.Answer = _ => Task.FromResult(500);
        await receiver.Register(bank, plan: "10 60 300");
        var id = await Send(bank, "a", "1");
        foreach (var (pause, attempts) in new[] { (0, 1), (9, 1), (1, 2), (59, 2), (1, 3), (299, 3), (1, 4), (100_000, 4) })
        {
            bank.Clock.Advance(TimeSpan.FromSeconds(pause));
            await bank.Crash();
            await Deliver(bank);
            Assert.Equal(attempts, receiver.Got.Count);
        }
        Assert.Equal(DeliveryState.GivenUp, await StateOf(bank, id));
        Assert.Single(receiver.Once);

        var errors = await bank.Tables(db => db.Set<DeliveryAttempt>().OrderBy(a => a.Attempt).ToListAsync());
        Assert.Equal([1, 2, 3, 4], errors.Select(a => a.Attempt));
        Assert.All(errors, a => Assert.Equal((500, "The receiver answered 500 InternalServerError."), (a.Status, a.Error)));
    }

    [Theory, BothDatabases]
    public async Task Messages_OfOneReference_ArriveInOrder_AndOthersDoNotWaitForThem(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await using var receiver = await Receiver.Start();
        receiver.Answer = message => Task.FromResult(message.Body == "a1" ? 503 : 200);
        await receiver.Register(bank);
        foreach (var (reference, body) in new[] { ("a", "a1"), ("a", "a2"), ("b", "b1"), ("a", "a3"), ("b", "b2") }) await Send(bank, reference, body);
        await Deliver(bank);
        Assert.Equal(["a1", "b1", "b2"], receiver.Once.Order());

        receiver.Answer = _ => Task.FromResult(200);
        bank.Clock.Advance(TimeSpan.FromSeconds(10));
        await Deliver(bank);
        Assert.Equal(["a1", "a1", "a2", "a3"], receiver.Got.Select(m => m.Body).Where(body => body[0] == 'a'));
        Assert.Equal(["b1", "b2"], receiver.Got.Select(m => m.Body).Where(body => body[0] == 'b'));
    }

    [Theory, BothDatabases]
    public async Task AMessageThatWasGivenUp_HoldsBackItsReference(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await using var receiver = await Receiver.Start();
        receiver.Answer = message => Task.FromResult(message.Body == "1" ? 410 : 200);
        await receiver.Register(bank);
        var first = await Send(bank, "a", "1");
        await Send(bank, "a", "2");
        await Deliver(bank);
        Assert.Equal(DeliveryState.GivenUp, await StateOf(bank, first));
        bank.Clock.Advance(TimeSpan.FromDays(2));
        await Deliver(bank);
        Assert.Equal(["1"], receiver.Once);

        await bank.Tables(async db =>
        {
            (await db.Set<OutboxMessage>().SingleAsync(m => m.Id == first)).Withdraw();
            return await db.SaveChangesAsync();
        });
        await Deliver(bank);
        Assert.Equal(["1", "2"], receiver.Once);
    }

    [Theory, BothDatabases]
    public async Task TwoSenders_OfOneDatabase_SendEachMessageOnce(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await using var receiver = await Receiver.Start();
        receiver.Answer = async _ => { await Task.Yield(); return 200; };
        await receiver.Register(bank);
        for (var i = 0; i < 40; i++) await Send(bank, $"r{i}", $"{i}");
        var senders = Enumerable.Range(0, 4).Select(_ => ActivatorUtilities.CreateInstance<OutboxDispatcher>(bank.Services)).ToList();
        await Task.WhenAll(senders.Select(sender => Task.Run(() => sender.DeliverDue(Cancel))));
        // One that lost a race leaves the rest to the others, or to its next round.
        await Deliver(bank);
        Assert.Equal(40, receiver.Got.Count);
        Assert.Equal(40, receiver.Once.Count);
    }

    [Theory, BothDatabases]
    public async Task AReceiverThatIsDown_IsLeftAloneForAWhile_AndThenProbedOnce(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await using var receiver = await Receiver.Start();
        receiver.Answer = _ => Task.FromResult(503);
        await receiver.Register(bank, plan: "1 1 1 1 1 1 1 1 1 1");
        for (var i = 0; i < 100; i++) await Send(bank, $"r{i}", $"{i}");
        await Deliver(bank);
        Assert.InRange(receiver.Got.Count, 5, 8);
        var before = receiver.Got.Count;
        bank.Clock.Advance(TimeSpan.FromSeconds(29));
        await Deliver(bank);
        Assert.Equal(before, receiver.Got.Count);
        bank.Clock.Advance(TimeSpan.FromSeconds(2));
        await Deliver(bank);
        Assert.Equal(before + 1, receiver.Got.Count);

        receiver.Answer = _ => Task.FromResult(200);
        bank.Clock.Advance(TimeSpan.FromSeconds(31));
        await Deliver(bank);
        Assert.Equal(100, receiver.Once.Count);
        Assert.Equal(100, await bank.Tables(db => db.Set<OutboxMessage>().CountAsync(m => m.State == DeliveryState.Delivered)));
    }

    [Theory, BothDatabases]
    public async Task ADestinationThatIsNotThere_KeepsItsMessagesWaiting(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        var id = await Send(bank, "a", "1");
        await Deliver(bank);
        Assert.Equal(DeliveryState.Waiting, await StateOf(bank, id));
        await using var receiver = await Receiver.Start();
        await receiver.Register(bank);
        await Deliver(bank);
        Assert.Equal(["1"], receiver.Once);
    }

    [Fact]
    public async Task ARedirect_IsNotFollowed()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        await using var receiver = await Receiver.Start();
        await receiver.Register(bank, address: receiver.Address.Replace("/in", "/moved", StringComparison.Ordinal));
        var id = await Send(bank, "a", "1");
        await Deliver(bank);
        Assert.Empty(receiver.Got);
        Assert.Equal(DeliveryState.Waiting, await StateOf(bank, id));
    }

    [Fact]
    public async Task NobodyListening_IsToldInASentenceWithoutTheAddress()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        await using var receiver = await Receiver.Start();
        await receiver.Register(bank, address: "http://127.0.0.1:1/secret-path");
        await Send(bank, "a", "1");
        await Deliver(bank);
        var attempt = await bank.Tables(db => db.Set<DeliveryAttempt>().SingleAsync());
        Assert.Equal(("No connection: ConnectionRefused.", null), (attempt.Error, attempt.Status));
    }

    [Fact]
    public void Send_WithWhatNoHeaderCanHold_IsABug()
    {
        foreach (var (kind, reference) in new[] { ("", "a"), ("two words", "a"), ("a", ""), ("a", "王/1"), ("a", "two\r\nlines"), (new string('k', 65), "a") })
            Assert.Throws<ArgumentException>(() => OutboxMessage.Of(Guid.Empty, "partner", kind, reference, [], "text/plain", TestBank.Opening.UtcDateTime));
    }

    [Theory]
    [InlineData("10 x", "'x'")]
    [InlineData("0", "'0'")]
    [InlineData("-1", "'-1'")]
    [InlineData("604801", "'604801'")]
    [InlineData("1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "21")]
    public void RetryPlan_ThatIsWrong_IsRefusedWithItsFault(string plan, string names) =>
        Assert.Contains(names, Assert.Throws<FormatException>(() => RetryPlan.Parse(plan)).Message, StringComparison.Ordinal);

    [Fact]
    public void RetryPlan_Default_IsEightAttemptsInThirtyTwoHours()
    {
        var pauses = Enumerable.Range(1, 7).Select(tries => RetryPlan.Default.After(tries)!.Value).ToList();
        Assert.Equal(new TimeSpan(32, 36, 10), pauses.Aggregate((sum, pause) => sum + pause));
        Assert.Null(RetryPlan.Default.After(8));
        Assert.Equal("10 60 300 1800 7200 21600 86400 +10%", RetryPlan.Parse(RetryPlan.Default.ToString()).ToString());
        Assert.Null(RetryPlan.Parse("").After(1));
    }

    internal static Task Deliver(TestBank bank) => bank.Services.GetRequiredService<OutboxDispatcher>().DeliverDue(Cancel);

    internal static Task<Guid> Send(TestBank bank, string reference, string body, string destination = "partner") => bank.Tables(async db =>
    {
        var id = db.Send(destination, "test", reference, Encoding.UTF8.GetBytes(body), contentType: "text/plain; charset=utf-8");
        await db.SaveChangesAsync();
        return id;
    });

    internal static Task<DeliveryState> StateOf(TestBank bank, Guid id) =>
        bank.Tables(db => db.Set<OutboxMessage>().Where(m => m.Id == id).Select(m => m.State).SingleAsync());
}

/// <summary>The process ends at every write of a delivery: nothing is lost, and what is sent twice has the id of the first time.</summary>
public sealed class OutboxCrashTests
{
    [Theory, BothDatabases]
    public async Task Delivery_KilledAtEveryWrite_IsCompletedAfterTheRestart(TestDatabase database)
    {
        string[] bodies = ["a1", "a2", "b1"];
        var writes = await Run(database, killAfter: null);
        // Three messages are claimed and marked: two at once, and the third behind the first.
        Assert.InRange(writes, 5, 6);
        for (var point = 0; point <= writes; point++) await Run(database, point);

        async Task<int> Run(TestDatabase database, int? killAfter)
        {
            var kill = new KillSwitch();
            await using var receiver = await Receiver.Start();
            await using var bank = await TestBank.New(database, services => services.AddSingleton<IInterceptor>(new MortalDatabase(kill)));
            await receiver.Register(bank);
            foreach (var body in bodies) await OutboxTests.Send(bank, body[..1], body);
            kill.Arm(killAfter);
            var killed = false;
            try
            {
                await OutboxTests.Deliver(bank);
            }
            catch (ProcessKilledException)
            {
                killed = true;
            }
            Assert.Equal(killAfter is not null, killed);
            var effects = kill.Effects.Count;
            if (killed)
            {
                await bank.Crash(between: kill.Revive);
                await OutboxTests.Deliver(bank);
                bank.Clock.Advance(OutboxMessage.Claim);
                await OutboxTests.Deliver(bank);
            }
            Assert.Equal(bodies, receiver.Once.Order());
            Assert.Equal(3, receiver.Got.DistinctBy(m => m.Id).Count());
            var order = receiver.Got.Select(m => m.Body).Where(b => b[0] == 'a').ToList();
            Assert.True(order.LastIndexOf("a1") < order.IndexOf("a2"), string.Join(' ', order));
            Assert.True(await bank.Tables(db => db.Set<OutboxMessage>().AllAsync(m => m.State == DeliveryState.Delivered)));
            return effects;
        }
    }
}
