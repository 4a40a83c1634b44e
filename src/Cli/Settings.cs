using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Cli;

/// <summary>Where the bank's things are: options first, then the environment that the server reads too, then the defaults of `./pujiang start`.</summary>
sealed record Settings(PlatformOptions Platform, Iso20022Settings Iso20022, string? Server)
{
    public static Option<string?> Data { get; } = new("--data")
    {
        Description = "The bank's data folder [default: $Pujiang__DataFolder, else 'data' in the repository]",
        HelpName = "DIR",
        Recursive = true,
    };

    public static Option<string?> ServerUrl { get; } = new("--server")
    {
        Description = "Address of the running bank [default: found in the data folder]",
        HelpName = "URL",
    };

    public static Option<bool> Json { get; } = new("--json") { Description = "Print JSON" };

    public static Settings From(ParseResult parsed, string? server = null) => new(
        FromEnvironment() with { DataFolder = DataFolder(parsed), PostgreSql = Variable("Pujiang__PostgreSql") },
        new Iso20022Settings(Schemas(null)), server);

    static PlatformOptions FromEnvironment() =>
        new ConfigurationBuilder().AddEnvironmentVariables().Build().GetSection("Pujiang").Get<PlatformOptions>() ?? new PlatformOptions();

    /// <summary>The folder of official schemas, or null.</summary>
    public static string? Schemas(string? named)
    {
        var folder = named ?? Variable("Iso20022__Schemas");
        if (folder is not null && !Directory.Exists(folder)) throw new CommandFailed($"There is no folder of schemas {folder}.");
        return folder;
    }

    public static string DataFolder(ParseResult parsed) =>
        Path.GetFullPath(parsed.GetValue(Data) ?? Variable("Pujiang__DataFolder") ?? Path.Combine(Home(), "data"));

    static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    /// <summary>The repository this program was built in; elsewhere the folder one stands in.</summary>
    static string Home()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Pujiang.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? Directory.GetCurrentDirectory();
    }
}
