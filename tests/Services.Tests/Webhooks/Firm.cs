using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>A firm's own system over real HTTP: it checks the bank's signature as the documentation says, answers pings, and takes events.</summary>
sealed class Firm : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly TestBank _bank;

    Firm(WebApplication app, TestBank bank) => (_app, _bank) = (app, bank);

    /// <param name="IsSigned">The bank signed it, as <see cref="WebhookReceiver"/> sees it.</param>
    internal sealed record Event(string Id, string Kind, string Subject, int Attempt, JsonElement Body, bool IsSigned);

    /// <summary>Every request but pings, in the order of arrival.</summary>
    public ConcurrentQueue<Event> Got { get; } = new();

    /// <summary>The status to answer an event with.</summary>
    public Func<Event, int> Answer { get; set; } = _ => 204;

    /// <summary>What a ping is answered with: its own body, unless a test says otherwise.</summary>
    public Func<string, string> Echo { get; set; } = body => body;

    public string Address => _app.Urls.Single() + "/pujiang?from=bank";

    public static async Task<Firm> Start(TestBank bank)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var firm = new Firm(builder.Build(), bank);
        firm._app.MapPost("/pujiang", firm.Receive);
        await firm._app.StartAsync();
        return firm;
    }

    async Task<IResult> Receive(HttpRequest request)
    {
        using var copy = new MemoryStream();
        await request.Body.CopyToAsync(copy);
        var keys = await _bank.Call((KeyRegistry registry) => registry.Published());
        var isSigned = WebhookReceiver.IsFromTheBank(request, copy.ToArray(), name => keys.FirstOrDefault(key => key.KeyId == name)?.Key.Bytes, _bank.Clock.GetUtcNow());
        var text = Encoding.UTF8.GetString(copy.ToArray());
        if (request.Headers["ce-type"] == WebhookPing.Kind) return isSigned ? Results.Text(Echo(text), "application/json") : Results.StatusCode(401);
        var happened = new Event(
            request.Headers["ce-id"].ToString(), request.Headers["ce-type"].ToString(), request.Headers["ce-subject"].ToString(),
            int.Parse(request.Headers[OutboxSender.AttemptHeader].ToString()), JsonDocument.Parse(text).RootElement.Clone(), isSigned);
        Got.Enqueue(happened);
        return Results.StatusCode(Answer(happened));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
