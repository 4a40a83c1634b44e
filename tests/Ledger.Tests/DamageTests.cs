using Pujiang.Ledger.Simulator;
using static Pujiang.Ledger.Tests.TestBook;

namespace Pujiang.Ledger.Tests;

/// <summary>
/// Every byte of the tail and every bit of the files: either all that was acknowledged is there, or the damage is told with file
/// and position and nothing is changed.
/// </summary>
public class DamageTests
{
    const string First = "journal-000001";

    static BookOptions On(SimulatedDisk disk, int snapshotEvery = 0) =>
        new() { Directory = "/", Disk = disk, SegmentBytes = 64 << 10, SnapshotEvery = snapshotEvery };

    /// <summary>A ledger in which everything occurs that a journal can hold; how long the journal was at each answer, and the entries until then.</summary>
    static async Task<(SimulatedDisk Disk, List<(int Bytes, long Entries)> Answered)> Small(bool isClosed)
    {
        var disk = new SimulatedDisk();
        var answered = new List<(int, long)> { (0, 0) };
        var book = Book.Open(On(disk));
        await book.Open([Account(1, AccountKind.Asset, Limits.Unlimited), Account(2), Account(3)]);
        Answered();
        await book.Post([Transfer(1, 1, 2, 500) with { Reference = "r/1", Metadata = "目的" }, Transfer(2, 1, 3, 40)]);
        Answered();
        await book.SetLimits(Id(3), new Limits(FrozenAmount: 10));
        await book.Post([Transfer(3, 2, 3, 9999), Transfer(4, 2, 3, 100) with { Action = EntryAction.Hold }]);
        Answered();
        await book.ClosePeriod(new DateOnly(2026, 2, 1));
        await book.Post([Transfer(5, 2, 3, 30) with { Action = EntryAction.Capture, Hold = EntryId(4) }]);
        Answered();
        await book.Post([Transfer(6, 1, 2, 1) with { Linked = true }, Transfer(7, 1, 2, 2)]);
        Answered();
        if (isClosed) await book.DisposeAsync();
        var copy = disk.Copy();
        await book.DisposeAsync();
        return (copy, answered);

        void Answered() => answered.Add((End(disk[First]), book.LastSequence));
    }

    static int End(byte[] segment)
    {
        var at = SegmentHeader.Bytes;
        while (at + Frame.HeaderBytes <= segment.Length && Frame.LengthOf(segment.AsSpan(at)) > 0) at += (int)Frame.LengthOf(segment.AsSpan(at));
        return at;
    }

    public enum Ruin
    {
        Cut,
        Zeros,
        Garbage,
        GarbageSector,
    }

    [Theory]
    [InlineData(Ruin.Cut)]
    [InlineData(Ruin.Zeros)]
    [InlineData(Ruin.Garbage)]
    [InlineData(Ruin.GarbageSector)]
    public async Task Open_TailRuinedFromAnyByteOn_KeepsAllThatWasAnsweredBefore(Ruin ruin)
    {
        var (disk, answered) = await Small(isClosed: false);
        var whole = disk[First];
        for (var from = 0; from <= End(whole) + 16; from++)
        {
            var ruined = disk.Copy();
            ruined[First] = Ruined(whole, from, ruin);
            // Zeros over zeros change nothing.
            var expected = answered.FindLast(answer => whole.AsSpan(0, answer.Bytes).SequenceEqual(ruined[First].AsSpan(0, int.Min(answer.Bytes, ruined[First].Length))));
            try
            {
                await using var book = Book.Open(On(ruined));
                Assert.Equal(expected.Entries, book.LastSequence);
                Assert.True((await book.Open([Account(1, AccountKind.Asset, Limits.Unlimited), Account(2)])).All(status => status == OpenStatus.Opened));
                Assert.Equal(expected.Entries + 1, (await book.Post([Transfer(99, 1, 2, 5)]))[0].Sequence);
            }
            catch (JournalDamagedException damaged)
            {
                // A sector of garbage in the middle leaves sound frames behind it, which tell that it is damage.
                Assert.Equal(Ruin.GarbageSector, ruin);
                Assert.EndsWith(First, damaged.File, StringComparison.Ordinal);
                Assert.InRange(damaged.Position, 0, from);
                Assert.Equal(Ruined(whole, from, ruin), ruined[First]);
            }
        }
    }

