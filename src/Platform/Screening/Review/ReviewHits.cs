using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>The queue of compliance: names that are on a list, what is decided of them, and what follows from it.</summary>
public sealed class ReviewHits(CityDb db, Approvals approvals, IEnumerable<IHeldAct> acts, TimeProvider clock)
{
    public const int PageSize = 25;

    /// <summary>Characters of a reason.</summary>
    public const int LongestReason = 500;

    static readonly Refusal NotFound = new("case_not_found", "There is no such case, or it has no such hit.");
    static readonly Refusal Decided = new("case_decided", "This has been decided already.");
    static readonly Refusal Escalated = new("case_escalated", "A colleague found this hit to be true; a second person has to decide that first.");

    /// <summary>A case in the queue.</summary>
    /// <param name="Who">The name that scored highest, as it was asked.</param>
    /// <param name="ListedAs">And the name on the list.</param>
    /// <param name="Holds">A payment or an account waits for it.</param>
    public sealed record Listed(
        Guid Id, ScreeningOccasion Occasion, CaseState State, bool Holds, bool IsEscalated, HitGrade Grade, int Score, string Who, string ListedAs, string List,
        int Open, DateTime OpenedAt, DateTime? DecidedAt);

    /// <summary>A hit with all that it is judged by.</summary>
    /// <param name="Asked">As the bank knows the person or firm.</param>
    public sealed record Hit(int Number, string Role, NameQuery Asked, NameHitView Found, HitDecision Decision, string DecidedBy, DateTime? DecidedAt, string Reason);

    /// <param name="Approval">The request for a second person's consent, while it waits.</param>
    public sealed record View(
        Guid Id, string Subject, ScreeningOccasion Occasion, CaseState State, bool Holds, string Lists, IReadOnlyList<ApprovalFact> Facts, IReadOnlyList<Hit> Hits,
        DateTime OpenedAt, DateTime? DecidedAt, DateTime? SettledAt, Guid? Approval)
    {
        public string EvidenceReference => $"screening/case/{Id}";
    }

    /// <summary>What somebody has to look at: what holds something first, then the surest, then the oldest.</summary>
    /// <param name="open">Or those that were decided, the latest first.</param>
    /// <param name="page">From 1.</param>
    public async Task<(IReadOnlyList<Listed> Cases, int Pages)> List(bool open, int page, CancellationToken cancel)
    {
        var some = db.Set<ScreeningCase>().AsNoTracking().Where(c => open ? c.State == CaseState.Open : c.State == CaseState.Cleared || c.State == CaseState.Confirmed);
        var pages = Math.Max(1, (await some.CountAsync(cancel) + PageSize - 1) / PageSize);
        var ordered = open ? some.OrderByDescending(c => c.Holds).ThenByDescending(c => c.Score).ThenBy(c => c.OpenedAt) : some.OrderByDescending(c => c.DecidedAt);
        var rows = await ordered.ThenBy(c => c.Id).Skip((Math.Clamp(page, 1, pages) - 1) * PageSize).Take(PageSize).Include(c => c.Hits).ToListAsync(cancel);
        var waiting = await WaitingApprovals(rows, cancel);
        return ([.. rows.Select(row => ListedOf(row, row.Approval is { } asked && waiting.Contains(asked)))], pages);
    }

    public Task<int> CountOpen(CancellationToken cancel) => db.Set<ScreeningCase>().CountAsync(c => c.State == CaseState.Open, cancel);

    async Task<HashSet<Guid>> WaitingApprovals(IEnumerable<ScreeningCase> cases, CancellationToken cancel)
    {
        var (ids, now) = (cases.Select(c => c.Approval).OfType<Guid>().ToList(), clock.UtcNow());
        return [.. await db.Set<Approval>().Where(a => ids.Contains(a.Id) && (a.State == ApprovalState.Approved || (a.State == ApprovalState.Waiting && a.ExpiresAt > now))).Select(a => a.Id).ToListAsync(cancel)];
    }

    static Listed ListedOf(ScreeningCase row, bool isEscalated)
    {
        var first = row.Hits.OrderByDescending(hit => hit.Score).First();
        return new Listed(
            row.Id, row.Occasion, row.State, row.Holds, isEscalated, row.Grade, row.Score, PersonOf(first).Name, FoundOf(first).MatchedName, first.List,
            row.Hits.Count(hit => hit.Decision == HitDecision.Open), row.OpenedAt, row.DecidedAt);
    }

    static NameQuery PersonOf(ScreeningHit hit) => JsonSerializer.Deserialize<NameQuery>(hit.Person)!;

    static NameHitView FoundOf(ScreeningHit hit) => JsonSerializer.Deserialize<NameHitView>(hit.Found)!;

