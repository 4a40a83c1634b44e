using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>A hospital and the bank over real HTTP, and somebody between them.</summary>
public sealed class SignedHttpTests
{
    /// <summary>A server with one endpoint that takes signed requests; it answers who signed and what was sent.</summary>
    static async Task<WebApplication> Serve(ITrustedKeys keys, INonces nonces, ISigners signers, TimeProvider clock)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var options = new SignatureOptions();
        builder.Services.AddSingleton(clock).AddSingleton(options).AddSingleton(signers).AddSingleton(new SignatureCheck(keys, nonces, options, clock));
        var app = builder.Build();
        app.UseRouting();
        app.UseSignatures();
        app.MapMethods("/bills/{id}", ["POST", "GET"], async (string id, HttpContext context) =>
        {
            using var reader = new StreamReader(context.Request.Body);
            return Results.Json(new { id, signer = context.Signer().Owner, user = context.User.Identity?.Name, body = await reader.ReadToEndAsync() },
                statusCode: context.Request.Query.ContainsKey("refuse") ? 422 : 200);
        }).RequiresSignature();
        app.MapGet("/open", () => "open");
        await app.StartAsync();
        return app;
    }

    static Task<WebApplication> ServeBank(TestBank bank) => Serve(
        bank.Services.GetRequiredService<ITrustedKeys>(), bank.Services.GetRequiredService<INonces>(), bank.Services.GetRequiredService<ISigners>(), bank.Clock);

    sealed class Hospital(TestBank bank, SignatureAlgorithm algorithm)
    {
        public SigningKey Key { get; } = SigningKey.Create(algorithm);

        public async Task Register()
        {
            var jwk = SigningKeyTests.Jwk(Key.Public).GetRawText();
            var added = await bank.Call((KeyRegistry registry) => registry.AddPartnerKey("hospital", jwk, null, "user/test"));
            Assert.True(added.Try(out _, out var refusal), refusal?.Reason);
        }

        /// <summary>A client that signs as the hospital and knows the keys that the bank publishes.</summary>
        /// <param name="between">Who stands between the two.</param>
        public async Task<HttpClient> Client(WebApplication server, DelegatingHandler? between = null, Func<HttpMessageHandler, HttpMessageHandler>? around = null)
        {
            var published = await bank.Call((KeyRegistry registry) => registry.Published());
            Assert.True(KeySet.Read("bank", KeySet.Write(published)).Try(out var bankKeys, out _));
            var options = new SignatureOptions();
            HttpMessageHandler inner = new SocketsHttpHandler();
            if (between is not null)
            {
                between.InnerHandler = inner;
                inner = between;
            }
            HttpMessageHandler signing = new SignedHttpHandler("bank", algorithm, new OwnKeys(Key),
                new SignatureCheck(new KeyList(bankKeys), new MemoryNonces(bank.Clock), options, bank.Clock), options, bank.Clock)
            { InnerHandler = inner };
            return new HttpClient(around?.Invoke(signing) ?? signing) { BaseAddress = new Uri(server.Urls.Single()) };
        }
    }

    sealed class Between(Action<HttpRequestMessage>? request = null, Action<HttpResponseMessage>? answer = null) : DelegatingHandler
    {
        public List<HttpRequestMessage> Seen { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken)
        {
            Seen.Add(message);
            request?.Invoke(message);
            var got = await base.SendAsync(message, cancellationToken);
            answer?.Invoke(got);
            return got;
        }
    }

    static async Task<JsonElement> Json(HttpResponseMessage answer) => JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;

    static StringContent Bill => new("""{"amount":"12.00","patient":"张三"}""", Encoding.UTF8, "application/json");

    [Theory]
    [BothDatabases(SignatureAlgorithm.Ed25519)]
    [BothDatabases(SignatureAlgorithm.Sm2)]
    public async Task SignedRequest_OfARegisteredPartner_IsAnsweredAndTheAnswerProven(TestDatabase database, SignatureAlgorithm algorithm)
    {
        await using var bank = await TestBank.New(database);
        await using var server = await ServeBank(bank);
        var hospital = new Hospital(bank, algorithm);
        await hospital.Register();
        using var client = await hospital.Client(server);

        using var posted = await client.PostAsync("/bills/a%20b%2Fc?month=2026-03&x=%E6%B5%A6", Bill);
        var said = await Json(posted);
        Assert.Equal((HttpStatusCode.OK, "hospital", "hospital"), (posted.StatusCode, said.GetProperty("signer").GetString(), said.GetProperty("user").GetString()));
        Assert.Contains("张三", said.GetProperty("body").GetString(), StringComparison.Ordinal);

        using var got = await client.GetAsync("/bills/1");
        Assert.Equal(HttpStatusCode.OK, got.StatusCode);
        using var refused = await client.GetAsync("/bills/1?refuse");
        Assert.Equal(422, (int)refused.StatusCode);
        Assert.Contains($"alg=\"{HttpSignature.Name(algorithm)}\"", got.Headers.GetValues("Signature-Input").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnsignedRequest_IsRefusedWithASignedProblem()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        await using var server = await ServeBank(bank);
        using var client = new HttpClient { BaseAddress = new Uri(server.Urls.Single()) };
        using var answer = await client.PostAsync("/bills/1", Bill);
        var problem = await Json(answer);
        Assert.Equal((HttpStatusCode.Unauthorized, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Equal("signature_missing", problem.GetProperty("code").GetString());
        Assert.True(problem.GetProperty("errors").TryGetProperty("Signature", out _));
        Assert.Contains("tag=\"pujiang-request\"", answer.Headers.GetValues("Accept-Signature").Single(), StringComparison.Ordinal);
        Assert.Contains("tag=\"pujiang-answer\"", answer.Headers.GetValues("Signature-Input").Single(), StringComparison.Ordinal);
        using var open = await client.GetAsync("/open");
        Assert.Equal("open", await open.Content.ReadAsStringAsync());
        Assert.False(open.Headers.Contains("Signature"));
    }

    public static TheoryData<string, string> ChangesOnTheWay => new()
    {
        { "body", "content_digest_wrong" },
        { "path", "signature_wrong" },
        { "query", "signature_wrong" },
        { "method", "signature_wrong" },
        { "content-type", "signature_wrong" },
        { "signature", "signature_wrong" },
        { "no signature", "signature_missing" },
    };

    [Theory]
    [MemberData(nameof(ChangesOnTheWay))]
    public async Task RequestChangedOnTheWay_IsRefused_AndTheRefusalIsProven(string what, string code)
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        await using var server = await ServeBank(bank);
        var hospital = new Hospital(bank, SignatureAlgorithm.Ed25519);
        await hospital.Register();
        using var between = new Between(request => Change(request, what));
        using var client = await hospital.Client(server, between);
        // The refusal is tied to what the hospital sent; where that was changed in the address or the signature, it proves the change.
        if (what is "path" or "query" or "method" or "signature" or "no signature")
            await Assert.ThrowsAsync<AnswerNotTrustedException>(() => client.PostAsync("/bills/1", Bill));
        else
        {
            using var answer = await client.PostAsync("/bills/1", Bill);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal(code, (await Json(answer)).GetProperty("code").GetString());
        }
        using var plain = new HttpClient();
        using var again = await plain.SendAsync(await Copy(between.Seen.Single()));
        Assert.Equal(code, (await Json(again)).GetProperty("code").GetString());
    }

    static void Change(HttpRequestMessage request, string what)
    {
        var uri = request.RequestUri!;
        switch (what)
        {
            case "body": request.Content = Replaced(request.Content!, "99.00"); break;
            case "path": request.RequestUri = new Uri(uri, "/bills/2"); break;
            case "query": request.RequestUri = new Uri(uri, "/bills/1?x=1"); break;
            case "method": request.Method = HttpMethod.Get; request.Content = Replaced(request.Content!, "12.00"); break;
            case "content-type": request.Content!.Headers.ContentType = new("text/plain"); break;
            case "signature":
                request.Headers.Remove("Signature");
                request.Headers.TryAddWithoutValidation("Signature", $"sig=:{Convert.ToBase64String(new byte[64])}:");
                break;
            default: request.Headers.Remove("Signature"); break;
        }
    }

    static ByteArrayContent Replaced(HttpContent content, string amount)
    {
        var changed = new ByteArrayContent(Encoding.UTF8.GetBytes(content.ReadAsStringAsync().Result.Replace("12.00", amount, StringComparison.Ordinal)));
        foreach (var (name, values) in content.Headers.NonValidated)
            if (name != "Content-Length") changed.Headers.TryAddWithoutValidation(name, values);
        return changed;
    }

    static async Task<HttpRequestMessage> Copy(HttpRequestMessage request)
    {
        var copy = new HttpRequestMessage(request.Method, request.RequestUri);
        if (request.Content is not null)
        {
            copy.Content = new ByteArrayContent(await request.Content.ReadAsByteArrayAsync());
            foreach (var (name, values) in request.Content.Headers.NonValidated) copy.Content.Headers.TryAddWithoutValidation(name, values);
        }
        foreach (var (name, values) in request.Headers.NonValidated) copy.Headers.TryAddWithoutValidation(name, values);
        return copy;
    }

    public static TheoryData<string> AnswerChanges => ["status", "body", "content-type", "no signature", "signature of another answer"];

    [Theory]
    [MemberData(nameof(AnswerChanges))]
    public async Task AnswerChangedOnTheWay_IsNotBelieved(string what)
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        await using var server = await ServeBank(bank);
        var hospital = new Hospital(bank, SignatureAlgorithm.Sm2);
        await hospital.Register();
        var earlier = new List<(string, string)>();
        using var between = new Between(answer: answer =>
        {
            earlier.Add((answer.Headers.GetValues("Signature-Input").Single(), answer.Headers.GetValues("Signature").Single()));
            if (earlier.Count == 1) return;
            switch (what)
            {
                case "status": answer.StatusCode = HttpStatusCode.Created; break;
                case "body": answer.Content = Replaced(answer.Content, "99.00"); break;
                case "content-type": answer.Content.Headers.ContentType = new("text/plain"); break;
                case "no signature": answer.Headers.Remove("Signature"); break;
                default:
                    answer.Headers.Remove("Signature-Input");
                    answer.Headers.Remove("Signature");
                    answer.Headers.TryAddWithoutValidation("Signature-Input", earlier[0].Item1);
                    answer.Headers.TryAddWithoutValidation("Signature", earlier[0].Item2);
                    break;
            }
        });
        using var client = await hospital.Client(server, between);
        using var good = await client.PostAsync("/bills/1", Bill);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        await Assert.ThrowsAsync<AnswerNotTrustedException>(() => client.PostAsync("/bills/1", Bill));
    }

    [Fact]
    public async Task AnswerThatNobodySigned_IsNotBelieved()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        await using var server = await ServeBank(bank);
        var hospital = new Hospital(bank, SignatureAlgorithm.Ed25519);
        using var client = await hospital.Client(server);
        var failure = await Assert.ThrowsAsync<AnswerNotTrustedException>(() => client.GetAsync("/open"));
        Assert.Equal("signature_missing", failure.Refusal.Code);
    }

    [Theory, BothDatabases]
    public async Task RequestSentAgainByAStranger_IsRefused_AlsoAfterARestart_UntilItIsTooOldAnyway(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        var hospital = new Hospital(bank, SignatureAlgorithm.Ed25519);
        await hospital.Register();
        using var between = new Between();
        HttpRequestMessage copy;
        int port;
        await using (var server = await ServeBank(bank))
        {
            port = new Uri(server.Urls.Single()).Port;
            using var client = await hospital.Client(server, between);
            using var first = await client.PostAsync("/bills/1", Bill);
            Assert.Equal(HttpStatusCode.OK, first.StatusCode);
            copy = await Copy(between.Seen.Single());
            await AssertRefused("signature_replayed", await Copy(copy), server, port);
        }
        await bank.Restart();
        await using var restarted = await ServeBank(bank);
        await AssertRefused("signature_replayed", await Copy(copy), restarted, port);

        var scopes = bank.Services.GetRequiredService<IServiceScopeFactory>();
        Assert.Equal(0, await ForgetNonces.Forget(scopes, bank.Clock, CancellationToken.None));
        bank.Clock.Advance(TimeSpan.FromSeconds(302));
        Assert.Equal(1, await ForgetNonces.Forget(scopes, bank.Clock, CancellationToken.None));
        Assert.Equal(0, await bank.Tables(db => db.Set<UsedNonce>().CountAsync()));
        await AssertRefused("signature_too_old", await Copy(copy), restarted, port);
    }

    static async Task AssertRefused(string code, HttpRequestMessage request, WebApplication server, int signedPort)
    {
        request.Headers.Host = $"127.0.0.1:{signedPort}";
        request.RequestUri = new Uri(new Uri(server.Urls.Single()), request.RequestUri!.PathAndQuery);
        using var plain = new HttpClient();
        using var answer = await plain.SendAsync(request);
        Assert.Equal((HttpStatusCode.Unauthorized, code), (answer.StatusCode, (await Json(answer)).GetProperty("code").GetString()));
    }

    [Theory, BothDatabases]
    public async Task Nonce_UsedByManyAtOnce_IsAcceptedOnce(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        var nonces = bank.Services.GetRequiredService<INonces>();
        var until = bank.Clock.UtcNow().AddMinutes(5);
        var accepted = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () => await nonces.TryUse("k", "n", until, CancellationToken.None))));
        Assert.Single(accepted, true);
        Assert.True(await nonces.TryUse("k2", "n", until, CancellationToken.None));
    }

    [Fact]
    public async Task RevokedKey_IsRefusedFromTheNextRequestOn()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        await using var server = await ServeBank(bank);
        var hospital = new Hospital(bank, SignatureAlgorithm.Ed25519);
        await hospital.Register();
        using var client = await hospital.Client(server);
        using (var before = await client.GetAsync("/bills/1")) Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        Assert.True((await bank.Call((KeyRegistry registry) => registry.Revoke(hospital.Key.KeyId, "lost", "user/test"))).Try(out _, out _));
        using var after = await client.GetAsync("/bills/1");
        Assert.Equal("signature_key_not_valid", (await Json(after)).GetProperty("code").GetString());
    }

    /// <summary>Sends each request twice, as a retry policy does after a lost answer.</summary>
    sealed class Twice(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            (await base.SendAsync(request, cancellationToken)).Dispose();
            return await base.SendAsync(request, cancellationToken);
        }
    }

    [Fact]
    public async Task Retry_IsSignedAnew()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        await using var server = await ServeBank(bank);
        var hospital = new Hospital(bank, SignatureAlgorithm.Sm2);
        await hospital.Register();
        using var client = await hospital.Client(server, around: signing => new Twice(signing));
        using var answer = await client.PostAsync("/bills/1", Bill);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    /// <summary>The other direction: the bank asks, the hospital answers, with what the host registers.</summary>
    [Theory, BothDatabases]
    public async Task BankAsksThePartner_WithItsOwnKeys(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, services =>
        {
            services.AddHttpClient("hospital").AddSignedHttp("hospital", SignatureAlgorithm.Sm2);
            services.AddHttpClient("court").AddSignedHttp("court", SignatureAlgorithm.Sm2);
        });
        var hospital = new Hospital(bank, SignatureAlgorithm.Sm2);
        await hospital.Register();
        var published = await bank.Call((KeyRegistry registry) => registry.Published());
        await using var server = await Serve(new KeyList(published), new MemoryNonces(bank.Clock), new OwnKeys(hospital.Key), bank.Clock);
        var clients = bank.Services.GetRequiredService<IHttpClientFactory>();

        using var answer = await clients.CreateClient("hospital").PostAsJsonAsync(new Uri(new Uri(server.Urls.Single()), "/bills/7"), new { amount = "1.00" });
        Assert.Equal("bank", (await Json(answer)).GetProperty("signer").GetString());
        await Assert.ThrowsAsync<AnswerNotTrustedException>(
            () => clients.CreateClient("court").PostAsJsonAsync(new Uri(new Uri(server.Urls.Single()), "/bills/7"), new { amount = "1.00" }));
    }
}
