namespace Pujiang.Ledger.Simulator;

/// <summary>What kind of run a seed makes. Runs differ in kind, so that what is rare in one is common in another.</summary>
sealed record Character(
    int Accounts, int HotPercent, int HugePercent, int HoldPercent, int LinkedPercent, int RepeatPercent, int MistakePercent,
    int FaultPercent, int SnapshotEvery, long SegmentBytes)
{
    public static Character Of(Dice dice) => new(
        Accounts: dice.Pick(4, 10, 10, 30),
        HotPercent: dice.Pick(0, 50, 90),
        HugePercent: dice.Pick(0, 0, 5, 40),
        HoldPercent: dice.Pick(5, 40, 40, 70),
        LinkedPercent: dice.Pick(0, 10, 30),
        RepeatPercent: dice.Pick(3, 10, 30),
        MistakePercent: dice.Pick(1, 5, 10),
        FaultPercent: dice.Pick(0, 3, 6, 12),
        SnapshotEvery: dice.Pick(0, 5, 25, 100),
        SegmentBytes: dice.Pick(64L << 10, 64L << 10, 256L << 10));
}

/// <summary>Makes calls in which everything meets everything: few accounts, and ids, holds and amounts that the ledger knows already.</summary>
sealed class Workload(Dice dice, Character character)
{
    const long Largest = 1_000_000_000_000_000_000;
    public static DateTime Start { get; } = new(2026, 3, 1, 8, 0, 0, DateTimeKind.Utc);

    static readonly Asset Cny = new("CNY", 2);
    static readonly Asset Jpy = new("JPY", 0);

    /// <summary>The chart of accounts.</summary>
    public static IReadOnlySet<(string Code, AccountKind Kind)> Chart { get; } =
        Enum.GetValues<AccountKind>().SelectMany(kind => new[] { ("2011", kind), ("1001.02", kind) }).ToHashSet();

    readonly List<Call> _sent = [];
    int _nextEntry = 1;

    static AccountId Id(int number) => new(new Guid(number, 1, 1, new byte[8]));
    static EntryId EntryId(int number) => new(new Guid(number, 2, 2, new byte[8]));

    EntryId NewId() => EntryId(_nextEntry++);

    /// <summary>Most accounts there will be, some of which can pay without limit.</summary>
    public Call.Open Beginning() => new([.. Enumerable.Range(1, character.Accounts).Select(number => new Account
    {
        Id = Id(number),
        Asset = number % 7 == 6 ? Jpy : Cny,
        Kind = number % 4 == 0 ? AccountKind.Asset : (AccountKind)dice.Between(1, 5),
        ChartCode = dice.Pick("2011", "2011", "1001.02"),
        Limits = number % 3 == 1 ? Limits.Unlimited : new Limits(Overdraft: number * 200),
        Reference = dice.OneIn(3) ? $"owner/{number}" : "",
    })]);

    public Call Next(Model model)
    {
        if (dice.Percent(character.RepeatPercent) && _sent.Count > 0) return Again();
        var call = dice.Weighted<Func<Model, Call>>(
        [
            (80, Post), (5, _ => new Call.Open([.. Enumerable.Range(0, dice.Between(1, 3)).Select(_ => AnyAccount())])),
            (9, model => new Call.Limit(AnyAccountId(), AnyLimits(model))), (2, ClosePeriod), (5, HoldStory),
        ])(model);
        _sent.Add(call);
        return call;
    }

    /// <summary>Sends an earlier call again, as a caller does that has lost the answer; sometimes with a slip.</summary>
    Call Again()
    {
        var call = _sent[dice.OneIn(3) ? dice.Below(_sent.Count) : int.Max(0, _sent.Count - 1 - dice.Below(8))];
        if (call is not Call.Post { Entries.Length: > 0 } post || !dice.OneIn(4)) return call;
        var entries = post.Entries.ToArray();
        var slip = dice.Below(entries.Length);
        entries[slip] = dice.Below(5) switch
        {
            0 => entries[slip] with { Code = entries[slip].Code + 1 },
            1 => entries[slip] with { Reference = entries[slip].Reference + "x" },
            2 => entries[slip] with { ValueDate = entries[slip].ValueDate.AddDays(1) },
            3 => entries[slip] with { Metadata = entries[slip].Metadata + "x" },
            _ => entries[slip] with { Legs = [.. entries[slip].Legs.Select(leg => leg with { Amount = long.Max(1, leg.Amount - 1) })] },
        };
        return new Call.Post(entries);
    }

