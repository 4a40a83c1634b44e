using static Pujiang.Ledger.Tests.TestBook;

namespace Pujiang.Ledger.Tests;

public class ConcurrencyTests
{
    [Fact]
    public async Task ManyCallers_WritingAndReading_SeeOneConsistentLedger()
    {
        const int Callers = 16;
        const int Each = 100;
        await using var test = New();
        await test.Book.Open([Account(1, AccountKind.Asset, Limits.Unlimited), .. Enumerable.Range(2, Callers).Select(id => Account(id))]);
        using var done = new CancellationTokenSource();
        var reader = Task.Run(() => ReadUntil(test.Book, done.Token));
        var follower = test.Book.Follow(0).Take(Callers * Each).Select(entry => entry.Sequence).ToListAsync().AsTask();

        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
            {
                var result = await test.Post(Transfer(caller * 1000 + i + 1, 1, caller + 2, 1));
                Assert.True(result.IsPosted);
                // Who has the answer finds the entry.
                Assert.Equal(i + 1, (await test.Book.Find(Id(caller + 2)))!.Posted);
                Assert.Equal(result.Sequence, (await test.Book.FindEntry(EntryId(caller * 1000 + i + 1)))!.Sequence);
            }
        })));
        await done.CancelAsync();
        await reader;
        Assert.Equal(Enumerable.Range(1, Callers * Each).Select(i => (long)i), await follower);
    }

    static async Task ReadUntil(Book book, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            var lines = await book.TrialBalance(CancellationToken.None);
            Assert.Equal(lines[0].Debits, lines[1].Credits);
            var page = await book.History(Id(1), new HistoryQuery(Backward: true, Take: 20), CancellationToken.None);
            Assert.Equal(page.Lines.Select(line => line.Posted.Sequence).OrderDescending(), page.Lines.Select(line => line.Posted.Sequence));
        }
    }

    [Fact]
    public async Task AThousandCallers_PostingHoldingReadingAndFollowing_EndInOneConsistentLedger()
    {
        const int Callers = 1000;
        await using var test = New(options => options with { SegmentBytes = 256 << 10, SnapshotEvery = 500 });
        await test.Book.Open([Account(1, AccountKind.Asset, Limits.Unlimited), .. Enumerable.Range(2, Callers).Select(id => Account(id))]);
        var followers = Enumerable.Range(0, 20).Select(_ => test.Book.Follow(0).Take(Callers * 4).Select(entry => (entry.Sequence, entry.Entry.Id)).ToListAsync().AsTask()).ToList();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => LiveAsCaller(test, caller))));

        var seen = await followers[0];
        Assert.Equal(Enumerable.Range(1, Callers * 4).Select(i => (long)i), seen.Select(entry => entry.Sequence));
        Assert.Equal(Callers * 4, seen.Select(entry => entry.Id).Distinct().Count());
        foreach (var follower in followers) Assert.Equal(seen, await follower);
        await AssertEveryCallerHas(test, Callers);
        await test.Restart();
        await AssertEveryCallerHas(test, Callers);
        Assert.True((await VerifyClosed(test)).IsSound);
    }

    /// <summary>Is paid 100, holds 60 of it for the next caller, lets 25 be captured and the rest go; reads in between.</summary>
    static async Task LiveAsCaller(TestBook test, int caller)
    {
        var (own, next, id) = (caller + 2, (caller + 1) % 1000 + 2, caller * 10 + 1);
        Assert.True((await test.Post(Transfer(id, 1, own, 100))).IsPosted);
        // Others may have paid in meanwhile, but nobody else takes from this account.
        Assert.InRange((await test.Book.Find(Id(own)))!.Posted, 100, 125);
        var hold = Transfer(id + 1, own, next, 60) with { Action = EntryAction.Hold };
        Assert.True((await test.Post(hold)).IsPosted);
        Assert.True((await test.Book.FindHold(hold.Id))!.Open);
        var after = await test.Book.Post([
            Transfer(id + 2, own, next, 25) with { Action = EntryAction.Capture, Hold = hold.Id },
            Transfer(id + 3, own, next, 36) with { Action = EntryAction.Capture, Hold = hold.Id },
            Transfer(id + 4, own, next, 0) with { Action = EntryAction.Release, Hold = hold.Id, Legs = [] }]);
        Assert.Equal([EntryStatus.Posted, EntryStatus.CaptureExceedsHold, EntryStatus.Posted], after.Select(result => result.Status));
        Assert.True((await test.Post(hold)).Repeated);
        Assert.InRange((await test.Book.History(Id(own), new HistoryQuery())).Lines.Count, 2, 3);
        if (caller % 50 == 0) Assert.Equal(0, (await test.Book.TrialBalance()).Aggregate(Int128.Zero, (sum, line) => sum + line.Debits - line.Credits));
    }

    static async Task AssertEveryCallerHas(TestBook test, int callers)
    {
        for (var own = 2; own < callers + 2; own++)
            Assert.Equal(new Balance(25, 125, 0, 0), (await test.Book.Find(Id(own)))!.Balance);
        Assert.Equal(100L * callers, (await test.Book.Find(Id(1)))!.Balance.PostedDebits);
    }

    [Fact]
    public async Task ManyCallers_SameId_PostItOnce()
    {
        await using var test = New();
        await test.Book.Open([Account(1, AccountKind.Asset, Limits.Unlimited), Account(2)]);
        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => test.Post(Transfer(1, 1, 2, 100)))));
        Assert.Single(results, result => !result.Repeated);
        Assert.All(results, result => Assert.Equal((EntryStatus.Posted, 1L), (result.Status, result.Sequence)));
        Assert.Equal(100, (await test.Book.Find(Id(2)))!.Posted);
    }

    [Fact]
    public async Task Post_ThousandsInOneCall_AreDecidedInOrderOverManyBatches()
    {
        await using var test = New();
        await test.Book.Open([Account(1, AccountKind.Asset, Limits.Unlimited), Account(2)]);
        var results = await test.Book.Post([.. Enumerable.Range(1, 30_000).Select(id => Transfer(id, 1, 2, 1))]);
        Assert.Equal(Enumerable.Range(1, 30_000).Select(i => (long)i), results.Select(result => result.Sequence));
        await test.Restart();
        Assert.Equal(30_000, (await test.Book.Find(Id(2)))!.Posted);
        Assert.Equal(20_001, (await test.Book.Follow(20_000).FirstAsync()).Sequence);
        var report = await VerifyClosed(test);
        Assert.True(report.IsSound);
        Assert.Equal((30_000, 2), (report.Entries, report.Accounts));
    }

    static async Task<VerificationReport> VerifyClosed(TestBook test)
    {
        await test.Book.DisposeAsync();
        return Book.Verify(test.Directory);
    }
}
