using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>How a webhook stands.</summary>
public enum WebhookState
{
    /// <summary>Its address has not yet shown that it is the firm's. Nothing is sent but pings.</summary>
    Unproven = 1,

    /// <summary>Events are sent to it.</summary>
    Active,

    /// <summary>An event could not be delivered in the time of the retry plan. Events are kept for it until a ping arrives.</summary>
    Paused,

    /// <summary>Ended. Nothing is sent or kept for it any more.</summary>
    Closed,
}

/// <summary>
/// A firm's own systems are told what happens to its affairs: the firm names an address and the kinds of events, shows that
/// the address is its own by answering a ping, and from then on gets each event signed, at least once, in order.
/// </summary>
public sealed class Webhooks(CityDb db, WebhookPing ping, IEnumerable<EventKind> kinds, PlatformOptions platform, TimeProvider clock, NewId ids)
{
    /// <summary>Open webhooks of one party.</summary>
    public const int Most = 10;

    /// <summary>What is kept for a paused webhook is kept so long; then it is closed.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromDays(30);

    internal const string Prefix = "webhook/";

    internal static readonly Refusal NotFound = new("webhook_not_found", "There is no such webhook among yours.", "id");

    /// <summary>A webhook as its owner sees it.</summary>
    /// <param name="Algorithm">ed25519 or sm2-sm3: how events are signed.</param>
    /// <param name="Waiting">Events that are kept for it.</param>
    public sealed record View(
        Guid Id, string Address, IReadOnlyList<string> Events, string Algorithm, WebhookState State,
        DateTime CreatedAt, DateTime? ProvenAt, DateTime? PausedAt, int Waiting);

    /// <summary>A webhook, and what its ping came to.</summary>
    /// <param name="Refusal">Null when the ping was answered as it must be.</param>
    public sealed record Pinged(View Webhook, Refusal? Refusal);

    /// <summary>The kinds of events that there are.</summary>
    public IReadOnlyList<string> Kinds => [.. kinds.Select(kind => kind.Name).Order(StringComparer.Ordinal)];

    /// <summary>The caller's webhooks, closed ones left out, oldest first.</summary>
    public async Task<IReadOnlyList<View>> Of(Caller caller, CancellationToken cancel)
    {
        if (caller.PartyId is not { } party) return [];
        var all = await db.Set<Destination>().AsNoTracking().Where(d => d.PartyId == party && d.ClosedAt == null).OrderBy(d => d.CreatedAt).ToListAsync(cancel);
        var views = new List<View>();
        foreach (var webhook in all) views.Add(await ViewOf(webhook, cancel));
        return views;
    }

    /// <summary>One of the caller's webhooks, a closed one too, or null.</summary>
    public async Task<View?> Find(Guid id, Caller caller, CancellationToken cancel) =>
        await Load(id, caller, cancel) is { } webhook ? await ViewOf(webhook, cancel) : null;

    /// <summary>Registers an address and pings it.</summary>
    public async Task<Outcome<Pinged>> Subscribe(
        string? address, IReadOnlyList<string> events, SignatureAlgorithm algorithm, Caller caller, CancellationToken cancel)
    {
        if (caller.PartyId is not { } party)
            return new Refusal("webhook_without_party", "A webhook belongs to a firm with accounts here; this caller acts for none.");
        address = address?.Trim() ?? "";
        if ((AddressProblem(address, platform.DemoMode) ?? EventsProblem(events) ?? AlgorithmProblem(algorithm)) is { } refusal) return refusal;
        var open = await db.Set<Destination>().AsNoTracking().Where(d => d.PartyId == party && d.ClosedAt == null).ToListAsync(cancel);
        if (open.Exists(d => d.Address == address))
            return new Refusal("webhook_known", "This address is one of your webhooks already. Change which events it takes.", "address");
        if (open.Count >= Most)
            return new Refusal("webhook_too_many", $"A firm can have {Most} webhooks. Close one first.", "address", $"{Most}");

        var webhook = new Destination
        {
            Name = NameOf(ids.Next()),
            Address = address,
            PartyId = party,
            Events = Written(events),
            Algorithm = algorithm,
            RetryPlan = RetryPlan.Webhook,
            CreatedAt = clock.UtcNow(),
        };
        db.Add(webhook);
        Note(webhook, "subscribed", caller.Actor);
        await db.SaveChangesAsync(cancel);
        return await Ping(webhook, caller, cancel);
    }

    /// <summary>Pings the address. A good answer proves a new webhook, and lets a paused one go on where it stopped.</summary>
    public async Task<Outcome<Pinged>> Ping(Guid id, Caller caller, CancellationToken cancel)
    {
        if (await Load(id, caller, cancel) is not { } webhook) return NotFound;
        return webhook.ClosedAt is null ? await Ping(webhook, caller, cancel) : Closed;
    }

    static readonly Refusal Closed = new("webhook_closed", "This webhook is closed. Make a new one.", "id");

