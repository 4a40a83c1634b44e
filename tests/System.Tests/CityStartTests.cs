using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace Pujiang.System.Tests;

/// <summary>The script starts the city beside the bank, and neither outlives the other; out of the box their signed traffic works both ways.</summary>
public sealed class CityStartTests
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_BringsTheCityAlong_AndItEndsWithTheBank()
    {
        var (bankPort, cityPort, data) = (FreePort(), FreePort(), Directory.CreateTempSubdirectory("pujiang-city-").FullName);
        using var script = Run("start", "--port", $"{bankPort}", "--city-port", $"{cityPort}", "--data", data, "--people", "20");
        var (errors, said) = (script.StandardError.ReadToEndAsync(Cancel), new List<string>());
        try
        {
            while (said.Count(line => line.Contains("ready: ", StringComparison.Ordinal)) < 2)
                said.Add(await script.StandardOutput.ReadLineAsync(Cancel).AsTask().WaitAsync(Limit, Cancel) ?? throw new InvalidOperationException($"{string.Join('\n', said)}\n{await errors}"));
            using var city = new HttpClient { BaseAddress = new Uri($"http://localhost:{cityPort}") };
            await Until(async () => (await city.GetFromJsonAsync<JsonElement>("/api/actors/witness/messages", Cancel)).EnumerateArray()
                .Any(message => message.GetProperty("finding").GetString() == "signed"));
            // The bank has read the city's keys as soon as it believes one.
            using var asked = await city.PostAsync("/api/actors/firm/check", content: null, Cancel);
            await Until(async () => (await city.GetFromJsonAsync<JsonElement>("/api/actors/firm/sent", Cancel))[0].GetProperty("delivered").GetBoolean());
            Assert.True(Directory.Exists(Path.Combine(data, "city")));

            // The script became the bank.
            using var kill = Process.Start("kill", ["-TERM", $"{script.Id}"]);
            await script.WaitForExitAsync(Cancel).WaitAsync(Limit, Cancel);
            await Until(() => Task.FromResult(!IsTaken(cityPort)));
        }
        finally
        {
            if (!script.HasExited) script.Kill(entireProcessTree: true);
            Directory.Delete(data, recursive: true);
        }
    }

    [Theory]
    [InlineData("start", "--city-port")]
    [InlineData("city", "--port")]
    public async Task Start_OnATakenPort_SaysSoAndStartsNothing(string verb, string option)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var data = Path.Combine(Path.GetTempPath(), $"pujiang-none-{port}");
        using var script = Run(verb, option, $"{port}", "--listen", "127.0.0.1", "--data", data);
        var errors = await script.StandardError.ReadToEndAsync(Cancel).WaitAsync(Limit, Cancel);
        await script.WaitForExitAsync(Cancel);
        Assert.Equal(1, script.ExitCode);
        Assert.Contains($"port {port} ({option}) is taken", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(data));
    }

    static Process Run(params string[] arguments) => Process.Start(new ProcessStartInfo("bash", [Path.Combine(Bank.Root, "pujiang"), .. arguments])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        UseShellExecute = false,
    }) ?? throw new InvalidOperationException("bash did not start.");

    static async Task Until(Func<Task<bool>> isSo)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(Limit);
        while (!await isSo()) await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, limit.Token);
    }

    static bool IsTaken(int port)
    {
        try
        {
            using var client = new TcpClient("localhost", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
