namespace Pujiang.Ledger.Simulator;

public sealed partial class Simulation
{
    static T Get<T>(ValueTask<T> answer) => answer.AsTask().GetAwaiter().GetResult();

    /// <summary>After every step: totals, all balances, the newest events, and some accounts in depth.</summary>
    void CheckStep()
    {
        Require(_book!.LastSequence == _model.Entries.Count ? null : $"the last sequence is {_book.LastSequence}, in the model {_model.Entries.Count}");
        Require(DifferenceOfTotals(_model));
        Require(DifferenceOfNewEvents());
        if (_model.Accounts.Count == 0) return;
        var id = _dice.OneOf(_model.Accounts.Keys.OrderBy(id => id.Value).ToList());
        Require(DifferenceOfBalance(_model.Accounts[id]));
        if (_model.Entries.Count == 0) return;
        var newest = _model.Entries[^1];
        Require(DifferenceOf(newest, Get(_book.FindEntry(newest.Entry.Id))));
        foreach (var leg in newest.Entry.Legs.Take(4))
            Require(DifferenceOfBalance(_model.Accounts[leg.Account]));
        var hold = newest.Entry.Action == EntryAction.Hold ? newest.Entry.Id : newest.Entry.Hold;
        if (hold is { } named) Require(DifferenceOfHold(_model.Holds[named]));
    }

    void Query()
    {
        if (_model.Accounts.Count == 0) return;
        var account = _model.Accounts[_dice.OneOf(_model.Accounts.Keys.OrderBy(id => id.Value).ToList())];
        Say($"query {account.Account.Id.Value.ToString()[..8]}");
        Require(DifferenceOfPages(account, AnyQuery(account)));
        Require(DifferenceAsOf(account, AnyTime(account)));
        if (_model.Entries.Count == 0) return;
        var entry = _dice.OneOf(_model.Entries);
        Require(DifferenceOf(entry, Get(_book!.FindEntry(entry.Entry.Id))));
        if (entry.Entry.Reference.Length > 0) Require(DifferenceOfReference(_model, entry.Entry.Reference));
        Require(DifferenceOfEvents(_model, _dice.Below(_model.Entries.Count)));
        var unknown = new EntryId(new Guid(_dice.Below(1000), 9, 9, new byte[8]));
        Require(Get(_book.FindEntry(unknown)) is null && Get(_book.FindHold(unknown)) is null ? null : $"{unknown} is found, which nobody posted");
    }

    DateTime AnyTime(Model.AccountModel account) =>
        (account.Lines.IsEmpty ? Workload.Start : _dice.OneOf(account.Lines).Posted.PostedAt).AddTicks(_dice.Between(-1, 1));

    HistoryQuery AnyQuery(Model.AccountModel account) => new(
        Backward: _dice.OneIn(2), Take: _dice.Pick(1, 3, 7, 100),
        From: _dice.OneIn(2) ? AnyTime(account) : null, Until: _dice.OneIn(2) ? AnyTime(account) : null, IncludePending: _dice.OneIn(2));

    /// <summary>The first thing in which the book differs from this model, or null.</summary>
    string? DifferenceOf(Model model, bool everything)
    {
        if (_book!.LastSequence != model.Entries.Count) return $"the last sequence is {_book.LastSequence}, in the model {model.Entries.Count}";
        if (DifferenceOfLaws(model) is { } broken) return broken;
        if (DifferenceOfTotals(model) is { } totals) return totals;
        foreach (var account in model.Accounts.Values)
            if (DifferenceOfBalance(account) is { } balance) return balance;
        foreach (var hold in model.Holds.Values)
            if (DifferenceOfHold(hold) is { } different) return different;
        if (DifferenceOfEvents(model, everything ? 0 : int.Max(0, model.Entries.Count - 200)) is { } stream) return stream;
        var inDepth = model.Accounts.Values.OrderBy(account => account.Account.Id.Value).Skip(everything ? 0 : _dice.Below(model.Accounts.Count + 1)).Take(everything ? int.MaxValue : 2);
        foreach (var account in inDepth)
            if (DifferenceOfHistory(account, everything) is { } history) return history;
        foreach (var reference in everything ? model.Entries.Select(entry => entry.Entry.Reference).Where(text => text.Length > 0).Distinct() : [])
            if (DifferenceOfReference(model, reference) is { } found) return found;
        return null;
    }

