using System.Collections.Immutable;
using System.Text;

namespace Pujiang.Ledger.Simulator;

/// <summary>
/// The ledger in its plainest form: tables that are never changed but replaced, no journal, no speed. What it says is right
/// because it can be read in a minute; the book must give the same answers.
/// </summary>
sealed class Model
{
    public sealed record AccountModel(Account Account, Balance Balance, ImmutableList<Line> Lines)
    {
        public bool GrowsByDebits => Account.Kind is AccountKind.Asset or AccountKind.Expense;
        public AccountState State => new(Account, Balance);
    }

    /// <summary>One leg in an account's history.</summary>
    public sealed record Line(PostedEntry Posted, int Leg, Balance After);

    public sealed record HoldModel(PostedEntry Posted, ImmutableArray<long> Remaining, bool Expired)
    {
        public bool Open => !Expired && Remaining.Any(left => left > 0);
    }

    public sealed record Answer(Entry Content, EntryResult Result);

    public ImmutableDictionary<AccountId, AccountModel> Accounts { get; private set; } = ImmutableDictionary<AccountId, AccountModel>.Empty;
    public ImmutableDictionary<EntryId, HoldModel> Holds { get; private set; } = ImmutableDictionary<EntryId, HoldModel>.Empty;
    public ImmutableList<PostedEntry> Entries { get; private set; } = [];
    public ImmutableDictionary<EntryId, Answer> Answers { get; private set; } = ImmutableDictionary<EntryId, Answer>.Empty;
    public DateOnly? ClosedThrough { get; private set; }

    /// <summary>The ledger's time; never goes back while it runs.</summary>
    public DateTime Now { get; set; }

    /// <summary>The time of the last thing that the journal has recorded: a restart may go back to it, and no further.</summary>
    public DateTime Recorded { get; private set; }

    /// <summary>A rule that is left out on purpose, to see that the simulator notices.</summary>
    public Sabotage Without { get; init; }

    public Model Fork() => (Model)MemberwiseClone();

    /// <summary>What happens first in each batch: time moves on, and holds whose time is over fall back.</summary>
    public void BeginBatch(DateTime clock)
    {
        if (clock > Now) Now = clock;
        ExpireDue();
    }

    public PeriodStatus ClosePeriod(DateOnly through)
    {
        if (through < ClosedThrough) return PeriodStatus.ClosedFurther;
        if (through != ClosedThrough) Recorded = Now;
        ClosedThrough = through;
        return PeriodStatus.Closed;
    }

    public OpenStatus Open(Account account)
    {
        if (account.Id == default) return OpenStatus.IdIsZero;
        if (account.ChartCode.Length is 0 or > 16 || account.ChartCode.Any(c => c != '.' && !char.IsAsciiLetterOrDigit(c)))
            return OpenStatus.ChartCodeInvalid;
        if (!Workload.Chart.Contains((account.ChartCode, account.Kind))) return OpenStatus.NotInChart;
        if (Encoding.UTF8.GetByteCount(account.Reference) > 128) return OpenStatus.ReferenceTooLong;
        if (account.Limits.Overdraft < 0 || account.Limits.FrozenAmount < 0) return OpenStatus.LimitsInvalid;
        if (Accounts.Values.Any(other => other.Account.Asset.Code == account.Asset.Code && other.Account.Asset.Scale != account.Asset.Scale))
            return OpenStatus.AssetHasOtherScale;
        if (Accounts.TryGetValue(account.Id, out var known))
            return known.Account with { Limits = account.Limits } == account ? OpenStatus.Opened : OpenStatus.IdUsedWithOtherContent;
        Accounts = Accounts.Add(account.Id, new AccountModel(account, default, []));
        Recorded = Now;
        return OpenStatus.Opened;
    }

    public LimitStatus SetLimits(AccountId id, Limits limits)
    {
        if (limits.Overdraft < 0 || limits.FrozenAmount < 0) return LimitStatus.LimitsInvalid;
        if (!Accounts.TryGetValue(id, out var account)) return LimitStatus.AccountUnknown;
        var (debits, credits, pendingDebits, pendingCredits) = account.Balance;
        if (limits.Closed && (debits != credits || (pendingDebits, pendingCredits) != (0, 0))) return LimitStatus.BalanceNotZero;
        if (account.Account.Limits != limits) Recorded = Now;
        Accounts = Accounts.SetItem(id, account with { Account = account.Account with { Limits = limits } });
        return LimitStatus.Changed;
    }

