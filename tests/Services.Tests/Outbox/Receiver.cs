using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Somebody outside who receives messages over real HTTP, and answers as the test says.</summary>
sealed class Receiver : IAsyncDisposable
{
    readonly WebApplication _app;

    Receiver(WebApplication app) => _app = app;

    /// <param name="Subject">The message's reference.</param>
    internal sealed record Message(string Id, string Type, string Subject, string Body, string Time);

    /// <summary>Every request, repeated ones too, in the order in which they came.</summary>
    public ConcurrentQueue<Message> Got { get; } = new();

    /// <summary>The status to answer a message with; also a place to wait or to throw.</summary>
    public Func<Message, Task<int>> Answer { get; set; } = _ => Task.FromResult(204);

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/in";

    /// <summary>Bodies in the order of arrival, each message once however often it came.</summary>
    public IReadOnlyList<string> Once => [.. Got.DistinctBy(m => m.Id).Select(m => m.Body)];

    public static async Task<Receiver> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new Receiver(builder.Build());
        receiver._app.MapPost("/in", receiver.Receive);
        receiver._app.MapPost("/moved", () => Results.Redirect("/in", preserveMethod: true));
        await receiver._app.StartAsync();
        return receiver;
    }

    async Task<IResult> Receive(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body, Encoding.UTF8);
        var message = new Message(
            request.Headers["ce-id"].ToString(), request.Headers["ce-type"].ToString(), request.Headers["ce-subject"].ToString(),
            await reader.ReadToEndAsync(), request.Headers["ce-time"].ToString());
        Got.Enqueue(message);
        return Results.StatusCode(await Answer(message));
    }

    /// <summary>Makes this receiver a destination of the bank.</summary>
    public Task Register(TestBank bank, string name = "partner", string plan = "10 60 300", string? address = null) => bank.Tables(async db =>
    {
        db.Add(new Destination { Name = name, Address = address ?? Address, RetryPlan = RetryPlan.Parse(plan), CreatedAt = bank.Clock.UtcNow() });
        return await db.SaveChangesAsync();
    });

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
