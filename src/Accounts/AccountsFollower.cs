using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>Brings posted entries into this service's tables.</summary>
sealed class AccountsOwner(PersonalData personalData, AccountNotifications notifications) : ILedgerOwner
{
    const string HeldPrefix = "accounts/held/";
    const string ReleasedPrefix = "accounts/released/";
    const string CancelledPrefix = "accounts/cancelled/";

    public string Service => "accounts";

    public async Task OnPosted(CityDb db, IReadOnlyList<PostedEntry> entries, CancellationToken cancel)
    {
        await Held(db, With(HeldPrefix), cancel);
        await Transfers(db, With(Transfer.ReferencePrefix), cancel);
        await Cancellations(db, With(CancelledPrefix), cancel);
        await Released(db, With(ReleasedPrefix), cancel);
        await HeldLines(db, With(PaymentLine.HeldPrefix), cancel);
        await Payments(db, With(PaymentLine.ReferencePrefix), cancel);
        await ReleasedLines(db, With(PaymentLine.ReleasedPrefix), cancel);
        await Limits(db, With(DailyAllowance.LimitsPrefix), cancel);
        await AccountEvents.Posted(db, entries, cancel);

        List<PostedEntry> With(string prefix) => [.. entries.Where(e => e.Entry.Reference.StartsWith(prefix, StringComparison.Ordinal))];
    }

    async Task Transfers(CityDb db, IReadOnlyList<PostedEntry> entries, CancellationToken cancel)
    {
        if (entries.Count == 0) return;
        var ids = entries.Select(IdOf).ToHashSet();
        var known = await db.Set<Transfer>().Where(t => ids.Contains(t.Id)).ToDictionaryAsync(t => t.Id, cancel);
        var made = new List<Transfer>();
        foreach (var posted in entries)
        {
            if (!known.TryGetValue(IdOf(posted), out var transfer))
                db.Add(known[IdOf(posted)] = transfer = Transfer.FromPosted(IdOf(posted), posted, personalData));
            else if (transfer.State != TransferState.Posted) transfer.OnPosted(posted);
            else continue;
            made.Add(transfer);
        }
        await notifications.Tell(db, made, cancel);

        static Guid IdOf(PostedEntry posted) => Guid.Parse(posted.Entry.Reference.AsSpan(Transfer.ReferencePrefix.Length));
    }

    /// <summary>Reserved while somebody looks at the names: from now on compliance can decide.</summary>
    async Task Held(CityDb db, IReadOnlyList<PostedEntry> entries, CancellationToken cancel)
    {
        if (entries.Count == 0) return;
        var ids = entries.Select(IdOf).ToHashSet();
        var known = await db.Set<Transfer>().Where(t => ids.Contains(t.Id)).ToDictionaryAsync(t => t.Id, cancel);
        foreach (var held in entries)
            if (known.TryGetValue(IdOf(held), out var transfer)) transfer.OnHeld();
            else db.Add(known[IdOf(held)] = Transfer.FromHeld(IdOf(held), held, personalData));
        await NameScreening.OnHeld(db, [.. ids.Select(id => $"{Transfer.ReferencePrefix}{id}")], cancel);
        // The entry that ends a hold may be in the same batch, and looks for the row.
        await db.SaveChangesAsync(cancel);

        static Guid IdOf(PostedEntry posted) => Guid.Parse(posted.Entry.Reference.AsSpan(HeldPrefix.Length));
    }

    /// <summary>Given back: the transfer is refused, and whoever follows the account is told.</summary>
    static async Task Released(CityDb db, IReadOnlyList<PostedEntry> entries, CancellationToken cancel)
    {
        foreach (var released in entries)
        {
            var id = Guid.Parse(released.Entry.Reference.AsSpan(ReleasedPrefix.Length));
            if (await db.Set<Transfer>().SingleAsync(t => t.Id == id, cancel) is not { State: TransferState.Held } transfer) continue;
            transfer.Refuse(released.Entry.Metadata);
            var from = await db.Set<DepositAccount>().AsNoTracking().SingleAsync(a => a.Id == transfer.FromAccount, cancel);
            await AccountEvents.Rejected(db, transfer, from, released.PostedAt, cancel);
        }
    }

    static async Task HeldLines(CityDb db, IReadOnlyList<PostedEntry> entries, CancellationToken cancel)
    {
        foreach (var entry in entries) (await LineOf(db, entry, cancel)).OnHeld();
        await NameScreening.OnHeld(db, [.. entries.Select(e => PaymentLine.Of(e.Entry.Reference)).Select(line => PaymentLine.ReferenceOf(line.File, line.Number))], cancel);
        if (entries.Count > 0) await db.SaveChangesAsync(cancel);
    }

