using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>Something that is kept for a time only. Each part of the bank adds what it keeps to the container (singleton).</summary>
public interface IForgetting
{
    /// <summary>What is forgotten, in small letters and hyphens: "idempotency-answers".</summary>
    string What { get; }

    /// <summary>For how long it is kept.</summary>
    TimeSpan Kept { get; }

    /// <summary>Deletes what is older than a moment, a limited number of rows at a time.</summary>
    /// <param name="most">At most so many rows.</param>
    /// <returns>How many were deleted; fewer than <paramref name="most"/> when no more is left.</returns>
    Task<int> Delete(CityDb db, DateTime olderThan, int most, CancellationToken cancel);
}

/// <summary>Deletes what need not be kept any longer.</summary>
sealed class Forget(IEnumerable<IForgetting> kinds, CityDb db, TimeProvider clock) : IJobWork
{
    const int RowsAtATime = 1_000;

    public async Task Run(JobRun run, CancellationToken cancel)
    {
        var (deleted, kind) = (0L, 0);
        var all = kinds.OrderBy(k => k.What, StringComparer.Ordinal).ToList();
        foreach (var what in all)
        {
            run.Report(kind++, all.Count, what.What);
            int some;
            // In small parts, so that nobody waits long for the tables.
            do deleted += some = await what.Delete(db, clock.UtcNow() - what.Kept, RowsAtATime, cancel);
            while (some == RowsAtATime);
        }
        run.Report(all.Count, all.Count, $"{deleted} rows");
    }
}

/// <summary>Answers that are given again for the same idempotency key.</summary>
sealed class OldAnswers : IForgetting
{
    public string What => "idempotency-answers";

    /// <summary>Longer than any caller goes on trying.</summary>
    public TimeSpan Kept => TimeSpan.FromDays(30);

    public Task<int> Delete(CityDb db, DateTime olderThan, int most, CancellationToken cancel) =>
        db.Set<StoredAnswer>().Where(a => db.Set<StoredAnswer>().Where(old => old.StoredAt < olderThan).OrderBy(old => old.StoredAt).Take(most)
            .Any(old => old.Caller == a.Caller && old.Key == a.Key)).ExecuteDeleteAsync(cancel);
}

/// <summary>Runs of jobs.</summary>
sealed class OldRuns : IForgetting
{
    public string What => "job-runs";

    /// <summary>So that this month can be compared with the same of last year.</summary>
    public TimeSpan Kept => TimeSpan.FromDays(400);

    public Task<int> Delete(CityDb db, DateTime olderThan, int most, CancellationToken cancel) =>
        db.Set<JobHistory>().Where(r => db.Set<JobHistory>().Where(old => old.EndedAt < olderThan).OrderBy(old => old.EndedAt).Take(most).Select(old => old.Id).Contains(r.Id))
            .ExecuteDeleteAsync(cancel);
}
