using CsCheck;

namespace Pujiang.Ledger.Tests;

abstract record Step
{
    public sealed record Opens(Account[] Accounts) : Step;
    public sealed record Close(DateOnly Through) : Step;
    public sealed record Posts(Entry[] Entries) : Step;

    /// <summary>Sends an earlier call again, as a caller does that has lost the answer.</summary>
    public sealed record Again(int Call) : Step;
    public sealed record Limit(AccountId Account, Limits Limits) : Step;
    public sealed record Wait(int Minutes) : Step;
    public sealed record Restart : Step;
}

/// <summary>Random sequences over few accounts and few ids, so that everything meets everything.</summary>
static class AnySequence
{
    const long Huge = 1_000_000_000_000_000_000;
    const int Ids = 60;

    static readonly Asset[] Assets = [new("CNY", 2), new("CNY", 2), new("CNY", 2), new("JPY", 0), new("CNY", 3)];

    static Gen<T> Pick<T>(params T[] items) => Gen.Int[0, items.Length - 1].Select(i => items[i]);

    static Gen<T> Rarely<T>(T usual, T rare, int oneIn = 12) => Gen.Int[1, oneIn].Select(roll => roll == 1 ? rare : usual);

    static readonly Gen<Limits> AnyLimits =
        from overdraft in Pick(0L, 0L, 500L, long.MaxValue, long.MaxValue)
        from bad in Rarely(0L, -1L, 25)
        from frozen in Gen.Int[0, 15]
        from frozenAmount in Pick(0L, 0L, 0L, 300L, -1L)
        select new Limits(bad < 0 ? bad : overdraft, frozen == 1, frozen == 2, frozenAmount < 0 && frozen != 3 ? 0 : frozenAmount, frozen is 4 or 5);

    static readonly Gen<Account> AnyAccount =
        from id in Gen.Int[0, 9]
        from asset in Pick(Assets)
        from kind in Gen.Int[1, 5]
        from chart in Rarely("2011", "no chart code")
        from reference in Rarely("", new string('长', 43), 25)
        from limits in AnyLimits
        select new Account
        {
            Id = id == 0 ? default : TestBook.Id(id),
            Asset = asset,
            Kind = (AccountKind)kind,
            ChartCode = chart,
            Reference = reference,
            Limits = limits with { Closed = false },
        };

    static readonly Gen<long> AnyAmount = Gen.Frequency(
        (30, Gen.Long[1, 400]), (4, Gen.Const(Huge)), (1, Gen.Const(Huge + 1)), (1, Gen.Const(0L)));

    // Mostly a debit and a credit of the same amount between two accounts; now and then more of them, or a mistake.
    static readonly Gen<Leg[]> AnyLegs =
        from pairs in Gen.Select(Gen.Int[1, 11], Gen.Int[1, 11], AnyAmount).Array[1, 3]
        from mistake in Gen.Int[0, 60]
        select Legs(pairs, mistake);

    static Leg[] Legs((int From, int To, long Amount)[] pairs, int mistake)
    {
        var legs = pairs.SelectMany(pair => new[]
        {
            Leg.Debit(TestBook.Id(pair.From), pair.Amount), Leg.Credit(TestBook.Id(pair.To), pair.Amount),
        }).ToArray();
        return mistake switch
        {
            0 => legs[..1],
            1 => [],
            2 => [.. Enumerable.Repeat(legs, 501).SelectMany(pair => pair)],
            3 => [legs[0] with { Amount = 7 }, .. legs[1..]],
            _ => legs,
        };
    }

    static readonly Gen<DateTime?> AnyExpiry =
        from minutes in Gen.Int[-5, 120]
        from form in Gen.Int[0, 12]
        select form < 6 ? (DateTime?)null
            : form == 12 ? DateTime.SpecifyKind(TestBook.Start, DateTimeKind.Unspecified) : TestBook.Start.AddMinutes(minutes);

    static readonly Gen<EntryAction> AnyAction = Gen.Frequency(
        (40, Gen.Const(EntryAction.Post)), (25, Gen.Const(EntryAction.Hold)), (25, Gen.Const(EntryAction.Capture)),
        (10, Gen.Const(EntryAction.Release)), (1, Gen.Const(EntryAction.Expire)));

    static readonly DateOnly Day = new(2026, 3, 1);

