using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pujiang.System.Tests;

/// <summary>A collector of metrics and traces, as an operator runs one: takes what is sent by OTLP over HTTP, in protobuf.</summary>
sealed class Collector : IAsyncDisposable
{
    readonly HttpListener _listener = new();
    readonly ConcurrentQueue<(string Path, string? Type, byte[] Body)> _received = new();
    readonly SemaphoreSlim _news = new(0);
    readonly Task _listening;

    public Collector()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        }
        _listener.Prefixes.Add(Url + "/");
        _listener.Start();
        _listening = Listen();
    }

    public string Url { get; }

    public IReadOnlyCollection<(string Path, string? Type, byte[] Body)> Received => _received;

    /// <summary>All texts that were sent. In protobuf a text stands in the message as it is, in UTF-8.</summary>
    public string Text(string path) => string.Join('\n', _received.Where(sent => sent.Path == path).Select(sent => Encoding.UTF8.GetString(sent.Body)));

    /// <summary>Returns when all these names have come.</summary>
    public async Task Has(string path, params string[] names)
    {
        while (names.Where(name => !Text(path).Contains(name, StringComparison.Ordinal)).ToList() is { Count: > 0 } missing)
            if (!await _news.WaitAsync(TimeSpan.FromMinutes(2)))
                throw new TimeoutException($"{path} has not brought {string.Join(", ", missing)}.");
    }

    async Task Listen()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            using var body = new MemoryStream();
            try
            {
                await context.Request.InputStream.CopyToAsync(body);
            }
            catch (Exception broken) when (broken is HttpListenerException or IOException)
            {
                // The sender ended in the middle of what it told.
                continue;
            }
            _received.Enqueue((context.Request.Url!.AbsolutePath, context.Request.ContentType, body.ToArray()));
            // An empty answer is an answer without complaints (OTLP 1.x, "Full Success").
            context.Response.ContentType = "application/x-protobuf";
            context.Response.Close();
            _news.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _listening;
        _listener.Close();
        _news.Dispose();
    }
}
