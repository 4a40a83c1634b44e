using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>A message as its handler gets it. Who sent it is proven by its signature.</summary>
/// <param name="Sender">Owner of the key that signed it: "hospital".</param>
/// <param name="Id">The sender's own id of it; unique for each sender.</param>
/// <param name="Subject">What it is about, in the sender's words; may be empty.</param>
/// <param name="SentAt">When the sender made it, UTC.</param>
public sealed record ReceivedMessage(
    string Sender, string Id, string Kind, string Subject, DateTime SentAt, string ContentType, byte[] Body, string KeyId)
{
    /// <summary>What ids of entries and entities are made from, so that the same message does the same once.</summary>
    public string Fact => $"{Sender}/{Id}";
}

/// <summary>Does what messages of one kind ask for. Each service adds its own (scoped) to the container.</summary>
public interface IInboxHandler
{
    /// <summary>"delivery.confirmed".</summary>
    string Kind { get; }

    /// <summary>
    /// Does it. Rows are changed as tracked entities of <paramref name="db"/>; the caller saves them in one transaction with
    /// the message, so nothing is saved here. Money is posted to the ledger with an id made from
    /// <see cref="ReceivedMessage.Fact"/>: after a crash this is called again, and must come to the same, once.
    /// </summary>
    /// <returns>What is answered, as JSON; or the refusal, with which nothing that was tracked is saved.</returns>
    Task<Outcome<object>> Handle(ReceivedMessage message, CityDb db, CancellationToken cancel);
}

/// <summary>Takes messages of partners, each once: it is kept in the transaction of what is done about it, and a repeated one gets the first answer.</summary>
public sealed class PartnerInbox(CityDb db, IEnumerable<IInboxHandler> handlers, SignatureOptions signatures, TimeProvider clock)
{
    /// <summary>A message that was made longer ago is refused. Much shorter than messages are kept, so that no repeated one is taken for new.</summary>
    public static readonly TimeSpan Oldest = TimeSpan.FromDays(30);

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>What is answered.</summary>
    /// <param name="Text">JSON of a message that was handled; null for a refused one.</param>
    /// <param name="Refusal">Null for one that was handled.</param>
    /// <param name="IsRepeated">It was answered before, with the same.</param>
    public sealed record Answer(string? Text, Refusal? Refusal, bool IsRepeated);

    sealed record KeptRefusal(string Reason, string? Field);

    /// <summary>Takes a message, or says why not; what is refused here is not kept.</summary>
    public async Task<Outcome<Answer>> Receive(ReceivedMessage message, CancellationToken cancel)
    {
        // Load.
        if (Problem(message) is { } wrong) return wrong;
        if (await Find(message, cancel) is { } earlier) return await Again(earlier, message, cancel);
        if (message.SentAt < clock.UtcNow() - Oldest)
            return new Refusal("inbox_too_old", $"The message was made more than {Oldest.TotalDays:0} days ago, as ce-time says.", "ce-time", $"{Oldest.TotalDays:0}");
        if (handlers.FirstOrDefault(handler => handler.Kind == message.Kind) is not { } handler)
            return new Refusal("inbox_kind_unknown", $"Messages of this kind are not taken; these are: {string.Join(", ", Kinds)}.", "ce-type", string.Join(", ", Kinds));

        // Do it, and keep the message with it.
        var kept = InboxMessage.Of(message, clock.UtcNow());
        if ((await handler.Handle(message, db, cancel)).Try(out var done, out var refusal)) kept.Handled(JsonSerializer.Serialize(done, Json));
        else
        {
            db.ChangeTracker.Clear();
            kept.Refused(refusal.Code, JsonSerializer.Serialize(new KeptRefusal(refusal.Reason, refusal.Field)));
        }
        db.Add(kept);
        try
        {
            await db.SaveChangesAsync(cancel);
            return AnswerOf(kept, isRepeated: false);
        }
        catch (DbUpdateException failure) when (!BackgroundWork.IsOutage(failure))
        {
            // The same message arrived twice at once: the later finds what the earlier has saved.
            db.ChangeTracker.Clear();
            if (await Find(message, cancel) is { } first) return await Again(first, message, cancel);
            throw;
        }
    }

    /// <summary>The kinds that are taken.</summary>
    public IReadOnlyList<string> Kinds => [.. handlers.Select(handler => handler.Kind).Order(StringComparer.Ordinal)];

    Refusal? Problem(ReceivedMessage message)
    {
        if (!OutboxMessage.IsWord(message.Id, InboxMessage.LongestId)) return Unreadable("ce-id", InboxMessage.LongestId);
        if (!OutboxMessage.IsWord(message.Kind, OutboxMessage.LongestKind)) return Unreadable("ce-type", OutboxMessage.LongestKind);
        if (message.Subject.Length > 0 && !OutboxMessage.IsWord(message.Subject, OutboxMessage.LongestReference)) return Unreadable("ce-subject", OutboxMessage.LongestReference);
        return message.SentAt > clock.UtcNow() + signatures.Skew
            ? new Refusal("inbox_in_future", "The message was made in the future, as ce-time says. Compare the clocks.", "ce-time") : null;
    }

