using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Pujiang.Platform;

/// <summary>The plain content of a file in <see cref="DocumentVault"/>: a chunk is decrypted, and found untouched, when it is read.</summary>
sealed class SealedFileStream : Stream
{
    const int SealedChunk = DocumentVault.ChunkBytes + DocumentVault.TagBytes;
    readonly SafeFileHandle _file;
    readonly AesGcm _cipher;
    readonly long _chunks;
    readonly byte[] _sealed = new byte[SealedChunk];
    readonly byte[] _plain = new byte[DocumentVault.ChunkBytes];
    long _loaded = -1;
    int _plainBytes;
    long _position;

    /// <exception cref="CryptographicException">No whole number of chunks, so it was cut off.</exception>
    public SealedFileStream(SafeFileHandle file, byte[] key)
    {
        var body = RandomAccess.GetLength(file) - DocumentVault.HeaderBytes;
        _chunks = (body + SealedChunk - 1) / SealedChunk;
        var last = body - ((_chunks - 1) * SealedChunk);
        if (_chunks < 1 || last < DocumentVault.TagBytes) throw new CryptographicException("A sealed document was cut off.");
        (_file, _cipher, Length) = (file, new AesGcm(key, DocumentVault.TagBytes), body - (_chunks * DocumentVault.TagBytes));
    }

    public override long Length { get; }
    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;

    public override long Position
    {
        get => _position;
        set => _position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    public override int Read(Span<byte> buffer)
    {
        if (_position >= Length || buffer.IsEmpty) return 0;
        var chunk = _position / DocumentVault.ChunkBytes;
        if (chunk != _loaded) Decrypt(chunk, RandomAccess.Read(_file, _sealed, Place(chunk)));
        return Take(buffer);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= Length || buffer.IsEmpty) return 0;
        var chunk = _position / DocumentVault.ChunkBytes;
        if (chunk != _loaded) Decrypt(chunk, await RandomAccess.ReadAsync(_file, _sealed, Place(chunk), cancellationToken));
        return Take(buffer.Span);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    public override void Flush() { }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            CryptographicOperations.ZeroMemory(_plain);
            _cipher.Dispose();
            _file.Dispose();
        }
        base.Dispose(disposing);
    }

    static long Place(long chunk) => DocumentVault.HeaderBytes + (chunk * SealedChunk);

    void Decrypt(long chunk, int read)
    {
        _loaded = -1;
        _plainBytes = read - DocumentVault.TagBytes;
        if (_plainBytes < 0) throw new CryptographicException("A sealed document was cut off.");
        _cipher.Decrypt(
            DocumentVault.Nonce(checked((uint)chunk), isLast: chunk == _chunks - 1),
            _sealed.AsSpan(0, _plainBytes), _sealed.AsSpan(_plainBytes, DocumentVault.TagBytes), _plain.AsSpan(0, _plainBytes));
        _loaded = chunk;
    }

    int Take(Span<byte> buffer)
    {
        var from = (int)(_position % DocumentVault.ChunkBytes);
        var count = Math.Min(buffer.Length, _plainBytes - from);
        _plain.AsSpan(from, count).CopyTo(buffer);
        _position += count;
        return count;
    }
}
