using Microsoft.EntityFrameworkCore;

namespace Pujiang.Services.Tests;

public sealed class TestBankTests
{
    [Theory, BothDatabases]
    public async Task Restart_WhatWasThere_IsThere(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Till.Add);
        await Till.OpenAccounts(bank.Ledger);
        await bank.Call((Till till) => till.PayIn("k1", 500));
        await bank.Restart();
        Assert.Equal(500, (await bank.Ledger.Find(Till.Deposits))!.Posted);
        Assert.Equal(1, await bank.Tables(db => db.Set<Receipt>().CountAsync()));
    }

    [Theory, BothDatabases]
    public async Task New_TwoBanks_ShareNothingButTheKeys(TestDatabase database)
    {
        await using var one = await TestBank.New(database, Till.Add);
        await using var other = await TestBank.New(database, Till.Add);
        await Till.OpenAccounts(one.Ledger);
        await one.Call((Till till) => till.PayIn("k1", 500));
        Assert.Equal((0, 0L), (await other.Tables(db => db.Set<Receipt>().CountAsync()), other.Ledger.LastSequence));
        Assert.Equal(one.PersonalData.Hash("p", "x"), other.PersonalData.Hash("p", "x"));
    }

    [Fact]
    public async Task Dispose_FollowerThatFails_FailsTheTest()
    {
        var bank = await TestBank.New(TestDatabase.Sqlite, Till.Add);
        await Till.OpenAccounts(bank.Ledger);
        await bank.Ledger.Post([Till.Entry("k1", 500)]);
        // The table is gone, so the entry can't be applied.
        await bank.Tables(db => db.Database.ExecuteSqlRawAsync("DROP TABLE till_receipt"));
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(async () => await bank.DisposeAsync());
        Assert.False(Directory.Exists(bank.Folder));
    }
}
