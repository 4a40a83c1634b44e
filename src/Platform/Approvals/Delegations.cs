using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>A member of the bank's staff, as others choose and see one.</summary>
public sealed record StaffMember(Guid UserId, Bilingual Name, IReadOnlyList<string> Roles)
{
    public string Actor => $"user/{UserId}";
}

/// <summary>Who works for the bank. The demo's staff answers in demo mode, the people of sign-in otherwise.</summary>
public interface IStaff
{
    Task<IReadOnlyList<StaffMember>> List(CancellationToken cancel = default);
}

/// <summary>Checkers hand their decisions over to a colleague while they are away.</summary>
/// <remarks>
/// It never adds a pair of eyes: in that time the one who handed over does not decide, and whoever stood in for somebody counts as
/// that person too, for the whole life of a request (<see cref="Approvals"/>).
/// </remarks>
public sealed class Delegations(CityDb db, IEnumerable<IStaff> staff, NewId ids, TimeProvider clock)
{
    public sealed record View(Guid Id, string From, string To, string Role, DateTime StartsAt, DateTime EndsAt, bool InForce);

    /// <summary>Everybody who works here, each once.</summary>
    public async Task<IReadOnlyList<StaffMember>> Staff(CancellationToken cancel)
    {
        var everybody = new List<StaffMember>();
        foreach (var source in staff) everybody.AddRange(await source.List(cancel));
        return [.. everybody.DistinctBy(member => member.UserId)];
    }

    /// <summary>Name of who did something, or null for nobody known.</summary>
    public async Task<IReadOnlyDictionary<string, Bilingual>> Names(CancellationToken cancel) =>
        (await Staff(cancel)).ToDictionary(member => member.Actor, member => member.Name, StringComparer.Ordinal);

    /// <summary>Hands over. Only to somebody with the same role, and to one person at a time.</summary>
    /// <param name="to">The colleague's <see cref="StaffMember.Actor"/>.</param>
    public async Task<Outcome<View>> HandOver(string role, string? to, DateOnly first, DateOnly last, Caller caller, CancellationToken cancel)
    {
        if (!caller.Roles.Contains(role, StringComparer.Ordinal) || !ApprovalRules.Lines.Any(rule => rule.Checkers.Contains(role)))
            return new Refusal("delegation_role", "You do not decide in this role.", "role");
        if (!(await Staff(cancel)).Any(member => member.Actor == to && member.Roles.Contains(role, StringComparer.Ordinal)))
            return new Refusal("delegation_colleague", "Choose a colleague who has the same role.", "to");
        if (!ApprovalDelegation.Of(ids.Next(), caller.Actor, to!, role, first, last, clock.UtcNow()).Try(out var delegation, out var refusal)) return refusal;
        var actor = caller.Actor;
        var others = await db.Set<ApprovalDelegation>().AsNoTracking().Where(d => d.FromActor == actor && d.Role == role
            && d.StartsAt < delegation.EndsAt && d.EndsAt > delegation.StartsAt && d.EndsAt > d.StartsAt).CountAsync(cancel);
        if (others > 0) return new Refusal("delegation_overlaps", "You have handed over for some of these days already. End that first.", "first");
        db.Add(delegation);
        db.Record("approval", $"approvals/delegation/{delegation.Id}/1", $"{delegation.Id} {actor} {to} {role} {delegation.StartsAt:O} {delegation.EndsAt:O}");
        await db.SaveChangesAsync(cancel);
        return ViewOf(delegation);
    }

    /// <summary>Ends it now. Ending what has ended changes nothing.</summary>
    public async Task<Outcome<View>> End(Guid id, Caller caller, CancellationToken cancel)
    {
        var actor = caller.Actor;
        var now = clock.UtcNow();
        if (await db.Set<ApprovalDelegation>().SingleOrDefaultAsync(d => d.Id == id && d.FromActor == actor, cancel) is not { } delegation)
            return new Refusal("delegation_not_found", "There is no such hand-over of yours.");
        if (now >= delegation.EndsAt) return ViewOf(delegation);
        delegation.End(now);
        db.Record("approval", $"approvals/delegation/{delegation.Id}/2", $"{delegation.Id} {actor} ended {now:O}");
        await db.SaveChangesAsync(cancel);
        return ViewOf(delegation);
    }

    /// <summary>What this person gave and received that is not over.</summary>
    public async Task<IReadOnlyList<View>> Of(Caller caller, CancellationToken cancel)
    {
        var (actor, now) = (caller.Actor, clock.UtcNow());
        return [.. (await db.Set<ApprovalDelegation>().AsNoTracking()
            .Where(d => (d.FromActor == actor || d.ToActor == actor) && d.EndsAt > now && d.EndsAt > d.StartsAt).OrderBy(d => d.StartsAt).ToListAsync(cancel)).Select(ViewOf)];
    }

    View ViewOf(ApprovalDelegation d) => new(d.Id, d.FromActor, d.ToActor, d.Role, d.StartsAt, d.EndsAt, d.IsInForce(clock.UtcNow()));
}
