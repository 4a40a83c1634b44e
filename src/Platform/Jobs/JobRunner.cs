using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pujiang.Ledger;

namespace Pujiang.Platform;

/// <summary>
/// Runs the jobs when they are due, each in one process of the bank at a time. What was missed while no process ran is made up
/// for once; what was interrupted goes on where it noted its position.
/// </summary>
public sealed partial class JobRunner(
    IEnumerable<Job> jobs, IServiceScopeFactory scopes, PlatformOptions options, TimeProvider clock, NewId ids, BackgroundWork work, ILogger<JobRunner> log)
    : BackgroundService
{
    /// <summary>For so long nobody else runs the job after its process was last heard of.</summary>
    internal static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(2), Poll = TimeSpan.FromSeconds(10), FirstRetry = TimeSpan.FromMinutes(1), LongestRetry = TimeSpan.FromHours(1);

    /// <summary>Two processes have different data folders or machines; the same one is itself again after a restart.</summary>
    readonly string _node = $"{Environment.MachineName}/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(options.DataFolder))))[..8]}";
    readonly Dictionary<string, Waking> _jobs = jobs.ToDictionary(job => job.Name, job => new Waking(job), StringComparer.Ordinal);

    public IReadOnlyList<Job> Jobs { get; } = [.. jobs.OrderBy(job => job.Name, StringComparer.Ordinal)];

    /// <summary>Makes this process look at once whether a job is wanted.</summary>
    public void Wake(string job) => _jobs[job].Wake();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken) =>
        await Task.WhenAll(_jobs.Values.Select(job => Keep(job, stoppingToken)));

    async Task Keep(Waking job, CancellationToken stopping)
    {
        while (true)
        {
            var pause = Poll;
            try
            {
                var next = await RunIfDue(job, stopping);
                if (next - clock.UtcNow() is var left && left < pause) pause = left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
            catch (Exception failure) when (failure is not (OperationCanceledException or LedgerStoppedException))
            {
                // The database is away, or the job could not even be noted. What is due stays due.
                work.Failed(job.Job.Name, failure);
                NotRun(log, job.Job.Name, failure);
            }
            await job.Sleep(pause, clock, stopping);
        }
    }

    /// <summary>Runs a job now if it is due or wanted and nobody else runs it.</summary>
    /// <returns>UTC at which to look again.</returns>
    public Task<DateTime> RunIfDue(string job, CancellationToken cancel) => RunIfDue(_jobs[job], cancel);

    async Task<DateTime> RunIfDue(Waking job, CancellationToken cancel)
    {
        var now = clock.UtcNow();
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CityDb>();
        var state = await StateOf(job.Job, db, now, cancel);
        var calendar = await scope.ServiceProvider.GetRequiredService<Calendars>().Load(cancel);
        var due = DueAt(job, state, now, calendar);
        if (due > now) return due;
        // A lease of this very process that it does not know of is of its last life: nobody works under it any more.
        if ((state.LeaseUntil > now && state.Holder != _node) || !job.Enter()) return now + Poll;
        try
        {
            if (await Take(job.Job, state, due, now, db, cancel) is { } run) await Run(job, state, run, cancel);
        }
        finally
        {
            job.Leave();
        }
        return clock.UtcNow();
    }

    /// <summary>The row of the job; a job that is new misses nothing.</summary>
    static async Task<JobState> StateOf(Job job, CityDb db, DateTime now, CancellationToken cancel)
    {
        while (true)
        {
            if (await db.Set<JobState>().AsNoTracking().SingleOrDefaultAsync(s => s.Name == job.Name, cancel) is { } state) return state;
            try
            {
                db.Add(new JobState { Name = job.Name, CaughtUpTo = now });
                await db.SaveChangesAsync(cancel);
            }
            catch (DbUpdateException failure) when (!BackgroundWork.IsOutage(failure))
            {
                // Another process has just noted it.
            }
            db.ChangeTracker.Clear();
        }
    }

    static DateTime DueAt(Waking job, JobState state, DateTime now, BusinessCalendar calendar)
    {
        if (state.WantedBy is not null) return now;
        if (state.PausedBy is not null) return DateTime.MaxValue;
        // A run that was interrupted goes on; one that failed is tried again; and some begin with the process.
        if (state.RunId is not null || (job.Job.Schedule.AtStart && !job.HasRun)) return now;
        var regular = job.Job.Schedule.After(state.CaughtUpTo, calendar);
        return state.RetryAt is { } retry && retry < regular ? retry : regular;
    }

    sealed record Taken(long Fence, Guid Id, string Position);

    /// <summary>Takes the lease, which one process alone can, and begins the run's history. Null when another was faster.</summary>
    async Task<Taken?> Take(Job job, JobState seen, DateTime due, DateTime now, CityDb db, CancellationToken cancel)
    {
        var (id, fence) = (ids.Next(), seen.Fence + 1);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var taken = await db.Set<JobState>().Where(s => s.Name == job.Name && s.Fence == seen.Fence).ExecuteUpdateAsync(set => set
            .SetProperty(s => s.Fence, fence).SetProperty(s => s.Holder, _node).SetProperty(s => s.LeaseUntil, now + Lease)
            .SetProperty(s => s.RunId, id).SetProperty(s => s.WantedBy, (string?)null), cancel);
        if (taken == 0) return null;
        if (seen.RunId is { } left)
            await db.Set<JobHistory>().Where(r => r.Id == left && r.State == JobRunState.Running).ExecuteUpdateAsync(set => set
                .SetProperty(r => r.State, JobRunState.Interrupted).SetProperty(r => r.EndedAt, now), cancel);
        db.Add(new JobHistory { Id = id, Job = job.Name, DueAt = due, StartedAt = now, State = JobRunState.Running, Node = _node, StartedBy = seen.WantedBy ?? "schedule" });
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return new Taken(fence, id, seen.Position);
    }

    async Task Run(Waking job, JobState before, Taken taken, CancellationToken cancel)
    {
        job.HasRun = true;
        var run = new JobRun(job.Job.Name, taken.Fence, taken.Position);
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(lost.Token);
        var beating = Beat(run, taken, lost, done.Token);
        Exception? failure = null;
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            using var activity = BankActivity.Source.StartActivity($"job {job.Job.Name}");
            await ((IJobWork)scope.ServiceProvider.GetRequiredService(job.Job.Work)).Run(run, lost.Token);
        }
        catch (Exception broken) when (broken is not LedgerStoppedException && !cancel.IsCancellationRequested)
        {
            failure = broken;
        }
        await done.CancelAsync();
        await beating;
        await End(job.Job, before, run, taken, failure, cancel);
    }

    /// <summary>Keeps the lease and shows the progress, until the run is over or the lease is lost.</summary>
    async Task Beat(JobRun run, Taken taken, CancellationTokenSource lost, CancellationToken done)
    {
        while (true)
            try
            {
                await Task.Delay(Heartbeat, clock, done);
                await using var scope = scopes.CreateAsyncScope();
                var db = scope.ServiceProvider.GetRequiredService<CityDb>();
                var until = clock.UtcNow() + Lease;
                var mine = await db.Set<JobState>().Where(s => s.Name == run.Name && s.Fence == taken.Fence)
                    .ExecuteUpdateAsync(set => set.SetProperty(s => s.LeaseUntil, until), done);
                if (mine == 0)
                {
                    await lost.CancelAsync();
                    return;
                }
                await Show(db, run, taken.Id, done);
            }
            catch (OperationCanceledException) when (done.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (BackgroundWork.IsOutage(failure))
            {
                // The run itself will find the database away, or it is back at the next beat.
            }
    }

    static Task<int> Show(CityDb db, JobRun run, Guid id, CancellationToken cancel)
    {
        var (done, total, message) = (run.Done, run.Total, run.Message);
        return db.Set<JobHistory>().Where(r => r.Id == id).ExecuteUpdateAsync(set => set
            .SetProperty(r => r.Done, done).SetProperty(r => r.Total, total).SetProperty(r => r.Message, message), cancel);
    }

    async Task End(Job job, JobState before, JobRun run, Taken taken, Exception? failure, CancellationToken cancel)
    {
        var now = clock.UtcNow();
        var failures = failure is null ? 0 : before.Failures + 1;
        DateTime? retry = failure is null ? null : now + TimeSpan.FromMinutes(Math.Min(LongestRetry.TotalMinutes, FirstRetry.TotalMinutes * Math.Pow(2, Math.Min(failures - 1, 10))));
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CityDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var position = failure is null ? "" : run.Position;
        var mine = await db.Set<JobState>().Where(s => s.Name == job.Name && s.Fence == taken.Fence).ExecuteUpdateAsync(set => set
            .SetProperty(s => s.LeaseUntil, (DateTime?)null).SetProperty(s => s.RunId, (Guid?)null).SetProperty(s => s.Position, position)
            .SetProperty(s => s.CaughtUpTo, now).SetProperty(s => s.Failures, failures).SetProperty(s => s.RetryAt, retry), cancel);
        var state = mine == 0 ? JobRunState.Interrupted : failure is null ? JobRunState.Succeeded : JobRunState.Failed;
        await Show(db, run, taken.Id, cancel);
        var error = failure is null ? "" : Words(failure);
        await db.Set<JobHistory>().Where(r => r.Id == taken.Id && r.State == JobRunState.Running).ExecuteUpdateAsync(set => set
            .SetProperty(r => r.State, state).SetProperty(r => r.EndedAt, now).SetProperty(r => r.Error, error), cancel);
        // Of runs that found nothing to do, the last is enough: a job of every minute would fill the table with them.
        if (state == JobRunState.Succeeded && run.Done == 0)
            await db.Set<JobHistory>().Where(r => r.Job == job.Name && r.State == JobRunState.Succeeded && r.Done == 0 && r.Id != taken.Id).ExecuteDeleteAsync(cancel);
        await transaction.CommitAsync(cancel);
        Tell(job.Name, state, failure);
    }

    void Tell(string job, JobRunState state, Exception? failure)
    {
        if (state == JobRunState.Succeeded) work.Succeeded(job);
        if (state != JobRunState.Failed) return;
        work.Failed(job, failure!);
        NotRun(log, job, failure!);
    }

    /// <summary>Only what a job says for people is kept in words; of anything else its kind, for a message may hold data of persons.</summary>
    static string Words(Exception failure) =>
        (failure is JobFailedException ? failure.Message : failure.GetType().Name) is var text && text.Length > JobHistory.LongestText ? text[..JobHistory.LongestText] : text;

    [LoggerMessage(LogLevel.Error, "The job {Job} failed; it is tried again.")]
    static partial void NotRun(ILogger log, string job, Exception failure);

    /// <summary>A job as this process knows it: it can be woken.</summary>
    sealed class Waking(Job job)
    {
        int _running;
        volatile TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Job Job => job;

        /// <summary>In this process, since it began.</summary>
        public bool HasRun { get; set; }

        /// <summary>False when this process runs it already.</summary>
        public bool Enter() => Interlocked.CompareExchange(ref _running, 1, 0) == 0;

        public void Leave() => Volatile.Write(ref _running, 0);

        public void Wake() => _woken.TrySetResult();

        public async Task Sleep(TimeSpan pause, TimeProvider clock, CancellationToken stopping)
        {
            using var rest = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            await Task.WhenAny(Task.Delay(pause, clock, rest.Token), _woken.Task);
            await rest.CancelAsync();
            stopping.ThrowIfCancellationRequested();
            if (_woken.Task.IsCompleted) _woken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
