using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pujiang.Platform;

/// <summary>
/// In demo mode: registers the keys that the actors of the city publish, as staff do for real partners after they have compared
/// the fingerprints over another way. Asks until the city answers, and once a minute from then on.
/// </summary>
sealed partial class CityKeys(PlatformOptions options, IServiceScopeFactory scopes, IHttpClientFactory clients, TimeProvider clock, BackgroundWork work, ILogger<CityKeys> log)
    : BackgroundService
{
    /// <summary>The name of the HTTP client that asks the city.</summary>
    internal const string Client = "city-keys";

    const string Work = "keys of the city", Actor = "demo";
    const int Patience = 10;
    static readonly TimeSpan Turn = TimeSpan.FromMinutes(1), Retry = TimeSpan.FromSeconds(1);

    /// <summary>An actor of the city, and where it publishes its keys.</summary>
    sealed record Partner(string Name, string Keys);

    sealed record PartnerList(IReadOnlyList<Partner> Partners);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Register(options.City?.Address ?? "", stoppingToken);
                work.Succeeded(Work);
                failures = 0;
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                work.Failed(Work, failure);
                // The city starts beside the bank, and may need a moment more.
                if (++failures == Patience) Away(log, failure);
            }
            await Task.Delay(failures > 0 ? Retry : Turn, clock, stoppingToken);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The city's keys can't be read now; it is tried again every second.")]
    static partial void Away(ILogger log, Exception failure);

    /// <param name="address">The city's.</param>
    internal async Task Register(string address, CancellationToken cancel)
    {
        using var city = clients.CreateClient(Client);
        city.BaseAddress = new Uri(address);
        var list = await city.GetFromJsonAsync<PartnerList>("/partners", cancel);
        foreach (var partner in list?.Partners ?? [])
        {
            using var document = await JsonDocument.ParseAsync(await city.GetStreamAsync(partner.Keys, cancel), cancellationToken: cancel);
            foreach (var key in document.RootElement.GetProperty("keys").EnumerateArray()) await Add(partner.Name, key.GetRawText(), cancel);
        }
    }

    async Task Add(string owner, string jwk, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var registry = scope.ServiceProvider.GetRequiredService<KeyRegistry>();
        var added = await registry.AddPartnerKey(owner, jwk, from: null, Actor, cancel);
        if (!added.Try(out _, out var refusal) && refusal.Code != "key_known") Refused(log, owner, refusal.Code);
    }

    [LoggerMessage(LogLevel.Warning, "A key of the city's {Partner} is not registered: {Code}.")]
    static partial void Refused(ILogger log, string partner, string code);
}
