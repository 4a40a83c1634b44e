using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Pujiang.Platform;

/// <summary>What the host needs of the evidence log.</summary>
public static class EvidenceModule
{
    public static IServiceCollection AddEvidence(this IServiceCollection services)
    {
        services.AddSingleton<ICityTables, EvidenceTables>();
        services.AddSingleton(provider => Open(provider.GetRequiredService<PlatformOptions>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<EvidenceWitnesses>();
        services.AddHttpClient(EvidenceWitnesses.Client, client => client.Timeout = TimeSpan.FromSeconds(10));
        services.AddSingleton<EvidenceSequencer>();
        services.AddSingleton<LedgerCheckpoints>();
        services.AddScoped<EvidenceBook>();
        services.AddHostedService<EvidenceWork>();
        services.AddHostedService<WitnessWork>();
        services.AddSingleton(new MenuItem("/evidence", "evidence.menu", 90, Roles.Auditor, Roles.Compliance, Roles.Operations, Roles.Security));
        return services;
    }

    /// <summary>Maps the log's files below <c>/evidence</c> and its proofs below <c>/api/evidence</c>.</summary>
    public static void MapEvidence(this IEndpointRouteBuilder app) => EvidenceEndpoints.Map(app);

    const string Ed25519File = "log-ed25519.key";

    /// <summary>The key that signs for this bank, when its log was ever begun.</summary>
    internal static NoteSigner? SignerIn(string keys) =>
        Path.Combine(keys, Ed25519File) is var path && File.Exists(path) ? NoteSigner.Open(path, "", NoteKeyKind.Ed25519) : null;

    /// <summary>The log with its two keys, which are made when there is none: Ed25519 for the world, SM2 for China.</summary>
    static EvidenceLog Open(PlatformOptions options, TimeProvider clock)
    {
        var ed25519 = NoteSigner.Open(Path.Combine(options.EvidenceKeys, Ed25519File), options.EvidenceOrigin ?? NewOrigin(), NoteKeyKind.Ed25519);
        var sm2 = NoteSigner.Open(Path.Combine(options.EvidenceKeys, "log-sm2.key"), ed25519.Key.Name, NoteKeyKind.Sm2);
        return EvidenceLog.Open(options.EvidenceFolder, [ed25519, sm2], clock);
    }

    /// <summary>Two logs must not have one name; a bank that goes public gives its log the name of its address (Pujiang:EvidenceOrigin).</summary>
    static string NewOrigin() =>
        $"pujiang.example/evidence/{Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(4))}";
}
