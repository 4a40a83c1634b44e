using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Pujiang.System.Tests;

/// <summary>The published bank as a child process on a free port, over a data folder.</summary>
sealed class BankProcess : IAsyncDisposable
{
    static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);
    readonly Process _server;
    readonly List<string> _said = [];

    BankProcess(Process server, string data) => (_server, Data) = (server, data);

    public string Data { get; }
    public string Url { get; private set; } = "";

    /// <summary>All that it wrote until now.</summary>
    public string Said
    {
        get { lock (_said) return string.Join('\n', _said); }
    }

    /// <param name="settings">As on the command line: "--Pujiang:People=200".</param>
    public static Task<BankProcess> Start(string data, params string[] settings) =>
        Start(Path.Combine("web", "Pujiang.Web.dll"), "Pujiang is ready: ", data, [$"--Pujiang:DataFolder={data}", .. settings]);

    /// <summary>The published city instead.</summary>
    /// <param name="bank">The address of its bank.</param>
    public static Task<BankProcess> StartCity(string data, string bank) =>
        Start(Path.Combine("city", "Pujiang.City.dll"), "The city around the bank is ready: ", data, [$"--City:DataFolder={data}", $"--City:Bank={bank}"]);

    static async Task<BankProcess> Start(string program, string greeting, string data, string[] settings)
    {
        var path = Path.Combine(Bank.Root, "artifacts", program);
        var start = new ProcessStartInfo("dotnet", [path, "--urls", "http://127.0.0.1:0", .. settings])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetDirectoryName(path),
        };
        var bank = new BankProcess(Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start."), data);
        bank.Url = await bank.Ready(greeting);
        return bank;
    }

    /// <summary>A client that calls as the bank's operator.</summary>
    public HttpClient Operator(HttpMessageHandler? handler = null)
    {
        var token = File.ReadAllText(Path.Combine(Data, "keys", "operator.token")).Trim();
        var client = new HttpClient(handler ?? new HttpClientHandler()) { BaseAddress = new Uri(Url + "/api/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>As `kill -9`.</summary>
    public async Task Kill()
    {
        _server.Kill();
        await _server.WaitForExitAsync();
    }

    /// <summary>Asks it to stop, as Ctrl-C does (which a test run in the background can't send: there it is ignored); the exit code.</summary>
    public async Task<int> Stop()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_server.Id}"]);
        await _server.WaitForExitAsync().WaitAsync(StartLimit);
        return _server.ExitCode;
    }

    async Task<string> Ready(string greeting)
    {
        var ready = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Hear(string? line)
        {
            if (line is null) return;
            lock (_said) _said.Add(line);
            if (line.StartsWith(greeting, StringComparison.Ordinal)) ready.TrySetResult(line[greeting.Length..].Trim());
        }
        _server.OutputDataReceived += (_, e) => Hear(e.Data);
        _server.ErrorDataReceived += (_, e) => Hear(e.Data);
        _server.BeginOutputReadLine();
        _server.BeginErrorReadLine();
        if (await Task.WhenAny(ready.Task, _server.WaitForExitAsync(), Task.Delay(StartLimit)) == ready.Task) return await ready.Task;
        throw new InvalidOperationException("It did not get ready, and said:\n" + Said);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_server.HasExited) await Kill();
        _server.Dispose();
    }
}

static class ApiCalls
{
    /// <summary>Sends JSON with an idempotency key.</summary>
    public static Task<HttpResponseMessage> Send(this HttpClient client, HttpMethod method, string path, string key, object body)
    {
        var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", key);
        return client.SendAsync(request);
    }

    /// <summary>Sends JSON with an idempotency key and reads the answer, which must be a good one.</summary>
    public static async Task<JsonElement> Do(this HttpClient client, string path, string key, object body)
    {
        using var answer = await client.Send(HttpMethod.Post, path, key, body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonSerializer.Deserialize<JsonElement>(text);
    }
}
