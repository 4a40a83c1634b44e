using System.Buffers;
using static Pujiang.Ledger.Layout;

namespace Pujiang.Ledger;

/// <summary>
/// The entries of one call in the form of the records they will become, made and checked on the caller's thread, so that the
/// writer finds all it needs in one row of memory.
/// </summary>
sealed class Commands
{
    byte[] _bytes;
    int[] _starts;
    int _length;

    public Commands(IReadOnlyList<Entry> entries)
    {
        Count = entries.Count;
        var most = 0L;
        for (var i = 0; i < Count; i++) most += MostBytes(entries[i]);
        if (most > Array.MaxLength) throw new ArgumentException($"One call may hold entries of 2 GiB, not {most:N0} bytes. Send them in several calls.", nameof(entries));
        _bytes = ArrayPool<byte>.Shared.Rent((int)most);
        _starts = ArrayPool<int>.Shared.Rent(Count + 1);
        _starts[0] = 0;
        for (var i = 0; i < Count; i++)
        {
            Write(entries[i], isLast: i == Count - 1);
            _starts[i + 1] = _length;
            Legs += this[i].LegCount;
        }
    }

    public int Count { get; }

    /// <summary>The legs of all commands.</summary>
    public int Legs { get; }

    public Command this[int index] => new(_bytes.AsSpan(_starts[index].._starts[index + 1]));

    /// <summary>Gives the memory back; nothing may be read any more.</summary>
    public void Return()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        ArrayPool<int>.Shared.Return(_starts);
        (_bytes, _starts) = ([], []);
    }

    /// <summary>An entry of the ledger's own, right in itself.</summary>
    public static byte[] Single(Entry entry)
    {
        var one = new Commands([entry]);
        var copy = one._bytes[..one._length];
        one.Return();
        return copy;
    }

    void Write(Entry entry, bool isLast)
    {
        var (status, leg) = EntryChecks.OfItself(entry, isLast);
        if (status != EntryStatus.Posted)
        {
            // Refused whatever the ledger knows: nothing else of it will be read.
            WriteHeader(Room(EntryHeader), entry, status, leg);
            return;
        }
        var legs = entry.Legs;
        var textAt = EntryHeader + legs.Count * LegBytes;
        var referenceBytes = Encoding.UTF8.GetByteCount(entry.Reference);
        var metadataBytes = Encoding.UTF8.GetByteCount(entry.Metadata);
        var command = Room(Align(textAt + referenceBytes + metadataBytes));
        WriteHeader(command, entry, status, leg);
        PutUInt16(command, LegCount, legs.Count);
        PutUInt16(command, ReferenceBytes, referenceBytes);
        PutUInt16(command, MetadataBytes, metadataBytes);
        for (var i = 0; i < legs.Count; i++)
        {
            var into = command.Slice(EntryHeader + i * LegBytes, LegBytes);
            var given = legs[i];
            into[LegSide] = (byte)given.Side;
            Put(into, LegAmount, given.Amount);
            Put(into, CommandLegId, given.Account.Value);
            Put(into, CommandLegPrint, unchecked((long)AccountTable.Fingerprint(given.Account)));
        }
        if (entry.AtMost) Put(command, Requested, legs[0].Amount);
        Encoding.UTF8.GetBytes(entry.Reference, command[textAt..]);
        Encoding.UTF8.GetBytes(entry.Metadata, command[(textAt + referenceBytes)..]);
    }

    static void WriteHeader(Span<byte> command, Entry entry, EntryStatus status, int leg)
    {
        Put(command, Size, command.Length);
        command[Layout.Type] = (byte)RecordType.Entry;
        command[Layout.Action] = (byte)entry.Action;
        Put(command, CommandPrint, unchecked((long)IdIndex.Fingerprint(entry.Id)));
        command[CommandStatus] = (byte)status;
        command[CommandLinked] = entry.Linked ? (byte)1 : (byte)0;
        Put(command, CommandRefusedLeg, leg);
        Put(command, Layout.Id, entry.Id.Value);
        Put(command, Layout.Hold, (entry.Hold ?? default).Value);
        Put(command, Layout.ExpiresAt, entry.ExpiresAt?.Ticks ?? 0);
        Put(command, Layout.ValueDate, entry.ValueDate.DayNumber);
        Put(command, Layout.Code, entry.Code);
        command[Flags] = (byte)((entry.Legs.Count == 0 ? LegsOmitted : 0) | (entry.AtMost ? AtMost : 0));
    }

    /// <summary>More than fits into an entry is refused, and needs no room but for saying so.</summary>
    static long MostBytes(Entry entry) => EntryHeader + int.Min(entry.Legs.Count, MaxLegs) * (long)LegBytes + Align(
        int.Min(Encoding.UTF8.GetByteCount(entry.Reference), EntryChecks.LongestReference)
        + int.Min(Encoding.UTF8.GetByteCount(entry.Metadata), EntryChecks.LongestMetadata));

    Span<byte> Room(int size)
    {
        var room = _bytes.AsSpan(_length, size);
        room.Clear();
        _length += size;
        return room;
    }
}

/// <summary>An entry that is to be decided: an <see cref="EntryView"/> with what the caller's thread has found of it.</summary>
readonly ref struct Command(Span<byte> bytes)
{
    public Span<byte> Bytes { get; } = bytes;
    public EntryView Entry => new(Bytes);
    public EntryAction Action => (EntryAction)Bytes[Layout.Action];
    public EntryId Id => Entry.Id;
    public int LegCount => UInt16(Bytes, Layout.LegCount);

    /// <summary>The fingerprint of the entry's id.</summary>
    public ulong Print => unchecked((ulong)Int64(Bytes, CommandPrint));

    /// <summary>Posted, or what is wrong with the entry in itself, and at which leg.</summary>
    public (EntryStatus Status, int Leg) OfItself => ((EntryStatus)Bytes[CommandStatus], Int32(Bytes, CommandRefusedLeg));

    public bool IsLinked => Bytes[CommandLinked] != 0;
    public bool IsAtMost => (Bytes[Flags] & AtMost) != 0;
    public CommandLeg Leg(int index) => new(Bytes.Slice(EntryHeader + index * LegBytes, LegBytes));
}

readonly ref struct CommandLeg(ReadOnlySpan<byte> leg)
{
    readonly ReadOnlySpan<byte> _leg = leg;

    public AccountId Account => new(Layout.Guid(_leg, CommandLegId));
    public ulong Print => unchecked((ulong)Int64(_leg, CommandLegPrint));
    public Side Side => (Side)_leg[LegSide];
    public long Amount => Int64(_leg, LegAmount);
}
