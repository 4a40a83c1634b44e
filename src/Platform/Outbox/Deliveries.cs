using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>What went out, what waits and what was given up; and sending it again by hand.</summary>
/// <remarks>Staff see everything but the messages themselves, which name people: of those, size and hash. A webhook's owner sees its own.</remarks>
public sealed class Deliveries(CityDb db, TimeProvider clock)
{
    public const int OnAPage = 25;

    internal static readonly Refusal NotFound = new("delivery_not_found", "There is no such delivery.", "id");

    /// <summary>Which deliveries; null for all.</summary>
    /// <param name="Destination">"sms", or "webhook/{id}".</param>
    /// <param name="From">First business date on which the message was made.</param>
    /// <param name="Until">Last one.</param>
    public sealed record Filter(
        DeliveryState? State = null, string? Destination = null, string? Kind = null, DateOnly? From = null, DateOnly? Until = null);

    /// <summary>A delivery in a list.</summary>
    /// <param name="NextAttemptAt">Null unless it waits.</param>
    public sealed record Line(
        Guid Id, string Destination, string Kind, string Reference, DateTime CreatedAt, DeliveryState State, int Attempts,
        DateTime? NextAttemptAt, DateTime? DeliveredAt, DateTime? ConfirmedAt);

    /// <param name="Number">From 1.</param>
    public sealed record Page(IReadOnlyList<Line> Lines, int Number, int Pages, int Count);

    /// <summary>One attempt.</summary>
    /// <param name="Status">HTTP status that was answered; null without an answer.</param>
    /// <param name="Failure">A word for how it failed, or null.</param>
    /// <param name="Error">The same as an English sentence.</param>
    /// <param name="AnswerKeyId">The key that signed the answer, where one must.</param>
    public sealed record Attempt(int Number, DateTime BegunAt, DateTime? EndedAt, int? Status, string? Failure, string? Error, string? AnswerKeyId);

    /// <summary>A delivery with what was sent and answered.</summary>
    /// <param name="Host">Scheme and host of the address. The rest may hold a secret of its owner's.</param>
    /// <param name="Headers">As they are sent, besides those of the signature, which each attempt has anew.</param>
    /// <param name="BodyBytes">Bytes of the message.</param>
    /// <param name="BodySha256">SHA-256 of the message in small hexadecimal digits, to compare with the receiver's.</param>
    public sealed record Detail(
        Line Line, string? Host, string? Algorithm, string? AnswersSignedBy, IReadOnlyList<KeyValuePair<string, string>> Headers,
        int BodyBytes, string BodySha256, IReadOnlyList<Attempt> Attempts);

    /// <summary>What a webhook's owner sees of an event: its body too.</summary>
    public sealed record OwnDetail(Line Line, string Body, IReadOnlyList<Attempt> Attempts);

    /// <summary>How much waits at a destination.</summary>
    /// <param name="State">A webhook's; null for a partner that is set up, and for one that is not.</param>
    /// <param name="IsSetUp">False when messages wait for a destination that no setting names.</param>
    public sealed record DestinationLine(string Name, string? Host, WebhookState? State, bool IsSetUp, bool IsClosed, int Waiting, int GivenUp);

    public async Task<Page> List(Filter filter, int page, CancellationToken cancel)
    {
        var found = Matching(filter);
        var count = await found.CountAsync(cancel);
        var pages = Math.Max(1, (count + OnAPage - 1) / OnAPage);
        var number = Math.Clamp(page, 1, pages);
        var rows = await found.OrderByDescending(m => m.Number).Skip((number - 1) * OnAPage).Take(OnAPage)
            .Select(m => new Line(m.Id, m.Destination, m.Kind, m.Reference, m.CreatedAt, m.State, m.Attempts,
                m.State == DeliveryState.Waiting ? m.NextAttemptAt : null, m.DeliveredAt, m.ConfirmedAt)).ToListAsync(cancel);
        return new Page(rows, number, pages, count);
    }

    IQueryable<OutboxMessage> Matching(Filter filter)
    {
        var found = db.Set<OutboxMessage>().AsNoTracking();
        if (filter.State is { } state) found = found.Where(m => m.State == state);
        if (filter.Destination is { Length: > 0 } destination) found = found.Where(m => m.Destination == destination);
        if (filter.Kind is { Length: > 0 } kind) found = found.Where(m => m.Kind == kind);
        if (filter.From is { } from && BankTime.StartOf(from) is var begin) found = found.Where(m => m.CreatedAt >= begin);
        if (filter.Until is { } until && BankTime.StartOf(until.AddDays(1)) is var end) found = found.Where(m => m.CreatedAt < end);
        return found;
    }

