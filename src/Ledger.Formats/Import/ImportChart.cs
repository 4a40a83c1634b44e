using System.Text;

namespace Pujiang.Ledger.Formats;

/// <summary>
/// What the names and symbols of a file mean: gathered in a first reading, because an account or commodity may be declared after its
/// use, and the scale of an undeclared commodity is the longest fraction in the whole file. Accounts bound its memory.
/// </summary>
sealed class ImportChart
{
    const int LongestReference = 128;
    const int UsualScale = 2;
    static readonly Dictionary<string, string> Signs = new(StringComparer.Ordinal) { ["$"] = "USD", ["€"] = "EUR", ["£"] = "GBP" };
    static readonly HashSet<string> WithoutDecimals = new(StringComparer.Ordinal) { "JPY", "KRW", "VND", "CLP", "ISK", "XAF", "XOF" };

    readonly Dictionary<string, DraftCommodity> _commodities = new(StringComparer.Ordinal);
    readonly Dictionary<string, (int Decimals, Place Place)> _decimals = new(StringComparer.Ordinal);
    readonly Dictionary<string, DraftAccount> _declared = new(StringComparer.Ordinal);
    readonly Dictionary<string, Asset> _assets = new(StringComparer.Ordinal);
    readonly Dictionary<(string Account, string Commodity), Account> _accounts = [];
    readonly Dictionary<string, int> _known = new(StringComparer.Ordinal);

    /// <summary>Scales that the ledger already has.</summary>
    public void Know(IEnumerable<Asset> assets)
    {
        foreach (var asset in assets) _known[asset.Code] = asset.Scale;
    }

    public long Entries { get; private set; }

    /// <summary>The first reading.</summary>
    public void Survey(Draft draft)
    {
        switch (draft)
        {
            case DraftCommodity commodity: Declare(commodity); break;
            case DraftAccount account: Declare(account); break;
            case DraftEntry entry:
                Entries++;
                foreach (var leg in entry.Legs)
                    if (!_decimals.TryGetValue(leg.Commodity, out var known) || known.Decimals < leg.Amount.Decimals)
                        _decimals[leg.Commodity] = (leg.Amount.Decimals, leg.Place);
                break;
        }
    }

    void Declare(DraftCommodity commodity)
    {
        if (_commodities.TryAdd(commodity.Symbol, commodity)) return;
        var earlier = _commodities[commodity.Symbol];
        if (earlier with { Place = commodity.Place } != commodity)
            throw new BadInputException(commodity.Place, $"{Shown.Text(commodity.Symbol)} was declared otherwise at {earlier.Place}; leave one declaration.");
    }

    void Declare(DraftAccount account)
    {
        if (_declared.TryAdd(account.Name, account)) return;
        var earlier = _declared[account.Name];
        if (!earlier.SaysTheSameAs(account))
            throw new BadInputException(account.Place, $"the account {Shown.Text(account.Name)} is described otherwise at {earlier.Place}; it must be the same everywhere.");
    }

    /// <summary>The account that a leg means; to be asked after the first reading.</summary>
    public Account Account(DraftLeg leg)
    {
        if (_accounts.TryGetValue((leg.Account, leg.Commodity), out var known)) return known;
        var asset = AssetOf(leg);
        var declared = _declared.GetValueOrDefault(leg.Account);
        var account = declared?.Id is { } id ? Described(declared, id, asset, leg) : Named(leg, asset);
        _accounts.Add((leg.Account, leg.Commodity), account);
        return account;
    }

    /// <summary>Accounts with an id that no leg has named; to be asked when all legs have been.</summary>
    public IEnumerable<(Account Account, Place Place)> Untouched()
    {
        var touched = _accounts.Keys.Select(key => key.Account).ToHashSet(StringComparer.Ordinal);
        var symbols = _commodities.Values.ToLookup(commodity => commodity.Code ?? commodity.Symbol, StringComparer.Ordinal);
        foreach (var declared in _declared.Values.Where(account => account.Id is not null && !touched.Contains(account.Name)))
        {
            var symbol = symbols[declared.Asset].FirstOrDefault()?.Symbol ?? declared.Asset;
            yield return (Account(new DraftLeg(declared.Place, declared.Name, symbol, default)), declared.Place);
        }
    }