    public List<EntryResult> Post(IReadOnlyList<Entry> entries)
    {
        var results = new List<EntryResult>();
        while (results.Count < entries.Count) results.AddRange(PostGroup(entries, results.Count));
        return results;
    }

    /// <summary>Decides the linked group, or the single entry, that begins here.</summary>
    public List<EntryResult> PostGroup(IReadOnlyList<Entry> entries, int start)
    {
        var end = start;
        while (end < entries.Count - 1 && entries[end].Linked) end++;
        var group = entries.Skip(start).Take(end - start + 1).ToList();
        var before = (Accounts, Holds, Entries, Answers, Recorded);
        var results = group.ConvertAll(_ => default(EntryResult));
        for (var i = 0; i < group.Count; i++)
        {
            results[i] = Decide(group[i], isOpenLink: group[i].Linked && start + i == entries.Count - 1);
            if (results[i].IsPosted) continue;
            if (Without != Sabotage.LinkedNotTogether) (Accounts, Holds, Entries, Answers, Recorded) = before;
            return Refuse(group, i, results[i], isLast: end == entries.Count - 1);
        }
        return results;
    }

    List<EntryResult> Refuse(List<Entry> group, int culprit, EntryResult why, bool isLast)
    {
        var results = new List<EntryResult>();
        for (var i = 0; i < group.Count; i++)
        {
            var ofItself = OfItself(group[i], isOpenLink: group[i].Linked && isLast && i == group.Count - 1);
            var result = i == culprit ? why : !ofItself.IsPosted ? ofItself : Earlier(group[i]) ?? new EntryResult(EntryStatus.LinkedEntryRefused, 0, Now);
            if (!result.Repeated && !result.IsPosted && result.Status > EntryStatus.IdUsedWithOtherContent)
                Remember(group[i], result);
            results.Add(result);
        }
        return results;
    }

    void Remember(Entry entry, EntryResult result)
    {
        if (Answers.ContainsKey(entry.Id) || Without == Sabotage.RefusalsForgotten) return;
        Answers = Answers.Add(entry.Id, new Answer(entry, result));
        Recorded = Now;
    }

    EntryResult? Earlier(Entry entry)
    {
        if (!Answers.TryGetValue(entry.Id, out var answer)) return null;
        return IsSame(answer.Content, entry) || Without == Sabotage.OtherContentAccepted
            ? answer.Result with { Repeated = true } : new EntryResult(EntryStatus.IdUsedWithOtherContent, 0, Now);
    }

    static bool IsSame(Entry left, Entry right) =>
        left with { Legs = [], Linked = false } == right with { Legs = [], Linked = false } && left.Legs.SequenceEqual(right.Legs);

    EntryResult Decide(Entry entry, bool isOpenLink)
    {
        if (OfItself(entry, isOpenLink) is { Status: not EntryStatus.Posted } wrong) return wrong;
        if (Earlier(entry) is { } earlier) return earlier;
        var moved = entry.Legs;
        if (entry.Hold is { } id && entry.Legs.Count == 0 && Holds.TryGetValue(id, out var hold)) moved = Left(hold);
        var answer = AgainstState(entry, moved);
        if (entry.AtMost && Without != Sabotage.AtMostTakesAll && answer.Status is EntryStatus.ExceedsAvailable or EntryStatus.ExceedsUnfrozenAmount && MostOf(entry) is > 0 and var most)
        {
            moved = [.. moved.Select(leg => leg with { Amount = most })];
            answer = AgainstState(entry with { Legs = moved }, moved);
        }
        if (!answer.IsPosted) return answer;
        var posted = Apply(entry with { Legs = moved });
        var result = new EntryResult(EntryStatus.Posted, posted.Sequence, Now)
        {
            Balances = BalancesAfter(posted),
        };
        Answers = Answers.Add(entry.Id, new Answer(entry, result));
        return result;
    }