    async Task<Outcome<Pinged>> Ping(Destination webhook, Caller caller, CancellationToken cancel)
    {
        if (await ping.Problem(webhook, cancel) is { } refusal) return new Pinged(await ViewOf(webhook, cancel), refusal);
        var now = clock.UtcNow();
        if (webhook.ProvenAt is null)
        {
            webhook.ProvenAt = now;
            Note(webhook, "proven", caller.Actor);
        }
        if (webhook.PausedAt is not null)
        {
            webhook.PausedAt = null;
            var givenUp = await db.Set<OutboxMessage>().Where(m => m.Destination == webhook.Name && m.State == DeliveryState.GivenUp).ToListAsync(cancel);
            foreach (var message in givenUp) message.SendAgain(now);
            Note(webhook, "resumed", caller.Actor);
        }
        await db.SaveChangesAsync(cancel);
        return new Pinged(await ViewOf(webhook, cancel), null);
    }

    /// <summary>Changes which events it takes, from the next event on.</summary>
    public async Task<Outcome<View>> ChangeEvents(Guid id, IReadOnlyList<string> events, Caller caller, CancellationToken cancel)
    {
        if (await Load(id, caller, cancel) is not { } webhook) return NotFound;
        if (webhook.ClosedAt is not null) return Closed;
        if (EventsProblem(events) is { } refusal) return refusal;
        if (webhook.Events != Written(events))
        {
            webhook.Events = Written(events);
            Note(webhook, "events-changed", caller.Actor);
            await db.SaveChangesAsync(cancel);
        }
        return await ViewOf(webhook, cancel);
    }

    /// <summary>Ends it. What has not been delivered never will be.</summary>
    public async Task<Outcome<View>> Close(Guid id, Caller caller, CancellationToken cancel)
    {
        if (await Load(id, caller, cancel) is not { } webhook) return NotFound;
        if (webhook.ClosedAt is null) await Close(webhook, caller.Actor, cancel);
        return await ViewOf(webhook, cancel);
    }

    async Task Close(Destination webhook, string actor, CancellationToken cancel)
    {
        webhook.ClosedAt = clock.UtcNow();
        Note(webhook, "closed", actor);
        // Many, perhaps; and after the closing nobody begins an attempt.
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await db.SaveChangesAsync(cancel);
        await db.Set<OutboxMessage>().Where(m => m.Destination == webhook.Name && (m.State == DeliveryState.Waiting || m.State == DeliveryState.GivenUp))
            .ExecuteUpdateAsync(set => set.SetProperty(m => m.State, DeliveryState.Withdrawn), cancel);
        await transaction.CommitAsync(cancel);
    }

    /// <summary>Closes what has been paused for too long, so that events are not kept for ever for nobody. The job does it each day.</summary>
    /// <returns>How many were closed.</returns>
    internal async Task<int> CloseForgotten(CancellationToken cancel)
    {
        var before = clock.UtcNow() - LongestPause;
        var forgotten = await db.Set<Destination>().Where(d => d.ClosedAt == null && d.PausedAt < before).ToListAsync(cancel);
        foreach (var webhook in forgotten) await Close(webhook, "bank", cancel);
        return forgotten.Count;
    }

    /// <summary>An event was given up: later ones wait, and the owner is told. In the transaction of whoever gave it up.</summary>
    internal static async Task Pause(CityDb db, string name, DateTime now)
    {
        var webhook = await db.Set<Destination>().SingleAsync(d => d.Name == name);
        if (webhook.PausedAt is not null) return;
        webhook.PausedAt = now;
        Note(db, webhook, "paused", "bank");
        db.Notify(Recipient.Party(webhook.PartyId!.Value), NotificationKinds.WebhookPaused, $"{webhook.Name}/{now:O}", $"/webhooks/{IdOf(webhook)}",
            ("until", now + LongestPause));
    }

    void Note(Destination webhook, string what, string actor) => Note(db, webhook, what, actor);

    static void Note(CityDb db, Destination webhook, string what, string actor) => db.Audit($"webhook/{what}", webhook.Name, actor);

    /// <summary>The name of a webhook among the outbox's destinations.</summary>
    internal static string NameOf(Guid id) => $"{Prefix}{id}";

    internal static Guid IdOf(Destination webhook) => Guid.Parse(webhook.Name.AsSpan(Prefix.Length));

    Task<Destination?> Load(Guid id, Caller caller, CancellationToken cancel)
    {
        var (name, party) = (NameOf(id), caller.PartyId);
        return db.Set<Destination>().SingleOrDefaultAsync(d => d.Name == name && d.PartyId != null && d.PartyId == party, cancel);
    }

    async Task<View> ViewOf(Destination webhook, CancellationToken cancel) => new(
        IdOf(webhook), webhook.Address, webhook.Events!.Split(' '), HttpSignature.Name(webhook.Algorithm), StateOf(webhook),
        webhook.CreatedAt, webhook.ProvenAt, webhook.PausedAt,
        await db.Set<OutboxMessage>().CountAsync(m => m.Destination == webhook.Name && (m.State == DeliveryState.Waiting || m.State == DeliveryState.GivenUp), cancel));

