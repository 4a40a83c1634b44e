using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>A request as those see it who may.</summary>
/// <param name="ContentHash">SHA-256 in hexadecimal of all that is asked; given back with the decision.</param>
/// <param name="Needed">How many different people must approve.</param>
/// <param name="Approvers">Who has approved so far.</param>
/// <param name="FailureCode">Why it was not carried out; empty otherwise.</param>
public sealed record ApprovalView(
    Guid Id, string Kind, string Subject, IReadOnlyList<ApprovalFact> Facts, Money? Amount, string Maker, IReadOnlyList<string> Checkers,
    int Needed, IReadOnlyList<string> Approvers, ApprovalState State, DateTime AskedAt, DateTime ExpiresAt, DateTime? EndedAt,
    string FailureCode, string ContentHash, IReadOnlyList<ApprovalView.Step> Steps)
{
    /// <param name="Actor">Who; "bank" for what happens by itself.</param>
    /// <param name="Reason">Of a refusal in words; of a failure the code; else empty.</param>
    public sealed record Step(ApprovalEvent Event, string Actor, DateTime At, string Reason);
}

/// <summary>What waits, for whom, and what became of it.</summary>
public sealed partial class Approvals
{
    /// <summary>Rows of one page of decided requests.</summary>
    public const int PageSize = 20;

    /// <summary>The most waiting requests that are listed at once, the oldest first.</summary>
    public const int MostWaiting = 200;

    public async Task<ApprovalView?> Find(Guid id, Caller caller, CancellationToken cancel) =>
        await Load(id, cancel) is { } approval && MaySee(approval, caller) ? ViewOf(approval) : null;

    /// <summary>What this person may decide now, the most urgent first.</summary>
    public async Task<IReadOnlyList<ApprovalView>> WaitingFor(Caller caller, CancellationToken cancel)
    {
        var now = clock.UtcNow();
        var waiting = new List<ApprovalView>();
        foreach (var approval in await Listed(db.Set<Approval>().Where(a => a.State == ApprovalState.Waiting && a.ExpiresAt > now && a.Maker != caller.Actor)
            .OrderBy(a => a.ExpiresAt).Take(MostWaiting), cancel))
            if (!approval.Approvers.Contains(caller.Actor, StringComparer.Ordinal) && await MayNotDecide(approval, caller, cancel) is null)
                waiting.Add(ViewOf(approval));
        return waiting;
    }

    /// <summary>Whether this person may approve or refuse it now.</summary>
    public async Task<bool> MayDecide(Guid id, Caller caller, CancellationToken cancel) =>
        await Load(id, cancel) is { State: ApprovalState.Waiting } approval && !approval.IsOverdue(clock.UtcNow()) && approval.Maker != caller.Actor
        && !approval.Approvers.Contains(caller.Actor, StringComparer.Ordinal) && await MayNotDecide(approval, caller, cancel) is null;

    /// <summary>How many requests wait for anybody.</summary>
    public Task<int> CountWaiting(CancellationToken cancel)
    {
        var now = clock.UtcNow();
        return db.Set<Approval>().CountAsync(a => a.State == ApprovalState.Waiting && a.ExpiresAt > now, cancel);
    }

    /// <summary>What this person asked for and is not decided.</summary>
    public async Task<IReadOnlyList<ApprovalView>> AskedBy(Caller caller, CancellationToken cancel)
    {
        var now = clock.UtcNow();
        return [.. (await Listed(db.Set<Approval>()
            .Where(a => a.Maker == caller.Actor && (a.State == ApprovalState.Approved || (a.State == ApprovalState.Waiting && a.ExpiresAt > now)))
            .OrderBy(a => a.ExpiresAt).Take(MostWaiting), cancel)).Select(ViewOf)];
    }

    /// <summary>What was decided, of all that this person may see, the newest first.</summary>
    /// <param name="page">From 1.</param>
    /// <returns>One page, and how many pages there are.</returns>
    public async Task<(IReadOnlyList<ApprovalView> Rows, int Pages)> Decided(Caller caller, int page, CancellationToken cancel)
    {
        var seen = Seen(caller).Where(a => a.EndedAt != null);
        var pages = Math.Max(1, (await seen.CountAsync(cancel) + PageSize - 1) / PageSize);
        var rows = await Listed(seen.OrderByDescending(a => a.EndedAt).ThenBy(a => a.Id).Skip((Math.Clamp(page, 1, pages) - 1) * PageSize).Take(PageSize), cancel);
        return ([.. rows.Select(ViewOf)], pages);
    }

    /// <summary>Staff see what they asked for and what their roles decide; the auditor sees all.</summary>
    static bool MaySee(Approval approval, Caller caller) =>
        approval.Maker == caller.Actor || caller.Roles.Contains(Roles.Auditor, StringComparer.Ordinal)
        || approval.Checkers.Intersect(caller.Roles, StringComparer.Ordinal).Any();

    IQueryable<Approval> Seen(Caller caller)
    {
        if (caller.Roles.Contains(Roles.Auditor, StringComparer.Ordinal)) return db.Set<Approval>();
        var actor = caller.Actor;
        // Which lists of roles there are is known from the rules and from earlier ones in the table: few either way.
        var mine = db.Set<Approval>().Select(a => a.CheckerRoles).Distinct().AsEnumerable()
            .Where(roles => roles.Split(',').Intersect(caller.Roles, StringComparer.Ordinal).Any()).ToList();
        return db.Set<Approval>().Where(a => a.Maker == actor || mine.Contains(a.CheckerRoles));
    }

    static async Task<List<Approval>> Listed(IQueryable<Approval> query, CancellationToken cancel) =>
        await query.AsNoTracking().Include(a => a.Steps.OrderBy(s => s.Number)).AsSplitQuery().ToListAsync(cancel);

    static ApprovalView ViewOf(Approval approval) => new(
        approval.Id, approval.Kind, approval.Subject, ApprovalFact.Read(approval.Summary), approval.Amount, approval.Maker, approval.Checkers,
        approval.Needed, [.. approval.Approvers], approval.State, approval.AskedAt, approval.ExpiresAt, approval.EndedAt, approval.FailureCode,
        Convert.ToHexStringLower(approval.ContentHash),
        [.. approval.Steps.Select(s => new ApprovalView.Step(s.Event, s.Actor, s.At, s.Reason))]);
}
