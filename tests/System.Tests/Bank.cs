using System.Diagnostics;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Pujiang.System.Tests.Bank))]

namespace Pujiang.System.Tests;

/// <summary>The published bank as a child process on a free port with its own data, and one browser; shared by all tests.</summary>
public sealed class Bank : IAsyncLifetime
{
    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    readonly string _data = Directory.CreateTempSubdirectory("pujiang-test-").FullName;
    Process? _server;
    IPlaywright? _playwright;

    public static string Root { get; } = FindRoot();

    public string Url { get; private set; } = "";

    public IBrowser Browser { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Publish();
        Url = await StartServer();
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
        if (_server is { HasExited: false })
        {
            _server.Kill(entireProcessTree: true);
            await _server.WaitForExitAsync();
        }
        _server?.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    /// <summary>A fresh visitor in a mode; sign in with <see cref="Visitor.SignIn"/>.</summary>
    public Task<Visitor> Visit(Mode mode, bool scripts = true) => Visitor.Arrive(this, mode, scripts);

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

    async Task<string> StartServer()
    {
        var folder = Path.Combine(Root, "artifacts", "web");
        var start = new ProcessStartInfo("dotnet",
        [
            Path.Combine(folder, "Pujiang.Web.dll"), "--urls", "http://127.0.0.1:0",
            $"--Pujiang:DataFolder={_data}", "--Pujiang:DemoMode=true", "--Pujiang:People=200", "--Pujiang:Seed=1",
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = folder,
        };
        _server = Process.Start(start) ?? throw new InvalidOperationException("The bank did not start.");
        var ready = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = new List<string>();
        void Hear(string? line)
        {
            if (line is null) return;
            lock (said) said.Add(line);
            const string Greeting = "Pujiang is ready: ";
            if (line.StartsWith(Greeting, StringComparison.Ordinal)) ready.TrySetResult(line[Greeting.Length..].Trim());
        }
        _server.OutputDataReceived += (_, e) => Hear(e.Data);
        _server.ErrorDataReceived += (_, e) => Hear(e.Data);
        _server.BeginOutputReadLine();
        _server.BeginErrorReadLine();
        if (await Task.WhenAny(ready.Task, _server.WaitForExitAsync(), Task.Delay(StartLimit)) == ready.Task) return await ready.Task;
        lock (said) throw new InvalidOperationException("The bank did not get ready. It said:\n" + string.Join('\n', said));
    }

    static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Pujiang.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests are not inside the repository.");
    }
}