    static byte[] Ruined(byte[] whole, int from, Ruin ruin)
    {
        if (ruin == Ruin.Cut) return whole[..from];
        var bytes = whole.ToArray();
        var rest = bytes.AsSpan(from);
        if (ruin == Ruin.GarbageSector) rest = rest[..int.Min(rest.Length, SimulatedDisk.Sector)];
        if (ruin == Ruin.Zeros) rest.Clear();
        else
        {
            var dice = new Dice(from);
            foreach (ref var each in rest) each = (byte)dice.Between(1, 255);
        }
        return bytes;
    }

    [Fact]
    public async Task Open_AnyByteOfTheJournalFlipped_IsDamageUnlessItIsTheClosingFrame()
    {
        var (disk, answered) = await Small(isClosed: true);
        var whole = disk[First];
        var end = End(whole);
        var closing = end - Frame.HeaderBytes;
        for (var at = 0; at < end + 64; at++)
        {
            foreach (var bit in at < 300 ? (int[])[at % 8, (at + 3) % 8] : [at % 8])
            {
                disk.Flip(First, at, bit);
                var flipped = disk.Copy();
                disk.Flip(First, at, bit);
                if (at < closing) AssertDamaged(flipped, First, at);
                else
                {
                    // Nothing was acknowledged in it.
                    await using var book = Book.Open(On(flipped));
                    Assert.Equal(answered[^1].Entries, book.LastSequence);
                    Assert.Equal($"/{First}:{(at < end ? closing : end)}", book.Recovery.TornTail);
                }
            }
        }
    }

    static void AssertDamaged(SimulatedDisk disk, string file, int at)
    {
        var before = disk[file].ToArray();
        var damaged = Assert.Throws<JournalDamagedException>(() => Book.Open(On(disk)));
        Assert.EndsWith(file, damaged.File, StringComparison.Ordinal);
        Assert.InRange(damaged.Position, 0, at);
        Assert.Contains(file, damaged.Message, StringComparison.Ordinal);
        Assert.Equal(before, disk[file]);
        var report = Verification.Of("/", TimeProvider.System, disk);
        Assert.Contains(file, report.Damage, StringComparison.Ordinal);
    }

    /// <summary>Several segments and a snapshot near the end.</summary>
    static async Task<SimulatedDisk> Large()
    {
        var disk = new SimulatedDisk();
        await using (var book = Book.Open(On(disk, snapshotEvery: 700)))
        {
            await book.Open([Account(1, AccountKind.Asset, Limits.Unlimited), Account(2)]);
            for (var i = 1; i < 1000; i += 9) await book.Post([.. Enumerable.Range(i, 9).Select(id => Transfer(id, 1, 2, id))]);
        }
        return disk.Copy();
    }

    [Fact]
    public async Task Open_AnyByteOfASnapshotFlipped_ReplaysTheJournalInstead()
    {
        var disk = await Large();
        var snapshot = Assert.Single(disk.List("/"), name => name.StartsWith("snapshot", StringComparison.Ordinal));
        await using (var book = Book.Open(On(disk.Copy()))) Assert.Equal(snapshot, book.Recovery.Snapshot);
        for (var at = 0; at < disk[snapshot].Length; at += at < 256 ? 1 : 97)
        {
            var flipped = disk.Copy();
            flipped.Flip(snapshot, at, at % 8);
            await using var book = Book.Open(On(flipped));
            Assert.Null(book.Recovery.Snapshot);
            Assert.Equal(999, book.LastSequence);
            Assert.Equal(999 * 500, (await book.Find(Id(2)))!.Posted);
        }
    }

    [Fact]
    public async Task Verify_AnyPlaceThatASnapshotSparesTheRecovery_IsStillDamage()
    {
        var disk = await Large();
        foreach (var file in disk.List("/").Where(name => name.StartsWith("journal", StringComparison.Ordinal)))
        {
            var end = End(disk[file]);
            // The last frame of all is the empty one that a clean end writes.
            if (file == JournalFiles.NameOf(JournalFiles.Segments(disk, "/")[^1])) end -= Frame.HeaderBytes;
            for (var at = 0; at < end; at += at < SegmentHeader.Bytes ? 1 : 61)
            {
                var flipped = disk.Copy();
                flipped.Flip(file, at, at % 8);
                var damage = Verification.Of("/", TimeProvider.System, flipped).Damage;
                Assert.NotNull(damage);
                // Frames that are missing at a segment's end are told there.
                Assert.True(damage.Contains(file, StringComparison.Ordinal) || damage.Contains("before the next segment", StringComparison.Ordinal), damage);
            }
        }
    }

