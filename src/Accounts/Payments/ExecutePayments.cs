using Microsoft.EntityFrameworkCore;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>Carries out the lines of accepted payment files on their day, in batches, with a result for each line.</summary>
public sealed class ExecutePayments(
    CityDb db, ILedger ledger, AccountsFollower follower, DailyAllowance allowance, PaymentScreening screening, TimeProvider clock)
{
    const int LinesAtATime = 1_000;

    /// <summary>Carries out all that is due in all files. Safe to repeat: each line has one entry id.</summary>
    /// <exception cref="AggregateException">Some files broke; the others were carried out.</exception>
    public async Task ExecuteDue(CancellationToken cancel)
    {
        var today = clock.Today();
        var files = await db.Set<PaymentLine>().Where(l => l.State == PaymentLineState.Pending && l.DueOn <= today)
            .Select(l => l.FileId).Distinct()
            .Where(id => db.Set<PaymentFile>().Any(f => f.Id == id && f.State == PaymentFileState.Accepted)).ToListAsync(cancel);
        var broken = await BackgroundWork.Each(files, file => Execute(file, cancel));
        if (broken.Count > 0) throw new AggregateException($"{broken.Count} payment files that are due could not be carried out.", broken);
    }

    /// <summary>Carries out what is due in one file.</summary>
    public async Task Execute(Guid file, CancellationToken cancel)
    {
        var today = clock.Today();
        var after = 0;
        while (true)
        {
            var lines = await db.Set<PaymentLine>()
                .Where(l => l.FileId == file && l.Number > after && l.State == PaymentLineState.Pending && l.DueOn <= today)
                .OrderBy(l => l.Number).Take(LinesAtATime)
                .Select(l => new DuePayment(l.FileId, l.Number, l.FromAccount, l.ToAccount, l.Amount, l.DueOn)).ToListAsync(cancel);
            if (lines.Count == 0) return;
            await Execute(file, lines, today, cancel);
            after = lines[^1].Number;
        }
    }

    async Task Execute(Guid file, List<DuePayment> lines, DateOnly today, CancellationToken cancel)
    {
        // Load.
        var payers = lines.Select(l => l.From).Distinct().ToList();
        var accounts = await db.Set<DepositAccount>().AsNoTracking().Where(a => payers.Contains(a.Id)).ToDictionaryAsync(a => a.Id, cancel);
        foreach (var account in accounts.Values) await allowance.FillFor(account, today, cancel);

        // Decide, post. What a list may name is reserved only, until somebody has looked.
        var held = await screening.MustHold(file, lines, cancel);
        var results = await ledger.Post([.. lines.Select(line => line.ToEntry(accounts[line.From], held.Contains(line.Number)))], cancel);

        // Apply: refusals here, since they are no entries; postings through the follower. What an earlier run posted or held, before a
        // new list came, stays what it is.
        var posted = lines.Zip(results).Where(pair => pair.Second.Status == EntryStatus.IdUsedWithOtherContent).Select(pair => PaymentLine.EntryIdOf(file, pair.First.Number)).ToList();
        var refused = lines.Zip(results).Where(pair => !pair.Second.IsPosted && pair.Second.Status != EntryStatus.IdUsedWithOtherContent)
            .ToDictionary(pair => pair.First.Number, pair => ReasonOf(pair.Second));
        await Reject(file, refused, accounts, cancel);
        var last = results.Max(result => result.Sequence);
        foreach (var entry in posted) last = Math.Max(last, (await ledger.FindEntry(entry, cancel))!.Sequence);
        await follower.Apply(last, cancel);
    }

    async Task Reject(
        Guid file, Dictionary<int, StatusReason> refused, Dictionary<AccountId, DepositAccount> accounts, CancellationToken cancel)
    {
        if (refused.Count == 0) return;
        var lines = await db.Set<PaymentLine>().Where(l => l.FileId == file && refused.Keys.Contains(l.Number)).ToListAsync(cancel);
        foreach (var line in lines) line.Reject(refused[line.Number]);
        await AccountEvents.Rejected(db, lines, accounts, clock.UtcNow(), cancel);
        await db.SaveChangesAsync(cancel);
        db.ChangeTracker.Clear();
    }

    internal static StatusReason ReasonOf(EntryResult result)
    {
        var refusal = LedgerRefusal.From(result);
        var code = refusal.Code switch
        {
            "insufficient_funds" => StatusReasons.InsufficientFunds,
            "daily_limit_exceeded" => StatusReasons.ExceedsLimit,
            "account_closed" => StatusReasons.ClosedAccount,
            "payee_account_closed" => StatusReasons.ClosedCreditorAccount,
            "account_frozen" or "payee_account_frozen" => StatusReasons.BlockedAccount,
            _ => StatusReasons.Narrative,
        };
        return new StatusReason(code, refusal.Reason);
    }
}
