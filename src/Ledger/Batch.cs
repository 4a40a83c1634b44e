namespace Pujiang.Ledger;

/// <summary>The records decided since the last flush, in the bytes that the journal will hold.</summary>
sealed class Batch
{
    /// <summary>From this many bytes on, hashing and writing take long enough to be worth a thread.</summary>
    public const int Large = 256 << 10;

    byte[] _bytes = new byte[1 << 16];
    TaskCompletionSource? _waiting;

    /// <summary>The calls whose answers this batch carries.</summary>
    public List<Work> Decided { get; } = [];

    /// <summary>Where the first record will stand in the journal.</summary>
    public Position Start { get; private set; }

    /// <summary>Bytes including the room for the frame's header.</summary>
    public int Length { get; private set; } = Frame.HeaderBytes;

    public int Records { get; private set; }

    /// <summary>The sequence that its first entry has or would have, and that of its last.</summary>
    public long FirstSequence { get; private set; }
    public long LastSequence { get; private set; }

    /// <summary>UTC ticks at which the last record was decided.</summary>
    public long Time { get; private set; }

    public bool IsEmpty => Records == 0;
    public Memory<byte> Bytes => _bytes.AsMemory(0, Length);
    public Position End => Start.Plus(Length - Frame.HeaderBytes);

    /// <summary>Where the next frame goes.</summary>
    public Position FrameEnd => IsEmpty ? Start.Plus(-Frame.HeaderBytes) : End;

    /// <summary>Completes when this batch is durable, or fails with the ledger. To be asked for with the gate held.</summary>
    public Task Durable => (_waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Those who wait, for the last time.</summary>
    public TaskCompletionSource? TakeWaiting()
    {
        var waiting = _waiting;
        _waiting = null;
        return waiting;
    }

    public void Begin(Position frame, long firstSequence)
    {
        Start = frame.Plus(Frame.HeaderBytes);
        Length = Frame.HeaderBytes;
        Records = 0;
        (FirstSequence, LastSequence) = (firstSequence, firstSequence - 1);
    }

    /// <summary>Up to where the machine has come; to be told when a record is complete.</summary>
    public void Reached(long sequence, long time) => (LastSequence, Time) = (sequence, time);

    /// <summary>Zeroed room for a record.</summary>
    public Span<byte> Append(int size)
    {
        Invariant.Holds(size % 8 == 0);
        var record = Room(size);
        record.Clear();
        Layout.Put(record, Layout.Size, size);
        return record;
    }

    /// <summary>Room for a record that begins as a copy of this one.</summary>
    public Span<byte> Append(ReadOnlySpan<byte> bytes)
    {
        var record = Room(bytes.Length);
        bytes.CopyTo(record);
        return record;
    }

    Span<byte> Room(int size)
    {
        if (Length + size > _bytes.Length) Array.Resize(ref _bytes, int.Max(_bytes.Length * 2, Length + size));
        Length += size;
        Records++;
        return _bytes.AsSpan(Length - size, size);
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

/// <summary>What the machine reads: the batch that is being decided, the one before while it is flushed, else the journal.</summary>
sealed class BookRecords(JournalFiles files) : IRecords
{
    byte[] _buffer = [];
    Batch _spare = new();

    public Batch Batch { get; private set; } = new();

    /// <summary>The batch that is on its way to the disk.</summary>
    public Batch? InFlight { get; private set; }

    public ReadOnlySpan<byte> Read(Position at)
    {
        if (Batch.Contains(at)) return Batch.Read(at);
        return InFlight?.Contains(at) == true ? InFlight.Read(at) : files.Read(at, ref _buffer);
    }

    /// <summary>What was decided takes off; deciding goes on in the other batch.</summary>
    public void Turn()
    {
        Invariant.Holds(InFlight is null);
        (InFlight, Batch) = (Batch, _spare);
        Batch.Begin(InFlight.FrameEnd, 0);
    }

    public void Landed()
    {
        _spare = InFlight!;
        InFlight = null;
    }
}
