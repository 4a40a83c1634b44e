using System.Diagnostics;
using Pujiang.Ledger;

namespace Pujiang.Bench;

/// <summary>The ledger's speed with all checks on: no overdraft allowed, ids looked up, history kept.</summary>
static class LedgerBench
{
    const int Batch = 8_190;
    const int Runs = 5;

    static double _bulkRate;

    static readonly (int Accounts, LedgerLoad.Choice Choice)[] Kinds =
    [
        (10_000, LedgerLoad.Choice.Uniform), (10_000, LedgerLoad.Choice.Zipf),
        (1_000_000, LedgerLoad.Choice.Uniform), (1_000_000, LedgerLoad.Choice.Zipf),
    ];

    const int MostForARate = 5_000_000;

    /// <param name="stored">How many entries the ledger has that is measured last; rates are measured on at most five millions.</param>
    public static async Task<int> Run(int stored)
    {
        var entries = int.Min(stored, MostForARate);
        Circumstances.Print(
            $"{entries:N0} transfers of two legs for each row, in {Runs} runs of which the median counts; no overdraft; Zipf with exponent 0.99; batches of {Batch:N0}; seed {LedgerLoad.Seed}");
        Row("what", "result");
        Row("---", "---:");
        InMemoryWithIds(stored);
        await InFolder(options => Stored(options, stored));
        // The first run of a program is that of its compiler.
        InMemory(entries / 5, Kinds[0], warmUp: true);
        foreach (var kind in Kinds) InMemory(entries, kind);
        foreach (var kind in Kinds) await InFolder(options => Bulk(options, entries, kind));
        await InFolder(options => OtherEntries(options, entries));
        await InFolder(Callers);
        await InFolder(Limits);
        return 0;
    }

