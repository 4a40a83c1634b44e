using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>What the outbox sends is signed, and where the destination demands it, only an answer with the partner's signature acknowledges it.</summary>
public sealed class OutboxSigningTests
{
    /// <summary>A partner that takes signed messages of the bank alone, and signs its answers with this key.</summary>
    sealed class Partner(WebApplication app) : IAsyncDisposable
    {
        /// <summary>"who kind id" of each message that it took.</summary>
        public ConcurrentQueue<string> Took { get; } = new();

        public string Address => app.Urls.Single() + "/in";

        /// <param name="between">Changes a request on its way.</param>
        public static async Task<Partner> Start(TestBank bank, SigningKey key, Action<HttpRequest>? between = null)
        {
            var published = await bank.Call((KeyRegistry registry) => registry.Published());
            Assert.True(KeySet.Read("bank", KeySet.Write(published)).Try(out var keys, out _));
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            var options = new SignatureOptions();
            builder.Services.AddSingleton<TimeProvider>(bank.Clock).AddSingleton(options).AddSingleton<ISigners>(new OwnKeys(key))
                .AddSingleton(new SignatureCheck(new KeyList(keys), new MemoryNonces(bank.Clock), options, bank.Clock));
            var app = builder.Build();
            var partner = new Partner(app);
            app.Use((context, next) =>
            {
                between?.Invoke(context.Request);
                return next(context);
            });
            app.UseRouting();
            app.UseSignatures();
            app.MapPost("/in", (HttpContext context) =>
                partner.Took.Enqueue($"{context.Signer().Owner} {context.Request.Headers["ce-type"]} {context.Request.Headers["ce-id"]}")).RequiresSignature();
            await app.StartAsync();
            return partner;
        }

        public async ValueTask DisposeAsync() => await app.DisposeAsync();
    }

    static Task<int> Register(TestBank bank, string address, SignatureAlgorithm algorithm, string? answersSignedBy) => bank.Tables(async db =>
    {
        db.Add(new Destination { Name = "partner", Address = address, RetryPlan = RetryPlan.Parse("10"), CreatedAt = bank.Clock.UtcNow(), Algorithm = algorithm, AnswersSignedBy = answersSignedBy });
        return await db.SaveChangesAsync();
    });

    static async Task RegisterKey(TestBank bank, SigningKey key, string owner = "hospital") =>
        await bank.Call((KeyRegistry registry) => registry.AddPartnerKey(owner, SigningKeyTests.Jwk(key.Public).GetRawText(), null, "user/test")).Value();

    static Task<DeliveryAttempt> Attempt(TestBank bank) => bank.Tables(db => db.Set<DeliveryAttempt>().OrderByDescending(a => a.Attempt).FirstAsync());

    [Theory]
    [BothDatabases(SignatureAlgorithm.Ed25519)]
    [BothDatabases(SignatureAlgorithm.Sm2)]
    public async Task Message_IsSignedWithTheKeyOfTheDestinationsChoice_AndTheAnswersSignatureIsChecked(TestDatabase database, SignatureAlgorithm algorithm)
    {
        await using var bank = await TestBank.New(database);
        var key = SigningKey.Create(algorithm);
        await RegisterKey(bank, key);
        await using var partner = await Partner.Start(bank, key);
        await Register(bank, partner.Address, algorithm, "hospital");
        var id = await OutboxTests.Send(bank, "a", "1");
        await OutboxTests.Deliver(bank);
        Assert.Equal([$"bank test {id}"], partner.Took);
        Assert.Equal(DeliveryState.Delivered, await OutboxTests.StateOf(bank, id));
        Assert.Equal(key.KeyId, (await Attempt(bank)).AnswerKeyId);
    }

    [Theory, BothDatabases]
    public async Task AnswerWithoutSignature_WhereOneIsDemanded_AcknowledgesNothing_AndSaysSo(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await using var receiver = await Receiver.Start();
        await Register(bank, receiver.Address, SignatureAlgorithm.Ed25519, "hospital");
        var id = await OutboxTests.Send(bank, "a", "1");
        await OutboxTests.Deliver(bank);
        Assert.Single(receiver.Got);
        Assert.Equal(DeliveryState.Waiting, await OutboxTests.StateOf(bank, id));
        var attempt = await Attempt(bank);
        Assert.Equal((DeliveryAttempt.NotTrusted, 204, null), (attempt.Failure, attempt.Status, attempt.AnswerKeyId));
        Assert.StartsWith("The receiver answered 204, but that can't be trusted. ", attempt.Error, StringComparison.Ordinal);
        bank.Clock.Advance(TimeSpan.FromSeconds(10));
        await OutboxTests.Deliver(bank);
        Assert.Equal(DeliveryState.GivenUp, await OutboxTests.StateOf(bank, id));
    }

