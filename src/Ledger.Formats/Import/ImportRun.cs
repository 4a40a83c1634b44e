namespace Pujiang.Ledger.Formats;

/// <summary>The second reading: opens accounts and posts entries in their order, many in a call.</summary>
sealed class ImportRun(ILedger ledger, ImportChart chart, ReplayClock? clock, IProgress<long>? progress)
{
    const int EntriesOfCall = 1_000;
    const int LegsOfCall = 20_000;
    const int ProgressEvery = 10_000;
    const int TriesForExpiry = 3;

    /// <summary>
    /// What an account is opened with until all entries are posted, because its limits are those of the end and history may have
    /// been beyond them. One less than "no limit", so that a repeated import knows what an interrupted one has opened.
    /// </summary>
    static readonly Limits WhileImporting = new(Overdraft: long.MaxValue - 1);

    readonly Dictionary<AccountId, (Account Account, Place Place)> _accounts = [];
    readonly List<(Account Account, Place Place)> _toOpen = [];
    readonly List<(DraftEntry Draft, Entry Entry)> _expiries = [];
    readonly List<(DraftEntry Draft, Entry Entry)> _entries = [];
    readonly ImportedIds _ids = new();
    DateTime? _time;
    int _legs;
    long _seen;
    long _posted;
    long _repeated;
    long _opened;

    public async Task Add(DraftEntry draft, CancellationToken cancel)
    {
        var isFull = _entries.Count >= EntriesOfCall || _legs >= LegsOfCall;
        if (isFull || (clock is not null && draft.PostedAt != _time)) await Flush(cancel);
        // An expiry comes first in its batch; in any other place it waits for the clock to move on.
        if (draft.Action == EntryAction.Expire && _entries.Count > 0) await Flush(cancel);
        if (clock is not null && draft.PostedAt < _time)
            throw new BadInputException(draft.Place with { Field = "posted-at" }, $"{EntryKeys.Time(draft.PostedAt.Value)} is earlier than the posting time of the entry before; entries stand in the order of posting.");
        _time = draft.PostedAt;
        var entry = EntryOf(draft);
        (draft.Action == EntryAction.Expire ? _expiries : _entries).Add((draft, entry));
        _legs += entry.Legs.Count;
        if (++_seen % ProgressEvery == 0) progress?.Report(_seen);
    }

    Entry EntryOf(DraftEntry draft)
    {
        var legs = new List<Leg>(draft.Legs.Count);
        foreach (var leg in draft.Legs)
        {
            var account = chart.Account(leg);
            if (_accounts.TryAdd(account.Id, (account, leg.Place))) _toOpen.Add((account, leg.Place));
            else if (_accounts[account.Id].Account != account)
                throw new BadInputException(leg.Place, $"the account id {account.Id} belongs to another account at {_accounts[account.Id].Place}; give each its own.");
            var amount = leg.Amount.MinorUnits(account.Asset.Scale)
                ?? throw new BadInputException(leg.Place, $"{leg.Amount} {account.Asset.Code} is no amount of the ledger; {account.Asset.Code} has {account.Asset.Scale} decimals, and at most 10^18 of the smallest unit move in one leg.");
            if (amount != 0) legs.Add(amount > 0 ? Leg.Debit(account.Id, amount) : Leg.Credit(account.Id, -amount));
        }
        var entry = new Entry
        {
            Id = draft.Id ?? default,
            Action = draft.Action,
            Legs = legs,
            Hold = draft.Hold,
            ExpiresAt = draft.ExpiresAt,
            ValueDate = draft.ValueDate,
            Code = draft.Code,
            Reference = draft.Reference,
            Metadata = draft.Metadata,
        };
        return draft.Id is null ? entry with { Id = _ids.Of(entry) } : entry;
    }

    async Task Flush(CancellationToken cancel)
    {
        if (_entries.Count + _expiries.Count == 0) return;
        clock?.StandAt(_time);
        await OpenAccounts(cancel);
        await FindExpiries(cancel);
        if (_entries.Count > 0) await Post(cancel);
        _entries.Clear();
        _expiries.Clear();
        _legs = 0;
    }