    static async Task InFolder(Func<BookOptions, Task> measure)
    {
        var directory = Directory.CreateTempSubdirectory("bench-ledger-").FullName;
        try
        {
            await measure(new BookOptions { Directory = directory, SnapshotEvery = 0 });
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    static void Row(string what, string result) => Console.WriteLine($"| {what} | {result} |");

    static string Name((int Accounts, LedgerLoad.Choice Choice) kind) => $"{kind.Accounts:N0} accounts, {kind.Choice}";

    static T Median<T>(IEnumerable<T> values)
    {
        var ordered = values.Order().ToList();
        return ordered[ordered.Count / 2];
    }

    static string PerSecond(IEnumerable<double> rates) => $"{Median(rates):N0} /s";

    static void InMemory(int entries, (int Accounts, LedgerLoad.Choice Choice) kind, bool warmUp = false)
    {
        var load = new LedgerLoad(kind.Accounts, kind.Choice, run: 1);
        var bench = new StateMachineBench();
        bench.Open(load.AllAccounts());
        bench.Post(new Commands([.. load.Funding()]));
        var rates = new List<double>();
        for (var run = 0; run < Runs; run++)
        {
            rates.Add(Post(bench, load, entries / Runs));
        }
        if (!warmUp) Row($"in memory, one thread; {Name(kind)}", PerSecond(rates));
    }

    /// <summary>Ten batches at a time are made and then decided; only deciding counts.</summary>
    static double Post(StateMachineBench bench, LedgerLoad load, int entries)
    {
        const int AtATime = 10;
        var (time, posted) = (TimeSpan.Zero, 0);
        while (posted < entries)
        {
            var commands = Enumerable.Range(0, AtATime).Select(_ => new Commands(LedgerLoad.Batches(Batch, Batch, load.Transfer)[0])).ToArray();
            var began = Stopwatch.GetTimestamp();
            foreach (var batch in commands) bench.Post(batch);
            time += Stopwatch.GetElapsedTime(began);
            posted += AtATime * Batch;
            foreach (var batch in commands) batch.Return();
        }
        return posted / time.TotalSeconds;
    }

    /// <summary>The state machine with many ids already stored, of which none is like the new ones.</summary>
    static void InMemoryWithIds(int stored)
    {
        var load = new LedgerLoad(1_000_000, LedgerLoad.Choice.Uniform, run: 1);
        var bench = new StateMachineBench();
        bench.Open(load.AllAccounts());
        bench.Post(new Commands([.. load.Funding()]));
        var before = Memory();
        var rates = new List<double>();
        const int Step = 1_000_000;
        for (var posted = 0; posted < stored; posted += Step)
        {
            rates.Add(Post(bench, load, Step));
        }
        var few = rates.Take(5).ToList();
        Row($"in memory, 1,000,000 accounts, Uniform: the first five millions / the last five of {stored:N0} ids", $"{Median(few):N0} / {Median(rates.TakeLast(5)):N0} /s");
        Row($"memory for each of {stored:N0} ids", $"{(Memory() - before) / stored:N0} bytes");
    }

    static async Task Bulk(BookOptions options, int entries, (int Accounts, LedgerLoad.Choice Choice) kind)
    {
        await using var book = Book.Open(options);
        var load = await Open(book, kind);
        var (rates, times) = (new List<double>(), new List<double>());
        for (var run = 0; run < Runs; run++)
        {
            var batches = LedgerLoad.Batches(entries / Runs, Batch, load.Transfer);
            GC.Collect();
            rates.Add(await Post(book, batches, inFlight: 2));
        }
        var alone = LedgerLoad.Batches(entries / 4, Batch, load.Transfer);
        GC.Collect();
        foreach (var batch in alone)
        {
            var began = Stopwatch.GetTimestamp();
            RequirePosted(await book.Post(batch));
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        times.Sort();
        Row($"durable, two calls under way; {Name(kind)}", PerSecond(rates));
        _bulkRate = Median(rates);
        Row($"durable, one call after the other; {Name(kind)}: time of a call p50 / p99", $"{At(times, 0.5):N1} / {At(times, 0.99):N1} ms");
    }

    static double At(List<double> sorted, double share) => sorted[int.Min(sorted.Count - 1, (int)(sorted.Count * share))];

    static async Task OtherEntries(BookOptions options, int entries)
    {
        await using var book = Book.Open(options);
        var load = await Open(book, Kinds[2]);
        var (holds, ten) = (new List<double>(), new List<double>());
        for (var run = 0; run < Runs; run++)
        {
            var pairs = load.HoldsAndCaptures(entries / Runs).Chunk(Batch).ToArray();
            holds.Add(await Post(book, pairs, inFlight: 2));
            ten.Add(await Post(book, LedgerLoad.Batches(entries / Runs / 5, Batch / 5, load.TenLegs), inFlight: 2));
        }
        Row("durable, holds and their captures in turn; 1,000,000 accounts, Uniform", PerSecond(holds));
        Row("durable, entries of ten legs; 1,000,000 accounts, Uniform", $"{PerSecond(ten)} ({Median(ten) * 10:N0} legs/s)");
    }

    static async Task Limits(BookOptions options)
    {
        var limits = MachineProbe.Measure(options.Directory);
        Row("the machine: memory copied by one thread", $"{limits.MemoryBytes / (1 << 30):N1} GiB/s");
        Row("the machine: SHA-256 on one thread", $"{limits.HashBytes / (1 << 30):N2} GiB/s");
        Row("the machine: 2 MiB written and flushed at a time: rate; time p50 / p99", $"{limits.DiskBytes / (1 << 20):N0} MiB/s; {limits.FrameMilliseconds.P50:N1} / {limits.FrameMilliseconds.P99:N1} ms");
        Row("the machine: 4 KiB written and flushed, p50", $"{limits.FlushMicroseconds:N0} µs");
        var bytes = Layout.EntryHeader + (2 * Layout.LegBytes);
        Row("bulk rate that the disk alone would allow, two legs", $"{limits.DiskBytes / bytes:N0} /s");
        Row("the hash chain's part of a durable entry's time, if nothing ran beside it", $"{bytes / limits.HashBytes * _bulkRate:P0}");
        Row("the ledger's part of what the disk allows", $"{_bulkRate * bytes / limits.DiskBytes:P0}");
        var postgres = await PostgresProbe.TransactionsPerSecond(options.Directory);
        Row("PostgreSQL on the same disk, pgbench TPC-B-like, 8 clients", postgres is { } rate ? $"{rate:N0} /s" : "not installed");
    }

    static async Task Callers(BookOptions options)
    {
        await using var book = Book.Open(options);
        var load = await Open(book, Kinds[0]);
        foreach (var (callers, entries) in new[] { (1, 10_000), (64, 200_000), (512, 600_000), (1_000, 600_000) })
        {
            var work = Enumerable.Range(0, entries).Select(_ => (Entry[])[load.Transfer()]).ToArray();
            var times = new double[entries];
            var taken = -1;
            var watch = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
            {
                while (Interlocked.Increment(ref taken) is var mine && mine < entries)
                {
                    var began = Stopwatch.GetTimestamp();
                    RequirePosted(await book.Post(work[mine]));
                    times[mine] = Stopwatch.GetElapsedTime(began).TotalMicroseconds;
                }
            })));
            var sorted = times.Order().ToList();
            Row(
                $"durable, one awaited entry a call; {callers:N0} callers: rate; time of a call p50 / p99 / p99.9",
                $"{entries / watch.Elapsed.TotalSeconds:N0} /s; {At(sorted, 0.5):N0} / {At(sorted, 0.99):N0} / {At(sorted, 0.999):N0} µs");
        }
    }