    [Theory, BothDatabases]
    public async Task AnswerSignedBySomebodyElse_OrByNobodyKnown_AcknowledgesNothing(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        var key = SigningKey.Create(SignatureAlgorithm.Ed25519);
        await using var partner = await Partner.Start(bank, key);
        await Register(bank, partner.Address, SignatureAlgorithm.Ed25519, "hospital");
        var id = await OutboxTests.Send(bank, "a", "1");
        await OutboxTests.Deliver(bank);
        await RegisterKey(bank, key, owner: "court");
        bank.Clock.Advance(TimeSpan.FromSeconds(10));
        await OutboxTests.Deliver(bank);
        Assert.Equal(2, partner.Took.Count);
        Assert.Equal(DeliveryState.GivenUp, await OutboxTests.StateOf(bank, id));
        Assert.All(await bank.Tables(db => db.Set<DeliveryAttempt>().ToListAsync()), a => Assert.Equal((DeliveryAttempt.NotTrusted, 200), (a.Failure, a.Status)));
    }

    /// <summary>A 410 would end a message for good: only the partner may say so.</summary>
    [Fact]
    public async Task GoneWithoutSignature_WhereOneIsDemanded_IsNotBelieved()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        await using var receiver = await Receiver.Start();
        receiver.Answer = _ => Task.FromResult(410);
        await Register(bank, receiver.Address, SignatureAlgorithm.Ed25519, "hospital");
        var id = await OutboxTests.Send(bank, "a", "1");
        await OutboxTests.Deliver(bank);
        Assert.Equal(DeliveryState.Waiting, await OutboxTests.StateOf(bank, id));
    }

    [Theory]
    [InlineData("ce-id", "other")]
    [InlineData("ce-type", "other")]
    [InlineData("ce-subject", "b")]
    [InlineData("ce-time", "2020-01-01T00:00:00Z")]
    [InlineData("Delivery-Attempt", "2")]
    [InlineData("Content-Type", "text/html")]
    [InlineData("ce-id", "")]
    public async Task FieldChangedOnTheWay_MakesTheMessageWorthless(string field, string value)
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        var key = SigningKey.Create(SignatureAlgorithm.Ed25519);
        await RegisterKey(bank, key);
        await using var partner = await Partner.Start(bank, key, request =>
        {
            if (value.Length == 0) request.Headers.Remove(field);
            else request.Headers[field] = value;
        });
        await Register(bank, partner.Address, SignatureAlgorithm.Ed25519, "hospital");
        await OutboxTests.Send(bank, "a", "1");
        await OutboxTests.Deliver(bank);
        Assert.Empty(partner.Took);
        var attempt = await Attempt(bank);
        Assert.Equal((DeliveryAttempt.Answered, 401, key.KeyId), (attempt.Failure, attempt.Status, attempt.AnswerKeyId));
    }

    [Theory]
    [InlineData("AnswersSignedBy", "No Such Name", "AnswersSignedBy")]
    [InlineData("RetryPlan", "10 x", "RetryPlan")]
    [InlineData("Address", "sms", "Address")]
    public async Task WrongSetting_StopsTheStart_AndIsNamed(string setting, string value, string named)
    {
        var settings = new DestinationSettings { Address = "https://sms.example" };
        settings = setting switch
        {
            "AnswersSignedBy" => settings with { AnswersSignedBy = value },
            "RetryPlan" => settings with { RetryPlan = value },
            _ => settings with { Address = value },
        };
        await using var bank = await TestBank.New(TestDatabase.Sqlite, services =>
        {
            var options = (PlatformOptions)services.Last(service => service.ServiceType == typeof(PlatformOptions)).ImplementationInstance!;
            services.AddSingleton(options with { Destinations = new Dictionary<string, DestinationSettings>(StringComparer.Ordinal) { ["sms"] = settings } });
        });
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => ActivatorUtilities.CreateInstance<ConfiguredDestinations>(bank.Services).StartAsync(CancellationToken.None));
        Assert.Contains($"Pujiang:Destinations:sms:{named}", refused.Message, StringComparison.Ordinal);
    }
}
