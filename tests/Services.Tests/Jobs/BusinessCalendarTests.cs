using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Holidays and make-up working days as the State Council announced them, and schedules that follow them.</summary>
public sealed class BusinessCalendarTests
{
    static readonly BusinessCalendar Calendar = new(BusinessCalendar.Known);

    static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    // The facts of the notices, written down a second time: day by day where work and rest differ from the week.
    [Theory]
    [InlineData("2024-01-01", false)]
    [InlineData("2024-02-04", true)]
    [InlineData("2024-02-09", true)]
    [InlineData("2024-02-10", false)]
    [InlineData("2024-02-16", false)]
    [InlineData("2024-02-18", true)]
    [InlineData("2024-02-19", true)]
    [InlineData("2024-04-05", false)]
    [InlineData("2024-04-07", true)]
    [InlineData("2024-05-11", true)]
    [InlineData("2024-09-14", true)]
    [InlineData("2024-09-29", true)]
    [InlineData("2024-10-07", false)]
    [InlineData("2024-10-08", true)]
    [InlineData("2025-01-01", false)]
    [InlineData("2025-01-02", true)]
    [InlineData("2025-01-26", true)]
    [InlineData("2025-01-28", false)]
    [InlineData("2025-02-04", false)]
    [InlineData("2025-02-05", true)]
    [InlineData("2025-04-27", true)]
    [InlineData("2025-06-02", false)]
    [InlineData("2025-10-08", false)]
    [InlineData("2025-10-11", true)]
    [InlineData("2026-01-02", false)]
    [InlineData("2026-01-04", true)]
    [InlineData("2026-02-14", true)]
    [InlineData("2026-02-23", false)]
    [InlineData("2026-02-24", true)]
    [InlineData("2026-02-28", true)]
    [InlineData("2026-05-09", true)]
    [InlineData("2026-06-19", false)]
    [InlineData("2026-09-20", true)]
    [InlineData("2026-09-25", false)]
    [InlineData("2026-10-07", false)]
    [InlineData("2026-10-08", true)]
    [InlineData("2026-10-10", true)]
    public void IsBusinessDay_OnDaysOfTheNotices_IsAsAnnounced(string day, bool works) => Assert.Equal(works, Calendar.IsBusinessDay(Day(day)));

    /// <summary>The law (全国年节及纪念日放假办法) gives 11 days until 2024 and 13 from 2025 on; moving weekends adds and takes nothing.</summary>
    [Theory]
    [InlineData(2024, 11)]
    [InlineData(2025, 13)]
    [InlineData(2026, 13)]
    public void Year_DaysOff_AreTheWeekendsAndTheDaysOfTheLaw(int year, int holidays)
    {
        var days = Enumerable.Range(0, DateTime.IsLeapYear(year) ? 366 : 365).Select(n => new DateOnly(year, 1, 1).AddDays(n)).ToList();
        var weekends = days.Count(day => day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday);
        Assert.Equal(weekends + holidays, days.Count(day => !Calendar.IsBusinessDay(day)));
    }

    [Fact]
    public void Year_ThatIsNotKnown_HasItsWeekends()
    {
        Assert.False(Calendar.Knows(2030));
        Assert.True(Calendar.IsBusinessDay(Day("2030-10-01")));
        Assert.False(Calendar.IsBusinessDay(Day("2030-10-05")));
    }

