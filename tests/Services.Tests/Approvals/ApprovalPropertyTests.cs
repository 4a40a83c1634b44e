using CsCheck;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Whatever several people do in whatever order: nothing is carried out twice, without enough different people, or otherwise than asked.</summary>
public sealed class ApprovalPropertyTests
{
    const int Requests = 3;

    enum Act { Ask, Approve, ApproveOther, Refuse, Withdraw, HandOver, EndHandOver, Wait, FollowUp }

    /// <param name="Request">Which request it is about.</param>
    /// <param name="Who">Which checker, or which maker.</param>
    /// <param name="Whom">Which colleague.</param>
    readonly record struct Step(Act Act, int Request, int Who, int Whom);

    // Approvals are what the laws are about, so they come most often.
    static readonly Gen<Step[]> AnySequence = Gen.Select(
        Gen.Frequency(
            (4, Act.Ask), (8, Act.Approve), (1, Act.ApproveOther), (1, Act.Refuse), (1, Act.Withdraw), (2, Act.HandOver), (1, Act.EndHandOver), (2, Act.Wait), (1, Act.FollowUp)),
        Gen.Int[0, Requests - 1], Gen.Int[0, 3], Gen.Int[0, 3], (act, request, who, whom) => new Step(act, request, who, whom)).Array[10, 30];

    sealed class Run(TestBank bank)
    {
        // Everybody asks and decides, as far as the roles go: the hardest office to keep apart.
        static readonly Caller[] People = [.. Office.Checkers.Select((c, i) => i < 3 ? c with { Roles = [Roles.Operations, Roles.Teller] } : c)];

        readonly ApprovalView?[] _requests = new ApprovalView?[Requests];
        readonly List<Delegations.View> _handedOver = [];
        public HashSet<string> Outcomes { get; } = [];

        public async Task Do(Step step)
        {
            var (who, whom, view) = (People[step.Who], People[step.Whom], _requests[step.Request]);
            switch (step.Act)
            {
                case Act.Ask when view is null:
                    if (Note(await bank.Ask($"content {step.Request}", People[step.Who % 3], Office.TwoNeeded, Office.Large)) is { } asked) _requests[step.Request] = asked;
                    break;
                case Act.Approve when view is not null:
                    Note(await bank.Approve(view, who));
                    break;
                case Act.ApproveOther when view is not null:
                    Note(await bank.Approve(view with { ContentHash = new string('1', 64) }, who));
                    break;
                case Act.Refuse when view is not null:
                    Note(await bank.Refuse(view, who));
                    break;
                case Act.Withdraw when view is not null:
                    Note(await bank.Withdraw(view, who));
                    break;
                case Act.HandOver:
                    if (Note(await bank.HandOver(who, whom)) is { } handed) _handedOver.Add(handed);
                    break;
                case Act.EndHandOver when _handedOver.Count > 0:
                    var ended = _handedOver[step.Whom % _handedOver.Count];
                    Note(await bank.Call((Delegations d) => d.End(ended.Id, People.Single(p => p.Actor == ended.From), CancellationToken.None)));
                    break;
                case Act.Wait:
                    bank.Clock.Advance(TimeSpan.FromHours(2));
                    break;
                case Act.FollowUp:
                    await bank.FollowUp();
                    break;
                default:
                    break;
            }
        }

        T? Note<T>(Outcome<T> outcome) where T : class
        {
            if (outcome.Try(out var value, out var refusal)) return value;
            Outcomes.Add(refusal.Code);
            return null;
        }

        /// <summary>The laws, from what is stored.</summary>
        public async Task Check()
        {
            var marks = await bank.Marks();
            Assert.Equal(marks.Distinct(), marks);
            for (var request = 0; request < Requests; request++)
            {
                if (_requests[request] is not { } asked) continue;
                var now = await bank.Look(asked);
                Outcomes.Add(now.State.ToString());
                Assert.Equal(now.State == ApprovalState.Executed, marks.Contains($"content {request}"));
                Assert.Equal(asked.ContentHash, now.ContentHash);
                Assert.Equal(now.Approvers.Distinct(), now.Approvers);
                Assert.DoesNotContain(now.Maker, now.Approvers);
                if (now.State is ApprovalState.Executed or ApprovalState.Approved) Assert.Equal(now.Needed, now.Approvers.Count);
                else Assert.True(now.Approvers.Count < now.Needed);
                AssertUnlinked(now);
            }
        }

        /// <summary>Of those who took part, nobody stood in for another while the request was open until the last of the two acted.</summary>
        void AssertUnlinked(ApprovalView view)
        {
            var hands = view.Steps.Where(s => s.Event is ApprovalEvent.Asked or ApprovalEvent.Approved or ApprovalEvent.ApprovedByAll).ToList();
            foreach (var (later, index) in hands.Select((hand, index) => (hand, index)))
                foreach (var earlier in hands.Take(index))
                    Assert.DoesNotContain(_handedOver, d =>
                        ((d.From == earlier.Actor && d.To == later.Actor) || (d.From == later.Actor && d.To == earlier.Actor)) && d.StartsAt <= later.At
                        && d.StartsAt >= view.AskedAt);
        }
    }

    static async Task<HashSet<string>> Play(Step[] steps)
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite, Office.Add);
        var run = new Run(bank);
        foreach (var step in steps)
        {
            // No two things at the same moment, so that the law can tell what came first.
            bank.Clock.Advance(TimeSpan.FromSeconds(1));
            await run.Do(step);
        }
        await run.Check();
        return run.Outcomes;
    }

    [Fact]
    public Task AnySequence_OfSeveralPeople_KeepsTheLaws() => AnySequence.SampleAsync(Play, iter: 60, threads: 1);

    /// <summary>A generator that never gets there proves nothing.</summary>
    [Fact]
    public async Task AnySequence_ReachesEachEndAndEachRefusalOfADecision()
    {
        var seen = new HashSet<string>();
        await AnySequence.SampleAsync(async steps => { seen.UnionWith(await Play(steps)); }, iter: 80, threads: 1);
        foreach (var state in (ApprovalState[])[ApprovalState.Waiting, ApprovalState.Executed, ApprovalState.Refused, ApprovalState.Withdrawn, ApprovalState.Expired])
            Assert.Contains(state.ToString(), seen);
        foreach (var code in (string[])["approval_own", "approval_twice", "approval_linked", "approval_handed_over", "approval_closed", "approval_content_changed", "approval_not_yours"])
            Assert.Contains(code, seen);
    }
}