    /// <summary>Destinations by name, with what waits there.</summary>
    public async Task<IReadOnlyList<DestinationLine>> Destinations(CancellationToken cancel)
    {
        var open = (await db.Set<OutboxMessage>().Where(m => m.State == DeliveryState.Waiting || m.State == DeliveryState.GivenUp)
            .GroupBy(m => new { m.Destination, m.State }).Select(g => new { g.Key.Destination, g.Key.State, Count = g.Count() }).ToListAsync(cancel))
            .ToLookup(g => g.Destination);
        var known = await db.Set<Destination>().AsNoTracking().ToDictionaryAsync(d => d.Name, StringComparer.Ordinal, cancel);
        return [.. known.Keys.Union(open.Select(group => group.Key)).Order(StringComparer.Ordinal).Select(name =>
        {
            var destination = known.GetValueOrDefault(name);
            int Count(DeliveryState state) => open[name].Where(g => g.State == state).Sum(g => g.Count);
            return new DestinationLine(name, destination is null ? null : HostOf(destination),
                destination is { IsWebhook: true } ? Webhooks.StateOf(destination) : null,
                destination is not null, destination?.ClosedAt is not null, Count(DeliveryState.Waiting), Count(DeliveryState.GivenUp));
        })];
    }

    public async Task<Detail?> Find(Guid id, CancellationToken cancel)
    {
        if (await db.Set<OutboxMessage>().AsNoTracking().SingleOrDefaultAsync(m => m.Id == id, cancel) is not { } message) return null;
        var destination = await db.Set<Destination>().AsNoTracking().SingleOrDefaultAsync(d => d.Name == message.Destination, cancel);
        return new Detail(
            LineOf(message), destination is null ? null : HostOf(destination), destination is null ? null : HttpSignature.Name(destination.Algorithm),
            destination?.AnswersSignedBy,
            [.. OutboxSender.Attributes(message).Select(header => KeyValuePair.Create(header.Name, header.Value)), KeyValuePair.Create("Content-Type", message.ContentType)],
            message.Body.Length, Convert.ToHexStringLower(SHA256.HashData(message.Body)), await AttemptsOf(id, cancel));
    }

    internal async Task<OwnDetail?> FindOwn(string destination, Guid id, CancellationToken cancel) =>
        await db.Set<OutboxMessage>().AsNoTracking().SingleOrDefaultAsync(m => m.Id == id && m.Destination == destination, cancel) is { } message
            ? new OwnDetail(LineOf(message), Encoding.UTF8.GetString(message.Body), await AttemptsOf(id, cancel)) : null;

    async Task<IReadOnlyList<Attempt>> AttemptsOf(Guid id, CancellationToken cancel) =>
        await db.Set<DeliveryAttempt>().AsNoTracking().Where(a => a.MessageId == id).OrderByDescending(a => a.Attempt).Take(100)
            .Select(a => new Attempt(a.Attempt, a.BegunAt, a.EndedAt, a.Status, a.Failure, a.Error, a.AnswerKeyId)).ToListAsync(cancel);

    static Line LineOf(OutboxMessage m) => new(m.Id, m.Destination, m.Kind, m.Reference, m.CreatedAt, m.State, m.Attempts,
        m.State == DeliveryState.Waiting ? m.NextAttemptAt : null, m.DeliveredAt, m.ConfirmedAt);

    static string HostOf(Destination destination) => new Uri(destination.Address).GetLeftPart(UriPartial.Authority);

    /// <summary>Sends a message once more, whether or not it arrived before: at once, with a new round of the retry plan.</summary>
    public Task<Outcome<Line>> SendAgain(Guid id, Caller caller, CancellationToken cancel) => Change(id, "sent-again", caller, async message =>
    {
        if (!await db.Set<Destination>().AnyAsync(d => d.Name == message.Destination && d.ClosedAt == null, cancel))
            return new Refusal("delivery_destination_closed", "Its destination is closed, or not set up: nothing is sent there.", "id");
        message.SendAgain(clock.UtcNow());
        return null;
    }, cancel);

