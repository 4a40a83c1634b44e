using System.Buffers.Binary;
using System.Text;

namespace Pujiang.Platform;

/// <summary>A TrueType face as far as a PDF needs it: the glyph of a character, its width, and a smaller face of some glyphs.</summary>
/// <remarks>OpenType 1.9: "otff", "cmap" format 12, "hmtx", "loca", "glyf".</remarks>
sealed class TrueTypeFace
{
    readonly byte[] _file;
    readonly Dictionary<string, (int At, int Length)> _tables = new(StringComparer.Ordinal);
    readonly int _groupsAt, _groups, _metrics;
    readonly bool _hasLongOffsets;

    /// <param name="file">A font, or a collection (.ttc), of which the first face is taken.</param>
    /// <exception cref="InvalidDataException">The font lacks a table that is needed.</exception>
    public TrueTypeFace(byte[] file)
    {
        _file = file;
        var header = file.AsSpan().StartsWith("ttcf"u8) ? (int)Number(12) : 0;
        for (var i = 0; i < Short(header + 4); i++)
        {
            var record = header + 12 + (16 * i);
            _tables[Encoding.ASCII.GetString(file, record, 4)] = ((int)Number(record + 8), (int)Number(record + 12));
        }
        UnitsPerEm = Short(At("head") + 18);
        Ascent = Signed(At("hhea") + 4);
        Descent = Signed(At("hhea") + 6);
        _hasLongOffsets = Short(At("head") + 50) == 1;
        _metrics = Short(At("hhea") + 34);
        (_groupsAt, _groups) = Groups();
    }

    /// <summary>Units of the font's own measure in the size of a letter.</summary>
    public int UnitsPerEm { get; }

    /// <summary>Of the highest letters above the base line, in units.</summary>
    public int Ascent { get; }

    /// <summary>Of the lowest letters below the base line, in units; negative.</summary>
    public int Descent { get; }

    /// <summary>The box that all glyphs fit in: left, bottom, right, top, in units.</summary>
    public IReadOnlyList<int> Box => [.. Enumerable.Range(0, 4).Select(i => Signed(At("head") + 36 + (2 * i)))];

    /// <summary>The glyph of a character; 0 when the face has none.</summary>
    public int GlyphOf(Rune rune)
    {
        var (low, high) = (0, _groups - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var at = _groupsAt + (12 * middle);
            if (rune.Value < Number(at)) high = middle - 1;
            else if (rune.Value > Number(at + 4)) low = middle + 1;
            else return (int)(Number(at + 8) + rune.Value - Number(at));
        }
        return 0;
    }

    /// <summary>How far the next letter is, in units.</summary>
    public int WidthOf(int glyph) => Short(At("hmtx") + (4 * Math.Min(glyph, _metrics - 1)));