    static async Task ReleasedLines(CityDb db, IReadOnlyList<PostedEntry> entries, CancellationToken cancel)
    {
        foreach (var released in entries)
        {
            if (await LineOf(db, released, cancel) is not { State: PaymentLineState.Held } line) continue;
            line.Reject(System.Text.Json.JsonSerializer.Deserialize<StatusReason>(released.Entry.Metadata)!);
            var payers = await db.Set<DepositAccount>().AsNoTracking().Where(a => a.Id == line.FromAccount).ToDictionaryAsync(a => a.Id, cancel);
            await AccountEvents.Rejected(db, [line], payers, released.PostedAt, cancel);
        }
    }

    static Task<PaymentLine> LineOf(CityDb db, PostedEntry entry, CancellationToken cancel)
    {
        var (file, number) = PaymentLine.Of(entry.Entry.Reference);
        return db.Set<PaymentLine>().SingleAsync(l => l.FileId == file && l.Number == number, cancel);
    }

    static async Task Cancellations(CityDb db, IReadOnlyList<PostedEntry> entries, CancellationToken cancel)
    {
        if (entries.Count == 0) return;
        var ids = entries.Select(e => Guid.Parse(e.Entry.Reference.AsSpan(CancelledPrefix.Length))).ToHashSet();
        foreach (var transfer in await db.Set<Transfer>().Where(t => ids.Contains(t.Id)).ToListAsync(cancel)) transfer.OnCancelled();
    }

    /// <summary>In the order of the ledger, so that the last change of an account stands.</summary>
    static async Task Limits(CityDb db, IReadOnlyList<PostedEntry> entries, CancellationToken cancel)
    {
        if (entries.Count == 0) return;
        var ids = entries.Select(IdOf).ToHashSet();
        var accounts = await db.Set<DepositAccount>().Where(a => ids.Contains(a.Id)).ToDictionaryAsync(a => a.Id, cancel);
        foreach (var posted in entries)
            if (accounts.TryGetValue(IdOf(posted), out var account)) account.OnLimitsChanged(TransferLimits.Read(posted.Entry.Metadata));

        static AccountId IdOf(PostedEntry posted) => new(Guid.Parse(posted.Entry.Reference.AsSpan(DailyAllowance.LimitsPrefix.Length)));
    }

    /// <summary>In runs and by the database alone: a file of 100,000 lines is not loaded to be changed.</summary>
    static async Task Payments(CityDb db, IReadOnlyList<PostedEntry> entries, CancellationToken cancel)
    {
        foreach (var run in PaymentRun.In(entries))
            await db.Set<PaymentLine>()
                .Where(l => l.FileId == run.File && l.Number >= run.First && l.Number <= run.Last && l.State != PaymentLineState.Posted)
                .ExecuteUpdateAsync(set => set
                    .SetProperty(l => l.State, PaymentLineState.Posted)
                    .SetProperty(l => l.PostedAt, run.PostedAt)
                    .SetProperty(l => l.Sequence, l => run.SequenceOfLineZero + l.Number), cancel);
    }

    /// <summary>Lines of one file that were posted one after the other at the same moment.</summary>
    sealed record PaymentRun(Guid File, int First, int Last, DateTime PostedAt, long SequenceOfLineZero)
    {
        public static IEnumerable<PaymentRun> In(IReadOnlyList<PostedEntry> entries)
        {
            PaymentRun? run = null;
            foreach (var posted in entries)
            {
                var (file, number) = PaymentLine.Of(posted.Entry.Reference);
                var next = new PaymentRun(file, number, number, posted.PostedAt, posted.Sequence - number);
                if (run is not null && next == run with { First = number, Last = number } && number == run.Last + 1)
                {
                    run = run with { Last = number };
                    continue;
                }
                if (run is not null) yield return run;
                run = next;
            }
            if (run is not null) yield return run;
        }
    }
}

/// <summary>The follower of this service, by a name that use cases can ask for.</summary>
public sealed class AccountsFollower([FromKeyedServices(typeof(AccountsOwner))] LedgerFollower follower)
{
    /// <summary>Returns when everything up to this ledger sequence is in this service's tables.</summary>
    public Task Apply(long sequence, CancellationToken cancel) => follower.Apply(sequence, cancel);

    /// <summary>Skips what is posted now: for bulk loads, whose entries have no rows to change.</summary>
    public Task SkipToEnd(CancellationToken cancel) => follower.SkipToEnd(cancel);
}
