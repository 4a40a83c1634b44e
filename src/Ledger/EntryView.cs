using static Pujiang.Ledger.Layout;

namespace Pujiang.Ledger;

/// <summary>A stored entry, read in place.</summary>
readonly ref struct EntryView(ReadOnlySpan<byte> record)
{
    readonly ReadOnlySpan<byte> _record = record;

    public EntryAction Action => (EntryAction)_record[Layout.Action];
    public int LegCount => UInt16(_record, Layout.LegCount);
    public long Sequence => Int64(_record, Layout.Sequence);
    public long PostedAt => Int64(_record, Layout.PostedAt);
    public EntryId Id => new(Layout.Guid(_record, Layout.Id));
    public EntryId Hold => new(Layout.Guid(_record, Layout.Hold));
    public long ExpiresAt => Int64(_record, Layout.ExpiresAt);
    public DateOnly ValueDate => DateOnly.FromDayNumber(Int32(_record, Layout.ValueDate));
    public int Code => Int32(_record, Layout.Code);
    public bool LegsOmitted => (_record[Flags] & Layout.LegsOmitted) != 0;
    public LegView Leg(int index) => new(_record.Slice(EntryHeader + index * LegBytes, LegBytes));

    public ReadOnlySpan<byte> Reference =>
        _record.Slice(EntryHeader + LegCount * LegBytes, UInt16(_record, ReferenceBytes));

    public ReadOnlySpan<byte> Metadata =>
        _record.Slice(EntryHeader + LegCount * LegBytes + UInt16(_record, ReferenceBytes), UInt16(_record, MetadataBytes));

    public DateTime PostedTime => new(PostedAt, DateTimeKind.Utc);

    public PostedEntry ToPosted(Func<int, AccountId> accountIds)
    {
        var legs = new Leg[LegCount];
        for (var i = 0; i < legs.Length; i++)
            legs[i] = new Leg(accountIds(Leg(i).Account), Leg(i).Side, Leg(i).Amount);
        return new PostedEntry(Sequence, PostedTime, new Entry
        {
            Id = Id,
            Action = Action,
            Legs = legs,
            AtMost = Requested != 0,
            Hold = Hold == default ? null : Hold,
            ExpiresAt = ExpiresAt == 0 ? null : new DateTime(ExpiresAt, DateTimeKind.Utc),
            ValueDate = ValueDate,
            Code = Code,
            Reference = Encoding.UTF8.GetString(Reference),
            Metadata = Encoding.UTF8.GetString(Metadata),
        });
    }

    /// <summary>The entry before this in its bucket of the reference index.</summary>
    public Position ReferencePrevious => new(Int64(_record, Layout.ReferencePrevious));

    /// <summary>The amount asked for by an entry that moved at most so much; otherwise 0.</summary>
    public long Requested => Int64(_record, Layout.Requested);

    /// <summary>Whether the caller sends what is stored here: everything but <see cref="Entry.Linked"/> counts.</summary>
    public bool HasContentOf(Command command, AccountTable accounts)
    {
        var other = command.Entry;
        if (Action != other.Action || Hold != other.Hold || ValueDate != other.ValueDate || Code != other.Code || ExpiresAt != other.ExpiresAt
            || _record[Flags] != other._record[Flags] || Requested != other.Requested) return false;
        if (!Reference.SequenceEqual(other.Reference) || !Metadata.SequenceEqual(other.Metadata)) return false;
        return LegsOmitted || (LegCount == other.LegCount && HasLegsOf(command, accounts));
    }

    bool HasLegsOf(Command command, AccountTable accounts)
    {
        for (var i = 0; i < LegCount; i++)
        {
            var stored = Leg(i);
            var sent = command.Leg(i);
            if (stored.Side != sent.Side || (stored.Amount != sent.Amount && !command.IsAtMost) || accounts.IdOf(stored.Account) != sent.Account) return false;
        }
        return true;
    }

    /// <summary>The balances after each leg.</summary>
    public Balance[] Balances()
    {
        var balances = new Balance[LegCount];
        for (var i = 0; i < balances.Length; i++) balances[i] = Leg(i).After;
        return balances;
    }
}

/// <summary>One leg of a stored entry.</summary>
readonly ref struct LegView(ReadOnlySpan<byte> leg)
{
    readonly ReadOnlySpan<byte> _leg = leg;

    public int Account => Int32(_leg, LegAccount);
    public Side Side => (Side)_leg[LegSide];
    public long Amount => Int64(_leg, LegAmount);
    public LegPosition Previous => new(Int64(_leg, LegPrevious));

    /// <summary>How many legs the account had before this one.</summary>
    public long Ordinal => Int64(_leg, LegOrdinal);

    public Balance After => new(
        Int64(_leg, LegBalance), Int64(_leg, LegBalance + 8), Int64(_leg, LegBalance + 16), Int64(_leg, LegBalance + 24));
}
