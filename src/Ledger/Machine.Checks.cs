namespace Pujiang.Ledger;

/// <summary>A leg as it will move: account number instead of id, and for captures and releases the amounts that really move.</summary>
struct PlannedLeg
{
    public int Account;
    public Side Side;
    public long Amount;

    /// <summary>The account's balance after the leg, once it has moved.</summary>
    public Balance After;
}

/// <summary>What an entry as a whole does to one account.</summary>
struct Effect
{
    public int Account;
    public Int128 Debits;
    public Int128 Credits;
    public int FirstDebit;
    public int FirstCredit;

    public void Add(Side side, long amount, int leg)
    {
        if (side == Side.Debit)
        {
            Debits += amount;
            if (FirstDebit < 0) FirstDebit = leg;
        }
        else
        {
            Credits += amount;
            if (FirstCredit < 0) FirstCredit = leg;
        }
    }
}

sealed partial class Machine
{
    PlannedLeg[] _plan = new PlannedLeg[8];
    int _planned;
    Effect[] _effects = new Effect[8];
    int _effectCount;
    readonly List<(int Asset, Int128 Difference)> _differences = [];

    /// <summary>The checks against what the ledger knows, in the order of <see cref="EntryStatus"/>. Leaves the plan behind.</summary>
    (EntryStatus Status, int Leg) Check(Command command)
    {
        var entry = command.Entry;
        if (Plan(command) is >= 0 and var unknown) return (EntryStatus.AccountUnknown, unknown);
        if (!IsBalanced()) return (EntryStatus.DebitsDifferFromCredits, -1);
        if (entry.ValueDate <= ClosedThrough && entry.Action != EntryAction.Release) return (EntryStatus.PeriodClosed, -1);
        if (entry.ExpiresAt != 0 && entry.ExpiresAt <= Now) return (EntryStatus.ExpiryNotInFuture, -1);
        if (entry.Hold != default) return CheckHold(command, entry.Hold);
        var found = CheckEffects(entry.Action);
        return command.IsAtMost && found.Status is EntryStatus.ExceedsUnfrozenAmount or EntryStatus.ExceedsAvailable ? PlanLess(command, found) : found;
    }

    (EntryStatus Status, int Leg) CheckHold(Command command, EntryId holdId)
    {
        var at = FindRecord(holdId);
        if (!at.Exists) return (EntryStatus.HoldUnknown, -1);
        if (!IsHold(records.Read(at))) return (EntryStatus.HoldIsNoHold, -1);
        var hold = Holds.Find(holdId);
        if (hold is null) return (HasExpired(holdId) ? EntryStatus.HoldExpired : EntryStatus.HoldSettled, -1);
        if (command.Action == EntryAction.Release || command.LegCount == 0) Plan(hold);
        var capture = CheckCapture(hold);
        if (capture.Status != EntryStatus.Posted) return capture;

        // Giving back what was held moves no money, so no limit can forbid it.
        return command.Action == EntryAction.Release ? (EntryStatus.Posted, -1) : CheckEffects(command.Action);
    }

    /// <summary>Plans as much as the limits allow, or keeps the refusal when that is nothing.</summary>
    (EntryStatus Status, int Leg) PlanLess(Command command, (EntryStatus Status, int Leg) refusal)
    {
        Int128 most = _plan[0].Amount;
        for (var i = 0; i < _effectCount; i++)
        {
            ref var slot = ref Accounts[_effects[i].Account];
            var taken = slot.GrowsByDebits ? _effects[i].Credits : _effects[i].Debits;
            if (taken > 0 && slot.Overdraft != long.MaxValue) most = Int128.Min(most, FreeOf(slot) - slot.FrozenAmount);
        }
        if (most <= 0) return refusal;
        var (first, second) = (_plan[0], _plan[1]);
        ClearPlan(2);
        Add(first.Account, first.Side, (long)most);
        Add(second.Account, second.Side, (long)most);
        return CheckEffects(command.Action);
    }

    /// <summary>What may be taken if nothing were frozen; below zero when an overdraft was made smaller than its use.</summary>
    static Int128 FreeOf(in AccountSlot slot) => (slot.GrowsByDebits
        ? (Int128)slot.PostedDebits - slot.PostedCredits - slot.PendingCredits
        : (Int128)slot.PostedCredits - slot.PostedDebits - slot.PendingDebits) + slot.Overdraft;

    static bool IsHold(ReadOnlySpan<byte> record) =>
        (RecordType)record[Layout.Type] == RecordType.Entry && new EntryView(record).Action == EntryAction.Hold;

    /// <returns>The first leg whose account is unknown, or -1.</returns>
    int Plan(Command command)
    {
        var legs = command.LegCount;
        ClearPlan(legs);
        for (var i = 0; i < legs; i++)
        {
            var leg = command.Leg(i);
            var account = Accounts.NumberOf(leg.Account, leg.Print);
            if (account < 0) return i;
            Add(account, leg.Side, leg.Amount);
        }
        return -1;
    }

    /// <summary>Plans all that is left of a hold.</summary>
    void Plan(OpenHold hold)
    {
        ClearPlan(hold.Legs.Length);
        foreach (var leg in hold.Legs)
            if (leg.Remaining > 0) Add(leg.Account, leg.Side, leg.Remaining);
    }

    void ClearPlan(int legs)
    {
        if (legs > _plan.Length) (_plan, _effects) = (new PlannedLeg[Layout.MaxLegs], new Effect[Layout.MaxLegs]);
        (_planned, _effectCount) = (0, 0);
    }

