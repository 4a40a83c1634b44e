using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Web;

/// <summary>What the bank is made of: every service, and everything that can be asked of them.</summary>
static class Composition
{
    public static PlatformOptions OptionsOf(IConfiguration configuration) =>
        configuration.GetSection("Pujiang").Get<PlatformOptions>() ?? new PlatformOptions();

    /// <summary>Whether the bank is set up to be reached by https: then it is no demo.</summary>
    static bool HasCertificate(IConfiguration configuration) =>
        configuration.GetSection("Kestrel:Certificates").GetChildren()
            .Concat(configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint.GetSection("Certificate")))
            .Any(certificate => certificate["Path"] is { Length: > 0 } || certificate["Subject"] is { Length: > 0 });

    public static void AddBank(this WebApplicationBuilder builder, PlatformOptions platform)
    {
        if (platform.DemoMode && HasCertificate(builder.Configuration))
            throw new StartRefusedException("Demo mode (Pujiang:DemoMode), in which anybody may sign in as anybody, can't be on where a certificate (Kestrel:Certificates or Kestrel:Endpoints) is configured.");
        builder.Services.AddPlatform(platform);
        builder.Services.AddPermissions();
        if (builder.Configuration["Iso20022:Schemas"] is { Length: > 0 } schemas && !Directory.Exists(schemas))
            throw new StartRefusedException($"There is no folder of schemas {schemas} (Iso20022:Schemas).");
        builder.Services.AddAccounts(new Iso20022Settings(builder.Configuration["Iso20022:Schemas"]));
        builder.AddOperations();
        builder.AddRequestLimits();
        builder.AddWebPages();
        builder.Services.AddSignIn(platform);
    }

    public static void MapBank(this WebApplication app)
    {
        app.UseWebPages();
        app.MapWebPages();
        app.MapSignIn(app.Services.GetRequiredService<PlatformOptions>());
        app.MapAccounts();
        app.MapDocuments();
        app.MapEvidence();
        app.MapOperations();
        app.MapDisplay();
        app.MapSigning();
        app.MapScreening();
        app.MapOutbox();
    }
}
