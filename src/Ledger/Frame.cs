namespace Pujiang.Ledger;

/// <summary>One flushed batch in the journal: a header, then the records.</summary>
/// <remarks>
/// Header: magic, payload bytes, batch number, time, first sequence, record count, CRC32C of all but itself, and the chain:
/// SHA-256 over the chain value of the batch before, the header up to the checksum, and the payload.
/// </remarks>
static class Frame
{
    public const int HeaderBytes = 72;
    public const int Magic = 0x31424A50;
    const int PayloadBytes = 4;
    const int Number = 8;
    const int Time = 16;
    const int FirstSequence = 24;
    const int Count = 32;
    const int Checksum = 36;
    const int Chain = 40;

    /// <summary>Fills in the checksums of the records and the header before them, and moves the chain on.</summary>
    public static void Seal(Span<byte> frame, long number, long time, long firstSequence, int records, Span<byte> chain)
    {
        foreach (var record in new RecordEnumerator(frame, default)) Layout.Seal(frame.Slice((int)record.At.Packed, record.Bytes.Length));
        Layout.Put(frame, 0, Magic);
        Layout.Put(frame, PayloadBytes, frame.Length - HeaderBytes);
        Layout.Put(frame, Number, number);
        Layout.Put(frame, Time, time);
        Layout.Put(frame, FirstSequence, firstSequence);
        Layout.Put(frame, Count, records);
        Link(frame, chain);
        chain.CopyTo(frame[Chain..]);
        Layout.Put(frame, Checksum, unchecked((int)ChecksumOf(frame)));
    }

    /// <summary>Moves the chain on over this frame.</summary>
    static void Link(ReadOnlySpan<byte> frame, Span<byte> chain)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(chain);
        hash.AppendData(frame[..Checksum]);
        hash.AppendData(frame[HeaderBytes..]);
        hash.GetHashAndReset(chain);
    }

    /// <summary>Header and payload, or -1 when the header can't be one.</summary>
    public static long LengthOf(ReadOnlySpan<byte> header)
    {
        var payload = Layout.Int32(header, PayloadBytes);
        return Layout.Int32(header, 0) == Magic && payload >= 0 && payload % 8 == 0 ? HeaderBytes + (long)payload : -1;
    }

    public static long NumberOf(ReadOnlySpan<byte> frame) => Layout.Int64(frame, Number);
    public static long TimeOf(ReadOnlySpan<byte> frame) => Layout.Int64(frame, Time);
    public static long FirstSequenceOf(ReadOnlySpan<byte> frame) => Layout.Int64(frame, FirstSequence);
    public static int CountOf(ReadOnlySpan<byte> frame) => Layout.Int32(frame, Count);

    public static bool IsSound(ReadOnlySpan<byte> frame) =>
        LengthOf(frame) == frame.Length && Layout.Int32(frame, Checksum) == unchecked((int)ChecksumOf(frame));

    /// <summary>Whether the frame continues the chain; moves it on.</summary>
    public static bool Continues(ReadOnlySpan<byte> frame, Span<byte> chain)
    {
        Link(frame, chain);
        return chain.SequenceEqual(frame.Slice(Chain, 32));
    }

    static uint ChecksumOf(ReadOnlySpan<byte> frame) =>
        Crc.Append(Crc.Append(uint.MaxValue, frame[..Checksum]), frame[Chain..]);
}

/// <summary>The first bytes of a segment file.</summary>
static class SegmentHeader
{
    public const int Bytes = 72;
    const long Magic = 0x314745534C4A5550;
    public const int Version = 2;

    public static void Write(Span<byte> header, int segment, long nextBatch, long nextSequence, ReadOnlySpan<byte> chain)
    {
        header[..Bytes].Clear();
        Layout.Put(header, 0, Magic);
        Layout.Put(header, 8, Version);
        Layout.Put(header, 12, segment);
        Layout.Put(header, 16, nextBatch);
        Layout.Put(header, 24, nextSequence);
        chain.CopyTo(header[32..]);
        Layout.Put(header, 64, (long)Crc.Of(header[..64]));
    }

    /// <summary>The version of a header, or 0 for none. Magic, version and checksum keep their places in every version.</summary>
    public static int VersionOf(ReadOnlySpan<byte> header) =>
        header.Length >= Bytes && Layout.Int64(header, 0) == Magic && Layout.Int64(header, 64) == Crc.Of(header[..64]) ? Layout.Int32(header, 8) : 0;

    public static bool IsSound(ReadOnlySpan<byte> header, int segment) => VersionOf(header) == Version && Layout.Int32(header, 12) == segment;

    public static long NextBatch(ReadOnlySpan<byte> header) => Layout.Int64(header, 16);

    /// <summary>Where the segment's frames begin, and what they continue.</summary>
    public static JournalPoint Point(ReadOnlySpan<byte> header, int segment) =>
        new(new Position(segment, Bytes), NextBatch(header), Layout.Int64(header, 24), header.Slice(32, 32).ToArray());
}
