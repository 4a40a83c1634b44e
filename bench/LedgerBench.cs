using System.Diagnostics;
using Pujiang.Ledger;

namespace Pujiang.Bench;

/// <summary>The ledger's speed: transfers of two legs between accounts that a Pareto law chooses, all checks on.</summary>
static class LedgerBench
{
    const int Accounts = 10_000;
    const int Batch = 8_190;
    const int Seed = 20260301;

    static readonly Asset Cny = new("CNY", 2);

    public static async Task<int> Run(int entries)
    {
        Circumstances.Print($"{entries:N0} transfers of two legs, {Accounts:N0} accounts chosen by a Pareto law (80 % by 20 %), seed {Seed}, batches of {Batch:N0}");
        var directory = Directory.CreateTempSubdirectory("bench-ledger-").FullName;
        try
        {
            Row("what", "result");
            Row("---", "---:");
            InMemory(entries);
            var options = new BookOptions { Directory = directory, SnapshotEvery = 0 };
            if (entries == 1_000_000) return 0;
            await Bulk(options, entries);
            await Callers(options);
            await Recovery(options);
            await Queries(options);
            Verify(directory);
            return 0;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    static void Row(string what, string result) => Console.WriteLine($"| {what} | {result} |");

    static string PerSecond(long count, TimeSpan time) => $"{count * TimeSpan.TicksPerSecond / time.Ticks:N0} /s";

    static void InMemory(int entries)
    {
        foreach (var accounts in (int[])[10_000, 1_000_000])
            foreach (var choice in Enum.GetValues<LedgerLoad.Choice>())
            {
                var load = new LedgerLoad(accounts, choice, run: 1);
                var bench = new StateMachineBench();
                bench.Open(load.AllAccounts());
                bench.Post(new Commands([.. load.Funding()]));
                var rates = new List<double>();
                for (var run = 0; run < 5; run++)
                {
                    var commands = LedgerLoad.Batches(entries / 5, Batch, load.Transfer).Select(batch => new Commands(batch)).ToArray();
                    GC.Collect();
                    var began = Stopwatch.GetTimestamp();
                    foreach (var batch in commands) bench.Post(batch);
                    rates.Add(commands.Length * Batch / Stopwatch.GetElapsedTime(began).TotalSeconds);
                    foreach (var batch in commands) batch.Return();
                }
                Row($"state machine alone, in memory, one thread; {accounts:N0} accounts, {choice}", $"{rates.Order().ElementAt(2):N0} /s");
            }
    }

    static async Task Bulk(BookOptions options, int entries)
    {
        await using var book = Book.Open(options);
        await book.Open(AllAccounts());
        var allocatedBefore = GC.GetTotalMemory(forceFullCollection: true);
        // Two calls under way, so that one gathers while the other is flushed. Making the entries is part of the time.
        var watch = Stopwatch.StartNew();
        var before = Task.FromResult<IReadOnlyList<EntryResult>>([]);
        foreach (var batch in Batches(entries, kind: 2))
        {
            var next = book.Post(batch);
            RequirePosted(await before);
            before = next;
        }
        RequirePosted(await before);
        Row($"durable, batches of {Batch:N0}", PerSecond(entries, watch.Elapsed));
        var perEntry = (GC.GetTotalMemory(forceFullCollection: true) - allocatedBefore) / entries;
        Row("memory kept per entry (ids and marks)", $"{perEntry:N0} bytes");
    }

    static async Task Callers(BookOptions options)
    {
        await using var book = Book.Open(options);
        var random = new Random(Seed);
        var next = 0;
        foreach (var (callers, entries) in new[] { (1, 5_000), (64, 100_000), (512, 300_000) })
        {
            var work = Enumerable.Range(0, entries).Select(_ => AnyTransfer(random, 3, next++)).ToArray();
            var taken = -1;
            var watch = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
            {
                while (Interlocked.Increment(ref taken) is var mine && mine < entries) RequirePosted(await book.Post([work[mine]]));
            })));
            var mean = watch.Elapsed.TotalMicroseconds * callers / entries;
            Row($"one awaited entry a call, {callers} callers", $"{PerSecond(entries, watch.Elapsed)}, {mean:N0} µs each");
        }
    }

    static async Task Recovery(BookOptions options)
    {
        await using (var book = Book.Open(options with { SnapshotEvery = 1 }))
        {
            var report = book.Recovery;
            Row($"recovery, full replay of {report.Entries:N0} entries ({report.Bytes >> 20:N0} MiB)", $"{report.Duration.TotalSeconds:N2} s");
            await book.Post([AnyTransfer(new Random(1), 4, 1)]);
        }
        await using var again = Book.Open(options);
        Row($"recovery from {again.Recovery.Snapshot ?? "no snapshot"}", $"{again.Recovery.Duration.TotalSeconds:N2} s");
    }

    static async Task Queries(BookOptions options)
    {
        await using var book = Book.Open(options);
        var random = new Random(Seed);
        var last = (await book.FindEntry(Transfer(4, 0, 1, 1).Id))!.PostedAt;
        var first = (await book.Follow(0).FirstAsync()).PostedAt;
        var busiest = Id(0);
        await Time("history page of 100, newest first", 300, () => book.History(Any(random), new HistoryQuery(Backward: true)).AsTask());
        await Time("history page of 100, from the middle", 300, () => book.History(
            Any(random), new HistoryQuery(From: Between(first, last, random))).AsTask());
        await Time("balance as of a random moment, random account", 1000, () => book.BalanceAsOf(Any(random), Between(first, last, random)).AsTask());
        await Time("the same, the busiest account", 1000, () => book.BalanceAsOf(busiest, Between(first, last, random)).AsTask());
        await Time("account with its balance now", 100_000, () => book.Find(Any(random)).AsTask());
        await Time("trial balance", 1000, () => book.TrialBalance().AsTask());
    }

    static void Verify(string directory)
    {
        var report = Book.Verify(directory);
        Row($"full check (checksums, hash chain, every balance): {(report.IsSound ? "sound" : report.Damage)}", $"{report.Duration.TotalSeconds:N2} s");
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

    static DateTime Between(DateTime first, DateTime last, Random random) => first.AddTicks(random.NextInt64((last - first).Ticks + 1));

    static AccountId Id(int number) => new(new Guid(number + 1, 1, 0, new byte[8]));

    static AccountId Any(Random random) => Id(Pareto(random));

    /// <summary>Four out of five choices fall on one out of five accounts, at every scale.</summary>
    static int Pareto(Random random)
    {
        var (low, size) = (0, Accounts);
        while (size >= 5)
        {
            var head = size / 5;
            if (random.Next(5) > 0)
            {
                size = head;
                continue;
            }
            (low, size) = (low + head, size - head);
            break;
        }
        return low + random.Next(size);
    }

    static Account[] AllAccounts() =>
    [
        .. Enumerable.Range(0, Accounts).Select(number => new Account
        {
            Id = Id(number),
            Asset = Cny,
            Kind = AccountKind.Liability,
            ChartCode = "2011",
            Limits = new Limits(Overdraft: long.MaxValue / 2),
        }),
    ];

    static IEnumerable<Entry[]> Batches(int entries, int kind)
    {
        var random = new Random(Seed);
        for (var made = 0; made < entries; made += Batch)
            yield return [.. Enumerable.Range(made, int.Min(Batch, entries - made)).Select(number => AnyTransfer(random, kind, number))];
    }

    static Entry AnyTransfer(Random random, int kind, int number)
    {
        var from = Pareto(random);
        var to = Pareto(random);
        return Transfer(kind, from, from == to ? (to + 1) % Accounts : to, number);
    }

    static Entry Transfer(int kind, int from, int to, int number) => new()
    {
        Id = new EntryId(new Guid(number, (short)kind, 2, new byte[8])),
        ValueDate = new DateOnly(2026, 3, 1),
        Code = 1,
        Legs = [Leg.Debit(Id(from), 1 + number % 1000), Leg.Credit(Id(to), 1 + number % 1000)],
    };
}