    [Fact]
    public void OnOrAfter_InAHoliday_IsTheFirstWorkingDay()
    {
        Assert.Equal(Day("2026-10-08"), Calendar.OnOrAfter(Day("2026-10-01")));
        Assert.Equal(Day("2026-02-14"), Calendar.OnOrAfter(Day("2026-02-14")));
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("{}", "JSON")]
    [InlineData("null", "JSON")]
    [InlineData("""{"year":1,"source":"x","holidays":[],"workdays":[]}""", "year 1")]
    [InlineData("""{"year":2027,"source":" ","holidays":[],"workdays":[]}""", "source")]
    [InlineData("""{"year":2027,"source":"x","holidays":[],"workdays":[]}""", "no holidays")]
    [InlineData("""{"year":2027,"source":"x","holidays":[{"name":"a","english":"b","from":"2027-01-02","to":"2027-01-01"}],"workdays":[]}""", "before it begins")]
    [InlineData("""{"year":2027,"source":"x","holidays":[{"name":"a","english":"b","from":"2026-01-01","to":"2027-01-01"}],"workdays":[]}""", "does not lie")]
    [InlineData("""{"year":2027,"source":"x","holidays":[{"name":"a","english":"b","from":"2027-01-01","to":"2027-01-03"}],"workdays":["2027-01-04"]}""", "no Saturday")]
    [InlineData("""{"year":2027,"source":"x","holidays":[{"name":"a","english":"b","from":"2027-01-01","to":"2027-01-03"}],"workdays":["2027-01-02"]}""", "both")]
    [InlineData("""{"year":2027,"source":"x","holidays":[{"name":"a","english":"b","from":"2027-01-01","to":"2027-01-03"}],"workdays":["2026-01-04"]}""", "does not lie")]
    public void Read_OfAWrongFile_TellsWhatIsWrong(string json, string says)
    {
        Assert.False(CalendarYear.Read(json).Try(out _, out var refusal));
        Assert.Equal("calendar_wrong", refusal.Code);
        Assert.Contains(says, refusal.Reason, StringComparison.Ordinal);
    }

    [Theory, BothDatabases]
    public async Task Import_OfAYear_IsInForceAndReplacesTheOneThatCameAlong(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        var clerk = new Caller(null, IsOperator: false) { UserId = Guid.Empty, Roles = [Roles.Operations] };
        var year = Calendar.Years.Single(y => y.Year == 2026) with { Holidays = [new("元旦", "New Year", Day("2026-01-01"), Day("2026-01-01"))], Workdays = [] };
        for (var again = 0; again < 2; again++)
            await bank.Call((Calendars c) => c.Import(year.Written(), clerk, CancellationToken.None)).Value();
        var calendar = await bank.Call((Calendars c) => c.Load(CancellationToken.None));
        Assert.True(calendar.IsBusinessDay(Day("2026-10-01")));
        Assert.False(calendar.IsBusinessDay(Day("2025-10-01")));
        Assert.Equal(year.Written(), calendar.Years.Single(y => y.Year == 2026).Written());
    }

    static DateTime Utc(string text) => DateTime.Parse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AdjustToUniversal);

    [Theory]
    [InlineData("2026-09-30T10:00:00+08:00", "2026-09-30T18:30:00+08:00")]
    [InlineData("2026-09-30T18:30:00+08:00", "2026-10-08T18:30:00+08:00")]
    [InlineData("2026-10-09T19:00:00+08:00", "2026-10-10T18:30:00+08:00")]
    public void BusinessDays_AfterAMoment_IsTheNextWorkingDayInBankTime(string after, string next) =>
        Assert.Equal(Utc(next), Schedule.BusinessDays(new TimeOnly(18, 30)).After(Utc(after), Calendar));

    [Fact]
    public void Schedules_OtherThanBusinessDays_ComeOnHolidaysToo()
    {
        Assert.Equal(Utc("2026-10-01T02:00:00+08:00"), Schedule.Daily(new TimeOnly(2, 0)).After(Utc("2026-09-30T02:00:00+08:00"), Calendar));
        Assert.Equal(Utc("2026-10-01T00:05:00+08:00"), Schedule.Every(TimeSpan.FromMinutes(5)).After(Utc("2026-10-01T00:00:00+08:00"), Calendar));
        Assert.Equal(Utc("2026-10-05T08:30:00+08:00"), Schedule.By("0 30 8 ? * MON", new("周一", "Mondays")).After(Utc("2026-10-01T00:00:00+08:00"), Calendar));
        Assert.Equal(Utc("2026-10-12T08:30:00+08:00"), Schedule.By("0 30 8 ? * MON", new("周一", "Mondays"), onBusinessDays: true).After(Utc("2026-10-01T00:00:00+08:00"), Calendar));
        Assert.Throws<FormatException>(() => Schedule.By("every monday", new("周一", "Mondays")));
        Assert.Throws<ArgumentOutOfRangeException>(() => Schedule.Every(TimeSpan.FromSeconds(1)));
    }
}
