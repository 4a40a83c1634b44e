using Microsoft.Extensions.DependencyInjection;

namespace Pujiang.Platform;

/// <summary>What the host needs of the outbox.</summary>
public static class OutboxModule
{
    public static IServiceCollection AddOutbox(this IServiceCollection services)
    {
        services.AddSingleton<ICityTables, OutboxTables>();
        services.AddSingleton<Circuits>();
        services.AddSingleton<OutboxSender>();
        services.AddHostedService<ConfiguredDestinations>();
        services.AddSingleton<OutboxDispatcher>();
        services.AddHostedService(provider => provider.GetRequiredService<OutboxDispatcher>());
        return services;
    }

    /// <summary>A service sends to this partner: <c>services.AddPartner("sms", "sms/messages")</c>.</summary>
    /// <param name="cityPath">Where the demo city plays it.</param>
    public static IServiceCollection AddPartner(this IServiceCollection services, string name, string cityPath) =>
        services.AddSingleton(new Partner(name, cityPath));
}
