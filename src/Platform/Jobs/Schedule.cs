using System.Globalization;
using Quartz;

namespace Pujiang.Platform;

/// <summary>When a job runs: at an interval, or at times of the bank's day, on all days or on business days.</summary>
public sealed class Schedule
{
    static readonly TimeZoneInfo Bank = TimeZoneInfo.CreateCustomTimeZone("bank", TimeSpan.FromHours(8), "bank", "bank");

    readonly CronExpression? _cron;

    Schedule(CronExpression? cron, TimeSpan? interval, bool businessDays, Bilingual words) =>
        (_cron, Interval, OnBusinessDays, Words) = (cron, interval, businessDays, words);

    public TimeSpan? Interval { get; }
    public bool OnBusinessDays { get; }

    /// <summary>Once at the start of each process too: for work that also heals what a crash left open.</summary>
    public bool AtStart { get; private init; }

    /// <summary>For people.</summary>
    public Bilingual Words { get; }

    /// <summary>Again so long after it last began.</summary>
    /// <param name="interval">Whole minutes, at least one.</param>
    public static Schedule Every(TimeSpan interval, bool atStart = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.FromMinutes(1));
        var minutes = (long)interval.TotalMinutes;
        return new(null, interval, false, minutes == 1 ? new("每分钟", "every minute") : new($"每 {minutes} 分钟", $"every {minutes} minutes")) { AtStart = atStart };
    }

    /// <summary>Every day at this time of the bank's day.</summary>
    public static Schedule Daily(TimeOnly at) => new(Cron($"0 {at.Minute} {at.Hour} * * ?"), null, false, new($"每天 {Text(at)}", $"every day at {Text(at)}"));

    /// <summary>On business days at this time.</summary>
    public static Schedule BusinessDays(TimeOnly at) => new(Cron($"0 {at.Minute} {at.Hour} * * ?"), null, true, new($"工作日 {Text(at)}", $"business days at {Text(at)}"));

    /// <summary>By a cron expression of Quartz in the bank's time: "0 30 8 ? * MON". On business days a time that falls on another day is left out.</summary>
    /// <exception cref="FormatException">It is no such expression.</exception>
    public static Schedule By(string expression, Bilingual words, bool onBusinessDays = false) => new(Cron(expression), null, onBusinessDays, words);

    static CronExpression Cron(string expression) => new(expression, Bank);

    static string Text(TimeOnly at) => at.ToString("HH:mm", CultureInfo.InvariantCulture);

    /// <summary>The first time after this moment.</summary>
    /// <exception cref="InvalidOperationException">There is none: the expression names days that never come.</exception>
    public DateTime After(DateTime utc, BusinessCalendar calendar)
    {
        if (Interval is { } interval) return utc + interval;
        while (true)
        {
            var next = _cron!.GetNextValidTimeAfter(new DateTimeOffset(utc, TimeSpan.Zero)) ?? throw new InvalidOperationException($"'{_cron}' never comes.");
            utc = next.UtcDateTime;
            if (!OnBusinessDays || calendar.IsBusinessDay(BankTime.DateOf(utc))) return utc;
        }
    }
}
