using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>
/// The table's second column, "with whose data": what belongs to somebody is there for the owner, and for another of the same role as if it
/// did not exist. Every endpoint and page that names a thing by its id and whose permission is for the own data is asked by both.
/// </summary>
public sealed partial class DataRuleTests(RunningBank bank) : IClassFixture<RunningBank>, IAsyncLifetime
{
    readonly WebApplication _receiver = Receiver();
    readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    HttpClient _owner = null!, _other = null!, _teller = null!, _otherStaff = null!;

    public async ValueTask InitializeAsync()
    {
        await _receiver.StartAsync();
        (_owner, _other) = (await bank.SignedIn(Roles.Firm), await bank.SignedIn(Roles.Firm, 1));
        (_teller, _otherStaff) = (await bank.SignedIn(Roles.Teller), await bank.SignedIn(Roles.Security));
        await MakeThings();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in new[] { _owner, _other, _teller, _otherStaff }) client.Dispose();
        await _receiver.DisposeAsync();
    }

    /// <summary>A firm's system that proves its address.</summary>
    static WebApplication Receiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost("/", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            return Results.Text(await reader.ReadToEndAsync(), "application/json");
        });
        return app;
    }

    /// <summary>Number of a third customer, from GB 11643-1999, appendix A.</summary>
    const string Signer = "11010519491231002X";

    /// <summary>Pages that are for those who are asked to sign, which the owner of a document need not be.</summary>
    static readonly string[] ForOthersToo = ["/documents/{Id:guid}/decline"];

    [Fact]
    public async Task Things_OfSomebody_AreThereForTheOwnerAlone()
    {
        var before = await Owned();
        var endpoints = bank.Endpoints.Where(IsOfOnesOwnThing).ToList();
        foreach (var pattern in new[] { "/api/transfers/{id:guid}", "/payees/{Id:guid}/remove", "/webhooks/{Id:guid}", "/approvals/{Id:guid}", "/messages/{Id:guid}" })
            Assert.Contains(endpoints, endpoint => endpoint.RoutePattern.RawText == pattern);
        var wrong = new List<string>();
        foreach (var endpoint in endpoints)
            foreach (var method in Methods(endpoint))
            {
                var (address, pattern) = (AddressOf(endpoint), endpoint.RoutePattern.RawText!);
                var (owner, other) = pattern.StartsWith("/approvals", StringComparison.Ordinal) ? (_teller, _otherStaff) : (_owner, _other);
                var refused = await Ask(other, method, address);
                // To remove what is not there is no error.
                if (refused != HttpStatusCode.NotFound && !(method == "DELETE" && refused == HttpStatusCode.NoContent)) wrong.Add($"{method} {pattern} answers {refused} to another.");
                if (method != "GET" || ForOthersToo.Contains(pattern, StringComparer.Ordinal) || !May(endpoint, owner)) continue;
                if (await Ask(owner, method, address) is not HttpStatusCode.OK and var answer) wrong.Add($"{method} {pattern} answers {answer} to the owner.");
            }
        Assert.Empty(wrong);
        Assert.Equal(before, await Owned());
    }

    static bool IsOfOnesOwnThing(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null && endpoint.Metadata.GetMetadata<RequiresAttribute>() is { } rule
        && PermissionTable.Of(rule.Permission).Data.StartsWith("own", StringComparison.Ordinal)
        && endpoint.RoutePattern.Parameters.Any(parameter => parameter.ParameterPolicies.Any(policy => policy.Content == "guid"));

    /// <summary>A page's form is refused without its token before anybody looks at ids; the use case behind is that of the page itself.</summary>
    static IEnumerable<string> Methods(RouteEndpoint endpoint)
    {
        var methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"];
        return endpoint.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal) ? methods : ["GET"];
    }

    bool May(RouteEndpoint endpoint, HttpClient owner) =>
        PermissionTable.Allows(endpoint.Metadata.GetRequiredMetadata<RequiresAttribute>().Permission, [owner == _teller ? Roles.Teller : Roles.Firm]);

    static async Task<HttpStatusCode> Ask(HttpClient client, string method, string address)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        if (method != "GET") request.Headers.Add(IdempotencyKey.Header, Guid.NewGuid().ToString());
        if (method is "POST" or "PUT") request.Content = JsonContent.Create(BodyOf(address));
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    /// <summary>What would do something if it were one's own.</summary>
    static object BodyOf(string address) => address.Split('/')[^1] switch
    {
        "limits" => new { perPayment = "1.00", perDay = "2.00" },
        "events" => new { events = new[] { "payment.executed" } },
        "requests" => new { name = "李四", identifier = Signer, intent = "Agree", after = false },
        "decline" => new { reason = "不签" },
        _ => new { },
    };

    string AddressOf(RouteEndpoint endpoint)
    {
        var pattern = endpoint.RoutePattern.RawText!;
        return Parameter().Replace(pattern, match => _ids[(match.Groups["name"].Value.ToLowerInvariant(), pattern) switch
        {
            ("signature", _) => "signature",
            ("request", _) => "request",
            ("message", _) => "delivery",
            (_, var p) when p.Contains("/accounts/", StringComparison.Ordinal) => "account",
            (_, var p) when p.Contains("/cancel", StringComparison.Ordinal) => "planned",
            (_, var p) when p.Contains("/transfer", StringComparison.Ordinal) => "transfer",
            (_, var p) when p.Contains("/payees/", StringComparison.Ordinal) => "payee",
            (_, var p) when p.Contains("/payments/", StringComparison.Ordinal) => "payment file",
            (_, var p) when p.Contains("/documents/", StringComparison.Ordinal) => "document",
            (_, var p) when p.Contains("/webhooks/", StringComparison.Ordinal) => "webhook",
            (_, var p) when p.Contains("/messages/", StringComparison.Ordinal) => "message",
            (_, var p) when p.Contains("/approvals/", StringComparison.Ordinal) => "approval",
            (_, var p) => throw new InvalidOperationException($"{p} is for the own data: make one of it in this test."),
        }]);
    }

    // ---- The owner's things ------------------------------------------------------------------------------

    async Task MakeThings()
    {
        var account = (await _owner.GetFromJsonAsync<JsonElement>("/api/accounts"))[0];
        _ids["account"] = account.GetProperty("id").GetString()!;
        _ids["webhook"] = (await Post(_owner, "/api/webhooks", new { address = _receiver.Urls.Single() + "/", events = new[] { "payment.executed" } })).GetProperty("webhook").GetProperty("id").GetString()!;
        _ids["payee"] = (await Post(_owner, "/api/payees", new { name = "张三", number = "6222021234567890123", bank = "中国工商银行" })).GetProperty("id").GetString()!;
        _ids["transfer"] = await Transfer(null);
        _ids["planned"] = await Transfer(BankTime.DateOf(DateTime.UtcNow).AddDays(30));
        _ids["payment file"] = await SendPaymentFile(account.GetProperty("number").GetString()!);
        _ids["document"] = await MakePaper();
        await Post(_teller, "/api/parties", new { kind = "Person", name = "李四", identifier = Signer, phone = "" });
        var document = $"/api/documents/{_ids["document"]}";
        _ids["signature"] = (await _owner.GetFromJsonAsync<JsonElement>($"{document}/signatures"))[0].GetProperty("id").GetString()!;
        _ids["request"] = (await Post(_owner, $"{document}/requests", BodyOf("/requests"))).GetProperty("id").GetString()!;
        _ids["approval"] = (await Post(_teller, $"/api/accounts/{_ids["account"]}/cash", new { amount = "5000000.00" })).GetProperty("approval").GetString()!;
        _ids["message"] = MessageLink().Match(await _owner.GetStringAsync("/messages")).Groups["id"].Value;
        _ids["delivery"] = await Delivery();
    }

    async Task<string> Transfer(DateOnly? on) => (await Post(_owner, "/api/transfers", new
    {
        from = _ids["account"],
        payeeName = "张三",
        payeeNumber = "6222021234567890123",
        payeeBank = "中国工商银行",
        amount = "1.50",
        purpose = "货款",
        on,
    })).GetProperty("id").GetString()!;

    async Task<string> SendPaymentFile(string number)
    {
        var file = PaymentFiles.Text(1).Replace("6200123456789", number).Replace("2026-06-01", $"{BankTime.DateOf(DateTime.UtcNow):yyyy-MM-dd}");
        using var content = new StringContent(file, Encoding.UTF8, "application/xml");
        using var answer = await _owner.PostAsync("/api/payments", content);
        answer.EnsureSuccessStatusCode();
        return (await _owner.GetFromJsonAsync<JsonElement>("/api/payments"))[0].GetProperty("id").GetString()!;
    }

    /// <summary>One that the bank signs when it makes it.</summary>
    async Task<string> MakePaper()
    {
        var page = await _owner.GetStringAsync($"/accounts/{_ids["account"]}/papers");
        using var form = new FormUrlEncodedContent(Hidden().Matches(page.Split("id=\"confirmation\"")[1].Split("</form>")[0])
            .Select(field => new KeyValuePair<string, string>(field.Groups["name"].Value, field.Groups["value"].Value)));
        using var answer = await _owner.PostAsync($"/accounts/{_ids["account"]}/papers", form);
        return DocumentLink().Match(answer.Headers.Location?.OriginalString ?? $"{answer.StatusCode}").Groups["id"].Value;
    }

    async Task<string> Delivery()
    {
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            var lines = (await _owner.GetFromJsonAsync<JsonElement>($"/api/webhooks/{_ids["webhook"]}/deliveries")).GetProperty("lines");
            if (lines.GetArrayLength() > 0) return lines[0].GetProperty("id").GetString()!;
            await Task.Delay(50, late.Token);
        }
    }

    static async Task<JsonElement> Post(HttpClient client, string address, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = JsonContent.Create(body) };
        request.Headers.Add(IdempotencyKey.Header, Guid.NewGuid().ToString());
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{address}: {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    /// <summary>What another could have changed.</summary>
    async Task<string> Owned()
    {
        var document = $"/api/documents/{_ids["document"]}";
        string[] addresses = [$"/api/accounts/{_ids["account"]}", $"/api/transfers/{_ids["planned"]}", "/api/payees", "/api/webhooks", document, $"{document}/requests", $"{document}/signatures"];
        return string.Join('\n', await Task.WhenAll(addresses.Select(address => _owner.GetStringAsync(address))));
    }

    [GeneratedRegex("""\{(?<name>[A-Za-z]+):guid\}""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Parameter();

    [GeneratedRegex("""href="/messages/(?<id>[0-9a-f]{8}-[0-9a-f-]{27})""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MessageLink();

    [GeneratedRegex("""/documents/(?<id>[0-9a-f]{8}-[0-9a-f-]{27})""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DocumentLink();

    [GeneratedRegex("""<input type="hidden" name="(?<name>[^"]+)" value="(?<value>[^"]*)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Hidden();
}
