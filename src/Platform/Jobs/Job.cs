namespace Pujiang.Platform;

/// <summary>Work that no caller waits for. Made anew, in a scope of its own, for each run.</summary>
public interface IJobWork
{
    /// <summary>
    /// Does it, from <see cref="JobRun.Position"/> on. It may be stopped at any point and is then run again: what it does must be
    /// safe to repeat, and long work notes its position in the transaction of each part.
    /// </summary>
    /// <exception cref="JobFailedException">It can't be done; the message is shown to the bank's staff, so it names no person.</exception>
    Task Run(JobRun run, CancellationToken cancel);
}

/// <summary>A job with its schedule.</summary>
/// <param name="Name">Small letters and hyphens; key of its texts: <c>job.{Name}</c>.</param>
/// <param name="Work">An <see cref="IJobWork"/>.</param>
public sealed record Job(string Name, Type Work, Schedule Schedule);

/// <summary>A run tells how far it is, and where it would go on.</summary>
public sealed class JobRun
{
    readonly long _fence;

    internal JobRun(string name, long fence, string position) => (Name, _fence, Position) = (name, fence, position);

    public string Name { get; }

    /// <summary>Where the last run that did not finish stopped, in the work's own words; empty at the beginning.</summary>
    public string Position { get; private set; }

    public long Done { get; private set; }

    /// <summary>0 while it is not known.</summary>
    public long Total { get; private set; }

    /// <summary>What it is at, or what came of it. Never a name or a number of a person: it is shown to staff and kept.</summary>
    public string Message { get; private set; } = "";

    /// <summary>Notes progress. It is shown within seconds, and not saved with anything.</summary>
    public void Report(long done, long total, string message = "")
    {
        (Done, Total) = (done, total);
        if (message.Length > 0) Message = message.Length <= JobHistory.LongestText ? message : message[..JobHistory.LongestText];
    }

    /// <summary>
    /// Notes the place from which a next run would go on, saved with whatever else <paramref name="db"/> saves. When another
    /// process has taken this job over meanwhile, that save throws and nothing of it is kept.
    /// </summary>
    public void MoveTo(CityDb db, string position)
    {
        var state = db.Set<JobState>().Local.FirstOrDefault(s => s.Name == Name);
        if (state is null) db.Attach(state = new JobState { Name = Name, Fence = _fence });
        state.Position = Position = position;
        db.Entry(state).Property(s => s.Position).IsModified = true;
    }
}

/// <summary>A job can't be done. Waiting heals it or a person must; it is tried again later and later.</summary>
public sealed class JobFailedException : Exception
{
    public JobFailedException() { }
    public JobFailedException(string message) : base(message) { }
    public JobFailedException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>How a run ended.</summary>
public enum JobRunState
{
    Running = 1,
    Succeeded = 2,
    Failed = 3,

    /// <summary>The process ended, or another one took over.</summary>
    Interrupted = 4,
}

/// <summary>What a job is at, for all processes of the bank. One row for each job.</summary>
/// <remarks>
/// Whoever sets <see cref="LeaseUntil"/> first runs the job, and raises the fence. All that a run saves names its fence, so a run
/// that lost its lease without noticing can't save any more.
/// </remarks>
sealed class JobState
{
    public string Name { get; init; } = "";

    /// <summary>Rises with each run. Concurrency token.</summary>
    public long Fence { get; init; }

    /// <summary>The process that runs it.</summary>
    public string Holder { get; set; } = "";

    /// <summary>UTC; null while nobody runs it.</summary>
    public DateTime? LeaseUntil { get; set; }

    /// <summary>The run that holds the lease, or was interrupted.</summary>
    public Guid? RunId { get; set; }

    public string Position { get; set; } = "";

    /// <summary>UTC of the schedule up to which nothing is missed.</summary>
    public DateTime CaughtUpTo { get; set; }

    /// <summary>Runs that failed since the last that did not.</summary>
    public int Failures { get; set; }

    /// <summary>UTC of the next try after a failure.</summary>
    public DateTime? RetryAt { get; set; }

    /// <summary>Who paused it; null when it is not paused.</summary>
    public string? PausedBy { get; set; }

    /// <summary>Who wants it to run now; null for nobody.</summary>
    public string? WantedBy { get; set; }
}

/// <summary>A run, for people to look at.</summary>
sealed class JobHistory
{
    /// <summary>Characters of a message or an error.</summary>
    public const int LongestText = 500;

    public Guid Id { get; init; }
    public string Job { get; init; } = "";

    /// <summary>UTC at which it was due.</summary>
    public DateTime DueAt { get; init; }
    public DateTime StartedAt { get; init; }
    public DateTime? EndedAt { get; set; }
    public JobRunState State { get; set; }
    public long Done { get; set; }
    public long Total { get; set; }
    public string Message { get; set; } = "";
    public string Error { get; set; } = "";
    public string Node { get; init; } = "";

    /// <summary>Who started it by hand; "schedule" otherwise.</summary>
    public string StartedBy { get; init; } = "";
}

/// <summary>The tables of jobs and of the calendar.</summary>
sealed class JobsTables : ICityTables
{
    public string Schema => "jobs";

    public void Configure(TableModel model)
    {
        var state = model.Entity<JobState>("job");
        state.HasKey(s => s.Name);
        state.Property(s => s.Name).HasMaxLength(64);
        state.Property(s => s.Fence).IsConcurrencyToken();
        state.Property(s => s.Holder).HasMaxLength(128);
        state.Property(s => s.Position).HasMaxLength(500);
        state.Property(s => s.PausedBy).HasMaxLength(64);
        state.Property(s => s.WantedBy).HasMaxLength(64);

        var run = model.Entity<JobHistory>("run");
        run.Property(r => r.Id).ValueGeneratedNever();
        run.Property(r => r.Job).HasMaxLength(64);
        run.Property(r => r.Message).HasMaxLength(JobHistory.LongestText);
        run.Property(r => r.Error).HasMaxLength(JobHistory.LongestText);
        run.Property(r => r.Node).HasMaxLength(128);
        run.Property(r => r.StartedBy).HasMaxLength(64);
        run.HasIndex(r => new { r.Job, r.StartedAt });
        run.HasIndex(r => r.EndedAt);

        var year = model.Entity<ImportedYear>("calendar_year");
        year.HasKey(y => y.Year);
        year.Property(y => y.Year).ValueGeneratedNever();
        year.Property(y => y.Actor).HasMaxLength(64);
    }
}
