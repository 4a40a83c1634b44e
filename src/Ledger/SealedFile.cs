namespace Pujiang.Ledger;

/// <summary>Writes a file from front to end, and at last the SHA-256 of all of it.</summary>
sealed class SealedWriter(IDiskFile file)
{
    readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    readonly byte[] _bytes = new byte[1 << 16];
    int _filled;
    long _written;

    public void Put(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (_filled == _bytes.Length) Write();
            var part = int.Min(bytes.Length, _bytes.Length - _filled);
            bytes[..part].CopyTo(_bytes.AsSpan(_filled));
            _filled += part;
            bytes = bytes[part..];
        }
    }

    public void Put<T>(in T value) where T : unmanaged => Put(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    public void Put(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Put(bytes.Length);
        Put(bytes);
    }

    public void Finish()
    {
        Write();
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(hash);
        file.Write(hash, _written);
        _hash.Dispose();
    }

    void Write()
    {
        _hash.AppendData(_bytes, 0, _filled);
        file.Write(_bytes.AsSpan(0, _filled), _written);
        _written += _filled;
        _filled = 0;
    }
}

/// <summary>Reads what <see cref="SealedWriter"/> wrote, after <see cref="IsSound"/> has seen that it is whole.</summary>
sealed class SealedReader(IDiskFile file)
{
    readonly Window _window = new(file);
    long _position;

    public static bool IsSound(IDiskFile file)
    {
        var content = file.Length - SHA256.HashSizeInBytes;
        if (content < 0) return false;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var window = new Window(file);
        for (long at = 0; at < content; at += 1 << 20) hash.AppendData(window.At(at, long.Min(1 << 20, content - at)));
        return window.At(content, SHA256.HashSizeInBytes).SequenceEqual(hash.GetHashAndReset());
    }

    /// <summary>Valid until the next read.</summary>
    public ReadOnlySpan<byte> Bytes(int count)
    {
        var bytes = _window.At(_position, count);
        Invariant.Holds(bytes.Length == count);
        _position += count;
        return bytes;
    }

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(sizeof(long)));
    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(sizeof(int)));
    public Guid Guid() => new(Bytes(16));
    public string Text() => Encoding.UTF8.GetString(Bytes(Int32()));
}
