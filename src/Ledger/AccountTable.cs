using System.Runtime.Intrinsics.X86;

namespace Pujiang.Ledger;

/// <summary>What the writer needs of an account at every posting: two cache lines, side by side in memory.</summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
struct AccountSlot
{
    public const int Bytes = 128;

    public AccountId Id;
    public long PostedDebits;
    public long PostedCredits;
    public long PendingDebits;
    public long PendingCredits;
    public long Overdraft;

    /// <summary>Number of legs so far; the next leg's ordinal.</summary>
    public long Legs;
    public LegPosition LastLeg;
    public long FrozenAmount;
    public LegPosition FirstLeg;
    public long FirstPostedAt;
    public int Line;
    public int Asset;

    /// <summary>Place in the effects of the entry being decided; only valid if that place names this account.</summary>
    public int Effect;
    public LimitFlags Flags;
    public bool GrowsByDebits;

    public readonly Balance Balance => new(PostedDebits, PostedCredits, PendingDebits, PendingCredits);

    public void Set(Limits limits) => (Overdraft, FrozenAmount, Flags) = (limits.Overdraft, limits.FrozenAmount, FlagsOf(limits));

    public static LimitFlags FlagsOf(Limits limits) => (limits.FrozenIn ? LimitFlags.FrozenIn : LimitFlags.None)
        | (limits.FrozenOut ? LimitFlags.FrozenOut : LimitFlags.None) | (limits.Closed ? LimitFlags.Closed : LimitFlags.None);

    public readonly bool Has(LimitFlags flag) => (Flags & flag) != LimitFlags.None;

    public readonly Limits Limits => new(
        Overdraft, Has(LimitFlags.FrozenIn), Has(LimitFlags.FrozenOut), FrozenAmount, Has(LimitFlags.Closed));
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
sealed unsafe class AccountTable
{
    // Chunks of one huge page, so that growing never copies what is there and references into it stay good.
    const int ChunkBits = 14;
    const int ChunkSize = 1 << ChunkBits;

    readonly List<NativeBlock> _blocks = [];
    nint[] _chunks = new nint[16];
    readonly List<string> _references = [];

    /// <summary>Every 64th leg of an account, from the 65th on.</summary>
    readonly Dictionary<int, List<LegMark>> _marks = [];


    readonly Dictionary<(Asset, AccountKind, string), int> _lineNumbers = [];
    readonly List<ChartLine> _lines = [];
    readonly Dictionary<string, (Asset Asset, int Number)> _assets = new(StringComparer.Ordinal);

    // By the fingerprint of the id: half of it as a tag, and the account's number plus one.
    NativeBlock _index = new(1024 * sizeof(IndexSlot));
    int _indexMask = 1023;
    SlotPicture? _picture;

    struct IndexSlot
    {
        public uint Tag;
        public int NumberPlusOne;
    }

    public int Count { get; private set; }
    public IReadOnlyList<ChartLine> Lines => _lines;

