using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Pujiang.Accounts;
using Pujiang.Platform;
using Pujiang.Web;

namespace Pujiang.Services.Tests;

/// <summary>The whole host in this process, on a free port, with a small demo city; asked over HTTP as from outside.</summary>
public sealed partial class RunningBank : IAsyncLifetime
{
    readonly string _folder = TemporaryFolders.New("host");
    WebApplication _app = null!;

    /// <summary>Settings that a test adds: "Pujiang:TrustedProxies:0".</summary>
    public Dictionary<string, string> Settings { get; } = new(StringComparer.Ordinal);

    public Uri Url { get; private set; } = null!;

    public string Folder => _folder;

    public static async Task<RunningBank> Start(params (string Name, string Value)[] settings)
    {
        var bank = new RunningBank();
        foreach (var (name, value) in settings) bank.Settings[name] = value;
        await bank.InitializeAsync();
        return bank;
    }

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ApplicationName = "Pujiang.Web", ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration["Pujiang:DataFolder"] = _folder;
        builder.Configuration["Pujiang:DemoMode"] = "true";
        foreach (var (name, value) in Settings) builder.Configuration[name] = value;
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var options = Composition.OptionsOf(builder.Configuration);
        builder.AddBank(options);
        await DemoCity.Seed(options, new DemoCityOptions(200, 0, 1, 2), TimeProvider.System, _ => { }, CancellationToken.None);
        _app = builder.Build();
        OperatorToken.Ensure(_folder);
        await PlatformModule.PrepareDatabase(_app.Services);
        _app.MapBank();
        await _app.StartAsync();
        Url = new Uri(_app.Urls.First());
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        BankTemplate.CloseSqlitePool(new PlatformOptions { DataFolder = _folder });
        Directory.Delete(_folder, recursive: true);
    }

    public IReadOnlyList<RouteEndpoint> Endpoints =>
        [.. ((IEndpointRouteBuilder)_app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()];

    /// <summary>A browser with cookies of its own, that does not follow redirects.</summary>
    public HttpClient Browser() => new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = Url };

    /// <summary>A browser in which a demo person of this role is signed in: the first one, or the one after.</summary>
    public async Task<HttpClient> SignedIn(string role, int which = 0)
    {
        var browser = Browser();
        var page = await browser.GetStringAsync("/sign-in");
        var card = page.Split($"data-role=\"{role}\"")[which + 1].Split("</form>")[0];
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["__RequestVerificationToken"] = Token().Match(card).Groups["value"].Value,
            ["person"] = PersonValue().Match(card).Groups["value"].Value,
            ["back"] = "/",
        });
        using var answer = await browser.PostAsync("/sign-in/demo", form);
        Assert.Equal((HttpStatusCode.Found, "/"), (answer.StatusCode, answer.Headers.Location?.OriginalString));
        return browser;
    }

    /// <summary>A program that holds the operator's token.</summary>
    public HttpClient Operator()
    {
        var client = Browser();
        client.DefaultRequestHeaders.Authorization = new("Bearer", File.ReadAllText(OperatorToken.PathIn(_folder)).Trim());
        return client;
    }

    /// <summary>An address of this endpoint: a value of the right kind for each of its parameters.</summary>
    public static string AddressOf(RouteEndpoint endpoint) => "/" + string.Join('/', endpoint.RoutePattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
    {
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternSeparatorPart separator => separator.Content,
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart parameter => ValueOf(parameter),
        _ => "",
    }))));

    static string ValueOf(Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart parameter)
    {
        var kinds = parameter.ParameterPolicies.Select(policy => policy.Content).ToList();
        return kinds.Contains("guid", StringComparer.Ordinal) ? "019a0000-0000-7000-8000-000000000001" : kinds.Any(kind => kind is "int" or "long") ? "1" : "x";
    }

    [GeneratedRegex("""name="__RequestVerificationToken" value="(?<value>[^"]+)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Token();

    [GeneratedRegex("""name="person" value="(?<value>[^"]+)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PersonValue();
}
