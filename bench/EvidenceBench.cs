using System.Diagnostics;
using System.Security.Cryptography;
using Pujiang.Platform;

namespace Pujiang.Bench;

/// <summary>The evidence log on the real disk: how fast it takes entries, how long a caller waits, how long a proof takes.</summary>
static class EvidenceBench
{
    const int Rounds = 5, Proofs = 2_000, Single = 200, Callers = 2;

    /// <param name="entries">Size of the log in which proofs are timed.</param>
    public static async Task<int> Run(int entries)
    {
        var folder = Directory.CreateTempSubdirectory("pujiang-evidence-").FullName;
        try
        {
            Circumstances.Print($"{entries:N0} entries of about {Bytes(0).Length} bytes, brought by {Callers} callers in calls of {EvidenceLog.LargestBatch:N0}; checkpoints signed in Ed25519 and SM2; every call returns when its entries are on the disk");
            Console.WriteLine("| what | result |");
            Console.WriteLine("| --- | ---: |");
            await using (var log = Open(folder))
            {
                await Fill(log, entries);
                await TimeSingles(log);
                TimeProofs(log);
            }
            var watch = Stopwatch.StartNew();
            await using (Open(folder)) Console.WriteLine($"| opening it again | {watch.Elapsed.TotalMilliseconds:N0} ms |");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static EvidenceLog Open(string folder) => EvidenceLog.Open(
        Path.Combine(folder, "log"),
        [
            NoteSigner.Open(Path.Combine(folder, "ed25519.key"), "bench.example/log", NoteKeyKind.Ed25519),
            NoteSigner.Open(Path.Combine(folder, "sm2.key"), "bench.example/log", NoteKeyKind.Sm2),
        ],
        TimeProvider.System);

    static byte[] Bytes(long number) => new EvidenceEntry(
        number, "document", FormattableString.Invariant($"documents/document/{number}"), SHA256.HashData(BitConverter.GetBytes(number)), DateTime.UnixEpoch).ToBytes();

    /// <summary>Entries are made before the clock starts, one round after the other; rates are those of the log alone.</summary>
    static async Task Fill(EvidenceLog log, int entries)
    {
        var rates = new List<decimal>();
        var spent = TimeSpan.Zero;
        while (log.Head.Size < entries)
        {
            var calls = Calls(log.Head.Size, entries);
            var watch = Stopwatch.StartNew();
            foreach (var pair in calls.Chunk(Callers)) await Task.WhenAll(pair.Select(call => log.Append(call)));
            spent += watch.Elapsed;
            rates.Add(calls.Sum(call => (long)call.Length) / (decimal)watch.Elapsed.TotalSeconds);
        }
        Console.WriteLine($"| appended in bulk, all {entries:N0} | {entries / (decimal)spent.TotalSeconds:N0} /s |");
        Console.WriteLine($"| appended in bulk, median of the last {Math.Min(Rounds, rates.Count)} rounds | {Median(rates.TakeLast(Rounds)):N0} /s |");
    }

    static List<ReadOnlyMemory<byte>[]> Calls(long first, int until)
    {
        const int CallsInARound = 16;
        var calls = new List<ReadOnlyMemory<byte>[]>();
        for (var next = first; calls.Count < CallsInARound && next < until; next += EvidenceLog.LargestBatch)
        {
            var start = next;
            var call = new ReadOnlyMemory<byte>[(int)Math.Min(EvidenceLog.LargestBatch, until - next)];
            Parallel.For(0, call.Length, i => call[i] = Bytes(start + i));
            calls.Add(call);
        }
        return calls;
    }

    static async Task TimeSingles(EvidenceLog log)
    {
        var times = new List<decimal>();
        for (var i = 0; i < Single; i++)
        {
            ReadOnlyMemory<byte>[] one = [Bytes(log.Head.Size)];
            var watch = Stopwatch.StartNew();
            await log.Append(one);
            times.Add((decimal)watch.Elapsed.TotalMilliseconds);
        }
        Console.WriteLine($"| one entry, one caller, p50 / p99 | {Percentile(times, 50):N2} / {Percentile(times, 99):N2} ms |");
    }

    static void TimeProofs(EvidenceLog log)
    {
        var random = new Random(20_260_301);
        var (inclusion, consistency) = (new List<decimal>(), new List<decimal>());
        var size = log.Head.Size;
        for (var i = 0; i < Proofs; i++)
        {
            var index = random.NextInt64(size);
            inclusion.Add(Time(() =>
            {
                var proof = log.ProveInclusion(index, size);
                if (!Merkle.VerifyInclusion(log.LeafHash(index), index, size, proof, log.Head.Checkpoint.Root)) throw new InvalidOperationException("A proof of inclusion is wrong.");
            }));
            consistency.Add(Time(() => log.ProveConsistency(index + 1, size)));
        }
        Console.WriteLine($"| inclusion at {size:N0} leaves, made and verified, p50 / p99 | {Percentile(inclusion, 50):N3} / {Percentile(inclusion, 99):N3} ms |");
        Console.WriteLine($"| consistency with it from any size, p50 / p99 | {Percentile(consistency, 50):N3} / {Percentile(consistency, 99):N3} ms |");
    }

    static decimal Time(Action work)
    {
        var watch = Stopwatch.StartNew();
        work();
        return (decimal)watch.Elapsed.TotalMilliseconds;
    }

    static decimal Median(IEnumerable<decimal> values) => Percentile([.. values], 50);

    static decimal Percentile(List<decimal> values, int percent) => values.Order().ElementAt((values.Count - 1) * percent / 100);
}
