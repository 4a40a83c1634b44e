using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Pujiang.Accounts;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class DemoCityTests : IDisposable
{
    static readonly DateTimeOffset Now = new(2026, 11, 23, 4, 0, 0, TimeSpan.Zero);
    static readonly DemoCityOptions Small = new(People: 60, Firms: 12, Seed: 5, Months: 3);
    readonly string _folder = Directory.CreateTempSubdirectory("pujiang-city-").FullName;

    [Fact]
    public void Population_Large_EveryNumberIsValidAndUnique()
    {
        var city = new Population(7, 30_000, 4_500, new DateOnly(2026, 11, 23));
        var people = Enumerable.Range(0, city.People).Select(city.Person).ToList();
        var firms = Enumerable.Range(0, city.Firms).Select(city.FirmOf).ToList();

        Assert.All(people, p => Assert.True(CitizenId.TryParse(p.IdNumber, out var id, out var wrong) && id.BirthDate == p.Born, wrong));
        Assert.All(firms, f => Assert.True(CreditCode.TryParse(f.CreditCode, out _, out var wrong), wrong));
        Assert.Equal(people.Count, people.Select(p => p.IdNumber).Distinct().Count());
        Assert.Equal(firms.Count, firms.Select(f => f.CreditCode).Distinct().Count());
        Assert.Equal(firms.Count, firms.Select(f => f.Name.Chinese).Distinct().Count());
        var numbers = people.Select(Population.NumberOf).Concat(firms.Select(Population.NumberOf)).ToList();
        Assert.All(numbers, number => Assert.True(CardNumber.TryParse(number, out _, out var wrong), wrong));
        Assert.Equal(numbers.Count, numbers.Distinct().Count());
    }

    [Fact]
    public void Population_Large_LooksLikeACity()
    {
        var today = new DateOnly(2026, 11, 23);
        var people = Enumerable.Range(0, 20_000).Select(new Population(7, 20_000, 3_000, today).Person).ToList();
        var old = people.Count(p => p.Employer < 0) / 200;
        Assert.InRange(old, 22, 38);
        var salaries = people.Where(p => p.Employer >= 0).Select(p => p.Income).Order().ToList();
        Assert.InRange(salaries[salaries.Count / 2], 800_000, 1_200_000);
        Assert.All(people, p => Assert.InRange(p.Born, today.AddYears(-97), today.AddYears(-17)));
        Assert.All(people, p => Assert.NotEqual(p.Index, p.Relative));
    }

    [Fact]
    public void Person_InASmallAndALargeCity_IsTheSame()
    {
        var today = new DateOnly(2026, 11, 23);
        var small = new Population(3, 100, 20, today).Person(17);
        var large = new Population(3, 100_000, 20, today).Person(17);
        Assert.Equal(small, large with { Landlord = small.Landlord, Relative = small.Relative });
    }

    [Fact]
    public async Task Seed_SameSeed_GivesTheSameCity_OtherSeedAnother()
    {
        var first = await SeedAndHash("a", Small);
        Assert.Equal(first, await SeedAndHash("b", Small));
        Assert.NotEqual(first, await SeedAndHash("c", Small with { Seed = 6 }));
    }

    [Fact]
    public async Task Seed_Stopped_IsFinishedByTheNextOneToTheSameCity()
    {
        var whole = await SeedAndHash("whole", Small);
        var platform = Folder("stopped");
        foreach (var calls in new[] { 1, 2, 3 })
        {
            using var stop = new CancellationTokenSource();
            var told = 0;
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => DemoCity.Seed(
                platform, Small, new FakeTimeProvider(Now), _ => { if (++told >= calls) stop.Cancel(); }, stop.Token));
            Assert.True(DemoCity.IsWanted(platform));
        }
        await DemoCity.Seed(platform, Small, new FakeTimeProvider(Now.AddDays(40)), _ => { }, CancellationToken.None);
        Assert.False(DemoCity.IsWanted(platform));
        Assert.Equal(whole, await Hash(platform));
    }

    [Fact]
    public async Task Seed_City_BalancesAndPaysEverySalary()
    {
        var platform = Folder("city");
        await DemoCity.Seed(platform, Small, new FakeTimeProvider(Now), _ => { }, CancellationToken.None);
        await using var services = Services(platform);
        var ledger = services.GetRequiredService<ILedger>();
        foreach (var asset in (await ledger.TrialBalance()).GroupBy(line => line.Asset))
            Assert.Equal(asset.Aggregate(Int128.Zero, (sum, l) => sum + l.Debits), asset.Aggregate(Int128.Zero, (sum, l) => sum + l.Credits));

        await using var scope = services.CreateAsyncScope();
        var statements = scope.ServiceProvider.GetRequiredService<Statements>();
        var population = new Population(Small.Seed, Small.People, Small.FirmCount, new DateOnly(2026, 11, 23));
        foreach (var person in Enumerable.Range(0, Small.People).Select(population.Person).Where(p => p.Employer >= 0).Take(20))
        {
            var account = DepositAccount.IdOf(Population.NumberOf(person), "CNY").Value;
            var period = await statements.Of(account, new DateOnly(2026, 8, 23), null, new Caller(null, IsOperator: true), default);
            Assert.True(period.Try(out var found, out _));
            var salaries = await statements.Lines(found).Where(l => l.Code == BookingCode.Salary).ToListAsync();
            Assert.Equal(3, salaries.Count);
            Assert.All(salaries, s => Assert.Equal((person.Income, population.FirmOf(person.Employer).Name.Chinese), (s.Amount.MinorUnits, s.Counterparty)));
        }
    }

    PlatformOptions Folder(string name) => new() { DataFolder = Path.Combine(_folder, name) };

    static ServiceProvider Services(PlatformOptions platform) =>
        new ServiceCollection().AddLogging().AddPlatform(platform).AddAccounts().BuildServiceProvider();

    async Task<string> SeedAndHash(string folder, DemoCityOptions options)
    {
        var platform = Folder(folder);
        await DemoCity.Seed(platform, options, new FakeTimeProvider(Now), _ => { }, CancellationToken.None);
        return await Hash(platform);
    }

    /// <summary>Everything that a city is: parties, accounts, and every entry; not posting times of a finished seeding.</summary>
    static async Task<string> Hash(PlatformOptions platform)
    {
        await using var services = Services(platform);
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CityDb>();
        var text = new StringBuilder();
        foreach (var party in (await db.Set<Party>().ToListAsync()).OrderBy(p => p.Identifier, StringComparer.Ordinal))
            text.Append(party.Identifier).Append(party.Name).Append(party.Phone);
        foreach (var account in (await db.Set<DepositAccount>().ToListAsync()).OrderBy(a => a.Number, StringComparer.Ordinal))
            text.Append(account.Number).Append(account.OpenedOn);
        var ledger = services.GetRequiredService<ILedger>();
        await foreach (var posted in ledger.Follow(0))
        {
            text.Append(posted.Sequence).Append(posted.Entry.Id).Append(string.Join(';', posted.Entry.Legs)).Append(posted.Entry.ValueDate);
            if (posted.Sequence == ledger.LastSequence) break;
        }
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
