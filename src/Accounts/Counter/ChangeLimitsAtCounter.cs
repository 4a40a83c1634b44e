using System.Text.Json;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>Staff change a customer's limits on payments: lower ones at once, higher ones after a colleague's consent.</summary>
public sealed class ChangeLimitsAtCounter(DepositAccounts accounts, Approvals approvals)
{
    static readonly Caller Bank = new(null, IsOperator: true);

    /// <summary>Changed, or waiting: one of the two is there.</summary>
    public sealed record Result(DepositAccounts.View? Changed, ApprovalView? Waiting);

    sealed record Content(Guid Account, string PerPayment, string PerDay);

    /// <param name="key">The caller's idempotency key.</param>
    public async Task<Outcome<Result>> Handle(Guid account, string? perPayment, string? perDay, string key, Caller caller, CancellationToken cancel)
    {
        if (await accounts.Find(account, Bank, cancel) is not { } view) return DepositAccounts.NotFound;
        var asset = view.Balance.Asset;
        if (!Money.TryRead(perPayment, asset, out var payment))
            return new Refusal("amount_invalid", "The limit per payment must be an amount such as 5000.00.", "perPayment", $"{asset.Scale}");
        if (!Money.TryRead(perDay, asset, out var day))
            return new Refusal("amount_invalid", "The limit per day must be an amount such as 5000.00.", "perDay", $"{asset.Scale}");
        if (!TransferLimits.Of(payment, day).Try(out _, out var wrong)) return wrong;

        // A repeated request is answered as the first, also when the limits are higher by now.
        var raised = payment > view.PaymentLimit || day > view.DailyLimit || await approvals.Asked(ApprovalKinds.RaiseLimits, caller, key, cancel) is not null;
        if (!raised || approvals.RuleFor(ApprovalKinds.RaiseLimits, null, caller) is null)
            return (await accounts.ChangeLimits(account, perPayment, perDay, Bank, $"{caller.Actor} {key}", cancel)).Try(out var changed, out var refusal)
                ? new Result(changed, null) : refusal;
        return (await approvals.Ask(Request(view, payment, day), caller, key, cancel)).Try(out var waiting, out var refused) ? new Result(null, waiting) : refused;
    }

    static ApprovalRequest Request(DepositAccounts.View account, Money payment, Money day) => new(
        ApprovalKinds.RaiseLimits, $"accounts/deposit/{account.Id}",
        [
            ApprovalFact.Of(new Bilingual("户名", "Account of"), account.Owner),
            ApprovalFact.Of(new Bilingual("账号", "Account number"), Amounts.Grouped(account.Number)),
            ApprovalFact.Of(new Bilingual("单笔限额", "Limit per payment"), payment.Text(), account.PaymentLimit.Text()),
            ApprovalFact.Of(new Bilingual("日累计限额", "Limit per day"), day.Text(), account.DailyLimit.Text()),
        ],
        JsonSerializer.Serialize(new Content(account.Id, payment.ToPlainString(), day.ToPlainString())));

    /// <summary>Posts the new limits under the id of the request, so that they are posted once.</summary>
    internal sealed class Act(DepositAccounts accounts) : IApprovedAct
    {
        public string Kind => ApprovalKinds.RaiseLimits;

        public async Task<Refusal?> Execute(ApprovedContent approved, CityDb db, CancellationToken cancel)
        {
            var content = JsonSerializer.Deserialize<Content>(approved.Content)!;
            return (await accounts.ChangeLimits(content.Account, content.PerPayment, content.PerDay, Bank, $"approval/{approved.Id}", cancel))
                .Try(out _, out var refusal) ? null : refusal;
        }
    }
}
