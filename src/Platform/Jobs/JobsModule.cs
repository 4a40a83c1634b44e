using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Pujiang.Platform;

/// <summary>The bank's own spans: use cases, postings, jobs.</summary>
public static class BankActivity
{
    public const string Name = "Pujiang";

    public static ActivitySource Source { get; } = new(Name);
}

/// <summary>What the host needs of jobs.</summary>
public static class JobsModule
{
    public static IServiceCollection AddJobs(this IServiceCollection services)
    {
        services.AddSingleton<ICityTables, JobsTables>();
        services.AddScoped<Calendars>().AddScoped<JobBook>();
        services.AddSingleton<JobRunner>();
        services.AddHostedService(provider => provider.GetRequiredService<JobRunner>());
        services.AddJob<FollowUpApprovals>("approvals", Schedule.Every(TimeSpan.FromMinutes(1), atStart: true));
        services.AddJob<Forget>("retention", Schedule.Daily(new TimeOnly(3, 30)));
        services.AddJob<VerifyLedger>("ledger-verification", Schedule.Daily(new TimeOnly(2, 0)));
        services.AddSingleton<IForgetting, OldAnswers>().AddSingleton<IForgetting, OldRuns>();
        return services;
    }

    /// <summary>Adds a job. Its name needs the text <c>job.{name}</c>.</summary>
    /// <param name="name">Small letters and hyphens.</param>
    public static IServiceCollection AddJob<T>(this IServiceCollection services, string name, Schedule schedule) where T : class, IJobWork =>
        services.AddScoped<T>().AddSingleton(new Job(name, typeof(T), schedule));
}

/// <summary>Requests for approval whose time is over end, and what a crash left approved is carried out.</summary>
sealed class FollowUpApprovals(Approvals approvals) : IJobWork
{
    public async Task Run(JobRun run, CancellationToken cancel)
    {
        var changed = await approvals.FollowUp(cancel);
        run.Report(changed, changed);
    }
}
