using static Pujiang.Ledger.Tests.TestBook;

namespace Pujiang.Ledger.Tests;


public class BookTests
{
    static async Task<TestBook> WithMoney()
    {
        var test = New();
        await test.Book.Open([Account(1, AccountKind.Asset, Limits.Unlimited), Account(2), Account(3)]);
        Assert.True((await test.Post(Transfer(1, from: 1, to: 2, 1000))).IsPosted);
        return test;
    }

    [Fact]
    public async Task Post_WithinBalance_MovesMoney()
    {
        await using var test = await WithMoney();
        var result = await test.Post(Transfer(2, from: 2, to: 3, 400));
        Assert.Equal(new EntryResult(EntryStatus.Posted, 2, Start) { Balances = new Balance[] { new(400, 1000, 0, 0), new(0, 400, 0, 0) } }, result);
        Assert.Equal(600, (await test.Book.Find(Id(2)))!.Posted);
        Assert.Equal(400, (await test.Book.Find(Id(3)))!.Posted);
        Assert.Equal(EntryStatus.ExceedsAvailable, (await test.Post(Transfer(3, from: 2, to: 3, 601))).Status);
    }

    [Fact]
    public async Task Post_AtMost_MovesWhatIsThereAndKeepsWhatWasAsked()
    {
        await using var test = await WithMoney();
        var wanted = Transfer(2, from: 2, to: 3, 1500) with { AtMost = true };
        Assert.Equal(new Balance(1000, 1000, 0, 0), (await test.Post(wanted)).Balances.Span[0]);
        Assert.True((await test.Post(wanted)).Repeated);
        Assert.Equal(1000, (await test.Book.Find(Id(3)))!.Posted);
        Assert.Equal([1000, 1000], (await test.Book.FindEntry(wanted.Id))!.Entry.Legs.Select(leg => leg.Amount));
        Assert.Equal(EntryStatus.IdUsedWithOtherContent, (await test.Post(wanted with { Legs = Transfer(2, 2, 3, 1000).Legs })).Status);
        Assert.Equal(EntryStatus.ExceedsAvailable, (await test.Post(wanted with { Id = EntryId(3) })).Status);
    }

    [Fact]
    public async Task ClosePeriod_RefusesEarlierValueDatesAndStaysClosed()
    {
        await using var test = await WithMoney();
        var day = Transfer(2, 2, 3, 1).ValueDate;
        Assert.Equal(PeriodStatus.Closed, await test.Book.ClosePeriod(day));
        Assert.Equal(PeriodStatus.ClosedFurther, await test.Book.ClosePeriod(day.AddDays(-1)));
        Assert.Equal(EntryStatus.PeriodClosed, (await test.Post(Transfer(2, 2, 3, 1))).Status);
        Assert.True((await test.Post(Transfer(3, 2, 3, 1) with { ValueDate = day.AddDays(1) })).IsPosted);
        Assert.Equal(day, await test.Book.ClosedThrough());
    }

    [Fact]
    public async Task Post_SameIdAgain_GetsTheSameAnswer()
    {
        await using var test = await WithMoney();
        var first = await test.Post(Transfer(2, 2, 3, 400));
        Assert.Equal(first with { Repeated = true }, await test.Post(Transfer(2, 2, 3, 400)));
        Assert.Equal(EntryStatus.IdUsedWithOtherContent, (await test.Post(Transfer(2, 2, 3, 401))).Status);
        var refused = await test.Post(Transfer(3, 2, 3, 5000));
        await test.Post(Transfer(4, 1, 2, 9000));
        Assert.Equal(refused with { Repeated = true }, await test.Post(Transfer(3, 2, 3, 5000)));
    }

    [Fact]
    public async Task Restart_KeepsEverything()
    {
        await using var test = await WithMoney();
        await test.Post(Transfer(2, 2, 3, 400));
        var before = await test.Book.TrialBalance();
        await test.Restart();
        Assert.Equal(2, test.Book.Recovery.Entries);
        Assert.Null(test.Book.Recovery.TornTail);
        Assert.Equal(before, await test.Book.TrialBalance());
        Assert.Equal(600, (await test.Book.Find(Id(2)))!.Posted);
        Assert.True((await test.Post(Transfer(2, 2, 3, 400))).Repeated);
        Assert.Equal(3, (await test.Post(Transfer(5, 2, 3, 1))).Sequence);
    }

    [Fact]
    public async Task History_BothDirections_ShowsEachLegWithItsBalance()
    {
        await using var test = await WithMoney();
        for (var i = 2; i <= 200; i++)
        {
            test.Time.Advance(TimeSpan.FromMinutes(1));
            await test.Post(Transfer(i, 2, 3, 1));
        }
        var lines = new List<HistoryLine>();
        string? cursor = null;
        do
        {
            var page = await test.Book.History(Id(2), new HistoryQuery(Take: 7, Cursor: cursor));
            lines.AddRange(page.Lines);
            cursor = page.Next;
        } while (cursor is not null);
        Assert.Equal(Enumerable.Range(1, 200), lines.Select(line => (int)line.Posted.Sequence));
        Assert.Equal(801, lines[^1].After.On(AccountKind.Liability));
        var back = await test.Book.History(Id(2), new HistoryQuery(Backward: true, Take: 10_000));
        Assert.Equal(lines.Select(line => line.Posted.Sequence).Reverse(), back.Lines.Select(line => line.Posted.Sequence));
        Assert.Equal(990, (await test.Book.BalanceAsOf(Id(2), Start.AddMinutes(10).AddSeconds(1)))!.Value.On(AccountKind.Liability));
    }

