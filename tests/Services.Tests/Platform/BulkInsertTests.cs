using Microsoft.EntityFrameworkCore;
using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class BulkInsertTests
{
    [Theory, BothDatabases(0), BothDatabases(1), BothDatabases(8), BothDatabases(21)]
    public async Task InsertAll_AnyNumberOfRows_AllAreThere(TestDatabase database, int count)
    {
        await using var bank = await TestBank.New(database, services => services.AddAccounts());
        var rows = Rows(count);

        await bank.Tables(async db =>
        {
            await db.InsertAll(rows, CancellationToken.None);
            return 0;
        });

        var found = await bank.Tables(db => db.Set<FollowerPosition>().Where(p => p.Service.StartsWith("bulk-")).OrderBy(p => p.Sequence).ToListAsync());
        Assert.Equal(rows.Select(r => (r.Service, r.Sequence)), found.Select(r => (r.Service, r.Sequence)));
    }

    [Theory, BothDatabases]
    public async Task InsertAll_LastRowIsThereAlready_AddsNone(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, services => services.AddAccounts());
        var rows = Rows(20);

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => bank.Tables(async db =>
        {
            await db.InsertAll<FollowerPosition>([.. rows, rows[0]], CancellationToken.None);
            return 0;
        }));

        Assert.Equal(0, await bank.Tables(db => db.Set<FollowerPosition>().CountAsync(p => p.Service.StartsWith("bulk-"))));
    }

    static List<FollowerPosition> Rows(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new FollowerPosition { Service = $"bulk-{i}", Sequence = i })];
}