    internal static WebhookState StateOf(Destination webhook) =>
        webhook.ClosedAt is not null ? WebhookState.Closed
        : webhook.ProvenAt is null ? WebhookState.Unproven
        : webhook.PausedAt is not null ? WebhookState.Paused
        : WebhookState.Active;

    static string Written(IReadOnlyList<string> events) => string.Join(' ', events.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    Refusal? EventsProblem(IReadOnlyList<string> events)
    {
        if (events.Count == 0)
            return new Refusal("webhook_events_missing", $"Choose at least one kind of event: {string.Join(", ", Kinds)}.", "events");
        return events.FirstOrDefault(name => !Kinds.Contains(name, StringComparer.Ordinal)) is null ? null
            : new Refusal("webhook_event_unknown", $"There are these kinds of events: {string.Join(", ", Kinds)}.", "events", string.Join(", ", Kinds));
    }

    static Refusal? AlgorithmProblem(SignatureAlgorithm algorithm) => Enum.IsDefined(algorithm) ? null
        : new Refusal("webhook_algorithm_unknown", "Events can be signed with ed25519 or sm2-sm3.", "algorithm");

    /// <summary>What speaks against this address, before anybody connects to it. What its name resolves to is looked at then (<see cref="AddressGuard"/>).</summary>
    internal static Refusal? AddressProblem(string address, bool demo)
    {
        if (address.Length is 0 or > Destination.LongestAddress || !Uri.TryCreate(address, UriKind.Absolute, out var uri)
            || uri.UserInfo.Length > 0 || uri.Fragment.Length > 0 || uri.Host.Length == 0 || PlainText.Problem(address, "address") is not null)
            return new Refusal("webhook_address_invalid",
                $"The address must be complete, such as https://firm.example/pujiang, with at most {Destination.LongestAddress} characters and without user name, password and fragment.",
                "address", $"{Destination.LongestAddress}");
        if (demo && uri is { IsLoopback: true, Scheme: "http" or "https" }) return null;
        if (uri.Scheme != "https")
            return new Refusal("webhook_address_not_https", "The address must begin with https://: events are nobody else's business on their way.", "address");
        if (uri.IsLoopback || (IPAddress.TryParse(uri.DnsSafeHost, out var literal) && !AddressGuard.IsPublic(literal)))
            return new Refusal("webhook_address_not_public", "The address must be on the public internet.", "address");
        return null;
    }
}

/// <summary>Asks an address to show that whoever keeps it wants the bank's messages: it must answer with the challenge that it was sent.</summary>
/// <remarks>
/// A signed POST like every event, so that a receiver which checks signatures has tried that too before the first event. An
/// address of a stranger, who does not know what was asked, can't be made a target.
/// </remarks>
public sealed class WebhookPing
{
    /// <summary>The kind of the message.</summary>
    public const string Kind = "webhook.ping";

    readonly OutboxSender _sender;
    readonly TimeProvider _clock;
    readonly NewId _ids;

    internal WebhookPing(OutboxSender sender, TimeProvider clock, NewId ids) => (_sender, _clock, _ids) = (sender, clock, ids);

    /// <summary>Null when the address answered as it must.</summary>
    internal async Task<Refusal?> Problem(Destination webhook, CancellationToken cancel)
    {
        var challenge = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var body = JsonSerializer.SerializeToUtf8Bytes(new { challenge });
        var message = OutboxMessage.Of(_ids.Next(), webhook.Name, Kind, webhook.Name, body, "application/json", _clock.UtcNow());
        var attempt = message.Begin(_clock.UtcNow());
        var answer = await _sender.Ask(message, webhook, attempt, cancel);
        if (!attempt.IsDelivered)
            return new Refusal("webhook_ping_failed", $"The ping did not arrive. {attempt.Error}", "address", attempt.Error ?? "");
        return Echoes(answer, challenge) ? null
            : new Refusal("webhook_ping_not_echoed", "The ping arrived, but its answer does not hold the challenge: answer with the body of the ping.", "address");
    }

    /// <summary>The body of the ping as it was, or the challenge alone.</summary>
    static bool Echoes(byte[] answer, string challenge)
    {
        if (Encoding.UTF8.GetString(answer).Trim() == challenge) return true;
        try
        {
            using var json = JsonDocument.Parse(answer);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("challenge", out var echoed)
                && echoed.ValueKind == JsonValueKind.String && echoed.GetString() == challenge;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

/// <summary>Closes webhooks that have been paused for too long.</summary>
sealed class CloseForgottenWebhooks(Webhooks webhooks) : IJobWork
{
    public async Task Run(JobRun run, CancellationToken cancel)
    {
        var closed = await webhooks.CloseForgotten(cancel);
        run.Report(closed, closed);
    }
}
