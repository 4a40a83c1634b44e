using System.Numerics;

namespace Pujiang.Ledger;

enum RecordType : byte
{
    Entry = 1,
    AccountOpened = 2,
    LimitsChanged = 3,
    Refusal = 4,
    PeriodClosed = 5,
}

/// <summary>
/// The bytes of the journal's records. All numbers are little-endian; each record begins with its size (a multiple of 8)
/// and a CRC32C of everything but the checksum itself, so that a single record can be trusted when it is read alone.
/// </summary>
static class Layout
{
    public const int Size = 0;
    public const int Checksum = 4;
    public const int Type = 8;

    // Entry: header, then the legs, then reference and metadata.
    public const int Action = 9;
    public const int LegCount = 10;
    public const int ReferenceBytes = 12;
    public const int MetadataBytes = 14;
    public const int Sequence = 16;
    public const int PostedAt = 24;
    public const int Id = 32;
    public const int Hold = 48;
    public const int ExpiresAt = 64;
    public const int ValueDate = 72;
    public const int Code = 76;
    public const int Flags = 80;
    public const int Requested = 88;
    public const int ReferencePrevious = 96;
    public const int EntryHeader = 104;

    // Flags of an entry.
    public const byte LegsOmitted = 1;
    public const byte AtMost = 2;

    // A command is an entry's record before it is decided: what the machine will fill in carries what callers' threads have found.
    public const int CommandPrint = Sequence;
    public const int CommandStatus = PostedAt;
    public const int CommandLinked = PostedAt + 1;
    public const int CommandRefusedLeg = PostedAt + 4;
    public const int CommandLegId = LegBalance;
    public const int CommandLegPrint = LegPrevious;

    // A leg.
    public const int LegAccount = 0;
    public const int LegSide = 4;
    public const int LegAmount = 8;
    public const int LegBalance = 16;
    public const int LegPrevious = 48;
    public const int LegOrdinal = 56;
    public const int LegBytes = 64;

    // Account opened: id, number, limits, asset and texts. Limits changed: the same fields up to the limits.
    public const int AccountNumber = 12;
    public const int AccountTime = 16;
    public const int AccountId = 32;
    public const int Overdraft = 48;
    public const int FrozenAmount = 56;
    public const int LimitFlags = 64;
    public const int AccountKind = 65;
    public const int AssetScale = 66;
    public const int AssetBytes = 67;
    public const int ChartBytes = 68;
    public const int OwnerBytes = 69;
    public const int AccountTexts = 72;

    // Refusal: id at the same place as an entry's.
    public const int RefusalStatus = 9;
    public const int RefusalLeg = 10;
    public const int RefusedAt = 24;
    public const int ContentHash = 48;
    public const int RefusalBytes = 64;

    // Period closed.
    public const int PeriodTime = 24;
    public const int PeriodThrough = 32;

    public const int MaxLegs = 1000;
    public const int LargestRecord = EntryHeader + MaxLegs * LegBytes + 4096;

    public static int Align(int bytes) => (bytes + 7) & ~7;

    /// <summary>Writes the checksum; the rest of the record must be in place.</summary>
    public static void Seal(Span<byte> record) => BinaryPrimitives.WriteUInt32LittleEndian(record[Checksum..], ChecksumOf(record));

    public static bool IsSound(ReadOnlySpan<byte> record) =>
        record.Length >= RefusalBytes
        && BinaryPrimitives.ReadInt32LittleEndian(record) == record.Length
        && BinaryPrimitives.ReadUInt32LittleEndian(record[Checksum..]) == ChecksumOf(record);

    static uint ChecksumOf(ReadOnlySpan<byte> record) =>
        Crc.Append(Crc.Append(uint.MaxValue, record[..Checksum]), record[Type..]);

    public static long Int64(ReadOnlySpan<byte> record, int at) => BinaryPrimitives.ReadInt64LittleEndian(record[at..]);
    public static int Int32(ReadOnlySpan<byte> record, int at) => BinaryPrimitives.ReadInt32LittleEndian(record[at..]);
    public static int UInt16(ReadOnlySpan<byte> record, int at) => BinaryPrimitives.ReadUInt16LittleEndian(record[at..]);
    public static Guid Guid(ReadOnlySpan<byte> record, int at) => new(record.Slice(at, 16));

    public static void Put(Span<byte> record, int at, long value) =>
        BinaryPrimitives.WriteInt64LittleEndian(record[at..], value);

    public static void Put(Span<byte> record, int at, int value) =>
        BinaryPrimitives.WriteInt32LittleEndian(record[at..], value);

    public static void PutUInt16(Span<byte> record, int at, int value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(record[at..], (ushort)value);

    public static void Put(Span<byte> record, int at, Guid value) => value.TryWriteBytes(record[at..]);
}

static class Crc
{
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words) crc = BitOperations.Crc32C(crc, word);
        foreach (var single in bytes[(words.Length * 8)..]) crc = BitOperations.Crc32C(crc, single);
        return crc;
    }

    public static uint Of(ReadOnlySpan<byte> bytes) => Append(uint.MaxValue, bytes);
}