    /// <summary>Decides that a message need not arrive, so that later ones need not wait for it.</summary>
    public Task<Outcome<Line>> Withdraw(Guid id, Caller caller, CancellationToken cancel) => Change(id, "withdrawn", caller, message =>
    {
        if (message.State is not (DeliveryState.Waiting or DeliveryState.GivenUp))
            return Task.FromResult<Refusal?>(new Refusal("delivery_not_open", "It was delivered or withdrawn already.", "id"));
        message.Withdraw();
        return Task.FromResult<Refusal?>(null);
    }, cancel);

    async Task<Outcome<Line>> Change(Guid id, string what, Caller caller, Func<OutboxMessage, Task<Refusal?>> change, CancellationToken cancel)
    {
        if (await db.Set<OutboxMessage>().SingleOrDefaultAsync(m => m.Id == id, cancel) is not { } message) return NotFound;
        // What the attempt comes to would overwrite this, or be overwritten by it.
        if (message.State == DeliveryState.Waiting && message.NextAttemptAt > clock.UtcNow()
            && await db.Set<DeliveryAttempt>().AnyAsync(a => a.MessageId == id && a.Attempt == message.Attempts && a.EndedAt == null, cancel))
            return UnderWay;
        if (await change(message) is { } refusal) return refusal;
        db.Audit($"delivery/{what}", $"delivery/{id}", caller.Actor);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateConcurrencyException)
        {
            return UnderWay;
        }
        return LineOf(message);
    }

    static readonly Refusal UnderWay = new("delivery_under_way", "It is being sent at this moment. Look again in a minute.", "id");

    internal static void Map(RouteGroupBuilder api)
    {
        api.MapGet("", async (DeliveryState? state, string? destination, string? kind, DateOnly? from, DateOnly? until, int? page, Deliveries deliveries, CancellationToken cancel) =>
            TypedResults.Ok(await deliveries.List(new(state, destination, kind, from, until), page ?? 1, cancel)))
            .Requires(Permission.SeeDeliveries).WithName("ListDeliveries").WithSummary("What went out or waits, newest first");
        api.MapGet("/{id:guid}", async Task<Results<Ok<Detail>, ProblemHttpResult>> (Guid id, Deliveries deliveries, CancellationToken cancel) =>
            await deliveries.Find(id, cancel) is { } found ? TypedResults.Ok(found) : NotFound.ToProblem(StatusCodes.Status404NotFound))
            .Requires(Permission.SeeDeliveries).WithName("GetDelivery").WithSummary("One message with all attempts, without its body");
        api.MapPost("/{id:guid}/send-again", async (Guid id, Caller caller, Deliveries deliveries, CancellationToken cancel) => Answer(await deliveries.SendAgain(id, caller, cancel)))
            .Requires(Permission.KeepDeliveries).ChangesState().WithName("SendDeliveryAgain").WithSummary("Send a message once more");
        api.MapPost("/{id:guid}/withdraw", async (Guid id, Caller caller, Deliveries deliveries, CancellationToken cancel) => Answer(await deliveries.Withdraw(id, caller, cancel)))
            .Requires(Permission.KeepDeliveries).ChangesState().WithName("WithdrawDelivery").WithSummary("Decide that a message need not arrive");
    }

    static Results<Ok<Line>, ProblemHttpResult> Answer(Outcome<Line> outcome) =>
        outcome.Try(out var line, out var refusal) ? TypedResults.Ok(line)
            : refusal.ToProblem(refusal == NotFound ? StatusCodes.Status404NotFound : StatusCodes.Status422UnprocessableEntity);
}

/// <summary>Messages that arrived or were withdrawn, with their attempts. Those that were given up stay until somebody decides.</summary>
sealed class OldMessages : IForgetting
{
    public string What => "delivered-messages";

    /// <summary>Long enough to look into a complaint about a month's statement.</summary>
    public TimeSpan Kept => TimeSpan.FromDays(90);

    public async Task<int> Delete(CityDb db, DateTime olderThan, int most, CancellationToken cancel)
    {
        var old = db.Set<OutboxMessage>()
            .Where(m => (m.State == DeliveryState.Delivered || m.State == DeliveryState.Withdrawn) && m.CreatedAt < olderThan).OrderBy(m => m.CreatedAt).Take(most);
        await db.Set<DeliveryAttempt>().Where(a => old.Any(m => m.Id == a.MessageId)).ExecuteDeleteAsync(cancel);
        return await db.Set<OutboxMessage>().Where(m => old.Any(o => o.Number == m.Number)).ExecuteDeleteAsync(cancel);
    }
}
