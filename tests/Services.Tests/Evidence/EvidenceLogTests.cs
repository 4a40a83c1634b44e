using System.Text;
using CsCheck;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class EvidenceLogTests
{
    static readonly IReadOnlyList<NoteSigner> Signers =
    [
        NoteSigner.Open(Path.Combine(TemporaryFolders.New("keys"), "e"), "bank.example/log", NoteKeyKind.Ed25519),
        NoteSigner.Open(Path.Combine(TemporaryFolders.New("keys"), "s"), "bank.example/log", NoteKeyKind.Sm2),
    ];

    static ReadOnlyMemory<byte>[] Entries(int first, int count) =>
        [.. Enumerable.Range(first, count).Select(i => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes($"entry {i}"))];

    static EvidenceLog Open(IEvidenceDisk disk) => EvidenceLog.Open(disk, Signers, TimeProvider.System);

    /// <summary>Root, proofs and entries are those of the naive tree over the same entries, and the checkpoint is signed.</summary>
    static void AssertHolds(EvidenceLog log, int size)
    {
        var head = log.Head.Checkpoint;
        var tree = new EvidenceMerkleTests.Naive([.. Entries(0, size).Select(e => e.ToArray())]);
        Assert.Equal(size, head.Size);
        Assert.Equal(tree.Mth(0, size), head.Root);
        Assert.Equal(log.Keys, head.SignedBy(log.Keys));
        foreach (var index in (long[])[0, size / 3, size - 2, size - 1])
        {
            if (index < 0 || index >= size) continue;
            Assert.Equal($"entry {index}", Encoding.ASCII.GetString(log.Read(index).Span));
            Assert.True(Merkle.VerifyInclusion(log.LeafHash(index), index, size, log.ProveInclusion(index, size), head.Root));
        }
        foreach (var from in (long[])[0, 1, size / 2, size])
            if (from <= size)
                Assert.True(Merkle.VerifyConsistency(from, size, log.ProveConsistency(from, size), log.RootAt(from), head.Root));
    }

    // Sizes around the width of tiles, brought in pieces of any size, with the log closed and opened between them.
    [Fact]
    public void Log_OfAnySize_HoldsWhatWasAppended() =>
        Gen.Int[1, 700].List[0, 6].Sample(pieces =>
        {
            var (disk, size) = (new CrashingDisk(), 0);
            foreach (var piece in pieces)
            {
                using (var opened = new Opened(disk))
                {
                    Assert.Equal(size, opened.Log.Append(Entries(size, piece)).GetAwaiter().GetResult());
                    size += piece;
                }
            }
            using var last = new Opened(disk);
            AssertHolds(last.Log, size);
        }, iter: 40, threads: 1);

    [Fact]
    public async Task Log_OfMoreThan65536Entries_HasThreeLevelsOfTiles()
    {
        var disk = new CrashingDisk();
        await using (var log = Open(disk))
        {
            await log.Append(Entries(0, 65_536));
            await log.Append(Entries(65_536, 4_464));
            AssertSizeAndRoot(log, 70_000);
        }
        await using var again = Open(disk);
        AssertSizeAndRoot(again, 70_000);
        Assert.Equal("entry 69999", Encoding.ASCII.GetString(again.Read(69_999).Span));
        Assert.True(Merkle.VerifyInclusion(again.LeafHash(300), 300, 70_000, again.ProveInclusion(300, 70_000), again.Head.Checkpoint.Root));
        // As the specification counts them, and no partial tile is left over where a full one is.
        Assert.Equal(273 + 1 + 273 + 1 + 1 + 1 + 1, disk.Files.Count(file => file.StartsWith("tile/", StringComparison.Ordinal)));
        Assert.Equal(112 * 32, disk.Read("tile/0/273.p/112")!.Length);
        Assert.Equal(17 * 32, disk.Read("tile/1/001.p/17")!.Length);
        Assert.Equal(32, disk.Read("tile/2/000.p/1")!.Length);
    }

    static void AssertSizeAndRoot(EvidenceLog log, int size)
    {
        Assert.Equal(size, log.Head.Size);
        Assert.Equal(new EvidenceMerkleTests.Naive([.. Entries(0, size).Select(e => e.ToArray())]).Mth(0, size), log.Head.Checkpoint.Root);
    }

    // A backup takes the checkpoint first and the tiles while the log goes on: what was partial then may be there only in full.
    [Fact]
    public async Task Log_CopiedWhileItGrew_GoesOnFromTheCheckpointOfTheCopy()
    {
        var (disk, copy) = (new CrashingDisk(), new CrashingDisk());
        await using (var log = Open(disk))
        {
            await log.Append(Entries(0, 300));
            copy.Replace("checkpoint", disk.Read("checkpoint")!);
            await log.Append(Entries(300, 400));
        }
        foreach (var file in disk.Files.Where(file => file.StartsWith("tile/", StringComparison.Ordinal))) copy.Write(file, disk.Read(file)!);
        copy.Flush();
        Assert.Null(copy.Read("tile/0/001.p/44"));

        using var restored = new Opened(copy);
        AssertHolds(restored.Log, 300);
        await restored.Log.Append(Entries(300, 900));
        AssertHolds(restored.Log, 1_200);
    }

    [Fact]
    public async Task Append_ByManyAtOnce_KeepsEachCallTogether()
    {
        await using var log = Open(new CrashingDisk());
        var calls = Enumerable.Range(0, 200).Select(async call =>
        {
            var entries = Enumerable.Range(0, 1 + call % 7).Select(i => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes($"{call}/{i}")).ToArray();
            return (call, first: await Task.Run(() => log.Append(entries)), entries);
        });
        foreach (var (call, first, entries) in await Task.WhenAll(calls))
            for (var i = 0; i < entries.Length; i++)
                Assert.Equal($"{call}/{i}", Encoding.ASCII.GetString(log.Read(first + i).Span));
    }

    [Fact]
    public async Task Append_OfTooMuch_IsRefused()
    {
        await using var log = Open(new CrashingDisk());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => log.Append(new ReadOnlyMemory<byte>[EvidenceLog.LargestBatch + 1]));
        await Assert.ThrowsAsync<ArgumentException>(() => log.Append([new byte[EvidenceLog.LargestEntry + 1]]));
        Assert.Equal(0, await log.Append([new byte[EvidenceLog.LargestEntry], Array.Empty<byte>()]));
        Assert.Equal((65_535, 0), (log.Read(0).Length, log.Read(1).Length));
        Assert.Throws<ArgumentOutOfRangeException>(() => log.Read(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => log.ProveInclusion(2, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => log.ProveInclusion(0, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => log.ProveConsistency(2, 1));
    }

    // At every write, flush, rename and deletion of a history that fills tiles: what was acknowledged is there, and every checkpoint
    // that anyone saw is a beginning of the log that goes on.
    [Fact]
    public async Task Log_KilledAtEveryOperation_LosesAndForksNothing()
    {
        int[] pieces = [3, 250, 2, 1, 1, 255, 300, 1];
        var all = new CrashingDisk();
        await using (var log = Open(all))
        {
            var size = 0;
            foreach (var piece in pieces)
            {
                await log.Append(Entries(size, piece));
                size += piece;
            }
        }
        Assert.True(all.Operations > 30, "There are too few operations to say anything.");
        for (var point = 0; point < all.Operations; point++)
            for (var seed = 0; seed < 6; seed++)
                await KilledAt(point, seed, pieces);
    }

    static async Task KilledAt(int point, int seed, int[] pieces)
    {
        var disk = new CrashingDisk(seed) { CrashAt = point };
        var (acknowledged, seen) = (0, new List<Checkpoint>());
        try
        {
            await using var log = Open(disk);
            foreach (var piece in pieces)
            {
                await log.Append(Entries(acknowledged, piece));
                acknowledged += piece;
                seen.Add(log.Head.Checkpoint);
            }
        }
        catch (Exception crash) when (crash is DiskCrashException or EvidenceLogStoppedException)
        {
            Assert.Equal(point, disk.Operations);
        }
        disk.Restart();

        await using var after = Open(disk);
        // The last batch may have become durable without anyone hearing of it; never a part of it.
        Assert.Contains((int)after.Head.Size, Sums(pieces).Where(sum => sum >= acknowledged).Take(2));
        var size = (int)after.Head.Size;
        AssertHolds(after, size);
        await after.Append(Entries(size, 301));
        AssertHolds(after, size + 301);
        foreach (var checkpoint in seen)
            Assert.True(Merkle.VerifyConsistency(checkpoint.Size, size + 301, after.ProveConsistency(checkpoint.Size, size + 301), checkpoint.Root, after.Head.Checkpoint.Root));
    }

    static IEnumerable<int> Sums(int[] pieces)
    {
        var sum = 0;
        yield return sum;
        foreach (var piece in pieces) yield return sum += piece;
    }

    [Fact]
    public async Task Append_AfterTheDiskFailed_IsRefusedInWords()
    {
        var disk = new CrashingDisk();
        await using var log = Open(disk);
        await log.Append(Entries(0, 5));
        disk.CrashAt = disk.Operations + 1;
        var stopped = await Assert.ThrowsAsync<EvidenceLogStoppedException>(() => log.Append(Entries(5, 5)));
        Assert.Contains("restart", stopped.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<EvidenceLogStoppedException>(() => log.Append(Entries(5, 5)));
        AssertHolds(log, 5);
    }

    [Theory]
    [InlineData("checkpoint")]
    [InlineData("tile/0/001.p/44")]
    [InlineData("tile/1/000.p/1")]
    [InlineData("tile/entries/001.p/44")]
    public async Task Open_WithADamagedFile_IsRefusedInWords(string file)
    {
        foreach (var damage in (Func<byte[], byte[]?>[])[bytes => bytes[..^1], Flipped, bytes => file == "checkpoint" ? [] : null])
        {
            var disk = new CrashingDisk();
            await using (var log = Open(disk)) await log.Append(Entries(0, 300));
            disk.Change(file, damage);
            var damaged = Assert.Throws<EvidenceDamagedException>(() => Open(disk));
            Assert.Contains(file.StartsWith("tile", StringComparison.Ordinal) ? "tile" : file, damaged.Message, StringComparison.Ordinal);
        }

        static byte[] Flipped(byte[] bytes)
        {
            bytes[20] ^= 1;
            return bytes;
        }
    }

    [Fact]
    public async Task Open_WithOtherKeys_IsRefused()
    {
        var disk = new CrashingDisk();
        await using (var log = Open(disk)) await log.Append(Entries(0, 1));
        var other = NoteSigner.Open(Path.Combine(TemporaryFolders.New("keys"), "e"), "bank.example/log", NoteKeyKind.Ed25519);
        Assert.Throws<EvidenceDamagedException>(() => EvidenceLog.Open(disk, [other], TimeProvider.System));
    }

    [Fact]
    public async Task Log_OnTheRealDisk_IsThereAgainAndOpenOnlyOnce()
    {
        var folder = TemporaryFolders.New("evidence");
        await using (var log = EvidenceLog.Open(folder, Signers, TimeProvider.System))
        {
            for (var size = 0; size < 1_200; size += 150) await log.Append(Entries(size, 150));
            await log.Append(Entries(1_200, 20_000));
            Assert.Contains("another process", Assert.Throws<IOException>(() => EvidenceLog.Open(folder, Signers, TimeProvider.System)).Message, StringComparison.Ordinal);
        }
        await using var again = EvidenceLog.Open(folder, Signers, TimeProvider.System);
        AssertSizeAndRoot(again, 21_200);
        Assert.Equal("entry 21199", Encoding.ASCII.GetString(again.Read(21_199).Span));
        Assert.False(Directory.Exists(Path.Combine(folder, "tile", "0", "000.p")));
        Assert.True(File.Exists(Path.Combine(folder, "tile", "0", "082.p", "208")));
    }

    sealed class Opened(IEvidenceDisk disk) : IDisposable
    {
        public EvidenceLog Log { get; } = Open(disk);

        public void Dispose() => Log.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
