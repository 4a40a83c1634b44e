using System.Buffers.Binary;

namespace Pujiang.Platform;

/// <summary>Walks the parts of an image from its first byte to its last, without decoding it.</summary>
static class ImageInspection
{
    /// <summary>Pixels of a side, and of the whole: more would fill the memory of whoever opens it (a decompression bomb).</summary>
    public const int MostSide = 16_384;
    public const long MostPixels = 64_000_000;

    public static Outcome<FileFacts> Inspect(Stream file, FileFormat format)
    {
        // At most 10 MB (FormatFacts.MostBytes), which the caller has made sure of.
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        var walked = format switch
        {
            FileFormat.Jpeg => Jpeg(bytes),
            FileFormat.Png => Png(bytes),
            FileFormat.WebP => WebP(bytes),
            _ => Heic(bytes),
        };
        if (!walked.Try(out var facts, out var refusal)) return refusal;
        if (facts.Width < 1 || facts.Height < 1) return FileInspection.Damaged(Name(format), "it does not say its width and height");
        if (facts.Width > MostSide || facts.Height > MostSide || (long)facts.Width * facts.Height > MostPixels)
            return FileInspection.Excessive($"{facts.Width} × {facts.Height} pixels; at most {MostSide} on a side and {MostPixels / 1_000_000} million in all");
        return facts;
    }

    static string Name(FileFormat format) => $"{format}".ToUpperInvariant();

