using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>Compares every customer and payee with the lists again, once for each new version.</summary>
sealed class ScreenAgain(CityDb db, NameScreening screening, ScreeningLists lists, IEnumerable<IScreenedAgain> sources) : IJobWork
{
    public const string Name = "name-screening";

    const int AtATime = 500;

    public async Task Run(JobRun run, CancellationToken cancel)
    {
        var inForce = await lists.Current(db, cancel);
        if (inForce.IsEmpty || await db.Set<ScreenedUpTo>().AnyAsync(s => s.Generation == inForce.Generation, cancel)) return;
        var all = sources.OrderBy(source => source.What, StringComparer.Ordinal).ToList();
        var total = 0;
        foreach (var source in all) total += await source.Count(db, cancel);
        var (at, after, done) = PositionOf(run.Position, inForce.Generation);
        for (; at < all.Count; (at, after) = (at + 1, Guid.Empty))
            while (await all[at].After(db, after, AtATime, cancel) is { Count: > 0 } some)
            {
                run.Report(done, total, inForce.Words);
                await Screen(some, cancel);
                (after, done) = (some[^1].Id, done + some.Count);
                run.MoveTo(db, $"{inForce.Generation} {at} {after} {done}");
                await db.SaveChangesAsync(cancel);
                db.ChangeTracker.Clear();
            }
        if (await db.Set<ScreenedUpTo>().SingleOrDefaultAsync(cancel) is { } row) row.Generation = inForce.Generation;
        else db.Add(new ScreenedUpTo { Generation = inForce.Generation });
        await db.SaveChangesAsync(cancel);
        run.Report(done, done, inForce.Words);
    }

    async Task Screen(IReadOnlyList<(Guid Id, ScreenedAct Act, ScreenedPerson Person)> some, CancellationToken cancel)
    {
        var outcome = await screening.Look(some.Select(one => one.Person), cancel);
        foreach (var (_, act, person) in some.Where(one => outcome.Findings.Any(finding => finding.Person == one.Person))) await screening.Open(act, person, outcome, cancel);
    }

    /// <summary>Where an interrupted run goes on; a version that came meanwhile begins anew.</summary>
    static (int At, Guid After, int Done) PositionOf(string position, string generation) =>
        position.Split(' ') is [var of, var at, var after, var done] && of == generation
            ? (int.Parse(at, System.Globalization.CultureInfo.InvariantCulture), Guid.Parse(after), int.Parse(done, System.Globalization.CultureInfo.InvariantCulture)) : (0, Guid.Empty, 0);
}

/// <summary>The bank's customers.</summary>
sealed class CustomersAgain : IScreenedAgain
{
    public string What => "customers";

    public Task<int> Count(CityDb db, CancellationToken cancel) => db.Set<Party>().CountAsync(cancel);

    public async Task<IReadOnlyList<(Guid Id, ScreenedAct Act, ScreenedPerson Person)>> After(CityDb db, Guid id, int most, CancellationToken cancel)
    {
        var parties = await db.Set<Party>().AsNoTracking().Where(p => p.Id.CompareTo(id) > 0).OrderBy(p => p.Id).Take(most).ToListAsync(cancel);
        return [.. parties.Select(party => (party.Id, new ScreenedAct(NameScreening.SubjectOf(party.Id), ScreeningOccasion.NewList), ScreenedPerson.Of("customer", party)))];
    }
}

/// <summary>What waited for screening is carried on where a crash left it, and cases of acts that never were held are forgotten.</summary>
sealed class FollowUpScreening(ReviewHits review) : IJobWork
{
    public async Task Run(JobRun run, CancellationToken cancel)
    {
        var done = await review.FollowUp(cancel);
        run.Report(done, done);
    }
}

/// <summary>Cases that were prepared for an act which the ledger never held.</summary>
sealed class OldPreparedCases : IForgetting
{
    public string What => "screening-prepared";

    /// <summary>Longer than any caller goes on trying with the same key.</summary>
    public TimeSpan Kept => TimeSpan.FromDays(30);

    public async Task<int> Delete(CityDb db, DateTime olderThan, int most, CancellationToken cancel)
    {
        var some = await db.Set<ScreeningCase>().Where(c => c.State == CaseState.Preparing && c.OpenedAt < olderThan).Take(most).Select(c => c.Id).ToListAsync(cancel);
        await db.Set<ScreeningHit>().Where(h => some.Contains(h.CaseId)).ExecuteDeleteAsync(cancel);
        return await db.Set<ScreeningCase>().Where(c => some.Contains(c.Id) && c.State == CaseState.Preparing).ExecuteDeleteAsync(cancel);
    }
}