    /// <summary>
    /// A face of these glyphs alone, numbered in their order; parts that they share follow behind. It has no table of characters:
    /// a PDF names glyphs by number.
    /// </summary>
    public byte[] Subset(IReadOnlyList<int> glyphs)
    {
        var all = glyphs.ToList();
        var parts = new Dictionary<int, int>();
        using MemoryStream outlines = new(), offsets = new(), metrics = new();
        for (var i = 0; i < all.Count; i++)
        {
            Write(offsets, (uint)outlines.Length);
            outlines.Write(Outline(all[i], part => Numbered(part, parts, all)));
            outlines.Write(new byte[(4 - (outlines.Length % 4)) % 4]);
            metrics.Write([(byte)(WidthOf(all[i]) >> 8), (byte)(WidthOf(all[i]) & 0xFF), .. Bearing(all[i])]);
        }
        Write(offsets, (uint)outlines.Length);
        var (head, hhea, maxp) = (Table("head").ToArray(), Table("hhea").ToArray(), Table("maxp").ToArray());
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(8), 0);
        BinaryPrimitives.WriteInt16BigEndian(head.AsSpan(50), 1);
        BinaryPrimitives.WriteUInt16BigEndian(hhea.AsSpan(34), (ushort)all.Count);
        BinaryPrimitives.WriteUInt16BigEndian(maxp.AsSpan(4), (ushort)all.Count);
        return Assemble(
            ("cvt ", Table("cvt ").ToArray()), ("fpgm", Table("fpgm").ToArray()), ("glyf", outlines.ToArray()), ("head", head), ("hhea", hhea),
            ("hmtx", metrics.ToArray()), ("loca", offsets.ToArray()), ("maxp", maxp), ("prep", Table("prep").ToArray()));
    }

    static int Numbered(int part, Dictionary<int, int> parts, List<int> all)
    {
        if (parts.TryGetValue(part, out var number)) return number;
        all.Add(part);
        return parts[part] = all.Count - 1;
    }

    /// <summary>The outline of a glyph; where it is put together of others, with their new numbers ("glyf", composite glyph description).</summary>
    byte[] Outline(int glyph, Func<int, int> number)
    {
        const int ArgumentsAreWords = 1, HasScale = 8, More = 0x20, HasTwoScales = 0x40, HasMatrix = 0x80;
        var (from, to) = (Offset(glyph), Offset(glyph + 1));
        var outline = Table("glyf")[from..to].ToArray();
        if (outline.Length == 0 || BinaryPrimitives.ReadInt16BigEndian(outline) >= 0) return outline;
        for (var at = 10; ;)
        {
            var flags = BinaryPrimitives.ReadUInt16BigEndian(outline.AsSpan(at));
            var part = outline.AsSpan(at + 2);
            BinaryPrimitives.WriteUInt16BigEndian(part, (ushort)number(BinaryPrimitives.ReadUInt16BigEndian(part)));
            if ((flags & More) == 0) return outline;
            at += 4 + ((flags & ArgumentsAreWords) != 0 ? 4 : 2)
                + ((flags & HasScale) != 0 ? 2 : (flags & HasTwoScales) != 0 ? 4 : (flags & HasMatrix) != 0 ? 8 : 0);
        }
    }

    int Offset(int glyph) => _hasLongOffsets ? (int)Number(At("loca") + (4 * glyph)) : 2 * Short(At("loca") + (2 * glyph));

    ReadOnlySpan<byte> Bearing(int glyph) =>
        _file.AsSpan(At("hmtx") + (glyph < _metrics ? (4 * glyph) + 2 : (4 * _metrics) + (2 * (glyph - _metrics))), 2);

    static byte[] Assemble(params IReadOnlyList<(string Name, byte[] Bytes)> tables)
    {
        var power = 1 << (int)Math.Log2(tables.Count);
        using var file = new MemoryStream();
        file.Write([0, 1, 0, 0, 0, (byte)tables.Count, 0, (byte)(16 * power), 0, (byte)Math.Log2(power), 0, (byte)(16 * (tables.Count - power))]);
        var at = 12 + (16 * tables.Count);
        foreach (var (name, bytes) in tables)
        {
            file.Write(Encoding.ASCII.GetBytes(name));
            Write(file, Checksum(bytes));
            Write(file, (uint)at);
            Write(file, (uint)bytes.Length);
            at += (bytes.Length + 3) & ~3;
        }
        var headAt = 0L;
        foreach (var (name, bytes) in tables)
        {
            if (name == "head") headAt = file.Length;
            file.Write(bytes);
            file.Write(new byte[(4 - (bytes.Length % 4)) % 4]);
        }
        var face = file.ToArray();
        BinaryPrimitives.WriteUInt32BigEndian(face.AsSpan((int)headAt + 8), unchecked(0xB1B0AFBA - Checksum(face)));
        return face;
    }

    static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0u;
        Span<byte> last = stackalloc byte[4];
        for (; bytes.Length >= 4; bytes = bytes[4..]) sum = unchecked(sum + BinaryPrimitives.ReadUInt32BigEndian(bytes));
        last.Clear();
        bytes.CopyTo(last);
        return unchecked(sum + BinaryPrimitives.ReadUInt32BigEndian(last));
    }

    static void Write(Stream stream, uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        stream.Write(bytes);
    }

    (int At, int Count) Groups()
    {
        var cmap = At("cmap");
        for (var i = 0; i < Short(cmap + 2); i++)
        {
            var at = cmap + (int)Number(cmap + 4 + (8 * i) + 4);
            if (Short(at) == 12) return (at + 16, (int)Number(at + 12));
        }
        throw new InvalidDataException("The font has no table of all characters (cmap, format 12).");
    }

    int At(string table) => _tables.TryGetValue(table, out var found) ? found.At : throw new InvalidDataException($"The font has no table '{table}'.");

    ReadOnlySpan<byte> Table(string table) => _file.AsSpan(At(table), _tables[table].Length);

    int Short(int at) => BinaryPrimitives.ReadUInt16BigEndian(_file.AsSpan(at));

    int Signed(int at) => BinaryPrimitives.ReadInt16BigEndian(_file.AsSpan(at));

    uint Number(int at) => BinaryPrimitives.ReadUInt32BigEndian(_file.AsSpan(at));
}
