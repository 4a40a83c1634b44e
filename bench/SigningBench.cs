using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Bench;

/// <summary>Signatures by themselves, signed requests with signed answers over HTTP, and messages from the outbox to a receiver.</summary>
static class SigningBench
{
    const int BodyBytes = 500, AtOnce = 8;
    static readonly Guid Party = new("00000000-0000-4000-8000-000000000001");
    static readonly byte[] Body = Encoding.UTF8.GetBytes($"{{\"text\":\"{new string('x', BodyBytes - 11)}\"}}");

    public static async Task<int> Run(int count)
    {
        Circumstances.Print($"bodies of {BodyBytes} bytes; {count:N0} signatures, {count / 4:N0} requests of {AtOnce} at once over loopback, {count / 10:N0} messages; database SQLite, synchronous; client, server and receiver in one process");
        Console.WriteLine("| what | Ed25519 | SM2 |");
        Console.WriteLine("| --- | ---: | ---: |");
        await Row("sign", algorithm => Task.FromResult(Sign(algorithm, count)));
        await Row("verify", algorithm => Task.FromResult(Verify(algorithm, count)));
        await Row("request signed, checked, answered signed, answer checked", algorithm => Requests(algorithm, count / 4));
        await Row("outbox to a partner that must sign its answers, each message another reference", algorithm => Outbox(algorithm, count / 10, webhook: false));
        await Row("outbox to one webhook, one message after the other", algorithm => Outbox(algorithm, count / 10, webhook: true));
        return 0;
    }

    static async Task Row(string what, Func<SignatureAlgorithm, Task<decimal>> measure)
    {
        var (ed25519, sm2) = (await measure(SignatureAlgorithm.Ed25519), await measure(SignatureAlgorithm.Sm2));
        Console.WriteLine($"| {what} | {ed25519:N0} /s | {sm2:N0} /s |");
    }

