using Pujiang.Ledger.Simulator;
using static Pujiang.Ledger.Tests.TestBook;

namespace Pujiang.Ledger.Tests;

/// <summary>What the disk may do to a journal, byte by byte.</summary>
public class RecoveryTests
{
    const string Segment = "journal-000001";

    static BookOptions On(SimulatedDisk disk, int snapshotEvery = 0) => new()
    {
        Directory = "/",
        Disk = disk,
        SegmentBytes = 64 << 10,
        SnapshotEvery = snapshotEvery,
    };

    // A small journal, not closed cleanly, and how long it was when each entry was acknowledged.
    static async Task<(SimulatedDisk Disk, List<int> Ends)> SmallJournal(int entries)
    {
        var disk = new SimulatedDisk();
        await using var book = Book.Open(On(disk));
        await book.Open([Account(1, AccountKind.Asset, Limits.Unlimited), Account(2)]);
        var ends = new List<int>();
        for (var i = 1; i <= entries; i++)
        {
            Assert.True((await book.Post([Transfer(i, 1, 2, i)]))[0].IsPosted);
            ends.Add(FrameStarts(disk[Segment])[^1] + (int)Frame.LengthOf(disk[Segment].AsSpan(FrameStarts(disk[Segment])[^1])));
        }
        return (disk.Copy(), ends);
    }

    [Fact]
    public async Task Open_JournalCutAtAnyByte_KeepsAllThatWasAcknowledgedBefore()
    {
        var (disk, ends) = await SmallJournal(3);
        var whole = disk[Segment];
        for (var length = 0; length <= ends[^1] + 8; length++)
        {
            var cut = disk.Copy();
            cut[Segment] = whole[..length];
            await using var book = Book.Open(On(cut));
            Assert.Equal(ends.Count(end => end <= length), book.LastSequence);
            await book.Open([Account(1, AccountKind.Asset, Limits.Unlimited), Account(2)]);
            Assert.Equal(book.LastSequence + 1, (await book.Post([Transfer(9, 1, 2, 5)]))[0].Sequence);
        }
    }

    [Fact]
    public async Task Open_AnyByteOfAMiddleFrameFlipped_SaysWhereAndChangesNothing()
    {
        var (disk, _) = await SmallJournal(3);
        var whole = disk[Segment];
        var starts = FrameStarts(whole);
        var (start, end) = (starts[2], starts[3]);
        for (var at = start; at < end; at++)
        {
            var flipped = disk.Copy();
            flipped[Segment][at] ^= 0x10;
            var before = flipped[Segment].ToArray();
            var damaged = Assert.Throws<JournalDamagedException>(() => Book.Open(On(flipped)));
            Assert.Equal(start, damaged.Position);
            Assert.EndsWith(Segment, damaged.File, StringComparison.Ordinal);
            Assert.Equal(before, flipped[Segment]);
        }
    }

    [Fact]
    public async Task Open_AnyByteOfTheHeaderFlipped_IsDamage()
    {
        var (disk, _) = await SmallJournal(1);
        for (var at = 0; at < SegmentHeader.Bytes; at++)
        {
            var flipped = disk.Copy();
            flipped[Segment][at] ^= 1;
            Assert.Equal(0, Assert.Throws<JournalDamagedException>(() => Book.Open(On(flipped))).Position);
        }
    }

    [Fact]
    public async Task Open_LastFrameFlippedAfterCleanEnd_IsDamageAndNoTornWrite()
    {
        var (disk, _) = await SmallJournal(2);
        await using (var book = Book.Open(On(disk))) await book.Post([Transfer(3, 1, 2, 3)]);
        var lastEntry = FrameStarts(disk[Segment])[^2];
        disk[Segment][lastEntry + 100] ^= 1;
        Assert.Equal(lastEntry, Assert.Throws<JournalDamagedException>(() => Book.Open(On(disk))).Position);
    }

    [Fact]
    public async Task Open_TornTail_IsReportedAndWiped()
    {
        var (disk, _) = await SmallJournal(2);
        var starts = FrameStarts(disk[Segment]);
        var torn = starts[^1];
        disk[Segment].AsSpan(torn + 40, 20).Fill(7);
        await using (var book = Book.Open(On(disk)))
            Assert.Equal($"/{Segment}:{torn}", book.Recovery.TornTail);
        await using var again = Book.Open(On(disk));
        Assert.Null(again.Recovery.TornTail);
    }

