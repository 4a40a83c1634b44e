using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Pujiang.Ledger;

namespace Pujiang.Platform;

/// <summary>
/// Maker and checker: acts that one person asks for and others allow. What they saw is what is executed, once, as soon as
/// enough different people have consented.
/// </summary>
public sealed partial class Approvals(CityDb db, IEnumerable<IApprovedAct> acts, TimeProvider clock, ILogger<Approvals> log)
{
    static readonly Refusal NotFound = new("approval_not_found", "There is no such request among those you may see.");

    /// <summary>The rule under which this caller's act needs others' consent, or null when it needs none.</summary>
    /// <remarks>
    /// The bank's own command line asks nobody: who can read its token file can read and write the bank's files, so a second
    /// pair of eyes inside the program would prove nothing. Guard it as docs/operations.md says.
    /// </remarks>
    public ApprovalRule? RuleFor(string kind, Money? amount, Caller caller) =>
        caller.IsOperator ? null : ApprovalRules.For(kind, amount, clock.Today());

    /// <summary>Asks for consent. The same key of the same caller again gives the request that is there.</summary>
    /// <param name="key">The caller's idempotency key.</param>
    public async Task<Outcome<ApprovalView>> Ask(ApprovalRequest request, Caller caller, string key, CancellationToken cancel)
    {
        // A repeated request is answered as the first, also when the rules of today would not ask for it.
        if (await Load(IdOf(request.Kind, caller, key), cancel) is { } known) return Known(known, request);
        var rule = ApprovalRules.For(request.Kind, request.Amount, clock.Today())
            ?? throw new InvalidOperationException($"'{request.Kind}' needs nobody's consent; do it.");
        if (!rule.Makers.Intersect(caller.Roles, StringComparer.Ordinal).Any())
            return new Refusal("approval_maker_role", $"Only {string.Join(" or ", rule.Makers)} may ask for this.", null, string.Join(", ", rule.Makers));
        Invariant.Holds(acts.Any(act => act.Kind == request.Kind));

        var asked = Approval.Ask(IdOf(request.Kind, caller, key), request, rule, caller.Actor, clock.UtcNow());
        db.Add(asked);
        Leave(asked);
        await TellCheckers(asked, rule.Checkers, cancel);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException)
        {
            // The same request arrived twice at once: the later finds what the earlier has saved.
            db.ChangeTracker.Clear();
            if (await Load(asked.Id, cancel) is { } earlier) return Known(earlier, request);
            throw;
        }
        return ViewOf(asked);
    }

    /// <summary>Everybody whose role may decide; who is away and has handed this over may still want to know.</summary>
    async Task TellCheckers(Approval asked, IReadOnlyList<string> checkers, CancellationToken cancel)
    {
        var people = await db.Set<PersonRole>().Where(r => checkers.Contains(r.Role)).Select(r => r.PersonId).Distinct().ToListAsync(cancel);
        foreach (var person in people.Where(person => $"user/{person}" != asked.Maker))
            db.Notify(Recipient.Person(person), NotificationKinds.ApprovalWaits, asked.Id.ToString(), $"/approvals/{asked.Id}",
                ("act", new NotificationValue.Term($"approval.{asked.Kind}")), ("until", asked.ExpiresAt));
    }

    /// <summary>The same request if the same shall be done: what is shown beside it, such as a balance, may differ by now.</summary>
    static Outcome<ApprovalView> Known(Approval known, ApprovalRequest request) =>
        known.Subject == request.Subject && known.Content == request.Content ? ViewOf(known)
            : new Refusal("idempotency_key_reused", "This key was used for another request.", "key");

    static Guid IdOf(string kind, Caller caller, string key) => NameBasedId.From("platform", "approval", kind, caller.Actor, key);

    /// <summary>What the caller asked under this key, or null. To be looked for first: a rule that held then may not hold now.</summary>
    public Task<ApprovalView?> Asked(string kind, Caller caller, string key, CancellationToken cancel) => Find(IdOf(kind, caller, key), caller, cancel);

    /// <summary>One person's consent; the last that was needed carries the act out.</summary>
    /// <param name="seenHash">Hexadecimal hash of what the page showed (<see cref="ApprovalView.ContentHash"/>).</param>
    public async Task<Outcome<ApprovalView>> Approve(Guid id, string seenHash, Caller caller, CancellationToken cancel)
    {
        var outcome = await Decide(id, caller, approval => approval.Approve(caller.Actor, Bytes(seenHash), clock.UtcNow()), cancel);
        if (!outcome.Try(out var view, out var refusal)) return refusal;
        return view.State == ApprovalState.Approved ? await Execute(id, cancel) : view;
    }

    public Task<Outcome<ApprovalView>> Refuse(Guid id, string? reason, Caller caller, CancellationToken cancel) =>
        Decide(id, caller, approval => approval.Refuse(caller.Actor, reason, clock.UtcNow()), cancel);

    /// <summary>Takes back what the caller asked for.</summary>
    public Task<Outcome<ApprovalView>> Withdraw(Guid id, Caller caller, CancellationToken cancel) =>
        Change(id, caller, approval => Task.FromResult(approval.Withdraw(caller.Actor, clock.UtcNow())), cancel);

    Task<Outcome<ApprovalView>> Decide(Guid id, Caller caller, Func<Approval, Refusal?> decide, CancellationToken cancel) =>
        Change(id, caller, async approval => await MayNotDecide(approval, caller, cancel) ?? decide(approval), cancel);

    async Task<Outcome<ApprovalView>> Change(Guid id, Caller caller, Func<Approval, Task<Refusal?>> change, CancellationToken cancel)
    {
        while (true)
        {
            if (await Load(id, cancel) is not { } approval || !MaySee(approval, caller)) return NotFound;
            if (await change(approval) is { } refusal) return refusal;
            if (await Save(approval, cancel)) return ViewOf(approval);
            // Somebody else decided in the same moment: once more, on what is there now.
        }
    }

    /// <summary>What speaks against this person deciding, whatever the decision is.</summary>
    async Task<Refusal?> MayNotDecide(Approval approval, Caller caller, CancellationToken cancel)
    {
        if (caller.UserId is null || !approval.Checkers.Intersect(caller.Roles, StringComparer.Ordinal).Any())
            return new Refusal("approval_checker_role", $"Only {string.Join(" or ", approval.Checkers)} may decide this.", null, string.Join(", ", approval.Checkers));
        var now = clock.UtcNow();
        var delegations = await db.Set<ApprovalDelegation>().AsNoTracking()
            .Where(d => (d.FromActor == caller.Actor || d.ToActor == caller.Actor) && d.EndsAt >= approval.AskedAt).ToListAsync(cancel);
        if (delegations.Find(d => d.FromActor == caller.Actor && approval.Checkers.Contains(d.Role, StringComparer.Ordinal) && d.IsInForce(now)) is { } away)
            return new Refusal("approval_handed_over", $"You have handed your decisions over until {BankTime.Text(away.EndsAt)}. End that first.", null, BankTime.Text(away.EndsAt));
        foreach (var other in approval.Approvers.Append(approval.Maker))
            if (delegations.Exists(d => d.Links(caller.Actor, other, approval.AskedAt, now)))
                return new Refusal("approval_linked", "You stood in for somebody who took part in this, or that person for you. Somebody else has to decide.");
        return null;
    }

    /// <summary>Carries out what is approved, if nobody has yet.</summary>
    async Task<ApprovalView> Execute(Guid id, CancellationToken cancel)
    {
        while (true)
        {
            // A fresh start each time: what an act has changed in a lost race must not be saved with the next.
            db.ChangeTracker.Clear();
            var approval = (await Load(id, cancel))!;
            if (approval.State != ApprovalState.Approved) return ViewOf(approval);
            if (await CarryOut(approval, cancel) is { } refusal)
            {
                db.ChangeTracker.Clear();
                approval = (await Load(id, cancel))!;
                if (approval.State != ApprovalState.Approved) return ViewOf(approval);
                approval.Failed(refusal.Code, clock.UtcNow());
                NotDone(log, id, refusal.Code);
            }
            else approval.Executed(clock.UtcNow());
            if (await Save(approval, cancel)) return ViewOf(approval);
        }
    }

    /// <summary>Does it, or tells why not. Content that is no longer what was asked is never given to the act.</summary>
    async Task<Refusal?> CarryOut(Approval approval, CancellationToken cancel)
    {
        if (!approval.IsAsAsked())
            return new Refusal("approval_content_changed", "This is not what you were shown. Look at it again.");
        var act = acts.Single(act => act.Kind == approval.Kind);
        return await act.Execute(new ApprovedContent(approval.Id, approval.Subject, approval.Content, approval.Maker), db, cancel);
    }

    /// <summary>Ends what nobody decided in time, and carries out what a crash left approved. The job does it every minute.</summary>
    /// <returns>How many requests it changed.</returns>
    public async Task<int> FollowUp(CancellationToken cancel)
    {
        var now = clock.UtcNow();
        var open = await db.Set<Approval>().AsNoTracking()
            .Where(a => a.State == ApprovalState.Approved || (a.State == ApprovalState.Waiting && a.ExpiresAt <= now))
            .OrderBy(a => a.AskedAt).Select(a => new { a.Id, a.State }).ToListAsync(cancel);
        var broken = await BackgroundWork.Each(open, async request =>
        {
            if (request.State == ApprovalState.Approved) await Execute(request.Id, cancel);
            else await Expire(request.Id, cancel);
        });
        return broken.Count == 0 ? open.Count : throw new AggregateException("Approved acts could not be carried out.", broken);
    }

    async Task Expire(Guid id, CancellationToken cancel)
    {
        do
        {
            db.ChangeTracker.Clear();
            var approval = (await Load(id, cancel))!;
            if (!approval.IsOverdue(clock.UtcNow())) return;
            approval.Expire(clock.UtcNow());
            if (await Save(approval, cancel)) return;
        }
        while (true);
    }

    /// <summary>Saves the change with its evidence; false, and nothing tracked, when somebody else was faster.</summary>
    async Task<bool> Save(Approval approval, CancellationToken cancel)
    {
        Leave(approval);
        try
        {
            await db.SaveChangesAsync(cancel);
            return true;
        }
        catch (DbUpdateException)
        {
            db.ChangeTracker.Clear();
            if (await db.Set<Approval>().AnyAsync(a => a.Id == approval.Id && a.Version < approval.Version, cancel)) throw;
            return false;
        }
    }

    /// <summary>Evidence of the last step: what happened, by whom, to which content.</summary>
    void Leave(Approval approval)
    {
        var step = approval.Steps[^1];
        db.Record("approval", $"approvals/{approval.Id}/{step.Number}", JsonSerializer.Serialize(new
        {
            approval = approval.Id,
            step = step.Number,
            what = step.Event.ToString(),
            actor = step.Actor,
            at = step.At,
            content = Convert.ToHexStringLower(approval.ContentHash),
        }));
    }

    Task<Approval?> Load(Guid id, CancellationToken cancel) =>
        db.Set<Approval>().Include(a => a.Steps.OrderBy(s => s.Number)).SingleOrDefaultAsync(a => a.Id == id, cancel);

    static byte[] Bytes(string hexadecimal) =>
        hexadecimal.Length == 64 && hexadecimal.All(char.IsAsciiHexDigit) ? Convert.FromHexString(hexadecimal) : [];

    [LoggerMessage(LogLevel.Warning, "Approved request {Approval} was not carried out: {Code}.")]
    static partial void NotDone(ILogger log, Guid approval, string code);
}
