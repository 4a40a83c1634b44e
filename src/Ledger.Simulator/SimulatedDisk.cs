namespace Pujiang.Ledger.Simulator;

/// <summary>
/// A disk in memory that keeps what was flushed and is free to lose, keep, tear or reorder all else, sector by sector, when the
/// power fails; that fails when it is told to; and that lets its owner decide who may go on.
/// </summary>
/// <remarks>
/// Each file has two contents: what the operating system shows, and what is on the platter. A sector (512 bytes) is written as a
/// whole or not at all. A flush that failed may leave sectors that look clean and never reach the platter, as Linux does.
/// </remarks>
sealed partial class SimulatedDisk : IDisk
{
    public const int Sector = 512;

    // Not a Lock: its owner waits on it for others.
    readonly object _gate = new();
    Dictionary<string, Content> _names = new(StringComparer.Ordinal);
    Dictionary<string, Content> _durableNames = new(StringComparer.Ordinal);
    readonly List<Action<Dictionary<string, Content>>> _directoryChanges = [];
    bool _isLocked;

    /// <summary>Flushes that still succeed; the next one throws.</summary>
    public int FlushesLeft { get; set; } = int.MaxValue;

    public int Flushes { get; private set; }

    /// <summary>A bug of the disk that no error tells of, to see that the simulator notices.</summary>
    public Sabotage Sabotage { get; init; }

    /// <summary>Told of every change, in order.</summary>
    public Action<DiskCall, string, long, ReadOnlyMemory<byte>>? Log { get; set; }

    /// <summary>The disk after a power failure at this moment.</summary>
    public SimulatedDisk AfterPowerFailure(Dice dice)
    {
        lock (_gate)
        {
            // A file system's journal keeps the order of its changes.
            var names = new Dictionary<string, Content>(_durableNames, StringComparer.Ordinal);
            foreach (var change in _directoryChanges.Take(dice.Below(_directoryChanges.Count + 1))) change(names);
            return From(names, content => content.AfterPowerFailure(dice, Injected));
        }
    }

    /// <summary>The disk as the next process finds it after this one was killed: nothing is lost, but nothing more is durable either.</summary>
    public SimulatedDisk AfterKill(Dice dice)
    {
        lock (_gate)
        {
            var copies = _names.Values.Concat(_durableNames.Values).Distinct()
                .ToDictionary(content => content, content => content.AfterKill(evict: dice.OneIn(2)));
            var after = new SimulatedDisk { Sabotage = Sabotage, _names = Copied(_names), _durableNames = Copied(_durableNames) };
            // Changes name contents; they are told again with the copies.
            foreach (var (name, content) in after._names)
                if (!after._durableNames.TryGetValue(name, out var durable) || durable != content)
                    after._directoryChanges.Add(names => names[name] = content);
            foreach (var name in after._durableNames.Keys)
                if (!after._names.ContainsKey(name)) after._directoryChanges.Add(names => names.Remove(name));
            return after;

            Dictionary<string, Content> Copied(Dictionary<string, Content> names) =>
                names.ToDictionary(pair => pair.Key, pair => copies[pair.Value], StringComparer.Ordinal);
        }
    }

    /// <summary>An exact copy, all of it durable, as after a clean end.</summary>
    public SimulatedDisk Copy()
    {
        lock (_gate) return From(_names, content => new Content([.. content.Bytes]));
    }

    SimulatedDisk From(Dictionary<string, Content> names, Func<Content, Content> copy)
    {
        var left = names.ToDictionary(pair => pair.Key, pair => copy(pair.Value), StringComparer.Ordinal);
        return new SimulatedDisk { Sabotage = Sabotage, _names = left, _durableNames = new(left, StringComparer.Ordinal) };
    }

    public byte[] this[string name]
    {
        get => _names[name].Bytes;
        set => _names[name] = _durableNames[name] = new Content(value);
    }

    /// <summary>Turns one bit round, in what is shown and on the platter.</summary>
    public void Flip(string name, long position, int bit)
    {
        lock (_gate) _names[name].Flip(position, bit);
    }

