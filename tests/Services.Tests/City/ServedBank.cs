using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pujiang.City;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>What partners see of a bank: its published keys, and the addresses that take signed messages only.</summary>
sealed class ServedBank : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly Channel<(string Id, int Status)> _answered = Channel.CreateUnbounded<(string, int)>();

    ServedBank(TestBank bank)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(bank.Clock).AddSingleton(bank.Services.GetRequiredService<SignatureOptions>())
            .AddSingleton(bank.Services.GetRequiredService<ISigners>()).AddSingleton(bank.Services.GetRequiredService<SignatureCheck>());
        _app = builder.Build();
        _app.UseRouting();
        _app.Use(async (context, next) =>
        {
            await next(context);
            if (HttpMethods.IsPost(context.Request.Method)) _answered.Writer.TryWrite((context.Request.Headers["ce-id"].ToString(), context.Response.StatusCode));
        });
        _app.UseSignatures();
        _app.MapGet(KeySet.Path, async () => Results.Bytes(KeySet.Write(await bank.Call((KeyRegistry registry) => registry.Published()))));
        _app.MapPost(BankCalls.CheckPath, (HttpContext context) =>
        {
            Signers.Add(context.Signer().Owner);
            return Results.Ok(new { context.Signer().Owner });
        }).RequiresSignature();
        _app.MapPost(BankCalls.InboxPath, (HttpContext context, CancellationToken cancel) =>
            bank.In(services => PartnerInbox.Post(context, services.GetRequiredService<PartnerInbox>(), cancel))).RequiresSignature();
    }

    public string Address => _app.Urls.Single();

    /// <summary>Who signed what was taken.</summary>
    public List<string> Signers { get; } = [];

    public static async Task<ServedBank> Start(TestBank bank)
    {
        var served = new ServedBank(bank);
        await served._app.StartAsync();
        return served;
    }

    /// <summary>Id and status of the next message that was answered.</summary>
    public async Task<(string Id, int Status)> Answered() => await _answered.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