    Balance[] BalancesAfter(PostedEntry posted)
    {
        var balances = new Balance[posted.Entry.Legs.Count];
        foreach (var account in posted.Entry.Legs.Select(leg => Accounts[leg.Account]).Distinct())
            for (var i = account.Lines.Count - 1; i >= 0 && ReferenceEquals(account.Lines[i].Posted, posted); i--)
                balances[account.Lines[i].Leg] = account.Lines[i].After;
        return balances;
    }

    EntryResult No(EntryStatus status, int leg = -1) => new(status, 0, Now, leg);
    EntryResult Yes => new(EntryStatus.Posted, 0, Now);

    EntryResult OfItself(Entry entry, bool isOpenLink)
    {
        if (entry.Action is < EntryAction.Post or > EntryAction.Release) return No(EntryStatus.ActionNotAllowed);
        if (entry.Id == default) return No(EntryStatus.IdIsZero);
        var ofHold = entry.Action is EntryAction.Capture or EntryAction.Release;
        var legs = entry.Legs.ToList();
        if (legs.Count < 2 && !(ofHold && legs.Count == 0) && entry.Action != EntryAction.Release) return No(EntryStatus.TooFewLegs);
        if (legs.Count > (entry.Action == EntryAction.Release ? 0 : 1000)) return No(EntryStatus.TooManyLegs);
        if (legs.Any(leg => leg.Amount < 1)) return No(EntryStatus.AmountNotPositive, legs.FindIndex(leg => leg.Amount < 1));
        const long Most = 1_000_000_000_000_000_000;
        if (legs.Any(leg => leg.Amount > Most)) return No(EntryStatus.AmountTooLarge, legs.FindIndex(leg => leg.Amount > Most));
        if (Encoding.UTF8.GetByteCount(entry.Reference) > 128) return No(EntryStatus.ReferenceTooLong);
        if (Encoding.UTF8.GetByteCount(entry.Metadata) > 2048) return No(EntryStatus.MetadataTooLong);
        if (entry.ExpiresAt is not null && entry.Action != EntryAction.Hold) return No(EntryStatus.ExpiryNotAllowed);
        if (entry.ExpiresAt is { Kind: not DateTimeKind.Utc }) return No(EntryStatus.ExpiryNotUtc);
        if (entry.Hold is not null && !ofHold) return No(EntryStatus.HoldNotAllowed);
        if (entry.Hold is null && ofHold) return No(EntryStatus.HoldMissing);
        var isPair = legs.Count == 2 && legs[0].Amount == legs[1].Amount && legs[0].Side != legs[1].Side;
        if (entry.AtMost && (ofHold || !isPair)) return No(EntryStatus.AtMostNotAllowed);
        return isOpenLink ? No(EntryStatus.LinkIsOpen) : Yes;
    }

    /// <summary>What can be taken from whoever of the two gives: all that is there and not held or frozen.</summary>
    long MostOf(Entry entry) => entry.Legs.Min(leg =>
    {
        var account = Accounts[leg.Account];
        var gives = (leg.Side == Side.Debit) != account.GrowsByDebits;
        if (!gives || account.Account.Limits.Overdraft == long.MaxValue) return leg.Amount;
        var held = account.GrowsByDebits ? account.Balance.PendingCredits : account.Balance.PendingDebits;
        var free = (Int128)account.Balance.On(account.Account.Kind) - held + account.Account.Limits.Overdraft - account.Account.Limits.FrozenAmount;
        return (long)Int128.Clamp(free, 0, leg.Amount);
    });

