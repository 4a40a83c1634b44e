using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Pujiang.Platform;

/// <summary>What the host needs of documents.</summary>
public static class DocumentsModule
{
    public static IServiceCollection AddDocuments(this IServiceCollection services)
    {
        services.AddSingleton<ICityTables, DocumentTables>();
        services.AddSingleton<DocumentVault>().AddSingleton<VaultGate>();
        services.AddHttpClient<IMalwareScanner, HttpMalwareScanner>(http => http.Timeout = TimeSpan.FromMinutes(2));
        services.AddSingleton<DocumentScans>().AddHostedService(provider => provider.GetRequiredService<DocumentScans>());
        services.AddJob<DocumentRetention>("document-retention", Schedule.Daily(new TimeOnly(3, 45)));
        services.AddScoped<Documents>().AddScoped<KeepDocument>();
        services.AddSingleton<ICityTables, SignatureTables>();
        services.AddSingleton(new EventKind(SignDocument.Signed));
        services.AddScoped<SignDocument>().AddScoped<BankSignature>().AddScoped<AskForSignature>().AddScoped<DocumentSignatures>();
        services.AddSingleton(new MenuItem("/documents", "menu.documents", 50, Roles.Customer, Roles.Firm));
        return services;
    }

    /// <summary>Maps the endpoints of documents below <c>/api</c>.</summary>
    public static void MapDocuments(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api");
        Documents.Map(api);
        SignatureEndpoints.Map(api);
    }
}
