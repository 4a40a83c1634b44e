using System.Security.Claims;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>The same key is the same answer; what the caller did wrong with a key is said with the header's name.</summary>
public sealed class IdempotencyTests
{
    sealed record Answer(int Status, string Body, bool Replayed)
    {
        public string Code => JsonDocument.Parse(Body).RootElement.GetProperty("code").GetString()!;

        public IEnumerable<string> Fields => JsonDocument.Parse(Body).RootElement.GetProperty("errors").EnumerateObject().Select(error => error.Name);
    }

    /// <summary>Sends one request through the filter to a handler.</summary>
    static Task<Answer> Send(
        TestBank bank, string key, string body, Func<Task<object?>> handler, string path = "/api/things", Guid? caller = null) => bank.In(async services =>
    {
        var http = new DefaultHttpContext { RequestServices = services };
        http.Request.Method = "POST";
        http.Request.Path = path;
        http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        if (key.Length > 0) http.Request.Headers[IdempotencyKey.Header] = key;
        // The filter remembers running requests of the whole process: a bank's caller is its own.
        var party = caller ?? NameBasedId.From("test", bank.Folder);
        http.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, party.ToString())], "test"));
        using var output = new MemoryStream();
        http.Response.Body = output;
        var result = await new IdempotencyKey().InvokeAsync(EndpointFilterInvocationContext.Create(http), async _ => await handler());
        await ((IResult)result!).ExecuteAsync(http);
        return new Answer(http.Response.StatusCode, Encoding.UTF8.GetString(output.ToArray()), http.Response.Headers["Idempotent-Replayed"] == "true");
    });

    sealed class Handler
    {
        public int Calls { get; private set; }

        public Task<object?> Count() => Task.FromResult<object?>(Results.Ok(new { calls = ++Calls, name = "张三" }));

        public Task<object?> Refuse()
        {
            Calls++;
            return Task.FromResult<object?>(new Refusal("same_account", "No.", "payeeNumber").ToProblem());
        }

        public Task<object?> Fail()
        {
            Calls++;
            return Task.FromResult<object?>(Results.StatusCode(StatusCodes.Status503ServiceUnavailable));
        }
    }

    [Theory, BothDatabases]
    public async Task Request_SameKeySameBody_GetsTheStoredAnswer(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        var handler = new Handler();
        var first = await Send(bank, "k", "{}", handler.Count);
        await bank.Restart();
        var again = await Send(bank, "k", "{}", handler.Count);
        Assert.Equal((200, false), (first.Status, first.Replayed));
        Assert.Equal(first with { Replayed = true }, again);
        Assert.Equal(1, handler.Calls);
        Assert.Equal(2, JsonDocument.Parse((await Send(bank, "k2", "{}", handler.Count)).Body).RootElement.GetProperty("calls").GetInt32());
    }

    [Fact]
    public async Task Request_SameKeyRefusedBefore_IsRefusedAgain()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        var handler = new Handler();
        var first = await Send(bank, "k", "{}", handler.Refuse);
        var again = await Send(bank, "k", "{}", handler.Count);
        Assert.Equal((422, "same_account"), (first.Status, first.Code));
        Assert.Equal(first with { Replayed = true }, again);
        Assert.Equal(1, handler.Calls);
    }

    [Theory]
    [InlineData("{ }", "/api/things")]
    [InlineData("{}", "/api/others")]
    public async Task Request_SameKeyForAnotherRequest_IsRefusedAndNamesTheHeader(string body, string path)
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        var handler = new Handler();
        await Send(bank, "k", "{}", handler.Count);
        var other = await Send(bank, "k", body, handler.Count, path);
        Assert.Equal((422, "idempotency_key_reused", 1), (other.Status, other.Code, handler.Calls));
        Assert.Equal([IdempotencyKey.Header], other.Fields);
    }

    [Fact]
    public async Task Request_SameKeyOfAnotherCaller_IsAnotherRequest()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        var handler = new Handler();
        await Send(bank, "k", "{}", handler.Count);
        await Send(bank, "k", "{}", handler.Count, caller: NameBasedId.From("test", "other", bank.Folder));
        Assert.Equal(2, handler.Calls);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(IdempotencyKey.LongestKey + 1)]
    public async Task Request_WithoutAUsableKey_IsRefusedAndNamesTheHeader(int length)
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        var handler = new Handler();
        var refused = await Send(bank, new string('k', length), "{}", handler.Count);
        Assert.Equal((400, "idempotency_key_missing", 0), (refused.Status, refused.Code, handler.Calls));
        Assert.Equal([IdempotencyKey.Header], refused.Fields);
        Assert.Equal(200, (await Send(bank, new string('k', IdempotencyKey.LongestKey), "{}", handler.Count)).Status);
    }

    [Fact]
    public async Task Request_WhileTheFirstIsAtWork_IsToldToComeBack()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var handler = new Handler();
        var first = Send(bank, "k", "{}", async () =>
        {
            begun.SetResult();
            await go.Task;
            return await handler.Count();
        });
        await begun.Task;
        var second = await Send(bank, "k", "{}", handler.Count);
        go.SetResult();
        Assert.Equal((409, "request_in_progress"), (second.Status, second.Code));
        Assert.Equal(200, (await first).Status);
        Assert.True((await Send(bank, "k", "{}", handler.Count)).Replayed);
        Assert.Equal(1, handler.Calls);
    }

    [Fact]
    public async Task Request_ThatTheServerFailed_MayBeTriedAgain()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        var handler = new Handler();
        Assert.Equal(503, (await Send(bank, "k", "{}", handler.Fail)).Status);
        await Assert.ThrowsAsync<TimeoutException>(() => Send(bank, "k", "{}", () => throw new TimeoutException()));
        Assert.Equal((200, false), await Send(bank, "k", "{}", handler.Count) is var answer ? (answer.Status, answer.Replayed) : default);
    }

    [Fact]
    public async Task Problem_OfARefusal_HasTheShapeOfRfc9457()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        var answer = await Send(bank, "k", "{}", new Handler().Refuse);
        var problem = JsonDocument.Parse(answer.Body).RootElement;
        Assert.Equal(
            ("https://pujiang.example/problems/same_account", "Same account", 422, "No.", "same_account"),
            (Text("type"), Text("title"), problem.GetProperty("status").GetInt32(), Text("detail"), Text("code")));
        Assert.Equal("No.", Assert.Single(problem.GetProperty("errors").GetProperty("payeeNumber").EnumerateArray()).GetString());
        Assert.Equal("application/problem+json", (await bank.Tables(db => db.Set<StoredAnswer>().SingleAsync())).ContentType);

        string? Text(string name) => problem.GetProperty(name).GetString();
    }
}
