using System.Buffers;
using System.Buffers.Binary;

namespace Pujiang.Platform;

/// <summary>The tiles that are not yet full: all that the writer needs in memory, whatever the size of the log.</summary>
sealed class RightEdge
{
    const int TileBytes = TilePath.FullWidth * Merkle.HashBytes;

    readonly List<Tile> _tiles = [];
    readonly ArrayBufferWriter<byte> _bundle = new();

    /// <summary>Number of leaves.</summary>
    public long Size { get; private set; }

    sealed class Tile
    {
        public byte[] Hashes { get; } = new byte[TileBytes];
        public int Width { get; set; }
    }

    /// <summary>The edge as the checkpoint says it is.</summary>
    /// <exception cref="EvidenceDamagedException">A tile is missing, torn, or does not fit the checkpoint's root.</exception>
    public static RightEdge Load(IEvidenceDisk disk, Checkpoint checkpoint)
    {
        var edge = new RightEdge { Size = checkpoint.Size };
        for (var level = 0; TilePath.HashesAt(checkpoint.Size, level) > 0; level++) edge._tiles.Add(LoadTile(disk, checkpoint.Size, level));
        if (!edge.Root().AsSpan().SequenceEqual(checkpoint.Root))
            throw new EvidenceDamagedException($"The tiles of the evidence log do not give the root that its checkpoint of {checkpoint.Size:N0} entries has. Restore it from a backup.");
        edge.LoadBundle(disk);
        return edge;
    }

    static Tile LoadTile(IEvidenceDisk disk, long size, int level)
    {
        var tile = new Tile { Width = (int)(TilePath.HashesAt(size, level) % TilePath.FullWidth) };
        if (tile.Width == 0) return tile;
        var path = TilePath.In(size, level, TilePath.HashesAt(size, level) / TilePath.FullWidth);
        if (ReadGrowing(disk, path) is not { } hashes || hashes.Length < tile.Width * Merkle.HashBytes)
            throw new EvidenceDamagedException($"The file {path} of the evidence log is missing or has the wrong length. Restore it from a backup.");
        hashes.AsSpan(0, tile.Width * Merkle.HashBytes).CopyTo(tile.Hashes);
        return tile;
    }

    /// <summary>A file that is not full at the checkpoint's size, or its full form, which begins the same.</summary>
    /// <remarks>
    /// A copy made of a log that goes on may have only the full form: the other is deleted once it is full. After a crash the full
    /// form may lie there as well. Neither is trusted further than the checkpoint's root reaches.
    /// </remarks>
    static byte[]? ReadGrowing(IEvidenceDisk disk, TilePath path) =>
        disk.Read(path.ToString()) ?? disk.Read((path with { Width = TilePath.FullWidth }).ToString());

    void LoadBundle(IEvidenceDisk disk)
    {
        var path = TilePath.In(Size, TilePath.Entries, Size / TilePath.FullWidth);
        if (path.Width == 0) return;
        if (ReadGrowing(disk, path) is not { } bytes || Bundle.Split(bytes) is not { } entries || entries.Count < path.Width || !FitHashes(entries[..path.Width]))
            throw new EvidenceDamagedException($"The file {path} of the evidence log is missing or does not fit its hashes. Restore it from a backup.");
        const int LengthBytes = 2;
        _bundle.Write(bytes.AsSpan(0, entries[..path.Width].Sum(entry => LengthBytes + entry.Length)));
    }

    bool FitHashes(List<ReadOnlyMemory<byte>> entries) =>
        entries.Select((entry, i) => Merkle.At(_tiles[0].Hashes, i).SequenceEqual(Merkle.Leaf(entry.Span))).All(fits => fits);

