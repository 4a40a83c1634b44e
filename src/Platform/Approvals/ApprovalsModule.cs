using Microsoft.Extensions.DependencyInjection;

namespace Pujiang.Platform;

/// <summary>What the host needs of approvals.</summary>
public static class ApprovalsModule
{
    public static IServiceCollection AddApprovals(this IServiceCollection services)
    {
        services.AddSingleton<ICityTables, ApprovalsTables>();
        services.AddScoped<Approvals>().AddScoped<Delegations>();
        string[] staff = [Roles.Teller, Roles.Operations, Roles.Compliance, Roles.Security, Roles.Auditor];
        services.AddSingleton(new MenuItem("/approvals", "menu.approvals", 50, staff));
        services.AddSingleton(new HomePart(typeof(ApprovalsHome), 50, staff));
        return services;
    }
}
