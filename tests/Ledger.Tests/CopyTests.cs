using static Pujiang.Ledger.Tests.TestBook;

namespace Pujiang.Ledger.Tests;

/// <summary>Backups of a ledger that is in use, and restores to any entry.</summary>
public class CopyTests
{
    static async Task<TestBook> WithEntries(int entries, Func<BookOptions, BookOptions>? change = null)
    {
        var test = New(change);
        await test.Book.Open([Account(1, AccountKind.Asset, Limits.Unlimited), Account(2), Account(3)]);
        for (var i = 1; i <= entries; i += 7)
        {
            test.Time.Advance(TimeSpan.FromMinutes(1));
            await test.Book.Post([.. Enumerable.Range(i, int.Min(7, entries - i + 1)).Select(each => Transfer(each, 1, 2, each) with { Reference = $"r/{each % 3}" })]);
        }
        return test;
    }

    static string NewFolder() => Path.Combine(Path.GetTempPath(), $"ledger-copy-{Guid.NewGuid():N}");

    [Fact]
    public async Task Backup_OfALedgerInUse_IsALedgerOfItsOwnAndGrowsWithIt()
    {
        await using var test = await WithEntries(500, options => options with { SegmentBytes = 64 << 10 });
        var to = NewFolder();
        using var stop = new CancellationTokenSource();
        var load = Task.Run(async () =>
        {
            for (var i = 1000; !stop.IsCancellationRequested; i += 3)
                await test.Book.Post([Transfer(i, 1, 2, 1), Transfer(i + 1, 1, 2, 1), Transfer(i + 2, 1, 3, 1)]);
        });
        try
        {
            for (var backup = 0; backup < 10; backup++)
            {
                var before = test.Book.LastSequence;
                var report = Book.Backup(test.Directory, to);
                // What is just being written may be in the copy before the book tells of it.
                Assert.InRange(report.Entries, before, test.Book.LastSequence + 3);
                var check = Book.Verify(to);
                Assert.True(check.IsSound, check.Damage);
                Assert.Equal((report.Entries, report.Chain), (check.Entries, check.Chain));
            }
        }
        finally
        {
            await stop.CancelAsync();
            await load;
        }
        await using (var copy = Book.Open(new BookOptions { Directory = to, Time = test.Time, SegmentBytes = 64 << 10 }))
            Assert.True((await copy.Post([Transfer(999, 1, 2, 1)]))[0].IsPosted);
        // It has gone its own way, and the next backup does not overwrite it.
        Assert.Throws<IOException>(() => Book.Backup(test.Directory, to));
        Directory.Delete(to, recursive: true);
    }

    [Fact]
    public async Task Restore_ToEveryEntry_IsTheLedgerRightAfterIt()
    {
        await using var test = await WithEntries(40);
        var balances = new List<long>();
        await foreach (var entry in test.Book.Follow(0))
        {
            balances.Add((balances.Count > 0 ? balances[^1] : 0) + entry.Entry.Legs[0].Amount);
            if (entry.Sequence == 40) break;
        }
        for (var until = 1; until <= 40; until++)
        {
            var to = NewFolder();
            var report = Book.Restore(test.Directory, to, until);
            Assert.Equal(until, report.Entries);
            Assert.True(Book.Verify(to).IsSound);
            await using (var book = Book.Open(new BookOptions { Directory = to, Time = test.Time, SegmentBytes = 1 << 20 }))
            {
                Assert.Equal(balances[until - 1], (await book.Find(Id(2)))!.Posted);
                // What comes after is another history.
                Assert.True((await book.Post([Transfer(7000 + until, 2, 3, 1)]))[0].IsPosted);
                Assert.Equal((until + 2) / 3, (await book.FindByReference("r/1")).Entries.Count);
            }
            Assert.True(Book.Verify(to).IsSound);
            Directory.Delete(to, recursive: true);
        }
    }

    [Fact]
    public async Task Restore_ToATime_HasWhatWasPostedUntilThen()
    {
        await using var test = await WithEntries(40);
        var to = NewFolder();
        var report = Book.Restore(test.Directory, to, Start.AddMinutes(2));
        Assert.Equal((14, Start.AddMinutes(2)), (report.Entries, report.LastPostedAt));
        Assert.Throws<IOException>(() => Book.Restore(test.Directory, to, 3));
        Directory.Delete(to, recursive: true);
    }

    [Fact]
    public async Task Backup_IntoAnotherLedger_IsRefused()
    {
        await using var test = await WithEntries(10);
        await using var other = await WithEntries(20);
        await other.Book.Post([Transfer(100, 1, 2, 1)]);
        var to = NewFolder();
        Book.Backup(other.Directory, to);
        Assert.Throws<IOException>(() => Book.Backup(test.Directory, to));
        // Over itself, it would take the journal away under the book that writes it.
        Assert.Throws<IOException>(() => Book.Backup(test.Directory, test.Directory));
        Assert.True((await test.Post(Transfer(50, 1, 2, 1))).IsPosted);
        Assert.Throws<DirectoryNotFoundException>(() => Book.Backup(to + "-missing", to));
        Directory.Delete(to, recursive: true);
    }
}
