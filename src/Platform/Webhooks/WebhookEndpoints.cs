using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Pujiang.Platform;

/// <summary>Webhooks for a firm's programs; its people have the pages.</summary>
static class WebhookEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("", async (Caller caller, Webhooks webhooks, CancellationToken cancel) => TypedResults.Ok(await webhooks.Of(caller, cancel)))
            .Requires(Permission.KeepWebhooks).WithName("ListWebhooks").WithSummary("Your webhooks");
        api.MapPost("", Subscribe).Requires(Permission.KeepWebhooks).ChangesState()
            .WithName("AddWebhook").WithSummary("Register an address for events; it is pinged at once");
        api.MapPost("/{id:guid}/ping", Ping).Requires(Permission.KeepWebhooks).ChangesState()
            .WithName("PingWebhook").WithSummary("Ping the address: proves a new webhook, resumes a paused one");
        api.MapPost("/{id:guid}/events", ChangeEvents).Requires(Permission.KeepWebhooks).ChangesState()
            .WithName("ChangeWebhookEvents").WithSummary("Change which events it takes");
        api.MapPost("/{id:guid}/close", Close).Requires(Permission.KeepWebhooks).ChangesState()
            .WithName("CloseWebhook").WithSummary("End it; what was not delivered never will be");
        api.MapGet("/{id:guid}/deliveries", Deliveries).Requires(Permission.KeepWebhooks)
            .WithName("ListWebhookDeliveries").WithSummary("What was sent to it or waits, newest first");
        api.MapGet("/{id:guid}/deliveries/{message:guid}", Delivery).Requires(Permission.KeepWebhooks)
            .WithName("GetWebhookDelivery").WithSummary("One event with its body and all attempts");
    }

    /// <param name="Address">https, on the public internet.</param>
    /// <param name="Events">Kinds of events, such as payment.executed.</param>
    /// <param name="Algorithm">ed25519, which is meant when nothing is said, or sm2-sm3.</param>
    internal sealed record SubscribeRequest(string? Address, IReadOnlyList<string>? Events, string? Algorithm);

    internal sealed record EventsRequest(IReadOnlyList<string>? Events);

    /// <param name="Ping">Code of what was wrong with the answer to the ping; null when it was right.</param>
    /// <param name="Reason">The same as a sentence.</param>
    internal sealed record PingedView(Webhooks.View Webhook, string? Ping, string? Reason);

    static async Task<Results<Ok<PingedView>, ProblemHttpResult>> Subscribe(
        SubscribeRequest request, Caller caller, Webhooks webhooks, CancellationToken cancel)
    {
        // One that is not there is refused where all else is.
        var algorithm = request.Algorithm is null ? SignatureAlgorithm.Ed25519
            : Enum.GetValues<SignatureAlgorithm>().FirstOrDefault(a => HttpSignature.Name(a) == request.Algorithm);
        return Answer(await webhooks.Subscribe(request.Address, request.Events ?? [], algorithm, caller, cancel));
    }

    static async Task<Results<Ok<PingedView>, ProblemHttpResult>> Ping(Guid id, Caller caller, Webhooks webhooks, CancellationToken cancel) =>
        Answer(await webhooks.Ping(id, caller, cancel));

    static Results<Ok<PingedView>, ProblemHttpResult> Answer(Outcome<Webhooks.Pinged> outcome) =>
        outcome.Try(out var pinged, out var refusal) ? TypedResults.Ok(new PingedView(pinged.Webhook, pinged.Refusal?.Code, pinged.Refusal?.Reason))
            : Problem(refusal);

    static async Task<Results<Ok<Webhooks.View>, ProblemHttpResult>> ChangeEvents(
        Guid id, EventsRequest request, Caller caller, Webhooks webhooks, CancellationToken cancel) =>
        (await webhooks.ChangeEvents(id, request.Events ?? [], caller, cancel)).Try(out var view, out var refusal) ? TypedResults.Ok(view) : Problem(refusal);

    static async Task<Results<Ok<Webhooks.View>, ProblemHttpResult>> Close(Guid id, Caller caller, Webhooks webhooks, CancellationToken cancel) =>
        (await webhooks.Close(id, caller, cancel)).Try(out var view, out var refusal) ? TypedResults.Ok(view) : Problem(refusal);

    static async Task<Results<Ok<Deliveries.Page>, ProblemHttpResult>> Deliveries(
        Guid id, DeliveryState? state, int? page, Caller caller, Webhooks webhooks, Deliveries deliveries, CancellationToken cancel) =>
        await webhooks.Find(id, caller, cancel) is null ? Problem(Webhooks.NotFound)
            : TypedResults.Ok(await deliveries.List(new(State: state, Destination: Webhooks.NameOf(id)), page ?? 1, cancel));

    static async Task<Results<Ok<Deliveries.OwnDetail>, ProblemHttpResult>> Delivery(
        Guid id, Guid message, Caller caller, Webhooks webhooks, Deliveries deliveries, CancellationToken cancel) =>
        await webhooks.Find(id, caller, cancel) is not null && await deliveries.FindOwn(Webhooks.NameOf(id), message, cancel) is { } found
            ? TypedResults.Ok(found) : Problem(Platform.Deliveries.NotFound);

    static ProblemHttpResult Problem(Refusal refusal) => refusal.ToProblem(
        refusal == Webhooks.NotFound || refusal == Platform.Deliveries.NotFound ? StatusCodes.Status404NotFound : StatusCodes.Status422UnprocessableEntity);
}
