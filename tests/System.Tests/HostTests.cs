using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Pujiang.System.Tests;

/// <summary>What the host answers to programs and to bad requests.</summary>
public sealed class HostTests(Bank bank)
{
    static readonly HttpClient Http = new(new HttpClientHandler { AllowAutoRedirect = false });

    [Fact]
    public async Task Api_UnknownPath_AnswersProblemDetails()
    {
        using var answer = await Http.GetAsync($"{bank.Url}/api/no-such-thing");
        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task Api_TooLargeRequest_AnswersProblemDetailsThatNameTheLimit()
    {
        using var body = new ByteArrayContent(new byte[3_000_000]);
        using var answer = await Http.PostAsync($"{bank.Url}/api/no-such-thing", body);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Contains("at most 1048576", problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_TooLargeRequest_AnswersAPage()
    {
        using var body = new StringContent(new string('x', 3_000_000), Encoding.ASCII, "application/x-www-form-urlencoded");
        using var answer = await Http.PostAsync($"{bank.Url}/style", body);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("文件太大", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/style", "_handler=style&Payee=x")]
    [InlineData("/sign-in/demo", "person=44c3016b-e5db-7b82-ec3e-711f9debb1e0")]
    [InlineData("/sign-out", "back=/")]
    public async Task Form_WithoutItsToken_IsRefusedWithAPage(string path, string form)
    {
        using var body = new StringContent(form, Encoding.ASCII, "application/x-www-form-urlencoded");
        using var answer = await Http.PostAsync(bank.Url + path, body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("请求有误", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_CarryThePolicy()
    {
        using var answer = await Http.GetAsync($"{bank.Url}/no-such-page");
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task Assets_WithAFingerprint_AreKeptForAYear()
    {
        var page = await Http.GetStringAsync(bank.Url);
        var href = page.Split("rel=\"stylesheet\" href=\"")[1].Split('"')[0];
        using var answer = await Http.GetAsync($"{bank.Url}/{href}");
        Assert.Contains("immutable", answer.Headers.CacheControl?.ToString() ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("parties", """{"kind":"Person","name":""", "json_invalid", "name", "line 1, byte 25")]
    [InlineData("parties", """{"kind":"Alien"}""", "value_invalid", "kind", "\"Person\", \"Firm\"")]
    [InlineData("accounts/search", """{"number":" "}""", "number_invalid", "number", "4 to 34 digits or letters")]
    [InlineData("transfers", """{"from":"abc"}""", "value_invalid", "from", "a UUID such as")]
    [InlineData("transfers", """{"from":"01977f3e-5f0a-7c3e-9d55-0c3c8b1e6a10","on":"2026-13-01"}""", "value_invalid", "on", "a date such as")]
    [InlineData("transfers", """{"from":"01977f3e-5f0a-7c3e-9d55-0c3c8b1e6a10","amount":12.5}""", "value_invalid", "amount", "a text in quotation marks")]
    [InlineData("transfers", """{"from":"01977f3e-5f0a-7c3e-9d55-0c3c8b1e6a10","payeeName":"x","payeeNumber":"1234","amount":"1"}""", "account_not_found", "from", "no such account")]
    public async Task Api_BodyThatIsWrong_NamesTheFieldAndWhatWouldBeRight(string path, string body, string code, string field, string says)
    {
        using var client = bank.Server.Operator();
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        using var answer = await client.SendAsync(request);
        var problem = await Problem(answer);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Contains(says, problem.GetProperty("errors").GetProperty(field)[0].GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("accounts/01977f3e-5f0a-7c3e-9d55-0c3c8b1e6a10/statement?from=xyz", 400, "'xyz' is not a date such as 2026-05-31.")]
    [InlineData("accounts/01977f3e-5f0a-7c3e-9d55-0c3c8b1e6a10/statement", 404, "There is no such account among yours.")]
    [InlineData("accounts/1", 404, "There is nothing at /api/accounts/1")]
    public async Task Api_WrongAddress_SaysWhy(string path, int status, string detail)
    {
        using var client = bank.Server.Operator();
        using var answer = await client.GetAsync(path);
        var problem = await Problem(answer);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.StartsWith(detail, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Api_WithoutOrWithAWrongToken_Is401WithProblemDetails()
    {
        foreach (var token in (string?[])[null, "", "Bearer wrong", "Basic b3BlcmF0b3I6"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{bank.Url}/api/accounts");
            if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", token);
            using var answer = await Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Contains("Sign in", (await Problem(answer)).GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Api_SameKeyAgain_GivesTheFirstAnswerAndKeepsItUnreadable()
    {
        using var client = bank.Server.Operator();
        var (key, body) = (Guid.NewGuid().ToString(), new { kind = "Person", name = "阿依努尔·买买提", identifier = "110101194903070022", phone = "" });
        using var first = await client.Send(HttpMethod.Post, "parties", key, body);
        using var again = await client.Send(HttpMethod.Post, "parties", key, body);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
        Assert.Equal("true", Assert.Single(again.Headers.GetValues("Idempotent-Replayed")));
        using var other = await client.Send(HttpMethod.Post, "parties", key, body with { name = "王秀英" });
        Assert.Equal("idempotency_key_reused", (await Problem(other)).GetProperty("code").GetString());
        using var none = await client.PostAsync("parties", new StringContent("{}", Encoding.UTF8, "application/json"));
        Assert.Equal((HttpStatusCode.BadRequest, "idempotency_key_missing"), (none.StatusCode, (await Problem(none)).GetProperty("code").GetString()));

        var account = await client.Do("accounts", $"a-{key}", new { party = JsonDocument.Parse(await first.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetGuid() });
        Assert.Equal(body.name, account.GetProperty("owner").GetString());
        foreach (var file in Directory.EnumerateFiles(bank.Server.Data, "city.db*"))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes);
            Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(body.name)) < 0, $"The name stands in {file}.");
        }
    }

    [Fact]
    public async Task Payments_OneGigabyteAnnounced_IsRefusedBeforeItIsRead()
    {
        // Else it sends after a second, whatever a busy bank was about to say.
        using var client = bank.Server.Operator(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) });
        client.DefaultRequestHeaders.ExpectContinue = true;
        using var answer = await client.PostAsync("payments", new Gigabyte());
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("1073741824", (await Problem(answer)).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Payments_OneGigabyteWithoutALength_IsRefusedAndNothingOfItIsKept()
    {
        // HttpClient stops reading when it can't write on, so by hand.
        var token = await File.ReadAllTextAsync(Path.Combine(bank.Server.Data, "keys", "operator.token"));
        using var connection = new TcpClient();
        await connection.ConnectAsync("127.0.0.1", new Uri(bank.Url).Port);
        await using var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /api/payments HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token.Trim()}\r\nContent-Type: application/xml\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"));
        var answering = new StreamReader(stream, Encoding.UTF8).ReadLineAsync();
        var part = Encoding.ASCII.GetBytes($"{3 << 16:x}\r\n{string.Concat(Enumerable.Repeat("<a>", 1 << 16))}\r\n");
        for (var sent = 0L; sent < 1L << 30 && !answering.IsCompleted; sent += part.Length) await stream.WriteAsync(part);
        Assert.Equal("HTTP/1.1 413 Payload Too Large", await answering);
        Assert.DoesNotContain(Directory.EnumerateFiles(bank.Server.Data, "*", SearchOption.AllDirectories), file =>
            !file.Contains("/ledger/", StringComparison.Ordinal) && new FileInfo(file).Length > 100L << 20);
    }

    [Theory]
    [InlineData("/health/live", "text/plain")]
    [InlineData("/health/ready", "text/plain")]
    [InlineData("/openapi/v1.json", "application/json")]
    public async Task Operations_Answer(string path, string type)
    {
        using var answer = await Http.GetAsync(bank.Url + path);
        Assert.Equal((HttpStatusCode.OK, type), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.NotEmpty(await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Metrics_AreForTheOperatorAlone()
    {
        using var stranger = await Http.GetAsync($"{bank.Url}/metrics");
        Assert.Equal(HttpStatusCode.Found, stranger.StatusCode);
        Assert.StartsWith("/sign-in", stranger.Headers.Location?.OriginalString, StringComparison.Ordinal);
        var token = await File.ReadAllTextAsync(Path.Combine(bank.Server.Data, "keys", "operator.token"));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{bank.Url}/metrics") { Headers = { { "Authorization", $"Bearer {token.Trim()}" } } };
        using var answer = await Http.SendAsync(request);
        Assert.Contains("pujiang_ledger_entries", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenApi_ListsEveryEndpointWithASummary()
    {
        using var document = JsonDocument.Parse(await Http.GetStringAsync($"{bank.Url}/openapi/v1.json"));
        var operations = document.RootElement.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()
            .Where(member => member.Name is "get" or "put" or "post" or "delete").Select(operation => (Name: $"{operation.Name} {path.Name}", operation.Value))).ToList();
        Assert.Contains(operations, o => o.Name == "post /api/payments");
        Assert.DoesNotContain(operations, o => !o.Value.TryGetProperty("summary", out _));
    }

    [Fact]
    public async Task ApiDocs_InTheBrowser_ShowTheEndpointsUnderTheContentPolicy()
    {
        await using var visitor = await bank.Visit(Mode.Of("en-desktop"));
        await visitor.Open("/api-docs");
        await visitor.Page.GetByText("Errors are problem details").Or(visitor.Page.GetByText("/payments")).First.WaitForAsync();
        await visitor.Picture("api-docs");
        Assert.Empty(visitor.Console);
    }

    static async Task<JsonElement> Problem(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    /// <summary>A body that says it is long, and would be.</summary>
    sealed class Gigabyte : HttpContent
    {
        const long Bytes = 1L << 30;

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var part = new byte[1 << 16];
            for (var sent = 0L; sent < Bytes; sent += part.Length) await stream.WriteAsync(part);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = Bytes;
            return true;
        }
    }
}