    void Add(int account, Side side, long amount)
    {
        ref var slot = ref Accounts[account];
        if (slot.Effect >= _effectCount || _effects[slot.Effect].Account != account)
        {
            slot.Effect = _effectCount++;
            _effects[slot.Effect] = new Effect { Account = account, FirstDebit = -1, FirstCredit = -1 };
        }
        _effects[slot.Effect].Add(side, amount, _planned);
        _plan[_planned++] = new PlannedLeg { Account = account, Side = side, Amount = amount };
    }

    bool IsBalanced()
    {
        if (_effectCount == 0) return true;
        var first = Accounts[_effects[0].Account].Asset;
        Int128 sum = 0;
        for (var i = 0; i < _effectCount; i++)
        {
            if (Accounts[_effects[i].Account].Asset != first) return IsBalancedInEach();
            sum += _effects[i].Debits - _effects[i].Credits;
        }
        return sum == 0;
    }

    bool IsBalancedInEach()
    {
        _differences.Clear();
        for (var i = 0; i < _effectCount; i++)
        {
            var asset = Accounts[_effects[i].Account].Asset;
            var difference = _effects[i].Debits - _effects[i].Credits;
            var known = _differences.FindIndex(sum => sum.Asset == asset);
            if (known < 0) _differences.Add((asset, difference));
            else _differences[known] = (asset, _differences[known].Difference + difference);
        }
        return _differences.TrueForAll(sum => sum.Difference == 0);
    }

    (EntryStatus Status, int Leg) CheckCapture(OpenHold hold)
    {
        for (var i = 0; i < _planned; i++)
        {
            var leg = _plan[i];
            var isHeld = Array.Exists(hold.Legs, held => held.Account == leg.Account && held.Side == leg.Side);
            if (!isHeld) return (EntryStatus.CaptureNotHeld, i);
        }
        for (var i = 0; i < _planned; i++)
        {
            Int128 taken = 0;
            for (var j = 0; j <= i; j++)
                if (_plan[j].Account == _plan[i].Account && _plan[j].Side == _plan[i].Side) taken += _plan[j].Amount;
            if (taken > hold.RemainingOn(_plan[i].Account, _plan[i].Side)) return (EntryStatus.CaptureExceedsHold, i);
        }
        return (EntryStatus.Posted, -1);
    }

    /// <summary>The lowest status that any account gives is the first check that failed; among equals the first leg counts.</summary>
    (EntryStatus Status, int Leg) CheckEffects(EntryAction action)
    {
        (EntryStatus Status, int Leg) worst = (EntryStatus.Posted, -1);
        for (var i = 0; i < _effectCount; i++)
        {
            var found = Check(in _effects[i], action);
            if (found.Status == EntryStatus.Posted) continue;
            if (worst.Status == EntryStatus.Posted || found.CompareTo(worst) < 0) worst = found;
        }
        return worst;
    }

    /// <summary>The limits of one account against the net effect of the whole entry on it.</summary>
    (EntryStatus Status, int Leg) Check(in Effect effect, EntryAction action)
    {
        ref var slot = ref Accounts[effect.Account];
        var (taking, adding) = slot.GrowsByDebits ? (effect.Credits, effect.Debits) : (effect.Debits, effect.Credits);
        var (takingLeg, addingLeg) = slot.GrowsByDebits
            ? (effect.FirstCredit, effect.FirstDebit) : (effect.FirstDebit, effect.FirstCredit);
        // The sides of a hold may be captured apart, so one does not pay for the other.
        var (taken, added) = action == EntryAction.Hold ? (taking, adding) : (taking - adding, adding - taking);

        if (slot.Has(LimitFlags.Closed)) return (EntryStatus.AccountClosed, FirstOf(takingLeg, addingLeg));
        if (added > 0 && slot.Has(LimitFlags.FrozenIn)) return (EntryStatus.AccountFrozenIn, addingLeg);
        if (taken > 0 && slot.Has(LimitFlags.FrozenOut)) return (EntryStatus.AccountFrozenOut, takingLeg);

        // A capture posts what the hold has reserved: neither money nor room can be missing any more.
        if (action == EntryAction.Capture) return (EntryStatus.Posted, -1);
        if (taken > 0 && slot.Overdraft != long.MaxValue)
        {
            var free = FreeOf(slot);
            if (taken <= free && taken > free - slot.FrozenAmount) return (EntryStatus.ExceedsUnfrozenAmount, takingLeg);
            if (taken > free) return (EntryStatus.ExceedsAvailable, takingLeg);
        }
        // Posted and pending together stay within 64 bits, so that a capture can't overflow.
        var debitsOverflow = (Int128)slot.PostedDebits + slot.PendingDebits + effect.Debits > long.MaxValue;
        var creditsOverflow = (Int128)slot.PostedCredits + slot.PendingCredits + effect.Credits > long.MaxValue;
        if (debitsOverflow || creditsOverflow)
        {
            return (EntryStatus.BalanceOverflow, FirstOf(
                debitsOverflow ? effect.FirstDebit : -1, creditsOverflow ? effect.FirstCredit : -1));
        }
        return (EntryStatus.Posted, -1);
    }

    /// <summary>The smaller of two leg indexes, of which -1 stands for none.</summary>
    static int FirstOf(int leg, int other) => leg < 0 ? other : other < 0 ? leg : int.Min(leg, other);
}