    static decimal Sign(SignatureAlgorithm algorithm, int count)
    {
        var key = SigningKey.Create(algorithm);
        for (var i = 0; i < count / 10; i++) key.Sign(Body);
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < count; i++) key.Sign(Body);
        return PerSecond(count, watch);
    }

    static decimal Verify(SignatureAlgorithm algorithm, int count)
    {
        var key = SigningKey.Create(algorithm);
        var signature = key.Sign(Body);
        var watch = new Stopwatch();
        for (var i = -count / 10; i < count; i++)
        {
            if (i == 0) watch.Start();
            if (!key.Public.Verify(Body, signature)) throw new InvalidOperationException("A good signature was refused.");
        }
        return PerSecond(count, watch);
    }

    static decimal PerSecond(int count, Stopwatch watch) => count / (decimal)watch.Elapsed.TotalSeconds;

    /// <summary>Both sides with keys and nonces in memory: the cost of the signatures and of HTTP, without a database.</summary>
    static async Task<decimal> Requests(SignatureAlgorithm algorithm, int count)
    {
        var (client, server) = (SigningKey.Create(algorithm), SigningKey.Create(algorithm));
        await using var app = await Serve(server, new TrustedKey(client.KeyId, "client", client.Public, DateTime.UnixEpoch), _ => { });
        using var http = new HttpClient(new SignedHttpHandler("server", algorithm, new OwnKeys(client),
            Check(new TrustedKey(server.KeyId, "server", server.Public, DateTime.UnixEpoch)), new SignatureOptions(), TimeProvider.System)
        { InnerHandler = new SocketsHttpHandler() })
        { BaseAddress = new Uri(app.Urls.Single()) };
        await Send(count / 10);
        var watch = Stopwatch.StartNew();
        await Send(count);
        return PerSecond(count, watch);

        Task Send(int requests) => Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            for (var i = 0; i < requests / AtOnce; i++)
            {
                using var content = new ByteArrayContent(Body);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                using var answer = await http.PostAsync("/in", content);
                answer.EnsureSuccessStatusCode();
            }
        }));
    }

    static SignatureCheck Check(params IReadOnlyList<TrustedKey> keys) =>
        new(new KeyList(keys), new MemoryNonces(TimeProvider.System), new SignatureOptions(), TimeProvider.System);

    /// <summary>A server at /in that takes what this key signed and signs its answers; the body comes back.</summary>
    static async Task<WebApplication> Serve(SigningKey own, TrustedKey believed, Action<HttpRequest> got)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton(new SignatureOptions()).AddSingleton<ISigners>(new OwnKeys(own)).AddSingleton(Check(believed));
        var app = builder.Build();
        app.UseRouting();
        app.UseSignatures();
        app.MapPost("/in", async (HttpContext context) =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var text = await reader.ReadToEndAsync();
            got(context.Request);
            return Results.Text(text, "application/json");
        }).RequiresSignature();
        await app.StartAsync();
        return app;
    }

    /// <summary>A whole bank on a folder of its own, and a receiver; from the commit of all messages to the arrival of the last.</summary>
    static async Task<decimal> Outbox(SignatureAlgorithm algorithm, int count, bool webhook)
    {
        var folder = Directory.CreateTempSubdirectory("bench-outbox-").FullName;
        try
        {
            var (got, all, partner) = (0, new TaskCompletionSource(), SigningKey.Create(algorithm));
            var (wanted, own) = (count, new PlatformOptions { DataFolder = folder, DemoMode = true });
            var bankKey = await BankKey(own, algorithm);
            await using var receiver = await Serve(partner, bankKey, request =>
            {
                if (request.Headers["ce-type"] != "webhook.ping" && Interlocked.Increment(ref got) == wanted) all.TrySetResult();
            });
            var address = receiver.Urls.Single() + "/in";
            using var bank = await Open(own with
            {
                Destinations = webhook ? new Dictionary<string, DestinationSettings>(StringComparer.Ordinal)
                    : new(StringComparer.Ordinal) { ["partner"] = new() { Address = address, Algorithm = algorithm, AnswersSignedBy = "partner" } },
            });
            await using (var scope = bank.Services.CreateAsyncScope()) await Prepare(scope.ServiceProvider, partner, address, algorithm, webhook);
            await bank.StartAsync();
            await using (var scope = bank.Services.CreateAsyncScope()) await Fill(scope.ServiceProvider.GetRequiredService<CityDb>(), count, webhook);
            var watch = Stopwatch.StartNew();
            await all.Task;
            var rate = PerSecond(count, watch);
            await bank.StopAsync();
            return rate;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static async Task<TrustedKey> BankKey(PlatformOptions options, SignatureAlgorithm algorithm)
    {
        using var bank = await Open(options);
        await using var scope = bank.Services.CreateAsyncScope();
        return (await scope.ServiceProvider.GetRequiredService<KeyRegistry>().Published()).Single(key => key.Key.Algorithm == algorithm);
    }

    static async Task<IHost> Open(PlatformOptions options)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddPlatform(options);
        builder.Services.AddAccounts();
        builder.Services.AddSingleton(new EventKind("bench.happened"));
        var host = builder.Build();
        await PlatformModule.PrepareDatabase(host.Services);
        return host;
    }

    static async Task Prepare(IServiceProvider services, SigningKey partner, string address, SignatureAlgorithm algorithm, bool webhook)
    {
        using var stream = new MemoryStream();
        using (var json = new System.Text.Json.Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            partner.Public.WriteJwk(json);
            json.WriteEndObject();
        }
        var added = await services.GetRequiredService<KeyRegistry>().AddPartnerKey("partner", Encoding.UTF8.GetString(stream.ToArray()), null, "operator");
        if (!added.Try(out _, out var refusal)) throw new InvalidOperationException(refusal.Reason);
        if (!webhook) return;
        var made = await services.GetRequiredService<Webhooks>().Subscribe(address, ["bench.happened"], algorithm, new Caller(Party, IsOperator: false), CancellationToken.None);
        if (!made.Try(out var pinged, out refusal) || (refusal = pinged.Refusal) is not null) throw new InvalidOperationException(refusal.Reason);
    }

    static async Task Fill(CityDb db, int count, bool webhook)
    {
        if (!webhook)
            for (var i = 0; i < count; i++) db.Send("partner", "bench.happened", $"bench/{i}", Body);
        else
            await db.Publish([.. Enumerable.Range(0, count).Select(i => new BankEvent(
                Party, "bench.happened", $"{i}", $"bench/{i}", TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(1), new { text = new string('x', BodyBytes - 11) }))], CancellationToken.None);
        await db.SaveChangesAsync();
    }
}
