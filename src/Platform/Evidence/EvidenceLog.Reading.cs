namespace Pujiang.Platform;

public sealed partial class EvidenceLog
{
    /// <summary>The bytes of an entry.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The log has no such entry.</exception>
    /// <exception cref="EvidenceDamagedException">Its file is gone or torn.</exception>
    public ReadOnlyMemory<byte> Read(long index) => ReadFrom(index, 1)[0];

    /// <summary>The entries from this index on, as far as the file goes that holds it: up to 256, and at most <paramref name="most"/>.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> ReadFrom(long index, int most = TilePath.FullWidth)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Head.Size);
        var path = TilePath.In(Head.Size, TilePath.Entries, index / TilePath.FullWidth);
        var entries = Bundle.Split(TileFile(path));
        if (entries is null || entries.Count < path.Width) throw new EvidenceDamagedException($"The file {path} of the evidence log is torn. Restore it from a backup.");
        var first = (int)(index % TilePath.FullWidth);
        return entries.GetRange(first, Math.Min(most, path.Width - first));
    }

    /// <summary>The leaf hash at an index.</summary>
    public byte[] LeafHash(long index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Head.Size);
        var hash = new byte[Merkle.HashBytes];
        new Tiles(this).Read(0, index, hash);
        return hash;
    }

    /// <summary>The hashes that lead from a leaf to the root of the log's first <paramref name="size"/> entries.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The log never had this size, or the leaf is not in it.</exception>
    public IReadOnlyList<byte[]> ProveInclusion(long index, long size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, Head.Size);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        return Merkle.Inclusion(new Tiles(this), index, size);
    }

    /// <summary>The hashes that show that the log at one size begins with all it held at a smaller one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The sizes are not in order, or larger than the log.</exception>
    public IReadOnlyList<byte[]> ProveConsistency(long from, long to)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(to, Head.Size);
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, to);
        return Merkle.Consistency(new Tiles(this), from, to);
    }

    /// <summary>The root over the first entries.</summary>
    public byte[] RootAt(long size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, Head.Size);
        return Merkle.Root(new Tiles(this), size);
    }

    /// <summary>A file of tiles or entries as it is served, or null when the published log has none of this name.</summary>
    internal byte[]? Tile(TilePath path)
    {
        // What is written but not yet under a checkpoint may still change after a crash, and must not be seen.
        if (TilePath.In(Head.Size, path.Level, path.Index).Width < path.Width) return null;
        return _disk.Read(path.ToString());
    }

    /// <summary>A partial tile is deleted once it is full: who was about to read it then reads the full one, which begins the same.</summary>
    byte[] TileFile(TilePath path) =>
        _disk.Read(path.ToString()) ?? (path.IsPartial ? _disk.Read((path with { Width = TilePath.FullWidth }).ToString()) : null)
        ?? throw new EvidenceDamagedException($"The file {path} of the evidence log is missing. Restore it from a backup.");

    /// <summary>The hashes of the published tree; each tile is read once, for one proof.</summary>
    sealed class Tiles(EvidenceLog log) : ITreeHashes
    {
        readonly long _size = log.Head.Size;
        readonly Dictionary<(int, long), byte[]> _read = [];

        public void Read(int level, long index, Span<byte> into)
        {
            var (tileLevel, height) = Math.DivRem(level, TilePath.LevelsInATile);
            var first = index << height;
            var tile = Tile(tileLevel, first / TilePath.FullWidth);
            Span<byte> hashes = stackalloc byte[Merkle.HashBytes << height];
            tile.AsSpan((int)(first % TilePath.FullWidth) * Merkle.HashBytes, hashes.Length).CopyTo(hashes);
            Merkle.Fold(hashes);
            hashes[..Merkle.HashBytes].CopyTo(into);
        }

        byte[] Tile(int level, long index)
        {
            if (_read.TryGetValue((level, index), out var tile)) return tile;
            var path = TilePath.In(_size, level, index);
            tile = log.TileFile(path);
            if (tile.Length < path.Width * Merkle.HashBytes) throw new EvidenceDamagedException($"The file {path} of the evidence log is torn. Restore it from a backup.");
            return _read[(level, index)] = tile;
        }
    }
}