    public void CreateDirectory(string directory) => RequireLife();

    public IReadOnlyList<string> List(string directory)
    {
        RequireLife();
        lock (_gate) return [.. _names.Keys.Order(StringComparer.Ordinal)];
    }

    public IDiskFile Open(string path, FileUse use)
    {
        var name = Path.GetFileName(path);
        if (use == FileUse.Create) return Do(DiskCall.Create, name, () => Create(name));
        RequireLife();
        lock (_gate)
        {
            return _names.TryGetValue(name, out var content)
                ? new SimulatedFile(this, name, content) : throw new FileNotFoundException("No such file.", path);
        }
    }

    SimulatedFile Create(string name)
    {
        var content = new Content([]);
        Change(names => names[name] = content);
        return new SimulatedFile(this, name, content);
    }

    public void Rename(string from, string to) => Do(DiskCall.Rename, Path.GetFileName(to), () =>
    {
        var (source, target) = (Path.GetFileName(from), Path.GetFileName(to));
        if (!_names.ContainsKey(source)) throw new FileNotFoundException("No such file.", from);
        Change(names =>
        {
            if (names.Remove(source, out var content)) names[target] = content;
        });
        return 0;
    });

    public void Delete(string path) => Do(DiskCall.Delete, Path.GetFileName(path), () =>
    {
        Change(names => names.Remove(Path.GetFileName(path)));
        return 0;
    });

    void Change(Action<Dictionary<string, Content>> change)
    {
        change(_names);
        _directoryChanges.Add(change);
    }

    public void FlushDirectory(string directory) => Do(DiskCall.FlushDirectory, "", () =>
    {
        if (Sabotage == Sabotage.DirectoryFlushIgnored) return 0;
        _durableNames = new(_names, StringComparer.Ordinal);
        _directoryChanges.Clear();
        return 0;
    });

    public IDisposable Lock(string path)
    {
        RequireLife();
        if (_isLocked) throw new IOException("In use.");
        _isLocked = true;
        return new Unlock(this);
    }

    sealed class Unlock(SimulatedDisk disk) : IDisposable
    {
        public void Dispose() => disk._isLocked = false;
    }

    sealed class SimulatedFile(SimulatedDisk disk, string name, Content content) : IDiskFile
    {
        public long Length
        {
            get { lock (disk._gate) return content.Bytes.Length; }
        }

        public int Read(Span<byte> into, long position)
        {
            disk.RequireLife();
            disk.FailReadIfDue(name);
            lock (disk._gate) return content.Read(into, position);
        }

        public void Write(ReadOnlySpan<byte> bytes, long position)
        {
            var written = bytes.ToArray();
            disk.Do(DiskCall.Write, name, () => disk.Write(content, written, position), position, written);
        }

        public void Reserve(long length) => disk.Do(DiskCall.Reserve, name, () =>
        {
            if (length > content.Bytes.Length) content.Write([0], length - 1);
            return 0;
        }, length);

        public void Flush() => disk.Do(DiskCall.Flush, name, () => disk.Flush(name, content));

        public void Dispose() { }
    }

    int Write(Content content, byte[] bytes, long position)
    {
        var target = TakeDue() switch
        {
            FaultKind.LostWrite => Content.Nowhere,
            FaultKind.MisdirectedWrite => _faultDice.Between(1, 6) * (_faultDice.OneIn(2) ? 1 : -1),
            _ => 0,
        };
        content.Write(bytes, position, target);
        return 0;
    }

    int Flush(string name, Content content)
    {
        HoldIfAsked(name);
        RequireLife();
        Flushes++;
        if (FlushesLeft-- <= 0) throw new IOException("The simulated disk failed to flush.");
        if (Sabotage == Sabotage.FlushIgnored && name.StartsWith("journal", StringComparison.Ordinal)) return 0;
        if (TakeDue() == FaultKind.FlushFails)
        {
            content.FailToFlush(_faultDice);
            if (Sabotage == Sabotage.FlushFailureHidden) return 0;
            throw new IOException($"The simulated disk failed to flush {name}.");
        }
        content.Flush();
        return 0;
    }
}
