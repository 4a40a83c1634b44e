using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>A transfer to one payee, now or on a day to come.</summary>
public sealed class MakeTransfer(
    CityDb db, ILedger ledger, AccountsFollower follower, DepositAccounts accounts, DailyAllowance allowance, PaymentScreening screening, PersonalData personalData, TimeProvider clock)
{
    const int LongestPurpose = 140;
    const int DaysAhead = 366;

    /// <param name="From">The payer's account.</param>
    /// <param name="PayeeName">Must be the name of the account's owner when the payee is at this bank.</param>
    /// <param name="PayeeBank">Name or BIC of another bank; empty for this bank.</param>
    /// <param name="Amount">In units of the account's currency: "1234.50".</param>
    /// <param name="Purpose">What the payee reads, at most 140 characters.</param>
    /// <param name="On">The business day; null or today for at once, at most 366 days ahead.</param>
    public sealed record Request(
        Guid From, string? PayeeName, string? PayeeNumber, string? PayeeBank, string? Amount, string? Purpose, DateOnly? On);

    /// <summary>A transfer as its payer sees it.</summary>
    /// <param name="Refusal">Code of the refusal, or null.</param>
    /// <param name="Reference">The bank's reference (ledger entry), once posted.</param>
    public sealed record View(
        Guid Id, Guid From, string PayeeName, string PayeeNumber, string PayeeBank, Money Amount, string Purpose,
        DateOnly On, TransferState State, string? Refusal, DateTime CreatedAt, DateTime? PostedAt, string? Reference);

    /// <summary>All that is wrong with a request, as far as it can be told without moving money; empty when nothing is.</summary>
    public async Task<IReadOnlyList<Refusal>> Problems(Request request, Caller caller, CancellationToken cancel)
    {
        var from = await accounts.Load(request.From, caller, cancel);
        var payee = Beneficiary.Of(request.PayeeName, request.PayeeNumber, request.PayeeBank);
        var amount = AmountOf(request.Amount, from?.Asset ?? Assets.Cny, from?.PaymentLimit);
        var problems = new List<Refusal>();
        if (from is null) problems.Add(DepositAccounts.NotFound);
        problems.AddRange(Beneficiary.Written(request.PayeeName, request.PayeeNumber, request.PayeeBank).Problems());
        if (!amount.Try(out var money, out var refusal)) problems.Add(refusal);
        problems.AddRange(WordsAndDay(request));
        if (from is null || problems.Count > 0 || !payee.Try(out var valid, out _)) return problems;

        // These need the answers above to be right.
        if (!(await accounts.Resolve(valid, from, cancel)).Try(out _, out refusal)) problems.Add(refusal);
        else if (request.On is null || request.On == clock.Today())
            if (await accounts.Find(request.From, caller, cancel) is { } view && view.Available < money)
                problems.Add(LedgerRefusal.InsufficientFunds);
        return problems;
    }

    /// <summary>The transfer that this key stands for, made or not.</summary>
    public static Guid IdOf(Caller caller, string key) => NameBasedId.From("accounts", "transfer", caller.Key, key);

    /// <param name="key">The caller's idempotency key: the same key is the same transfer.</param>
    public async Task<Outcome<View>> Handle(Request request, Caller caller, string key, CancellationToken cancel)
    {
        // Load.
        var id = IdOf(caller, key);
        var from = await accounts.Load(request.From, caller, cancel);
        if (from is null) return DepositAccounts.NotFound;
        if (await Find(id, cancel) is { } earlier) return Again(earlier, request);

        // Decide.
        if (!(await Decide(request, from, cancel)).Try(out var order, out var refusal)) return refusal;
        var today = clock.Today();
        if (request.On is { } day && day > today)
        {
            var scheduled = Transfer.Schedule(id, order, day, clock.UtcNow());
            return await Keep(scheduled, request, cancel);
        }

        // Post, then apply. A crash between the two is healed by the follower.
        return await Post(id, order, from, today, cancel);
    }

    /// <summary>Of two requests with one key that arrive together, the later finds the row of the earlier.</summary>
    async Task<Outcome<View>> Keep(Transfer scheduled, Request request, CancellationToken cancel)
    {
        db.Add(scheduled);
        try
        {
            await db.SaveChangesAsync(cancel);
            return ViewOf(scheduled);
        }
        catch (DbUpdateException)
        {
            db.ChangeTracker.Clear();
            if (await Find(scheduled.Id, cancel) is { } earlier) return Again(earlier, request);
            throw;
        }
    }

    static readonly Refusal KeyReused = new("idempotency_key_reused", "This key was used for another transfer.", "key");

    /// <summary>The transfer that was made under this key, unless the request asks for another.</summary>
    static Outcome<View> Again(Transfer earlier, Request request)
    {
        var payee = Beneficiary.Written(request.PayeeName, request.PayeeNumber, request.PayeeBank);
        var isSame = earlier.FromAccount.Value == request.From
            && AmountOf(request.Amount, earlier.Money.Asset, paymentLimit: null).Try(out var amount, out _) && amount == earlier.Money
            && earlier.PayeeNumber == payee.Number && Beneficiary.SameName(earlier.PayeeName, payee.Name)
            && earlier.PayeeBank == (Beneficiary.IsOwnBank(payee.Bank) ? "" : payee.Bank)
            && earlier.Purpose == (request.Purpose?.Trim() ?? "")
            && (request.On is { } day ? day == earlier.DueOn : earlier.State == TransferState.Posted || earlier.WasHeld);
        return isSame ? ViewOf(earlier) : KeyReused;
    }

    /// <summary>Carries out a scheduled transfer whose day has come.</summary>
    internal async Task Execute(Transfer transfer, CancellationToken cancel)
    {
        var from = await db.Set<DepositAccount>().SingleAsync(a => a.Id == transfer.FromAccount, cancel);
        if ((await Post(transfer.Id, transfer.Order, from, transfer.DueOn, cancel)).Try(out _, out var refusal)) return;
        await db.Entry(transfer).ReloadAsync(cancel);
        if (transfer.State != TransferState.Scheduled) return;
        transfer.Refuse(refusal.Code);
        AccountNotifications.TellFailed(db, transfer, from);
        await AccountEvents.Rejected(db, transfer, from, clock.UtcNow(), cancel);
        await db.SaveChangesAsync(cancel);
    }

    async Task<Outcome<View>> Post(Guid id, TransferOrder order, DepositAccount from, DateOnly dueOn, CancellationToken cancel)
    {
        await allowance.FillFor(from, clock.Today(), cancel);
        // What a list may name is reserved only, until somebody has looked.
        var hold = await screening.MustHold(id, order, cancel);
        var result = (await ledger.Post([order.ToEntry(id, from, personalData, dueOn, hold)], cancel))[0];
        if (result.Status == EntryStatus.IdUsedWithOtherContent) return await Earlier(id, order, cancel);
        if (!result.IsPosted) return LedgerRefusal.From(result);
        await follower.Apply(result.Sequence, cancel);
        return ViewOf(await Find(id, cancel) ?? throw new InvalidOperationException($"Transfer {id} was not applied."));
    }

    /// <summary>A retry on another day differs in the value date, one after a new list may be a hold no longer; the transfer is the same if the money is.</summary>
    async Task<Outcome<View>> Earlier(Guid id, TransferOrder order, CancellationToken cancel)
    {
        var posted = await ledger.FindEntry(Transfer.EntryOf(id), cancel);
        if (posted is null)
            return new Refusal("transfer_refused_before", "This transfer was refused before. Start a new one.", "key");
        await follower.Apply(posted.Sequence, cancel);
        var made = await Find(id, cancel) ?? throw new InvalidOperationException($"Transfer {id} was not applied.");
        return made.Order == order ? ViewOf(made) : KeyReused;
    }

    async Task<Outcome<TransferOrder>> Decide(Request request, DepositAccount from, CancellationToken cancel)
    {
        if (!Beneficiary.Of(request.PayeeName, request.PayeeNumber, request.PayeeBank).Try(out var payee, out var refusal))
            return refusal;
        if (!AmountOf(request.Amount, from.Asset, from.PaymentLimit).Try(out var amount, out refusal)) return refusal;
        if (WordsAndDay(request).FirstOrDefault() is { } wrong) return wrong;
        if (!(await accounts.Resolve(payee, from, cancel)).Try(out var to, out refusal)) return refusal;
        return new TransferOrder(
            from.Id, to, amount, new TransferDetails(payee.Name, payee.Number, payee.Bank, request.Purpose?.Trim() ?? "", from.Currency));
    }

    IEnumerable<Refusal> WordsAndDay(Request request)
    {
        if (request.Purpose?.Trim().Length > LongestPurpose)
            yield return new Refusal("purpose_too_long", $"The purpose must have at most {LongestPurpose} characters.", "purpose", $"{LongestPurpose}");
        else if (PlainText.Problem(request.Purpose?.Trim() ?? "", "purpose") is { } unreadable)
            yield return unreadable;
        var today = clock.Today();
        if (request.On < today || request.On > today.AddDays(DaysAhead))
            yield return new Refusal("date_out_of_range", $"The day must be from today to {DaysAhead} days ahead.", "on", $"{DaysAhead}");
    }

    static Outcome<Money> AmountOf(string? text, Asset asset, long? paymentLimit)
    {
        if (!Money.TryRead(text, asset, out var amount))
            return new Refusal("amount_invalid",
                $"The amount must be a number with at most {asset.Scale} digits after the point, such as 1234.50.", "amount", $"{asset.Scale}");
        if (!amount.IsPositive) return new Refusal("amount_not_positive", "The amount must be more than zero.", "amount");
        if (amount.MinorUnits > paymentLimit)
        {
            var limit = new Money(paymentLimit.Value, asset);
            return new Refusal("payment_limit_exceeded", $"The amount is over this account's limit per payment of {limit}.", "amount", limit.Text());
        }
        return amount;
    }

    internal Task<Transfer?> Find(Guid id, CancellationToken cancel) =>
        db.Set<Transfer>().SingleOrDefaultAsync(t => t.Id == id, cancel);

    internal static View ViewOf(Transfer transfer) => new(
        transfer.Id, transfer.FromAccount.Value, transfer.PayeeName, transfer.PayeeNumber, transfer.PayeeBank, transfer.Money,
        transfer.Purpose, transfer.DueOn, transfer.State, transfer.RefusalCode.Length > 0 ? transfer.RefusalCode : null,
        transfer.CreatedAt, transfer.PostedAt,
        transfer.State == TransferState.Posted ? transfer.Booking.Value.ToString("N") : null);

    internal static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/transfers", async Task<Results<Ok<View>, ProblemHttpResult>> (
            Request request, Caller caller, MakeTransfer transfers, HttpContext http, CancellationToken cancel) =>
            (await transfers.Handle(request, caller, http.Request.Headers[IdempotencyKey.Header].ToString(), cancel))
                .Try(out var made, out var refusal) ? TypedResults.Ok(made) : refusal.ToProblem())
            .Requires(Permission.MakePayments).ChangesState().WithTags("Transfers").WithSummary("Transfer money now or on a day");
}
