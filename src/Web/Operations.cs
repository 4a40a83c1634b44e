using System.Diagnostics.Metrics;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
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
        services.AddOperationsPage();
        services.AddOpenApi(api => api.AddDocumentTransformer(Describe).AddOperationTransformer(DescribeKey));
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.Converters.Add(new JsonStringEnumConverter()));
        services.AddSingleton<LedgerMeter>();
        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("pujiang")).WithMetrics(metrics => metrics
            .AddAspNetCoreInstrumentation().AddRuntimeInstrumentation().AddMeter(LedgerMeter.Name, "System.Net.Http").AddPrometheusExporter());
        if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is not { Length: > 0 }) return;
        // HttpClient and Npgsql bring sources of their own. Statements have placeholders for values, addresses no query.
        telemetry.WithMetrics(metrics => metrics.AddOtlpExporter()).WithTracing(traces => traces
            .AddAspNetCoreInstrumentation().AddSource(BankActivity.Name, "System.Net.Http", "Npgsql").AddOtlpExporter());
        services.AddSingleton<ILedger>(provider => new TracedLedger(provider.GetRequiredService<Book>()));
    }

    public static void MapOperations(this WebApplication app)
    {
        app.Services.GetRequiredService<LedgerMeter>();
        app.MapHealthChecks("/health/live", new() { Predicate = _ => false }).Public("Load balancers ask it").DisableHttpMetrics().DisableRateLimiting();
        app.MapHealthChecks("/health/ready").Public("Load balancers ask it").DisableHttpMetrics().DisableRateLimiting();
        app.MapOpenApi().Public("The description of the API holds no data");
        app.MapGroup("").Public("The description of the API holds no data").MapScalarApiReference(SecurityHeaders.ApiDocs, ShowApi);
        // Figures of the machine are nobody else's business. An address proves nothing: behind a proxy all callers have its.
        app.MapPrometheusScrapingEndpoint("/metrics").Requires(Permission.ReadMetrics);
    }

    /// <summary>Its own scripts and styles carry the nonce of this answer; nothing comes from elsewhere.</summary>
    static void ShowApi(ScalarOptions page, HttpContext context)
    {
        var nonce = SecurityHeaders.NonceOf(context);
        page.WithTitle("Pujiang API").WithNonce(nonce).AddHeadContent($"<meta property=\"csp-nonce\" content=\"{nonce}\">");
        page.DisableDefaultFonts().DisableTelemetry().HideDeveloperTools().HideClientButton().DisableAgent().DisableMcp().AddPreferredSecuritySchemes(OperatorToken.Name);
    }

    static Task Describe(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancel)
    {
        document.Info.Title = "Pujiang";
        document.Info.Description =
            "Accounts, transfers and payment files. Calls that change something take an Idempotency-Key; errors are problem details (RFC 9457). "
            + "Programs send the operator's token, which is in keys/operator.token of the data folder.";
        document.Components ??= new OpenApiComponents();
        document.AddComponent(OperatorToken.Name, new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" });
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(OperatorToken.Name, document)] = [] }];
        return Task.CompletedTask;
    }

    static Task DescribeKey(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancel)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<IdempotencyExtensions.ChangesStateMarker>().Any())
            (operation.Parameters ??= []).Add(new OpenApiParameter
            {
                Name = IdempotencyKey.Header,
                In = ParameterLocation.Header,
                Required = true,
                Description = "New for each new request; the same again gives the first answer again.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = IdempotencyKey.LongestKey },
            });
        return Task.CompletedTask;
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
