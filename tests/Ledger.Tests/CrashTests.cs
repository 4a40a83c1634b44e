using System.Diagnostics;
using System.Globalization;
using static Pujiang.Ledger.Tests.TestBook;

namespace Pujiang.Ledger.Tests;

/// <summary>A real process on the real disk, killed without warning, again and again.</summary>
public class CrashTests
{
    const int Kills = 24;

    [Fact]
    public async Task Kill_UnderLoadAgainAndAgain_KeepsEveryAcknowledgedEntryOnce()
    {
        var directory = Directory.CreateTempSubdirectory("ledger-crash-").FullName;
        var random = new Random(7);
        var acknowledged = new List<int>();
        try
        {
            for (var life = 0; life < Kills; life++)
            {
                acknowledged.AddRange(await LiveAndKill(directory, life, entries: random.Next(1, 400)));
                var report = Book.Verify(directory);
                Assert.True(report.IsSound, report.Damage);
            }
            await AssertAllThereOnce(directory, acknowledged);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Runs the child until it has acknowledged so many entries, and kills it (SIGKILL).</summary>
    static async Task<List<int>> LiveAndKill(string directory, int life, int entries)
    {
        using var child = ChildProcess.Start("load", directory, (ChildProcess.FirstId, (life * 1_000_000 + 1).ToString(CultureInfo.InvariantCulture)));
        var ids = new List<int>();
        while (ids.Count < entries)
        {
            var line = await child.StandardOutput.ReadLineAsync();
            Assert.NotNull(line);
            ids.Add(int.Parse(line, CultureInfo.InvariantCulture));
        }
        child.Kill();
        await child.WaitForExitAsync();
        // What it said before it died counts too; its last line may be cut short.
        var rest = await child.StandardOutput.ReadToEndAsync();
        if (rest.LastIndexOf('\n') is > 0 and var end)
            ids.AddRange(rest[..end].Split('\n').Select(line => int.Parse(line, CultureInfo.InvariantCulture)));
        return ids;
    }

    static async Task AssertAllThereOnce(string directory, List<int> acknowledged)
    {
        await using var book = Book.Open(new BookOptions { Directory = directory });
        var seen = new Dictionary<EntryId, int>();
        await foreach (var entry in book.Follow(0))
        {
            seen[entry.Entry.Id] = seen.GetValueOrDefault(entry.Entry.Id) + 1;
            if (entry.Sequence == book.LastSequence) break;
        }
        Assert.All(acknowledged, id => Assert.Equal(1, seen[EntryId(id)]));
        Assert.All(seen.Values, times => Assert.Equal(1, times));
        Assert.Equal(seen.Count, (await book.Find(Id(2)))!.Posted);
        foreach (var id in acknowledged.Where((_, i) => i % 50 == 0)) Assert.True((await book.Post([Transfer(id, 1, 2, 1)]))[0].Repeated);
    }
}

/// <summary>Processes of their own for tests: the test program itself, started with what to do in its environment.</summary>
static class ChildProcess
{
    public const string Job = "PUJIANG_LEDGER_CHILD";
    public const string FirstId = "PUJIANG_LEDGER_FIRST_ID";
    const string Folder = "PUJIANG_LEDGER_FOLDER";

    /// <param name="job">"load", "post" or "open".</param>
    /// <param name="directory">The ledger's.</param>
    /// <param name="more">Further environment.</param>
    public static Process Start(string job, string directory, params ReadOnlySpan<(string Name, string Value)> more)
    {
        // Not Environment.ProcessPath: that is dotnet itself when the runner was started through its dll.
        var start = Describe(Path.Combine(AppContext.BaseDirectory, "Pujiang.Ledger.Tests"), job, directory);
        foreach (var (name, value) in more) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>The same in a shell that sets limits or another user first.</summary>
    public static Process StartAfter(string command, string job, string directory)
    {
        var start = Describe("/bin/sh", job, directory);
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"{command} \"{Path.Combine(AppContext.BaseDirectory, "Pujiang.Ledger.Tests")}\"");
        return Process.Start(start)!;
    }

    static ProcessStartInfo Describe(string program, string job, string directory) => new(program)
    {
        UseShellExecute = false,
        RedirectStandardOutput = true,
        Environment = { [Job] = job, [Folder] = directory },
    };

    public static async Task Live(string job)
    {
        var directory = Environment.GetEnvironmentVariable(Folder)!;
        try
        {
            await using var book = Book.Open(new BookOptions { Directory = directory, SegmentBytes = 64 << 10, SnapshotEvery = 100 });
            await book.Open([Account(1, AccountKind.Asset, Limits.Unlimited), Account(2)]);
            if (job == "load") await Load(book);
            else if (job == "post") await PostUntilItStops(book);
            Console.WriteLine("opened");
        }
        catch (Exception failure) when (failure is IOException or LedgerStoppedException or JournalDamagedException)
        {
            Console.WriteLine($"{failure.GetType().Name}: {failure.Message}");
        }
    }

    /// <summary>Posts from several callers for ever, and prints each id once it is acknowledged.</summary>
    static async Task Load(Book book)
    {
        var next = int.Parse(Environment.GetEnvironmentVariable(FirstId)!, CultureInfo.InvariantCulture);
        var callers = Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            while (true)
            {
                // Some callers send several at once, so that batches are of all sizes.
                var ids = Enumerable.Range(0, 1 + caller).Select(_ => Interlocked.Increment(ref next)).ToArray();
                var results = await book.Post([.. ids.Select(id => Transfer(id, 1, 2, 1))]);
                lock (book)
                    foreach (var (id, result) in ids.Zip(results))
                        if (result.IsPosted) Console.WriteLine(id);
            }
        }));
        await Task.WhenAll(callers);
    }

    static async Task PostUntilItStops(Book book)
    {
        var last = (int)book.LastSequence;
        for (var id = last + 1; id < last + 100_000; id++)
        {
            if ((await book.Post([Transfer(id, 1, 2, 1) with { Metadata = new string('x', 2000) }]))[0].IsPosted) Console.WriteLine(id);
        }
    }
}
