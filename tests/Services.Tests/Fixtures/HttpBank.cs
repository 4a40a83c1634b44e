using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Pujiang.Accounts;
using Pujiang.Platform;
using Pujiang.Web;

namespace Pujiang.Services.Tests;

/// <summary>The whole host in this process, asked over real HTTP, on a database of its own and with a clock that the test owns.</summary>
sealed class HttpBank : IAsyncDisposable
{
    readonly PlatformOptions _options;
    readonly Dictionary<string, string> _settings;
    WebApplication _app = null!;

    HttpBank(PlatformOptions options, Dictionary<string, string> settings, DateTimeOffset now) => (_options, _settings, Clock) = (options, settings, new FakeTimeProvider(now));

    public FakeTimeProvider Clock { get; }

    public string Folder => _options.DataFolder;

    public IServiceProvider Services => _app.Services;

    /// <summary>"http://127.0.0.1:39211".</summary>
    public string Url => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    /// <param name="settings">"Pujiang:Address" and the like.</param>
    public static Task<HttpBank> Start(TestDatabase database, params (string Name, string Value)[] settings) => Start(database, TestBank.Opening, settings);

    /// <summary>At a time of the test's choice: to move the clock that far later would run every timer for each of its ticks.</summary>
    public static async Task<HttpBank> Start(TestDatabase database, DateTimeOffset now, params (string Name, string Value)[] settings)
    {
        var template = await BankTemplate.For(database, services => services.AddAccounts());
        var bank = new HttpBank(await template.Copy(), settings.ToDictionary(s => s.Name, s => s.Value, StringComparer.Ordinal), now);
        await bank.Open();
        return bank;
    }

    public HttpClient Client() => new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(Url + "/") };

    /// <summary>Ends the host and starts it again on the same files and database.</summary>
    public async Task Restart()
    {
        await Close();
        await Open();
    }

    public async Task<T> Call<TUseCase, T>(Func<TUseCase, Task<T>> work) where TUseCase : notnull
    {
        await using var scope = _app.Services.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<TUseCase>());
    }

    async Task Open()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ApplicationName = "Pujiang.Web", ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.Configuration["Pujiang:DataFolder"] = _options.DataFolder;
        builder.Configuration["Pujiang:PostgreSql"] = _options.PostgreSql;
        builder.Configuration["Pujiang:SignInsPerMinute"] = "1000";
        foreach (var (name, value) in _settings) builder.Configuration[name] = value;
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.AddBank(Composition.OptionsOf(builder.Configuration));
        _app = builder.Build();
        OperatorToken.Ensure(_options.DataFolder);
        _app.MapBank();
        await _app.StartAsync();
    }

    async Task Close()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_options.PostgreSql is null) BankTemplate.CloseSqlitePool(_options);
    }

    public async ValueTask DisposeAsync()
    {
        await Close();
        if (_options.PostgreSql is { } connection) await PostgresServer.DropDatabase(connection);
        Directory.Delete(_options.DataFolder, recursive: true);
    }
}
