using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>A kind of event that webhooks can take. The service that tells of it adds one to the container (singleton).</summary>
/// <param name="Name">"payment.executed". Its name for people is the text <c>event.{Name}</c>.</param>
public sealed record EventKind(string Name);

/// <summary>Something that happened to a party's affairs, which the party's own systems may want to know.</summary>
/// <param name="PartyId">Whose affair it is: only this party's webhooks are told.</param>
/// <param name="Kind">Name of an <see cref="EventKind"/>.</param>
/// <param name="Fact">What makes this event itself, such as the id of the ledger entry: the same fact is told once, however often it is published.</param>
/// <param name="Reference">What it is about: "accounts/transfer/…". Staff see it: no name, no number of a person.</param>
/// <param name="At">When it happened, UTC.</param>
/// <param name="Data">Written as JSON. It goes to the party's address on the internet: what is told stands in docs/webhooks.md.</param>
public sealed record BankEvent(Guid PartyId, string Kind, string Fact, string Reference, DateTime At, object Data);

/// <summary>How a service tells webhooks.</summary>
public static class WebhookExtensions
{
    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>The parties that have a webhook of any kind: a service prepares events for these alone.</summary>
    public static IQueryable<Guid> PartiesWithWebhooks(this CityDb db) =>
        db.Set<Destination>().Where(d => d.PartyId != null && d.ProvenAt != null && d.ClosedAt == null).Select(d => d.PartyId!.Value);

    /// <summary>
    /// Tells every webhook that takes these events, in the caller's transaction: when the change is saved they go out, at least
    /// once and to each webhook in this order; when it is not, they never do.
    /// </summary>
    /// <remarks>What happened before a webhook was proven is not told to it. Publishing the same fact again adds nothing.</remarks>
    public static async Task Publish(this CityDb db, IReadOnlyCollection<BankEvent> events, CancellationToken cancel)
    {
        if (events.Count == 0) return;
        var parties = events.Select(e => e.PartyId).ToHashSet();
        var webhooks = (await db.Set<Destination>().AsNoTracking()
            .Where(d => d.PartyId != null && parties.Contains(d.PartyId.Value) && d.ProvenAt != null && d.ClosedAt == null).ToListAsync(cancel))
            .ToLookup(d => d.PartyId!.Value);
        var wanted = new List<(Guid Id, Destination Webhook, BankEvent Event)>();
        foreach (var happened in events)
            foreach (var webhook in webhooks[happened.PartyId])
                if (webhook.Takes(happened.Kind) && happened.At >= webhook.ProvenAt)
                    wanted.Add((NameBasedId.From("webhook", webhook.Name, happened.Kind, happened.Fact), webhook, happened));
        var known = new HashSet<Guid>();
        foreach (var some in wanted.Select(w => w.Id).Chunk(500))
            known.UnionWith(await db.Set<OutboxMessage>().Where(m => some.Contains(m.Id)).Select(m => m.Id).ToListAsync(cancel));
        foreach (var (id, webhook, happened) in wanted)
            if (known.Add(id))
                db.Send(webhook.Name, happened.Kind, happened.Reference, JsonSerializer.SerializeToUtf8Bytes(happened.Data, Json), id);
    }
}
