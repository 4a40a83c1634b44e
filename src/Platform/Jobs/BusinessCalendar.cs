using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>The holidays (节假日) of a year and the weekend days on which people work instead (调休), as the State Council announced them.</summary>
/// <param name="Source">The notice: title, number, date.</param>
public sealed record CalendarYear(int Year, string Source, IReadOnlyList<CalendarYear.Holiday> Holidays, IReadOnlyList<DateOnly> Workdays)
{
    /// <param name="Name">In Chinese; <paramref name="English"/> in English.</param>
    /// <param name="To">The last day.</param>
    public sealed record Holiday(string Name, string English, DateOnly From, DateOnly To);

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    /// <summary>Reads a file of the form of <c>Jobs/Calendar/2026.json</c>, or tells what is wrong with it.</summary>
    public static Outcome<CalendarYear> Read(string json)
    {
        CalendarYear year;
        try
        {
            year = JsonSerializer.Deserialize<CalendarYear>(json, Json) ?? throw new JsonException("it is empty");
        }
        catch (JsonException wrong)
        {
            return Wrong($"it is no calendar in JSON: {wrong.Message}");
        }
        if (year.Year is < 2000 or > 2100) return Wrong($"the year {year.Year} is not between 2000 and 2100");
        if (year.Source.Trim().Length == 0) return Wrong("it names no source");
        if (year.Holidays.Count == 0) return Wrong("it has no holidays");
        foreach (var holiday in year.Holidays)
        {
            if (holiday.To < holiday.From) return Wrong($"{holiday.Name} ends before it begins");
            if (holiday.From.Year != year.Year || holiday.To.Year != year.Year) return Wrong($"{holiday.Name} does not lie in {year.Year}");
        }
        foreach (var day in year.Workdays)
        {
            if (day.Year != year.Year) return Wrong($"the workday {day:yyyy-MM-dd} does not lie in {year.Year}");
            if (!IsWeekend(day)) return Wrong($"the workday {day:yyyy-MM-dd} is no Saturday or Sunday");
            if (year.Holidays.Any(h => h.From <= day && day <= h.To)) return Wrong($"{day:yyyy-MM-dd} is both a holiday and a workday");
        }
        return year;

        static Refusal Wrong(string what) => new Refusal("calendar_wrong", $"The file can't be used: {what}.", "file", what);
    }

    public string Written() => JsonSerializer.Serialize(this, Json);

    internal static bool IsWeekend(DateOnly day) => day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
}

/// <summary>On which days the bank works. Years come with the program or were imported; of an unknown year only the weekends are known.</summary>
public sealed class BusinessCalendar
{
    readonly Dictionary<int, CalendarYear> _years;

    public BusinessCalendar(IEnumerable<CalendarYear> years) => _years = years.GroupBy(y => y.Year).ToDictionary(g => g.Key, g => g.Last());

    /// <summary>The years that come with the program.</summary>
    public static IReadOnlyList<CalendarYear> Known { get; } = [.. Embedded()];

    public IEnumerable<CalendarYear> Years => _years.Values.OrderBy(year => year.Year);

    public bool Knows(int year) => _years.ContainsKey(year);

    /// <summary>The holiday on a day, or null.</summary>
    public CalendarYear.Holiday? HolidayOn(DateOnly day) =>
        _years.TryGetValue(day.Year, out var year) ? year.Holidays.FirstOrDefault(h => h.From <= day && day <= h.To) : null;

    public bool IsBusinessDay(DateOnly day) =>
        HolidayOn(day) is null && (!CalendarYear.IsWeekend(day) || (_years.TryGetValue(day.Year, out var year) && year.Workdays.Contains(day)));

    /// <summary>The day itself if it is a business day, or the first one after it.</summary>
    public DateOnly OnOrAfter(DateOnly day)
    {
        while (!IsBusinessDay(day)) day = day.AddDays(1);
        return day;
    }

    static IEnumerable<CalendarYear> Embedded()
    {
        var assembly = typeof(BusinessCalendar).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith("calendar.", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return CalendarYear.Read(reader.ReadToEnd()).Try(out var year, out var refusal) ? year : throw new InvalidDataException($"{name}: {refusal.Reason}");
        }
    }
}

/// <summary>A year that staff imported. It replaces the one that came with the program.</summary>
sealed class ImportedYear
{
    public int Year { get; init; }
    public string Content { get; set; } = "";

    /// <summary>Who imported it last.</summary>
    public string Actor { get; set; } = "";
    public DateTime ImportedAt { get; set; }
}

/// <summary>The calendar in force, and how a year comes into it.</summary>
public sealed class Calendars(CityDb db, TimeProvider clock)
{
    public async Task<BusinessCalendar> Load(CancellationToken cancel)
    {
        var imported = await db.Set<ImportedYear>().AsNoTracking().OrderBy(y => y.Year).Select(y => y.Content).ToListAsync(cancel);
        return new BusinessCalendar(BusinessCalendar.Known.Concat(imported.Select(content =>
            CalendarYear.Read(content).Try(out var year, out var refusal) ? year : throw new InvalidDataException(refusal.Reason))));
    }

    /// <summary>Takes a year; the same again changes nothing.</summary>
    public async Task<Outcome<CalendarYear>> Import(string json, Caller caller, CancellationToken cancel)
    {
        if (!CalendarYear.Read(json).Try(out var year, out var refusal)) return refusal;
        var known = await db.Set<ImportedYear>().SingleOrDefaultAsync(y => y.Year == year.Year, cancel);
        if (known?.Content == year.Written()) return year;
        if (known is null) db.Add(known = new ImportedYear { Year = year.Year });
        (known.Content, known.Actor, known.ImportedAt) = (year.Written(), caller.Actor, clock.UtcNow());
        await db.SaveChangesAsync(cancel);
        return year;
    }
}