    /// <summary>ITU-T T.81 annex B: segments with a length, then entropy-coded data up to the next marker.</summary>
    static Outcome<FileFacts> Jpeg(ReadOnlySpan<byte> bytes)
    {
        var (at, width, height) = (2, 0, 0);
        while (at + 1 < bytes.Length)
        {
            if (bytes[at] != 0xFF) return FileInspection.Damaged("JPEG", $"there is no marker at byte {at}");
            var marker = bytes[at + 1];
            at += 2;
            if (marker == 0xFF) at--;
            else if (marker == 0xD9)
                return at == bytes.Length ? new FileFacts(FileFormat.Jpeg, Width: width, Height: height) : FileInspection.Trailing("JPEG", bytes.Length - at);
            else if (marker is 0x01 or (>= 0xD0 and <= 0xD8)) { }
            else
            {
                if (at + 2 > bytes.Length) break;
                int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
                if (length < 2 || at + length > bytes.Length) break;
                // Start of frame, all kinds but the tables C4, C8 and CC.
                if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC) && length >= 7)
                    (height, width) = (BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 3)..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 5)..]));
                at += length;
                if (marker == 0xDA) at = EndOfScan(bytes, at);
            }
        }
        return FileInspection.Damaged("JPEG", "its end is missing");
    }

    /// <summary>The next marker that is neither a stuffed FF nor a restart.</summary>
    static int EndOfScan(ReadOnlySpan<byte> bytes, int at)
    {
        for (; at + 1 < bytes.Length; at++)
            if (bytes[at] == 0xFF && bytes[at + 1] is not (0x00 or (>= 0xD0 and <= 0xD7))) return at;
        return bytes.Length;
    }

    /// <summary>PNG third edition, section 5: chunks with length, type and CRC-32.</summary>
    static Outcome<FileFacts> Png(ReadOnlySpan<byte> bytes)
    {
        var (at, width, height) = (8, 0u, 0u);
        while (at + 12L <= bytes.Length)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
            if (length > bytes.Length - at - 12) break;
            var chunk = bytes.Slice(at + 4, 4 + (int)length);
            var type = chunk[..4];
            if (Crc32(chunk) != BinaryPrimitives.ReadUInt32BigEndian(bytes[(at + 8 + (int)length)..]))
                return FileInspection.Damaged("PNG", $"the checksum of the part at byte {at} is wrong");
            if (at == 8 && !type.SequenceEqual("IHDR"u8)) return FileInspection.Damaged("PNG", "its first part is not the header");
            if (at == 8 && length == 13)
                (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(chunk[4..]), BinaryPrimitives.ReadUInt32BigEndian(chunk[8..]));
            at += 12 + (int)length;
            if (!type.SequenceEqual("IEND"u8)) continue;
            return at == bytes.Length ? new FileFacts(FileFormat.Png, Width: Side(width), Height: Side(height)) : FileInspection.Trailing("PNG", bytes.Length - at);
        }
        return FileInspection.Damaged("PNG", "its end is missing");
    }

    /// <summary>PNG third edition, annex D: the polynomial EDB88320, reflected.</summary>
    static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes) crc = CrcTable[(crc ^ b) & 0xFF] ^ (crc >> 8);
        return ~crc;
    }

    static readonly uint[] CrcTable = [.. Enumerable.Range(0, 256).Select(n =>
    {
        var c = (uint)n;
        for (var bit = 0; bit < 8; bit++) c = (c & 1) == 1 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
        return c;
    })];

    static int Side(uint side) => (int)uint.Min(side, int.MaxValue);

    /// <summary>RFC 9649 section 2: a RIFF container whose first chunk says the size.</summary>
    static Outcome<FileFacts> WebP(ReadOnlySpan<byte> bytes)
    {
        var size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) + 8L;
        if (size > bytes.Length || bytes.Length < 30) return FileInspection.Damaged("WEBP", "its end is missing");
        if (size < bytes.Length) return FileInspection.Trailing("WEBP", bytes.Length - size);
        var kind = bytes.Slice(12, 4);
        var data = bytes[20..];
        if (kind.SequenceEqual("VP8X"u8))
            return new FileFacts(FileFormat.WebP, Width: 1 + ReadUInt24(data[4..]), Height: 1 + ReadUInt24(data[7..]));
        if (kind.SequenceEqual("VP8L"u8) && data[0] == 0x2F && BinaryPrimitives.ReadUInt32LittleEndian(data[1..]) is var sides)
            return new FileFacts(FileFormat.WebP, Width: 1 + (int)(sides & 0x3FFF), Height: 1 + (int)((sides >> 14) & 0x3FFF));
        if (kind.SequenceEqual("VP8 "u8) && data[3..].StartsWith((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A]))
            return new FileFacts(FileFormat.WebP,
                Width: BinaryPrimitives.ReadUInt16LittleEndian(data[6..]) & 0x3FFF, Height: BinaryPrimitives.ReadUInt16LittleEndian(data[8..]) & 0x3FFF);
        return FileInspection.Damaged("WEBP", "its first part is no image");
    }

    static int ReadUInt24(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);

    /// <summary>ISO/IEC 14496-12 boxes: all of them side by side must fill the file, and the largest "ispe" is the image.</summary>
    static Outcome<FileFacts> Heic(ReadOnlySpan<byte> bytes)
    {
        var facts = new FileFacts(FileFormat.Heic);
        var at = 0;
        while (at < bytes.Length)
        {
            if (!TryBox(bytes[at..], out var type, out var content, out var length)) return FileInspection.Damaged("HEIC", $"the part at byte {at} is not whole");
            // A film instead of a picture, or a program for one.
            if (type is "moov" or "moof") return FileInspection.Media;
            if (type == "meta" && content.Length > 4) facts = Largest(content[4..], facts, depth: 0);
            at += length;
        }
        return facts;
    }

    static FileFacts Largest(ReadOnlySpan<byte> boxes, FileFacts facts, int depth)
    {
        while (TryBox(boxes, out var type, out var content, out var length))
        {
            if (type is "iprp" or "ipco" && depth < 3) facts = Largest(content, facts, depth + 1);
            if (type == "ispe" && content.Length >= 12)
            {
                var (width, height) = (Side(BinaryPrimitives.ReadUInt32BigEndian(content[4..])), Side(BinaryPrimitives.ReadUInt32BigEndian(content[8..])));
                if ((long)width * height > (long)facts.Width * facts.Height) facts = facts with { Width = width, Height = height };
            }
            boxes = boxes[length..];
        }
        return facts;
    }

    /// <summary>The box at the beginning; false when none is there as a whole.</summary>
    static bool TryBox(ReadOnlySpan<byte> bytes, out string type, out ReadOnlySpan<byte> content, out int length)
    {
        (type, length) = ("", 0);
        content = default;
        if (bytes.Length < 8) return false;
        type = System.Text.Encoding.ASCII.GetString(bytes.Slice(4, 4));
        long size = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var header = 8;
        if (size == 1 && bytes.Length >= 16) (size, header) = ((long)ulong.Min(BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), int.MaxValue), 16);
        if (size == 0) size = bytes.Length;
        if (size < header || size > bytes.Length) return false;
        content = bytes[header..(int)size];
        length = (int)size;
        return true;
    }
}
