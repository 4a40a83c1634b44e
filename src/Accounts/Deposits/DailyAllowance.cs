using System.Collections.Concurrent;
using System.Text.Json;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>
/// The limit per day as a ledger balance: each account that pays has an allowance account, filled up to its daily limit
/// once a business day; each payment takes its amount from it in the same entry.
/// </summary>
public sealed class DailyAllowance(ILedger ledger)
{
    readonly ConcurrentDictionary<AccountId, DateOnly> _filled = new();

    public static AccountId AccountOf(AccountId deposit) => new(NameBasedId.From("accounts", "allowance", deposit.ToString()));

    /// <summary>The two legs that a payment adds to its entry.</summary>
    internal static Leg[] Take(DepositAccount from, long amount) =>
        [Leg.Debit(AccountOf(from.Id), amount), Leg.Credit(HouseAccounts.AllowancePool(from.Asset), amount)];

    /// <summary>Makes sure that the allowance was filled for this day. Safe to repeat and to race: the ledger takes the day's filling once.</summary>
    internal async Task FillFor(DepositAccount account, DateOnly today, CancellationToken cancel)
    {
        if (_filled.TryGetValue(account.Id, out var last) && last == today) return;
        var id = AccountOf(account.Id);
        if (await ledger.Find(id, cancel) is null) await OpenAllowance(account, cancel);

        var entry = FillingOf(account, today);
        if (await ledger.FindEntry(entry, cancel) is null)
            await SetTo(account, account.DailyLimit, entry, today, cancel);
        _filled[account.Id] = today;
    }

    /// <summary>What the account may still pay out today, in minor units; looks only.</summary>
    internal async Task<long> LeftOf(DepositAccount account, DateOnly today, CancellationToken cancel)
    {
        var isFilled = await ledger.FindEntry(FillingOf(account, today), cancel) is not null;
        return isFilled && await ledger.Find(AccountOf(account.Id), cancel) is { } state ? state.Posted : account.DailyLimit;
    }

    static EntryId FillingOf(DepositAccount account, DateOnly day) =>
        new(NameBasedId.From("accounts", "allowance-day", account.Id.ToString(), day.ToString("O")));

    /// <summary>
    /// Moves today's allowance by the difference between two daily limits; what was paid today stays counted. The entry
    /// carries the new limits, so that the account's row follows the ledger.
    /// </summary>
    /// <returns>The entry's sequence; null when its id was used for other limits.</returns>
    internal async Task<long?> ChangeLimits(
        DepositAccount account, TransferLimits limits, EntryId id, DateOnly today, CancellationToken cancel)
    {
        // With the old limit: the difference comes on top.
        await FillFor(account, today, cancel);
        var state = await ledger.Find(AccountOf(account.Id), cancel) ?? throw new InvalidOperationException("No allowance account.");
        var target = Math.Max(0, state.Posted + limits.PerDay - account.DailyLimit);
        var result = await SetTo(account, target, id, today, cancel, limits);
        if (result.IsPosted) return result.Sequence;
        // A retry finds another balance and so other legs; it is the same change if the limits are the same.
        return await ledger.FindEntry(id, cancel) is { } posted && LimitsOf(posted.Entry) == limits ? posted.Sequence : null;
    }

    /// <summary>Reference of the entries that change an account's limits.</summary>
    internal const string LimitsPrefix = "accounts/limits/";

    internal static TransferLimits? LimitsOf(Entry entry) => JsonSerializer.Deserialize<TransferLimits>(entry.Metadata);

    async Task<EntryResult> SetTo(
        DepositAccount account, long target, EntryId entry, DateOnly today, CancellationToken cancel, TransferLimits? limits = null)
    {
        var allowance = AccountOf(account.Id);
        var pool = HouseAccounts.AllowancePool(account.Asset);
        var state = await ledger.Find(allowance, cancel) ?? throw new InvalidOperationException("No allowance account.");
        var difference = target - state.Posted;
        Leg[] legs = difference switch
        {
            > 0 => [Leg.Debit(pool, difference), Leg.Credit(allowance, difference)],
            < 0 => [Leg.Debit(allowance, -difference), Leg.Credit(pool, -difference)],
            // A full allowance is marked as filled too, with an entry that changes nothing. Without the mark, the next
            // start of the process would fill up what was paid in the meantime.
            _ => [Leg.Debit(pool, 1), Leg.Credit(allowance, 1), Leg.Debit(allowance, 1), Leg.Credit(pool, 1)],
        };
        // Another request may have filled the same day a moment ago; then the id is taken, and that is as good.
        return (await ledger.Post(
            [
                new Entry
                {
                    Id = entry,
                    Legs = legs,
                    ValueDate = today,
                    Code = (int)BookingCode.Allowance,
                    Reference = limits is null ? $"accounts/allowance/{account.Id}" : $"{LimitsPrefix}{account.Id}",
                    Metadata = limits is null ? "" : JsonSerializer.Serialize(limits),
                },
            ], cancel))[0];
    }

    async Task OpenAllowance(DepositAccount account, CancellationToken cancel) =>
        await ledger.Open(
            [
                new Account
                {
                    Id = AccountOf(account.Id),
                    Asset = HouseAccounts.AllowanceAsset(account.Asset),
                    Kind = AccountKind.Liability,
                    ChartCode = ChartOfAccounts.DailyAllowance,
                    Reference = $"accounts/allowance/{account.Id}",
                },
            ], cancel);
}
