namespace Pujiang.Ledger.Tests;

/// <summary>
/// A disk in memory that keeps what was flushed and is free to lose, keep or tear all else, sector by sector, when the
/// power fails.
/// </summary>
sealed class SimulatedDisk : IDisk
{
    const int Sector = 512;
    readonly Lock _gate = new();
    Dictionary<string, Content> _names = new(StringComparer.Ordinal);
    Dictionary<string, Content> _durableNames = new(StringComparer.Ordinal);
    bool _isLocked;

    /// <summary>Flushes that still succeed; the next one throws.</summary>
    public int FlushesLeft { get; set; } = int.MaxValue;

    public int Flushes { get; private set; }

    /// <summary>The disk after a power failure at this moment.</summary>
    public SimulatedDisk AfterPowerFailure(Random random)
    {
        lock (_gate)
        {
            var names = random.Next(2) == 0 ? _names : _durableNames;
            var left = names.ToDictionary(pair => pair.Key, pair => pair.Value.AfterPowerFailure(random), StringComparer.Ordinal);
            return new SimulatedDisk { _names = left, _durableNames = new(left, StringComparer.Ordinal) };
        }
    }

    /// <summary>An exact copy, as after a clean end.</summary>
    public SimulatedDisk Copy()
    {
        lock (_gate)
        {
            var names = _names.ToDictionary(pair => pair.Key, pair => new Content { Bytes = [.. pair.Value.Bytes], Durable = [.. pair.Value.Bytes] }, StringComparer.Ordinal);
            return new SimulatedDisk { _names = names, _durableNames = new(names, StringComparer.Ordinal) };
        }
    }

    public byte[] this[string name]
    {
        get => _names[name].Bytes;
        set => _names[name].Bytes = value;
    }

    public void CreateDirectory(string directory) { }

    public IReadOnlyList<string> List(string directory)
    {
        lock (_gate) return [.. _names.Keys.Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
    }

    public IDiskFile Open(string path, FileUse use)
    {
        lock (_gate)
        {
            var name = Path.GetFileName(path);
            if (use == FileUse.Create) _names[name] = new Content();
            return _names.TryGetValue(name, out var content)
                ? new SimulatedFile(this, content) : throw new FileNotFoundException("No such file.", path);
        }
    }

    public void Rename(string from, string to)
    {
        lock (_gate)
        {
            _names.Remove(Path.GetFileName(from), out var content);
            _names[Path.GetFileName(to)] = content!;
        }
    }

    public void Delete(string path)
    {
        lock (_gate) _names.Remove(Path.GetFileName(path));
    }

    public void FlushDirectory(string directory)
    {
        lock (_gate) _durableNames = new(_names, StringComparer.Ordinal);
    }

    public IDisposable Lock(string path)
    {
        if (_isLocked) throw new IOException("In use.");
        _isLocked = true;
        return new Unlock(this);
    }

    sealed class Unlock(SimulatedDisk disk) : IDisposable
    {
        public void Dispose() => disk._isLocked = false;
    }

    sealed class Content
    {
        public byte[] Bytes { get; set; } = [];
        public byte[] Durable { get; set; } = [];

        public void Write(ReadOnlySpan<byte> bytes, long position)
        {
            if (position + bytes.Length > Bytes.Length)
            {
                var longer = new byte[position + bytes.Length];
                Bytes.CopyTo(longer, 0);
                Bytes = longer;
            }
            bytes.CopyTo(Bytes.AsSpan((int)position));
        }

        public Content AfterPowerFailure(Random random)
        {
            var longest = random.Next(2) == 0 ? Bytes.Length : Durable.Length;
            var left = new byte[longest];
            var kindness = random.Next(4);
            for (var at = 0; at < longest; at += Sector)
            {
                var source = kindness == 0 || kindness < 3 && random.Next(2) == 0 ? Durable : Bytes;
                if (at >= source.Length) continue;
                var length = int.Min(Sector, int.Min(source.Length, longest) - at);
                source.AsSpan(at, length).CopyTo(left.AsSpan(at));
            }
            return new Content { Bytes = left, Durable = [.. left] };
        }
    }

    sealed class SimulatedFile(SimulatedDisk disk, Content content) : IDiskFile
    {
        public long Length
        {
            get { lock (disk._gate) return content.Bytes.Length; }
        }

        public int Read(Span<byte> into, long position)
        {
            lock (disk._gate)
            {
                var count = (int)long.Clamp(content.Bytes.Length - position, 0, into.Length);
                content.Bytes.AsSpan((int)long.Min(position, content.Bytes.Length), count).CopyTo(into);
                return count;
            }
        }

        public void Write(ReadOnlySpan<byte> bytes, long position)
        {
            lock (disk._gate) content.Write(bytes, position);
        }

        public void Reserve(long length)
        {
            lock (disk._gate)
                if (length > content.Bytes.Length) content.Write([0], length - 1);
        }

        public void Flush()
        {
            lock (disk._gate)
            {
                if (disk.FlushesLeft-- <= 0) throw new IOException("The simulated disk failed to flush.");
                disk.Flushes++;
                content.Durable = [.. content.Bytes];
            }
        }

        public void Dispose() { }
    }
}
