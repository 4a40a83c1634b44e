using Pujiang.Ledger;

namespace Pujiang.Bench;

/// <summary>Accounts without overdraft, with money in them, and transfers of one cent to ten units between them.</summary>
sealed class LedgerLoad(int accounts, LedgerLoad.Choice choice, int run)
{
    public enum Choice
    {
        Uniform,

        /// <summary>The n-th account is chosen 1/n as often as the first, as in YCSB (Gray and others, SIGMOD 1994, section 3.2).</summary>
        Zipf,
    }

    public const int Seed = 20260301;
    const double Skew = 0.99;
    const long Opening = 1_000_000_000_000;
    const int LegsOfFunding = 999;

    static readonly Asset Cny = new("CNY", 2);
    static readonly AccountId Bank = new(new Guid(-1, 1, 0, new byte[8]));

    readonly Random _random = new(Seed + run);
    readonly double _zeta = choice == Choice.Zipf ? Zeta(accounts) : 0;
    int _made;

    public int Accounts => accounts;

    public static AccountId Id(int number) => new(new Guid(number + 1, 1, 0, new byte[8]));

    public IEnumerable<Account> AllAccounts()
    {
        yield return Account(Bank, AccountKind.Equity, Limits.Unlimited);
        for (var number = 0; number < accounts; number++) yield return Account(Id(number), AccountKind.Liability, Limits.NoOverdraft);
    }

    static Account Account(AccountId id, AccountKind kind, Limits limits) => new() { Id = id, Asset = Cny, Kind = kind, ChartCode = "2011", Limits = limits };

    /// <summary>Entries that put money into every account.</summary>
    public IEnumerable<Entry> Funding()
    {
        for (var first = 0; first < accounts; first += LegsOfFunding)
        {
            var count = int.Min(LegsOfFunding, accounts - first);
            yield return Entry(0, [Leg.Debit(Bank, Opening * count), .. Enumerable.Range(first, count).Select(number => Leg.Credit(Id(number), Opening))], first);
        }
    }

    public Entry Transfer() => Entry(1, Pair(1 + _made % 1000), _made++);

    /// <summary>A hold, or the capture of the hold made before.</summary>
    public IEnumerable<Entry> HoldsAndCaptures(int count)
    {
        for (var made = 0; made < count; made += 2)
        {
            var hold = Transfer() with { Action = EntryAction.Hold };
            yield return hold;
            yield return Entry(2, [], _made++) with { Action = EntryAction.Capture, Hold = hold.Id };
        }
    }

    public Entry TenLegs() => Entry(1, [.. Enumerable.Range(0, 5).SelectMany(_ => Pair(1 + _made % 1000))], _made++);

    public static Entry[][] Batches(int entries, int size, Func<Entry> make) =>
        [.. Enumerable.Range(0, (entries + size - 1) / size).Select(_ => Enumerable.Range(0, size).Select(_ => make()).ToArray())];

    Leg[] Pair(long amount)
    {
        var (from, to) = (Any(), Any());
        return [Leg.Debit(Id(from), amount), Leg.Credit(Id(from == to ? (to + 1) % accounts : to), amount)];
    }

    Entry Entry(int kind, Leg[] legs, int number) => new()
    {
        Id = new EntryId(new Guid(number, (short)kind, (short)run, BitConverter.GetBytes(unchecked((ulong)number * 0x9E3779B97F4A7C15)))),
        ValueDate = new DateOnly(2026, 3, 1),
        Code = 1,
        Legs = legs,
    };

    public AccountId AnyAccount() => Id(Any());

    int Any()
    {
        if (choice == Choice.Uniform) return _random.Next(accounts);
        var place = _random.NextDouble() * _zeta;
        if (place < 1) return 0;
        var eta = (1 - Math.Pow(2.0 / accounts, 1 - Skew)) / (1 - Zeta2 / _zeta);
        return int.Min(accounts - 1, (int)(accounts * Math.Pow(eta * (place / _zeta) - eta + 1, 1 / (1 - Skew))));
    }

    static readonly double Zeta2 = 1 + 1 / Math.Pow(2, Skew);

    static double Zeta(int count)
    {
        var sum = 0.0;
        for (var i = 1; i <= count; i++) sum += 1 / Math.Pow(i, Skew);
        return sum;
    }
}