    static Account Described(DraftAccount declared, AccountId id, Asset asset, DraftLeg leg)
    {
        if (declared.Asset != asset.Code)
            throw new BadInputException(leg.Place, $"the account {Shown.Text(leg.Account)} is kept in {declared.Asset}, not in {asset.Code} (see {declared.Place}).");
        if (declared.ChartCode.Length is 0 or > 16 || !declared.ChartCode.All(c => char.IsAsciiLetterOrDigit(c) || c == '.'))
            throw new BadInputException(declared.Place with { Field = "chart-code" }, $"{Shown.Text(declared.ChartCode)} is no chart code: 1 to 16 digits, letters or dots.");
        var reference = declared.Reference ?? "";
        RequireShort(reference, declared.Place);
        var limits = (declared.Limits ?? new Limits()) with
        {
            Overdraft = declared.Overdraft is { } overdraft ? Minor(overdraft, asset, declared.Place, "overdraft") : long.MaxValue,
            FrozenAmount = Minor(declared.FrozenAmount, asset, declared.Place, "frozen-amount"),
        };
        return new Account { Id = id, Asset = asset, Kind = declared.Kind!.Value, ChartCode = declared.ChartCode, Reference = reference, Limits = limits };
    }

    /// <summary>An account of a hand-written journal: the same name and commodity are the same account in every file.</summary>
    static Account Named(DraftLeg leg, Asset asset)
    {
        var kind = AccountRoot.KindOf(leg.Account) ?? throw new BadInputException(leg.Place, AccountRoot.Expected(leg.Account));
        RequireShort(leg.Account, leg.Place);
        return new Account
        {
            Id = new AccountId(NameBasedId.From("journal account", leg.Account, asset.Code)),
            Asset = asset,
            Kind = kind,
            ChartCode = AccountRoot.ChartCodeOf(kind),
            Reference = leg.Account,
            Limits = Limits.Unlimited,
        };
    }

    static void RequireShort(string reference, Place place)
    {
        if (Encoding.UTF8.GetByteCount(reference) > LongestReference)
            throw new BadInputException(place, $"{Shown.Text(reference)} is longer than 128 bytes of UTF-8; the ledger keeps no longer name or reference of an account.");
    }

    static long Minor(Quantity amount, Asset asset, Place place, string field) => amount.MinorUnits(asset.Scale) is >= 0 and var units
        ? units : throw new BadInputException(place with { Field = field }, $"{amount} is no amount of {asset.Code}: not negative, at most {asset.Scale} decimals.");

    Asset AssetOf(DraftLeg leg)
    {
        if (_assets.TryGetValue(leg.Commodity, out var known)) return known;
        var declared = _commodities.GetValueOrDefault(leg.Commodity);
        var code = declared?.Code ?? Signs.GetValueOrDefault(leg.Commodity, leg.Commodity);
        if (code.Length is 0 or > 12 || !code.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            throw new BadInputException(leg.Place, $"{Shown.Text(leg.Commodity)} is no asset code: 1 to 12 letters, digits or hyphens, as CNY (of signs, $, € and £ are known).");
        var scale = declared?.Scale ?? _known.GetValueOrDefault(code, int.Max(_decimals.GetValueOrDefault(leg.Commodity).Decimals, WithoutDecimals.Contains(code) ? 0 : UsualScale));
        var other = _assets.Values.FirstOrDefault(asset => asset.Code == code && asset.Scale != scale);
        if (other is not null) throw new BadInputException(leg.Place, $"{code} is written in two ways with {other.Scale} and {scale} decimals; declare the commodity once.");
        var asset = new Asset(code, scale);
        _assets.Add(leg.Commodity, asset);
        return asset;
    }
}