    public ref AccountSlot this[int number]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            Invariant.Holds((uint)number < (uint)Count);
            return ref ((AccountSlot*)_chunks[number >> ChunkBits])[number & (ChunkSize - 1)];
        }
    }

    public static ulong Fingerprint(AccountId id) => IdIndex.Fingerprint(new EntryId(id.Value));

    public int NumberOf(AccountId id) => NumberOf(id, Fingerprint(id));

    public int NumberOf(in AccountId id, ulong print)
    {
        var slots = (IndexSlot*)_index.Start;
        for (var place = unchecked((int)print) & _indexMask; slots[place].NumberPlusOne != 0; place = (place + 1) & _indexMask)
        {
            if (slots[place].Tag != unchecked((uint)(print >> 32))) continue;
            var number = slots[place].NumberPlusOne - 1;
            if (this[number].Id == id) return number;
        }
        return -1;
    }

    /// <summary>Asks for the memory that finding this id will need.</summary>
    public void Prefetch(ulong print)
    {
        if (Sse.IsSupported) Sse.Prefetch0((IndexSlot*)_index.Start + (unchecked((int)print) & _indexMask));
    }

    /// <summary>Asks for the slot of the account that probably has this id, and does so when its place in the index is already near.</summary>
    public void PrefetchSlot(ulong print)
    {
        if (!Sse.IsSupported) return;
        var slots = (IndexSlot*)_index.Start;
        for (var place = unchecked((int)print) & _indexMask; slots[place].NumberPlusOne != 0; place = (place + 1) & _indexMask)
        {
            if (slots[place].Tag != unchecked((uint)(print >> 32))) continue;
            var number = slots[place].NumberPlusOne - 1;
            var slot = (AccountSlot*)_chunks[number >> ChunkBits] + (number & (ChunkSize - 1));
            Sse.Prefetch0(slot);
            Sse.Prefetch0((byte*)slot + AccountSlot.Bytes / 2);
            return;
        }
    }

    public AccountId IdOf(int number) => this[number].Id;
    public ChartLine LineOf(int number) => _lines[this[number].Line];

    public bool HasAssetWithOtherScale(Asset asset) =>
        _assets.TryGetValue(asset.Code, out var known) && known.Asset.Scale != asset.Scale;

    public int Add(Account account)
    {
        var number = Count++;
        if ((number & (ChunkSize - 1)) == 0) AddChunk(number >> ChunkBits);
        _references.Add(account.Reference);

        ref var slot = ref this[number];
        slot.Id = account.Id;
        if (!_assets.TryGetValue(account.Asset.Code, out var asset))
            _assets.Add(account.Asset.Code, asset = (account.Asset, _assets.Count));
        slot.Asset = asset.Number;
        slot.Line = LineFor(account, asset.Asset);
        slot.GrowsByDebits = account.Kind is AccountKind.Asset or AccountKind.Expense;
        slot.Set(account.Limits);
        _lines[slot.Line].Accounts++;
        if (Count > _indexMask / 2) GrowIndex();
        else Index(number);
        return number;
    }

    void AddChunk(int chunk)
    {
        if (chunk == _chunks.Length) Array.Resize(ref _chunks, chunk * 2);
        _blocks.Add(new NativeBlock((long)ChunkSize * AccountSlot.Bytes));
        _chunks[chunk] = (nint)_blocks[^1].Start;
    }

    void Index(int number)
    {
        var print = Fingerprint(this[number].Id);
        var slots = (IndexSlot*)_index.Start;
        var place = unchecked((int)print) & _indexMask;
        while (slots[place].NumberPlusOne != 0) place = (place + 1) & _indexMask;
        slots[place] = new IndexSlot { Tag = unchecked((uint)(print >> 32)), NumberPlusOne = number + 1 };
    }

    void GrowIndex()
    {
        _indexMask = _indexMask * 2 + 1;
        _index = new NativeBlock((_indexMask + 1L) * sizeof(IndexSlot));
        for (var number = 0; number < Count; number++) Index(number);
    }

    int LineFor(Account account, Asset asset)
    {
        var key = (asset, account.Kind, account.ChartCode);
        if (_lineNumbers.TryGetValue(key, out var line)) return line;
        _lineNumbers.Add(key, line = _lines.Count);
        _lines.Add(new ChartLine(asset, account.Kind, account.ChartCode));
        return line;
    }

    /// <summary>To be called for each leg: every 64th is kept, with its time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Mark(ref AccountSlot slot, int number, LegPosition at, long postedAt)
    {
        if (slot.Legs % LegMark.Every == 0) AddMark(ref slot, number, at, postedAt);
    }

    void AddMark(ref AccountSlot slot, int number, LegPosition at, long postedAt)
    {
        if (slot.Legs == 0) (slot.FirstLeg, slot.FirstPostedAt) = (at, postedAt);
        else AddMark(number, at, postedAt);
    }

    /// <summary>Adds the next mark after the first, which stands in the slot.</summary>
    public void AddMark(int number, LegPosition at, long postedAt)
    {
        if (!_marks.TryGetValue(number, out var marks)) _marks.Add(number, marks = []);
        marks.Add(new LegMark(at, postedAt));
    }

    /// <summary>Puts back the slot of before, and forgets the marks of legs that are taken back.</summary>
    public void Restore(int number, in AccountSlot before)
    {
        var keep = int.Max(0, (int)((before.Legs + LegMark.Every - 1) / LegMark.Every) - 1);
        if (_marks.TryGetValue(number, out var marks) && marks.Count > keep) marks.RemoveRange(keep, marks.Count - keep);
        BeforeChange(number);
        this[number] = before;
    }

    /// <summary>Every 64th leg of the account, oldest first.</summary>
    public LegMark[] MarksOf(int number)
    {
        ref var slot = ref this[number];
        if (slot.Legs == 0) return [];
        var first = new LegMark(slot.FirstLeg, slot.FirstPostedAt);
        return _marks.TryGetValue(number, out var marks) ? [first, .. marks] : [first];
    }

    /// <summary>
    /// The slots as they are now, to be read piece by piece while the writer goes on: before it changes a page that is not read yet,
    /// it keeps a copy. One picture at a time; to be begun and read with the gate held.
    /// </summary>
    public SlotPicture TakePicture()
    {
        Invariant.Holds(_picture is null);
        return _picture = new SlotPicture(this);
    }

    /// <summary>To be called before an account changes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void BeforeChange(int number) => _picture?.Keep(number);

    /// <summary>Slots of one page, which never lies in two chunks.</summary>
    ReadOnlySpan<AccountSlot> Page(int page) =>
        new((AccountSlot*)_chunks[page * SlotPicture.PageSize >> ChunkBits] + (page * SlotPicture.PageSize & (ChunkSize - 1)), SlotPicture.PageSize);

    /// <summary>All slots at one moment.</summary>
    public sealed class SlotPicture(AccountTable table)
    {
        public const int PageSize = 64;
        readonly AccountSlot[]?[] _pages = new AccountSlot[]?[(table.Count + PageSize - 1) / PageSize];
        readonly bool[] _isRead = new bool[(table.Count + PageSize - 1) / PageSize];

        /// <summary>How many accounts there were.</summary>
        public int Count { get; } = table.Count;

        public void Keep(int number)
        {
            var page = number / PageSize;
            if (page < _pages.Length && !_isRead[page]) _pages[page] ??= table.Page(page).ToArray();
        }

        /// <summary>Copies slots out, whole pages at a time; fewer at the end.</summary>
        public int Read(int from, Span<AccountSlot> into)
        {
            Invariant.Holds(from % PageSize == 0 && into.Length % PageSize == 0);
            for (var page = from / PageSize; page < _pages.Length && (page * PageSize) - from < into.Length; page++)
            {
                (_pages[page] ?? table.Page(page)).CopyTo(into[((page * PageSize) - from)..]);
                _pages[page] = null;
                _isRead[page] = true;
            }
            return int.Min(into.Length, Count - from);
        }

        /// <summary>Nothing more will be read.</summary>
        public void Close() => table._picture = null;
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
        for (var number = 0; number < Count; number++)
        {
            ref var slot = ref this[number];
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
            Id = IdOf(number),
            Asset = line.Asset,
            Kind = line.Kind,
            ChartCode = line.ChartCode,
            Limits = this[number].Limits,
            Reference = _references[number],
        };
    }
}

/// <summary>Where a leg is and when it was posted. Every 64th of an account is kept: history and as-of queries start from there.</summary>
readonly record struct LegMark(LegPosition At, long PostedAt)
{
    public const int Every = 64;
}
