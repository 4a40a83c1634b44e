using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Pujiang.Platform;

/// <summary>Brings the bank's own partners from the settings into the table of destinations, at each start and before anything is sent.</summary>
sealed class ConfiguredDestinations(
    IServiceScopeFactory scopes, PlatformOptions platform, IEnumerable<Partner> partners, TimeProvider clock) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var wanted = Wanted();
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CityDb>();
        var known = await db.Set<Destination>().Where(d => d.PartyId == null).ToDictionaryAsync(d => d.Name, cancellationToken);
        foreach (var (name, settings) in wanted)
        {
            if (!known.TryGetValue(name, out var destination))
                db.Add(destination = new Destination { Name = name, Address = "", CreatedAt = clock.UtcNow() });
            destination.Address = settings.Address!;
            destination.Algorithm = settings.Algorithm ?? SignatureAlgorithm.Ed25519;
            destination.AnswersSignedBy = settings.AnswersSignedBy is { Length: > 0 } owner ? owner : null;
            destination.RetryPlan = settings.RetryPlan is { Length: > 0 } plan ? RetryPlan.Parse(plan) : RetryPlan.Default;
            destination.ClosedAt = null;
        }
        // What the settings no longer name gets nothing any more; its messages wait.
        foreach (var destination in known.Values.Where(d => !wanted.ContainsKey(d.Name))) destination.ClosedAt ??= clock.UtcNow();
        await db.SaveChangesAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <exception cref="InvalidOperationException">A setting is wrong; the message says which.</exception>
    Dictionary<string, DestinationSettings> Wanted()
    {
        var wanted = new Dictionary<string, DestinationSettings>(StringComparer.Ordinal);
        if (platform is { DemoMode: true, City.Address: { Length: > 0 } city })
            foreach (var partner in partners) wanted[partner.Name] = new() { Address = $"{city.TrimEnd('/')}/{partner.CityPath}" };
        foreach (var (name, settings) in platform.Destinations)
        {
            if (!OutboxMessage.IsWord(name, Destination.LongestName) || name.Contains('/', StringComparison.Ordinal))
                throw new InvalidOperationException($"Pujiang:Destinations:{name}: a name has 1 to {Destination.LongestName} printable ASCII characters, no space and no slash.");
            wanted[name] = settings with { Address = settings.Address ?? wanted.GetValueOrDefault(name)?.Address };
        }
        foreach (var (name, settings) in wanted) Check(name, settings);
        // Letters go by another way, to a server of which more must be known than its address.
        wanted.Remove(Mailroom.EmailDestination);
        if (platform.Notifications.Mail is { Host.Length: > 0 } mail) wanted[Mailroom.EmailDestination] = mail.Destination();
        return wanted;
    }

    static void Check(string name, DestinationSettings settings)
    {
        if (!Uri.TryCreate(settings.Address, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new InvalidOperationException($"Pujiang:Destinations:{name}:Address must be an absolute http or https address, not '{settings.Address}'.");
        if (settings.AnswersSignedBy is { Length: > 0 } owner && !RegisteredKey.IsOwner(owner))
            throw new InvalidOperationException($"Pujiang:Destinations:{name}:AnswersSignedBy must be the short name of a partner in the registry of keys, not '{owner}'.");
        try
        {
            RetryPlan.Parse(settings.RetryPlan ?? "");
        }
        catch (FormatException wrong)
        {
            throw new InvalidOperationException($"Pujiang:Destinations:{name}:RetryPlan: {wrong.Message}", wrong);
        }
    }
}
