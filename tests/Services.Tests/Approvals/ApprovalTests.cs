using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>One person asks, others decide, and what they saw is carried out, once.</summary>
public sealed class ApprovalTests
{
    static Task<TestBank> Bank(TestDatabase database) => TestBank.New(database, Office.Add);

    [Theory, BothDatabases]
    public async Task Approve_ByAColleague_CarriesItOutWithEvidenceOfEachStep(TestDatabase database)
    {
        await using var bank = await Bank(database);
        var asked = await bank.Ask("hello").Value();
        Assert.Empty(await bank.Marks());

        var done = await bank.Approve(asked, Office.An).Value();

        Assert.Equal(ApprovalState.Executed, done.State);
        Assert.Equal(["hello"], await bank.Marks());
        Assert.Equal([ApprovalEvent.Asked, ApprovalEvent.ApprovedByAll, ApprovalEvent.Executed], done.Steps.Select(step => step.Event));
        Assert.Equal([Office.Teller.Actor, Office.An.Actor, "bank"], done.Steps.Select(step => step.Actor));
        var evidence = await bank.Tables(db => db.Set<EvidenceRecord>().Where(r => r.Kind == "approval").OrderBy(r => r.Number).Select(r => r.Reference).ToListAsync());
        Assert.Equal([.. Enumerable.Range(1, 3).Select(step => $"approvals/{asked.Id}/{step}")], evidence);
    }

    [Theory, BothDatabases]
    public async Task Ask_TheSameAgain_IsOneRequest(TestDatabase database)
    {
        await using var bank = await Bank(database);
        var asked = await bank.Ask("hello", key: "k").Value();
        Assert.Equal(asked.Id, (await bank.Ask("hello", key: "k").Value()).Id);
        Assert.Equal("idempotency_key_reused", await bank.Ask("other", key: "k").Code());
        Assert.NotEqual(asked.Id, (await bank.Ask("hello", key: "k2").Value()).Id);
        Assert.NotEqual(asked.Id, (await bank.Ask("hello", by: Office.Other, key: "k").Value()).Id);
    }

    [Theory, BothDatabases]
    public async Task Decide_WhoMayNot_IsRefusedAndNothingIsDone(TestDatabase database)
    {
        await using var bank = await Bank(database);
        var asked = await bank.Ask("hello").Value();

        Assert.Equal("approval_checker_role", await bank.Approve(asked, Office.Teller).Code());
        Assert.Equal("approval_not_found", await bank.Approve(asked, Office.Ding).Code());
        Assert.Equal("approval_not_found", await bank.Approve(asked, Office.Other).Code());
        Assert.Equal("approval_checker_role", await bank.Approve(asked, Office.Auditor).Code());
        Assert.Equal("approval_own", await bank.Approve(asked, Office.Teller with { Roles = [Roles.Teller, Roles.Operations] }).Code());
        Assert.Equal("approval_content_changed", await bank.Approve(asked with { ContentHash = new string('0', 64) }, Office.An).Code());
        Assert.Equal("approval_content_changed", await bank.Approve(asked with { ContentHash = "" }, Office.An).Code());
        Assert.Equal("approval_not_yours", await bank.Withdraw(asked, Office.An).Code());
        Assert.Equal("approval_maker_role", await bank.Ask("hello", by: Office.An).Code());

        Assert.Equal(ApprovalState.Waiting, (await bank.Look(asked)).State);
        Assert.Empty(await bank.Marks());
    }

    [Theory, BothDatabases]
    public async Task Approve_WhereTwoAreNeeded_WaitsForTheSecondPerson(TestDatabase database)
    {
        await using var bank = await Bank(database);
        var asked = await bank.Ask("large", kind: Office.TwoNeeded, amount: Office.Large).Value();
        Assert.Equal(2, asked.Needed);

        Assert.Equal(ApprovalState.Waiting, (await bank.Approve(asked, Office.An).Value()).State);
        Assert.Equal("approval_twice", await bank.Approve(asked, Office.An).Code());
        Assert.Empty(await bank.Marks());
        Assert.Equal(ApprovalState.Executed, (await bank.Approve(asked, Office.Ding).Value()).State);
        Assert.Equal(["large"], await bank.Marks());
    }

