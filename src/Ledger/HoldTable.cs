namespace Pujiang.Ledger;

struct HeldLeg
{
    public int Account;
    public Side Side;
    public long Remaining;
}

/// <summary>A hold that is not yet captured in whole, released or expired.</summary>
sealed record OpenHold(EntryId Id, Position At, long Sequence, long ExpiresAt, HeldLeg[] Legs)
{
    public bool IsSpent => Array.TrueForAll(Legs, leg => leg.Remaining == 0);

    public OpenHold Copy() => this with { Legs = [.. Legs] };

    /// <summary>What is left on an account and side over all legs of the hold.</summary>
    public Int128 RemainingOn(int account, Side side)
    {
        Int128 sum = 0;
        foreach (var leg in Legs)
            if (leg.Account == account && leg.Side == side) sum += leg.Remaining;
        return sum;
    }

    /// <summary>Takes an amount from the hold's legs on this account and side, the first ones first.</summary>
    public void Take(int account, Side side, long amount)
    {
        for (var i = 0; i < Legs.Length && amount > 0; i++)
        {
            if (Legs[i].Account != account || Legs[i].Side != side) continue;
            var part = long.Min(amount, Legs[i].Remaining);
            Legs[i].Remaining -= part;
            amount -= part;
        }
        Invariant.Holds(amount == 0);
    }
}

/// <summary>Open holds by id, and in the order in which they fall due.</summary>
sealed class HoldTable
{
    readonly Dictionary<EntryId, OpenHold> _open = [];

    // Holds that end otherwise stay queued until their time comes and are skipped then.
    readonly PriorityQueue<EntryId, (long ExpiresAt, long Sequence)> _due = new();

    public int Count => _open.Count;
    public IEnumerable<OpenHold> All => _open.Values;

    public OpenHold? Find(EntryId id) => _open.GetValueOrDefault(id);

    public void Add(OpenHold hold)
    {
        _open.Add(hold.Id, hold);
        if (hold.ExpiresAt != 0) _due.Enqueue(hold.Id, (hold.ExpiresAt, hold.Sequence));
    }

    public void Remove(EntryId id) => _open.Remove(id);

    /// <summary>Puts back what a taken back entry changed.</summary>
    public void Restore(OpenHold hold) => _open[hold.Id] = hold;

    /// <summary>UTC ticks at which the next hold expires, or null.</summary>
    public long? NextExpiry
    {
        get
        {
            while (_due.TryPeek(out var id, out var due))
            {
                if (_open.ContainsKey(id)) return due.ExpiresAt;
                _due.Dequeue();
            }
            return null;
        }
    }

    public OpenHold? NextDue(long now) => NextExpiry is { } expiry && expiry <= now ? _open[_due.Peek()] : null;
}
