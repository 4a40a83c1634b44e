using Microsoft.Extensions.DependencyInjection;

namespace Pujiang.Platform;

/// <summary>What the host needs of the operations page.</summary>
public static class OperationsModule
{
    public static IServiceCollection AddOperationsPage(this IServiceCollection services)
    {
        string[] readers = [Roles.Operations, Roles.Auditor];
        services.AddBankHealth();
        services.AddSingleton<Throughput>();
        services.AddHostedService(provider => provider.GetRequiredService<Throughput>());
        services.AddScoped<IOperationsFigures, ApprovalFigures>();
        services.AddScoped<IOperationsFigures, OutboxFigures>();
        services.AddScoped<IOperationsFigures, EvidenceFigures>();
        services.AddSingleton(new MenuItem("/operations", "menu.operations", 60, readers));
        services.AddSingleton(new HomePart(typeof(OperationsHome), 60, readers));
        return services;
    }
}
