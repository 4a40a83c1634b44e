using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Web;

/// <summary>What the bank is made of: every service, and everything that can be asked of them.</summary>
static class Composition
{
    public static PlatformOptions OptionsOf(IConfiguration configuration) =>
        configuration.GetSection("Pujiang").Get<PlatformOptions>() ?? new PlatformOptions();

    public static void AddBank(this WebApplicationBuilder builder, PlatformOptions platform)
    {
        if (platform.DemoMode && TransportSecurity.HasCertificate(builder.Configuration))
            throw new StartRefusedException("Demo mode (Pujiang:DemoMode), in which anybody may sign in as anybody, can't be on where a certificate (Kestrel:Certificates or Kestrel:Endpoints) is configured.");
        KeyFolder.Require(platform.DataFolder);
        builder.AddTransportSecurity(platform);
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
        app.MapInbox();
        app.MapNotifications();
    }
}
