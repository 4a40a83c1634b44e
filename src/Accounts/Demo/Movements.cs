using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>What the people and firms of a demo city do with their money, day by day, as ledger entries.</summary>
/// <remarks>
/// It keeps every running balance, so that nobody spends what is not there; the ledger would refuse it. Entries carry a kind and
/// two accounts and no words: names have no place in the ledger.
/// </remarks>
sealed class Movements
{
    const long Fen = 100;

    /// <summary>Nobody shops below this, so that bills can be paid.</summary>
    const long KeptForBills = 3_000 * Fen;

    readonly ulong _seed;
    readonly Citizen[] _people;
    readonly Firm[] _firms;
    readonly AccountId[] _personAccounts, _firmAccounts;
    readonly int[] _shops, _landlords;
    readonly ILookup<int, int> _staff;
    readonly long[] _personBalances, _firmBalances;
    readonly Draw _draws;
    List<Entry> _day = [];

    public Movements(ulong seed, Citizen[] people, Firm[] firms)
    {
        (_seed, _people, _firms) = (seed, people, firms);
        _personAccounts = [.. people.Select(p => DepositAccount.IdOf(Population.NumberOf(p), Assets.Cny.Code))];
        _firmAccounts = [.. firms.Select(f => DepositAccount.IdOf(Population.NumberOf(f), Assets.Cny.Code))];
        _shops = [.. firms.Where(f => f.Sector is Sector.Retail or Sector.Restaurant).Select(f => f.Index)];
        _landlords = [.. firms.Where(f => f.Sector == Sector.Property).Select(f => f.Index)];
        _staff = people.Where(p => p.Employer >= 0).ToLookup(p => p.Employer, p => p.Index);
        _personBalances = new long[people.Length];
        _firmBalances = new long[firms.Length];
        _draws = new Draw(seed, "movements");
    }

    /// <summary>All entries of one day in the order of the clock: morning (salaries, bills), then shopping, then family.</summary>
    public IReadOnlyList<IReadOnlyList<Entry>> Day(DateOnly day, bool first)
    {
        var morning = Part(() =>
        {
            if (first) Fund(day);
            if (day.Day == 1) Sales(day);
            Salaries(day);
            if (day.Day == 15) Pensions(day);
            if (day.Day == 3) Rents(day);
            if (day.Day == 10) Utilities(day);
            if (day.Day == 20) Supplies(day);
            if (day.Day == 25) Taxes(day);
        });
        return [morning, Part(() => Shopping(day)), Part(() => Family(day))];
    }

    List<Entry> Part(Action happen)
    {
        _day = [];
        happen();
        return _day;
    }

    /// <summary>What people and firms bring when they open their accounts: money from other banks.</summary>
    void Fund(DateOnly day)
    {
        foreach (var person in _people)
            FromOutside(day, person.Index, ref _personBalances[person.Index], _personAccounts[person.Index], "fund-person", _draws.Between(50, 3_000, person.Index, 1) * 100 * Fen, BookingCode.Other);
        foreach (var firm in _firms)
            FromOutside(day, firm.Index, ref _firmBalances[firm.Index], _firmAccounts[firm.Index], "fund-firm", _draws.Between(20, 200, firm.Index, 2) * 10_000 * Fen, BookingCode.Other);
    }

    /// <summary>What firms sell to customers of other banks covers their payroll; contributions cover the pensions.</summary>
    void Sales(DateOnly day)
    {
        foreach (var firm in _firms)
        {
            var payroll = firm.Sector == Sector.SocialInsurance
                ? _people.Where(p => p.Employer < 0).Sum(p => p.Income) : _staff[firm.Index].Sum(p => _people[p].Income);
            var sales = payroll * _draws.Between(108, 125, firm.Index, day.DayNumber) / 100;
            if (sales > 0) FromOutside(day, firm.Index, ref _firmBalances[firm.Index], _firmAccounts[firm.Index], "sales", sales, BookingCode.Supply);
        }
    }

    void Salaries(DateOnly day)
    {
        foreach (var firm in _firms.Where(f => f.PayDay == day.Day))
            foreach (var person in _staff[firm.Index])
                FirmToPerson(day, firm.Index, person, _people[person].Income, BookingCode.Salary);
    }

    void Pensions(DateOnly day)
    {
        var fund = Array.FindIndex(_firms, f => f.Sector == Sector.SocialInsurance);
        foreach (var person in _people.Where(p => p.Employer < 0)) FirmToPerson(day, fund, person.Index, person.Income, BookingCode.Pension);
    }