    [Theory, BothDatabases]
    public async Task Ended_InEachWay_CanNotBeDecidedAgain(TestDatabase database)
    {
        await using var bank = await Bank(database);
        var (refused, withdrawn, expired) = (await bank.Ask("a").Value(), await bank.Ask("b").Value(), await bank.Ask("c").Value());

        Assert.Equal("approval_reason_missing", await bank.Refuse(refused, Office.An, "  ").Code());
        Assert.Equal("approval_reason_missing", await bank.Refuse(refused, Office.An, new string('字', 501)).Code());
        Assert.Equal("text_unreadable", await bank.Refuse(refused, Office.An, "a\u202Eb").Code());
        Assert.Equal("金额不对", (await bank.Refuse(refused, Office.An).Value()).Steps[^1].Reason);
        Assert.Equal(ApprovalState.Withdrawn, (await bank.Withdraw(withdrawn, Office.Teller).Value()).State);
        bank.Clock.Advance(TimeSpan.FromHours(24));
        Assert.Equal("approval_expired", await bank.Approve(expired, Office.An).Code());
        Assert.Equal(1, await bank.FollowUp());
        Assert.Equal(0, await bank.FollowUp());

        Assert.Equal(ApprovalState.Expired, (await bank.Look(expired)).State);
        foreach (var view in (ApprovalView[])[refused, withdrawn, expired])
        {
            Assert.Equal("approval_closed", await bank.Approve(view, Office.Bo).Code());
            Assert.Equal("approval_closed", await bank.Refuse(view, Office.Bo).Code());
            Assert.Equal("approval_closed", await bank.Withdraw(view, Office.Teller).Code());
        }
        Assert.Empty(await bank.Marks());
    }

    [Theory, BothDatabases]
    public async Task Execute_RefusedByTheActItself_FailsAndLeavesNothing(TestDatabase database)
    {
        await using var bank = await Bank(database);
        var failed = await bank.Approve(await bank.Ask("no way").Value(), Office.An).Value();
        Assert.Equal((ApprovalState.Failed, "same_account"), (failed.State, failed.FailureCode));
        Assert.Empty(await bank.Marks());
    }

    [Theory, BothDatabases]
    public async Task Execute_ContentChangedInTheTable_IsNotDone(TestDatabase database)
    {
        await using var bank = await Bank(database);
        var asked = await bank.Ask("large", kind: Office.TwoNeeded, amount: Office.Large).Value();
        await bank.Approve(asked, Office.An).Value();
        // Somebody with the key ring and the database puts other content there.
        await bank.Tables(db => db.Set<Approval>().Where(a => a.Id == asked.Id).ExecuteUpdateAsync(set => set.SetProperty(a => a.Content, "other")));

        var failed = await bank.Approve(asked, Office.Bo).Value();

        Assert.Equal((ApprovalState.Failed, "approval_content_changed"), (failed.State, failed.FailureCode));
        Assert.Empty(await bank.Marks());
    }

    [Theory, BothDatabases]
    public async Task Approve_AllAtOnce_IsDoneOnce(TestDatabase database)
    {
        await using var bank = await Bank(database);
        var asked = await bank.Ask("large", kind: Office.TwoNeeded, amount: Office.Large).Value();
        var decisions = await Task.WhenAll(Office.Checkers.Concat(Office.Checkers).Select(checker => bank.Approve(asked, checker)));
        Assert.Equal(2, decisions.Count(decision => decision.Try(out _, out _)));
        Assert.All(decisions.Where(decision => decision.IsRefused()), decision => Assert.Contains(decision.Code(), (string[])["approval_closed", "approval_twice"]));
        Assert.Equal(["large"], await bank.Marks());
        Assert.Equal(ApprovalState.Executed, (await bank.Look(asked)).State);
    }