    public async Task<View?> Find(Guid id, CancellationToken cancel)
    {
        if (await db.Set<ScreeningCase>().AsNoTracking().Include(c => c.Hits).SingleOrDefaultAsync(c => c.Id == id && c.State != CaseState.Preparing, cancel) is not { } found) return null;
        var waiting = (await WaitingApprovals([found], cancel)).Count > 0 ? found.Approval : null;
        return new View(
            found.Id, found.Subject, found.Occasion, found.State, found.Holds, found.Lists, ApprovalFact.Read(found.Facts),
            [.. found.Hits.OrderBy(h => h.Number).Select(h => new Hit(h.Number, h.Role, PersonOf(h), FoundOf(h), h.Decision, h.DecidedBy, h.DecidedAt, h.Reason))],
            found.OpenedAt, found.DecidedAt, found.SettledAt, waiting);
    }

    /// <summary>
    /// The person or firm is not the one on the list. It is remembered for this pair until either changes, and holds for every other case
    /// in which the pair waits; a case without an open hit is cleared, and what it held goes on.
    /// </summary>
    public async Task<Outcome<View>> Clear(Guid id, int number, string? reason, Caller caller, CancellationToken cancel)
    {
        // Load.
        var found = await db.Set<ScreeningCase>().Include(c => c.Hits).SingleOrDefaultAsync(c => c.Id == id && c.State != CaseState.Preparing, cancel);
        if (await Problem(found, number, reason, cancel) is { } refusal) return refusal;
        var hit = found!.Find(number)!;
        var same = await db.Set<ScreeningCase>().Include(c => c.Hits)
            .Where(c => c.State == CaseState.Open && c.Id != id && c.Hits.Any(h => h.PersonHash == hit.PersonHash && h.Decision == HitDecision.Open)).ToListAsync(cancel);

        // Decide.
        var touched = new List<ScreeningCase>();
        foreach (var other in same.Prepend(found))
        {
            var alike = other.Hits.Where(h => h.Decision == HitDecision.Open && h.IsSamePair(hit)).ToList();
            if (alike.Count == 0) continue;
            foreach (var one in alike) one.Decide(HitDecision.FalsePositive, caller.Actor, reason!.Trim(), clock.UtcNow());
            other.OnDecided(clock.UtcNow());
            NameScreening.Leave(db, other, other.State == CaseState.Cleared ? "cleared" : "hit-cleared", caller.Actor);
            touched.Add(other);
        }
        await Remember(hit, id, cancel);
        if (!await Saved(cancel)) return Decided;

        // Past this point it goes on: what a crash leaves is carried on by the job.
        foreach (var other in touched) await Settle(other, cancel);
        return (await Find(id, cancel))!;
    }

    async Task<Refusal?> Problem(ScreeningCase? found, int number, string? reason, CancellationToken cancel)
    {
        if (found?.Find(number) is not { } hit) return NotFound;
        if (found.State != CaseState.Open || hit.Decision != HitDecision.Open) return Decided;
        if ((await WaitingApprovals([found], cancel)).Count > 0) return Escalated;
        if (reason?.Trim() is not { Length: > 0 and <= LongestReason } text)
            return new Refusal("case_reason_missing", $"Say why, in 1 to {LongestReason} characters.", "reason", $"{LongestReason}");
        return PlainText.Problem(text, "reason");
    }

    async Task Remember(ScreeningHit hit, Guid caseId, CancellationToken cancel)
    {
        var now = clock.UtcNow();
        if (await db.Set<ClearedPair>().FindAsync([hit.PersonHash, hit.List, hit.Entry], cancel) is { } pair) (pair.EntryHash, pair.CaseId, pair.DecidedAt) = (hit.EntryHash, caseId, now);
        else db.Add(new ClearedPair { PersonHash = hit.PersonHash, List = hit.List, Entry = hit.Entry, EntryHash = hit.EntryHash, CaseId = caseId, DecidedAt = now });
    }

    async Task<bool> Saved(CancellationToken cancel)
    {
        try
        {
            await db.SaveChangesAsync(cancel);
            return true;
        }
        catch (DbUpdateException failure) when (!BackgroundWork.IsOutage(failure))
        {
            // A colleague decided in the same moment.
            db.ChangeTracker.Clear();
            return false;
        }
    }

    /// <summary>The hit is true, one person finds. A second one has to consent; then the act is refused and the customer blocked.</summary>
    public async Task<Outcome<ApprovalView>> Escalate(Guid id, int number, string? reason, Caller caller, CancellationToken cancel)
    {
        var found = await db.Set<ScreeningCase>().Include(c => c.Hits).SingleOrDefaultAsync(c => c.Id == id && c.State != CaseState.Preparing, cancel);
        if (await Problem(found, number, reason, cancel) is { } refusal) return refusal;
        // After a refusal by the second person it can be asked for anew.
        var key = $"{id}/{await db.Set<Approval>().CountAsync(a => a.Subject == found!.Reference, cancel)}";
        if (!(await approvals.Ask(Request(found!, found!.Find(number)!, reason!.Trim()), caller, key, cancel)).Try(out var asked, out refusal)) return refusal;
        found.Escalate(asked.Id);
        NameScreening.Leave(db, found, "escalated", caller.Actor);
        return await Saved(cancel) ? asked : Decided;
    }

