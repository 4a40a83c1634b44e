using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Pujiang.Bench;

/// <summary>Where and on what a figure was measured; a figure without it says nothing.</summary>
static class Circumstances
{
    public static void Print(string settings)
    {
        Console.WriteLine($"Machine: {Processor()}, {Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, {RuntimeInformation.OSDescription}");
        Console.WriteLine($"Runtime: {RuntimeInformation.FrameworkDescription}; commit {Commit()}; {TimeProvider.System.GetUtcNow():yyyy-MM-dd HH:mm} UTC");
        Console.WriteLine($"Settings: {settings}");
        Console.WriteLine();
    }

    static string Processor()
    {
        const string Info = "/proc/cpuinfo";
        if (!File.Exists(Info)) return RuntimeInformation.ProcessArchitecture.ToString();
        var model = File.ReadLines(Info).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        return model?[(model.IndexOf(':', StringComparison.Ordinal) + 2)..] ?? "unknown processor";
    }

    static string Commit()
    {
        using var git = Process.Start(new ProcessStartInfo("git", "describe --always --dirty")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        return git.StandardOutput.ReadToEnd().Trim();
    }
}
