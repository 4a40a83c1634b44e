using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Web;

/// <summary>The first start of a demo: a city to look at, and whom to sign in as.</summary>
static class DemoStart
{
    public static async Task SeedWhenEmpty(PlatformOptions platform, IConfiguration configuration)
    {
        if (!DemoCity.IsWanted(platform)) return;
        var options = new DemoCityOptions(
            configuration.GetValue("Pujiang:People", 2_000), configuration.GetValue("Pujiang:Firms", 0), configuration.GetValue("Pujiang:Seed", 1UL));
        if (options.Fault() is { } fault) throw new StartRefusedException(fault);
        Console.WriteLine($"Making the demo city: {options.People:N0} people and what they did in {options.Months} months ...");
        await DemoCity.Seed(platform, options, TimeProvider.System, Tell, CancellationToken.None);
        Tell("The demo city is there.");
        Console.WriteLine();
    }

    /// <summary>The demo's staff work here before they first sign in: on the page of people, and as colleagues who are told what waits.</summary>
    public static async Task SignUpStaff(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        var people = scope.ServiceProvider.GetRequiredService<People>();
        foreach (var person in (await scope.ServiceProvider.GetServices<IDemoPeople>().All()).Where(person => !person.IsCustomer)) await people.OfDemo(person, CancellationToken.None);
    }

    /// <summary>One line that counts up on a terminal; in a log only the ends would matter, so nothing.</summary>
    static void Tell(string what)
    {
        if (!Console.IsOutputRedirected) Console.Write($"\r  {what,-60}");
    }

    public static void SayWhereToLook(WebApplication app, PlatformOptions platform)
    {
        Console.WriteLine($"Pujiang is ready: {string.Join(' ', app.Urls)}");
        if (!platform.DemoMode) return;
        Console.WriteLine("Demo mode: anyone who can reach this address can sign in as one of these people. Never use it with real data.");
        var people = app.Services.GetServices<IDemoPeople>().All().GetAwaiter().GetResult();
        if (!people.Any(person => person.IsCustomer))
            Console.WriteLine($"No customers: {Path.GetFullPath(platform.DataFolder)} was begun without a demo city. Name another folder with --data, or remove it.");
        foreach (var person in people)
            Console.WriteLine($"  {person.Name.Chinese} ({person.Name.English}): {person.Shows.Chinese} / {person.Shows.English}");
        if (platform.City?.Address is { Length: > 0 } city) Console.WriteLine($"The world around the bank, with switches for what goes wrong: {city}");
        Console.WriteLine("Ctrl-C stops the bank. Nothing acknowledged is ever lost.");
    }
}

/// <summary>A setting with which the bank can't start; the message says which, and what would be right.</summary>
public sealed class StartRefusedException : Exception
{
    public StartRefusedException() { }
    public StartRefusedException(string message) : base(message) { }
    public StartRefusedException(string message, Exception inner) : base(message, inner) { }
}
