namespace Pujiang.Ledger;

/// <summary>The records decided since the last flush, in the bytes that the journal will hold.</summary>
sealed class Batch
{
    byte[] _bytes = new byte[1 << 16];

    /// <summary>Where the first record will stand in the journal.</summary>
    public Position Start { get; private set; }

    /// <summary>Bytes including the room for the frame's header.</summary>
    public int Length { get; private set; } = Frame.HeaderBytes;

    public int Records { get; private set; }
    public bool IsEmpty => Records == 0;
    public Memory<byte> Bytes => _bytes.AsMemory(0, Length);
    public Position End => Start.Plus(Length - Frame.HeaderBytes);

    public void Begin(Position frame)
    {
        Start = frame.Plus(Frame.HeaderBytes);
        Length = Frame.HeaderBytes;
        Records = 0;
    }

    /// <summary>Zeroed room for a record.</summary>
    public Span<byte> Append(int size)
    {
        Invariant.Holds(size % 8 == 0);
        if (Length + size > _bytes.Length) Array.Resize(ref _bytes, int.Max(_bytes.Length * 2, Length + size));
        var record = _bytes.AsSpan(Length, size);
        record.Clear();
        Layout.Put(record, Layout.Size, size);
        Length += size;
        Records++;
        return record;
    }

    /// <summary>Room for a record that begins as a copy of this one.</summary>
    public Span<byte> Append(ReadOnlySpan<byte> bytes)
    {
        if (Length + bytes.Length > _bytes.Length) Array.Resize(ref _bytes, int.Max(_bytes.Length * 2, Length + bytes.Length));
        var record = _bytes.AsSpan(Length, bytes.Length);
        bytes.CopyTo(record);
        Length += bytes.Length;
        Records++;
        return record;
    }

    public (int Length, int Records) Mark => (Length, Records);

    public void CutTo((int Length, int Records) mark) => (Length, Records) = mark;

    public bool Contains(Position at) => at >= Start && at < End;

    public ReadOnlySpan<byte> Read(Position at)
    {
        var record = _bytes.AsSpan((int)(at.Packed - Start.Packed) + Frame.HeaderBytes);
        return record[..Layout.Int32(record, Layout.Size)];
    }
}

/// <summary>What the machine reads: the batch that is being decided, else the journal.</summary>
sealed class BookRecords(Batch batch, JournalFiles files) : IRecords
{
    byte[] _buffer = [];

    public Batch Batch => batch;

    public ReadOnlySpan<byte> Read(Position at) => batch.Contains(at) ? batch.Read(at) : files.Read(at, ref _buffer);
}
