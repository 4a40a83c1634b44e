using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Pujiang.Platform;

/// <summary>How the bank tells people (<c>Pujiang:Notifications:*</c>).</summary>
public sealed record NotificationOptions
{
    /// <summary>So many days a message stays in the inbox, read or not.</summary>
    public int DaysKept { get; init; } = 90;

    /// <summary>Money that comes in is told from this amount on, in fen.</summary>
    public long MoneyReceivedFrom { get; init; } = 100_00;

    /// <summary>The name in 【】 at the beginning of each text message, as it is registered with the operators.</summary>
    public string Sender { get; init; } = "浦江";

    /// <summary>Text messages to one number a day that are not urgent.</summary>
    public int SmsPerDay { get; init; } = 20;

    /// <summary>Urgent text messages to one number a day: security alerts and codes.</summary>
    public int UrgentSmsPerDay { get; init; } = 30;

    /// <summary>Codes that one customer or member of staff may ask for in a day to prove addresses.</summary>
    public int CodesPerDay { get; init; } = 10;

    /// <summary>E-mails and text messages to one recipient in an hour that are not urgent; what is more comes together later.</summary>
    public int MessagesPerHour { get; init; } = 20;

    /// <summary>The bank's mail server.</summary>
    public MailOptions Mail { get; init; } = new();
}

/// <summary>What the host needs of notifications.</summary>
public static class NotificationsModule
{
    public static IServiceCollection AddNotifications(this IServiceCollection services)
    {
        services.AddSingleton<ICityTables, NotificationTables>().AddSingleton<ICityTables, NotificationChannelTables>();
        services.AddSingleton<NotificationCatalogue>();
        services.AddSingleton<IForgetting, OldNotifications>().AddSingleton<IForgetting, OldNotificationDeliveries>().AddSingleton<IForgetting, OldAddressChanges>();
        services.AddScoped<Inbox>().AddScoped<Mailroom>().AddScoped<NotificationRoute>().AddScoped<ChangeNotificationSettings>();
        services.AddSingleton<NotificationRouter>().AddHostedService(provider => provider.GetRequiredService<NotificationRouter>());
        services.AddSingleton<IOutboxTransport, MailTransport>().AddScoped<IUndelivered, RefusedAddresses>();
        services.AddPartner(Mailroom.SmsDestination, "sms/messages");
        return services.AddNotifications(typeof(NotificationsModule).Assembly, [.. NotificationKinds.All]);
    }

    /// <summary>A service's own kinds; their texts are the assembly's <c>Resources/notifications.*.json</c>.</summary>
    public static IServiceCollection AddNotifications(this IServiceCollection services, Assembly assembly, params IReadOnlyList<NotificationKind> kinds) =>
        services.AddSingleton(new NotificationSource(assembly, kinds));

    /// <summary>Maps the address at which letters are ended.</summary>
    public static void MapNotifications(this IEndpointRouteBuilder app)
    {
        const string Path = "/unsubscribe/{owner:guid}/{group}/{token}";
        app.MapPost(Path, (Guid owner, string group, string token, ChangeNotificationSettings settings, CancellationToken cancel) =>
                settings.Unsubscribe(owner, group, token, cancel))
            .Public("Whoever has the address that stood in a letter may end letters of its group (RFC 8058)").WithSummary("End letters of a group, by the address in one of them");
        app.MapGet(Path, () => TypedResults.LocalRedirect("/messages/settings"))
            .Public("Changes nothing: shows where to choose channels, after signing in").WithSummary("Where letters can be ended by hand");
    }
}
