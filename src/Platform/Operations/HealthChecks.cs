using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pujiang.Ledger;

namespace Pujiang.Platform;

/// <summary>What must be well for the bank to work. The readiness address and the operations page show the same.</summary>
static class HealthChecks
{
    /// <summary>Bytes free on the disk of the data folder below which people are told, and below which no more work is taken.</summary>
    public const long LittleSpace = 2L << 30, NoSpace = 200L << 20;

    public static IServiceCollection AddBankHealth(this IServiceCollection services)
    {
        services.AddHealthChecks().AddCheck<LedgerCheck>("ledger").AddCheck<DatabaseCheck>("database").AddCheck<BackgroundCheck>("background").AddCheck<DiskCheck>("disk");
        return services;
    }

    sealed class LedgerCheck(ILedger ledger) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            await ledger.TrialBalance(cancellationToken);
            return HealthCheckResult.Healthy(string.Create(CultureInfo.InvariantCulture, $"{ledger.LastSequence:N0}"));
        }
    }

    sealed class DatabaseCheck(CityDb db) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            await db.Database.CanConnectAsync(cancellationToken) ? HealthCheckResult.Healthy(db.Database.ProviderName!.Split('.')[^1])
                : HealthCheckResult.Unhealthy("can't be reached");
    }

    /// <summary>No background work failed when it was last tried.</summary>
    sealed class BackgroundCheck(BackgroundWork work) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(work.Failures is { Count: > 0 } failures ? HealthCheckResult.Unhealthy(string.Join("; ", failures)) : HealthCheckResult.Healthy());
    }

    sealed class DiskCheck(PlatformOptions options) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            var free = new DriveInfo(Path.GetFullPath(options.DataFolder)).AvailableFreeSpace;
            var text = string.Create(CultureInfo.InvariantCulture, $"{free / (double)(1 << 30):N1} GiB");
            return Task.FromResult(free < NoSpace ? HealthCheckResult.Unhealthy(text) : free < LittleSpace ? HealthCheckResult.Degraded(text) : HealthCheckResult.Healthy(text));
        }
    }
}