    EntryResult AgainstState(Entry entry, IReadOnlyList<Leg> moved)
    {
        var legs = entry.Legs.ToList();
        var unknown = legs.FindIndex(leg => !Accounts.ContainsKey(leg.Account));
        if (unknown >= 0) return No(EntryStatus.AccountUnknown, unknown);
        if (legs.GroupBy(leg => Accounts[leg.Account].Account.Asset).Any(group => Sum(group, Side.Debit) != Sum(group, Side.Credit)))
            return No(EntryStatus.DebitsDifferFromCredits);
        if (entry.ValueDate <= ClosedThrough && Without != Sabotage.PeriodIgnored && entry.Action != EntryAction.Release) return No(EntryStatus.PeriodClosed);
        if (entry.ExpiresAt <= Now) return No(EntryStatus.ExpiryNotInFuture);
        if (entry.Hold is { } id)
        {
            var known = Answers.ContainsKey(id);
            if (!known) return No(EntryStatus.HoldUnknown);
            if (!Holds.TryGetValue(id, out var hold)) return No(EntryStatus.HoldIsNoHold);
            if (hold.Expired) return No(EntryStatus.HoldExpired);
            if (!hold.Open) return No(EntryStatus.HoldSettled);
            var held = Left(hold, all: true);
            var strange = legs.FindIndex(leg => !held.Any(other => other.Account == leg.Account && other.Side == leg.Side));
            if (strange >= 0) return No(EntryStatus.CaptureNotHeld, strange);
            for (var i = 0; i < legs.Count; i++)
                if (SumOn(legs.Take(i + 1), legs[i]) > SumOn(held, legs[i])) return No(EntryStatus.CaptureExceedsHold, i);
            if (entry.Action == EntryAction.Release) return Yes;
        }
        return AgainstLimits(entry.Action, [.. moved]);
    }

    /// <summary>One check after the other over all legs; a leg is blamed for what the whole entry does to its account.</summary>
    EntryResult AgainstLimits(EntryAction action, List<Leg> legs)
    {
        Int128 Net(Leg leg, bool gross) => SumOn(legs, leg) - (gross ? 0 : SumOn(legs, Opposite(leg)));
        AccountModel Of(Leg leg) => Accounts[leg.Account];
        bool Adds(Leg leg) => (leg.Side == Side.Debit) == Of(leg).GrowsByDebits;
        Int128 Net1(Leg leg) => Net(leg, gross: action == EntryAction.Hold);
        Int128 Free(Leg leg) => Of(leg).Balance.On(Of(leg).Account.Kind) + (Int128)Of(leg).Account.Limits.Overdraft
            + (Without == Sabotage.OverdraftOffByOne ? 1 : 0) - (Of(leg).GrowsByDebits ? Of(leg).Balance.PendingCredits : Of(leg).Balance.PendingDebits);
        bool Limited(Leg leg) =>
            action != EntryAction.Capture && !Adds(leg) && Net1(leg) > 0 && Of(leg).Account.Limits.Overdraft != long.MaxValue;
        Int128 Total(Leg leg) => leg.Side == Side.Debit
            ? (Int128)Of(leg).Balance.PostedDebits + Of(leg).Balance.PendingDebits
            : (Int128)Of(leg).Balance.PostedCredits + Of(leg).Balance.PendingCredits;
        (EntryStatus Status, Predicate<Leg> IsWrong)[] checks =
        [
            (EntryStatus.AccountClosed, leg => Of(leg).Account.Limits.Closed),
            (EntryStatus.AccountFrozenIn, leg => Without != Sabotage.FrozenInIgnored && Of(leg).Account.Limits.FrozenIn && Adds(leg) && Net1(leg) > 0),
            (EntryStatus.AccountFrozenOut, leg => Of(leg).Account.Limits.FrozenOut && !Adds(leg) && Net1(leg) > 0),
            (EntryStatus.ExceedsUnfrozenAmount, leg => Limited(leg) && Net1(leg) <= Free(leg)
                && Net1(leg) > Free(leg) - (Without == Sabotage.FrozenAmountIgnored ? 0 : Of(leg).Account.Limits.FrozenAmount)),
            (EntryStatus.ExceedsAvailable, leg => Limited(leg) && Net1(leg) > Free(leg)),
            (EntryStatus.BalanceOverflow, leg => action != EntryAction.Capture && Without != Sabotage.OverflowIgnored && Total(leg) + SumOn(legs, leg) > long.MaxValue),
        ];
        foreach (var (status, isWrong) in checks)
            if (legs.FindIndex(isWrong) is >= 0 and var wrong) return No(status, wrong);
        return Yes;
    }

