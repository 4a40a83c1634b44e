using System.Text;
using System.Text.Encodings.Web;
using Microsoft.Playwright;

namespace Pujiang.System.Tests;

/// <summary>
/// Logs, metrics and traces of a whole day at the bank hold nobody's name, number, phone or secret: neither what the bank says
/// by itself, nor what the framework says when all of it is told to speak.
/// </summary>
public sealed class PrivateLogTests(Bank bank)
{
    static readonly string[] Everything = ["--Logging:LogLevel:Default=Debug", "--Logging:LogLevel:Microsoft=Debug", "--Logging:LogLevel:System=Debug", "--Logging:LogLevel:Microsoft.AspNetCore.DataProtection=Debug"];

    [Fact]
    public async Task LogsMetricsAndTraces_OfAWholeJourney_HoldNoPersonalData()
    {
        var data = Directory.CreateTempSubdirectory("pujiang-logs-").FullName;
        await using var collector = new Collector();
        var server = await BankProcess.Start(data,
            ["--Pujiang:DemoMode=true", "--Pujiang:People=200", "--Pujiang:Seed=1", $"--OTEL_EXPORTER_OTLP_ENDPOINT={collector.Url}", "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
                "--OTEL_METRIC_EXPORT_INTERVAL=1000", "--OTEL_BSP_SCHEDULE_DELAY=500", .. Everything]);
        try
        {
            var secrets = await Journey(server);
            await collector.Has("/v1/metrics", "http.server.request.duration", "pujiang.ledger.entries", "pujiang.follower.lag");
            await collector.Has("/v1/traces", "ledger post", "POST /transfer", "POST /api/payments", "GET /accounts/{");
            await server.Stop();

            Assert.All(collector.Received, sent => Assert.Equal("application/x-protobuf", sent.Type));
            // In demo mode the bank greets with the made-up people whom one can be; those lines begin with two blanks, a log's with six.
            var said = string.Join('\n', server.Said.Split('\n').Where(line => line is not [' ', ' ', not ' ', ..])) + string.Concat(Directory.EnumerateFiles(data, "*.log", SearchOption.AllDirectories).Select(File.ReadAllText));
            // It did speak: of requests, of statements, and of what the bank itself does.
            foreach (var speaker in (string[])["Request starting HTTP/1.1 POST", "INSERT INTO", "dbug:"]) Assert.Contains(speaker, said, StringComparison.Ordinal);
            Assert.True(secrets.Count >= 12, string.Join(' ', secrets.Keys));
            var sent = collector.Text("/v1/metrics") + collector.Text("/v1/traces");
            var logged = secrets.SelectMany(secret => Forms(secret.Value).Where(form => said.Contains(form, StringComparison.Ordinal)).Select(form => $"logs: {secret.Key} as {form}: {Around(said, form)}")).ToList();
            Assert.True(logged.Count == 0, string.Join('\n', logged));
            Assert.Empty(secrets.SelectMany(secret => Forms(secret.Value).Where(form => sent.Contains(form, StringComparison.Ordinal)).Select(form => $"telemetry: {secret.Key} as {form}")));
        }
        finally
        {
            await server.DisposeAsync();
            Directory.Delete(data, recursive: true);
        }
    }

    // The search proves nothing unless it finds what stands there, however it is written.
    [Theory]
    [InlineData("王秀英", "name=%E7%8E%8B%E7%A7%80%E8%8B%B1&x")]
    [InlineData("王秀英", """{"name":"\u738B\u79C0\u82F1"}""")]
    [InlineData("6217001210024455998", "to 6217 0012 1002 4455 998.")]
    [InlineData("Zhou An", "q=Zhou+An")]
    public void Secret_InAnyForm_IsFound(string secret, string log) => Assert.Contains(Forms(secret), form => log.Contains(form, StringComparison.Ordinal));

    /// <summary>As it is, as in an address, as in JSON, and in groups of four as on a card.</summary>
    static IEnumerable<string> Forms(string value) => new[]
    {
        value, Uri.EscapeDataString(value), Uri.EscapeDataString(value).Replace("%20", "+", StringComparison.Ordinal), JavaScriptEncoder.Default.Encode(value),
        string.Join(' ', value.Chunk(4).Select(group => new string(group))),
    }.Distinct(StringComparer.Ordinal);

    static string Around(string text, string found) => text.IndexOf(found, StringComparison.Ordinal) is var at ? text[Math.Max(0, at - 200)..Math.Min(text.Length, at + 60)] : "";