    /// <summary>Entries with so much text that the call takes several batches and is flushed while it is still decided.</summary>
    public Call.Post Bulk(int entries)
    {
        var text = new string('账', 680);
        var (from, to) = (AnyAccountId(), AnyAccountId());
        var call = new Call.Post([.. Enumerable.Range(0, entries).Select(each => new Entry
        {
            Id = NewId(),
            Legs = [Leg.Debit(from, each + 1), Leg.Credit(to, each + 1)],
            ValueDate = Day(Start).AddDays(20),
            Metadata = text,
            Linked = each % 5 == 0 && each < entries - 1,
        })]);
        _sent.Add(call);
        return call;
    }

    static DateOnly Day(DateTime time) => DateOnly.FromDateTime(time);

    Call.Period ClosePeriod(Model model) => new((model.ClosedThrough ?? Day(Start).AddDays(-4)).AddDays(dice.Between(-1, 2)));

    Account AnyAccount()
    {
        var number = dice.Percent(character.MistakePercent) ? 0 : dice.Between(1, character.Accounts + 4);
        return new Account
        {
            Id = number == 0 ? default : Id(number),
            Asset = dice.OneIn(20) ? new Asset("CNY", 3) : number % 7 == 6 ? Jpy : Cny,
            Kind = (AccountKind)dice.Between(1, 5),
            ChartCode = dice.Percent(character.MistakePercent) ? dice.Pick("no chart code", "2012") : "2011",
            Reference = dice.Percent(character.MistakePercent) ? new string('长', 43) : "",
            Limits = AnyLimits(null) with { Closed = false },
        };
    }

    Limits AnyLimits(Model? model)
    {
        var frozen = dice.Below(20);
        var amount = dice.Below(10) switch { 0 or 1 => 300L, 2 => dice.OfAnySize(18), 3 when dice.OneIn(4) => -1, _ => 0 };
        var overdraft = dice.Below(12) switch { < 4 => 0L, < 7 => long.MaxValue, < 9 => 500, 9 => dice.OfAnySize(18), 10 when dice.OneIn(4) => -1, _ => 100_000 };
        // Mostly an account with nothing on it is closed, or nothing would ever be.
        var closes = dice.OneIn(model is null ? 50 : 8);
        return new Limits(overdraft, frozen == 1, frozen == 2, amount, closes);
    }

    AccountId AnyAccountId()
    {
        if (dice.Percent(character.MistakePercent)) return Id(character.Accounts + dice.Between(1, 6));
        return Id(dice.Percent(character.HotPercent) ? dice.Between(1, int.Min(3, character.Accounts)) : dice.Between(1, character.Accounts));
    }

    long AnyAmount(Model model, AccountId payer)
    {
        if (dice.Percent(character.HugePercent)) return dice.Weighted([(8, Largest), (1, Largest + 1), (1, Largest - 1)]);
        if (dice.Percent(character.MistakePercent)) return dice.OneIn(4) ? -1 : dice.OneIn(3) ? 0 : Largest + 1;
        // What can just be paid, and just not.
        if (dice.OneIn(4) && model.Accounts.TryGetValue(payer, out var account) && account.State.Available is > 0 and < Largest and var most)
            return long.Max(1, most + dice.Between(-1, 1));
        return dice.OneIn(5) ? dice.OfAnySize(17) : dice.Between(1L, 400L);
    }

    Leg[] AnyLegs(Model model)
    {
        var pairs = dice.Weighted([(75, 1), (15, 2), (9, 3), (1, 20)]);
        var legs = new List<Leg>();
        for (var pair = 0; pair < pairs; pair++)
        {
            var (from, to) = (AnyAccountId(), AnyAccountId());
            var amount = AnyAmount(model, from);
            legs.Add(Leg.Debit(from, amount));
            legs.Add(Leg.Credit(to, amount));
        }
        // An account that grows by debits pays with a credit.
        if (dice.OneIn(3)) legs = legs.ConvertAll(leg => leg with { Side = leg.Side == Side.Debit ? Side.Credit : Side.Debit });
        if (!dice.Percent(character.MistakePercent)) return [.. legs];
        return dice.Below(6) switch
        {
            0 => [legs[0]],
            1 => [],
            2 when dice.OneIn(8) => [.. Enumerable.Repeat(legs[..2], 501).SelectMany(pair => pair)],
            _ => [legs[0] with { Amount = 7 }, .. legs[1..]],
        };
    }

    Call.Post Post(Model model)
    {
        var entries = Enumerable.Range(0, dice.Weighted([(60, 1), (30, dice.Between(2, 5)), (10, dice.Between(5, 20))])).Select(_ => AnyEntry(model)).ToArray();
        for (var i = 0; i < entries.Length; i++)
            if (dice.Percent(character.LinkedPercent) && (i < entries.Length - 1 || dice.OneIn(10))) entries[i] = entries[i] with { Linked = true };
        return new Call.Post(entries);
    }

