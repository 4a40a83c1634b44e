using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>Says the ledger's "no" to a payment in words of the customer. Legs: 0 payer, 1 payee, 2 the payer's daily allowance.</summary>
static class LedgerRefusal
{
    public static readonly Refusal InsufficientFunds =
        new("insufficient_funds", "There is not enough money on the account.", "amount");

    public static readonly Refusal DailyLimitExceeded =
        new("daily_limit_exceeded", "Today's payments would exceed the limit per day of this account.", "amount");

    public static readonly Refusal AccountClosed = new("account_closed", "The account is closed.", "from");
    public static readonly Refusal AccountFrozen = new("account_frozen", "Money on this account is frozen.", "from");
    public static readonly Refusal PayeeAccountClosed = new("payee_account_closed", "The payee's account is closed.", "payeeNumber");
    public static readonly Refusal PayeeAccountFrozen =
        new("payee_account_frozen", "The payee's account can't receive money now.", "payeeNumber");

    /// <exception cref="InvalidOperationException">A refusal that no customer can cause: a bug.</exception>
    public static Refusal From(EntryResult result) => (result.Leg, result.Status) switch
    {
        (2, EntryStatus.ExceedsAvailable) => DailyLimitExceeded,
        (0, EntryStatus.ExceedsAvailable) => InsufficientFunds,
        (0, EntryStatus.ExceedsUnfrozenAmount or EntryStatus.AccountFrozenOut) => AccountFrozen,
        (0, EntryStatus.AccountClosed) => AccountClosed,
        (1, EntryStatus.AccountClosed) => PayeeAccountClosed,
        (1, EntryStatus.AccountFrozenIn) => PayeeAccountFrozen,
        // Whichever account can't count that far: the payer's, the payee's or the pool of allowances.
        (_, EntryStatus.BalanceOverflow) =>
            new Refusal("amount_too_large", "The amount is too large for the accounts it goes through.", "amount"),
        _ => throw new InvalidOperationException($"The ledger refused a payment: {result.Status}, leg {result.Leg}."),
    };
}
