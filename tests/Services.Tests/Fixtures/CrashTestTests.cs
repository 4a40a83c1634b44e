using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Pujiang.Services.Tests;

/// <summary>The crash test passes what is right and catches what is wrong: a test that has never failed proves nothing.</summary>
public sealed class CrashTestTests
{
    static CrashTest For(TestDatabase database) => new()
    {
        Database = database,
        Modules = Till.Add,
        Arrange = bank => Till.OpenAccounts(bank.Ledger),
    };

    static Task<bool> HasReceipt(TestBank bank) => bank.Tables(db => db.Set<Receipt>().AnyAsync(r => r.Key == "k1"));

    static Func<IServiceProvider, Task<Till.View>> Call(Func<Till, Task<Till.View>> useCase) =>
        services => useCase(services.GetRequiredService<Till>());

    [Theory, BothDatabases]
    public async Task Retried_RightUseCase_Passes(TestDatabase database)
    {
        var runs = 0;
        await For(database).Retried(Call(till => till.PayIn("k1", 500)), async (bank, view) =>
        {
            runs++;
            Assert.Equal(new Till.View("k1", 500, 1), view);
            Assert.Equal(500, (await bank.Ledger.Find(Till.Cash))!.Posted);
        });
        // The run without a crash, and: before the post, between post and apply, after apply.
        Assert.Equal(4, runs);
    }

    [Theory, BothDatabases]
    public async Task HealsByItself_RightUseCase_Passes(TestDatabase database) =>
        await For(database).HealsByItself(Call(till => till.PayIn("k1", 500)), HasReceipt);

    [Theory, BothDatabases]
    public async Task Retried_NewIdForEachTry_IsCaught(TestDatabase database)
    {
        var failed = await Assert.ThrowsAsync<CrashTestException>(
            () => For(database).Retried(Call(till => till.PayInWithNewIds("k1", 500))));
        Assert.Contains("after write 1 of 2 (ledger: post till/k1)", failed.Message, StringComparison.Ordinal);
        Assert.Contains("extra:   entry", failed.Message, StringComparison.Ordinal);
    }

    [Theory, BothDatabases]
    public async Task Retried_OtherAnswerTheSecondTime_IsCaught(TestDatabase database)
    {
        var failed = await Assert.ThrowsAsync<CrashTestException>(
            () => For(database).Retried(Call(till => till.PayInTellingAgain("k1", 500))));
        Assert.Contains("the retry answered", failed.Message, StringComparison.Ordinal);
    }

    [Theory, BothDatabases]
    public async Task Retried_OwnerThatAppliesTwice_IsCaught(TestDatabase database)
    {
        var test = For(database) with
        {
            Modules = services =>
            {
                Till.Add(services);
                services.AddSingleton(new TillOwner.Mistakes(AppliesTwice: true));
            },
        };
        var failed = await Assert.ThrowsAsync<CrashTestException>(() => test.Retried(Call(till => till.PayIn("k1", 500))));
        Assert.Contains("Applying the same entries again changed the tables", failed.Message, StringComparison.Ordinal);
    }

    [Theory, BothDatabases]
    public async Task HealsByItself_RowWrittenByTheHandlerAlone_IsCaught(TestDatabase database)
    {
        var failed = await Assert.ThrowsAsync<CrashTestException>(
            () => For(database).HealsByItself(Call(till => till.PayInWithoutFollower("k1", 500)), HasReceipt));
        Assert.Contains("the entry is posted, but its result is not there", failed.Message, StringComparison.Ordinal);
    }

    [Theory, BothDatabases]
    public async Task HealsByItself_RowBeforeTheMoney_IsCaught(TestDatabase database)
    {
        var failed = await Assert.ThrowsAsync<CrashTestException>(
            () => For(database).HealsByItself(Call(till => till.PayInAfterSaving("k1", 500)), HasReceipt));
        Assert.Contains("nothing was posted, but there is a result", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retried_UseCaseThatPostsNothing_IsNoTest() =>
        await Assert.ThrowsAsync<CrashTestException>(() => For(TestDatabase.Sqlite).Retried(_ => Task.FromResult("refused")));

    [Fact]
    public async Task Retried_AnswerThatShowsNothing_IsNoTest() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => For(TestDatabase.Sqlite).Retried(async services =>
        {
            await services.GetRequiredService<Till>().PayIn("k1", 500);
            return new object();
        }));
}
