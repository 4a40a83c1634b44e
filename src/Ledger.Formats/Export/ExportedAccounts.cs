namespace Pujiang.Ledger.Formats;

/// <summary>An account and its name in the plain-text formats.</summary>
sealed record ExportedAccount(Account Account, string Name);

/// <summary>The accounts that an export has met. Their number bounds its memory.</summary>
sealed class ExportedAccounts(ILedger ledger)
{
    readonly Dictionary<AccountId, ExportedAccount> _known = [];

    public int Count => _known.Count;

    public ExportedAccount this[AccountId id] => _known[id];

    public async ValueTask<bool> IsNew(AccountId id, CancellationToken cancel)
    {
        if (_known.ContainsKey(id)) return false;
        var state = await ledger.Find(id, cancel) ?? throw new InvalidOperationException($"The ledger has entries on account {id}, but not the account.");
        return IsNew(state);
    }

    public bool IsNew(AccountState state) => _known.TryAdd(state.Account.Id, new ExportedAccount(state.Account, NameOf(state.Account)));

    /// <summary>
    /// "Liabilities:2011-02:9F25…": root, chart code, id. Legal in hledger, ledger and Beancount, and never the name of another
    /// account; the exact chart code stands beside it.
    /// </summary>
    public static string NameOf(Account account)
    {
        var chart = account.ChartCode.Replace('.', '-').ToUpperInvariant();
        if (chart[0] == '-') chart = "X" + chart;
        return $"{RootOf(account.Kind)}:{chart}:{account.Id.ToString().ToUpperInvariant()}";
    }

    static string RootOf(AccountKind kind) => kind switch
    {
        AccountKind.Asset => "Assets",
        AccountKind.Liability => "Liabilities",
        AccountKind.Equity => "Equity",
        AccountKind.Income => "Income",
        _ => "Expenses",
    };
}