    [Theory, BothDatabases]
    public async Task FollowUp_ApprovedButNotYetCarriedOut_CarriesItOutOnce(TestDatabase database)
    {
        await using var bank = await Bank(database);
        var asked = await bank.Ask("left").Value();
        // As a crash leaves it: the last consent is saved, the act is not.
        await bank.Tables(async db =>
        {
            var approval = await db.Set<Approval>().Include(a => a.Steps).SingleAsync();
            Assert.Null(approval.Approve(Office.An.Actor, approval.ContentHash, bank.Clock.UtcNow()));
            return await db.SaveChangesAsync();
        });
        Assert.Equal(1, await bank.FollowUp());
        Assert.Equal(0, await bank.FollowUp());
        Assert.Equal(ApprovalState.Executed, (await bank.Look(asked)).State);
        Assert.Equal(["left"], await bank.Marks());
    }

    [Theory, BothDatabases]
    public async Task Queue_ShowsEachWhatIsTheirs(TestDatabase database)
    {
        await using var bank = await Bank(database);
        var late = await bank.Ask("late").Value();
        var soon = await bank.Ask("soon", kind: Office.TwoNeeded, amount: Office.Large).Value();
        var other = await bank.Ask("other", by: Office.Other).Value();
        await bank.Refuse(other, Office.An).Value();
        await bank.Approve(soon, Office.Bo).Value();

        async Task<IEnumerable<Guid>> Waiting(Caller caller) => (await bank.Call((Approvals a) => a.WaitingFor(caller, CancellationToken.None))).Select(v => v.Id);
        async Task<IEnumerable<Guid>> Asked(Caller caller) => (await bank.Call((Approvals a) => a.AskedBy(caller, CancellationToken.None))).Select(v => v.Id);
        async Task<IEnumerable<Guid>> Decided(Caller caller) => (await bank.Call((Approvals a) => a.Decided(caller, 1, CancellationToken.None))).Rows.Select(v => v.Id);

        Assert.Equal([soon.Id, late.Id], await Waiting(Office.An));
        Assert.Equal([late.Id], await Waiting(Office.Bo));
        Assert.Equal([soon.Id], await Waiting(Office.Ding));
        Assert.Empty(await Waiting(Office.Teller));
        Assert.Empty(await Waiting(Office.Auditor));
        Assert.Equal([soon.Id, late.Id], await Asked(Office.Teller));
        Assert.Empty(await Asked(Office.Other));
        Assert.Equal([other.Id], await Decided(Office.Other));
        Assert.Equal([other.Id], await Decided(Office.An));
        Assert.Equal([other.Id], await Decided(Office.Auditor));
        Assert.Empty(await Decided(Office.Teller));
        Assert.Empty(await Decided(Office.Ding));
        Assert.Equal(2, await bank.Call((Approvals a) => a.CountWaiting(CancellationToken.None)));
    }

    [Theory, BothDatabases]
    public async Task HandOver_WhileItHolds_OnePairOfEyesIsNotCountedTwice(TestDatabase database)
    {
        await using var bank = await Bank(database);
        var (asked, waiting) = (await bank.Ask("large", kind: Office.TwoNeeded, amount: Office.Large).Value(), await bank.Ask("small").Value());
        var handed = await bank.HandOver(Office.An, Office.Bo).Value();

        Assert.Equal("approval_handed_over", await bank.Approve(waiting, Office.An).Code());
        await bank.Approve(asked, Office.Bo).Value();
        await bank.Call((Delegations d) => d.End(handed.Id, Office.An, CancellationToken.None)).Value();
        // It is over, but Bo stood in for An while this request was open.
        bank.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("approval_linked", await bank.Approve(asked, Office.An).Code());
        Assert.Equal(ApprovalState.Executed, (await bank.Approve(asked, Office.Cui).Value()).State);
        Assert.Equal(ApprovalState.Executed, (await bank.Approve(waiting, Office.An).Value()).State);
    }