    [Fact]
    public async Task Hold_Captured_FreesTheRest()
    {
        await using var test = await WithMoney();
        await test.Post(Transfer(2, 2, 3, 600) with { Action = EntryAction.Hold });
        Assert.Equal(400, (await test.Book.Find(Id(2)))!.Available);
        Assert.Equal(EntryStatus.ExceedsAvailable, (await test.Post(Transfer(3, 2, 3, 401))).Status);
        await test.Post(Transfer(4, 2, 3, 250) with { Action = EntryAction.Capture, Hold = TestBook.EntryId(2) });
        Assert.Equal([350L, 350L], (await test.Book.FindHold(TestBook.EntryId(2)))!.Remaining);
        await test.Post(Transfer(5, 2, 3, 0) with { Legs = [], Action = EntryAction.Release, Hold = TestBook.EntryId(2) });
        Assert.Equal(750, (await test.Book.Find(Id(2)))!.Available);
        Assert.False((await test.Book.FindHold(TestBook.EntryId(2)))!.Open);
    }

    [Fact]
    public async Task Hold_WhenItsTimeIsOver_ExpiresByItself()
    {
        await using var test = await WithMoney();
        await test.Post(Transfer(2, 2, 3, 600) with { Action = EntryAction.Hold, ExpiresAt = Start.AddHours(1) });
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await using var events = test.Book.Follow(2, enough.Token).GetAsyncEnumerator(enough.Token);
        var next = events.MoveNextAsync();
        test.Time.Advance(TimeSpan.FromHours(1));
        Assert.True(await next);
        Assert.Equal(EntryAction.Expire, events.Current.Entry.Action);
        Assert.Equal(1000, (await test.Book.Find(Id(2)))!.Available);
        var late = Transfer(4, 2, 3, 250) with { Action = EntryAction.Capture, Hold = TestBook.EntryId(2) };
        Assert.Equal(EntryStatus.HoldExpired, (await test.Post(late)).Status);
    }

    [Fact]
    public async Task Linked_OneRefused_AllAreRefusedAndNothingMoves()
    {
        await using var test = await WithMoney();
        var before = await test.Book.TrialBalance();
        var results = await test.Book.Post([
            Transfer(2, 2, 3, 100) with { Linked = true }, Transfer(3, 2, 3, 5000) with { Linked = true }, Transfer(4, 3, 2, 50)]);
        Assert.Equal(
            [EntryStatus.LinkedEntryRefused, EntryStatus.ExceedsAvailable, EntryStatus.LinkedEntryRefused],
            results.Select(result => result.Status));
        Assert.Equal(before, await test.Book.TrialBalance());
        Assert.Equal(1000, (await test.Book.Find(Id(2)))!.Posted);
    }

    [Fact]
    public async Task Open_DirectoryInUse_SaysSo()
    {
        await using var test = New();
        var inUse = Assert.Throws<IOException>(() => Book.Open(new BookOptions { Directory = test.Directory }));
        Assert.Contains(test.Directory, inUse.Message, StringComparison.Ordinal);
    }

    // Found by the model: the debit leg was blamed although a credit leg before it overflowed too.
    [Fact]
    public async Task Post_BothSidesOverflow_BlamesTheFirstLeg()
    {
        const long Most = 1_000_000_000_000_000_000;
        await using var test = New();
        await test.Book.Open([Account(1, AccountKind.Asset, Limits.Unlimited), Account(2, limits: Limits.Unlimited)]);
        for (var i = 0; i < 9; i++)
        {
            Assert.True((await test.Post(Transfer(i * 2 + 1, 1, 2, Most))).IsPosted);
            Assert.True((await test.Post(Transfer(i * 2 + 2, 2, 1, Most))).IsPosted);
        }
        var turned = Transfer(99, 1, 2, Most) with { Legs = [Leg.Credit(Id(1), Most), Leg.Debit(Id(1), Most)] };
        Assert.Equal((EntryStatus.BalanceOverflow, 0), ((await test.Post(turned)).Status, (await test.Post(turned)).Leg));
    }

    [Fact]
    public async Task Open_WithAChartOfAccounts_RefusesOtherCodesAndKinds()
    {
        await using var test = New(options => options with { Chart = new HashSet<(string, AccountKind)> { ("1001", AccountKind.Asset), ("2011", AccountKind.Liability) } });
        Assert.Equal(
            [OpenStatus.Opened, OpenStatus.Opened, OpenStatus.NotInChart, OpenStatus.NotInChart],
            await test.Book.Open([Account(1, AccountKind.Asset), Account(2), Account(3) with { ChartCode = "2012" }, Account(4, AccountKind.Liability) with { ChartCode = "1001" }]));
        // What was opened stays when the chart changes.
        await test.Restart(options => options with { Chart = new HashSet<(string, AccountKind)> { ("9", AccountKind.Income) } });
        Assert.Equal(2, (await test.Book.Accounts()).Count);
    }

    [Fact]
    public async Task Accounts_PageByPage_AreAllInTheOrderOfOpening()
    {
        await using var test = New();
        Assert.Empty(await test.Book.Accounts());
        await test.Book.Open([.. Enumerable.Range(1, 25).Reverse().Select(number => Account(number))]);
        var read = new List<AccountState>();
        while (await test.Book.Accounts(read.Count, 10) is { Count: > 0 } page) read.AddRange(page);
        Assert.Equal(Enumerable.Range(1, 25).Reverse().Select(Id), read.Select(state => state.Account.Id));
        Assert.Equal(await test.Book.Find(Id(7)), read.Single(state => state.Account.Id == Id(7)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await test.Book.Accounts(-1));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await test.Book.Accounts(0, 10_001));
    }
}