    Entry AnyEntry(Model model)
    {
        var action = !dice.Percent(character.HoldPercent) ? EntryAction.Post
            : dice.Weighted([(40, EntryAction.Hold), (40, EntryAction.Capture), (15, EntryAction.Release), (dice.Percent(character.MistakePercent) ? 4 : 0, EntryAction.Expire)]);
        var ofHold = action is EntryAction.Capture or EntryAction.Release;
        var entry = new Entry
        {
            Id = dice.Percent(character.RepeatPercent / 3) ? EntryId(dice.Below(_nextEntry)) : NewId(),
            Action = action,
            Legs = ofHold ? [] : AnyLegs(model),
            ValueDate = Day(Start).AddDays(dice.Between(-1, 4)),
            Code = dice.Below(3),
            Reference = dice.Weighted([(60, ""), (30, $"r/{dice.Below(5)}"), (1, new string('长', dice.Between(42, 43)))]),
            Metadata = dice.Weighted([(80, ""), (10, "纪念 purpose"), (1, new string('长', dice.Between(682, 683)))]),
        };
        if (dice.Percent(character.MistakePercent) && dice.OneIn(4)) entry = entry with { Id = default };
        // A caller may take the id that the expiry of a hold would have.
        if (dice.OneIn(100)) entry = entry with { Id = ExpiryId.Of(EntryId(dice.Between(int.Max(1, _nextEntry - 20), _nextEntry)), 0) };
        return Slip(ofHold ? OfHold(entry, model) : entry with
        {
            ExpiresAt = action == EntryAction.Hold ? AnyExpiry(model) : null,
            AtMost = dice.OneIn(6) && entry.Legs.Count == 2 && entry.Legs[0].Amount == entry.Legs[1].Amount,
        });
    }

    DateTime? AnyExpiry(Model model) => dice.Below(12) switch
    {
        < 5 => null,
        5 when dice.Percent(character.MistakePercent) => DateTime.SpecifyKind(model.Now, DateTimeKind.Unspecified),
        6 => model.Now.AddTicks(dice.Between(-1, 1)),
        _ => model.Now.AddMinutes(dice.Between(-2, 60)),
    };

    Entry OfHold(Entry entry, Model model)
    {
        var open = model.Holds.Values.Where(hold => hold.Open).OrderBy(hold => hold.Posted.Sequence).ToList();
        if (open.Count == 0 || dice.OneIn(8))
        {
            // Settled, expired, unknown, or no hold at all.
            var any = model.Entries.Count > 0 && !dice.OneIn(4) ? model.Entries[dice.Below(model.Entries.Count)].Entry.Id : EntryId(dice.Between(1, _nextEntry + 3));
            return entry with { Hold = any, Legs = entry.Action == EntryAction.Release || dice.OneIn(2) ? [] : AnyLegs(model) };
        }
        var hold = open[dice.Below(open.Count)];
        entry = entry with { Hold = hold.Posted.Entry.Id };
        if (entry.Action == EntryAction.Release || dice.OneIn(3)) return entry;
        var legs = hold.Posted.Entry.Legs;
        var pair = dice.Below(legs.Count / 2) * 2;
        var left = hold.Remaining[pair];
        var part = long.Max(1, dice.Below(4) switch { 0 => left, 1 => left + 1, 2 => left / 2, _ => dice.Between(1L, long.Max(1, left)) });
        return entry with { Legs = [legs[pair] with { Amount = part }, legs[pair + 1] with { Amount = part }] };
    }

    Entry Slip(Entry entry) => !dice.Percent(character.MistakePercent) ? entry : dice.Below(6) switch
    {
        0 => entry with { Hold = entry.Hold is null ? EntryId(1) : null },
        1 => entry with { ExpiresAt = Start.AddDays(1) },
        2 => entry with { AtMost = true },
        3 => entry with { Legs = [.. entry.Legs, .. entry.Legs] },
        _ => entry,
    };

    /// <summary>A hold, parts of it captured, and the rest given back, all in one call.</summary>
    Call.Post HoldStory(Model model)
    {
        var hold = AnyEntry(model) with { Id = NewId(), Action = EntryAction.Hold, Hold = null, Legs = AnyLegs(model), AtMost = false, ExpiresAt = AnyExpiry(model) };
        var entries = new List<Entry> { hold };
        for (var part = dice.Below(4); part > 0; part--)
        {
            var amount = dice.Between(1L, 300L);
            entries.Add(After(hold, EntryAction.Capture, [.. hold.Legs.Take(2).Select(leg => leg with { Amount = amount })]));
        }
        if (dice.OneIn(2)) entries.Add(After(hold, dice.OneIn(2) ? EntryAction.Release : EntryAction.Capture, []));
        return new Call.Post([.. entries]);
    }

    Entry After(Entry hold, EntryAction action, Leg[] legs) =>
        hold with { Id = NewId(), Action = action, Hold = hold.Id, ExpiresAt = null, Legs = legs, AtMost = false, Reference = "", Metadata = "" };
}
