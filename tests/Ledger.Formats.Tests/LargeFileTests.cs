namespace Pujiang.Ledger.Formats.Tests;

/// <summary>Files far larger than the memory that reading and writing them takes.</summary>
[Collection(nameof(Alone))]
public sealed class LargeFileTests
{
    /// <summary>Memory is that of the process: no other test may run beside.</summary>
    [CollectionDefinition(nameof(Alone), DisableParallelization = true)]
    public sealed class Alone;

    const int Entries = 60_000;

    [Theory]
    [InlineData(LedgerFormat.Hledger)]
    [InlineData(LedgerFormat.Beancount)]
    [InlineData(LedgerFormat.Csv)]
    [InlineData(LedgerFormat.Parquet)]
    public async Task ExportAndImport_OfALargeLedger_StayInBoundedMemory(LedgerFormat format)
    {
        using var folder = new TestFolder();
        await Build(folder["a"]);
        var (highest, before) = (0L, GC.GetTotalMemory(forceFullCollection: true));
        var watch = new Watch(() => highest = long.Max(highest, GC.GetTotalMemory(forceFullCollection: true) - before));

        await using (var book = Book.Open(new BookOptions { Directory = folder["a"] }))
        await using (var output = File.Create(folder["file"]))
            Assert.Equal(Entries, (await LedgerExport.Write(book, format, output, progress: watch)).Entries);
        var read = await LedgerImport.IntoFolder(folder["file"], format, folder["b"], progress: watch);

        Assert.Equal(Entries, read.Posted);
        Assert.True(watch.Count >= 2 * (Entries / 10_000 - 1), "The memory was looked at too rarely.");
        // 60,000 entries with 500 bytes of text each: as objects they would take more than 70 MB. The ledger itself has 20 at work.
        Assert.True(highest < 45 << 20, $"{highest >> 20} MiB while the file has {new FileInfo(folder["file"]).Length >> 20} MiB.");
    }

    static async Task Build(string folder)
    {
        await using var book = Book.Open(new BookOptions { Directory = folder });
        var accounts = Enumerable.Range(1, 100).Select(i => new Account
        {
            Id = new AccountId(new Guid(i, 0, 0, new byte[8])),
            Asset = new Asset("CNY", 2),
            Kind = AccountKind.Liability,
            ChartCode = "2011",
            Limits = Limits.Unlimited,
        }).ToArray();
        await book.Open(accounts);
        foreach (var chunk in Enumerable.Range(1, Entries).Chunk(10_000))
            await book.Post([.. chunk.Select(i => new Entry
            {
                Id = new EntryId(new Guid(i, 1, 0, new byte[8])),
                ValueDate = new DateOnly(2026, 1, 1).AddDays(i / 1000),
                Legs = [Leg.Debit(accounts[i % 100].Id, i), Leg.Credit(accounts[(i + 1) % 100].Id, i)],
                Metadata = $"{i} {new string('x', 500)}",
            })]);
    }

    sealed class Watch(Action look) : IProgress<long>
    {
        public int Count { get; private set; }

        public void Report(long value)
        {
            Count++;
            look();
        }
    }
}
