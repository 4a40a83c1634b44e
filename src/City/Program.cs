using System.Globalization;
using Microsoft.AspNetCore.Connections;
using Microsoft.Data.Sqlite;
using Pujiang.City;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

try
{
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    builder.Logging.SetMinimumLevel(LogLevel.Warning);
    builder.AddCity();
    var app = builder.Build();
    app.UseCity();
    app.MapCity();
    app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine($"The city around the bank is ready: {string.Join(' ', app.Urls)}"));
    if (app.Configuration.GetValue<bool>("City:StopsWithInput")) StopWithInput.Watch(app);
    await app.RunAsync();
    return 0;
}
catch (Exception refused) when (refused is IOException { InnerException: AddressInUseException })
{
    Console.Error.WriteLine($"The city can't start. {refused.Message} Choose another port: --city-port of start, --port of city.");
    return 1;
}
catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or SqliteException)
{
    Console.Error.WriteLine($"The city can't start. {refused.Message}");
    return 1;
}
