using System.Diagnostics;
using System.Globalization;
using static Pujiang.Ledger.Tests.TestBook;

namespace Pujiang.Ledger.Tests;

/// <summary>A real process on the real disk, killed without warning.</summary>
public class CrashTests
{
    [Fact]
    public async Task Kill_WhileWriting_KeepsEveryAcknowledgedEntryOnce()
    {
        var directory = Directory.CreateTempSubdirectory("ledger-crash-").FullName;
        var random = new Random(7);
        var acknowledged = new List<int>();
        try
        {
            for (var life = 0; life < 4; life++)
            {
                acknowledged.AddRange(await LiveAndKill(directory, life, entries: random.Next(50, 400)));
                Assert.True(Book.Verify(directory).IsSound);
                await AssertAllThereOnce(directory, acknowledged);
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Runs the child until it has acknowledged so many entries, and kills it (SIGKILL).</summary>
    static async Task<List<int>> LiveAndKill(string directory, int life, int entries)
    {
        // Not Environment.ProcessPath: that is dotnet itself when the runner was started through its dll.
        var program = Path.Combine(AppContext.BaseDirectory, "Pujiang.Ledger.Tests");
        var start = new ProcessStartInfo(program)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            Environment = { [ChildProcess.Directory] = directory, [ChildProcess.FirstId] = (life * 1_000_000 + 1).ToString(CultureInfo.InvariantCulture) },
        };
        using var child = Process.Start(start)!;
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
    }
}

/// <summary>
/// The process that <see cref="CrashTests"/> kills: the test program itself, started with a directory in its environment.
/// It posts from several callers and prints each id once it is acknowledged.
/// </summary>
static class ChildProcess
{
    public const string Directory = "PUJIANG_LEDGER_CHILD";
    public const string FirstId = "PUJIANG_LEDGER_FIRST_ID";

    public static async Task Live(string directory)
    {
        var first = int.Parse(Environment.GetEnvironmentVariable(FirstId)!, CultureInfo.InvariantCulture);
        await using var book = Book.Open(new BookOptions { Directory = directory, SegmentBytes = 64 << 10, SnapshotEvery = 100 });
        await book.Open([Account(1, AccountKind.Asset, Limits.Unlimited), Account(2)]);
        var next = first;
        var callers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                var id = Interlocked.Increment(ref next);
                if ((await book.Post([Transfer(id, 1, 2, 1)]))[0].IsPosted)
                    lock (book) Console.WriteLine(id);
            }
        }));
        await Task.WhenAll(callers);
    }
}
