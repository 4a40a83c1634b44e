using System.Collections.Concurrent;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>
/// The limit per day as a ledger balance: each account that pays has an allowance account, filled up to its daily limit
/// once a business day; each payment takes its amount from it in the same entry.
/// </summary>
public sealed class DailyAllowance(ILedger ledger) : IDisposable
{
    /// <summary>Reference of the entries that change limits; the account follows.</summary>
    internal const string LimitsPrefix = "accounts/limits/";

    readonly ConcurrentDictionary<AccountId, DateOnly> _filled = new();
    readonly SemaphoreSlim _changing = new(1, 1);

    public void Dispose() => _changing.Dispose();

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

        var filling = FillingOf(account, today);
        if (await ledger.FindEntry(filling, cancel) is null)
        {
            var left = await Left(account, cancel);
            // Another request may have filled the same day a moment ago; then the id is taken, and that is as good.
            await ledger.Post(
                [new Entry { Id = filling, Legs = Move(account, account.DailyLimit - left), ValueDate = today, Code = (int)BookingCode.Allowance, Reference = $"accounts/allowance/{account.Id}" }],
                cancel);
        }
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

    /// <summary>Posts new limits. Today's allowance becomes the new limit per day less what was paid today.</summary>
    /// <param name="change">Made from the caller's key: the same change again is answered again.</param>
    /// <returns>The ledger sequence from which the new limits hold.</returns>
    internal async Task<Outcome<long>> ChangeLimits(
        DepositAccount account, TransferLimits limits, Guid change, DateOnly today, CancellationToken cancel)
    {
        await FillFor(account, today, cancel);
        // One change at a time: two that read the same allowance would both move it.
        await _changing.WaitAsync(cancel);
        try
        {
            return await Change(account, limits, change, today, cancel);
        }
        finally
        {
            _changing.Release();
        }
    }

    async Task<Outcome<long>> Change(DepositAccount account, TransferLimits limits, Guid change, DateOnly today, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (left, paid) = await LeftAndPaid(account, today, cancel);
            var entry = new Entry
            {
                Id = new EntryId(NameBasedId.From("accounts", "limits", change.ToString(), $"{attempt}")),
                Legs = Move(account, Math.Max(0, limits.PerDay - paid) - left),
                ValueDate = today,
                Code = (int)BookingCode.Allowance,
                Reference = $"{LimitsPrefix}{account.Id}",
                Metadata = limits.Written(),
            };
            var result = (await ledger.Post([entry], cancel))[0];
            if (result.IsPosted) return result.Sequence;
            // A repeated change finds another allowance, or another day: it is the same change if the limits are.
            if (await ledger.FindEntry(entry.Id, cancel) is { } earlier)
                return earlier.Entry.Metadata == entry.Metadata ? earlier.Sequence
                    : new Refusal("idempotency_key_reused", "This key was used for other limits.", "key");
            // A payment has just taken part of what was to be taken back: once more, with what is left now.
            Invariant.Holds(result.Status is EntryStatus.ExceedsAvailable or EntryStatus.IdUsedWithOtherContent);
        }
    }

    /// <summary>Adds to what is left (positive), or takes from it. Zero still makes an entry, which changes nothing but is there: a mark.</summary>
    internal static Leg[] Move(DepositAccount account, long difference)
    {
        var (allowance, pool) = (AccountOf(account.Id), HouseAccounts.AllowancePool(account.Asset));
        return difference switch
        {
            > 0 => [Leg.Debit(pool, difference), Leg.Credit(allowance, difference)],
            < 0 => [Leg.Debit(allowance, -difference), Leg.Credit(pool, -difference)],
            // A full allowance is marked as filled too. Without the mark, the next start of the process would fill up what
            // was paid in the meantime.
            _ => [Leg.Debit(pool, 1), Leg.Credit(allowance, 1), Leg.Debit(allowance, 1), Leg.Credit(pool, 1)],
        };
    }

    /// <summary>What is left of today's allowance, and what was paid since it was filled; both of one moment.</summary>
    async Task<(long Left, long Paid)> LeftAndPaid(DepositAccount account, DateOnly today, CancellationToken cancel)
    {
        while (true)
        {
            var left = await Left(account, cancel);
            var paid = await PaidSince(FillingOf(account, today), account, cancel);
            if (left == await Left(account, cancel)) return (left, paid);
        }
    }

    async Task<long> PaidSince(EntryId filling, DepositAccount account, CancellationToken cancel)
    {
        var (paid, query) = (0L, new HistoryQuery(Backward: true, Take: 1_000));
        while (true)
        {
            var page = await ledger.History(AccountOf(account.Id), query, cancel);
            foreach (var line in page.Lines)
            {
                var entry = line.Posted.Entry;
                if (entry.Id == filling) return paid;
                if (entry.Code != (int)BookingCode.Allowance) paid += entry.Legs[line.Leg].Amount;
            }
            if (page.Next is null) return paid;
            query = query with { Cursor = page.Next };
        }
    }

    async Task<long> Left(DepositAccount account, CancellationToken cancel) =>
        (await ledger.Find(AccountOf(account.Id), cancel) ?? throw new InvalidOperationException("No allowance account.")).Posted;

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
