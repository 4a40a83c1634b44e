using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.City;
using Pujiang.Platform;
using SignatureFault = Pujiang.City.SignatureFault;

namespace Pujiang.Services.Tests;

/// <summary>The bank and the actors of the city sign and check each other's messages, with keys that they have read from each other over HTTP.</summary>
public sealed class CitySignatureTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A bank in demo mode that knows the city, and a city that knows the bank.</summary>
    sealed class Both : IAsyncDisposable
    {
        Both(TestBank bank, ServedBank served, RunningCity city) => (Bank, Served, City) = (bank, served, city);

        public TestBank Bank { get; }
        public ServedBank Served { get; }
        public RunningCity City { get; }

        public static async Task<Both> Start(TestDatabase database = TestDatabase.Sqlite)
        {
            var bank = await TestBank.New(database, services => services.AddSingleton<CityKeys>());
            var served = await ServedBank.Start(bank);
            return new Both(bank, served, await RunningCity.Start(bank.Clock, served.Address));
        }

        /// <summary>The bank reads the keys of all actors, as it does at its start.</summary>
        public Task RegisterKeys() => Bank.In(services => services.GetRequiredService<CityKeys>().Register(City.Address, Cancel));

        /// <summary>A client of the bank that signs, and believes this actor's signed answers only.</summary>
        public HttpClient To(string actor)
        {
            var services = Bank.Services;
            return new HttpClient(new SignedHttpHandler(actor, Actor.Named(actor)!.Algorithm, services.GetRequiredService<ISigners>(),
                services.GetRequiredService<SignatureCheck>(), new SignatureOptions(), Bank.Clock)
            { InnerHandler = new SocketsHttpHandler { AllowAutoRedirect = false } })
            { BaseAddress = new Uri(City.Address) };
        }

        public async ValueTask DisposeAsync()
        {
            await City.DisposeAsync();
            await Served.DisposeAsync();
            await Bank.DisposeAsync();
        }
    }

    static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    [Theory, BothDatabases]
    public async Task SignedMessage_OfTheBank_IsJudgedGood_AndTheSignedAnswerBelieved(TestDatabase database)
    {
        await using var both = await Both.Start(database);
        await both.RegisterKeys();
        // Again, as after a restart of the bank: what is registered stays.
        await both.RegisterKeys();
        foreach (var (actor, path) in new[] { ("firm", "/firm/events"), ("sms", "/sms/messages") })
        {
            using var http = both.To(actor);
            using var answer = await http.PostAsync(path, Json("""{"order":"浦江"}"""), Cancel);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            Assert.Equal("good", Assert.Single(both.City.Store.Newest(actor, 0, 10)).Signature);
        }
        using var firm = both.To("firm");
        using var ping = new HttpRequestMessage(HttpMethod.Post, "/firm/events") { Content = Json("""{"challenge":"1"}""") };
        ping.Headers.Add("ce-type", "webhook.ping");
        using var echoed = await firm.SendAsync(ping, Cancel);
        Assert.Equal("""{"challenge":"1"}""", await echoed.Content.ReadAsStringAsync(Cancel));
        var owners = await both.Bank.Call((KeyRegistry registry) => registry.All());
        Assert.Equal(Actor.All.Select(actor => (actor.Name, actor.Algorithm)).Order(),
            owners.Where(key => key.Owner != "bank").Select(key => (key.Owner, key.Key.Algorithm)).Order());
    }

    [Theory]
    [InlineData(SignatureFault.WrongKey, "signature_wrong")]
    [InlineData(SignatureFault.ChangedBody, "content_digest_wrong")]
    [InlineData(SignatureFault.Missing, "signature_missing")]
    public async Task Answer_SignedWrongly_IsNotBelieved(SignatureFault fault, string code)
    {
        await using var both = await Both.Start();
        await both.RegisterKeys();
        await both.City.Turn("firm", new Switches(Signatures: fault));
        using var http = both.To("firm");
        var refused = await Assert.ThrowsAsync<AnswerNotTrustedException>(() => http.PostAsync("/firm/events", Json("{}"), Cancel));
        Assert.Equal(code, refused.Refusal.Code);
        await both.City.Turn("firm", Switches.Off);
        using var believed = await http.PostAsync("/firm/events", Json("{}"), Cancel);
        Assert.Equal(HttpStatusCode.Accepted, believed.StatusCode);
    }

    [Theory]
    [InlineData("firm", "/firm/events")]
    [InlineData("sms", "/sms/messages")]
    public async Task Message_NotSignedOrChanged_IsRefused_AndTakesNobodysId(string actor, string path)
    {
        await using var both = await Both.Start();
        await both.RegisterKeys();
        using var unsigned = await both.City.Client.PostAsJsonAsync(path, new { }, Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, unsigned.StatusCode);
        Assert.Equal("signature_missing", (await unsigned.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString());
        using (var forged = new HttpRequestMessage(HttpMethod.Post, path) { Content = Json("""{"forged":true}""") })
        {
            forged.Headers.Add("ce-id", "1");
            forged.Headers.Add("Signature-Input", $"sig=(\"@method\" \"@authority\" \"@path\" \"@query\" \"content-digest\" \"content-type\" \"ce-id\");created={both.Bank.Clock.GetUtcNow().ToUnixTimeSeconds()};nonce=\"n\";keyid=\"nobody\";tag=\"pujiang-request\"");
            forged.Headers.Add("Signature", $"sig=:{Convert.ToBase64String(new byte[64])}:");
            using var answer = await both.City.Client.SendAsync(forged, Cancel);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }
        using var http = both.To(actor);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Json("{}") };
        request.Headers.Add("ce-id", "1");
        using var good = await http.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.Accepted, good.StatusCode);
        Assert.Equal(["good", "signature_key_unknown", "signature_missing"], both.City.Store.Newest(actor, 0, 10).Select(message => message.Signature));
    }

    [Fact]
    public async Task Call_OfAnActor_SentTwice_ReachesTheBankTwiceUnderOneId()
    {
        await using var both = await Both.Start();
        await both.RegisterKeys();
        await both.City.Turn("sms", new Switches(Duplicates: true));
        await Call(both, "sms");
        var (first, second) = (await both.Served.Answered(), await both.Served.Answered());
        Assert.Equal((200, 200, first.Id), (first.Status, second.Status, second.Id));
        Assert.Equal(["sms", "sms"], both.Served.Signers);
        Assert.Equal(1, (await Sent(both, "sms", message => message.NextAt is null)).Attempts);
    }

    /// <summary>From the outbox to the gateway, and its confirmation back to the inbox: signed both ways.</summary>
    [Theory, BothDatabases]
    public async Task TextMessage_IsConfirmedToTheBank_OnceThoughItCameTwice_AndOnlyWhenSignedRight(TestDatabase database)
    {
        await using var both = await Both.Start(database);
        await both.RegisterKeys();
        await both.Bank.Tables(async db =>
        {
            db.Add(new Destination { Name = "sms", Address = both.City.Address + "/sms/messages", AnswersSignedBy = "sms", RetryPlan = RetryPlan.Parse("10 10 10"), CreatedAt = both.Bank.Clock.UtcNow() });
            return await db.SaveChangesAsync();
        });
        var id = await OutboxTests.Send(both.Bank, "identity/code/1", """{"to":"+8613800000001"}""", "sms");

        // The gateway takes the message, but neither its answer nor its confirmation is believed.
        await both.City.Turn("sms", new Switches(Duplicates: true, Signatures: SignatureFault.WrongKey));
        await OutboxTests.Deliver(both.Bank);
        Assert.Equal(DeliveryState.Waiting, await OutboxTests.StateOf(both.Bank, id));
        Assert.Equal(($"delivered-{id}", 401), await both.Served.Answered());
        Assert.Equal(($"delivered-{id}", 401), await both.Served.Answered());
        Assert.Null(await ConfirmedAt(both, id));

        await both.City.Turn("sms", new Switches(Duplicates: true));
        both.Bank.Clock.Advance(TimeSpan.FromSeconds(10));
        await OutboxTests.Deliver(both.Bank);
        Assert.Equal(DeliveryState.Delivered, await OutboxTests.StateOf(both.Bank, id));
        var taken = Assert.Single(both.City.Store.Newest("sms", 0, 10));
        Assert.Equal((2, "good", "+8613800000001"), (taken.Times, taken.Signature, taken.Subject));
        Assert.Equal(($"delivered-{id}", 200), await both.Served.Answered());
        Assert.Equal(($"delivered-{id}", 200), await both.Served.Answered());
        Assert.NotNull(await ConfirmedAt(both, id));
        Assert.Equal(1, (await both.Bank.Tables(db => db.Set<InboxMessage>().SingleAsync())).Repeats);
    }

    static Task<DateTime?> ConfirmedAt(Both both, Guid id) =>
        both.Bank.Tables(db => db.Set<OutboxMessage>().Where(message => message.Id == id).Select(message => message.ConfirmedAt).SingleAsync());

    [Fact]
    public async Task Number_EndingInFourZeros_IsGone()
    {
        await using var both = await Both.Start();
        await both.RegisterKeys();
        using var http = both.To("sms");
        foreach (var (phone, status) in new[] { ("13800130000", HttpStatusCode.Gone), ("13800138000", HttpStatusCode.Accepted) })
        {
            using var answer = await http.PostAsJsonAsync("/sms/messages", SmsMessage.Of(phone, "浦江", "验证码"), Cancel);
            Assert.Equal(status, answer.StatusCode);
        }
        Assert.Equal(["+8613800138000", "+8613800130000"], both.City.Store.Newest("sms", 0, 10).Select(message => message.Subject));
    }

    [Theory]
    [InlineData(SignatureFault.WrongKey, "signature_wrong")]
    [InlineData(SignatureFault.ChangedBody, "content_digest_wrong")]
    [InlineData(SignatureFault.Missing, "signature_missing")]
    public async Task Call_SignedWrongly_IsRefusedAndTold_AndArrivesWhenTheSignatureIsRight(SignatureFault fault, string code)
    {
        await using var both = await Both.Start();
        await both.RegisterKeys();
        await both.City.Turn("firm", new Switches(Signatures: fault));
        await Call(both, "firm");
        Assert.Equal(401, (await both.Served.Answered()).Status);
        var refused = await Sent(both, "firm", message => message.Attempts == 1);
        Assert.Contains(code, refused.Answer, StringComparison.Ordinal);
        Assert.Empty(both.Served.Signers);

        await both.City.Turn("firm", Switches.Off);
        both.Bank.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((refused.Id, 200), await both.Served.Answered());
        Assert.True((await Sent(both, "firm", message => message.NextAt is null)).Delivered);
        Assert.Equal("good", (await Sent(both, "firm", _ => true)).Signature);
    }

    [Fact]
    public async Task Call_OfAnActorThatIsDown_WaitsAndIsNotLost()
    {
        await using var both = await Both.Start();
        await both.RegisterKeys();
        await both.City.Turn("firm", new Switches(Down: true));
        await Call(both, "firm");
        await Sent(both, "firm", message => message.NextAt > both.Bank.Clock.UtcNow());
        await both.City.Turn("firm", Switches.Off);
        both.Bank.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(200, (await both.Served.Answered()).Status);
    }

    static async Task Call(Both both, string actor)
    {
        using var asked = await both.City.Client.PostAsync($"/api/actors/{actor}/check", content: null, Cancel);
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
    }

    /// <summary>The actor's message to the bank, when it is as said.</summary>
    static async Task<Sent> Sent(Both both, string actor, Func<Sent, bool> when)
    {
        while (true)
        {
            var sent = Assert.Single(both.City.Store.NewestSent(actor, 10));
            if (when(sent)) return sent;
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancel);
        }
    }
}
