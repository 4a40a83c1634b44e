using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>Compares names with the lists in force, and opens a case where somebody has to look.</summary>
public sealed class NameScreening(CityDb db, ScreeningLists lists, PersonalData personalData, PlatformOptions platform, TimeProvider clock)
{
    /// <summary>Hits of one name that are kept: a name with more is so common that the rest says nothing new.</summary>
    const int MostHits = 25;

    /// <summary>The hits of one name that nobody has found to be none yet, the best first.</summary>
    internal sealed record Finding(ScreenedPerson Person, string Hash, IReadOnlyList<(NameHit Hit, string EntryHash)> Hits);

    /// <summary>What came of comparing the names of some acts.</summary>
    /// <param name="Lists">With what they were compared.</param>
    public sealed record Looked(string Lists, string Generation)
    {
        internal IReadOnlyList<Finding> Findings { get; init; } = [];

        /// <summary>The findings of these names, in no order.</summary>
        internal IEnumerable<Finding> Of(IEnumerable<ScreenedPerson> persons) => Findings.Where(finding => persons.Contains(finding.Person));
    }

    ScreeningOptions Options => platform.Screening;

    /// <summary>False while no list was imported: then no name need be read for it.</summary>
    public async Task<bool> HasLists(CancellationToken cancel) => !(await lists.Current(db, cancel)).IsEmpty;

    /// <summary>Compares names; each is asked once, however often it is among them.</summary>
    public async Task<Looked> Look(IEnumerable<ScreenedPerson> persons, CancellationToken cancel)
    {
        var inForce = await lists.Current(db, cancel);
        var outcome = new Looked(inForce.Words, inForce.Generation);
        if (inForce.IsEmpty) return outcome;
        var asked = persons.Distinct().ToList();
        var found = asked.Zip(inForce.Find(asked.Select(person => person.Query))).Where(pair => pair.Second.Count > 0)
            .Select(pair => new Finding(pair.First, HashOf(pair.First), [.. pair.Second.Take(MostHits).Select(hit => (hit, hit.Entry.ContentHash()))])).ToList();
        return outcome with { Findings = await WithoutCleared(found, cancel) };
    }

    /// <summary>Who it is and how it is written: when any of it changes, what was decided holds no longer.</summary>
    string HashOf(ScreenedPerson person) =>
        personalData.Hash("screened", $"{person.Identity}\u001f{person.Query.Name.Trim()}\u001f{person.Query.BirthDate:O}");

    async Task<IReadOnlyList<Finding>> WithoutCleared(List<Finding> found, CancellationToken cancel)
    {
        if (found.Count == 0) return [];
        var cleared = new HashSet<(string, string, string, string)>();
        foreach (var some in found.Select(finding => finding.Hash).Distinct().Chunk(500))
            foreach (var pair in await db.Set<ClearedPair>().AsNoTracking().Where(p => some.Contains(p.PersonHash)).ToListAsync(cancel))
                cleared.Add((pair.PersonHash, pair.List, pair.Entry, pair.EntryHash));
        return
        [
            .. found.Select(finding => finding with { Hits = [.. finding.Hits.Where(hit => !cleared.Contains((finding.Hash, hit.Hit.Entry.List, hit.Hit.Entry.Id, hit.EntryHash)))] })
                .Where(finding => finding.Hits.Count > 0),
        ];
    }

    /// <summary>Whether an act with these names has to wait.</summary>
    public bool MustHold(Looked outcome, IEnumerable<ScreenedPerson> persons) =>
        outcome.Of(persons).Any(finding => finding.Hits.Any(hit => hit.Hit.Grade >= Options.HoldFrom));

    /// <summary>
    /// Opens a case for an act that is about to be held in the ledger. It is shown to nobody before the ledger holds the act
    /// (<see cref="OnHeld"/>), so a crash in between leaves nothing that anybody waits for. Nothing is saved here.
    /// </summary>
    public async Task Prepare(ScreenedAct act, IReadOnlyList<ScreenedPerson> persons, Looked outcome, CancellationToken cancel)
    {
        var id = NameBasedId.From("platform", "screening-case", act.Subject);
        if (await db.Set<ScreeningCase>().Include(c => c.Hits).SingleOrDefaultAsync(c => c.Id == id, cancel) is { } earlier)
        {
            if (earlier.State != CaseState.Preparing) return;
            // From a try that a crash ended: the lists may be others by now.
            db.RemoveRange(earlier.Hits);
            db.Remove(earlier);
            await db.SaveChangesAsync(cancel);
        }
        Add(ScreeningCase.Open(id, act, outcome.Lists, holds: true, prepared: true, clock.UtcNow()), outcome.Of(persons), Options.HoldFrom);
    }

