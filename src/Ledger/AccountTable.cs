namespace Pujiang.Ledger;

/// <summary>What the writer needs of an account at every posting, side by side in memory.</summary>
struct AccountSlot
{
    public long PostedDebits;
    public long PostedCredits;
    public long PendingDebits;
    public long PendingCredits;
    public long Overdraft;
    public long FrozenAmount;

    /// <summary>Number of legs so far; the next leg's ordinal.</summary>
    public long Legs;
    public LegPosition LastLeg;
    public int Line;
    public int Asset;

    /// <summary>Place in the effects of the entry being decided; only valid if that place names this account.</summary>
    public int Effect;
    public LimitFlags Flags;
    public bool GrowsByDebits;

    public readonly Balance Balance => new(PostedDebits, PostedCredits, PendingDebits, PendingCredits);

    public void Set(Limits limits)
    {
        (Overdraft, FrozenAmount) = (limits.Overdraft, limits.FrozenAmount);
        Flags = (limits.FrozenIn ? LimitFlags.FrozenIn : LimitFlags.None) | (limits.FrozenOut ? LimitFlags.FrozenOut : LimitFlags.None)
            | (limits.Closed ? LimitFlags.Closed : LimitFlags.None);
    }

    public readonly Limits Limits => new(
        Overdraft, Flags.HasFlag(LimitFlags.FrozenIn), Flags.HasFlag(LimitFlags.FrozenOut), FrozenAmount,
        Flags.HasFlag(LimitFlags.Closed));
}

[Flags]
enum LimitFlags : byte
{
    None = 0,
    FrozenIn = 1,
    FrozenOut = 2,
    Closed = 4,
}

/// <summary>The running totals behind the trial balance: all accounts of one asset, kind and chart code.</summary>
sealed record ChartLine(Asset Asset, AccountKind Kind, string ChartCode)
{
    public long Accounts { get; set; }
    public Int128 Debits { get; set; }
    public Int128 Credits { get; set; }
}

/// <summary>All accounts, numbered from 0 in the order of their opening. Only the writer changes it.</summary>
sealed class AccountTable
{
    // Chunks, so that growing never copies a big array and references into it stay good.
    const int ChunkBits = 12;
    const int ChunkSize = 1 << ChunkBits;

    readonly Dictionary<AccountId, int> _numbers = [];
    readonly List<AccountSlot[]> _chunks = [];
    readonly List<AccountId> _ids = [];
    readonly List<string> _references = [];
    readonly List<LegMarks> _marks = [];
    readonly Dictionary<(Asset, AccountKind, string), int> _lineNumbers = [];
    readonly List<ChartLine> _lines = [];
    readonly Dictionary<string, (Asset Asset, int Number)> _assets = new(StringComparer.Ordinal);

    public int Count => _ids.Count;
    public IReadOnlyList<ChartLine> Lines => _lines;

    public ref AccountSlot this[int number] => ref _chunks[number >> ChunkBits][number & (ChunkSize - 1)];

    public int NumberOf(AccountId id) => _numbers.TryGetValue(id, out var number) ? number : -1;
    public AccountId IdOf(int number) => _ids[number];
    public LegMarks MarksOf(int number) => _marks[number];
    public ChartLine LineOf(int number) => _lines[this[number].Line];

    public bool HasAssetWithOtherScale(Asset asset) =>
        _assets.TryGetValue(asset.Code, out var known) && known.Asset.Scale != asset.Scale;

    public int Add(Account account)
    {
        var number = _ids.Count;
        if ((number & (ChunkSize - 1)) == 0) _chunks.Add(new AccountSlot[ChunkSize]);
        _ids.Add(account.Id);
        _references.Add(account.Reference);
        _marks.Add(new LegMarks());
        _numbers.Add(account.Id, number);

        ref var slot = ref this[number];
        if (!_assets.TryGetValue(account.Asset.Code, out var asset))
            _assets.Add(account.Asset.Code, asset = (account.Asset, _assets.Count));
        slot.Asset = asset.Number;
        slot.Line = LineFor(account, asset.Asset);
        slot.GrowsByDebits = account.Kind is AccountKind.Asset or AccountKind.Expense;
        slot.Set(account.Limits);
        _lines[slot.Line].Accounts++;
        return number;
    }

    int LineFor(Account account, Asset asset)
    {
        var key = (asset, account.Kind, account.ChartCode);
        if (_lineNumbers.TryGetValue(key, out var line)) return line;
        _lineNumbers.Add(key, line = _lines.Count);
        _lines.Add(new ChartLine(asset, account.Kind, account.ChartCode));
        return line;
    }

    public AccountSlot[] CopySlots()
    {
        var copy = new AccountSlot[Count];
        for (var start = 0; start < copy.Length; start += ChunkSize)
            _chunks[start >> ChunkBits].AsSpan(0, int.Min(ChunkSize, copy.Length - start)).CopyTo(copy.AsSpan(start));
        return copy;
    }

    public TrialBalanceLine[] TrialBalance() =>
    [
        .. _lines.Select(line =>
                new TrialBalanceLine(line.Asset, line.Kind, line.ChartCode, line.Accounts, line.Debits, line.Credits))
            .OrderBy(line => line.Asset.Code, StringComparer.Ordinal).ThenBy(line => line.ChartCode, StringComparer.Ordinal)
            .ThenBy(line => line.Kind),
    ];

    /// <summary>What is wrong with the totals, or null: they must be the sum of the accounts, and balance for each asset.</summary>
    public string? FindContradiction()
    {
        var sums = new (Int128 Debits, Int128 Credits)[_lines.Count];
        foreach (var slot in CopySlots())
        {
            sums[slot.Line].Debits += slot.PostedDebits;
            sums[slot.Line].Credits += slot.PostedCredits;
        }
        for (var i = 0; i < sums.Length; i++)
            if (sums[i] != (_lines[i].Debits, _lines[i].Credits)) return $"the total of {_lines[i].ChartCode} is not the sum of its accounts";
        foreach (var asset in _lines.GroupBy(line => line.Asset))
        {
            var difference = asset.Aggregate(Int128.Zero, (sum, line) => sum + line.Debits - line.Credits);
            if (difference != 0) return $"the debits and credits in {asset.Key} differ by {difference}";
        }
        return null;
    }

    /// <summary>The account as opened, with its limits of now.</summary>
    public Account Describe(int number)
    {
        var line = LineOf(number);
        return new Account
        {
            Id = _ids[number],
            Asset = line.Asset,
            Kind = line.Kind,
            ChartCode = line.ChartCode,
            Limits = this[number].Limits,
            Reference = _references[number],
        };
    }
}

/// <summary>Every 64th leg of an account: where it is and when it was posted. History and as-of queries start from here.</summary>
sealed class LegMarks
{
    public const int Every = 64;

    readonly List<(LegPosition At, long PostedAt)> _marks = [];

    public (LegPosition At, long PostedAt)[] ToArray() => [.. _marks];

    public void Note(long ordinal, LegPosition at, long postedAt)
    {
        if (ordinal % Every == 0) _marks.Add((at, postedAt));
    }

    /// <summary>Forgets the marks of legs that are taken back.</summary>
    public void CutTo(long legs)
    {
        var keep = (int)((legs + Every - 1) / Every);
        if (_marks.Count > keep) _marks.RemoveRange(keep, _marks.Count - keep);
    }
}
