using System.Diagnostics;

namespace Pujiang.Services.Tests;

/// <summary>Runs the bank's command line as a person does: in a process of its own, on a data folder of its own.</summary>
sealed class CommandLine : IDisposable
{
    /// <summary>Where the bank of this test lives.</summary>
    public string Data { get; } = TemporaryFolders.New("cli");

    /// <summary>In its own output folder, with its own libraries; built in the same configuration as the tests.</summary>
    static string Program { get; } = Path.Combine(
        TestData.Root(), "src", "Cli", Path.GetRelativePath(Path.Combine(TestData.Root(), "tests", "Services.Tests"), AppContext.BaseDirectory), "Pujiang.Cli.dll");

    /// <summary>What a run printed, and how it ended.</summary>
    public sealed record Result(int ExitCode, string Output, string Errors)
    {
        public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        public override string ToString() => $"exit code {ExitCode}\n{Output}{Errors}";
    }

    /// <summary>On this test's bank.</summary>
    public Task<Result> OnBank(params string[] arguments) => Run([.. arguments, "--data", Data]);

    public static Task<Result> Run(params string[] arguments) => Run(new Dictionary<string, string>(), null, arguments);

    /// <param name="environment">More variables, such as the one that names the database.</param>
    /// <param name="killAt">The beginning of a line of its error output at which the process is killed; null to let it end.</param>
    public static async Task<Result> Run(IReadOnlyDictionary<string, string> environment, string? killAt, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in new[] { "Pujiang__DataFolder", "Pujiang__PostgreSql", "Iso20022__Schemas" }) start.Environment.Remove(name);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var cancel = TestContext.Current.CancellationToken;
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var errors = new System.Text.StringBuilder();
        while (await process.StandardError.ReadLineAsync(cancel) is { } line)
        {
            errors.Append(line).Append('\n');
            if (killAt is not null && line.StartsWith(killAt, StringComparison.Ordinal)) process.Kill(entireProcessTree: true);
        }
        await process.WaitForExitAsync(cancel);
        return new Result(process.ExitCode, await output, errors.ToString());
    }

    /// <summary>A file for this test; it goes with the bank.</summary>
    public string FileOf(string content, string name = "file.xml")
    {
        var path = Path.Combine(Data, name);
        File.WriteAllText(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Data, recursive: true);
}