    /// <summary>What a ledger of this many entries costs: memory, recovery, questions about the past, a full check.</summary>
    static async Task Stored(BookOptions options, int entries)
    {
        options = new BookOptions { Directory = options.Directory };
        LedgerLoad load;
        await using (var book = Book.Open(options))
        {
            var before = Memory();
            load = await Open(book, Kinds[2]);
            var opened = Memory();
            Row("memory for each of 1,000,000 accounts", $"{(opened - before) / 1_000_000:N0} bytes");
            var rates = new List<double>();
            const int Step = 1_000_000;
            for (var posted = 0; posted < entries; posted += Step)
            {
                rates.Add(await Post(book, LedgerLoad.Batches(Step, Batch, load.Transfer), inFlight: 2));
            }
            Row($"durable with snapshots, the first ten millions / the last ten of {entries:N0} stored entries", $"{Median(rates.Take(10)):N0} / {Median(rates.TakeLast(10)):N0} /s");
            Row($"memory for each of {entries:N0} stored entries", $"{(Memory() - opened) / entries:N0} bytes");
            await Questions(book, load);
        }
        foreach (var from in (string[])["a snapshot", "the beginning"])
        {
            await using (var book = Book.Open(options))
                Row($"recovery of {book.LastSequence:N0} entries from {from}, {book.Recovery.Bytes >> 20:N0} MiB of journal read", $"{book.Recovery.Duration.TotalSeconds:N1} s");
            foreach (var snapshot in Directory.EnumerateFiles(options.Directory, "snapshot-*")) File.Delete(snapshot);
        }
        var report = Book.Verify(options.Directory);
        Row($"full check of checksums, hash chain and every balance: {(report.IsSound ? "sound" : report.Damage)}", $"{report.Duration.TotalSeconds:N1} s");
    }

    static async Task Questions(Book book, LedgerLoad load)
    {
        var random = new Random(LedgerLoad.Seed);
        var first = (await book.Follow(0).FirstAsync()).PostedAt;
        var last = TimeProvider.System.GetUtcNow().UtcDateTime;
        await Time("history, the newest 100 of an account", 300, () => book.History(load.AnyAccount(), new HistoryQuery(Backward: true)).AsTask());
        await Time("history, 100 from a moment on", 300, () => book.History(load.AnyAccount(), new HistoryQuery(From: Between(first, last, random))).AsTask());
        await Time("balance of an account as of a moment", 1_000, () => book.BalanceAsOf(load.AnyAccount(), Between(first, last, random)).AsTask());
        await Time("an account with its balance now", 100_000, () => book.Find(load.AnyAccount()).AsTask());
        await Time("trial balance", 1_000, () => book.TrialBalance().AsTask());
    }

    static async Task<LedgerLoad> Open(Book book, (int Accounts, LedgerLoad.Choice Choice) kind)
    {
        var load = new LedgerLoad(kind.Accounts, kind.Choice, run: 2);
        await book.Open([.. load.AllAccounts()]);
        RequirePosted(await book.Post([.. load.Funding()]));
        return load;
    }

    /// <returns>Entries a second.</returns>
    static async Task<double> Post(Book book, Entry[][] batches, int inFlight)
    {
        var began = Stopwatch.GetTimestamp();
        var waiting = new Queue<Task<IReadOnlyList<EntryResult>>>();
        foreach (var batch in batches)
        {
            if (waiting.Count == inFlight) RequirePosted(await waiting.Dequeue());
            waiting.Enqueue(book.Post(batch));
        }
        foreach (var answer in waiting) RequirePosted(await answer);
        return batches.Sum(batch => batch.Length) / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    static async Task Time(string what, int times, Func<Task> query)
    {
        for (var i = 0; i < times / 10; i++) await query();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < times; i++) await query();
        Row(what, $"{watch.Elapsed.TotalMicroseconds / times:N1} µs");
    }

    static void RequirePosted(IReadOnlyList<EntryResult> results)
    {
        foreach (var result in results)
            if (!result.IsPosted) throw new InvalidOperationException($"Refused: {result}.");
    }

    /// <summary>Physical memory of the process after a collection.</summary>
    static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }

    static DateTime Between(DateTime first, DateTime last, Random random) => first.AddTicks(random.NextInt64((last - first).Ticks + 1));
}
