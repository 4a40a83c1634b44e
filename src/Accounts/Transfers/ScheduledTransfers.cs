using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>Transfers that were made or wait for their day: look-up, cancellation, and carrying out what is due.</summary>
public sealed class ScheduledTransfers(
    CityDb db, ILedger ledger, AccountsFollower follower, DepositAccounts accounts, DailyAllowance allowance, MakeTransfer transfers, TimeProvider clock)
{
    const int DaysShown = 60;

    public async Task<MakeTransfer.View?> Find(Guid id, Caller caller, CancellationToken cancel)
    {
        var transfer = await transfers.Find(id, cancel);
        if (transfer is null || await accounts.Load(transfer.FromAccount.Value, caller, cancel) is null) return null;
        return MakeTransfer.ViewOf(transfer);
    }

    /// <summary>What waits on an account, the next first.</summary>
    public async Task<IReadOnlyList<MakeTransfer.View>> Waiting(Guid account, Caller caller, CancellationToken cancel)
    {
        if (await accounts.Load(account, caller, cancel) is null) return [];
        var from = new AccountId(account);
        var waiting = await db.Set<Transfer>().AsNoTracking()
            .Where(t => t.FromAccount == from && (t.State == TransferState.Scheduled || t.State == TransferState.Held)).OrderBy(t => t.DueOn).ToListAsync(cancel);
        return [.. waiting.Select(MakeTransfer.ViewOf)];
    }

    /// <summary>What was planned on an account and not carried out, lately: refused on its day, or cancelled; the newest first.</summary>
    public async Task<IReadOnlyList<MakeTransfer.View>> NotCarriedOut(Guid account, Caller caller, CancellationToken cancel)
    {
        if (await accounts.Load(account, caller, cancel) is null) return [];
        var (from, since) = (new AccountId(account), clock.Today().AddDays(-DaysShown));
        var ended = await db.Set<Transfer>().AsNoTracking()
            .Where(t => t.FromAccount == from && (t.State == TransferState.Refused || t.State == TransferState.Cancelled) && t.DueOn >= since)
            .OrderByDescending(t => t.DueOn).ThenBy(t => t.Id).Take(20).ToListAsync(cancel);
        return [.. ended.Select(MakeTransfer.ViewOf)];
    }

    public async Task<Outcome<MakeTransfer.View>> Cancel(Guid id, Caller caller, CancellationToken cancel)
    {
        // Load.
        var transfer = await transfers.Find(id, cancel);
        if (transfer is null || await accounts.Load(transfer.FromAccount.Value, caller, cancel) is not { } from) return NotFound;

        // Decide.
        if (!transfer.Cancel(from).Try(out var cancellation, out var refusal)) return refusal;
        if (transfer.State == TransferState.Cancelled) return MakeTransfer.ViewOf(transfer);

        // Post, then apply. The day's filling makes sure that there is an allowance account.
        await allowance.FillFor(from, clock.Today(), cancel);
        var result = (await ledger.Post([cancellation], cancel))[0];
        if (result.Status == EntryStatus.IdUsedWithOtherContent) return Transfer.NotScheduled;
        Invariant.Holds(result.IsPosted);
        await follower.Apply(result.Sequence, cancel);
        await db.Entry(transfer).ReloadAsync(cancel);
        return MakeTransfer.ViewOf(transfer);
    }

    /// <summary>Carries out every transfer whose day has come. Safe to repeat: each has one entry id.</summary>
    /// <returns>How many were carried out or refused.</returns>
    /// <exception cref="AggregateException">Some broke; the others were carried out.</exception>
    public async Task<int> ExecuteDue(CancellationToken cancel)
    {
        var today = clock.Today();
        var due = await db.Set<Transfer>().Where(t => t.State == TransferState.Scheduled && t.DueOn <= today)
            .OrderBy(t => t.DueOn).ThenBy(t => t.Id).Select(t => t.Id).ToListAsync(cancel);
        var broken = await BackgroundWork.Each(due, async id =>
        {
            db.ChangeTracker.Clear();
            await transfers.Execute(await db.Set<Transfer>().SingleAsync(t => t.Id == id, cancel), cancel);
        });
        return broken.Count == 0 ? due.Count : throw new AggregateException($"{broken.Count} transfers that are due could not be carried out.", broken);
    }

    static readonly Refusal NotFound = new("transfer_not_found", "There is no such transfer among yours.", "id");

    internal static void Map(IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/transfers").WithTags("Transfers");
        group.MapGet("/{id:guid}", async (Guid id, Caller caller, ScheduledTransfers book, CancellationToken cancel) =>
            await book.Find(id, caller, cancel) is { } found ? Results.Ok(found) : NotFound.ToProblem(StatusCodes.Status404NotFound))
            .Requires(Permission.SeePayments).WithSummary("One transfer").Produces<MakeTransfer.View>();
        group.MapPost("/{id:guid}/cancel", async (Guid id, Caller caller, ScheduledTransfers book, CancellationToken cancel) =>
            (await book.Cancel(id, caller, cancel)).Try(out var view, out var refusal) ? Results.Ok(view)
                : refusal.ToProblem(refusal == NotFound ? StatusCodes.Status404NotFound : StatusCodes.Status422UnprocessableEntity))
            .Requires(Permission.MakePayments).ChangesState().WithSummary("Cancel a transfer that waits for its day").Produces<MakeTransfer.View>();
    }
}
