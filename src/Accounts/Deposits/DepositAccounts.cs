using Microsoft.EntityFrameworkCore;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>What this service tells and offers about deposit accounts, to its pages and to the floors above.</summary>
public sealed class DepositAccounts(
    CityDb db, ILedger ledger, AccountsFollower follower, DailyAllowance allowance, PersonalData personalData, TimeProvider clock)
{
    public static readonly Refusal NotFound = new("account_not_found", "There is no such account among yours.", "from");

    /// <summary>An account as its owner sees it.</summary>
    /// <param name="Number">In full; show <see cref="AccountNumber.Masked"/> where others may look on.</param>
    /// <param name="Available">What can be paid out now.</param>
    /// <param name="LeftToday">What the limit per day still allows today.</param>
    public sealed record View(
        Guid Id, string Number, string Owner, DepositProduct Product, DateOnly OpenedOn, Money Balance, Money Available,
        Money PaymentLimit, Money DailyLimit, Money LeftToday, bool Closed, bool Frozen);

    /// <summary>Who stands behind an account: for statements and for the name check before a transfer.</summary>
    public sealed record Holder(Guid PartyId, string Name, string Number);

    public async Task<IReadOnlyList<View>> Of(Guid party, CancellationToken cancel)
    {
        var accounts = await db.Set<DepositAccount>().AsNoTracking().Where(a => a.PartyId == party).ToListAsync(cancel);
        var owner = await db.Set<Party>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == party, cancel);
        var views = new List<View>();
        foreach (var account in accounts.OrderBy(a => a.OpenedOn).ThenBy(a => a.Currency, StringComparer.Ordinal))
            views.Add(await ViewOf(account, owner!.Name, cancel));
        return views;
    }

    public async Task<View?> Find(Guid id, Caller caller, CancellationToken cancel)
    {
        if (await Load(id, caller, cancel) is not { } account) return null;
        var owner = await db.Set<Party>().AsNoTracking().SingleAsync(p => p.Id == account.PartyId, cancel);
        return await ViewOf(account, owner.Name, cancel);
    }

    /// <summary>The account with this number; of several currencies the named one, or the only one.</summary>
    public async Task<Guid?> FindByNumber(string number, string? currency, CancellationToken cancel)
    {
        var hash = AccountNumber.Hash(personalData, number);
        var found = await db.Set<DepositAccount>().AsNoTracking()
            .Where(a => a.NumberHash == hash && (currency == null || a.Currency == currency)).Select(a => a.Id).Take(2).ToListAsync(cancel);
        return found.Count == 1 ? found[0].Value : null;
    }

    /// <summary>The accounts with this number, one for each currency, that the caller may use.</summary>
    public async Task<IReadOnlyList<View>> WithNumber(string number, Caller caller, CancellationToken cancel)
    {
        var hash = AccountNumber.Hash(personalData, number);
        var ids = await db.Set<DepositAccount>().AsNoTracking().Where(a => a.NumberHash == hash)
            .OrderBy(a => a.Currency).Select(a => a.Id).ToListAsync(cancel);
        var views = new List<View>();
        foreach (var id in ids)
            if (await Find(id.Value, caller, cancel) is { } account) views.Add(account);
        return views;
    }

    /// <summary>The account if this caller may use it; null otherwise, so that nobody learns of others' accounts.</summary>
    internal async Task<DepositAccount?> Load(Guid id, Caller caller, CancellationToken cancel)
    {
        var account = await db.Set<DepositAccount>().AsNoTracking().SingleOrDefaultAsync(a => a.Id == new AccountId(id), cancel);
        return account is not null && caller.MayUse(account.PartyId) ? account : null;
    }

    /// <summary>The ledger account that a payee's money goes to: the payee's own, or clearing for another bank.</summary>
    internal async Task<Outcome<AccountId>> Resolve(Beneficiary payee, DepositAccount from, CancellationToken cancel)
    {
        var hash = AccountNumber.Hash(personalData, payee.Number);
        // Numbers are unique within a bank only.
        var here = payee.IsOtherBank ? [] : await db.Set<DepositAccount>().AsNoTracking().Where(a => a.NumberHash == hash).ToListAsync(cancel);
        if (here.Count == 0)
            return payee.Bank.Length > 0 && !payee.Number.StartsWith(AccountNumber.CardPrefix, StringComparison.Ordinal) ? HouseAccounts.Clearing(from.Asset)
                : new Refusal("payee_account_unknown", "No account of this bank has this number. Check it, or name the payee's bank.", "payeeNumber");
        if (here.SingleOrDefault(a => a.Currency == from.Currency) is not { } to)
            return new Refusal("currency_mismatch", $"The payee's account is not kept in {from.Currency}.", "payeeNumber", from.Currency);
        if (to.Id == from.Id)
            return new Refusal("same_account", "The payee's account is the account the money comes from.", "payeeNumber");
        var owner = await db.Set<Party>().AsNoTracking().SingleAsync(p => p.Id == to.PartyId, cancel);
        return Beneficiary.SameName(owner.Name, payee.Name) ? to.Id
            : new Refusal("payee_name_mismatch", "The name does not belong to this account number.", "payeeName");
    }

    /// <summary>Who stands behind ledger accounts; accounts that are no deposits are left out.</summary>
    public async Task<IReadOnlyDictionary<AccountId, Holder>> Holders(IReadOnlyCollection<AccountId> accounts, CancellationToken cancel)
    {
        var holders = new Dictionary<AccountId, Holder>();
        foreach (var some in accounts.Chunk(500))
        {
            var rows = await db.Set<DepositAccount>().AsNoTracking().Where(a => some.Contains(a.Id))
                .Join(db.Set<Party>(), a => a.PartyId, p => p.Id, (a, p) => new { a.Id, a.PartyId, a.Number, p.Name }).ToListAsync(cancel);
            foreach (var row in rows) holders[row.Id] = new Holder(row.PartyId, row.Name, row.Number);
        }
        return holders;
    }

    /// <summary>Changes the limits on payments; today's payments stay counted.</summary>
    /// <param name="key">The caller's idempotency key.</param>
    public async Task<Outcome<View>> ChangeLimits(Guid id, string? perPayment, string? perDay, Caller caller, string key, CancellationToken cancel)
    {
        if (await Load(id, caller, cancel) is not { } account) return NotFound;
        if (!Money.TryRead(perPayment, account.Asset, out var payment))
            return new Refusal("amount_invalid", "The limit per payment must be an amount such as 5000.00.", "perPayment", $"{account.Asset.Scale}");
        if (!Money.TryRead(perDay, account.Asset, out var day))
            return new Refusal("amount_invalid", "The limit per day must be an amount such as 5000.00.", "perDay", $"{account.Asset.Scale}");
        if (!TransferLimits.Of(payment, day).Try(out var limits, out var refusal)) return refusal;

        // Post, then apply: the row follows the ledger, so a crash between the two is healed by the follower.
        var change = NameBasedId.From("accounts", "limits", id.ToString(), caller.Key, key);
        if (!(await allowance.ChangeLimits(account, limits, change, clock.Today(), cancel)).Try(out var sequence, out refusal)) return refusal;
        await follower.Apply(sequence, cancel);
        return (await Find(id, caller, cancel))!;
    }

    async Task<View> ViewOf(DepositAccount account, string owner, CancellationToken cancel)
    {
        var state = await ledger.Find(account.Id, cancel)
            ?? throw new InvalidOperationException($"Deposit account {account.Id} is not in the ledger.");
        var limits = state.Account.Limits;
        return new View(
            account.Id.Value, account.Number, owner, account.Product, account.OpenedOn, account.Minor(state.Posted),
            account.Minor(state.Available), account.Minor(account.PaymentLimit), account.Minor(account.DailyLimit),
            account.Minor(await allowance.LeftOf(account, clock.Today(), cancel)), limits.Closed, limits.FrozenIn || limits.FrozenOut || limits.FrozenAmount > 0);
    }
}

/// <summary>Whoever has an account here is a customer; a closed one counts too, for as long as its own papers are kept.</summary>
sealed class AccountHolders : IBusinessRelations
{
    public Task<bool> Has(CityDb db, Guid party, CancellationToken cancel) => db.Set<DepositAccount>().AnyAsync(a => a.PartyId == party, cancel);
}