    /// <summary>What must hold in every ledger, whatever was posted; the model is held to it too.</summary>
    static string? DifferenceOfLaws(Model model)
    {
        foreach (var account in model.Accounts.Values)
        {
            var balance = account.Balance;
            if (long.Min(long.Min(balance.PostedDebits, balance.PostedCredits), long.Min(balance.PendingDebits, balance.PendingCredits)) < 0)
                return $"{account.Account.Id} has a negative total: {balance}";
            if (account.Lines.Count > 0 && account.Lines[^1].After != balance) return $"the last leg of {account.Account.Id} does not lead to its balance";
            foreach (var (side, pending) in ((Side, long)[])[(Side.Debit, balance.PendingDebits), (Side.Credit, balance.PendingCredits)])
            {
                var held = model.Holds.Values.Where(hold => hold.Open).SelectMany(hold => hold.Posted.Entry.Legs.Zip(hold.Remaining))
                    .Where(pair => pair.First.Account == account.Account.Id && pair.First.Side == side).Aggregate(Int128.Zero, (sum, pair) => sum + pair.Second);
                if (held != pending) return $"{account.Account.Id} has {pending} pending on the {side} side, but {held} are held";
            }
        }
        return null;
    }

    string? DifferenceOfTotals(Model model)
    {
        var lines = Get(_book!.TrialBalance());
        foreach (var asset in lines.GroupBy(line => line.Asset))
        {
            var difference = asset.Aggregate(Int128.Zero, (sum, line) => sum + line.Debits - line.Credits);
            if (difference != 0) return $"debits and credits in {asset.Key} differ by {difference}";
        }
        var expected = model.Accounts.Values.GroupBy(account => (account.Account.Asset, account.Account.Kind, account.Account.ChartCode))
            .Select(group => new TrialBalanceLine(
                group.Key.Asset, group.Key.Kind, group.Key.ChartCode, group.Count(),
                group.Aggregate(Int128.Zero, (sum, account) => sum + account.Balance.PostedDebits),
                group.Aggregate(Int128.Zero, (sum, account) => sum + account.Balance.PostedCredits)))
            .OrderBy(line => line.Asset.Code, StringComparer.Ordinal).ThenBy(line => line.ChartCode, StringComparer.Ordinal).ThenBy(line => line.Kind);
        if (!lines.SequenceEqual(expected)) return $"the trial balance differs: {string.Join("; ", lines.Except(expected))} instead of {string.Join("; ", expected.Except(lines))}";
        var closed = Get(_book.ClosedThrough());
        return closed == model.ClosedThrough ? null : $"the period is closed through {closed}, in the model through {model.ClosedThrough}";
    }

    string? DifferenceOfBalance(Model.AccountModel account)
    {
        var found = Get(_book!.Find(account.Account.Id));
        return found == account.State ? null : $"account {account.Account.Id} is {found}, in the model {account.State}";
    }

    string? DifferenceOfHold(Model.HoldModel hold)
    {
        var found = Get(_book!.FindHold(hold.Posted.Entry.Id));
        if (found is null) return $"hold {hold.Posted.Entry.Id} is missing";
        return found.Open == hold.Open && found.Remaining.SequenceEqual(hold.Open ? hold.Remaining : hold.Remaining.Select(_ => 0L)) && found.Hold.Sequence == hold.Posted.Sequence
            ? null : $"hold {hold.Posted.Entry.Id} has {string.Join(' ', found.Remaining)} left ({(found.Open ? "open" : "closed")}), in the model {string.Join(' ', hold.Remaining)} ({(hold.Open ? "open" : "closed")})";
    }

    static string? DifferenceOf(PostedEntry expected, PostedEntry? found)
    {
        if (found is null) return $"entry {expected.Entry.Id} (#{expected.Sequence}) is missing";
        var isSame = found.Entry.Legs.SequenceEqual(expected.Entry.Legs)
            && found with { Entry = found.Entry with { Legs = [] } } == expected with { Entry = expected.Entry with { Legs = [] } };
        return isSame ? null : $"entry {expected.Entry.Id} is{Environment.NewLine}{Words(found)}, in the model{Environment.NewLine}{Words(expected)}";
    }