    static Leg Opposite(Leg leg) => leg with { Side = leg.Side == Side.Debit ? Side.Credit : Side.Debit };
    static Int128 Sum(IEnumerable<Leg> legs, Side side) => legs.Where(leg => leg.Side == side).Aggregate(Int128.Zero, (sum, leg) => sum + leg.Amount);
    static Int128 SumOn(IEnumerable<Leg> legs, Leg like) => Sum(legs.Where(leg => leg.Account == like.Account), like.Side);

    static List<Leg> Left(HoldModel hold, bool all = false) =>
        [.. hold.Posted.Entry.Legs.Select((leg, i) => leg with { Amount = hold.Remaining[i] }).Where(leg => all || leg.Amount > 0)];

    PostedEntry Apply(Entry entry)
    {
        var posted = new PostedEntry(Entries.Count + 1, Now, entry with { Linked = false });
        Entries = Entries.Add(posted);
        Recorded = Now;
        for (var i = 0; i < entry.Legs.Count; i++)
        {
            var leg = entry.Legs[i];
            var account = Accounts[leg.Account];
            var after = After(account.Balance, entry.Action, leg);
            Accounts = Accounts.SetItem(leg.Account, account with { Balance = after, Lines = account.Lines.Add(new Line(posted, i, after)) });
        }
        if (entry.Action == EntryAction.Hold && Without != Sabotage.HoldForgotten)
            Holds = Holds.Add(entry.Id, new HoldModel(posted, [.. entry.Legs.Select(leg => leg.Amount)], false));
        else if (entry.Hold is { } id) Holds = Holds.SetItem(id, Taken(Holds[id], entry));
        return posted;
    }

    static Balance After(Balance before, EntryAction action, Leg leg)
    {
        var posted = action is EntryAction.Post or EntryAction.Capture ? leg.Amount : 0;
        var pending = action switch { EntryAction.Post => 0, EntryAction.Hold => leg.Amount, _ => -leg.Amount };
        return leg.Side == Side.Debit
            ? before with { PostedDebits = before.PostedDebits + posted, PendingDebits = before.PendingDebits + pending }
            : before with { PostedCredits = before.PostedCredits + posted, PendingCredits = before.PendingCredits + pending };
    }

    HoldModel Taken(HoldModel hold, Entry entry)
    {
        var remaining = hold.Remaining.ToArray();
        foreach (var leg in entry.Legs)
        {
            var amount = leg.Amount;
            for (var step = 0; step < remaining.Length; step++)
            {
                var i = Without == Sabotage.CaptureTakesFromLastLeg ? remaining.Length - 1 - step : step;
                var held = hold.Posted.Entry.Legs[i];
                if (held.Account != leg.Account || held.Side != leg.Side) continue;
                var part = long.Min(amount, remaining[i]);
                (remaining[i], amount) = (remaining[i] - part, amount - part);
            }
        }
        return hold with { Remaining = [.. remaining], Expired = entry.Action == EntryAction.Expire };
    }

    void ExpireDue()
    {
        var due = Holds.Values.Where(hold => hold.Open && hold.Posted.Entry.ExpiresAt <= (Without == Sabotage.ExpiryTooLate ? Now.AddMinutes(-1) : Now))
            .OrderBy(hold => hold.Posted.Entry.ExpiresAt).ThenBy(hold => hold.Posted.Sequence).ToList();
        foreach (var hold in due)
        {
            // A caller may have used the id that would come out.
            var attempt = 0;
            while (Answers.ContainsKey(ExpiryId.Of(hold.Posted.Entry.Id, attempt))) attempt++;
            var id = ExpiryId.Of(hold.Posted.Entry.Id, attempt);
            var expiry = new Entry
            {
                Id = id,
                Action = EntryAction.Expire,
                Hold = hold.Posted.Entry.Id,
                ValueDate = DateOnly.FromDateTime(Now),
                Legs = Left(hold),
            };
            var posted = Apply(expiry);
            Answers = Answers.Add(id, new Answer(expiry, new EntryResult(EntryStatus.Posted, posted.Sequence, Now)));
        }
    }
}
