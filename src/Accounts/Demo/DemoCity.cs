using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>How large a demo city is and where its chance begins.</summary>
/// <param name="People">1 to 1,000,000 adults with an account each.</param>
/// <param name="Firms">At least 10, authorities among them; 0 for three to twenty people, as cities have.</param>
/// <param name="Seed">The same seed and size on the same day give the same city.</param>
/// <param name="Months">Months of movements that end yesterday, 0 to 120.</param>
public sealed record DemoCityOptions(int People = 2_000, int Firms = 0, ulong Seed = 1, int Months = 24)
{
    internal int FirmCount => Math.Max(10, Firms > 0 ? Firms : People * 3 / 20);

    /// <summary>What is wrong with the size, or null.</summary>
    public string? Fault() =>
        People is < 1 or > 1_000_000 ? $"A city has 1 to 1,000,000 people, not {People}."
        : FirmCount > 999_999 ? $"A city has at most 999,999 firms, not {FirmCount}."
        : Months is < 0 or > 120 ? $"A city has 0 to 120 months of movements, not {Months}." : null;
}

/// <summary>Fills an empty bank with a city: people, firms, accounts, and what they did.</summary>
public static class DemoCity
{
    /// <summary>What stands in the data folder about its city.</summary>
    /// <param name="Today">The day the city was begun: ages and movements count back from it, also when it is finished later.</param>
    internal sealed record Marker(DemoCityOptions Options, DateOnly Today, bool Complete);

    const int RowsAtATime = 2_000;
    const int EntriesAtATime = 8_000;

    static string MarkerPath(PlatformOptions platform) => Path.Combine(platform.DataFolder, "demo-city.json");

    internal static Marker? Read(PlatformOptions platform) =>
        File.Exists(MarkerPath(platform)) ? JsonSerializer.Deserialize<Marker>(File.ReadAllText(MarkerPath(platform))) : null;

    /// <summary>True when the data folder holds nothing yet, or a city that was begun and not finished.</summary>
    public static bool IsWanted(PlatformOptions platform) =>
        Read(platform) is { } marker ? !marker.Complete : !Directory.Exists(platform.LedgerFolder);

    /// <summary>
    /// Seeds the city, or finishes one whose seeding was stopped. Nothing else may have the data folder open. Every id follows
    /// from the seed, so what is there already stays as it is.
    /// </summary>
    public static async Task Seed(PlatformOptions platform, DemoCityOptions options, TimeProvider clock, Action<string> progress, CancellationToken cancel)
    {
        var marker = Read(platform) ?? new Marker(options, clock.Today(), Complete: false);
        Write(platform, marker);
        var simulated = new SimulatedClock(BankTime.StartOf(marker.Today.AddMonths(-marker.Options.Months)));
        await using var services = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(simulated)
            .AddPlatform(platform).AddAccounts().BuildServiceProvider();
        await PlatformModule.PrepareDatabase(services, cancel);

        var population = new Population(marker.Options.Seed, marker.Options.People, marker.Options.FirmCount, marker.Today);
        var people = Enumerable.Range(0, population.People).Select(population.Person).ToArray();
        var firms = Enumerable.Range(0, population.Firms).Select(population.FirmOf).ToArray();
        await OpenAccounts(services, people, firms, simulated, progress, cancel);
        await Move(services, new Movements(marker.Options.Seed, people, firms), marker, simulated, progress, cancel);
        await services.GetRequiredService<AccountsFollower>().SkipToEnd(cancel);
        Write(platform, marker with { Complete = true });
    }

    static async Task OpenAccounts(
        ServiceProvider services, Citizen[] people, Firm[] firms, SimulatedClock clock, Action<string> progress, CancellationToken cancel)
    {
        var ledger = services.GetRequiredService<ILedger>();
        var personalData = services.GetRequiredService<PersonalData>();
        await ledger.Open(HouseAccounts.For(Assets.Cny), cancel);
        var parties = firms.Select(f => (PartyKind.Firm, f.Name.Chinese, f.CreditCode, "", Population.NumberOf(f)))
            .Concat(people.Select(p => (PartyKind.Person, p.Name.Chinese, p.IdNumber, p.Phone, Population.NumberOf(p))));
        var done = 0;
        foreach (var some in parties.Chunk(RowsAtATime))
        {
            var accounts = new List<DepositAccount>();
            var rows = new List<Party>();
            foreach (var (kind, name, identifier, phone, number) in some)
            {
                var party = Party.Register(
                    kind, name, identifier, phone, personalData, clock.UtcNow());
                if (!party.Try(out var registered, out var refusal)) throw new InvalidOperationException($"{identifier}: {refusal.Reason}");
                var limits = kind == PartyKind.Person ? TransferLimits.ForPersons : TransferLimits.ForFirms;
                rows.Add(registered);
                accounts.Add(DepositAccount.Open(registered, number, Assets.Cny.Code, limits, personalData, clock.Today()));
            }
            var opened = await ledger.Open([.. accounts.Select(a => a.ToLedgerAccount())], cancel);
            Invariant.Holds(opened.All(status => status == OpenStatus.Opened));
            await Insert(services, rows, accounts, cancel);
            progress($"{done += some.Length:N0} customers");
        }
    }

    /// <summary>The rows of one batch stand or fall together, so the first tells whether they are there.</summary>
    static async Task Insert(ServiceProvider services, List<Party> parties, List<DepositAccount> accounts, CancellationToken cancel)
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CityDb>();
        if (await db.Set<Party>().AnyAsync(p => p.Id == parties[0].Id, cancel)) return;
        db.ChangeTracker.AutoDetectChangesEnabled = false;
        db.AddRange(parties);
        db.AddRange(accounts);
        await db.SaveChangesAsync(cancel);
    }

    static async Task Move(
        ServiceProvider services, Movements movements, Marker marker, SimulatedClock clock, Action<string> progress, CancellationToken cancel)
    {
        var ledger = services.GetRequiredService<ILedger>();
        var first = marker.Today.AddMonths(-marker.Options.Months);
        var entries = 0L;
        for (var day = first; day < marker.Today; day = day.AddDays(1))
        {
            var hour = 9;
            foreach (var part in movements.Day(day, day == first))
            {
                clock.MoveTo(BankTime.StartOf(day).AddHours(hour));
                foreach (var some in part.Chunk(EntriesAtATime))
                {
                    var results = await ledger.Post(some, cancel);
                    Invariant.Holds(results.All(result => result.IsPosted));
                }
                entries += part.Count;
                hour += 4;
            }
            if (day.Day == 1) progress($"{day:yyyy-MM}, {entries:N0} entries");
        }
    }

    static void Write(PlatformOptions platform, Marker marker)
    {
        Directory.CreateDirectory(platform.DataFolder);
        var path = MarkerPath(platform);
        File.WriteAllText(path + ".new", JsonSerializer.Serialize(marker));
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>Lets two years pass in seconds.</summary>
    sealed class SimulatedClock(DateTime start) : TimeProvider
    {
        DateTime _now = start;

        public void MoveTo(DateTime utc) => _now = utc > _now ? utc : _now;

        public override DateTimeOffset GetUtcNow() => new(_now, TimeSpan.Zero);
    }
}