    void Rents(DateOnly day)
    {
        if (_landlords.Length == 0) return;
        foreach (var person in _people.Where(p => p.Rent > 0))
            PersonToFirm(day, person.Index, _landlords[person.Landlord % _landlords.Length], person.Rent, BookingCode.Rent, 0);
    }

    void Utilities(DateOnly day)
    {
        foreach (var person in _people)
        {
            PersonToFirm(day, person.Index, 0, _draws.Between(60 * Fen, 320 * Fen, person.Index, day.DayNumber), BookingCode.Utilities, 0);
            if (day.Month % 2 == 0)
                PersonToFirm(day, person.Index, 1, _draws.Between(30 * Fen, 140 * Fen, person.Index, -day.DayNumber), BookingCode.Utilities, 1);
        }
    }

    void Supplies(DateOnly day)
    {
        for (var firm = Population.Authorities; firm < _firms.Length; firm++)
        {
            var supplier = Population.Authorities + _draws.Skewed(_firms.Length - Population.Authorities, firm, day.DayNumber);
            var amount = _draws.Between(2_000 * Fen, 80_000 * Fen, firm, day.DayNumber);
            if (supplier != firm) FirmToFirm(day, firm, supplier, amount, BookingCode.Supply);
        }
    }

    void Taxes(DateOnly day)
    {
        var office = Array.FindIndex(_firms, f => f.Sector == Sector.TaxOffice);
        for (var firm = Population.Authorities; firm < _firms.Length; firm++)
            FirmToFirm(day, firm, office, Math.Max(500 * Fen, _staff[firm].Sum(p => _people[p].Income) * 6 / 100), BookingCode.Tax);
    }

    void Shopping(DateOnly day)
    {
        foreach (var person in _people)
        {
            if (!_draws.Chance(12, person.Index, 1_000_000 + day.DayNumber) || _personBalances[person.Index] < KeptForBills) continue;
            var shop = _shops[_draws.Skewed(_shops.Length, person.Index, day.DayNumber)];
            // Most baskets are small, some are not: the product of two draws.
            var amount = _draws.Between(8, 60, person.Index, 2_000_000 + day.DayNumber) * _draws.Between(95, 1_000, person.Index, 3_000_000 + day.DayNumber);
            PersonToFirm(day, person.Index, shop, amount, BookingCode.Purchase, 2);
        }
    }

    void Family(DateOnly day)
    {
        foreach (var person in _people)
        {
            if (person.Relative == person.Index || !_draws.Chance(1, person.Index, 4_000_000 + day.DayNumber)) continue;
            var amount = _draws.Between(2, 30, person.Index, 5_000_000 + day.DayNumber) * 100 * Fen;
            if (_personBalances[person.Index] - amount < KeptForBills) continue;
            _personBalances[person.Index] -= amount;
            _personBalances[person.Relative] += amount;
            Add(day, "family", person.Index, _personAccounts[person.Index], _personAccounts[person.Relative], amount, BookingCode.Transfer);
        }
    }

    void FromOutside(DateOnly day, int index, ref long balance, AccountId to, string kind, long amount, BookingCode code)
    {
        balance += amount;
        Add(day, kind, index, HouseAccounts.CentralBank(Assets.Cny), to, amount, code);
    }

    void FirmToPerson(DateOnly day, int firm, int person, long amount, BookingCode code)
    {
        if (_firmBalances[firm] < amount) return;
        _firmBalances[firm] -= amount;
        _personBalances[person] += amount;
        Add(day, code.ToString(), person, _firmAccounts[firm], _personAccounts[person], amount, code);
    }

    void PersonToFirm(DateOnly day, int person, int firm, long amount, BookingCode code, int which)
    {
        if (_personBalances[person] < amount) return;
        _personBalances[person] -= amount;
        _firmBalances[firm] += amount;
        Add(day, $"{code}{which}", person, _personAccounts[person], _firmAccounts[firm], amount, code);
    }

    void FirmToFirm(DateOnly day, int from, int to, long amount, BookingCode code)
    {
        if (_firmBalances[from] < amount) return;
        _firmBalances[from] -= amount;
        _firmBalances[to] += amount;
        Add(day, code.ToString(), from, _firmAccounts[from], _firmAccounts[to], amount, code);
    }

    void Add(DateOnly day, string kind, int index, AccountId from, AccountId to, long amount, BookingCode code) => _day.Add(new Entry
    {
        Id = new EntryId(NameBasedId.From("demo", _seed.ToString(), kind, index.ToString(), day.DayNumber.ToString())),
        Legs = [Leg.Debit(from, amount), Leg.Credit(to, amount)],
        ValueDate = day,
        Code = (int)code,
        Reference = "demo",
    });
}
