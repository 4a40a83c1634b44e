using System.Diagnostics;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Pujiang.System.Tests.Bank))]

namespace Pujiang.System.Tests;

/// <summary>The published bank as a child process on a free port with its own data, and one browser; shared by all tests.</summary>
public sealed class Bank : IAsyncLifetime
{
    readonly string _data = Directory.CreateTempSubdirectory("pujiang-test-").FullName;
    BankProcess? _server;
    string? _someAccount;
    IPlaywright? _playwright;

    public static string Root { get; } = FindRoot();

    public string Url => Server.Url;

    internal BankProcess Server => _server ?? throw new InvalidOperationException("The bank is not there yet.");

    public IBrowser Browser { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Publish();
        _server = await BankProcess.Start(_data, "--Pujiang:DemoMode=true", "--Pujiang:People=200", "--Pujiang:Seed=1");
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Environment.GetEnvironmentVariable("PUJIANG_CHROMIUM") ?? "/usr/bin/chromium",
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (Browser is not null) await Browser.CloseAsync();
        _playwright?.Dispose();
        if (_server is not null) await _server.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    /// <summary>A fresh visitor in a mode; sign in with <see cref="Visitor.SignIn"/>.</summary>
    public Task<Visitor> Visit(Mode mode, bool scripts = true) => Visitor.Arrive(Browser, Url, mode, scripts);

    /// <summary>Id of an account of some customer, for those who work with other people's accounts.</summary>
    public async Task<string> SomeAccount()
    {
        if (_someAccount is not null) return _someAccount;
        await using var customer = await Visit(Mode.Of("en-phone"));
        await customer.SignIn("customer");
        return _someAccount = await customer.FirstAccount();
    }

    /// <summary>Brings the published output up to date; the script knows whether there is anything to do.</summary>
    static async Task Publish()
    {
        using var publish = Process.Start(new ProcessStartInfo("bash", [Path.Combine(Root, "pujiang"), "publish"])
        {
            RedirectStandardError = true,
            UseShellExecute = false,
        }) ?? throw new InvalidOperationException("bash did not start.");
        var errors = await publish.StandardError.ReadToEndAsync();
        await publish.WaitForExitAsync();
        if (publish.ExitCode != 0) throw new InvalidOperationException(errors);
    }

    static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Pujiang.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests are not inside the repository.");
    }
}
