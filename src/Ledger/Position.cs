namespace Pujiang.Ledger;

/// <summary>Where a record begins: segment number and byte offset, in one long that orders as the journal does.</summary>
readonly record struct Position(long Packed)
{
    public Position(int segment, long offset) : this(((long)segment << 32) | offset) { }

    public static Position None => default;

    public int Segment => (int)(Packed >> 32);
    public long Offset => Packed & uint.MaxValue;
    public bool Exists => Packed != 0;

    public Position Plus(long bytes) => new(Packed + bytes);

    public static bool operator <(Position left, Position right) => left.Packed < right.Packed;
    public static bool operator >(Position left, Position right) => left.Packed > right.Packed;
    public static bool operator <=(Position left, Position right) => left.Packed <= right.Packed;
    public static bool operator >=(Position left, Position right) => left.Packed >= right.Packed;
}

/// <summary>A leg within a record. Records are aligned to 8 bytes, so three bits of the offset are free for the index.</summary>
readonly record struct LegPosition(long Packed)
{
    const int IndexBits = 10;
    const int AlignmentBits = 3;

    public LegPosition(Position record, int leg)
        : this(((((long)record.Segment << (32 - AlignmentBits)) | (record.Offset >> AlignmentBits)) << IndexBits) | (long)leg) { }

    public static LegPosition None => default;

    public bool Exists => Packed != 0;
    public int Leg => (int)(Packed & ((1 << IndexBits) - 1));

    public Position Record => new((int)(Packed >> (IndexBits + 32 - AlignmentBits)), (Packed >> IndexBits << AlignmentBits) & uint.MaxValue);
}
