using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Staff look at what went out, and send it again.</summary>
public sealed class DeliveryTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;
    static readonly Caller Staff = new(null, IsOperator: false) { UserId = new Guid("20000000-0000-4000-8000-000000000001"), Roles = [Roles.Operations] };

    static Task<Deliveries.Page> List(TestBank bank, Deliveries.Filter? filter = null, int page = 1) =>
        bank.Call((Deliveries deliveries) => deliveries.List(filter ?? new(), page, Cancel));

    [Theory, BothDatabases]
    public async Task List_IsFilteredByStateDestinationKindAndDay_NewestFirst_InPages(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await using var receiver = await Receiver.Start();
        receiver.Answer = message => Task.FromResult(message.Body == "bad" ? 410 : 200);
        await receiver.Register(bank);
        for (var i = 0; i < 27; i++) await OutboxTests.Send(bank, $"r{i}", "good");
        bank.Clock.Advance(TimeSpan.FromDays(1));
        await OutboxTests.Send(bank, "bad", "bad");
        await OutboxTests.Deliver(bank);
        await OutboxTests.Send(bank, "later", "good", destination: "nobody");

        var all = await List(bank);
        Assert.Equal((29, 2, 25, "nobody"), (all.Count, all.Pages, all.Lines.Count, all.Lines[0].Destination));
        Assert.Equal(4, (await List(bank, page: 2)).Lines.Count);
        Assert.Equal(2, (await List(bank, page: 99)).Number);
        Assert.Equal("bad", Assert.Single((await List(bank, new(State: DeliveryState.GivenUp))).Lines).Reference);
        Assert.Equal(28, (await List(bank, new(Destination: "partner"))).Count);
        Assert.Equal((29, 0), ((await List(bank, new(Kind: "test"))).Count, (await List(bank, new(Kind: "other"))).Count));
        var day = new DateOnly(2026, 3, 2);
        Assert.Equal((27, 2, 29), ((await List(bank, new(Until: day))).Count, (await List(bank, new(From: day.AddDays(1)))).Count, (await List(bank, new(From: day, Until: day.AddDays(1)))).Count));

        var destinations = await bank.Call((Deliveries deliveries) => deliveries.Destinations(Cancel));
        Assert.Equal([("nobody", false, 1, 0), ("partner", true, 0, 1)], destinations.Select(d => (d.Name, d.IsSetUp, d.Waiting, d.GivenUp)));
    }

    [Theory, BothDatabases]
    public async Task Detail_HoldsNothingOfTheMessage_ButSizeAndHash(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await using var receiver = await Receiver.Start();
        await receiver.Register(bank, address: receiver.Address + "?secret=of-the-owner");
        var id = await OutboxTests.Send(bank, "a", "王丽华 11010519491231002X");
        await OutboxTests.Deliver(bank);
        var detail = await bank.Call((Deliveries deliveries) => deliveries.Find(id, Cancel));
        var shown = JsonSerializer.Serialize(detail);
        Assert.DoesNotContain("11010519491231002X", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("of-the-owner", shown, StringComparison.Ordinal);
        Assert.Equal((28, "4d293c36b3a4d2c976a305817eb8d0b0204c518358ff1d448f1dbec70ac1b166"), (detail!.BodyBytes, detail.BodySha256));
        Assert.Contains(detail.Headers, header => header.Key == "ce-id" && header.Value == $"{id}");
        Assert.Equal((1, 204), (Assert.Single(detail.Attempts).Number, detail.Attempts[0].Status));
    }

    [Theory, BothDatabases]
    public async Task SendAgain_SendsTheSameMessageOnce_AndIsOnRecord(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await using var receiver = await Receiver.Start();
        receiver.Answer = _ => Task.FromResult(410);
        await receiver.Register(bank);
        var id = await OutboxTests.Send(bank, "a", "1");
        await OutboxTests.Deliver(bank);
        receiver.Answer = _ => Task.FromResult(200);
        Assert.Equal(DeliveryState.Waiting, (await bank.Call((Deliveries deliveries) => deliveries.SendAgain(id, Staff, Cancel)).Value()).State);
        await OutboxTests.Deliver(bank);
        Assert.Equal((2, 1), (receiver.Got.Count, receiver.Once.Count));
        Assert.Equal(DeliveryState.Delivered, await OutboxTests.StateOf(bank, id));
        var record = await bank.Tables(db => db.Set<AuditEntry>().SingleAsync());
        Assert.Equal(("delivery/sent-again", $"delivery/{id}", Staff.Actor), (record.Action, record.Subject, record.Actor));

        Assert.Equal("delivery_not_found", await bank.Call((Deliveries deliveries) => deliveries.SendAgain(Guid.Empty, Staff, Cancel)).Code());
        Assert.Equal("delivery_not_open", await bank.Call((Deliveries deliveries) => deliveries.Withdraw(id, Staff, Cancel)).Code());
        var lost = await OutboxTests.Send(bank, "a", "1", destination: "nobody");
        Assert.Equal("delivery_destination_closed", await bank.Call((Deliveries deliveries) => deliveries.SendAgain(lost, Staff, Cancel)).Code());
        await bank.Call((Deliveries deliveries) => deliveries.Withdraw(lost, Staff, Cancel)).Value();
        Assert.Equal(DeliveryState.Withdrawn, await OutboxTests.StateOf(bank, lost));
    }

    [Theory, BothDatabases]
    public async Task SendAgain_WhileAnAttemptIsUnderWay_IsRefused(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await using var receiver = await Receiver.Start();
        Guid id = default;
        var said = "";
        receiver.Answer = async _ =>
        {
            said = await bank.Call((Deliveries deliveries) => deliveries.SendAgain(id, Staff, Cancel)).Code();
            return 200;
        };
        await receiver.Register(bank);
        id = await OutboxTests.Send(bank, "a", "1");
        await OutboxTests.Deliver(bank);
        Assert.Equal("delivery_under_way", said);
        Assert.Single(receiver.Got);
    }

    [Theory, BothDatabases]
    public async Task Delivered_IsForgottenAfterNinetyDays_WithItsAttempts_AndFailedIsNot(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await using var receiver = await Receiver.Start();
        receiver.Answer = message => Task.FromResult(message.Body == "bad" ? 410 : 200);
        await receiver.Register(bank);
        await OutboxTests.Send(bank, "a", "good");
        await OutboxTests.Send(bank, "b", "bad");
        await OutboxTests.Deliver(bank);
        bank.Clock.Advance(TimeSpan.FromDays(91));
        await OutboxTests.Send(bank, "c", "good");
        await OutboxTests.Deliver(bank);
        var old = new OldMessages();
        Assert.Equal(1, await bank.Tables(db => old.Delete(db, bank.Clock.UtcNow() - old.Kept, 1000, Cancel)));
        Assert.Equal(["b", "c"], (await List(bank)).Lines.Select(line => line.Reference).Order());
        Assert.Equal(2, await bank.Tables(db => db.Set<DeliveryAttempt>().CountAsync()));
    }
}