    async Task OpenAccounts(CancellationToken cancel)
    {
        if (_toOpen.Count == 0) return;
        var opening = new List<Account>(_toOpen.Count);
        foreach (var (account, _) in _toOpen)
        {
            var isKnown = await ledger.Find(account.Id, cancel) is not null;
            if (!isKnown) _opened++;
            opening.Add(isKnown || account.Limits == Limits.Unlimited ? account : account with { Limits = WhileImporting });
        }
        var answers = await ledger.Open(opening, cancel);
        for (var i = 0; i < answers.Count; i++)
            if (answers[i] != OpenStatus.Opened) throw new BadInputException(_toOpen[i].Place, Refusals.Of(answers[i], _toOpen[i].Account));
        _toOpen.Clear();
    }

    /// <summary>The ledger writes expiries itself, when its time comes to them.</summary>
    async Task FindExpiries(CancellationToken cancel)
    {
        if (_expiries.Count == 0) return;
        foreach (var (draft, entry) in _expiries)
        {
            var found = await ledger.FindEntry(entry.Id, cancel);
            // A batch has the time at which it began, which may be just before the clock was set.
            for (var tries = 0; found is null && tries < TriesForExpiry; tries++)
            {
                // Opening an account again changes nothing, but the ledger looks at its clock.
                await ledger.Open([_accounts.Values.First().Account], cancel);
                found = await ledger.FindEntry(entry.Id, cancel);
            }
            if (found is null)
                throw new BadInputException(draft.Place, $"the hold {entry.Hold} does not expire here: only the ledger itself writes an expiry, under its own id and at the hold's time. "
                    + "Import the whole export into a new ledger, or with the posting times of the file.");
            RequireSame(draft, found.Entry, entry);
            _repeated += clock is null ? 1 : 0;
            _posted += clock is null ? 0 : 1;
        }
    }

    async Task Post(CancellationToken cancel)
    {
        // A release says nothing of legs: the ledger gives back what is left. What the file says is compared afterwards.
        var answers = await ledger.Post(
            [.. _entries.Select(item => item.Entry.Action == EntryAction.Release ? item.Entry with { Legs = [] } : item.Entry)], cancel);
        for (var i = 0; i < answers.Count; i++)
        {
            var ((draft, entry), answer) = (_entries[i], answers[i]);
            var isOther = answer.Status == EntryStatus.IdUsedWithOtherContent;
            if (isOther || (answer.IsPosted && entry.Action == EntryAction.Release))
            {
                // A capture of all that is left is stored without legs: the same, though it does not look so.
                var found = await ledger.FindEntry(entry.Id, cancel);
                if (found is null) throw new BadInputException(draft.Place, Refusals.Of(answer, entry, draft));
                RequireSame(draft, found.Entry, entry);
            }
            else if (!answer.IsPosted) throw new BadInputException(PlaceOf(draft, answer), Refusals.Of(answer, entry, draft));
            if (isOther || answer.Repeated) _repeated++;
            else _posted++;
        }
    }

    static Place PlaceOf(DraftEntry draft, EntryResult answer) =>
        answer.Leg >= 0 && answer.Leg < draft.Legs.Count ? draft.Legs[answer.Leg].Place : draft.Place;

    static void RequireSame(DraftEntry draft, Entry found, Entry wanted)
    {
        // A file holds what was moved, not that it might have been more.
        if (found.Legs.SequenceEqual(wanted.Legs) && found with { Legs = [], Linked = false, AtMost = false } == wanted with { Legs = [], Linked = false }) return;
        throw new BadInputException(draft.Place, $"the ledger has {wanted.Id} with other content ({Difference(found, wanted)} differs); one id is one entry for ever.");
    }

    static string Difference(Entry found, Entry wanted) =>
        found.Action != wanted.Action ? "the action"
        : found.Hold != wanted.Hold ? "the hold"
        : found.ValueDate != wanted.ValueDate ? "the value date"
        : !found.Legs.SequenceEqual(wanted.Legs) ? "a leg"
        : found.Code != wanted.Code ? "the code"
        : found.Reference != wanted.Reference ? "the reference"
        : found.Metadata != wanted.Metadata ? "the metadata"
        : "the expiry";