    sealed record Content(Guid Case, int Hit, string Reason);

    static ApprovalRequest Request(ScreeningCase found, ScreeningHit hit, string reason)
    {
        var (person, listed) = (PersonOf(hit), FoundOf(hit));
        return new ApprovalRequest(
            ApprovalKinds.ConfirmMatch, found.Reference,
            [
                ApprovalFact.Of(new Bilingual("姓名或名称", "Name"), person.Name),
                ApprovalFact.Of(new Bilingual("名单上的名称", "Listed as"), $"{listed.MatchedName} ({listed.List} {listed.Entry})"),
                ApprovalFact.Of(new Bilingual("得分", "Score"), $"{listed.Score}"),
                ApprovalFact.Of(new Bilingual("理由", "Reason"), reason),
                .. ApprovalFact.Read(found.Facts),
            ],
            JsonSerializer.Serialize(new Content(found.Id, hit.Number, reason)));
    }

    /// <summary>Carries on, or refuses, what decided cases held and a crash left open. The job does it every minute.</summary>
    /// <returns>How many.</returns>
    public async Task<int> FollowUp(CancellationToken cancel)
    {
        var open = await db.Set<ScreeningCase>().Where(c => c.Holds && c.SettledAt == null && (c.State == CaseState.Cleared || c.State == CaseState.Confirmed))
            .OrderBy(c => c.DecidedAt).Select(c => c.Id).Take(1_000).ToListAsync(cancel);
        var broken = await BackgroundWork.Each(open, async id =>
        {
            db.ChangeTracker.Clear();
            await Settle(await db.Set<ScreeningCase>().SingleAsync(c => c.Id == id, cancel), cancel);
        });
        return broken.Count == 0 ? open.Count : throw new AggregateException("Acts that waited for screening could not be carried on.", broken);
    }

    async Task Settle(ScreeningCase decided, CancellationToken cancel)
    {
        if (!decided.Holds || decided.SettledAt is not null || decided.State is not (CaseState.Cleared or CaseState.Confirmed)) return;
        if (acts.FirstOrDefault(act => decided.Subject.StartsWith(act.Prefix, StringComparison.Ordinal)) is { } held)
        {
            if (decided.State == CaseState.Cleared) await held.Continue(decided.Subject, cancel);
            else await held.Refuse(decided.Subject, cancel);
        }
        decided.Settle(clock.UtcNow());
        // Somebody else has done the same meanwhile: then it is done.
        await Saved(cancel);
    }

    /// <summary>Two people agree that it is true: the act is refused and the customer blocked, before anything else is saved.</summary>
    internal sealed class Act(IEnumerable<IHeldAct> acts, IEnumerable<ICustomerBlock> blocks, TimeProvider clock) : IApprovedAct
    {
        public string Kind => ApprovalKinds.ConfirmMatch;

        public async Task<Refusal?> Execute(ApprovedContent approved, CityDb db, CancellationToken cancel)
        {
            var content = JsonSerializer.Deserialize<Content>(approved.Content)!;
            var found = await db.Set<ScreeningCase>().Include(c => c.Hits).SingleAsync(c => c.Id == content.Case, cancel);
            if (found.State != CaseState.Open || found.Find(content.Hit) is not { Decision: HitDecision.Open } hit) return Decided;
            if (hit.Party is { } party)
                foreach (var block in blocks) await block.Block(party, cancel);
            // Who it is does not depend on the payment: every other case with this pair is decided by it too.
            var same = await db.Set<ScreeningCase>().Include(c => c.Hits)
                .Where(c => c.State == CaseState.Open && c.Id != found.Id && c.Hits.Any(h => h.PersonHash == hit.PersonHash && h.Decision == HitDecision.Open)).ToListAsync(cancel);
            foreach (var other in same.Prepend(found))
                if (other.Hits.FirstOrDefault(h => h.Decision == HitDecision.Open && h.IsSamePair(hit)) is { } one) await Confirm(other, one, approved.Maker, content.Reason, db, cancel);
            return null;
        }

        async Task Confirm(ScreeningCase found, ScreeningHit hit, string actor, string reason, CityDb db, CancellationToken cancel)
        {
            if (found.Holds && acts.FirstOrDefault(act => found.Subject.StartsWith(act.Prefix, StringComparison.Ordinal)) is { } held) await held.Refuse(found.Subject, cancel);
            hit.Decide(HitDecision.TrueMatch, actor, reason, clock.UtcNow());
            found.Confirm(clock.UtcNow());
            found.Settle(clock.UtcNow());
            NameScreening.Leave(db, found, "confirmed", actor);
        }
    }
}
