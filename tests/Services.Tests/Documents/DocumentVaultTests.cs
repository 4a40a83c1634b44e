using System.Security.Cryptography;
using CsCheck;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>What is kept comes back byte for byte, and whatever is done to the file on disk is seen.</summary>
public sealed class DocumentVaultTests : IDisposable
{
    readonly string _folder = TemporaryFolders.New("vault");
    readonly DocumentVault _vault;
    readonly PersonalData _keys;

    public DocumentVaultTests()
    {
        var options = new PlatformOptions { DataFolder = _folder };
        _keys = PersonalData.Open(options.KeyRing);
        _vault = new DocumentVault(options, _keys);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    const int Chunk = DocumentVault.ChunkBytes;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Chunk - 1)]
    [InlineData(Chunk)]
    [InlineData(Chunk + 1)]
    [InlineData(3 * Chunk)]
    [InlineData(5_000_000)]
    public async Task Content_OfAnyLength_ComesBack(int length)
    {
        var content = Content(length);
        var address = await Keep(content);
        Assert.Equal(content, await Read(address));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), (await Received(content)).Sha256);
    }

    [Fact]
    public async Task Content_ReadFromAnywhere_IsTheSame()
    {
        var content = Content((4 * Chunk) + 77);
        var address = await Keep(content);
        await using var stream = _vault.Open(address);
        Gen.Select(Gen.Int[0, content.Length], Gen.Int[0, 2 * Chunk]).Sample((from, count) =>
        {
            stream.Position = from;
            var part = new byte[Math.Min(count, content.Length - from)];
            stream.ReadExactly(part);
            return part.AsSpan().SequenceEqual(content.AsSpan(from, part.Length));
        }, iter: 200, threads: 1);
    }

    [Fact]
    public async Task File_OnDisk_HoldsNoPlainByte()
    {
        var content = System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("张伟 110105199003071234 ", 20_000)));
        var address = await Keep(content);
        foreach (var file in Directory.EnumerateFiles(_vault.Folder, "*", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllBytesAsync(file, Cancel);
            Assert.Equal(-1, bytes.AsSpan().IndexOf("110105199003071234"u8));
            Assert.DoesNotContain(Convert.ToHexStringLower(SHA256.HashData(content)), file, StringComparison.Ordinal);
        }
        Assert.True(_vault.Has(address));
    }

    [Fact]
    public async Task Receive_TheSameTwice_IsOneFileUnderAnotherKey()
    {
        var content = Content(1000);
        var address = await Keep(content);
        var first = await File.ReadAllBytesAsync(_vault.PathOf(address), Cancel);
        Assert.Equal(address, await Keep(content));
        Assert.NotEqual(first, await File.ReadAllBytesAsync(_vault.PathOf(address), Cancel));
        Assert.Equal(content, await Read(address));
        Assert.Single(Directory.EnumerateFiles(_vault.Folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Receive_TooMuch_LeavesNothing()
    {
        Assert.Null(await _vault.Receive(new MemoryStream(Content(100_001)), 100_000, Cancel));
        Assert.Empty(Directory.EnumerateFiles(_vault.Folder, "*", SearchOption.AllDirectories));
        using var whole = await _vault.Receive(new MemoryStream(Content(100_000)), 100_000, Cancel);
        Assert.NotNull(whole);
    }

    [Fact]
    public async Task Receive_SenderBreaksOff_LeavesNothing()
    {
        await Assert.ThrowsAsync<IOException>(() => _vault.Receive(new BrokenStream(Content(200_000)), long.MaxValue, Cancel));
        Assert.Empty(Directory.EnumerateFiles(_vault.Folder, "*", SearchOption.AllDirectories));
    }

    /// <summary>Every kind of damage: a changed bit anywhere, a cut at any chunk or within, chunks moved, doubled, left out.</summary>
    [Fact]
    public async Task File_ChangedOnDisk_IsSeen()
    {
        var content = Content((3 * Chunk) + 10);
        var address = await Keep(content);
        var path = _vault.PathOf(address);
        var good = await File.ReadAllBytesAsync(path, Cancel);
        const int Header = DocumentVault.HeaderBytes, Sealed = DocumentVault.ChunkBytes + DocumentVault.TagBytes;
        byte[] ChunkOf(int number) => good[(Header + (number * Sealed))..Math.Min(good.Length, Header + ((number + 1) * Sealed))];
        List<byte[]> damaged =
        [
            good[..Header], good[..(Header + Sealed)], good[..(Header + (3 * Sealed))], good[..^1], good[..(Header + 5)],
            [.. good, 0], [.. good, .. ChunkOf(3)],
            [.. good[..Header], .. ChunkOf(1), .. ChunkOf(0), .. ChunkOf(2), .. ChunkOf(3)],
            [.. good[..Header], .. ChunkOf(0), .. ChunkOf(2), .. ChunkOf(3)],
            [.. good[..Header], .. ChunkOf(0), .. ChunkOf(0), .. ChunkOf(2), .. ChunkOf(3)],
        ];
        for (var at = 0; at < good.Length; at += 997) damaged.Add(Flipped(good, at));
        foreach (var bytes in damaged)
        {
            await File.WriteAllBytesAsync(path, bytes, Cancel);
            await Assert.ThrowsAnyAsync<CryptographicException>(() => Read(address));
        }
        await File.WriteAllBytesAsync(path, good, Cancel);
        Assert.Equal(content, await Read(address));
    }

    [Fact]
    public async Task File_OfAnotherContentInItsPlace_IsSeen()
    {
        var (mine, other) = (await Keep(Content(5_000)), await Keep(Content(6_000)));
        File.Copy(_vault.PathOf(other), _vault.PathOf(mine), overwrite: true);
        Assert.Throws<CryptographicException>(() => _vault.Open(mine));
    }

    [Fact]
    public async Task File_WithoutItsKeyRing_CantBeRead()
    {
        var address = await Keep(Content(500));
        var other = new DocumentVault(new PlatformOptions { DataFolder = _folder }, PersonalData.Open(Path.Combine(_folder, "other.json")));
        Assert.ThrowsAny<CryptographicException>(() => other.Open(address));
    }

    [Fact]
    public async Task Files_OnDisk_ArePrivate()
    {
        var address = await Keep(Content(500));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_vault.PathOf(address)));
    }

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    async Task<DocumentVault.Received> Received(byte[] content) =>
        await _vault.Receive(new MemoryStream(content), long.MaxValue, Cancel) ?? throw new InvalidOperationException("Not received.");

    async Task<string> Keep(byte[] content)
    {
        using var received = await Received(content);
        received.Keep();
        return received.Address;
    }

    async Task<byte[]> Read(string address)
    {
        await using var stream = _vault.Open(address);
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, Cancel);
        return all.ToArray();
    }

    static byte[] Content(int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        return content;
    }

    static byte[] Flipped(byte[] bytes, int at)
    {
        var changed = bytes.ToArray();
        changed[at] ^= 1;
        return changed;
    }

    sealed class BrokenStream(byte[] content) : MemoryStream(content)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position > 150_000 ? throw new IOException("The line is dead.") : await base.ReadAsync(buffer, cancellationToken);
    }
}
