using System.Runtime.InteropServices;

namespace Pujiang.Ledger;

/// <summary>
/// From an entry's id to the record that answered it: 16 bytes a slot, a 64-bit fingerprint and a position. Two ids may
/// share a fingerprint, so whoever looks up reads the record to be sure.
/// </summary>
/// <remarks>Many small tables instead of a big one: each grows by itself, so growing never stops the writer for long.</remarks>
sealed class IdIndex
{
    public const int Shards = 1024;
    readonly Shard[] _shards = new Shard[Shards];

    public IdIndex()
    {
        for (var i = 0; i < Shards; i++) _shards[i] = new Shard();
    }

    public long Count { get; private set; }

    public void Add(EntryId id, Position at) => AddPrint(Fingerprint(id), at);

    /// <summary>Adds what a snapshot holds of an id.</summary>
    public void AddPrint(ulong print, Position at)
    {
        _shards[print >> 54].Add(print, at);
        Count++;
    }

    /// <summary>Takes back the last <see cref="Add"/>s, newest first.</summary>
    public void TakeBack(EntryId id, Position at)
    {
        var print = Fingerprint(id);
        _shards[print >> 54].TakeBack(print, at);
        Count--;
    }

    /// <summary>The candidates for an id, from <paramref name="probe"/> = -1 on; <see cref="Position.None"/> when there are no more.</summary>
    public Position Next(EntryId id, ref int probe)
    {
        var print = Fingerprint(id);
        return _shards[print >> 54].Next(print, ref probe);
    }

    /// <summary>A shard's answers that stand before this place in the journal.</summary>
    public (ulong Print, Position At)[] Before(int shard, Position end) => _shards[shard].Before(end);

    static ulong Fingerprint(EntryId id)
    {
        var words = MemoryMarshal.Cast<EntryId, ulong>(new ReadOnlySpan<EntryId>(in id));
        unchecked
        {
            // The finisher of MurmurHash3 over both halves: callers' ids may be counters.
            var hash = words[0] * 0x9E3779B97F4A7C15 ^ ulong.RotateLeft(words[1], 32) * 0xC2B2AE3D27D4EB4F;
            hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCD;
            hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53;
            return hash ^ (hash >> 33);
        }
    }

    struct Slot
    {
        public ulong Print;
        public Position At;
    }

    sealed class Shard
    {
        Slot[] _slots = new Slot[4];
        int _count;

        public void Add(ulong print, Position at)
        {
            if ((_count + 1) * 4 > _slots.Length * 3) Grow();
            Put(_slots, print, at);
            _count++;
        }

        public (ulong, Position)[] Before(Position end) =>
            [.. _slots.Where(slot => slot.At.Exists && slot.At < end).Select(slot => (slot.Print, slot.At))];

        void Grow()
        {
            var larger = new Slot[_slots.Length * 2];
            foreach (var slot in _slots)
                if (slot.At.Exists) Put(larger, slot.Print, slot.At);
            _slots = larger;
        }

        static void Put(Slot[] slots, ulong print, Position at)
        {
            var place = unchecked((int)print) & (slots.Length - 1);
            while (slots[place].At.Exists) place = (place + 1) & (slots.Length - 1);
            slots[place] = new Slot { Print = print, At = at };
        }

        public void TakeBack(ulong print, Position at)
        {
            var place = unchecked((int)print) & (_slots.Length - 1);
            while (_slots[place].At != at)
            {
                Invariant.Holds(_slots[place].At.Exists);
                place = (place + 1) & (_slots.Length - 1);
            }
            _slots[place] = default;
            _count--;
            Rehash((place + 1) & (_slots.Length - 1));
        }

        // A gap would hide the slots behind it, so they are put again.
        void Rehash(int place)
        {
            while (_slots[place].At.Exists)
            {
                var slot = _slots[place];
                _slots[place] = default;
                Put(_slots, slot.Print, slot.At);
                place = (place + 1) & (_slots.Length - 1);
            }
        }

        public Position Next(ulong print, ref int probe)
        {
            var place = probe < 0 ? unchecked((int)print) & (_slots.Length - 1) : (probe + 1) & (_slots.Length - 1);
            while (_slots[place].At.Exists)
            {
                if (_slots[place].Print == print)
                {
                    probe = place;
                    return _slots[place].At;
                }
                place = (place + 1) & (_slots.Length - 1);
            }
            return Position.None;
        }
    }
}
