using System.Globalization;

namespace Pujiang.Platform;

/// <summary>The bank's day: China Standard Time, UTC+8 all year, so no time-zone database is needed.</summary>
public static class BankTime
{
    static readonly TimeSpan Offset = TimeSpan.FromHours(8);

    /// <summary>The business date now.</summary>
    public static DateOnly Today(this TimeProvider clock) => DateOf(clock.UtcNow());

    /// <summary>Now in UTC, in whole microseconds: what both databases store without loss.</summary>
    public static DateTime UtcNow(this TimeProvider clock)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    /// <summary>The business date on which a UTC instant falls.</summary>
    public static DateOnly DateOf(DateTime utc) => DateOnly.FromDateTime(utc + Offset);

    /// <summary>The UTC instant at which a business date begins.</summary>
    public static DateTime StartOf(DateOnly date) =>
        DateTime.SpecifyKind(date.ToDateTime(TimeOnly.MinValue) - Offset, DateTimeKind.Utc);

    /// <summary>The instant with the bank's offset, for messages and receipts.</summary>
    public static DateTimeOffset Local(DateTime utc) => new DateTimeOffset(utc, TimeSpan.Zero).ToOffset(Offset);

    /// <summary>"2026-11-23 18:05", bank time.</summary>
    public static string Text(DateTime utc) => Local(utc).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
