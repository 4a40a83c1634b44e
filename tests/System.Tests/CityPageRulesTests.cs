using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Pujiang.System.Tests;

/// <summary>The pages of the city around the bank keep the rules of the bank's own, as far as they apply.</summary>
public sealed class CityPageRulesTests(CityPageRulesTests.LivelyCity city, Bank bank) : IClassFixture<CityPageRulesTests.LivelyCity>
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A city in which something has happened: a refused message, more letters than one page shows, a message to the bank, and somebody who misbehaves.</summary>
    public sealed class LivelyCity(Bank bank) : IAsyncLifetime
    {
        const int Letters = 30;
        readonly string _data = Directory.CreateTempSubdirectory("pujiang-city-pages-").FullName;
        BankProcess? _process;

        public string Url => _process!.Url;

        public async ValueTask InitializeAsync()
        {
            _process = await BankProcess.StartCity(_data, bank.Url);
            using var http = new HttpClient { BaseAddress = new Uri(Url) };
            using (var refused = await http.PostAsJsonAsync("/firm/events", new { transfer = "工资" })) Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            for (var i = 0; i < Letters; i++)
                using (var letter = await http.PostAsJsonAsync("/mail/messages", new { to = $"wang{i}@example.com", text = "<b>您好</b> " + new string('x', 200) })) Assert.True(letter.IsSuccessStatusCode);
            using (var wrong = await http.PutAsJsonAsync("/api/actors/scanner/switches", new { delayMilliseconds = 1, errorPercent = 2, lostPercent = 3, duplicates = true, signatures = "WrongKey", down = true }))
                Assert.True(wrong.IsSuccessStatusCode);
            using (var asked = await http.PostAsync("/api/actors/firm/check", content: null)) Assert.True(asked.IsSuccessStatusCode);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while ((await http.GetFromJsonAsync<JsonElement>("/api/actors/firm/sent", limit.Token))[0].GetProperty("attempts").GetInt32() == 0)
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
        }

        public async ValueTask DisposeAsync()
        {
            if (_process is not null) await _process.DisposeAsync();
            Directory.Delete(_data, recursive: true);
        }
    }

    /// <summary>Addresses at which a page is looked at, and the status it answers with.</summary>
    static (string Path, int Status)[] Of(string route) => route switch
    {
        "/" => [("/", 200)],
        "/not-found" => [("/no-such-page", 404)],
        "/actors/{Name}" => [("/actors/scanner", 200), ("/actors/firm", 200), ("/actors/mail?page=2", 200), ("/actors/nobody", 404)],
        "/messages/{Number:long}" => [("/messages/1", 200), ("/messages/2", 200), ("/messages/999", 404)],
        "/sent/{Number:long}" => [("/sent/1", 200), ("/sent/999", 404)],
        _ => throw new InvalidOperationException($"The city's page {route} is not checked: say at which address it is looked at."),
    };

    /// <summary>As in <see cref="PageRulesTests"/>: each page in one mode, with <c>PUJIANG_PAGES=all</c> in all.</summary>
    const int ModesOfASample = 1;

    public static TheoryData<string, int, string> PagesInModes()
    {
        var routes = Directory.EnumerateFiles(Path.Combine(Bank.Root, "src", "City", "Pages"), "*.razor")
            .SelectMany(File.ReadLines).Where(line => line.StartsWith("@page ", StringComparison.Ordinal)).Select(line => line.Split('"')[1]);
        var (data, modes, turn) = (new TheoryData<string, int, string>(), Mode.Names.ToList(), 0);
        var count = Environment.GetEnvironmentVariable("PUJIANG_PAGES") == "all" ? modes.Count : ModesOfASample;
        foreach (var (path, status) in routes.Order(StringComparer.Ordinal).SelectMany(Of))
            for (var i = 0; i < count; i++) data.Add(path, status, modes[turn++ % modes.Count]);
        return data;
    }

    [Theory]
    [MemberData(nameof(PagesInModes))]
    public async Task Page_OfTheCity_KeepsTheRules(string path, int status, string mode)
    {
        await using var visitor = await Visit(mode);
        var response = await visitor.Open(path);
        await visitor.Picture($"city-{path.Trim('/').Replace('/', '-').Split('?')[0]}.{mode}");
        Assert.Equal(status, response.Status);
        AssertNothing(await PageRules.Check(visitor, status).WaitAsync(TimeSpan.FromSeconds(60), Cancel));
    }

    [Theory]
    [InlineData("zh-phone")]
    [InlineData("en-care")]
    public async Task Switches_ThatAreWrong_AreSaidByTheRules(string mode)
    {
        await using var visitor = await Visit(mode);
        await visitor.Open("/actors/sms");
        await visitor.Page.FillAsync("[name=DelayMilliseconds]", "x");
        await visitor.Press(visitor.Page.Locator("form.form:has([name=DelayMilliseconds]) .button"));
        await visitor.Picture($"city-switches-wrong.{mode}");
        Assert.True(await visitor.Page.Locator("[name=DelayMilliseconds][aria-invalid=true]").IsVisibleAsync());
        AssertNothing(await PageRules.Check(visitor, 422, focusMoved: true).WaitAsync(TimeSpan.FromSeconds(60), Cancel));
    }

    Task<Visitor> Visit(string mode) => Visitor.Arrive(bank.Browser, city.Url, Mode.Of(mode), scripts: true, careCookie: "city-care");

    /// <summary>One rule does not apply: the city is for those who try the bank out, and has no help page that its header could link to.</summary>
    static void AssertNothing(IEnumerable<string> wrong)
    {
        var found = wrong.Where(rule => !rule.StartsWith("H1:", StringComparison.Ordinal)).ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }
}
