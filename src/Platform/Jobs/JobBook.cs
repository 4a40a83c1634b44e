using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>A job as the operations page shows it.</summary>
/// <param name="NextAt">UTC; null while it is paused.</param>
/// <param name="RunningOn">The process that runs it now, or null.</param>
/// <param name="Wanted">Somebody has asked for a run that has not begun.</param>
public sealed record JobView(string Name, Bilingual Schedule, DateTime? NextAt, string? RunningOn, bool Paused, string? PausedBy, bool Wanted, JobRunView? Last);

/// <summary>A run.</summary>
/// <param name="Total">0 while it is not known.</param>
/// <param name="StartedBy">Who started it by hand; "schedule" otherwise.</param>
public sealed record JobRunView(
    Guid Id, DateTime DueAt, DateTime StartedAt, DateTime? EndedAt, JobRunState State, long Done, long Total, string Message, string Error, string Node, string StartedBy);

/// <summary>What the jobs are at, and what people do with them.</summary>
public sealed class JobBook(CityDb db, JobRunner runner, Calendars calendars, TimeProvider clock)
{
    static readonly Refusal NotFound = new("job_not_found", "There is no such job.", "job");

    /// <summary>Runs on one page of the history.</summary>
    public const int PageSize = 25;

    public async Task<IReadOnlyList<JobView>> List(CancellationToken cancel)
    {
        var calendar = await calendars.Load(cancel);
        var states = await db.Set<JobState>().AsNoTracking().ToDictionaryAsync(s => s.Name, cancel);
        var views = new List<JobView>();
        foreach (var job in runner.Jobs)
        {
            var last = await db.Set<JobHistory>().AsNoTracking().Where(r => r.Job == job.Name).OrderByDescending(r => r.StartedAt).FirstOrDefaultAsync(cancel);
            views.Add(ViewOf(job, states.GetValueOrDefault(job.Name), last, calendar));
        }
        return views;
    }

    public async Task<JobView?> Find(string name, CancellationToken cancel) => (await List(cancel)).FirstOrDefault(job => job.Name == name);

    JobView ViewOf(Job job, JobState? state, JobHistory? last, BusinessCalendar calendar)
    {
        var now = clock.UtcNow();
        var next = job.Schedule.After(state?.CaughtUpTo ?? now, calendar);
        if (state?.RetryAt is { } retry && retry < next) next = retry;
        var running = state?.LeaseUntil > now ? state.Holder : null;
        return new(job.Name, job.Schedule.Words, state?.PausedBy is null ? next : null, running, state?.PausedBy is not null, state?.PausedBy,
            state?.WantedBy is not null, last is null ? null : ViewOf(last));
    }

    static JobRunView ViewOf(JobHistory r) =>
        new(r.Id, r.DueAt, r.StartedAt, r.EndedAt, r.State, r.Done, r.Total, r.Message, r.Error, r.Node, r.StartedBy);

    /// <summary>Runs of a job, the newest first.</summary>
    /// <param name="page">From 1.</param>
    public async Task<(IReadOnlyList<JobRunView> Runs, int Pages)> History(string job, int page, CancellationToken cancel)
    {
        var runs = db.Set<JobHistory>().AsNoTracking().Where(r => r.Job == job);
        var pages = Math.Max(1, (await runs.CountAsync(cancel) + PageSize - 1) / PageSize);
        var rows = await runs.OrderByDescending(r => r.StartedAt).Skip((Math.Clamp(page, 1, pages) - 1) * PageSize).Take(PageSize).ToListAsync(cancel);
        return ([.. rows.Select(ViewOf)], pages);
    }

    /// <summary>Runs it as soon as nobody else does, also while it is paused.</summary>
    public async Task<Refusal?> RunNow(string job, Caller caller, CancellationToken cancel)
    {
        if (await Change(job, set => set.SetProperty(s => s.WantedBy, caller.Actor), cancel) is { } refusal) return refusal;
        runner.Wake(job);
        return null;
    }

    /// <summary>Not run by schedule until it is resumed. A run that is under way goes on.</summary>
    public Task<Refusal?> Pause(string job, Caller caller, CancellationToken cancel) =>
        Change(job, set => set.SetProperty(s => s.PausedBy, caller.Actor), cancel);

    /// <summary>By schedule again. What was missed meanwhile is made up for once.</summary>
    public async Task<Refusal?> Resume(string job, CancellationToken cancel)
    {
        if (await Change(job, set => set.SetProperty(s => s.PausedBy, (string?)null), cancel) is { } refusal) return refusal;
        runner.Wake(job);
        return null;
    }

    async Task<Refusal?> Change(string job, Action<Microsoft.EntityFrameworkCore.Query.UpdateSettersBuilder<JobState>> change, CancellationToken cancel)
    {
        if (runner.Jobs.All(known => known.Name != job)) return NotFound;
        return await db.Set<JobState>().Where(s => s.Name == job).ExecuteUpdateAsync(change, cancel) == 1 ? null : NotFound;
    }
}
