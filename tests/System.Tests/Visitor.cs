using Microsoft.Playwright;

namespace Pujiang.System.Tests;

/// <summary>A browser tab with its own cookies that notes what a visitor would not see: other hosts, console errors, weight.</summary>
public sealed class Visitor : IAsyncDisposable
{
    readonly string _url;
    readonly IBrowserContext _context;
    readonly List<string> _requests = [];
    readonly List<string> _console = [];

    double _bytes;

    Visitor(string url, Mode mode, bool scripts, IBrowserContext context, IPage page, ICDPSession network)
    {
        (_url, _context, Mode, Scripts, Page) = (url, context, mode, scripts, page);
        page.Request += (_, request) => _requests.Add(request.Url);
        // The browser's own count of what came over the wire, headers and compression included.
        network.Event("Network.loadingFinished").OnEvent += (_, e) => _bytes += e?.GetProperty("encodedDataLength").GetDouble() ?? 0;
        page.Console += (_, message) => { if (message.Type is "error" or "warning") _console.Add(message.Text); };
        page.PageError += (_, error) => _console.Add(error);
    }

    public Mode Mode { get; }

    /// <summary>Whether the browser runs scripts; the rules can be checked only by scripts.</summary>
    public bool Scripts { get; }

    public IPage Page { get; }

    /// <param name="url">The bank's address, or the city's.</param>
    /// <param name="careCookie">Under which name the text size is remembered there.</param>
    internal static async Task<Visitor> Arrive(IBrowser browser, string url, Mode mode, bool scripts, string careCookie = "care")
    {
        var context = await browser.NewContextAsync(mode.Options(scripts));
        if (mode.Care is not null)
            await context.AddCookiesAsync([new Cookie { Name = careCookie, Value = mode.Care, Url = url }]);
        var page = await context.NewPageAsync();
        var network = await context.NewCDPSessionAsync(page);
        await network.SendAsync("Network.enable");
        return new Visitor(url, mode, scripts, context, page, network);
    }

    /// <summary>Opens a path of the bank and forgets what earlier pages loaded.</summary>
    public async Task<IResponse> Open(string path)
    {
        _requests.Clear();
        _console.Clear();
        _bytes = 0;
        return await Page.GotoAsync(_url + path, new PageGotoOptions { WaitUntil = WaitUntilState.Load })
            ?? throw new InvalidOperationException($"No answer for {path}.");
    }

    /// <summary>Signs in as a demo person with this role, as a visitor does: by the button of the card.</summary>
    /// <param name="number">Which of them, from 0.</param>
    public async Task SignIn(string role, int number = 0)
    {
        await Open("/sign-in");
        await Page.Locator($"[data-role='{role}'] button").Nth(number).ClickAsync();
        await Page.WaitForURLAsync(_url + "/", new PageWaitForURLOptions { WaitUntil = WaitUntilState.Commit });
        await Loaded();
    }

    /// <summary>Errors and warnings that the browser reported since the page was opened.</summary>
    public IReadOnlyList<string> Console => _console;

    /// <summary>Path of the page that is open.</summary>
    public string Shown => new Uri(Page.Url).AbsolutePath;

    /// <summary>Id of the first account on the signed-in person's home page.</summary>
    public async Task<string> FirstAccount()
    {
        await Open("/");
        var href = await Page.Locator("a[href^='/accounts/'][href$='/statement']").First.GetAttributeAsync("href");
        return href!.Split('/')[2];
    }

    /// <summary>The path with the id of the first account for "{account}".</summary>
    public async Task<string> Resolve(string path) =>
        path.Contains("{account}", StringComparison.Ordinal) ? path.Replace("{account}", await FirstAccount(), StringComparison.Ordinal) : path;

    /// <summary>Follows a link or presses a button and forgets what the page before loaded.</summary>
    public async Task Press(ILocator control)
    {
        _requests.Clear();
        _console.Clear();
        _bytes = 0;
        await control.ClickAsync();
        await Loaded();
    }

    /// <summary>Waits until the document says that it is complete: the driver's own load event is now and then missed on a busy machine.</summary>
    public async Task Loaded()
    {
        for (var tries = 0; tries < 1_500; tries++)
        {
            try
            {
                if (await Page.EvaluateAsync<string>("document.readyState") == "complete") return;
            }
            catch (PlaywrightException)
            {
                // The document was left while it was asked.
            }
            await Task.Delay(20);
        }
        throw new TimeoutException($"{Page.Url} did not finish loading.");
    }

    /// <summary>What the network and the console say about the page: N2, W1 and P1 of the rules.</summary>
    internal List<string> Traffic(int status)
    {
        const int MostBytes = 50 * 1024;
        var wrong = new List<string>();
        // An error page makes the browser itself report the status; that is no fault of the page.
        wrong.AddRange(_console.Where(text => status < 400 || !text.Contains("Failed to load resource", StringComparison.Ordinal))
            .Select(text => $"P1: console says '{text}'"));
        wrong.AddRange(_requests
            .Where(url => !url.StartsWith(_url, StringComparison.Ordinal) && !url.StartsWith("data:", StringComparison.Ordinal))
            .Select(url => $"N2: request to {url}"));
        if (_bytes is 0 or > MostBytes) wrong.Add($"W1: {_bytes} bytes over the wire, not 1 to {MostBytes}");
        return wrong;
    }

    /// <summary>Keeps a picture of the whole page in artifacts/screenshots, to be looked at.</summary>
    public async Task Picture(string name)
    {
        var folder = Path.Combine(Bank.Root, "artifacts", "screenshots");
        Directory.CreateDirectory(folder);
        await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, name + ".png"), FullPage = true });
    }

    public async ValueTask DisposeAsync() => await _context.CloseAsync();
}