    static Refusal Unreadable(string field, int longest) =>
        new Refusal("inbox_field_invalid", $"The field {field} must have 1 to {longest} printable ASCII characters and no space.", field, field, $"{longest}");

    Task<InboxMessage?> Find(ReceivedMessage message, CancellationToken cancel)
    {
        var id = InboxMessage.IdOf(message.Sender, message.Id);
        return db.Set<InboxMessage>().AsNoTracking().SingleOrDefaultAsync(m => m.Id == id, cancel);
    }

    async Task<Outcome<Answer>> Again(InboxMessage kept, ReceivedMessage message, CancellationToken cancel)
    {
        if (!kept.ContentHash.AsSpan().SequenceEqual(InboxMessage.HashOf(message))) return IdReused;
        await db.Set<InboxMessage>().Where(m => m.Id == kept.Id).ExecuteUpdateAsync(set => set.SetProperty(m => m.Repeats, m => m.Repeats + 1), cancel);
        return AnswerOf(kept, isRepeated: true);
    }

    internal static readonly Refusal IdReused =
        new("inbox_id_reused", "A message with this id and another content was taken before. Use a new id for each new message.", "ce-id");

    static Answer AnswerOf(InboxMessage kept, bool isRepeated)
    {
        if (kept.State == InboxState.Handled) return new Answer(kept.Answer, null, isRepeated);
        var refused = JsonSerializer.Deserialize<KeptRefusal>(kept.Answer)!;
        return new Answer(null, new Refusal(kept.RefusalCode, refused.Reason, refused.Field), isRepeated);
    }

    /// <summary>The endpoint: a CloudEvent 1.0 in binary mode, signed.</summary>
    internal static async Task<IResult> Post(HttpContext context, PartnerInbox inbox, CancellationToken cancel)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancel);
        var (headers, signer) = (context.Request.Headers, context.Signer());
        if (!DateTimeOffset.TryParse(headers["ce-time"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var sentAt))
            return new Refusal("inbox_time_invalid", "The field ce-time must hold when the message was made, such as 2026-03-02T01:30:00Z.", "ce-time").ToProblem();
        var message = new ReceivedMessage(
            signer.Owner, headers["ce-id"].ToString(), headers["ce-type"].ToString(), headers["ce-subject"].ToString(),
            sentAt.UtcDateTime, context.Request.ContentType ?? "", body.ToArray(), signer.KeyId);
        if (!(await inbox.Receive(message, cancel)).Try(out var answer, out var refusal))
            return refusal.ToProblem(refusal == IdReused ? StatusCodes.Status409Conflict : StatusCodes.Status422UnprocessableEntity);
        if (answer.IsRepeated) context.Response.Headers["Idempotent-Replayed"] = "true";
        return answer.Refusal is { } refused ? refused.ToProblem() : Results.Text(answer.Text!, "application/json");
    }
}

/// <summary>A partner tells that a message of the bank's has arrived and was worked on: then it need not be sent again, whatever became of the answer.</summary>
sealed class ConfirmDelivery(TimeProvider clock) : IInboxHandler
{
    public string Kind => "delivery.confirmed";

    sealed record Body(Guid Message);

    public async Task<Outcome<object>> Handle(ReceivedMessage message, CityDb db, CancellationToken cancel)
    {
        if (Read(message.Body) is not { } body)
            return new Refusal("inbox_body_invalid", "The body must be JSON such as {\"message\": \"01977f3e-5f0a-7c3e-9d55-0c3c8b1e6a10\"}, with the ce-id of the bank's message.", "message");
        var sent = await db.Set<OutboxMessage>().SingleOrDefaultAsync(m => m.Id == body.Message
            && db.Set<Destination>().Any(d => d.Name == m.Destination && (d.AnswersSignedBy == message.Sender || (d.AnswersSignedBy == null && d.Name == message.Sender))), cancel);
        if (sent is null) return new Refusal("inbox_message_unknown", "No message with this id was sent to you.", "message");
        sent.Confirm(clock.UtcNow());
        return new { message = sent.Id, confirmedAt = sent.ConfirmedAt };
    }

    static Body? Read(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize<Body>(body, JsonSerializerOptions.Web);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Received messages.</summary>
sealed class OldReceivedMessages : IForgetting
{
    public string What => "received-messages";

    /// <summary>Longer than <see cref="PartnerInbox.Oldest"/>, so that a message which is forgotten here is too old to be taken again.</summary>
    public TimeSpan Kept => TimeSpan.FromDays(90);

    public Task<int> Delete(CityDb db, DateTime olderThan, int most, CancellationToken cancel) =>
        db.Set<InboxMessage>().Where(m => db.Set<InboxMessage>().Where(old => old.ReceivedAt < olderThan).OrderBy(old => old.ReceivedAt).Take(most).Select(old => old.Id).Contains(m.Id))
            .ExecuteDeleteAsync(cancel);
}
