using Microsoft.Extensions.DependencyInjection;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class AuditBookTests
{
    static readonly AuditQuery All = new(null, null, null, null, null, null);

    static Task<AuditBook.Page> Find(TestBank bank, AuditQuery query, int page = 1) =>
        bank.Call((AuditBook book) => book.Find(query, page, CancellationToken.None));

    static async Task Write(TestBank bank, params (string Action, string Subject, string Actor, AuditOutcome Outcome)[] acts)
    {
        foreach (var (action, subject, actor, outcome) in acts)
            await bank.Tables(async db =>
            {
                db.Audit(action, subject, actor, outcome, "王秀英");
                return await db.SaveChangesAsync();
            });
    }

    [Theory, BothDatabases]
    public async Task Find_ByEachFilter_GivesExactlyWhatMatches(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await Write(bank,
            ("sign-in/password", "person/1", "anonymous", AuditOutcome.Refused),
            ("sign-in/done", "person/1", "user/1", AuditOutcome.Done),
            ("person/role-added", "person/2", "user/3", AuditOutcome.Done));
        var today = bank.Clock.Today();

        Assert.Equal(["person/role-added", "sign-in/done", "sign-in/password"], (await Find(bank, All)).Lines.Select(line => line.Action));
        Assert.Equal(["sign-in/done", "sign-in/password"], (await Find(bank, All with { Action = "sign-in" })).Lines.Select(line => line.Action));
        Assert.Equal(["sign-in/done"], (await Find(bank, All with { Actor = " user/1 " })).Lines.Select(line => line.Action));
        Assert.Equal(["person/2"], (await Find(bank, All with { Subject = "person/2" })).Lines.Select(line => line.Subject));
        Assert.Equal([AuditOutcome.Refused], (await Find(bank, All with { Outcome = AuditOutcome.Refused })).Lines.Select(line => line.Outcome));
        Assert.Equal(3, (await Find(bank, All with { From = today, To = today })).Lines.Count);
        Assert.Empty((await Find(bank, All with { From = today.AddDays(1) })).Lines);
        Assert.Empty((await Find(bank, All with { To = today.AddDays(-1) })).Lines);
        Assert.All((await Find(bank, All)).Lines, line => Assert.Equal("王秀英", line.Detail));
    }

    // A wildcard of the database is an ordinary letter here, whichever database it is.
    [Theory, BothDatabases]
    public async Task Find_WithWildcards_TakesThemAsTheyAre(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await Write(bank, ("a%b", "x_y", "user/1", AuditOutcome.Done), ("aXb", "xZy", "user/1", AuditOutcome.Done));
        Assert.Equal(["a%b"], (await Find(bank, All with { Action = "a%" })).Lines.Select(line => line.Action));
        Assert.Equal(["x_y"], (await Find(bank, All with { Subject = "x_" })).Lines.Select(line => line.Subject));
    }

    [Theory, BothDatabases]
    public async Task Find_OfMoreThanAPage_SaysThatThereIsMore(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await bank.Tables(async db =>
        {
            for (var i = 0; i < AuditBook.LinesOnAPage + 1; i++) db.Audit($"act/{i}", "x", "user/1");
            return await db.SaveChangesAsync();
        });
        var (first, second) = (await Find(bank, All), await Find(bank, All, 2));
        Assert.Equal((AuditBook.LinesOnAPage, true), (first.Lines.Count, first.HasMore));
        Assert.Equal((1, false), (second.Lines.Count, second.HasMore));
        Assert.Empty((await Find(bank, All, int.MaxValue)).Lines);
    }
}
