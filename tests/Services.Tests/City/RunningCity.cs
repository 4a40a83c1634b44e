using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pujiang.City;

namespace Pujiang.Services.Tests;

/// <summary>The whole city in this process, on a free port and a folder of its own.</summary>
sealed class RunningCity : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly string _folder;

    RunningCity(WebApplication app, string folder)
    {
        (_app, _folder) = (app, folder);
        Client = new HttpClient { BaseAddress = new Uri(Address) };
    }

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public HttpClient Client { get; }

    public CityStore Store => _app.Services.GetRequiredService<CityStore>();

    public BankCalls Calls => _app.Services.GetRequiredService<BankCalls>();

    /// <param name="clock">The bank's, where signatures are to be believed.</param>
    /// <param name="bank">The bank's address.</param>
    public static async Task<RunningCity> Start(TimeProvider? clock = null, string? bank = null, string? folder = null)
    {
        folder ??= TemporaryFolders.New("city");
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = [$"--City:DataFolder={folder}", $"--City:Bank={bank}", "--urls", "http://127.0.0.1:0"],
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Logging.ClearProviders();
        if (clock is not null) builder.Services.AddSingleton(clock);
        builder.AddCity();
        var app = builder.Build();
        app.UseCity();
        app.MapCity();
        await app.StartAsync();
        return new RunningCity(app, folder);
    }

    /// <summary>Turns an actor's switches over the network, as a program does.</summary>
    public async Task Turn(string actor, Switches switches)
    {
        using var answer = await Client.PutAsJsonAsync($"/api/actors/{actor}/switches", switches);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Stops it and leaves its folder.</summary>
    public async Task<string> Stop()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        return _folder;
    }

    public async ValueTask DisposeAsync() => Directory.Delete(await Stop(), recursive: true);
}
