using Pujiang.Ledger.Simulator;
using static Pujiang.Ledger.Tests.TestBook;

namespace Pujiang.Ledger.Tests;

/// <summary>Old segments on another disk: still read and proved there, and missed by nobody but those who ask for them.</summary>
public sealed class PruneTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("ledger-prune-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    string Cold => Path.Combine(_folder, "cold");

    static BookOptions Small(BookOptions options) => options with { SegmentBytes = 64 << 10, SnapshotEvery = 500 };

    /// <summary>A day for each hundred entries.</summary>
    static async Task Fill(Book book, Action day, int from, int count)
    {
        await book.Open([Account(1, AccountKind.Asset, Limits.Unlimited), Account(2), Account(3)]);
        for (var i = from; i < from + count; i += 100)
        {
            await book.Post([.. Enumerable.Range(i, 100).Select(id => Transfer(id, 1, 2 + id % 2, id))]);
            day();
        }
    }

    static Task Fill(TestBook test, int from, int count) => Fill(test.Book, () => test.Time.Advance(TimeSpan.FromDays(1)), from, count);

    static IEnumerable<string> Segments(string folder) => Directory.EnumerateFiles(folder, "journal-*").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    [Fact]
    public async Task Prune_WhileInUse_MovesOldSegmentsAndEverythingIsStillAnswered()
    {
        await using var test = New(Small);
        await Fill(test, 1, 2_000);
        var all = Segments(test.Directory).ToArray();
        var history = (await test.Book.History(Id(2), new HistoryQuery(Take: 2_000))).Lines.Select(line => line.Posted.Sequence).ToArray();

        var report = Book.Prune(test.Directory, Cold, Start.AddDays(8));

        Assert.NotEmpty(Segments(Cold));
        Assert.Equal(all, Segments(Cold).Concat(Segments(test.Directory)));
        Assert.InRange(report.Entries, 1, 800);
        Assert.True(report.LastPostedAt < Start.AddDays(8));
        await Check();
        await test.Restart(Small);
        Assert.NotNull(test.Book.Recovery.Snapshot);
        await Check();

        async Task Check()
        {
            Assert.Equal(history, (await test.Book.History(Id(2), new HistoryQuery(Take: 2_000))).Lines.Select(line => line.Posted.Sequence));
            Assert.Equal(1, (await test.Book.FindEntry(EntryId(1)))!.Sequence);
            Assert.True((await test.Post(Transfer(1, 1, 3, 1))).Repeated);
            Assert.Equal(EntryStatus.IdUsedWithOtherContent, (await test.Post(Transfer(1, 1, 3, 2))).Status);
            Assert.Equal(2_000, await test.Book.Follow(0).Take(2_000).CountAsync());
            var verified = Book.Verify(test.Directory);
            Assert.True(verified.IsSound, verified.Damage);
            Assert.Equal((2_000L, 0), (verified.Entries, verified.OutOfReach));
        }
    }

    [Fact]
    public async Task Prune_Again_MovesMoreIntoTheSameFolderOnly()
    {
        await using var test = New(Small);
        await Fill(test, 1, 2_000);
        var first = Book.Prune(test.Directory, Cold, Start.AddDays(8));
        Assert.Equal(first, Book.Prune(test.Directory, Cold, Start.AddDays(8)));
        await Fill(test, 2_001, 3_000);

        Assert.Throws<IOException>(() => Book.Prune(test.Directory, Cold + "-other", Start.AddDays(30)));
        var second = Book.Prune(test.Directory, Cold, Start.AddDays(30));

        Assert.InRange(second.Entries, first.Entries + 1, 3_000);
        Assert.True(Book.Verify(test.Directory).IsSound);
        Assert.Equal(1, (await test.Book.FindEntry(EntryId(1)))!.Sequence);
    }

    [Fact]
    public async Task Prune_IntoAFolderWithinTheLedger_Works()
    {
        await using var test = New(Small);
        await Fill(test, 1, 2_000);
        Book.Prune(test.Directory, Path.Combine(test.Directory, "cold"), Start.AddDays(8));
        await test.Restart(Small);
        Assert.Equal(1, (await test.Book.FindEntry(EntryId(1)))!.Sequence);
        Assert.True(Book.Verify(test.Directory).IsSound);
    }

    [Fact]
    public async Task Prune_WithoutSnapshot_MovesNothing()
    {
        await using var test = New(options => options with { SegmentBytes = 64 << 10, SnapshotEvery = 0 });
        await Fill(test, 1, 2_000);
        Assert.Equal(0, Book.Prune(test.Directory, Cold, Start.AddDays(100)).Entries);
        Assert.Empty(Segments(Cold));
    }

    [Fact]
    public async Task Prune_IntoTheColdFilesOfAnotherLedger_IsRefused()
    {
        await using var test = New(Small);
        await using var other = New(Small);
        await Fill(test, 1, 4_000);
        await Fill(other, 5_001, 2_000);
        Book.Prune(test.Directory, Cold, Start.AddDays(40));
        var all = Segments(other.Directory).ToArray();
        Assert.Throws<IOException>(() => Book.Prune(other.Directory, Cold, Start.AddDays(60)));
        // Nor into itself, or into a folder with other files.
        Assert.Throws<IOException>(() => Book.Prune(other.Directory, other.Directory, Start.AddDays(60)));
        Assert.Throws<IOException>(() => Book.Prune(other.Directory, test.Directory, Start.AddDays(60)));
        Assert.Equal(all, Segments(other.Directory));
        Assert.True(Book.Verify(other.Directory).IsSound);
        Assert.True(Book.Verify(test.Directory).IsSound);
    }

    [Fact]
    public async Task ColdFiles_OutOfReach_AreMissedOnlyByThoseWhoAskForThem()
    {
        await using var test = New(Small);
        await Fill(test, 1, 2_000);
        var cold = Book.Prune(test.Directory, Cold, Start.AddDays(8));
        Directory.Move(Cold, Cold + "-away");
        await test.Restart(Small);

        Assert.True((await test.Post(Transfer(9_000, 1, 2, 1))).IsPosted);
        Assert.Equal(2_000, (await test.Book.FindEntry(EntryId(2_000)))!.Sequence);
        var missing = await Assert.ThrowsAsync<HistoryOutOfReachException>(async () => await test.Book.FindEntry(EntryId(1)));
        Assert.Contains(Path.Combine(test.Directory, "cold.txt"), missing.Message, StringComparison.Ordinal);

        // A call that needs it fails as a whole group or entry, what stood before it is posted, and the ledger goes on.
        await Assert.ThrowsAsync<HistoryOutOfReachException>(() => test.Book.Post(
            [Transfer(9_001, 1, 2, 5), Transfer(9_002, 1, 2, 7) with { Linked = true }, Transfer(1, 1, 3, 1), Transfer(9_003, 1, 2, 9)]));
        Assert.NotNull(await test.Book.FindEntry(EntryId(9_001)));
        Assert.Null(await test.Book.FindEntry(EntryId(9_002)));
        Assert.Null(await test.Book.FindEntry(EntryId(9_003)));

        var verified = Book.Verify(test.Directory);
        Assert.True(verified.IsSound, verified.Damage);
        Assert.Equal((2_002L, Directory.GetFiles(Cold + "-away").Length, cold.Chain), (verified.Entries, verified.OutOfReach, verified.Before));

        // Back at another place, which the text file names.
        await File.WriteAllTextAsync(Path.Combine(test.Directory, "cold.txt"), Cold + "-away");
        Assert.True((await test.Book.Post(
            [Transfer(9_001, 1, 2, 5), Transfer(9_002, 1, 2, 7) with { Linked = true }, Transfer(1, 1, 3, 1)])).All(answer => answer.IsPosted));
        Assert.Equal(0, Book.Verify(test.Directory).OutOfReach);
    }

    [Fact]
    public async Task ColdFile_WithAFlippedBit_IsTold()
    {
        await using var test = New(Small);
        await Fill(test, 1, 2_000);
        Book.Prune(test.Directory, Cold, Start.AddDays(8));
        var file = Path.Combine(Cold, Segments(Cold).First());
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[5_000] ^= 4;
        await File.WriteAllBytesAsync(file, bytes);
        Assert.Contains(file, Book.Verify(test.Directory).Damage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_OfAPrunedLedger_HoldsAllOfIt()
    {
        await using var test = New(Small);
        await Fill(test, 1, 2_000);
        Book.Prune(test.Directory, Cold, Start.AddDays(8));
        var to = Path.Combine(_folder, "copy");
        Assert.Equal(2_000, Book.Backup(test.Directory, to).Entries);
        Assert.Equal(700, Book.Restore(test.Directory, to + "-700", 700).Entries);
        await Fill(test, 2_001, 100);
        Assert.Equal(2_100, Book.Backup(test.Directory, to).Entries);
    }

    // Cold and hot lie on two disks that fail together.
    [Fact]
    public async Task Prune_PowerFailsAtAnyMoment_LosesNothing()
    {
        var (hot, cold) = (new SimulatedDisk(), new SimulatedDisk());
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(Start);
        await using (var book = Book.Open(On(new TwoDisks(hot, cold), time)))
        {
            await Fill(book, () => time.Advance(TimeSpan.FromDays(1)), 1, 1_500);
            // The snapshot is taken beside.
            for (var tries = 0; tries < 500 && Snapshot.In(hot, "/").FirstOrDefault() is null; tries++) await Task.Delay(10);
        }
        var dice = new Dice(20_261_124);
        var failures = new List<TwoDisks>();
        hot.Log = cold.Log = (_, _, _, _) => failures.Add(new TwoDisks(hot.AfterPowerFailure(dice), cold.AfterPowerFailure(dice)));

        Assert.NotEqual(0, Copies.Prune(new TwoDisks(hot, cold), "/", "/elsewhere", Start.AddDays(9)).Entries);
        (hot.Log, cold.Log) = (null, null);

        Assert.InRange(failures.Count, 10, 10_000);
        foreach (var disks in failures)
        {
            await using var book = Book.Open(On(disks, time));
            Assert.Equal(1_500, book.LastSequence);
            Assert.Equal(Enumerable.Range(1, 1_500).Select(each => (long)each), await book.Follow(0).Take(1_500).Select(entry => entry.Sequence).ToListAsync());
            Assert.NotEqual(0, Copies.Prune(disks, "/", "/elsewhere", Start.AddDays(9)).Entries);
            Assert.True(Verification.Of("/", time, disks).IsSound);
        }
    }

    static BookOptions On(IDisk disk, TimeProvider time) => new() { Directory = "/", Disk = disk, Time = time, SegmentBytes = 64 << 10, SnapshotEvery = 1_000 };

    /// <summary>Two folders, each with a disk of its own.</summary>
    sealed class TwoDisks(SimulatedDisk hot, SimulatedDisk cold) : IDisk
    {
        IDisk Of(string path) => path.StartsWith("/elsewhere", StringComparison.Ordinal) ? cold : hot;

        public void CreateDirectory(string directory) => Of(directory).CreateDirectory(directory);
        public IReadOnlyList<string> List(string directory) => Of(directory).List(directory);
        public IDiskFile Open(string path, FileUse use) => Of(path).Open(path, use);
        public void Rename(string from, string to) => Of(from).Rename(from, to);
        public void Delete(string path) => Of(path).Delete(path);
        public void FlushDirectory(string directory) => Of(directory).FlushDirectory(directory);
        public IDisposable Lock(string path) => Of(path).Lock(path);
    }
}