    static readonly Gen<Entry> AnyEntry =
        from id in Gen.Int[0, Ids]
        from action in AnyAction
        from legs in AnyLegs
        from all in Gen.Int[0, 2]
        from hold in Gen.Int[1, Ids]
        from slip in Gen.Int[0, 40]
        from expiry in AnyExpiry
        from texts in Gen.Int[0, 60]
        from linked in Gen.Int[0, 5]
        from atMost in Gen.Int[0, 3]
        from day in Gen.Int[-1, 4]
        select Shape(new Entry
        {
            Id = id == 0 ? default : TestBook.EntryId(id),
            Action = action,
            Legs = legs,
            Hold = TestBook.EntryId(hold),
            ExpiresAt = expiry,
            ValueDate = Day.AddDays(day),
            AtMost = atMost == 0,
            Reference = texts == 1 ? new string('长', 43) : texts < 20 ? $"r/{texts % 5}" : "",
            Metadata = texts == 2 ? new string('长', 683) : "",
            Linked = linked == 0,
        }, all, slip);

    static Entry Shape(Entry entry, int all, int slip)
    {
        var ofHold = entry.Action is EntryAction.Capture or EntryAction.Release;
        if (slip != 4 && (ofHold || entry.Legs.Count != 2 || entry.Legs[0].Amount != entry.Legs[1].Amount)) entry = entry with { AtMost = false };
        if (ofHold && (all == 0 || entry.Action == EntryAction.Release) && slip != 3) entry = entry with { Legs = [] };
        if (ofHold == (slip == 1)) entry = entry with { Hold = null };
        return entry.Action == EntryAction.Hold || slip == 2 ? entry : entry with { ExpiresAt = null };
    }

    // A hold and what may follow it: parts of it captured, and the rest given back.
    static readonly Gen<Step> HoldAndCaptures =
        from id in Gen.Int[1, Ids - 5]
        from legs in AnyLegs
        from expiry in AnyExpiry
        from parts in Gen.Long[1, 300].Array[0, 4]
        from settle in Gen.Int[0, 2]
        select (Step)new Step.Posts([.. HoldStory(id, legs, expiry, parts, settle)]);

    static IEnumerable<Entry> HoldStory(int id, Leg[] legs, DateTime? expiry, long[] parts, int settle)
    {
        var hold = new Entry
        {
            Id = TestBook.EntryId(id),
            Action = EntryAction.Hold,
            Legs = legs,
            ExpiresAt = expiry,
            ValueDate = new DateOnly(2026, 3, 1),
        };
        yield return hold;
        foreach (var (i, part) in parts.Index())
        {
            yield return hold with
            {
                Id = TestBook.EntryId(id + 1 + i),
                Action = EntryAction.Capture,
                Hold = hold.Id,
                ExpiresAt = null,
                Legs = [.. legs.Take(2).Select(leg => leg with { Amount = part })],
            };
        }
        if (settle == 0) yield break;
        yield return hold with
        {
            Id = TestBook.EntryId(id + 5),
            Action = settle == 1 ? EntryAction.Release : EntryAction.Capture,
            Hold = hold.Id,
            ExpiresAt = null,
            Legs = [],
        };
    }

    // Ten times the largest amount is more than an account can hold. The accounts 1, 4 and 7 may give without limit.
    static readonly Gen<Step> HugeAmounts =
        from id in Gen.Int[Ids, Ids + 5]
        from count in Gen.Int[4, 11]
        from action in Pick(EntryAction.Post, EntryAction.Hold)
        from payer in Pick(1, 4, 7)
        from payee in Pick(1, 4, 7)
        select (Step)new Step.Posts([
            .. Enumerable.Range(id, count).Select(each => TestBook.Transfer(each, payer, payee, Huge) with { Action = action }),
        ]);

    static readonly Gen<Step> AnyStep = Gen.Frequency(
        (6, AnyAccount.Array[1, 3].Select(accounts => (Step)new Step.Opens(accounts))),
        (30, AnyEntry.Array[1, 5].Select(entries => (Step)new Step.Posts(entries))),
        (10, HoldAndCaptures),
        (2, HugeAmounts),
        (8, Gen.Int[0, 100].Select(call => (Step)new Step.Again(call))),
        (6, Gen.Select(Gen.Int[1, 11], AnyLimits, (id, limits) => (Step)new Step.Limit(TestBook.Id(id), limits))),
        (1, Gen.Int[-4, 1].Select(day => (Step)new Step.Close(Day.AddDays(day)))),
        (5, Gen.Int[1, 40].Select(minutes => (Step)new Step.Wait(minutes))),
        (2, Gen.Const((Step)new Step.Restart())));

    // Ten accounts to begin with, most of which can pay.
    static readonly Gen<Step> Beginning = Gen.Int[0, 3].Array[9].Select(kinds => (Step)new Step.Opens(
    [
        .. kinds.Select((kind, i) => TestBook.Account(
            i + 1, kind == 0 ? AccountKind.Asset : AccountKind.Liability, i % 3 == 0 ? Limits.Unlimited : new Limits(Overdraft: i * 200))),
    ]));

    public static readonly Gen<Step[]> Steps =
        Gen.Select(Beginning, AnyStep.Array[10, 60], (first, rest) => (Step[])[first, .. rest]);
}
