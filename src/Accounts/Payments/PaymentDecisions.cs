using Microsoft.EntityFrameworkCore;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>
/// Decides the transactions of a file, some at a time: which accounts, which day, or why not. Only what the ledger must
/// answer (money, limits per day, freezes) is left open.
/// </summary>
sealed class PaymentDecisions(CityDb db, PersonalData personalData, Caller caller, DateOnly today, PaymentFindings findings)
{
    const int DaysAhead = 366;
    readonly Dictionary<string, string> _hashes = new(StringComparer.Ordinal);

    /// <summary>A transaction with the block it stands in.</summary>
    public sealed record Item(PaymentInformation Payment, CreditTransfer Transfer);

    sealed record Known(DepositAccount Account, string Owner);

    public async Task<IReadOnlyList<LineDecision>> Decide(IReadOnlyList<Item> items, CancellationToken cancel)
    {
        // Kept for these items only, so that a long file does not fill the memory.
        _hashes.Clear();
        var known = await LoadAccounts(items, cancel);
        return [.. items.Select(item => Decide(item, known))];
    }

    LineDecision Decide(Item item, ILookup<string, Known> known)
    {
        var (payment, transfer) = item;
        var wanted = payment.RequestedOn ?? today;
        var day = wanted < today ? today : wanted;
        var isMoney = transfer.Amount.TryToMoney(out var amount);
        LineDecision No(string code, string text) => new(amount.MinorUnits, default, default, day, true, new StatusReason(code, text));

        if (findings.For(payment.Index, transfer.Index) is { } finding) return No(finding.Code, finding.Text ?? "");
        if (payment.Method is not ("TRF" or "TRA"))
            return No(StatusReasons.InvalidOperationCode, $"Payment method {payment.Method} is not offered; TRF is.");
        if (transfer.TransferCurrency is not null)
            return No(StatusReasons.NotAllowedCurrency, "Equivalent amounts are not exchanged; give the amount as InstdAmt.");
        if (!isMoney || Assets.TryOf(transfer.Amount.Currency) is null)
            return No(StatusReasons.NotAllowedCurrency, $"Accounts are not kept in {transfer.Amount.Currency}.");
        if (wanted > today.AddDays(DaysAhead))
            return No(StatusReasons.InvalidDate, $"{wanted:yyyy-MM-dd} is more than {DaysAhead} days ahead.");

        var debtors = known[Hash(payment.DebtorAccount)].Where(a => caller.MayUse(a.Account.PartyId)).ToList();
        if (debtors.Count == 0)
            return No(StatusReasons.InvalidDebtorAccount, "The debtor's account is not known here, or not the sender's.");
        if (debtors.SingleOrDefault(a => a.Account.Currency == amount.Asset.Code)?.Account is not { } from)
            return No(StatusReasons.NotAllowedCurrency, $"The debtor's account is not kept in {amount.Asset.Code}.");
        if (amount.MinorUnits > from.PaymentLimit)
            return No(StatusReasons.ExceedsLimit, $"More than the limit per payment of {from.Minor(from.PaymentLimit)}.");
        if (!Payee(transfer, from, known).Try(out var to, out var refusal)) return No(refusal.Code, refusal.Reason);

        var changed = wanted < today
            ? new StatusReason(StatusReasons.ExecutionDateChanged, $"{wanted:yyyy-MM-dd} is past; executed on {today:yyyy-MM-dd}.") : null;
        return new LineDecision(amount.MinorUnits, from.Id, to, day, false, changed);
    }