    /// <summary>Registration, sign-in, transfer, payee, payment file, document, statement, counter; gives what was used by its name.</summary>
    async Task<Dictionary<string, string>> Journey(BankProcess server)
    {
        const string Name = "欧阳娜娜仁", Id = "11010519491231002X", Phone = "13912345678", Password = "Ein-langes Kennwort 77";
        var secrets = new Dictionary<string, string>(StringComparer.Ordinal) { ["name"] = Name, ["ID number"] = Id, ["phone"] = Phone, ["password"] = Password };
        using var counter = server.Operator();
        secrets["operator's token"] = (await File.ReadAllTextAsync(Path.Combine(server.Data, "keys", "operator.token"))).Trim();
        var party = await counter.Do("parties", "p", new { kind = "Person", name = Name, identifier = Id, phone = Phone });
        var account = await counter.Do("accounts", "a", new { party = party.GetProperty("id").GetGuid() });
        var number = secrets["account"] = account.GetProperty("number").GetString()!;
        _ = await counter.Do($"accounts/{account.GetProperty("id").GetGuid()}/cash", "c", new { amount = "1000.00" });
        var invited = await counter.Do("customers/sign-in", "i", new { party = party.GetProperty("id").GetGuid() });
        var code = secrets["activation code"] = invited.GetProperty("code").GetString()!;
        var found = await counter.Do("accounts/search", "s", new { number });
        Assert.Equal(account.GetProperty("id").GetGuid(), found[0].GetProperty("id").GetGuid());

        await using (var newcomer = await Arrive(server))
        {
            await newcomer.Open("/activate");
            await Fill(newcomer, ("SignInName", Phone), ("Code", code), ("Password", Password), ("Repeated", Password));
            await newcomer.Open("/sign-in");
            await Fill(newcomer, ("SignInName", Phone), ("Password", Password + "?"));
            secrets["session of the newcomer"] = await Session(newcomer);
        }
        await using (var customer = await Arrive(server))
        {
            await customer.SignIn("customer");
            secrets["session of the customer"] = await Session(customer);
            (secrets["name of the customer"], secrets["account of the customer"]) = await Owner(customer);
            await customer.Open("/payees");
            await Fill(customer, ("PayeeName", Name), ("PayeeNumber", number));
            await customer.Open("/transfer");
            await customer.Page.Locator("[name=Payee][value=new]").CheckAsync();
            await customer.Page.CheckAsync("[name=When][value=now]");
            await Fill(customer, ("PayeeName", Name), ("PayeeNumber", number), ("Amount", "12.34"), ("Purpose", "给" + Name));
            await customer.Press(customer.Page.Locator("main form.form .button:not(.button-quiet)").First);
            Assert.Contains("/transfer/", customer.Shown, StringComparison.Ordinal);
            await customer.Open("/documents");
            await customer.Page.SelectOptionAsync("[name=Purpose]", "Identity");
            await Upload(customer, $"{Name}-{Id}.png", "image/png", Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="));
        }
        await using (var firm = await Arrive(server))
        {
            await firm.SignIn("firm");
            (secrets["name of the firm"], secrets["account of the firm"]) = await Owner(firm);
            await firm.Open("/payments");
            await Upload(firm, "工资.xml", "application/xml", Encoding.UTF8.GetBytes(PaymentFileJourneyTests.Pain001("LOGS", secrets["name of the firm"], secrets["account of the firm"], (Name, number))));
        }
        using (var file = new StringContent(PaymentFileJourneyTests.Pain001("LOGS-API", secrets["name of the firm"], secrets["account of the firm"], (Name, number)), Encoding.UTF8, "application/xml"))
        using (var sent = await counter.PostAsync("payments", file)) Assert.True(sent.IsSuccessStatusCode, await sent.Content.ReadAsStringAsync());
        await using (var teller = await Arrive(server))
        {
            await teller.SignIn("teller");
            await teller.Open("/counter");
            await Fill(teller, ("Number", number));
            Assert.Contains(Name, await teller.Page.InnerTextAsync("main"), StringComparison.Ordinal);
        }
        return secrets;
    }

    Task<Visitor> Arrive(BankProcess server) => Visitor.Arrive(bank.Browser, server.Url, Mode.Of("zh-desktop"), scripts: true);

    static async Task Fill(Visitor visitor, params (string Field, string Value)[] fields)
    {
        foreach (var (field, value) in fields) await visitor.Page.FillAsync($"main form.form [name={field}]", value);
        await visitor.Press(visitor.Page.Locator($"main form.form:has([name={fields[0].Field}]) .button:not(.button-quiet)").First);
    }

    static async Task Upload(Visitor visitor, string name, string type, byte[] content)
    {
        await visitor.Page.SetInputFilesAsync("[name=File]", new FilePayload { Name = name, MimeType = type, Buffer = content });
        await visitor.Press(visitor.Page.Locator("main form.form:has([name=File]) .button").First);
    }

    static async Task<(string Name, string Number)> Owner(Visitor visitor)
    {
        await visitor.Open(await visitor.Resolve("/accounts/{account}/statement"));
        var values = await visitor.Page.Locator("main .summary dd").AllInnerTextsAsync();
        return (values[2].Trim(), values[1].Replace(" ", "", StringComparison.Ordinal).Trim());
    }

    static async Task<string> Session(Visitor visitor) =>
        (await visitor.Page.Context.CookiesAsync()).Single(cookie => cookie.Name == "session").Value;
}
