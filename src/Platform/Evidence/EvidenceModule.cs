using Microsoft.Extensions.DependencyInjection;

namespace Pujiang.Platform;

/// <summary>What the host needs of the evidence log.</summary>
public static class EvidenceModule
{
    public static IServiceCollection AddEvidence(this IServiceCollection services)
    {
        services.AddSingleton<ICityTables, EvidenceTables>();
        return services;
    }
}