    /// <summary>Adds entries with their leaf hashes, and writes each file that this fills.</summary>
    public void Add(IEvidenceDisk disk, IReadOnlyList<ReadOnlyMemory<byte>> entries, byte[] leafHashes)
    {
        Span<byte> length = stackalloc byte[2];
        for (var i = 0; i < entries.Count; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)entries[i].Length);
            _bundle.Write(length);
            _bundle.Write(entries[i].Span);
            var full = (Size + 1) % TilePath.FullWidth == 0;
            if (full)
            {
                disk.Write(new TilePath(TilePath.Entries, Size / TilePath.FullWidth, TilePath.FullWidth).ToString(), _bundle.WrittenSpan);
                _bundle.ResetWrittenCount();
            }
            AddHash(disk, 0, Size / TilePath.FullWidth, Merkle.At(leafHashes, i));
            Size++;
        }
    }

    void AddHash(IEvidenceDisk disk, int level, long index, ReadOnlySpan<byte> hash)
    {
        if (_tiles.Count == level) _tiles.Add(new Tile());
        var tile = _tiles[level];
        hash.CopyTo(Merkle.At(tile.Hashes, tile.Width++));
        if (tile.Width < TilePath.FullWidth) return;
        disk.Write(new TilePath(level, index, TilePath.FullWidth).ToString(), tile.Hashes);
        Merkle.Fold(tile.Hashes);
        tile.Width = 0;
        AddHash(disk, level + 1, index / TilePath.FullWidth, tile.Hashes.AsSpan(0, Merkle.HashBytes));
    }

    /// <summary>Writes the tiles that are not full, where they have grown since the tree had another size.</summary>
    /// <remarks>A file of the published checkpoint is never written again: torn, it would take acknowledged entries with it.</remarks>
    public void WritePartials(IEvidenceDisk disk, long published)
    {
        for (var level = 0; level < _tiles.Count; level++)
            if (_tiles[level].Width > 0 && TilePath.HashesAt(Size, level) != TilePath.HashesAt(published, level))
                disk.Write(PathOf(level).ToString(), _tiles[level].Hashes.AsSpan(0, _tiles[level].Width * Merkle.HashBytes));
        if (_bundle.WrittenCount > 0 && Size != published) disk.Write(PathOf(TilePath.Entries).ToString(), _bundle.WrittenSpan);
    }

    TilePath PathOf(int level) => TilePath.In(Size, level, TilePath.HashesAt(Size, level) / TilePath.FullWidth);

    /// <summary>Removes the partial tiles of places that were partial at this size and are full now.</summary>
    public void DeleteFilled(IEvidenceDisk disk, long published)
    {
        for (var level = TilePath.Entries; TilePath.HashesAt(published, level) > 0; level++)
        {
            var index = TilePath.HashesAt(published, level) / TilePath.FullWidth;
            if (TilePath.HashesAt(published, level) % TilePath.FullWidth > 0 && !TilePath.In(Size, level, index).IsPartial)
                disk.DeleteFolder(new TilePath(level, index, TilePath.FullWidth).Partials);
        }
    }

    /// <summary>The root over all leaves, from the right: the complete subtrees of each tile are the bits of its width.</summary>
    public byte[] Root()
    {
        byte[]? root = null;
        Span<byte> subtree = stackalloc byte[TileBytes];
        foreach (var tile in _tiles)
            for (var (rest, bit) = (tile.Width, 1); rest > 0; bit *= 2)
            {
                if ((rest & bit) == 0) continue;
                rest -= bit;
                var hashes = subtree[..(bit * Merkle.HashBytes)];
                tile.Hashes.AsSpan(rest * Merkle.HashBytes, hashes.Length).CopyTo(hashes);
                Merkle.Fold(hashes);
                if (root is null) root = hashes[..Merkle.HashBytes].ToArray();
                else Merkle.Node(hashes[..Merkle.HashBytes], root, root);
            }
        return root ?? System.Security.Cryptography.SHA256.HashData([]);
    }
}

/// <summary>Entries in a file: each behind its length in two bytes, high byte first.</summary>
static class Bundle
{
    /// <summary>The entries, or null when the bytes end in the middle of one.</summary>
    public static List<ReadOnlyMemory<byte>>? Split(ReadOnlyMemory<byte> bytes)
    {
        var entries = new List<ReadOnlyMemory<byte>>();
        while (bytes.Length > 0)
        {
            if (bytes.Length < 2 || BinaryPrimitives.ReadUInt16BigEndian(bytes.Span) is var length && bytes.Length < 2 + length) return null;
            entries.Add(bytes.Slice(2, length));
            bytes = bytes[(2 + length)..];
        }
        return entries;
    }
}
