using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>The people of the demo city whom a visitor may be.</summary>
public sealed class DemoPeople(PlatformOptions platform, PersonalData personalData) : IDemoPeople
{
    IReadOnlyList<DemoPerson>? _people;

    public Task<IReadOnlyList<DemoPerson>> List(CancellationToken cancel = default) =>
        Task.FromResult(_people ??= DemoCity.Read(platform) is { } city ? Choose(city) : []);

    List<DemoPerson> Choose(DemoCity.Marker city)
    {
        var population = new Population(city.Options.Seed, city.Options.People, city.Options.FirmCount, city.Today);
        var chosen = new List<DemoPerson>();
        var people = Enumerable.Range(0, population.People).Select(population.Person);
        if (people.FirstOrDefault(p => p.Employer >= 0 && p.Rent > 0 && Age(p, city) is >= 25 and <= 45) is { } worker)
            chosen.Add(Of(worker, "工资账户、房租、转账、对账单", "Salary account, rent, transfers, statements"));
        if (people.FirstOrDefault(p => p.Employer < 0 && Age(p, city) is >= 68 and <= 85) is { } elder)
            chosen.Add(Of(elder, $"{Age(elder, city)} 岁，领养老金，用长辈版", $"Aged {Age(elder, city)}, has a pension, uses large text"));
        var firms = Enumerable.Range(Population.Authorities, population.Firms - Population.Authorities).Select(population.FirmOf).ToList();
        if (firms.FirstOrDefault(f => f.Sector == Sector.Manufacturing) is { } maker)
            chosen.Add(Of(maker, "对公账户，发工资，批量付款文件", "Company account, payroll, payment files"));
        if (firms.FirstOrDefault(f => f.Sector is Sector.Restaurant or Sector.Retail) is { } shop)
            chosen.Add(Of(shop, "小店，每天收款，付货款", "A small shop: takings every day, pays its suppliers"));
        return chosen;
    }

    static int Age(Citizen person, DemoCity.Marker city) =>
        city.Today.Year - person.Born.Year - (person.Born.AddYears(city.Today.Year - person.Born.Year) > city.Today ? 1 : 0);

    DemoPerson Of(Citizen person, string shows, string showsEnglish) =>
        new(Party.IdOf(personalData, person.IdNumber), person.Name, "customer", new Bilingual(shows, showsEnglish));

    DemoPerson Of(Firm firm, string shows, string showsEnglish) =>
        new(Party.IdOf(personalData, firm.CreditCode), firm.Name, "firm", new Bilingual(shows, showsEnglish));
}