    /// <summary>Opens a case for a customer or payee, where a hit asks for it, in the caller's transaction. Nothing is saved here.</summary>
    public async Task Open(ScreenedAct act, ScreenedPerson person, Looked outcome, CancellationToken cancel)
    {
        var findings = outcome.Of([person]).Where(finding => finding.Hits.Any(hit => hit.Hit.Grade >= Options.ReviewFrom)).ToList();
        if (findings.Count == 0) return;
        // The same person against the same lists is one case, however often a job begins anew.
        var id = NameBasedId.From("platform", "screening-case", act.Subject, outcome.Generation, findings[0].Hash);
        if (await db.Set<ScreeningCase>().AnyAsync(c => c.Id == id, cancel) || await IsInReview(findings, act.Subject, cancel)) return;
        // A customer waits for an account; of a payee nothing does, since a payment to one will.
        var holds = person.Party is not null && findings.Any(finding => finding.Hits.Any(hit => hit.Hit.Grade >= Options.HoldFrom));
        var opened = ScreeningCase.Open(id, act, outcome.Lists, holds, prepared: false, clock.UtcNow());
        Add(opened, findings, Options.ReviewFrom);
        Leave(db, opened, "opened", "bank");
    }

    /// <summary>All of it stands in an open case of the same subject already, from an earlier version of the lists.</summary>
    async Task<bool> IsInReview(List<Finding> findings, string subject, CancellationToken cancel)
    {
        var open = await db.Set<ScreeningCase>().AsNoTracking().Include(c => c.Hits).Where(c => c.Subject == subject && c.State == CaseState.Open).ToListAsync(cancel);
        var known = open.SelectMany(c => c.Hits).Select(h => (h.PersonHash, h.List, h.Entry, h.EntryHash)).ToHashSet();
        return findings.All(finding => finding.Hits.Where(hit => hit.Hit.Grade >= Options.ReviewFrom)
            .All(hit => known.Contains((finding.Hash, hit.Hit.Entry.List, hit.Hit.Entry.Id, hit.EntryHash))));
    }

    void Add(ScreeningCase opened, IEnumerable<Finding> findings, HitGrade from)
    {
        var number = 0;
        foreach (var finding in findings)
            foreach (var (hit, entryHash) in finding.Hits.Where(hit => hit.Hit.Grade >= from))
                opened.Add(ScreeningHit.Of(opened.Id, ++number, finding.Person, finding.Hash, hit, entryHash));
        db.Add(opened);
    }

    /// <summary>The ledger holds these acts: their cases can be decided. Changes tracked entities of the caller, who saves.</summary>
    public static async Task OnHeld(CityDb db, IReadOnlyCollection<string> subjects, CancellationToken cancel)
    {
        var ids = subjects.Select(subject => NameBasedId.From("platform", "screening-case", subject)).ToList();
        foreach (var opened in await db.Set<ScreeningCase>().Where(c => ids.Contains(c.Id)).ToListAsync(cancel))
            if (opened.OnHeld()) Leave(db, opened, "opened", "bank");
    }

    internal static void Leave(CityDb db, ScreeningCase about, string what, string actor)
    {
        db.Record("screening", about.Reference, System.Text.Json.JsonSerializer.Serialize(new { what, @case = about.Id, about.Subject, about.State, about.Version, about.Lists, actor }));
        db.Audit($"screening/{what}", about.Reference, actor);
    }

    /// <summary>Whether the bank may take this customer on: nothing about the party waits for review or was found to be true.</summary>
    public async Task<CustomerStanding> StandingOf(Guid party, CancellationToken cancel)
    {
        var subject = SubjectOf(party);
        var states = await db.Set<ScreeningCase>().Where(c => c.Subject == subject && c.Holds).Select(c => c.State).ToListAsync(cancel);
        var isListed = states.Contains(CaseState.Confirmed)
            || await db.Set<ScreeningHit>().AnyAsync(h => h.Party == party && h.Decision == HitDecision.TrueMatch, cancel);
        return isListed ? CustomerStanding.Listed : states.Contains(CaseState.Open) ? CustomerStanding.InReview : CustomerStanding.Clear;
    }

    /// <summary>How cases name a customer.</summary>
    public static string SubjectOf(Guid party) => $"platform/party/{party}";
}

/// <summary>What screening says of a customer.</summary>
public enum CustomerStanding
{
    Clear = 1,

    /// <summary>Compliance has to look at a hit first.</summary>
    InReview = 2,

    /// <summary>Two people found that this is who a list names.</summary>
    Listed = 3,
}
