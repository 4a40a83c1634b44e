using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Pujiang.Platform;

/// <summary>How the bank tells people (<c>Pujiang:Notifications:*</c>).</summary>
public sealed record NotificationOptions
{
    /// <summary>So many days a message stays in the inbox, read or not.</summary>
    public int DaysKept { get; init; } = 90;

    /// <summary>Money that comes in is told from this amount on, in fen.</summary>
    public long MoneyReceivedFrom { get; init; } = 100_00;
}

/// <summary>What the host needs of notifications.</summary>
public static class NotificationsModule
{
    public static IServiceCollection AddNotifications(this IServiceCollection services)
    {
        services.AddSingleton<ICityTables, NotificationTables>();
        services.AddSingleton<NotificationCatalogue>();
        services.AddSingleton<IForgetting, OldNotifications>();
        services.AddScoped<Inbox>();
        return services.AddNotifications(typeof(NotificationsModule).Assembly, [.. NotificationKinds.All]);
    }

    /// <summary>A service's own kinds; their texts are the assembly's <c>Resources/notifications.*.json</c>.</summary>
    public static IServiceCollection AddNotifications(this IServiceCollection services, Assembly assembly, params IReadOnlyList<NotificationKind> kinds) =>
        services.AddSingleton(new NotificationSource(assembly, kinds));
}
