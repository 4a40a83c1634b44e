using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>Endpoints of customers and their accounts. Opening and cash are for the bank's operator.</summary>
static class AccountEndpoints
{
    public sealed record LimitsRequest(string? PerPayment, string? PerDay);

    public sealed record CashRequest(string? Amount);

    public sealed record SearchRequest(string? Number);

    /// <summary>Nothing was done yet: others have to decide on it.</summary>
    public sealed record WaitsForApproval(Guid Approval, ApprovalState State);

    public sealed record PartyRegistered(Guid Id);

    public static void Map(IEndpointRouteBuilder api)
    {
        Customer(api);
        var bank = api.MapGroup("").WithTags("Counter");
        bank.MapPost("/parties", async (OpenAccount.Customer customer, OpenAccount counter, CancellationToken cancel) =>
            Answer(await counter.Register(customer, cancel), id => new PartyRegistered(id)))
            .Requires(Permission.RegisterCustomers).ChangesState().WithSummary("Register a person or firm").Produces<PartyRegistered>();
        bank.MapPost("/accounts", async (OpenAccount.Request request, OpenAccount counter, CancellationToken cancel) =>
            Answer(await counter.Handle(request, cancel)))
            .Requires(Permission.OpenAccounts).ChangesState().WithSummary("Open an account").Produces<DepositAccounts.View>();
        bank.MapPost("/accounts/{id:guid}/cash", async (Guid id, CashRequest request, Caller caller, TakeCash counter, HttpContext http, CancellationToken cancel) =>
            Taken(await counter.Handle(id, request.Amount, http.Request.Headers[IdempotencyKey.Header].ToString(), caller, cancel)))
            .Requires(Permission.TakeCash).ChangesState().WithSummary("Cash paid in").Produces<DepositAccounts.View>().Produces<WaitsForApproval>(StatusCodes.Status202Accepted);
    }

    static void Customer(IEndpointRouteBuilder api)
    {
        var accounts = api.MapGroup("/accounts").WithTags("Accounts");
        accounts.MapGet("/", async (Caller caller, DepositAccounts book, CancellationToken cancel) =>
            Results.Ok(caller.PartyId is { } party ? await book.Of(party, cancel) : []))
            .Requires(Permission.SeeAccounts).WithSummary("Your accounts").Produces<IReadOnlyList<DepositAccounts.View>>();
        // Posted, though it changes nothing: addresses are logged, and not only here.
        accounts.MapPost("/search", async (SearchRequest search, Caller caller, DepositAccounts book, CancellationToken cancel) =>
            string.IsNullOrWhiteSpace(search.Number) ? AccountNumber.Invalid.ToProblem() : Results.Ok(await book.WithNumber(search.Number, caller, cancel)))
            .Requires(Permission.SeeAccounts).WithSummary("The accounts with a number, one for each currency").Produces<IReadOnlyList<DepositAccounts.View>>();
        accounts.MapGet("/{id:guid}", async (Guid id, Caller caller, DepositAccounts book, CancellationToken cancel) =>
            await book.Find(id, caller, cancel) is { } account ? Results.Ok(account)
                : DepositAccounts.NotFound.ToProblem(StatusCodes.Status404NotFound))
            .Requires(Permission.SeeAccounts).WithSummary("One account").Produces<DepositAccounts.View>();
        accounts.MapPut("/{id:guid}/limits", async (
            Guid id, LimitsRequest limits, Caller caller, DepositAccounts book, HttpContext http, CancellationToken cancel) =>
            Answer(await book.ChangeLimits(id, limits.PerPayment, limits.PerDay, caller, http.Request.Headers[IdempotencyKey.Header].ToString(), cancel)))
            .Requires(Permission.ChangeLimits).ChangesState().WithSummary("Change the limits on payments").Produces<DepositAccounts.View>();
    }

    static IResult Taken(Outcome<TakeCash.Result> outcome) =>
        outcome.Try(out var result, out _) && result.Waiting is { } waiting
            ? Results.Accepted($"/approvals/{waiting.Id}", new WaitsForApproval(waiting.Id, waiting.State))
            : Answer(outcome, result => result.PaidIn!);

    static IResult Answer<T>(Outcome<T> outcome) where T : notnull => Answer(outcome, value => value);

    static IResult Answer<T, TAnswer>(Outcome<T> outcome, Func<T, TAnswer> answer) where T : notnull =>
        outcome.Try(out var value, out var refusal) ? Results.Ok(answer(value))
            : refusal.ToProblem(refusal == DepositAccounts.NotFound ? StatusCodes.Status404NotFound : StatusCodes.Status422UnprocessableEntity);
}
