using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Pujiang.Platform;

/// <summary>Files of documents, encrypted at rest, found by their content.</summary>
/// <remarks>
/// A file is a header and chunks of 64 KiB, each encrypted with AES-256-GCM under a key of this file alone, in the STREAM
/// construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance,
/// 2015, section 8): the nonce is the number of the chunk and whether it is the last, so chunks can't be left out, moved or cut off
/// unseen. The header holds the key and the SHA-256 of the plain content, sealed by the key ring: a file can't stand in for
/// another. No plain byte is ever written to disk. Its name is a keyed hash of the content: equal content is one file, and
/// who has the disk but not the keys can't tell whether a known document is there.
/// </remarks>
public sealed class DocumentVault(PlatformOptions options, PersonalData personalData)
{
    internal const int ChunkBytes = 64 * 1024;
    internal const int TagBytes = 16;
    const int KeyBytes = 32;

    /// <summary>Magic and version, then key and hash sealed by <see cref="PersonalData"/> (33 bytes more).</summary>
    internal const int HeaderBytes = 8 + SealedBytes;
    const int SealedBytes = 33 + KeyBytes + SHA256.HashSizeInBytes;

    static ReadOnlySpan<byte> Magic => "PJDOC\0\0\u0001"u8;

    public string Folder => Path.Combine(options.DataFolder, "documents");

    string Incoming => Path.Combine(Folder, "incoming");

    /// <summary>A file that was received, but is not kept yet. Disposing it before <see cref="Keep"/> deletes it.</summary>
    public sealed class Received(DocumentVault vault, string path, string sha256, string address, long length) : IDisposable
    {
        /// <summary>SHA-256 of the plain content, lower-case hexadecimal digits.</summary>
        public string Sha256 => sha256;
        public string Address => address;

        /// <summary>Bytes of the plain content.</summary>
        public long Length => length;

        public Stream Open() => vault.OpenFile(path, address);

        /// <summary>Puts it where its address says; what lies there already has the same content.</summary>
        public void Keep()
        {
            var place = vault.PathOf(address);
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            File.Move(path, place, overwrite: true);
        }

        public void Dispose() => File.Delete(path);
    }

    /// <summary>Reads a file to its end and encrypts it on the way; null when it has more bytes than allowed.</summary>
    public async Task<Received?> Receive(Stream input, long most, CancellationToken cancel)
    {
        CreatePrivate(Incoming);
        var path = Path.Combine(Incoming, Path.GetRandomFileName());
        try
        {
            var (sha256, length) = await Write(path, input, most, cancel);
            if (sha256 is not null) return new Received(this, path, sha256, AddressOf(sha256), length);
            File.Delete(path);
            return null;
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>The keyed hash by which a content is found.</summary>
    public string AddressOf(string sha256) => personalData.Hash("document content", sha256);

    /// <summary>The plain content, decrypted as it is read; can seek.</summary>
    /// <exception cref="FileNotFoundException">No such content is there.</exception>
    /// <exception cref="CryptographicException">The file was changed, cut off, or belongs to another content. Also from reading.</exception>
    public Stream Open(string address) => OpenFile(PathOf(address), address);

    public bool Has(string address) => File.Exists(PathOf(address));

    /// <summary>Deletes a content for good.</summary>
    public void Delete(string address) => File.Delete(PathOf(address));

    internal string PathOf(string address) => Path.Combine(Folder, address[..2], address);

    /// <summary>Removes what a crash left half received.</summary>
    public void ForgetIncoming()
    {
        if (Directory.Exists(Incoming)) Directory.Delete(Incoming, recursive: true);
    }

    SealedFileStream OpenFile(string path, string address)
    {
        var file = File.OpenHandle(path, options: FileOptions.RandomAccess);
        try
        {
            var header = new byte[HeaderBytes];
            if (RandomAccess.Read(file, header, 0) != HeaderBytes || !header.AsSpan().StartsWith(Magic))
                throw new CryptographicException($"{path} is no sealed document.");
            var secret = personalData.OpenBytes(header[Magic.Length..]);
            if (AddressOf(Convert.ToHexStringLower(secret.AsSpan(KeyBytes))) != address)
                throw new CryptographicException($"{path} holds another content than its place says.");
            return new SealedFileStream(file, secret[..KeyBytes]);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    async Task<(string? Sha256, long Length)> Write(string path, Stream input, long most, CancellationToken cancel)
    {
        var key = RandomNumberGenerator.GetBytes(KeyBytes);
        using var cipher = new AesGcm(key, TagBytes);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var file = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) file.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var output = new FileStream(path, file);
        output.Position = HeaderBytes;
        var (plain, next, sealedChunk) = (new byte[ChunkBytes], new byte[ChunkBytes], new byte[ChunkBytes + TagBytes]);
        var (chunk, length) = (0u, 0L);
        var read = await input.ReadAtLeastAsync(plain, ChunkBytes, throwOnEndOfStream: false, cancel);
        while (true)
        {
            // Only when nothing follows is this the last chunk.
            var following = read < ChunkBytes ? 0 : await input.ReadAtLeastAsync(next, ChunkBytes, throwOnEndOfStream: false, cancel);
            length += read;
            if (length > most) return (null, length);
            hash.AppendData(plain, 0, read);
            cipher.Encrypt(Nonce(chunk++, isLast: following == 0), plain.AsSpan(0, read), sealedChunk.AsSpan(0, read), sealedChunk.AsSpan(read, TagBytes));
            await output.WriteAsync(sealedChunk.AsMemory(0, read + TagBytes), cancel);
            if (following == 0) break;
            (plain, next, read) = (next, plain, following);
        }
        var sha256 = hash.GetHashAndReset();
        output.Position = 0;
        await output.WriteAsync((byte[])[.. Magic, .. personalData.Seal([.. key, .. sha256])], cancel);
        output.Flush(flushToDisk: true);
        return (Convert.ToHexStringLower(sha256), length);
    }

    internal static byte[] Nonce(uint chunk, bool isLast)
    {
        var nonce = new byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(nonce.AsSpan(7), chunk);
        nonce[11] = isLast ? (byte)1 : (byte)0;
        return nonce;
    }

    static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
