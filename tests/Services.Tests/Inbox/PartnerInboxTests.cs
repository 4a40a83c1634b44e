using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Messages of partners are taken once, in one transaction with what is done about them, whatever is sent again and whatever crashes.</summary>
public sealed class PartnerInboxTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Leaves a row of an entity and a posting for each message; refuses what begins with "no".</summary>
    sealed class Book(ILedger ledger) : IInboxHandler
    {
        public static readonly AccountId Cash = new(NameBasedId.From("inbox-test", "cash")), Income = new(NameBasedId.From("inbox-test", "income"));

        public string Kind => "test.booked";

        public async Task<Outcome<object>> Handle(ReceivedMessage message, CityDb db, CancellationToken cancel)
        {
            var text = Encoding.UTF8.GetString(message.Body);
            db.Audit("test/booked", message.Fact, message.Sender, detail: text);
            // The row above must not be saved.
            if (text.StartsWith("no", StringComparison.Ordinal)) return new Refusal("same_account", "No.", "body");
            var posted = await ledger.Post(
                [new Entry { Id = new(NameBasedId.From("inbox-test", message.Fact)), Legs = [Leg.Debit(Cash, 100), Leg.Credit(Income, 100)], ValueDate = new(2026, 3, 2), Reference = "test/inbox" }], cancel);
            Assert.True(posted[0].IsPosted, $"{posted[0].Status}");
            return new { booked = text };
        }
    }

    static void Modules(IServiceCollection services) => services.AddScoped<IInboxHandler, Book>();

    static async Task OpenAccounts(TestBank bank) => await bank.Ledger.Open(
    [
        new Account { Id = Book.Cash, Asset = Assets.Cny, Kind = AccountKind.Asset, ChartCode = "1001", Limits = Limits.Unlimited, Reference = "test/cash" },
        new Account { Id = Book.Income, Asset = Assets.Cny, Kind = AccountKind.Liability, ChartCode = "2001", Limits = Limits.Unlimited, Reference = "test/income" },
    ], Cancel);

    static ReceivedMessage Message(TestBank bank, string id, string body, string kind = "test.booked", string sender = "hospital") =>
        new(sender, id, kind, "bill/1", bank.Clock.UtcNow(), "text/plain", Encoding.UTF8.GetBytes(body), "key");

    static Task<Outcome<PartnerInbox.Answer>> Receive(TestBank bank, ReceivedMessage message) => bank.Call((PartnerInbox inbox) => inbox.Receive(message, Cancel));

    static Task<int> Done(TestBank bank) => bank.Tables(db => db.Set<AuditEntry>().CountAsync(e => e.Action == "test/booked"));

    static async Task<long> Balance(TestBank bank) => (await bank.Ledger.Find(Book.Cash))!.Posted;

    [Theory, BothDatabases]
    public async Task Message_SentAgain_GetsTheFirstAnswer_AndNothingIsDoneTwice(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Modules);
        await OpenAccounts(bank);
        var message = Message(bank, "m1", "one");
        Assert.Equal(new PartnerInbox.Answer("""{"booked":"one"}""", null, false), await Receive(bank, message).Value());
        bank.Clock.Advance(TimeSpan.FromDays(40));
        await bank.Restart();
        Assert.Equal(new PartnerInbox.Answer("""{"booked":"one"}""", null, true), await Receive(bank, message).Value());
        Assert.Equal("inbox_id_reused", await Receive(bank, message with { Body = "two"u8.ToArray() }).Code());
        Assert.Equal("inbox_id_reused", await Receive(bank, message with { Subject = "bill/2" }).Code());
        // Another sender's message of the same id is another message.
        await Receive(bank, Message(bank, "m1", "theirs", sender: "court")).Value();
        Assert.Equal((2, 200L), (await Done(bank), await Balance(bank)));
        Assert.Equal(1, await bank.Tables(db => db.Set<InboxMessage>().Where(m => m.Sender == "hospital").Select(m => m.Repeats).SingleAsync()));
    }

    [Theory, BothDatabases]
    public async Task RefusedMessage_IsKeptWithItsAnswer_AndLeavesNothingElse(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Modules);
        await OpenAccounts(bank);
        var first = await Receive(bank, Message(bank, "m1", "no thanks")).Value();
        var again = await Receive(bank, Message(bank, "m1", "no thanks")).Value();
        Assert.Equal(("same_account", "No.", "body"), (first.Refusal?.Code, first.Refusal?.Reason, first.Refusal?.Field));
        Assert.Equal(("same_account", "No.", "body", true), (again.Refusal?.Code, again.Refusal?.Reason, again.Refusal?.Field, again.IsRepeated));
        Assert.Equal((0, 0L), (await Done(bank), await Balance(bank)));
    }

    [Theory, BothDatabases]
    public async Task SameMessage_ManyTimesAtOnce_IsHandledOnce(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Modules);
        await OpenAccounts(bank);
        var message = Message(bank, "m1", "one");
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() => Receive(bank, message))));
        Assert.All(answers, answer => Assert.Equal("""{"booked":"one"}""", answer.Value().Text));
        Assert.Equal((1, 100L), (await Done(bank), await Balance(bank)));
        Assert.Single(answers, answer => !answer.Value().IsRepeated);
    }

    /// <summary>The process ends at every write; the partner, who has no answer, sends it again.</summary>
    [Theory, BothDatabases]
    public Task Message_KilledAtEveryWrite_AndSentAgain_IsHandledExactlyOnce(TestDatabase database) => new CrashTest
    {
        Database = database,
        Modules = Modules,
        Arrange = OpenAccounts,
        // Whether the first arrival was kept is what the crash decides; the answer is the same.
        IgnoredColumns = [nameof(InboxMessage.Repeats)],
    }.Retried(
        async services =>
        {
            var message = new ReceivedMessage("hospital", "m1", "test.booked", "", TestBank.Opening.UtcDateTime, "text/plain", "one"u8.ToArray(), "key");
            return (await services.GetRequiredService<PartnerInbox>().Receive(message, Cancel)).Value().Text;
        },
        async (bank, _) => Assert.Equal((1, 100L), (await Done(bank), await Balance(bank))));

    [Theory, BothDatabases]
    public async Task Message_TooOld_FromTheFuture_OfUnknownKind_OrUnreadable_IsRefusedAndNotKept(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Modules);
        await OpenAccounts(bank);
        var good = Message(bank, "m1", "one");
        foreach (var (message, code) in new[]
        {
            (good with { SentAt = bank.Clock.UtcNow().AddDays(-31) }, "inbox_too_old"),
            (good with { SentAt = bank.Clock.UtcNow().AddMinutes(6) }, "inbox_in_future"),
            (good with { Kind = "no.such" }, "inbox_kind_unknown"),
            (good with { Kind = "" }, "inbox_field_invalid"),
            (good with { Id = "" }, "inbox_field_invalid"),
            (good with { Id = "two words" }, "inbox_field_invalid"),
            (good with { Id = new string('x', 129) }, "inbox_field_invalid"),
            (good with { Subject = "王丽华" }, "inbox_field_invalid"),
        })
            Assert.Equal(code, await Receive(bank, message).Code());
        Assert.Equal(0, await bank.Tables(db => db.Set<InboxMessage>().CountAsync()));
        await Receive(bank, good with { SentAt = bank.Clock.UtcNow().AddMinutes(4) }).Value();
        await Receive(bank, good with { Id = "m2", SentAt = bank.Clock.UtcNow().AddDays(-29) }).Value();
    }

    [Theory, BothDatabases]
    public async Task Forgotten_IsOnlyWhatWouldBeTooOldToBeTakenAgain(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Modules);
        await OpenAccounts(bank);
        var old = new OldReceivedMessages();
        Assert.True(old.Kept > PartnerInbox.Oldest + new SignatureOptions().Skew);
        var message = Message(bank, "m1", "one");
        await Receive(bank, message).Value();
        bank.Clock.Advance(TimeSpan.FromDays(91));
        Assert.Equal(1, await bank.Tables(db => old.Delete(db, bank.Clock.UtcNow() - old.Kept, 1000, Cancel)));
        Assert.Equal("inbox_too_old", await Receive(bank, message).Code());
        Assert.Equal(100L, await Balance(bank));
    }

    [Theory, BothDatabases]
    public async Task ConfirmedDelivery_EndsTheSending_ForTheReceiverAlone(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await using var receiver = await Receiver.Start();
        receiver.Answer = _ => Task.FromResult(500);
        await receiver.Register(bank, name: "hospital");
        var id = await OutboxTests.Send(bank, "a", "1", destination: "hospital");
        await OutboxTests.Deliver(bank);
        var body = JsonSerializer.Serialize(new { message = id });
        Assert.Equal("inbox_message_unknown", (await Receive(bank, Message(bank, "c1", body, "delivery.confirmed", "court")).Value()).Refusal?.Code);
        Assert.Equal("inbox_body_invalid", (await Receive(bank, Message(bank, "c2", "{\"message\":1}", "delivery.confirmed")).Value()).Refusal?.Code);
        Assert.Null((await Receive(bank, Message(bank, "c3", body, "delivery.confirmed")).Value()).Refusal);
        Assert.Equal(DeliveryState.Delivered, await OutboxTests.StateOf(bank, id));
        bank.Clock.Advance(TimeSpan.FromDays(1));
        await OutboxTests.Deliver(bank);
        Assert.Single(receiver.Got);
    }

    /// <summary>Over HTTP: a hospital with a registered key sends a signed CloudEvent, loses the answer, and sends it again.</summary>
    [Theory]
    [BothDatabases(SignatureAlgorithm.Ed25519)]
    [BothDatabases(SignatureAlgorithm.Sm2)]
    public async Task Partner_OverHttp_SendsTwice_AndIsAnsweredAlike(TestDatabase database, SignatureAlgorithm algorithm)
    {
        await using var bank = await TestBank.New(database, Modules);
        await OpenAccounts(bank);
        var key = SigningKey.Create(algorithm);
        await bank.Call((KeyRegistry registry) => registry.AddPartnerKey("hospital", SigningKeyTests.Jwk(key.Public).GetRawText(), null, "user/test")).Value();
        await using var server = await Serve(bank);
        using var hospital = await Client(bank, server, key, algorithm);

        using var first = await hospital.SendAsync(Event(bank, "m1", "one"), Cancel);
        using var again = await hospital.SendAsync(Event(bank, "m1", "one"), Cancel);
        Assert.Equal((HttpStatusCode.OK, """{"booked":"one"}"""), (first.StatusCode, await first.Content.ReadAsStringAsync(Cancel)));
        Assert.Equal((HttpStatusCode.OK, """{"booked":"one"}"""), (again.StatusCode, await again.Content.ReadAsStringAsync(Cancel)));
        Assert.Equal((false, true), (first.Headers.Contains("Idempotent-Replayed"), again.Headers.Contains("Idempotent-Replayed")));

        await Expect(HttpStatusCode.Conflict, "inbox_id_reused", Event(bank, "m1", "other"));
        await Expect(HttpStatusCode.UnprocessableEntity, "same_account", Event(bank, "m2", "no"));
        await Expect(HttpStatusCode.UnprocessableEntity, "inbox_kind_unknown", Event(bank, "m3", "one", kind: "no.such"));
        await Expect(HttpStatusCode.UnprocessableEntity, "inbox_time_invalid", Event(bank, "m4", "one", time: "yesterday"));
        Assert.Equal((1, 100L), (await Done(bank), await Balance(bank)));

        using var stranger = new HttpClient { BaseAddress = new Uri(server.Urls.Single()) };
        using var unsigned = await stranger.SendAsync(Event(bank, "m5", "one"), Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, unsigned.StatusCode);
        Assert.Equal(2, await bank.Tables(db => db.Set<InboxMessage>().CountAsync()));

        async Task Expect(HttpStatusCode status, string code, HttpRequestMessage request)
        {
            using var answer = await hospital.SendAsync(request, Cancel);
            var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)).RootElement;
            Assert.Equal((status, code), (answer.StatusCode, problem.GetProperty("code").GetString()));
        }
    }

    static HttpRequestMessage Event(TestBank bank, string id, string body, string kind = "test.booked", string? time = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/inbox") { Content = new StringContent(body) };
        foreach (var (name, value) in new[] { ("ce-specversion", "1.0"), ("ce-id", id), ("ce-source", "/hospital"), ("ce-type", kind), ("ce-time", time ?? $"{bank.Clock.UtcNow():yyyy-MM-dd'T'HH:mm:ss'Z'}") })
            request.Headers.Add(name, value);
        return request;
    }

    static async Task<WebApplication> Serve(TestBank bank)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        foreach (var type in new[] { typeof(SignatureCheck), typeof(SignatureOptions), typeof(ISigners) })
            builder.Services.AddSingleton(type, bank.Services.GetRequiredService(type));
        builder.Services.AddSingleton<TimeProvider>(bank.Clock).AddAuthorization();
        builder.Services.AddScoped(_ => bank.Services.CreateScope().ServiceProvider.GetRequiredService<PartnerInbox>());
        builder.Services.AddScoped(_ => bank.Services.CreateScope().ServiceProvider.GetRequiredService<InboxBook>());
        var app = builder.Build();
        app.UseRouting();
        app.UseSignatures();
        app.UseAuthorization();
        app.MapInbox();
        await app.StartAsync(Cancel);
        return app;
    }

    static async Task<HttpClient> Client(TestBank bank, WebApplication server, SigningKey key, SignatureAlgorithm algorithm)
    {
        Assert.True(KeySet.Read("bank", KeySet.Write(await bank.Call((KeyRegistry registry) => registry.Published()))).Try(out var bankKeys, out _));
        var options = new SignatureOptions();
        return new HttpClient(new SignedHttpHandler("bank", algorithm, new OwnKeys(key),
            new SignatureCheck(new KeyList(bankKeys), new MemoryNonces(bank.Clock), options, bank.Clock), options, bank.Clock)
        { InnerHandler = new SocketsHttpHandler() })
        { BaseAddress = new Uri(server.Urls.Single()) };
    }
}