    [Fact]
    public void Open_RandomFiles_NeverFailsInAnotherWay()
    {
        for (var seed = 0; seed < 800; seed++)
        {
            var dice = new Dice(seed);
            var bytes = new byte[dice.OneIn(3) ? dice.Below(200) : dice.Below(20_000)];
            foreach (ref var each in bytes.AsSpan()) each = (byte)(dice.OneIn(2) ? 0 : dice.Below(256));
            Assert.True(FailsAsDocumented(new SimulatedDisk { [First] = bytes }, out var failure), $"seed {seed}: {failure}");
        }
    }

    // The book starts from a snapshot, so nobody has read the old segment before the follower does.
    [Fact]
    public async Task Follow_HeaderOfAnOldFrameFlipped_TellsInsteadOfGoingOnBehindTheSegment()
    {
        var disk = new SimulatedDisk();
        await using (var book = Book.Open(On(disk, snapshotEvery: 700)))
        {
            await book.Open([Account(1, AccountKind.Asset, Limits.Unlimited), Account(2)]);
            for (var id = 1; id <= 1_000; id++) await book.Post([Transfer(id, 1, 2, 1)]);
        }
        var segment = disk[First];
        var at = SegmentHeader.Bytes;
        for (var frame = 1; frame < 6; frame++) at += (int)Frame.LengthOf(segment.AsSpan(at));
        segment[at] ^= 1 << 6;

        await using var again = Book.Open(On(disk, snapshotEvery: 700));
        Assert.NotNull(again.Recovery.Snapshot);
        Assert.NotNull((await again.FindEntry(EntryId(1_000))));
        var seen = new List<long>();
        var damage = await Assert.ThrowsAsync<JournalDamagedException>(async () =>
        {
            await foreach (var entry in again.Follow(0)) seen.Add(entry.Sequence);
        });
        Assert.Contains(First, damage.Message, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(1, 4).Select(each => (long)each), seen);
    }

    // Checksums and chain are made to fit again, so that the content itself is what is read.
    [Fact]
    public async Task Open_MutatedFilesWithSoundChecksums_NeverFailsInAnotherWay()
    {
        var (disk, _) = await Small(isClosed: true);
        for (var seed = 0; seed < 1500; seed++)
        {
            var mutated = disk.Copy();
            mutated[First] = Mutated(mutated[First].ToArray(), new Dice(seed));
            Assert.True(FailsAsDocumented(mutated, out var failure), $"seed {seed}: {failure}");
        }
    }

    static byte[] Mutated(byte[] journal, Dice dice)
    {
        var starts = new List<int>();
        for (var at = SegmentHeader.Bytes; Frame.LengthOf(journal.AsSpan(at)) > 0; at += (int)Frame.LengthOf(journal.AsSpan(at))) starts.Add(at);
        var which = dice.Below(starts.Count);
        var start = starts[which];
        var length = (int)Frame.LengthOf(journal.AsSpan(start));
        var frame = journal.AsSpan(start, length);
        for (var changes = dice.Between(1, 3); changes > 0; changes--)
        {
            var at = length == Frame.HeaderBytes || dice.OneIn(6) ? dice.Below(Frame.HeaderBytes) : dice.Between(Frame.HeaderBytes, length - 1);
            switch (dice.Below(3))
            {
                case 0: frame[at] ^= (byte)(1 << dice.Below(8)); break;
                case 1: frame[at] = dice.Pick((byte)0, (byte)1, (byte)127, (byte)128, (byte)255); break;
                // Numbers that lie.
                default: if (at + 4 <= length) Layout.Put(frame, at & ~3, dice.Pick(int.MaxValue, int.MinValue, -1, 1 << 30, 0, 65_536)); break;
            }
        }
        var chain = which == 0 ? new byte[32] : journal.AsSpan(starts[which - 1] + 40, 32).ToArray();
        try
        {
            if (!dice.OneIn(4)) Frame.Seal(frame, which + 1, Frame.TimeOf(frame), Frame.FirstSequenceOf(frame), Frame.CountOf(frame), chain);
        }
        catch (InvariantException)
        {
            // The sizes of its records no longer lead through it; so it stays without a sound checksum.
        }
        return journal;
    }

    static bool FailsAsDocumented(SimulatedDisk disk, out Exception? failure)
    {
        const long MostAllocated = 64 << 20;
        var before = GC.GetAllocatedBytesForCurrentThread();
        failure = null;
        try
        {
            Verification.Of("/", TimeProvider.System, disk);
            Book.Open(On(disk)).DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
        catch (Exception found) when (found is JournalDamagedException or IOException)
        {
            // As documented.
        }
        catch (Exception other)
        {
            failure = other;
        }
        if (GC.GetAllocatedBytesForCurrentThread() - before > MostAllocated) failure ??= new InvalidOperationException("A length that lies was believed.");
        return failure is null;
    }
}
