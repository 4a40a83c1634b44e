using System.Diagnostics;

namespace Pujiang.Bench;

/// <summary>
/// What somebody waits for after `./pujiang start`: the demo city, and every later start to the first answered page. The
/// published bank is started as the script starts it, over a data folder of its own.
/// </summary>
static class StartBench
{
    const int LaterStarts = 5;

    public static async Task<int> Run(int people)
    {
        var root = Repository();
        await Publish(root);
        Circumstances.Print($"demo city of {people:N0} people, seed 1, 24 months; page / over HTTP/1.1; median of {LaterStarts} later starts");
        var data = Directory.CreateTempSubdirectory("bench-start-").FullName;
        try
        {
            var first = await StartAndAsk(root, data, people);
            var later = new List<Measured>();
            for (var i = 0; i < LaterStarts; i++) later.Add(await StartAndAsk(root, data, people));
            var killed = await StartAndAsk(root, data, people, kill: true);
            var afterKill = await StartAndAsk(root, data, people);
            Console.WriteLine("| start | to the first answered page | peak memory |");
            Console.WriteLine("| --- | ---: | ---: |");
            Row("first, with the making of the city", first);
            Row("later", later.OrderBy(m => m.Time).ElementAt(LaterStarts / 2));
            Row("later, after kill -9", afterKill);
            Console.WriteLine();
            Console.WriteLine($"The city's data folder has {Size(data) >> 20} MiB.");
            return killed.Time > TimeSpan.Zero ? 0 : 1;
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    sealed record Measured(TimeSpan Time, long PeakKiB);

    static void Row(string what, Measured start) => Console.WriteLine($"| {what} | {start.Time.TotalSeconds:N2} s | {start.PeakKiB / 1024:N0} MiB |");

    static async Task<Measured> StartAndAsk(string root, string data, int people, bool kill = false)
    {
        var folder = Path.Combine(root, "artifacts", "web");
        var watch = Stopwatch.StartNew();
        using var bank = Process.Start(new ProcessStartInfo("dotnet",
            [Path.Combine(folder, "Pujiang.Web.dll"), "--urls", "http://127.0.0.1:0", $"--Pujiang:DataFolder={data}", "--Pujiang:DemoMode=true", $"--Pujiang:People={people}"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        }) ?? throw new InvalidOperationException("The bank did not start.");
        const string Greeting = "Pujiang is ready: ";
        string? url = null;
        while (url is null && await bank.StandardOutput.ReadLineAsync() is { } line)
            if (line.StartsWith(Greeting, StringComparison.Ordinal)) url = line[Greeting.Length..].Trim();
        if (url is null) throw new InvalidOperationException("The bank ended before it was ready.");
        using var client = new HttpClient();
        (await client.GetAsync(url)).EnsureSuccessStatusCode();
        var time = watch.Elapsed;
        var peak = PeakOf(bank.Id);
        if (kill) bank.Kill();
        else Process.Start("kill", ["-TERM", $"{bank.Id}"])!.Dispose();
        var rest = bank.StandardOutput.ReadToEndAsync();
        await bank.WaitForExitAsync();
        await rest;
        return new Measured(time, peak);
    }

    static long PeakOf(int process) =>
        long.Parse(File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);

    static long Size(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    static async Task Publish(string root)
    {
        using var publish = Process.Start("bash", [Path.Combine(root, "pujiang"), "publish"]);
        await publish.WaitForExitAsync();
        if (publish.ExitCode != 0) throw new InvalidOperationException("The bank could not be built.");
    }

    static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Pujiang.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The bench is not inside the repository.");
    }
}