    Outcome<AccountId> Payee(CreditTransfer transfer, DepositAccount from, ILookup<string, Known> known)
    {
        var number = AccountNumber.Normal(transfer.CreditorAccount.Number ?? "");
        if (number.Length == 0) return new Refusal(StatusReasons.InvalidCreditorAccount, "The creditor's account is missing.");
        var bank = transfer.CreditorAgent;
        // Numbers are unique within a bank only: the agent says whose number it is.
        var isElsewhere = bank.Bic is not null && !Beneficiary.IsOwnBank(bank.Bic);
        var isOwnCard = number.StartsWith(AccountNumber.CardPrefix, StringComparison.Ordinal);
        if (isElsewhere && isOwnCard)
            return new Refusal(StatusReasons.InvalidCreditorBank, $"{AccountNumber.Masked(number)} is a card of this bank, not of {bank.Bic}.");
        List<Known> here = isElsewhere ? [] : [.. known[Hash(transfer.CreditorAccount)]];
        if (here.Count > 0)
        {
            if (here.SingleOrDefault(a => a.Account.Currency == from.Currency) is not { } payee)
                return new Refusal(StatusReasons.NotAllowedCurrency, $"The creditor's account is not kept in {from.Currency}.");
            if (payee.Account.Id == from.Id)
                return new Refusal(StatusReasons.InvalidCreditorAccount, "Debtor and creditor have the same account.");
            return Beneficiary.SameName(payee.Owner, transfer.Creditor.Name ?? "") ? payee.Account.Id
                : new Refusal(StatusReasons.IncorrectCreditorName, "The creditor's name does not belong to the account.");
        }
        if (Beneficiary.IsOwnBank(bank.Bic) || isOwnCard)
            return new Refusal(StatusReasons.IncorrectAccount, $"This bank has no account {AccountNumber.Masked(number)}.");
        var bankIsNamed = bank.Bic is not null || bank.ClearingMemberId is not null || bank.Name is not null
            || transfer.CreditorAccount.Iban is not null;
        return bankIsNamed ? HouseAccounts.Clearing(from.Asset)
            : new Refusal(StatusReasons.InvalidCreditorBank, "The creditor's bank is missing: give its BIC or an IBAN.");
    }

    async Task<ILookup<string, Known>> LoadAccounts(IReadOnlyList<Item> items, CancellationToken cancel)
    {
        var hashes = items.SelectMany(i => new[] { Hash(i.Payment.DebtorAccount), Hash(i.Transfer.CreditorAccount) }).ToHashSet();
        hashes.Remove("");
        var rows = new List<Known>();
        foreach (var some in hashes.Chunk(500))
            rows.AddRange(await db.Set<DepositAccount>().AsNoTracking().Where(a => some.Contains(a.NumberHash))
                .Join(db.Set<Party>(), a => a.PartyId, p => p.Id, (a, p) => new Known(a, p.Name)).ToListAsync(cancel));
        return rows.ToLookup(known => known.Account.NumberHash, StringComparer.Ordinal);
    }

    /// <summary>The debtor's account is asked for with each transaction: a number is hashed once.</summary>
    string Hash(AccountReference account)
    {
        if (account.Number is not { Length: > 0 } number) return "";
        if (!_hashes.TryGetValue(number, out var hash)) _hashes.Add(number, hash = AccountNumber.Hash(personalData, number));
        return hash;
    }
}

/// <summary>The errors of a checked file by the place they belong to.</summary>
sealed class PaymentFindings
{
    readonly Dictionary<(int? Block, int? Transfer), StatusReason> _first = [];

    public PaymentFindings(CheckReport report)
    {
        if (report.FindingCount > report.Findings.Count)
            Add((null, null), new StatusReason(StatusReasons.InvalidFileFormat, $"The file has {report.FindingCount:N0} findings."));
        foreach (var finding in report.Findings.Where(f => f.Severity == Severity.Error))
            Add(finding.Place, new StatusReason(StatusReasons.For(finding.Code), TextOf(finding)));
    }

    /// <summary>Why the whole file is refused, or null.</summary>
    public StatusReason? ForFile => _first.GetValueOrDefault((null, null));

    /// <summary>Why a transaction, or its whole block, is refused, or null.</summary>
    public StatusReason? For(int block, int transfer) =>
        _first.GetValueOrDefault((block, transfer)) ?? _first.GetValueOrDefault((block, null));

    /// <summary>"IBAN_CHECK_DIGITS CdtrAcct/Id/IBAN 'DE12…': The check digits should be 32." The path begins in the transaction, block or message.</summary>
    public static string TextOf(Finding finding) =>
        $"{finding.Code} {WithinItsPlace(finding)}{(finding.Value.Length > 0 ? $" '{finding.Value}'" : "")}: {finding.Expected}";

    static string WithinItsPlace(Finding finding)
    {
        // "/Document/CstmrCdtTrfInitn/PmtInf[1]/CdtTrfTxInf[7]/…": two, three or four levels that the reader knows already.
        var levels = finding.Place switch { (null, _) => 2, (_, null) => 3, _ => 4 };
        var parts = finding.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length > levels ? string.Join('/', parts.Skip(levels)) : finding.Path;
    }

    void Add((int?, int?) place, StatusReason reason) => _first.TryAdd(place, reason);
}
