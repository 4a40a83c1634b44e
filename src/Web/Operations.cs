using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OpenTelemetry.Metrics;
using Pujiang.Ledger;
using Pujiang.Platform;
using Scalar.AspNetCore;

namespace Pujiang.Web;

/// <summary>What the bank's engineers look at: health, metrics, and the description of the API.</summary>
static class Operations
{
    public static void AddOperations(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddHealthChecks().AddCheck<StoresCheck>("stores");
        services.AddOpenApi(api => api.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Pujiang";
            document.Info.Description =
                "Accounts, transfers and payment files. Calls that change something take an Idempotency-Key; errors are problem details (RFC 9457).";
            return Task.CompletedTask;
        }));
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.Converters.Add(new JsonStringEnumConverter()));
        services.AddSingleton<LedgerMeter>();
        var metrics = services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddAspNetCoreInstrumentation().AddRuntimeInstrumentation().AddMeter(LedgerMeter.Name).AddPrometheusExporter());
        if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
            metrics.WithMetrics(m => m.AddOtlpExporter());
    }

    public static void MapOperations(this WebApplication app)
    {
        app.Services.GetRequiredService<LedgerMeter>();
        app.MapHealthChecks("/health/live", new() { Predicate = _ => false }).DisableHttpMetrics();
        app.MapHealthChecks("/health/ready").DisableHttpMetrics();
        app.MapOpenApi();
        app.MapScalarApiReference("/api-docs", page => page.WithTitle("Pujiang API").DisableDefaultFonts());
        // Figures of the machine are nobody else's business: this machine, or the operator.
        app.UseOpenTelemetryPrometheusScrapingEndpoint(context => context.Request.Path == "/metrics"
            && (context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address) || context.User.IsInRole(OperatorToken.Role)));
    }

    /// <summary>Ready when the ledger answers and the database can be read.</summary>
    sealed class StoresCheck(ILedger ledger, CityDb db) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            await ledger.TrialBalance(cancellationToken);
            return await db.Database.CanConnectAsync(cancellationToken)
                ? HealthCheckResult.Healthy($"Ledger at entry {ledger.LastSequence}.") : HealthCheckResult.Unhealthy("The database can't be reached.");
        }
    }
}

/// <summary>The ledger's position and how far each follower is behind, as metrics.</summary>
sealed class LedgerMeter
{
    public const string Name = "Pujiang.Ledger";

    public LedgerMeter(IMeterFactory meters, ILedger ledger, IEnumerable<LedgerFollower> followers)
    {
        var meter = meters.Create(Name);
        meter.CreateObservableCounter("pujiang.ledger.entries", () => ledger.LastSequence, "{entry}", "Entries posted since the ledger began");
        meter.CreateObservableGauge(
            "pujiang.follower.lag",
            () => followers.Select(f => new Measurement<long>(ledger.LastSequence - Math.Max(0, f.Position), new KeyValuePair<string, object?>("service", f.Service))),
            "{entry}", "Posted entries that a service has not yet applied");
    }
}
