using System.Diagnostics;
using System.Security.Cryptography;
using Pujiang.Ledger;

namespace Pujiang.Bench;

/// <summary>What the machine itself can do, measured in the same run: no ledger on it can be faster.</summary>
static class MachineProbe
{
    const int Frame = 2 << 20;
    const int Small = 4096;

    /// <param name="MemoryBytes">Bytes a second that one thread copies in memory.</param>
    /// <param name="DiskBytes">Bytes a second written and made durable, 2 MiB at a time.</param>
    /// <param name="FrameMilliseconds">Time until 2 MiB are durable: the median, and what one in a hundred takes at least.</param>
    /// <param name="FlushMicroseconds">Median time until 4 KiB are durable.</param>
    /// <param name="HashBytes">Bytes a second of SHA-256 on one thread.</param>
    public sealed record Limits(double MemoryBytes, double DiskBytes, (double P50, double P99) FrameMilliseconds, double FlushMicroseconds, double HashBytes);

    public static Limits Measure(string directory)
    {
        var block = new byte[64 << 20];
        new Random(1).NextBytes(block);
        var copy = new byte[block.Length];
        var memory = Best(() => block.AsSpan().CopyTo(copy), block.Length, times: 10);
        var hash = Best(() => SHA256.HashData(block.AsSpan(0, Frame)), Frame, times: 50);
        var (disk, frame, flush) = Disk(directory, block);
        return new Limits(memory, disk, frame, flush, hash);
    }

    static double Best(Action work, long bytes, int times)
    {
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < times; i++)
        {
            var began = Stopwatch.GetTimestamp();
            work();
            var time = Stopwatch.GetElapsedTime(began);
            if (time < best) best = time;
        }
        return bytes / best.TotalSeconds;
    }

    static (double BytesPerSecond, (double P50, double P99) FrameMilliseconds, double FlushMicroseconds) Disk(string directory, byte[] block)
    {
        var path = Path.Combine(directory, "probe");
        using var file = SystemDisk.Instance.Open(path, FileUse.Create);
        const long Length = 512L << 20;
        file.Reserve(Length);
        file.Flush();
        var frames = Times(file, block.AsSpan(0, Frame), (int)(Length / Frame));
        var small = Times(file, block.AsSpan(0, Small), 1_000);
        File.Delete(path);
        return (Frame / frames.Average(), (frames[frames.Length / 2] * 1e3, frames[frames.Length * 99 / 100] * 1e3), small[small.Length / 2] * 1e6);
    }

    /// <summary>Seconds until each of so many blocks, one behind the other, was durable; ascending.</summary>
    static double[] Times(IDiskFile file, ReadOnlySpan<byte> block, int count)
    {
        var times = new double[count];
        for (var i = 0; i < count; i++)
        {
            var began = Stopwatch.GetTimestamp();
            file.Write(block, (long)i * block.Length);
            file.Flush();
            times[i] = Stopwatch.GetElapsedTime(began).TotalSeconds;
        }
        times.AsSpan().Sort();
        return times;
    }
}

/// <summary>PostgreSQL's own benchmark (TPC-B-like, 8 clients) on the same disk, with its durable defaults.</summary>
static class PostgresProbe
{
    const string Script = """
        set -eu
        bin="$1"; folder="$2"
        trap '"$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true' EXIT
        "$bin/initdb" -D "$folder/data" -U postgres -A trust --no-sync >/dev/null
        "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" -o "-k $folder -c listen_addresses=" start >/dev/null
        "$bin/createdb" -h "$folder" -U postgres bench
        "$bin/pgbench" -h "$folder" -U postgres -q -i -s 10 bench >/dev/null 2>&1
        "$bin/pgbench" -h "$folder" -U postgres -c 8 -j 2 -T 15 bench
        """;

    /// <returns>Transactions a second, or null where PostgreSQL is not installed.</returns>
    public static async Task<double?> TransactionsPerSecond(string directory)
    {
        var bin = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Select(d => Path.Combine(d, "bin")).LastOrDefault() : null;
        if (bin is null || !File.Exists(Path.Combine(bin, "pgbench"))) return null;
        var folder = Directory.CreateDirectory(Path.Combine(directory, "postgres")).FullName;
        string[] command = ["/bin/sh", "-c", Script, "postgres-probe", bin, folder];
        if (OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess)
        {
            // PostgreSQL refuses to run as root; its package has made a user for it.
            File.SetUnixFileMode(directory, (UnixFileMode)Convert.ToInt32("755", 8));
            using var own = Process.Start("chown", ["postgres", folder]);
            await own.WaitForExitAsync();
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--", .. command];
        }
        using var run = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, UseShellExecute = false, WorkingDirectory = folder })!;
        var said = await run.StandardOutput.ReadToEndAsync();
        await run.WaitForExitAsync();
        var line = said.Split('\n').FirstOrDefault(l => l.StartsWith("tps = ", StringComparison.Ordinal));
        return line is null ? null : double.Parse(line.Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture);
    }
}
