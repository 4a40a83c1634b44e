using System.Text.Json;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>Cash paid in at the counter by the bank's staff: at once, or from a certain amount on after a colleague's consent.</summary>
/// <remarks>The day's cash of the account counts together, so that splitting it changes nothing (see the rule's source).</remarks>
public sealed class TakeCash(DepositAccounts accounts, OpenAccount counter, Approvals approvals, ILedger ledger, TimeProvider clock)
{
    static readonly Caller Bank = new(null, IsOperator: true);

    /// <summary>Paid in, or waiting: one of the two is there.</summary>
    public sealed record Result(DepositAccounts.View? PaidIn, ApprovalView? Waiting);

    sealed record Content(Guid Account, string Amount);

    /// <summary>The rule that applies to so much more cash today, or null when the teller may take it alone.</summary>
    public async Task<ApprovalRule?> RuleFor(Guid account, Money amount, Caller caller, CancellationToken cancel) =>
        approvals.RuleFor(ApprovalKinds.CashIn, amount + await PaidInToday(account, amount.Asset, cancel), caller);

    /// <param name="amount">In units of the account's currency.</param>
    /// <param name="key">The caller's idempotency key.</param>
    public async Task<Outcome<Result>> Handle(Guid account, string? amount, string key, Caller caller, CancellationToken cancel)
    {
        if (await accounts.Find(account, Bank, cancel) is not { } view) return DepositAccounts.NotFound;
        if (!Money.TryRead(amount, view.Balance.Asset, out var money) || !money.IsPositive)
            return new Refusal("amount_invalid", "The amount must be a positive number such as 1234.50.", "amount", $"{view.Balance.Asset.Scale}");
        // A repeated request is answered as the first, whatever else was paid in since.
        var asked = await approvals.Asked(ApprovalKinds.CashIn, caller, key, cancel) is not null;
        var paid = await ledger.FindEntry(OpenAccount.CashInId(account, key), cancel) is not null;
        var today = await PaidInToday(account, money.Asset, cancel);
        if (!asked && (paid || approvals.RuleFor(ApprovalKinds.CashIn, money + today, caller) is null))
            return (await counter.PayIn(account, amount, key, cancel)).Try(out var paidIn, out var refusal) ? new Result(paidIn, null) : refusal;
        return (await approvals.Ask(Request(view, money, today), caller, key, cancel)).Try(out var waiting, out var refused) ? new Result(null, waiting) : refused;
    }

    async Task<Money> PaidInToday(Guid account, Asset asset, CancellationToken cancel)
    {
        var (sum, query) = (0L, new HistoryQuery(From: BankTime.StartOf(clock.Today()), Take: 500));
        while (true)
        {
            var page = await ledger.History(new AccountId(account), query, cancel);
            foreach (var line in page.Lines.Where(line => line.Posted.Entry.Code == (int)BookingCode.CashIn))
                sum += line.Posted.Entry.Legs[line.Leg].Amount;
            if (page.Next is null) return new Money(sum, asset);
            query = query with { Cursor = page.Next };
        }
    }

    static ApprovalRequest Request(DepositAccounts.View account, Money amount, Money today) => new(
        ApprovalKinds.CashIn, $"accounts/deposit/{account.Id}",
        [
            ApprovalFact.Of(new Bilingual("户名", "Account of"), account.Owner),
            ApprovalFact.Of(new Bilingual("账号", "Account number"), Amounts.Grouped(account.Number)),
            ApprovalFact.Of(new Bilingual("存入现金", "Cash paid in"), amount.Text()),
            ApprovalFact.Of(new Bilingual("当日现金存入合计", "Cash of the day with it"), (today + amount).Text(), today.Text()),
            ApprovalFact.Of(new Bilingual("余额", "Balance"), (account.Balance + amount).Text(), account.Balance.Text()),
        ],
        JsonSerializer.Serialize(new Content(account.Id, amount.ToPlainString())), amount + today);

    /// <summary>Posts the cash under the id of the request, so that it is posted once.</summary>
    internal sealed class Act(OpenAccount counter) : IApprovedAct
    {
        public string Kind => ApprovalKinds.CashIn;

        public async Task<Refusal?> Execute(ApprovedContent approved, CityDb db, CancellationToken cancel)
        {
            var content = JsonSerializer.Deserialize<Content>(approved.Content)!;
            return (await counter.PayIn(content.Account, content.Amount, $"approval/{approved.Id}", cancel)).Try(out _, out var refusal) ? null : refusal;
        }
    }
}
