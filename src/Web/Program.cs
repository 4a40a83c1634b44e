using System.Data.Common;
using System.Globalization;
using Microsoft.AspNetCore.Connections;
using Pujiang.Ledger;
using Pujiang.Platform;
using Pujiang.Web;

// Amounts, dates and file formats never follow the machine; only texts follow the visitor.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

try
{
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions
    {
        Args = args,
        // Static files and settings are beside the program, wherever it is started from.
        ContentRootPath = AppContext.BaseDirectory,
    });
    var platform = Composition.OptionsOf(builder.Configuration);
    builder.AddBank(platform);
    if (platform.DemoMode) await DemoStart.SeedWhenEmpty(platform, builder.Configuration);
    var app = builder.Build();
    OperatorToken.Ensure(platform.DataFolder);
    await PlatformModule.PrepareDatabase(app.Services);
    if (platform.DemoMode) await DemoStart.SignUpStaff(app.Services);
    app.MapBank();

    app.Lifetime.ApplicationStarted.Register(() =>
    {
        ServerAddress.Write(platform.DataFolder, app.Urls);
        DemoStart.SayWhereToLook(app, platform);
    });
    app.Lifetime.ApplicationStopped.Register(() => ServerAddress.Clear(platform.DataFolder));
    await app.RunAsync();
    return 0;
}
catch (IOException refused) when (refused.InnerException is AddressInUseException)
{
    Console.Error.WriteLine($"{refused.Message} Choose another one with --port.");
    return 1;
}
// Settings, disk, database, a damaged ledger: for whoever starts the bank, a sentence says more than a stack trace.
catch (Exception refused) when (refused is StartRefusedException or JournalDamagedException or IOException or UnauthorizedAccessException or DbException)
{
    Console.Error.WriteLine($"The bank can't start. {refused.Message}");
    return 1;
}