    static string Words(PostedEntry entry) => $"{entry} {string.Join(' ', entry.Entry.Legs)}";

    string? DifferenceOfHistory(Model.AccountModel account, bool everything)
    {
        foreach (var query in (HistoryQuery[])[new(Take: 9, IncludePending: true), new(Take: 50, Backward: true), AnyQuery(account)])
            if (DifferenceOfPages(account, query) is { } page) return page;
        for (var times = everything ? 10 : 2; times > 0; times--)
            if (DifferenceAsOf(account, AnyTime(account)) is { } asOf) return asOf;
        return null;
    }

    string? DifferenceOfPages(Model.AccountModel account, HistoryQuery query)
    {
        var expected = account.Lines
            .Where(line => query.IncludePending || line.Posted.Entry.Action is EntryAction.Post or EntryAction.Capture)
            .Where(line => (query.From is not { } from || line.Posted.PostedAt >= from) && (query.Until is not { } until || line.Posted.PostedAt < until));
        if (query.Backward) expected = expected.Reverse();
        var wanted = expected.Select(line => (line.Posted.Sequence, line.Leg, line.After)).ToList();
        var found = new List<(long, int, Balance)>();
        for (var next = query; ;)
        {
            var page = Get(_book!.History(account.Account.Id, next));
            found.AddRange(page.Lines.Select(line => (line.Posted.Sequence, line.Leg, line.After)));
            if (page.Next is null) break;
            if (page.Lines.Count != query.Take || found.Count > wanted.Count) return $"the history of {account.Account.Id} has a page of {page.Lines.Count} lines for {query}";
            next = next with { Cursor = page.Next };
        }
        return found.SequenceEqual(wanted) ? null : $"the history of {account.Account.Id} has {found.Count} lines for {query}, in the model {wanted.Count}, or others";
    }

    string? DifferenceAsOf(Model.AccountModel account, DateTime at)
    {
        var index = account.Lines.FindLastIndex(line => line.Posted.PostedAt <= at);
        var expected = index < 0 ? default : account.Lines[index].After;
        var found = Get(_book!.BalanceAsOf(account.Account.Id, at));
        return found == expected ? null : $"the balance of {account.Account.Id} as of {at:O} is {found}, in the model {expected}";
    }

    string? DifferenceOfReference(Model model, string reference)
    {
        var expected = model.Entries.Where(entry => entry.Entry.Reference == reference).Select(entry => entry.Sequence).Reverse();
        var (found, cursor) = (new List<long>(), (string?)null);
        do
        {
            var page = Get(_book!.FindByReference(reference, take: 5, cursor));
            found.AddRange(page.Entries.Select(entry => entry.Sequence));
            cursor = page.Next;
        }
        while (cursor is not null);
        return found.SequenceEqual(expected) ? null : $"reference {reference} finds {string.Join(' ', found)}";
    }

    string? DifferenceOfEvents(Model model, int after)
    {
        var events = _book!.Follow(after).GetAsyncEnumerator();
        try
        {
            foreach (var expected in model.Entries.Skip(after))
                if (!Get(events.MoveNextAsync()) || DifferenceOf(expected, events.Current) is not null)
                    return $"the event stream from {after} on: {DifferenceOf(expected, events.Current)}";
            return null;
        }
        finally
        {
            events.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>A follower that stays sees each entry once, in order, as a service does.</summary>
    string? DifferenceOfNewEvents()
    {
        if (_events is null)
        {
            // A service goes on from the last sequence it has saved, and what it has seen may not be taken back.
            if (_eventsSeen > _model.Entries.Count) return $"a follower has seen #{_eventsSeen}, which is gone";
            _events = _book!.Follow(_eventsSeen).GetAsyncEnumerator();
        }
        for (; _eventsSeen < _model.Entries.Count; _eventsSeen++)
        {
            if (!Get(_events.MoveNextAsync())) return "the event stream ends";
            if (DifferenceOf(_model.Entries[(int)_eventsSeen], _events.Current) is { } difference) return $"the event stream: {difference}";
        }
        return null;
    }
}
