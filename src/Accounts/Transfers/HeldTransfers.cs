using Microsoft.EntityFrameworkCore;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>Transfers that are reserved in the ledger while somebody looks at the names: they go on, or the money comes back.</summary>
sealed class HeldTransfers(CityDb db, ILedger ledger, AccountsFollower follower, PersonalData personalData, TimeProvider clock) : IHeldAct
{
    internal const string SubjectPrefix = "accounts/transfer/";

    /// <summary>Says nothing of why: whoever is on a list must not be told by the bank (FATF Recommendation 21, tipping-off and confidentiality).</summary>
    public static readonly Refusal NotPossible =
        new("payment_not_possible", "The bank can't carry out this payment. Your branch can tell you more.");

    public string Prefix => SubjectPrefix;

    public async Task Continue(string subject, CancellationToken cancel)
    {
        if (await Load(subject, cancel) is not { } transfer) return;
        var result = await End(transfer.Continue(personalData, clock.Today()), cancel);
        // An account was frozen or closed meanwhile: then the money comes back to it.
        if (result is { } refused) await End(transfer.Release(LedgerRefusal.From(refused).Code, clock.Today()), cancel);
    }

    public async Task Refuse(string subject, CancellationToken cancel)
    {
        if (await Load(subject, cancel) is { } transfer) await End(transfer.Release(NotPossible.Code, clock.Today()), cancel);
    }

    async Task<Transfer?> Load(string subject, CancellationToken cancel)
    {
        var id = Guid.Parse(subject.AsSpan(SubjectPrefix.Length));
        return await db.Set<Transfer>().AsNoTracking().SingleOrDefaultAsync(t => t.Id == id && t.State == TransferState.Held, cancel);
    }

    Task<EntryResult?> End(Entry entry, CancellationToken cancel) => ledger.EndHold(entry, follower, cancel);
}

/// <summary>How a hold ends, for transfers and payments alike.</summary>
static class HoldEnd
{
    /// <summary>Posts the one entry that ends a hold, and applies it. Whoever was faster has decided.</summary>
    /// <returns>The refusal that customers can cause, or null when the hold has ended.</returns>
    public static async Task<EntryResult?> EndHold(this ILedger ledger, Entry entry, AccountsFollower follower, CancellationToken cancel)
    {
        var result = (await ledger.Post([entry], cancel))[0];
        if (!result.IsPosted && result.Status is not (EntryStatus.IdUsedWithOtherContent or EntryStatus.HoldSettled)) return result;
        var end = result.IsPosted ? result.Sequence : (await ledger.FindEntry(entry.Id, cancel))?.Sequence
            ?? throw new InvalidOperationException($"The hold {entry.Hold} was ended by another entry than {entry.Id}.");
        await follower.Apply(end, cancel);
        return null;
    }
}
