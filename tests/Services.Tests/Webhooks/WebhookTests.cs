using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>A firm registers an address, proves it, and is told what happens: signed, in order, and not for ever when it does not listen.</summary>
public sealed class WebhookTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;
    static readonly Guid Party = new("10000000-0000-4000-8000-000000000001"), Other = new("10000000-0000-4000-8000-000000000002");
    static readonly Caller Owner = new(Party, IsOperator: false) { UserId = Party, Roles = [Roles.Firm] };

    static Task<TestBank> NewBank(TestDatabase database) => TestBank.New(database, services =>
    {
        services.AddSingleton(new EventKind("test.happened")).AddSingleton(new EventKind("test.other"));
        Demo(services);
    });

    /// <summary>In demo mode the firm of the test, which is on this machine, can be reached.</summary>
    internal static void Demo(IServiceCollection services)
    {
        var options = (PlatformOptions)services.Last(service => service.ServiceType == typeof(PlatformOptions)).ImplementationInstance!;
        services.AddSingleton(options with { DemoMode = true });
    }

    static async Task<Webhooks.Pinged> Subscribe(TestBank bank, Firm firm, params string[] events) =>
        await bank.Call((Webhooks webhooks) => webhooks.Subscribe(firm.Address, events.Length == 0 ? ["test.happened"] : events, SignatureAlgorithm.Ed25519, Owner, Cancel)).Value();

    static Task Publish(TestBank bank, string fact, string kind = "test.happened", Guid? party = null) => bank.Tables(async db =>
    {
        await db.Publish([new BankEvent(party ?? Party, kind, fact, $"test/{fact}", bank.Clock.UtcNow(), new { fact })], Cancel);
        return await db.SaveChangesAsync();
    });

    static Task<Webhooks.View> View(TestBank bank, Guid id) => bank.Call(async (Webhooks webhooks) => (await webhooks.Find(id, Owner, Cancel))!);

    [Theory, BothDatabases]
    public async Task Event_IsToldToWhoTakesItsKind_SignedAndOnce(TestDatabase database)
    {
        await using var bank = await NewBank(database);
        await using var firm = await Firm.Start(bank);
        await Publish(bank, "before");
        var pinged = await Subscribe(bank, firm);
        Assert.Null(pinged.Refusal);
        Assert.Equal(WebhookState.Active, pinged.Webhook.State);

        await Publish(bank, "one");
        await Publish(bank, "one");
        await Publish(bank, "kind", kind: "test.other");
        await Publish(bank, "stranger", party: Other);
        await OutboxTests.Deliver(bank);
        var got = Assert.Single(firm.Got);
        Assert.Equal(("test.happened", "test/one", 1, true), (got.Kind, got.Subject, got.Attempt, got.IsSigned));
        Assert.Equal("one", got.Body.GetProperty("fact").GetString());

        await bank.Call((Webhooks webhooks) => webhooks.ChangeEvents(pinged.Webhook.Id, ["test.other"], Owner, Cancel)).Value();
        await Publish(bank, "two");
        await Publish(bank, "two", kind: "test.other");
        await OutboxTests.Deliver(bank);
        Assert.Equal(["test.happened", "test.other"], firm.Got.Select(e => e.Kind));
    }

    [Theory, BothDatabases]
    public async Task Ping_ThatIsNotEchoed_LeavesItUnproven_AndNothingIsSent(TestDatabase database)
    {
        await using var bank = await NewBank(database);
        await using var firm = await Firm.Start(bank);
        firm.Echo = _ => """{"ok":true}""";
        var pinged = await Subscribe(bank, firm);
        Assert.Equal(("webhook_ping_not_echoed", WebhookState.Unproven), (pinged.Refusal?.Code, pinged.Webhook.State));
        await Publish(bank, "one");
        await OutboxTests.Deliver(bank);
        Assert.Empty(firm.Got);
        Assert.Empty(await bank.Tables(db => db.Set<OutboxMessage>().ToListAsync()));

        firm.Echo = body => body;
        Assert.Null((await bank.Call((Webhooks webhooks) => webhooks.Ping(pinged.Webhook.Id, Owner, Cancel)).Value()).Refusal);
        await Publish(bank, "two");
        await OutboxTests.Deliver(bank);
        Assert.Equal("test/two", Assert.Single(firm.Got).Subject);
    }

    [Theory, BothDatabases]
    public async Task Events_OfOneWebhook_ArriveInOrder_WhateverTheyAreAbout(TestDatabase database)
    {
        await using var bank = await NewBank(database);
        await using var firm = await Firm.Start(bank);
        await Subscribe(bank, firm);
        firm.Answer = e => e.Subject == "test/2" && e.Attempt == 1 ? 503 : 200;
        foreach (var fact in new[] { "1", "2", "3", "4" }) await Publish(bank, fact);
        await OutboxTests.Deliver(bank);
        Assert.Equal(["test/1", "test/2"], firm.Got.Select(e => e.Subject));
        bank.Clock.Advance(TimeSpan.FromSeconds(11));
        await OutboxTests.Deliver(bank);
        Assert.Equal(["test/1 1", "test/2 1", "test/2 2", "test/3 1", "test/4 1"], firm.Got.Select(e => $"{e.Subject} {e.Attempt}"));
        Assert.True(firm.Got.All(e => e.IsSigned));
    }

    [Theory, BothDatabases]
    public async Task ReceiverThatStaysDown_IsPausedAfterFourDays_KeepsItsEvents_AndResumesInOrder(TestDatabase database)
    {
        await using var bank = await NewBank(database);
        await using var firm = await Firm.Start(bank);
        var webhook = (await Subscribe(bank, firm)).Webhook.Id;
        firm.Answer = _ => 500;
        var begin = bank.Clock.UtcNow();
        await Publish(bank, "1");
        await Publish(bank, "2");
        while ((await View(bank, webhook)).State == WebhookState.Active)
        {
            await OutboxTests.Deliver(bank);
            bank.Clock.Advance(TimeSpan.FromMinutes(10));
            Assert.True(bank.Clock.UtcNow() - begin < TimeSpan.FromDays(6), "It is tried for ever.");
        }
        Assert.InRange((bank.Clock.UtcNow() - begin).TotalDays, 3.8, 4.5);
        Assert.Equal(11, firm.Got.Count);
        Assert.Equal(Enumerable.Range(1, 11), firm.Got.Select(e => e.Attempt));
        await Publish(bank, "3");
        await OutboxTests.Deliver(bank);
        Assert.Equal((11, 3), (firm.Got.Count, (await View(bank, webhook)).Waiting));
        Assert.Equal((Party, $"/webhooks/{webhook}"), await bank.Tables(db => db.Set<Notification>().Select(n => new ValueTuple<Guid, string>(n.RecipientId, n.Link)).SingleAsync()));
        Assert.Contains("webhook/paused", await bank.Tables(db => db.Set<AuditEntry>().Select(e => e.Action).ToListAsync()));

        firm.Answer = _ => 200;
        Assert.Equal(WebhookState.Active, (await bank.Call((Webhooks webhooks) => webhooks.Ping(webhook, Owner, Cancel)).Value()).Webhook.State);
        await OutboxTests.Deliver(bank);
        Assert.Equal(["test/1", "test/2", "test/3"], firm.Got.Skip(11).Select(e => e.Subject));
    }

    [Theory, BothDatabases]
    public async Task PausedForThirtyDays_IsClosed_AndWhatWasKeptIsWithdrawn(TestDatabase database)
    {
        await using var bank = await NewBank(database);
        await using var firm = await Firm.Start(bank);
        var webhook = (await Subscribe(bank, firm)).Webhook.Id;
        firm.Answer = _ => 410;
        await Publish(bank, "1");
        await OutboxTests.Deliver(bank);
        Assert.Equal(WebhookState.Paused, (await View(bank, webhook)).State);
        await Publish(bank, "2");
        bank.Clock.Advance(TimeSpan.FromDays(29));
        Assert.Equal(0, await bank.Call((Webhooks webhooks) => webhooks.CloseForgotten(Cancel)));
        bank.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(1, await bank.Call((Webhooks webhooks) => webhooks.CloseForgotten(Cancel)));
        Assert.Equal((WebhookState.Closed, 0), ((await View(bank, webhook)).State, (await View(bank, webhook)).Waiting));
        Assert.All(await bank.Tables(db => db.Set<OutboxMessage>().ToListAsync()), m => Assert.Equal(DeliveryState.Withdrawn, m.State));
    }

    [Theory, BothDatabases]
    public async Task OthersWebhooks_AreNotFound(TestDatabase database)
    {
        await using var bank = await NewBank(database);
        await using var firm = await Firm.Start(bank);
        var webhook = (await Subscribe(bank, firm)).Webhook.Id;
        var stranger = Owner with { PartyId = Other };
        await bank.In(async services =>
        {
            var webhooks = services.GetRequiredService<Webhooks>();
            Assert.Empty(await webhooks.Of(stranger, Cancel));
            Assert.Null(await webhooks.Find(webhook, stranger, Cancel));
            Assert.Equal("webhook_not_found", await webhooks.Ping(webhook, stranger, Cancel).Code());
            Assert.Equal("webhook_not_found", await webhooks.Close(webhook, stranger, Cancel).Code());
            Assert.Equal("webhook_not_found", await webhooks.ChangeEvents(webhook, ["test.other"], stranger, Cancel).Code());
            Assert.Equal("webhook_without_party", await webhooks.Subscribe("https://a.example", ["test.other"], SignatureAlgorithm.Ed25519, Owner with { PartyId = null }, Cancel).Code());
            Assert.Equal("webhook_known", await webhooks.Subscribe(firm.Address, ["test.other"], SignatureAlgorithm.Ed25519, Owner, Cancel).Code());
            Assert.Equal("webhook_events_missing", await webhooks.Subscribe("http://localhost:1/", [], SignatureAlgorithm.Ed25519, Owner, Cancel).Code());
            Assert.Equal("webhook_event_unknown", await webhooks.Subscribe("http://localhost:1/", ["no.such"], SignatureAlgorithm.Ed25519, Owner, Cancel).Code());
            Assert.Equal("webhook_algorithm_unknown", await webhooks.Subscribe("http://localhost:1/", ["test.other"], default, Owner, Cancel).Code());
        });
    }

    [Theory]
    [InlineData("https://firm.example/pujiang?x=1", false, null)]
    [InlineData("https://93.184.216.34/", false, null)]
    [InlineData("", false, "webhook_address_invalid")]
    [InlineData("firm.example", false, "webhook_address_invalid")]
    [InlineData("https://user:secret@firm.example/", false, "webhook_address_invalid")]
    [InlineData("https://firm.example/#part", false, "webhook_address_invalid")]
    [InlineData("http://firm.example/", false, "webhook_address_not_https")]
    [InlineData("http://firm.example/", true, "webhook_address_not_https")]
    [InlineData("ftp://firm.example/", false, "webhook_address_not_https")]
    [InlineData("file:///etc/passwd", false, "webhook_address_invalid")]
    [InlineData("https://localhost/", false, "webhook_address_not_public")]
    [InlineData("https://127.0.0.1/", false, "webhook_address_not_public")]
    [InlineData("https://[::1]/", false, "webhook_address_not_public")]
    [InlineData("https://[::ffff:10.0.0.1]/", false, "webhook_address_not_public")]
    [InlineData("https://169.254.169.254/latest/meta-data", false, "webhook_address_not_public")]
    [InlineData("https://10.1.2.3/", true, "webhook_address_not_public")]
    [InlineData("http://localhost:8090/firm", true, null)]
    [InlineData("http://localhost:8090/firm", false, "webhook_address_not_https")]
    public void Address_ThatIsNotOnThePublicInternetByHttps_IsRefused(string address, bool demo, string? code) =>
        Assert.Equal(code, Webhooks.AddressProblem(address, demo)?.Code);

    /// <summary>A name that anybody may own can point to the bank's own machines; that is seen when the connection is made.</summary>
    [Fact]
    public async Task NameOfTheBanksOwnMachine_OutsideDemoMode_GetsNoConnection()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        await using var receiver = await Receiver.Start();
        await bank.Tables(async db =>
        {
            db.Add(new Destination { Name = "webhook/a", Address = receiver.Address, PartyId = Party, Events = "test", ProvenAt = bank.Clock.UtcNow(), CreatedAt = bank.Clock.UtcNow() });
            return await db.SaveChangesAsync();
        });
        await OutboxTests.Send(bank, "a", "1", "webhook/a");
        await OutboxTests.Deliver(bank);
        Assert.Empty(receiver.Got);
        var attempt = await bank.Tables(db => db.Set<DeliveryAttempt>().SingleAsync());
        Assert.Equal((DeliveryAttempt.NotPublic, null), (attempt.Failure, attempt.Status));
        Assert.DoesNotContain("127.0.0.1", attempt.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Documentation_HasTheReceiverOfTheseTests()
    {
        var source = File.ReadAllText(Path.Combine(TestData.Root(), "tests/Services.Tests/Webhooks/WebhookReceiver.cs"));
        var example = source[source.IndexOf("static class WebhookReceiver", StringComparison.Ordinal)..].Trim();
        Assert.Contains(example, File.ReadAllText(Path.Combine(TestData.Root(), "docs", "webhooks.md")).ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void RetryPlan_OfWebhooks_IsElevenAttemptsInAboutFourDays_EachPauseUpToATenthLonger()
    {
        var shortest = Enumerable.Range(1, 10).Select(tries => RetryPlan.Webhook.After(tries)!.Value).ToList();
        Assert.Equal(new TimeSpan(3, 20, 36, 10), shortest.Aggregate((sum, pause) => sum + pause));
        Assert.Null(RetryPlan.Webhook.After(11, Party));
        Assert.Equal(RetryPlan.Webhook.ToString(), RetryPlan.Parse(RetryPlan.Webhook.ToString()).ToString());
        var pauses = Enumerable.Range(0, 1000).Select(i => RetryPlan.Webhook.After(8, NameBasedId.From($"{i}"))!.Value).ToList();
        Assert.All(pauses, pause => Assert.InRange(pause, TimeSpan.FromHours(24), TimeSpan.FromHours(26.4)));
        Assert.InRange(pauses.Average(pause => pause.TotalHours), 25.0, 25.4);
        Assert.Equal(RetryPlan.Webhook.After(8, Party), RetryPlan.Webhook.After(8, Party));
        foreach (var wrong in new[] { "10 +0%", "10 +101%", "10 +5", "+ 10", "+10% 10" }) Assert.Throws<FormatException>(() => RetryPlan.Parse(wrong));
    }
}
