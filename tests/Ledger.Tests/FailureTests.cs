using System.Diagnostics;
using Pujiang.Ledger.Simulator;
using static Pujiang.Ledger.Tests.TestBook;

namespace Pujiang.Ledger.Tests;

/// <summary>What an operator can run into on a real disk: it is said in one sentence, with what to do, and nothing acknowledged is lost.</summary>
public sealed class FailureTests : IDisposable
{
    readonly string _directory = Directory.CreateTempSubdirectory("ledger-failure-").FullName;
    bool _isMounted;

    public void Dispose()
    {
        if (_isMounted) Run("umount", "-l", _directory);
        Directory.Delete(_directory, recursive: true);
    }

    static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        var said = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? said : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {said}");
    }

    /// <summary>Puts a disk of so many MiB there, if this user may.</summary>
    bool Mount(int mebibytes)
    {
        if (!Environment.IsPrivilegedProcess) return false;
        Run("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m", "tmpfs", _directory);
        return _isMounted = true;
    }

    static List<string> Lines(Process child)
    {
        using (child)
        {
            var lines = child.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).ToList();
            child.WaitForExit();
            return lines;
        }
    }

    [Fact]
    public async Task Post_DiskFull_StopsWithAClearSentenceAndGoesOnWhenThereIsRoom()
    {
        if (!OperatingSystem.IsLinux()) return;
        var ledger = Path.Combine(_directory, "ledger");
        if (!Mount(4))
        {
            await PostUntilASimulatedDiskIsFull();
            return;
        }
        File.WriteAllBytes(Path.Combine(_directory, "ballast"), new byte[1 << 20]);
        var acknowledged = new List<int>();
        var options = new BookOptions { Directory = ledger, SegmentBytes = 256 << 10, SnapshotEvery = 0 };
        await using (var book = Book.Open(options))
        {
            await book.Open([Account(1, AccountKind.Asset, Limits.Unlimited), Account(2)]);
            var stopped = await Assert.ThrowsAsync<LedgerStoppedException>(async () =>
            {
                for (var id = 1; ; id++)
                {
                    await book.Post([Transfer(id, 1, 2, 1) with { Metadata = new string('x', 2000) }]);
                    acknowledged.Add(id);
                }
            });
            Assert.Contains("is full: make room and start again; nothing that was acknowledged is lost.", stopped.InnerException!.Message, StringComparison.Ordinal);
        }
        Assert.InRange(acknowledged.Count, 500, 2000);
        Assert.True(Book.Verify(ledger).IsSound);

        // Still full: it can be opened and read, and does not pretend that it could write.
        await using (var book = Book.Open(options))
        {
            Assert.Equal(acknowledged.Count, (await book.Find(Id(2)))!.Posted);
            await Assert.ThrowsAsync<LedgerStoppedException>(() => book.Post([Transfer(99_999, 1, 2, 1)]));
        }
        File.Delete(Path.Combine(_directory, "ballast"));
        await using (var book = Book.Open(options))
        {
            foreach (var id in acknowledged) Assert.NotNull(await book.FindEntry(EntryId(id)));
            Assert.True((await book.Post([Transfer(99_999, 1, 2, 1)]))[0].IsPosted);
            Assert.Equal(acknowledged.Count + 1, (await book.Find(Id(2)))!.Posted);
        }
    }

    static async Task PostUntilASimulatedDiskIsFull()
    {
        var disk = new SimulatedDisk();
        await using var book = Book.Open(new BookOptions { Directory = "/", Disk = disk, SegmentBytes = 64 << 10 });
        await book.Open([Account(1, AccountKind.Asset, Limits.Unlimited), Account(2)]);
        disk.Arm(FaultKind.DiskFull, 0, inBackground: false, isAfterwards: false, seed: 1);
        Assert.IsType<IOException>((await Assert.ThrowsAsync<LedgerStoppedException>(() => book.Post([Transfer(1, 1, 2, 1)]))).InnerException);
    }

    [Fact]
    public async Task Open_ReadOnlyDisk_SaysSoAndChangesNothing()
    {
        if (!OperatingSystem.IsLinux()) return;
        var ledger = Path.Combine(_directory, "ledger");
        var isMounted = Mount(4);
        var options = new BookOptions { Directory = ledger, SegmentBytes = 64 << 10 };
        await using (var book = Book.Open(options)) await book.Open([Account(1)]);
        // Root may write everywhere but on a disk that is read-only as a whole.
        if (isMounted) Run("mount", "-o", "remount,ro", _directory);
        else foreach (var path in Directory.EnumerateFiles(ledger).Append(ledger)) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var refused = Assert.Throws<IOException>(() => Book.Open(options));
        Assert.Contains(isMounted ? "is read-only: mount it for writing and start again." : "may not be written", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("another process", refused.Message, StringComparison.Ordinal);
        Assert.Throws<IOException>(() => Book.Open(options with { Directory = Path.Combine(ledger, "new") }));
        // Reading needs no right to write.
        Assert.True(Book.Verify(ledger).IsSound);
        if (isMounted) Run("mount", "-o", "remount,rw", _directory);
        else foreach (var path in Directory.EnumerateFiles(ledger).Prepend(ledger)) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using var again = Book.Open(options);
        Assert.NotNull(await again.Find(Id(1)));
    }

    [Fact]
    public async Task Open_JournalOfANewerVersion_SaysWhatItNeedsAndChangesNothing()
    {
        var options = new BookOptions { Directory = _directory, SegmentBytes = 64 << 10 };
        await using (var book = Book.Open(options)) await book.Open([Account(1)]);
        var path = Path.Combine(_directory, "journal-000001");
        var whole = await File.ReadAllBytesAsync(path);
        var newer = (byte[])whole.Clone();
        var version = Layout.Int32(newer, 8);
        Layout.Put(newer, 8, version + 1);
        Layout.Put(newer, 64, (long)Crc.Of(newer.AsSpan(0, 64)));
        await File.WriteAllBytesAsync(path, newer);
        var refused = Assert.Throws<IOException>(() => Book.Open(options));
        Assert.Contains($"was written by a newer version (format {version + 1}, this one reads up to {version}): it needs Pujiang", refused.Message, StringComparison.Ordinal);
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        Assert.Contains("newer version", Assert.Throws<IOException>(() => Book.Verify(_directory)).Message, StringComparison.Ordinal);
        Assert.Equal(newer, await File.ReadAllBytesAsync(path));

        // A version that only a turned bit makes newer has no sound checksum, and is damage.
        newer = (byte[])whole.Clone();
        newer[9] ^= 1;
        await File.WriteAllBytesAsync(path, newer);
        Assert.Equal(0, Assert.Throws<JournalDamagedException>(() => Book.Open(options)).Position);
    }

    [Fact]
    public async Task Open_FromASecondProcess_IsRefusedAndTheFirstGoesOn()
    {
        await using var book = Book.Open(new BookOptions { Directory = _directory, SegmentBytes = 64 << 10 });
        await book.Open([Account(1, AccountKind.Asset, Limits.Unlimited), Account(2)]);
        for (var id = 1; id < 4; id++)
        {
            Assert.True((await book.Post([Transfer(id, 1, 2, 1)]))[0].IsPosted);
            var said = Assert.Single(Lines(ChildProcess.Start("open", _directory)));
            Assert.Equal($"IOException: The ledger in {_directory} is open in another process: only one at a time may open it; stop that one, or use it.", said);
        }
        Assert.Equal(3, (await book.Find(Id(2)))!.Posted);
        await book.DisposeAsync();
        Assert.Equal("opened", Assert.Single(Lines(ChildProcess.Start("open", _directory))));
    }
}