    [Fact]
    public async Task Open_SegmentMissing_IsDamage()
    {
        var disk = new SimulatedDisk();
        await using (var book = Book.Open(On(disk)))
        {
            await book.Open([Account(1, AccountKind.Asset, Limits.Unlimited), Account(2)]);
            for (var i = 1; i < 800; i++) await book.Post([Transfer(i, 1, 2, i)]);
        }
        Assert.True(disk.List("").Count(name => name.StartsWith("journal", StringComparison.Ordinal)) > 2);
        disk.Delete("journal-000002");
        Assert.EndsWith("journal-000002", Assert.Throws<JournalDamagedException>(() => Book.Open(On(disk))).File, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_SnapshotDamaged_FallsBack()
    {
        var disk = new SimulatedDisk();
        for (var round = 0; round < 3; round++)
        {
            await using var book = Book.Open(On(disk, snapshotEvery: 5));
            await book.Open([Account(1, AccountKind.Asset, Limits.Unlimited), Account(2)]);
            for (var i = 1; i < 8; i++) await book.Post([Transfer(round * 10 + i, 1, 2, i)]);
        }
        var snapshots = disk.List("").Where(name => name.StartsWith("snapshot", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, snapshots.Length);
        Assert.Equal(snapshots[1], await SnapshotUsed(disk));
        disk[snapshots[1]][50] ^= 1;
        Assert.Equal(snapshots[0], await SnapshotUsed(disk));
        disk[snapshots[0]] = disk[snapshots[0]][..100];
        Assert.Null(await SnapshotUsed(disk));
    }

    static async Task<string?> SnapshotUsed(SimulatedDisk disk)
    {
        var copy = disk.Copy();
        await using var book = Book.Open(On(copy));
        Assert.Equal(21, book.LastSequence);
        Assert.Equal(84, (await book.Find(Id(2)))!.Posted);
        Assert.True((await book.Post([Transfer(21, 1, 2, 1)]))[0].Repeated);
        return book.Recovery.Snapshot;
    }

    [Fact]
    public async Task Post_FlushFails_StopsTheLedgerAndKeepsWhatWasAcknowledged()
    {
        var disk = new SimulatedDisk();
        await using (var book = Book.Open(On(disk)))
        {
            await book.Open([Account(1, AccountKind.Asset, Limits.Unlimited), Account(2)]);
            await book.Post([Transfer(1, 1, 2, 100)]);
            disk.FlushesLeft = 0;
            await Assert.ThrowsAsync<LedgerStoppedException>(() => book.Post([Transfer(2, 1, 2, 100)]));
            await Assert.ThrowsAsync<LedgerStoppedException>(() => book.Post([Transfer(3, 1, 2, 100)]));
            await Assert.ThrowsAsync<LedgerStoppedException>(async () => await book.Find(Id(2)));
            await Assert.ThrowsAsync<LedgerStoppedException>(async () => await book.Follow(1).FirstAsync());
        }
        var left = disk.AfterPowerFailure(new Dice(1));
        await using var again = Book.Open(On(left));
        Assert.True((await again.Post([Transfer(1, 1, 2, 100)]))[0].Repeated);
    }

    [Fact]
    public async Task PowerFailure_AtAnyMoment_LosesNothingAcknowledged()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var dice = new Dice(seed);
            var disk = new SimulatedDisk();
            var acknowledged = new HashSet<int>();
            for (var life = 0; life < 3; life++)
            {
                await LiveUntilFlushFails(disk, dice, life, acknowledged);
                disk = disk.AfterPowerFailure(dice);
            }
            await using var book = Book.Open(On(disk));
            Assert.Equal(book.LastSequence, await book.Follow(0).Take((int)book.LastSequence).Select(entry => entry.Entry.Id).Distinct().CountAsync());
            foreach (var id in acknowledged) Assert.NotNull(await book.FindEntry(TestBook.EntryId(id)));
        }
    }

    // Found by the simulator: the restart showed what only the operating system had, and a power failure took it away again.
    [Theory]
    [InlineData(FaultKind.FlushFails)]
    [InlineData(FaultKind.ProcessKill)]
    public async Task Open_AfterALastFrameThatWasNotFlushed_ShowsItOnlyWhenItIsDurable(FaultKind fault)
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var dice = new Dice(seed);
            var disk = new SimulatedDisk();
            await using (var book = Book.Open(On(disk)))
            {
                await book.Open([Account(1, AccountKind.Asset, Limits.Unlimited), Account(2)]);
                // The kill comes right behind the write.
                disk.Arm(fault, 0, inBackground: false, isAfterwards: true, seed);
                await Assert.ThrowsAsync<LedgerStoppedException>(() => book.Post([Transfer(1, 1, 2, 100)]));
            }
            disk = disk.AfterKill(dice);
            bool isThere;
            await using (var book = Book.Open(On(disk)))
            {
                isThere = book.LastSequence == 1;
                if (isThere) Assert.True((await book.Post([Transfer(1, 1, 2, 100)]))[0].Repeated);
                disk.End(FaultKind.PowerFailure);
            }
            await using var after = Book.Open(On(disk.AfterPowerFailure(dice)));
            Assert.Equal(isThere ? 1 : 0, after.LastSequence);
        }
    }

    static async Task LiveUntilFlushFails(SimulatedDisk disk, Dice dice, int life, HashSet<int> acknowledged)
    {
        disk.FlushesLeft = dice.Between(3, 24);
        try
        {
            await using var book = Book.Open(On(disk, snapshotEvery: 6));
            await book.Open([Account(1, AccountKind.Asset, Limits.Unlimited), Account(2)]);
            for (var i = 1; i < 40; i++)
            {
                var ids = Enumerable.Range(life * 1000 + i * 10, dice.Between(1, 5)).ToArray();
                await book.Post([.. ids.Select(id => Transfer(id, 1, 2, id))]);
                acknowledged.UnionWith(ids);
            }
        }
        catch (LedgerStoppedException)
        {
            // The disk failed, as it was told to.
        }
        catch (IOException)
        {
            // It failed while the book was being opened.
        }
    }

    static List<int> FrameStarts(byte[] segment)
    {
        var starts = new List<int>();
        for (var at = SegmentHeader.Bytes; Frame.LengthOf(segment.AsSpan(at)) > 0; at += (int)Frame.LengthOf(segment.AsSpan(at))) starts.Add(at);
        return starts;
    }
}
