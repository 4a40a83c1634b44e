using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Cli;

/// <summary>The running bank over its HTTP API, signed in with the operator's token.</summary>
sealed class RemoteBank : IBank
{
    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };
    readonly HttpClient _http;

    RemoteBank(HttpClient http) => _http = http;

    public static RemoteBank At(string url, string dataFolder)
    {
        if (!Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new CommandFailed($"'{url}' is no address of a server; it looks like http://localhost:8080.");
        var http = new HttpClient { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", TokenIn(dataFolder));
        http.DefaultRequestHeaders.Accept.ParseAdd("*/*");
        return new RemoteBank(http);
    }

    static string TokenIn(string dataFolder)
    {
        var path = OperatorToken.PathIn(dataFolder);
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailed($"The operator's token {path} can't be read. Name the data folder of that bank with --data DIR.");
        }
    }

    public async Task<Outcome<Submission>> Submit(Stream file, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/payments") { Content = new StreamContent(file) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/xml");
        using var answer = await Send(request, cancel);
        if (!answer.IsSuccessStatusCode)
        {
            var problem = await ProblemOf(answer, cancel);
            return problem.Findings is { } findings ? new Submission(null, false, problem.Refusal.Reason, findings) : problem.Refusal;
        }
        // The report itself is not needed here: the lines are asked for page by page.
        await answer.Content.CopyToAsync(Stream.Null, cancel);
        var id = Guid.Parse(answer.Headers.Location!.OriginalString.Split('/')[^1]);
        return new Submission(id, answer.Headers.Contains(PaymentFiles.RepeatedHeader), "", []);
    }

    public async Task<bool> WasSent(string sha256, CancellationToken cancel) =>
        Sure(await Get<List<PaymentFiles.Listed>>($"api/payments?sha256={sha256}", cancel)).Count > 0;

    public async Task<PaymentFiles.Listed> Summary(Guid file, CancellationToken cancel) =>
        Sure(await Get<PaymentFiles.Listed>($"api/payments/{file}/summary", cancel));

    public async Task<IReadOnlyList<PaymentFiles.Line>> Lines(Guid file, int after, int take, CancellationToken cancel) =>
        Sure(await Get<List<PaymentFiles.Line>>($"api/payments/{file}/lines?after={after}&take={take}", cancel));

    public async Task WriteReport(Guid file, Stream output, CancellationToken cancel)
    {
        if (await Download($"api/payments/{file}", output, cancel) is { } refusal) throw new CommandFailed(refusal);
    }

    public async Task<IReadOnlyList<DepositAccounts.View>> AccountsWithNumber(string number, CancellationToken cancel) =>
        Sure(await Ask<List<DepositAccounts.View>>("api/accounts/search", new { Number = number }, cancel));

    public async Task<DepositAccounts.View?> Account(Guid id, CancellationToken cancel) =>
        (await Get<DepositAccounts.View>($"api/accounts/{id}", cancel)).Try(out var account, out var refusal) ? account
            : refusal.Code == DepositAccounts.NotFound.Code ? null : throw new CommandFailed(refusal);

    public async Task<Outcome<Guid>> Register(OpenAccount.Customer customer, CancellationToken cancel) =>
        (await Change<RegisteredParty>(HttpMethod.Post, "api/parties", customer, NewKey(), cancel)).Try(out var party, out var refusal)
            ? party.Id : refusal;

    public Task<Outcome<DepositAccounts.View>> Open(OpenAccount.Request request, CancellationToken cancel) =>
        Change<DepositAccounts.View>(HttpMethod.Post, "api/accounts", request, NewKey(), cancel);

    public Task<Outcome<DepositAccounts.View>> PayIn(Guid account, Money amount, string key, CancellationToken cancel) =>
        Change<DepositAccounts.View>(HttpMethod.Post, $"api/accounts/{account}/cash", new { Amount = amount.ToPlainString() }, key, cancel);

    public Task<Outcome<DepositAccounts.View>> ChangeLimits(Guid account, Money perPayment, Money perDay, CancellationToken cancel) =>
        Change<DepositAccounts.View>(
            HttpMethod.Put, $"api/accounts/{account}/limits",
            new { PerPayment = perPayment.ToPlainString(), PerDay = perDay.ToPlainString() }, NewKey(), cancel);

    public Task<Refusal?> WriteStatement(
        Guid account, DateOnly? from, DateOnly? to, string format, Stream output, CancellationToken cancel)
    {
        var period = (from is { } first ? $"&from={first:yyyy-MM-dd}" : "") + (to is { } last ? $"&to={last:yyyy-MM-dd}" : "");
        return Download($"api/accounts/{account}/statement?format={format}{period}", output, cancel);
    }

    public async Task<Outcome<ListVersionView>> ImportList(string name, byte[] content, DateOnly? published, CancellationToken cancel)
    {
        var day = published is { } known ? FormattableString.Invariant($"&published={known:yyyy-MM-dd}") : "";
        using var request = new HttpRequestMessage(HttpMethod.Post, $"api/screening/lists?name={Uri.EscapeDataString(name)}{day}") { Content = new ByteArrayContent(content) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        request.Headers.Add(IdempotencyKey.Header, NewKey());
        return await Answer<ListVersionView>(request, cancel);
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    sealed record RegisteredParty(Guid Id);

    static string NewKey() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();

    async Task<Outcome<T>> Get<T>(string path, CancellationToken cancel) where T : class
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await Answer<T>(request, cancel);
    }

    /// <summary>Asks with what shall not be in an address.</summary>
    async Task<Outcome<T>> Ask<T>(string path, object body, CancellationToken cancel) where T : class
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, body.GetType(), options: Json) };
        return await Answer<T>(request, cancel);
    }

    async Task<Outcome<T>> Change<T>(HttpMethod method, string path, object body, string key, CancellationToken cancel) where T : class
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body, body.GetType(), options: Json) };
        request.Headers.Add(IdempotencyKey.Header, key);
        return await Answer<T>(request, cancel);
    }

    async Task<Outcome<T>> Answer<T>(HttpRequestMessage request, CancellationToken cancel) where T : class
    {
        using var answer = await Send(request, cancel);
        if (!answer.IsSuccessStatusCode) return (await ProblemOf(answer, cancel)).Refusal;
        return await answer.Content.ReadFromJsonAsync<T>(Json, cancel) ?? throw new CommandFailed($"{_http.BaseAddress} gave an empty answer.");
    }

    async Task<Refusal?> Download(string path, Stream output, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var answer = await Send(request, cancel);
        if (!answer.IsSuccessStatusCode) return (await ProblemOf(answer, cancel)).Refusal;
        await answer.Content.CopyToAsync(output, cancel);
        return null;
    }

    async Task<HttpResponseMessage> Send(HttpRequestMessage request, CancellationToken cancel)
    {
        HttpResponseMessage answer;
        try
        {
            answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        }
        catch (HttpRequestException failure)
        {
            throw new CommandFailed($"The bank can't be reached at {_http.BaseAddress}: {failure.Message} Is it running? Name its address with --server URL.");
        }
        if (answer.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)) return answer;
        answer.Dispose();
        throw new CommandFailed($"The bank at {_http.BaseAddress} does not accept this operator's token: it runs on another data folder. Name that with --data DIR.");
    }

    sealed record Problem(Refusal Refusal, IReadOnlyList<Finding>? Findings);

    /// <summary>RFC 9457 problem details as the refusal they were made from.</summary>
    async Task<Problem> ProblemOf(HttpResponseMessage answer, CancellationToken cancel)
    {
        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json")
            throw new CommandFailed($"{_http.BaseAddress} answered {(int)answer.StatusCode} {answer.ReasonPhrase}. Is that address the bank's?");
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Json, cancel);
        var code = problem.TryGetProperty("code", out var known) ? known.GetString() : null;
        var detail = problem.TryGetProperty("detail", out var text) ? text.GetString() : problem.GetProperty("title").GetString();
        var findings = problem.TryGetProperty("findings", out var list) ? list.Deserialize<List<Finding>>(Json) : null;
        return new Problem(new Refusal(code ?? $"http_{(int)answer.StatusCode}", detail ?? $"The bank answered {(int)answer.StatusCode}."), findings);
    }

    static T Sure<T>(Outcome<T> outcome) where T : notnull =>
        outcome.Try(out var value, out var refusal) ? value : throw new CommandFailed(refusal);
}
