using System.Runtime.Intrinsics.X86;

namespace Pujiang.Ledger;

/// <summary>
/// From an entry's id to the record that answered it: 16 bytes a slot, a 64-bit fingerprint and a position. Two ids may
/// share a fingerprint, so whoever looks up reads the record to be sure.
/// </summary>
/// <remarks>
/// Many small tables instead of a big one: each grows by itself, and each at another load, so that growing is spread evenly over
/// time and never stops the writer for long.
/// </remarks>
sealed unsafe class IdIndex
{
    public const int Shards = 1024;
    const int FirstSlots = 4;
    readonly Shard[] _shards = new Shard[Shards];
    readonly NativeBlock.Pool _pool = new();

    public long Count { get; private set; }

    public void Add(ulong print, Position at)
    {
        ref var shard = ref _shards[print >> 54];
        if (shard.Count >= shard.MostSlots) Grow(ref shard, (int)(print >> 54));
        Put(shard.Slots, shard.Mask, print, at);
        shard.Count++;
        Count++;
    }

    /// <summary>Takes back the last <see cref="Add"/>s, newest first.</summary>
    public void TakeBack(ulong print, Position at)
    {
        ref var shard = ref _shards[print >> 54];
        var place = unchecked((int)print) & shard.Mask;
        while (shard.Slots[place].At != at)
        {
            Invariant.Holds(shard.Slots[place].At.Exists);
            place = (place + 1) & shard.Mask;
        }
        shard.Slots[place] = default;
        // A gap would hide the slots behind it, so they are put again.
        for (place = (place + 1) & shard.Mask; shard.Slots[place].At.Exists; place = (place + 1) & shard.Mask)
        {
            var slot = shard.Slots[place];
            shard.Slots[place] = default;
            Put(shard.Slots, shard.Mask, slot.Print, slot.At);
        }
        shard.Count--;
        Count--;
    }

    /// <summary>The candidates for an id, from <paramref name="probe"/> = -1 on; <see cref="Position.None"/> when there are no more.</summary>
    public Position Next(ulong print, ref int probe)
    {
        ref var shard = ref _shards[print >> 54];
        if (shard.Slots is null) return Position.None;
        var place = probe < 0 ? unchecked((int)print) & shard.Mask : (probe + 1) & shard.Mask;
        for (; shard.Slots[place].At.Exists; place = (place + 1) & shard.Mask)
        {
            if (shard.Slots[place].Print != print) continue;
            probe = place;
            return shard.Slots[place].At;
        }
        return Position.None;
    }

    /// <summary>Asks for the memory that a look-up will need.</summary>
    public void Prefetch(ulong print)
    {
        ref var shard = ref _shards[print >> 54];
        if (Sse.IsSupported && shard.Slots is not null) Sse.Prefetch0(shard.Slots + (unchecked((int)print) & shard.Mask));
    }

    /// <summary>A shard's answers that stand before this place in the journal.</summary>
    public (ulong Print, Position At)[] Before(int number, Position end)
    {
        ref var shard = ref _shards[number];
        var found = new List<(ulong, Position)>(shard.Count);
        if (shard.Slots is not null)
            foreach (ref readonly var slot in new Span<Slot>(shard.Slots, shard.Mask + 1))
                if (slot.At.Exists && slot.At < end) found.Add((slot.Print, slot.At));
        return [.. found];
    }

    public static ulong Fingerprint(EntryId id)
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

    void Grow(ref Shard shard, int number)
    {
        var slots = shard.Slots is null ? FirstSlots : (shard.Mask + 1) * 2;
        var larger = (Slot*)_pool.Take((long)slots * sizeof(Slot));
        if (shard.Slots is not null)
        {
            for (var i = 0; i <= shard.Mask; i++)
                if (shard.Slots[i].At.Exists) Put(larger, slots - 1, shard.Slots[i].Print, shard.Slots[i].At);
            _pool.GiveBack(shard.Slots, (shard.Mask + 1L) * sizeof(Slot));
        }
        shard.Slots = larger;
        shard.Mask = slots - 1;
        // From 50 % to 75 %, by the shard's number.
        shard.MostSlots = slots / 2 + (int)((long)slots * number / (4 * Shards));
    }

    static void Put(Slot* slots, int mask, ulong print, Position at)
    {
        var place = unchecked((int)print) & mask;
        while (slots[place].At.Exists) place = (place + 1) & mask;
        slots[place] = new Slot { Print = print, At = at };
    }

    struct Slot
    {
        public ulong Print;
        public Position At;
    }

    struct Shard
    {
        public Slot* Slots;
        public int Mask;
        public int Count;
        public int MostSlots;
    }
}
