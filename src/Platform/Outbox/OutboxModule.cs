using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Pujiang.Platform;

/// <summary>What the host needs of the outbox and of webhooks.</summary>
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
        services.AddScoped<Deliveries>();
        services.AddSingleton<IForgetting, OldMessages>();
        services.AddSingleton(new MenuItem("/deliveries", "menu.deliveries", 45, Roles.Operations, Roles.Auditor));
        return services.AddWebhooks();
    }

    static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddSingleton(provider => new WebhookPing(
            provider.GetRequiredService<OutboxSender>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<NewId>()));
        services.AddScoped<Webhooks>();
        services.AddJob<CloseForgottenWebhooks>("webhooks", Schedule.Daily(new TimeOnly(4, 0)));
        services.AddSingleton(new MenuItem("/webhooks", "menu.webhooks", 60, Roles.Firm));
        services.AddSingleton(new HomePart(typeof(WebhooksHome), 5, Roles.Firm));
        return services;
    }

    /// <summary>A service sends to this partner: <c>services.AddPartner("sms", "sms/messages")</c>.</summary>
    /// <param name="cityPath">Where the demo city plays it.</param>
    public static IServiceCollection AddPartner(this IServiceCollection services, string name, string cityPath) =>
        services.AddSingleton(new Partner(name, cityPath));

    public static void MapOutbox(this IEndpointRouteBuilder app)
    {
        Deliveries.Map(app.MapGroup("/api/deliveries").WithTags("Deliveries"));
        WebhookEndpoints.Map(app.MapGroup("/api/webhooks").WithTags("Webhooks"));
    }
}