    public async Task<ImportSummary> Finish(CancellationToken cancel)
    {
        await Flush(cancel);
        foreach (var (account, place) in chart.Untouched())
            if (_accounts.TryAdd(account.Id, (account, place))) _toOpen.Add((account, place));
        await OpenAccounts(cancel);
        foreach (var (account, place) in _accounts.Values)
        {
            var state = await ledger.Find(account.Id, cancel);
            if (state?.Account.Limits != WhileImporting) continue;
            var answer = await ledger.SetLimits(account.Id, account.Limits, cancel);
            if (answer == LimitStatus.Changed) continue;
            throw new BadInputException(place, answer == LimitStatus.BalanceNotZero
                ? $"the account {account.Id} is said to be closed, but its balance or a hold on it is not zero after the last entry; is a part of the export missing?"
                : $"the limits of the account {account.Id} are not possible ({answer}).");
        }
        return new ImportSummary(_seen, _posted, _repeated, _opened, IsNew: false);
    }
}

/// <summary>
/// Ids for entries that have none: from their content, and from how many like it came before in the file. So the same file gives
/// the same ids, also when it has grown; two equal entries in one file stay two.
/// </summary>
sealed class ImportedIds
{
    readonly Dictionary<Guid, int> _counts = [];

    public EntryId Of(Entry entry)
    {
        var parts = new List<string> { "journal entry", EntryKeys.Day(entry.ValueDate), $"{entry.Code}", entry.Reference, entry.Metadata };
        foreach (var leg in entry.Legs) parts.Add($"{leg.Account} {leg.Side} {leg.Amount}");
        var content = NameBasedId.From([.. parts]);
        var count = _counts[content] = _counts.GetValueOrDefault(content) + 1;
        return new EntryId(NameBasedId.From("journal entry", content.ToString(), $"{count}"));
    }
}

/// <summary>The ledger's refusals as sentences.</summary>
static class Refusals
{
    public static string Of(OpenStatus status, Account account) => status switch
    {
        OpenStatus.AssetHasOtherScale => $"the ledger has {account.Asset.Code} with other decimals than {account.Asset.Scale}; write all amounts of {account.Asset.Code} with the ledger's.",
        OpenStatus.IdUsedWithOtherContent => $"the ledger has the account {account.Id} with another asset, kind, chart code or reference; an account stays as it was opened.",
        _ => $"the ledger does not open the account {account.Id}: {status}.",
    };

    public static string Of(EntryResult answer, Entry entry, DraftEntry draft) => answer.Status switch
    {
        EntryStatus.TooFewLegs => "an entry has at least two legs with an amount that is not zero.",
        EntryStatus.TooManyLegs => "an entry has at most 1,000 legs; write it as several.",
        EntryStatus.AmountTooLarge => "a leg moves at most 10^18 of the smallest unit; write several.",
        EntryStatus.ReferenceTooLong => "the reference is longer than 128 bytes of UTF-8.",
        EntryStatus.MetadataTooLong => "description, comments and tags together are longer than 2,048 bytes of UTF-8; shorten them.",
        EntryStatus.DebitsDifferFromCredits => $"debits and credits differ; for each asset they must be equal{Sums(draft)}.",
        EntryStatus.HoldUnknown => $"the hold {entry.Hold} is neither in the file before this entry nor in the ledger; export from an earlier entry on.",
        EntryStatus.ExpiryNotInFuture => "the hold's time is over in this ledger; import the whole export into a new ledger, or with the posting times of the file.",
        EntryStatus.AccountClosed => "the account is closed in the ledger; nothing was posted.",
        EntryStatus.AccountFrozenIn or EntryStatus.AccountFrozenOut => "the account is frozen in the ledger.",
        EntryStatus.ExceedsAvailable or EntryStatus.ExceedsUnfrozenAmount => "more than is available on the account in the ledger; its limits allow no overdraft of that size.",
        _ => $"the ledger refuses the entry: {answer.Status}.",
    };

    static string Sums(DraftEntry draft)
    {
        var sums = draft.Legs.GroupBy(leg => leg.Commodity, StringComparer.Ordinal)
            .Select(legs => (legs.Key, Sum: legs.Aggregate(Int128.Zero, (sum, leg) => sum + leg.Amount.Billionths), Decimals: legs.Max(leg => leg.Amount.Decimals)))
            .Where(sum => sum.Sum != 0).Select(sum => $"{new Quantity(sum.Sum, sum.Decimals)} {sum.Key}").ToList();
        return sums.Count == 0 ? "" : $"; what is over is {string.Join(", ", sums)}";
    }
}
