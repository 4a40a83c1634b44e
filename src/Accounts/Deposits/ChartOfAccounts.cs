using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>
/// Codes of the general ledger, after the application guide of the Chinese Accounting Standards for Business Enterprises
/// (企业会计准则应用指南, annex: accounts); the bank's own sub-accounts follow a dot.
/// </summary>
public static class ChartOfAccounts
{
    /// <summary>库存现金: cash in the vault and tills.</summary>
    public const string Cash = "1001";

    /// <summary>存放中央银行款项: balances with the central bank.</summary>
    public const string CentralBank = "1003";

    /// <summary>吸收存款: customers' deposits, persons and firms.</summary>
    public const string PersonalDeposits = "2011.01", FirmDeposits = "2011.02";

    /// <summary>清算资金往来: payments on their way between this bank and others.</summary>
    public const string Clearing = "3001";

    /// <summary>Off the balance sheet: what customers may still pay out today (see <see cref="HouseAccounts.AllowanceAsset"/>).</summary>
    public const string DailyAllowance = "9001";

    /// <summary>The chart's lines. Clearing belongs to the common class (共同类), which may stand on either side.</summary>
    public static IReadOnlyList<ChartAccount> Lines { get; } =
    [
        new(Cash, AccountKind.Asset, "cash"),
        new(CentralBank, AccountKind.Asset, "at the central bank"),
        new(PersonalDeposits, AccountKind.Liability, "deposits, persons"),
        new(FirmDeposits, AccountKind.Liability, "deposits, firms"),
        new(Clearing, AccountKind.Liability, "clearing"),
        new(DailyAllowance, AccountKind.Asset, "daily allowances, pool"),
        new(DailyAllowance, AccountKind.Liability, "daily allowances"),
    ];
}

/// <summary>The bank's own ledger accounts, one of each per currency. Their ids are made from their names.</summary>
public static class HouseAccounts
{
    public static AccountId Cash(Asset asset) => Id(ChartOfAccounts.Cash, asset);
    public static AccountId CentralBank(Asset asset) => Id(ChartOfAccounts.CentralBank, asset);
    public static AccountId Clearing(Asset asset) => Id(ChartOfAccounts.Clearing, asset);

    /// <summary>Other side of every daily allowance.</summary>
    public static AccountId AllowancePool(Asset asset) => Id(ChartOfAccounts.DailyAllowance, asset);

    /// <summary>
    /// The asset in which the daily allowance of an account is kept. It is no money: it makes the limit per day a ledger
    /// balance, checked in the same step as the posting.
    /// </summary>
    public static Asset AllowanceAsset(Asset asset) => new($"LIM-{asset.Code}", asset.Scale);

    /// <summary>All house accounts of a currency, to be opened before its first entry.</summary>
    internal static IReadOnlyList<Account> For(Asset asset) =>
    [
        House(Cash(asset), asset, AccountKind.Asset, ChartOfAccounts.Cash),
        House(CentralBank(asset), asset, AccountKind.Asset, ChartOfAccounts.CentralBank),
        House(Clearing(asset), asset, AccountKind.Liability, ChartOfAccounts.Clearing),
        House(AllowancePool(asset), AllowanceAsset(asset), AccountKind.Asset, ChartOfAccounts.DailyAllowance),
    ];

    static Account House(AccountId id, Asset asset, AccountKind kind, string chartCode) => new()
    {
        Id = id,
        Asset = asset,
        Kind = kind,
        ChartCode = chartCode,
        Limits = Limits.Unlimited,
        Reference = $"accounts/house/{chartCode}/{asset.Code}",
    };

    static AccountId Id(string chartCode, Asset asset) => new(NameBasedId.From("accounts", "house", chartCode, asset.Code));
}

/// <summary>What kind of business an entry of this service is; the <c>Code</c> of its ledger entries.</summary>
public enum BookingCode
{
    Other = 0,
    Transfer = 1,

    /// <summary>A transaction of a pain.001 file.</summary>
    Payment = 2,
    CashIn = 3,
    CashOut = 4,
    Salary = 10,
    Rent = 11,
    Purchase = 12,
    Utilities = 13,
    Pension = 14,
    Supply = 15,
    Tax = 16,

    /// <summary>Sets the daily allowance; moves no money.</summary>
    Allowance = 90,
}
