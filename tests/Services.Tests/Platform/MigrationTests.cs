using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class MigrationTests
{
    [Theory, BothDatabases]
    public async Task Migrations_KnowEveryTableOfTheModel(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, services => services.AddAccounts());
        await bank.In(services =>
        {
            Assert.False(services.GetRequiredService<CityDb>().Database.HasPendingModelChanges(),
                "A table has changed since the last migration. Run: ./pujiang migration NAME");
            return Task.CompletedTask;
        });
    }

    // Shows that the test above can fail.
    [Theory, BothDatabases]
    public async Task Migrations_WithoutAService_LackIt(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await bank.In(services =>
        {
            Assert.True(services.GetRequiredService<CityDb>().Database.HasPendingModelChanges());
            return Task.CompletedTask;
        });
    }

    [Theory, BothDatabases]
    public async Task Migrations_Applied_EveryTableCanBeRead(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, services => services.AddAccounts());
        await bank.In(async services =>
        {
            var db = services.GetRequiredService<CityDb>();
            Assert.Empty(await db.Database.GetPendingMigrationsAsync());
            Assert.NotEmpty(await db.Database.GetAppliedMigrationsAsync());
            Assert.Equal(0, await db.Set<Party>().CountAsync());
        });
    }
}
