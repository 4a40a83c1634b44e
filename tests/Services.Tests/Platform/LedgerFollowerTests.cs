using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>The follower brings each entry of its service into the tables once, whoever asks and how often.</summary>
public sealed class LedgerFollowerTests
{
    static async Task<TestBank> Open(TestDatabase database)
    {
        // With an owner that counts how often an entry comes, instead of ignoring it.
        var bank = await TestBank.New(database, services =>
        {
            Till.Add(services);
            services.AddSingleton(new TillOwner.Mistakes(AppliesTwice: true));
        });
        await Till.OpenAccounts(bank.Ledger);
        return bank;
    }

    static LedgerFollower Follower(TestBank bank) => bank.Services.GetRequiredService<LedgerFollower>();

    static async Task Post(TestBank bank, params IEnumerable<Entry> entries) =>
        Assert.All(await bank.Ledger.Post([.. entries]), result => Assert.True(result.IsPosted));

    static Task<List<Receipt>> Receipts(TestBank bank) => bank.Tables(db => db.Set<Receipt>().OrderBy(r => r.Key).ToListAsync());

    [Theory, BothDatabases]
    public async Task Apply_ManyAtOnce_AppliesEachEntryOnce(TestDatabase database)
    {
        await using var bank = await Open(database);
        await Post(bank, Enumerable.Range(0, 50).Select(i => Till.Entry($"k{i:D2}", i + 1)));
        await Task.WhenAll(Enumerable.Range(1, 50).Select(sequence => Task.Run(() => Follower(bank).Apply(sequence, CancellationToken.None))));
        var receipts = await Receipts(bank);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => ($"k{i:D2}", i + 1L, 1)), receipts.Select(r => (r.Key, r.Amount, r.Times)));
        Assert.Equal(50, Follower(bank).Position);
    }

    [Theory, BothDatabases]
    public async Task Start_AfterARestart_CatchesUpFromItsPosition(TestDatabase database)
    {
        await using var bank = await Open(database);
        await Post(bank, Till.Entry("before", 1));
        await Follower(bank).CatchUp(CancellationToken.None);
        await Post(bank, Till.Entry("meanwhile", 2));
        await bank.Restart();
        Assert.Equal(-1, Follower(bank).Position);
        await bank.StartFollowers();
        Assert.Equal([("before", 1), ("meanwhile", 1)], (await Receipts(bank)).Select(r => (r.Key, r.Times)));
    }

    [Theory, BothDatabases]
    public async Task Apply_EntriesOfOtherServices_AreLeftAloneAndPassed(TestDatabase database)
    {
        await using var bank = await Open(database);
        await Post(bank,
            Till.Entry("a", 1, "1") with { Reference = "other/k" },
            Till.Entry("a", 1, "2") with { Reference = "tillage/k" },
            Till.Entry("a", 1, "3") with { Reference = "till" },
            Till.Entry("a", 1, "4") with { Reference = "" },
            Till.Entry("a", 1, "5") with { Reference = "Till/k" });
        await Follower(bank).CatchUp(CancellationToken.None);
        Assert.Empty(await Receipts(bank));
        Assert.Equal(5, Follower(bank).Position);
    }

    [Theory, BothDatabases]
    public async Task Apply_MoreThanABatch_AppliesAll(TestDatabase database)
    {
        await using var bank = await Open(database);
        await Post(bank, Enumerable.Range(0, 4_100).Select(i => Till.Entry($"k{i}", 1) with { Reference = i % 2 == 0 ? $"till/k{i}" : $"other/k{i}" }));
        await Follower(bank).CatchUp(CancellationToken.None);
        Assert.Equal((2_050, 2_050), (await bank.Tables(db => db.Set<Receipt>().CountAsync()), await bank.Tables(db => db.Set<Receipt>().SumAsync(r => r.Times))));
        Assert.Equal(4_100, (await bank.Tables(db => db.Set<FollowerPosition>().SingleAsync())).Sequence);
    }

    [Theory, BothDatabases]
    public async Task SkipToEnd_EntriesThatHaveNoRows_ArePassed(TestDatabase database)
    {
        await using var bank = await Open(database);
        await Post(bank, Till.Entry("a", 1));
        await Follower(bank).SkipToEnd(CancellationToken.None);
        await Post(bank, Till.Entry("b", 1));
        await Follower(bank).CatchUp(CancellationToken.None);
        Assert.Equal(["b"], (await Receipts(bank)).Select(r => r.Key));
    }

    [Theory, BothDatabases]
    public async Task CatchUp_Cancelled_AppliesNothingAndCanBeCalledAgain(TestDatabase database)
    {
        await using var bank = await Open(database);
        await Post(bank, Till.Entry("a", 1));
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Follower(bank).CatchUp(cancelled.Token));
        Assert.Empty(await Receipts(bank));
        await Follower(bank).CatchUp(CancellationToken.None);
        Assert.Equal([("a", 1)], (await Receipts(bank)).Select(r => (r.Key, r.Times)));
    }
}
