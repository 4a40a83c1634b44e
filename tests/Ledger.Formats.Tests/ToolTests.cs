using CsCheck;

namespace Pujiang.Ledger.Formats.Tests;

/// <summary>hledger, ledger and Beancount accept what is exported, and find the balances that the ledger has, account by account.</summary>
public sealed class ToolTests
{
    [Fact]
    public async Task Hledger_OfAnyLedger_FindsTheSameBalances() => await EachLedger(LedgerFormat.Hledger, async (file, accounts) =>
    {
        await Tool.Run("hledger", "-f", file, "check", "accounts", "commodities");
        Assert.Equal(Posted(accounts, code => code).Concat(Pending(accounts)).Order(), Order(await Tool.HledgerBalances(file)));
    });

    [Fact]
    public async Task Ledger_OfAnyLedger_FindsTheSameBalances() => await EachLedger(LedgerFormat.Ledger, async (file, accounts) =>
    {
        // The strictest reading: every account, commodity and tag must be declared.
        Assert.Equal(Posted(accounts, code => code).Concat(Pending(accounts)).Order(), Order(await Tool.LedgerBalances(file, "--pedantic")));
        Assert.Equal(Posted(accounts, code => code).Order(), Order(await Tool.LedgerBalances(file, "--real")));
    });

    [Fact]
    public async Task Beancount_OfAnyLedger_FindsTheSameBalances() => await EachLedger(LedgerFormat.Beancount, async (file, accounts) =>
    {
        Assert.Equal("", await Tool.Run("bean-check", file));
        var symbols = await Symbols(file);
        Assert.Equal(Posted(accounts, code => symbols[code]).Order(), Order(await Tool.BeancountBalances(file)));
    });

    static async Task EachLedger(LedgerFormat format, Func<string, List<AccountState>, Task> check) => await TestLedger.Any.SampleAsync(async plan =>
    {
        using var folder = new TestFolder();
        await TestLedger.Build(folder["a"], plan);
        await TestLedger.Export(folder["a"], format, folder["file"]);
        await check(folder["file"], await States(folder["a"], plan.Accounts));
    }, iter: 12, threads: 1);

    static async Task<List<AccountState>> States(string folder, Account[] accounts)
    {
        await using var book = TestLedger.OpenQuietly(folder);
        var states = new List<AccountState>();
        foreach (var account in accounts) states.Add((await book.Find(account.Id))!);
        // The accounts together are the ledger's trial balance, so the programs agree with that too.
        foreach (var line in await book.TrialBalance())
        {
            var same = states.Where(state => state.Account.Asset == line.Asset && state.Account.Kind == line.Kind && state.Account.ChartCode == line.ChartCode).ToList();
            Assert.Equal((line.Debits, line.Credits), (same.Sum(state => state.Balance.PostedDebits), same.Sum(state => state.Balance.PostedCredits)));
        }
        return states;
    }

    static IEnumerable<string> Posted(IEnumerable<AccountState> states, Func<string, string> symbol) => states
        .Where(state => state.Balance.PostedDebits != state.Balance.PostedCredits)
        .Select(state => Line(ExportedAccounts.NameOf(state.Account), symbol(state.Account.Asset.Code),
            ParquetColumns.Decimal(state.Balance.PostedDebits - state.Balance.PostedCredits, state.Account.Asset)));

    static IEnumerable<string> Pending(IEnumerable<AccountState> states) => states
        .Where(state => state.Balance.PendingDebits != state.Balance.PendingCredits)
        .Select(state => Line("Pending:" + ExportedAccounts.NameOf(state.Account), state.Account.Asset.Code,
            ParquetColumns.Decimal(state.Balance.PendingDebits - state.Balance.PendingCredits, state.Account.Asset)));

    static IEnumerable<string> Order(Dictionary<(string Account, string Commodity), decimal> balances) =>
        balances.Select(balance => Line(balance.Key.Account, balance.Key.Commodity, balance.Value)).Order();

    static string Line(string account, string commodity, decimal amount) => $"{account} {amount:F9} {commodity}";

    static async Task<Dictionary<string, string>> Symbols(string file)
    {
        var symbols = new Dictionary<string, string>(StringComparer.Ordinal);
        var lines = await File.ReadAllLinesAsync(file);
        for (var i = 0; i < lines.Length; i++)
            if (lines[i].Split(' ') is [_, "commodity", var symbol]) symbols[lines[i + 1].Trim().Replace("asset: ", "", StringComparison.Ordinal).Trim('"')] = symbol;
        return symbols;
    }
}