    [Theory, BothDatabases]
    public async Task HandOver_FromTheMaker_ItsHolderDoesNotDecideOnTheMakersRequest(TestDatabase database)
    {
        await using var bank = await Bank(database);
        // The maker is a checker too, elsewhere: its stand-in acts for the maker.
        var maker = Office.Cui with { Roles = [Roles.Operations, Roles.Teller] };
        var before = await bank.Ask("before", by: maker).Value();
        await bank.HandOver(Office.Cui, Office.An).Value();
        var during = await bank.Ask("during", by: maker).Value();
        Assert.Equal("approval_linked", await bank.Approve(before, Office.An).Code());
        Assert.Equal("approval_linked", await bank.Approve(during, Office.An).Code());
        Assert.Equal("approval_linked", await bank.Refuse(during, Office.An).Code());
        Assert.Equal(ApprovalState.Executed, (await bank.Approve(during, Office.Bo).Value()).State);
        bank.Clock.Advance(TimeSpan.FromDays(1));
        var after = await bank.Ask("after", by: maker).Value();
        Assert.Equal(ApprovalState.Executed, (await bank.Approve(after, Office.An).Value()).State);
    }

    [Theory, BothDatabases]
    public async Task HandOver_WithBadInput_IsRefusedWithFieldAndReason(TestDatabase database)
    {
        await using var bank = await Bank(database);
        var today = bank.Clock.Today();
        Task<string> Refused(Caller from, string role, string? to, DateOnly first, DateOnly last) =>
            bank.Call((Delegations d) => d.HandOver(role, to, first, last, from, CancellationToken.None)).Code();

        Assert.Equal("delegation_role", await Refused(Office.An, Roles.Compliance, Office.Ding.Actor, today, today));
        Assert.Equal("delegation_role", await Refused(Office.Teller, Roles.Teller, Office.Other.Actor, today, today));
        Assert.Equal("delegation_colleague", await Refused(Office.An, Roles.Operations, Office.Ding.Actor, today, today));
        Assert.Equal("delegation_colleague", await Refused(Office.An, Roles.Operations, null, today, today));
        Assert.Equal("delegation_to_oneself", await Refused(Office.An, Roles.Operations, Office.An.Actor, today, today));
        Assert.Equal("delegation_past", await Refused(Office.An, Roles.Operations, Office.Bo.Actor, today.AddDays(-1), today));
        Assert.Equal("delegation_ends_first", await Refused(Office.An, Roles.Operations, Office.Bo.Actor, today.AddDays(1), today));
        Assert.Equal("delegation_too_long", await Refused(Office.An, Roles.Operations, Office.Bo.Actor, today, today.AddDays(92)));
        var handed = await bank.HandOver(Office.An, Office.Bo, 92).Value();
        Assert.Equal("delegation_overlaps", await Refused(Office.An, Roles.Operations, Office.Cui.Actor, today.AddDays(91), today.AddDays(91)));
        Assert.Equal("delegation_not_found", await bank.Call((Delegations d) => d.End(handed.Id, Office.Bo, CancellationToken.None)).Code());
        Assert.Equal([handed.Id], (await bank.Call((Delegations d) => d.Of(Office.Bo, CancellationToken.None))).Select(d => d.Id));
        await bank.Call((Delegations d) => d.End(handed.Id, Office.An, CancellationToken.None)).Value();
        Assert.Empty(await bank.Call((Delegations d) => d.Of(Office.Bo, CancellationToken.None)));
    }

    [Theory, BothDatabases]
    public async Task Tables_HoldNoContentInTheClear(TestDatabase database)
    {
        await using var bank = await Bank(database);
        await bank.Refuse(await bank.Ask("赵钱孙李的秘密").Value(), Office.An, "周吴郑王").Value();
        var schema = database == TestDatabase.Sqlite ? "approvals_" : "approvals.";
#pragma warning disable EF1002 // The tables' names are ours.
        var stored = await bank.Tables(db => db.Database.SqlQueryRaw<byte[]>($"SELECT content AS \"Value\" FROM {schema}approval").ToListAsync());
        Assert.DoesNotContain("赵钱孙李", Encoding.UTF8.GetString(Assert.Single(stored)), StringComparison.Ordinal);
        stored = await bank.Tables(db => db.Database.SqlQueryRaw<byte[]>($"SELECT reason AS \"Value\" FROM {schema}step").ToListAsync());
#pragma warning restore EF1002
        Assert.All(stored, reason => Assert.DoesNotContain("周吴郑王", Encoding.UTF8.GetString(reason), StringComparison.Ordinal));
    }
}
