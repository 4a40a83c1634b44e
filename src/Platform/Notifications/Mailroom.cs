using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>Where somebody can be told besides the inbox.</summary>
/// <param name="Owner">Whose settings they are: the party, or the person of staff.</param>
/// <param name="Email">Empty for none, and for one that was refused; so the phone.</param>
public sealed record Contact(Guid Owner, NotificationSettings Settings, string Email, string Phone)
{
    public string Address(Channels channel) => channel == Channels.Email ? Email : Phone;
}

/// <summary>A letter that waits in the outbox: the body of what goes to the destination "email".</summary>
/// <param name="Link">Absolute address on which to go on, or empty.</param>
/// <param name="Unsubscribe">Absolute address at which a post ends letters of this group, or empty for those that nobody can end.</param>
public sealed record Letter(string To, string Language, string Subject, IReadOnlyList<string> Paragraphs, string Link, string Unsubscribe);

/// <summary>Writes messages and hands them to the outbox, in the caller's transaction. Knows everybody's addresses and what was sent to them.</summary>
public sealed class Mailroom(CityDb db, NotificationCatalogue catalogue, PersonalData personalData, PlatformOptions options, NewId ids, TimeProvider clock)
{
    /// <summary>Destinations of the outbox.</summary>
    public const string EmailDestination = "email", SmsDestination = "sms";

    /// <summary>Sent to an address to prove who reads it; in no inbox.</summary>
    public static readonly NotificationKind Code = new("notifications.code", NotificationGroup.Security, ("code", "482913"), ("minutes", 3)) { IsDirect = true };

    /// <summary>Several messages that waited, as one.</summary>
    internal static readonly NotificationKind Digest = new("notifications.digest", NotificationGroup.Tasks, ("count", 3)) { IsDirect = true };

    /// <summary>Chinese as it is: the body goes to a gateway, not into a page.</summary>
    static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    NotificationOptions Options => options.Notifications;

    /// <summary>Where a recipient is told.</summary>
    internal async Task<Contact> ContactOf(Recipient recipient, CancellationToken cancel)
    {
        var owner = recipient.IsPerson
            ? await db.Set<Person>().Where(p => p.Id == recipient.Id).Select(p => p.PartyId).SingleOrDefaultAsync(cancel) ?? recipient.Id : recipient.Id;
        return await ContactOf(owner, cancel);
    }

    internal async Task<Contact> ContactOf(Guid owner, CancellationToken cancel)
    {
        var settings = await db.Set<NotificationSettings>().AsNoTracking().SingleOrDefaultAsync(s => s.OwnerId == owner, cancel) ?? new() { OwnerId = owner };
        var phone = settings.Phone.Length > 0 ? settings.Phone
            : await db.Set<Party>().AsNoTracking().Where(p => p.Id == owner).Select(p => p.Phone).SingleOrDefaultAsync(cancel) ?? "";
        string[] hashes = [HashOf(Channels.Email, settings.Email), HashOf(Channels.Sms, phone)];
        var refused = await db.Set<RefusedAddress>().Where(r => hashes.Contains(r.AddressHash)).Select(r => r.AddressHash).ToListAsync(cancel);
        return new Contact(owner, settings, refused.Contains(hashes[0]) ? "" : settings.Email, refused.Contains(hashes[1]) ? "" : phone);
    }

    internal string HashOf(Channels channel, string address) =>
        personalData.Hash($"address/{channel}", channel == Channels.Email ? address.ToLowerInvariant() : address);

    /// <summary>Whether one more may go there today. Urgent ones have a cap of their own, so that a flood of others does not use it up.</summary>
    internal async Task<bool> MaySend(Channels channel, string address, bool isUrgent, CancellationToken cancel)
    {
        if (channel != Channels.Sms) return true;
        var (hash, since) = (HashOf(channel, address), BankTime.StartOf(clock.Today()));
        var sent = await db.Set<NotificationDelivery>().CountAsync(d => d.AddressHash == hash && d.IsUrgent == isUrgent && d.At >= since, cancel);
        // What this request adds is not in the table yet.
        sent += db.ChangeTracker.Entries<NotificationDelivery>()
            .Count(entry => entry.State == EntityState.Added && entry.Entity.AddressHash == hash && entry.Entity.IsUrgent == isUrgent);
        return sent < (isUrgent ? Options.UrgentSmsPerDay : Options.SmsPerDay);
    }

    /// <summary>Hands a message to the outbox.</summary>
    /// <param name="fact">The same fact by the same channel has the same id, so it can't be saved twice.</param>
    internal void Send(Guid fact, Channels channel, string address, Guid owner, NotificationKind kind, NotificationText text, string language, string link)
    {
        var id = NameBasedId.From("notifications", "message", $"{fact}", $"{channel}");
        var body = channel == Channels.Email
            ? JsonSerializer.SerializeToUtf8Bytes(new Letter(address, language, text.Subject, text.Paragraphs, Absolute(link), UnsubscribeFrom(owner, kind)))
            : JsonSerializer.SerializeToUtf8Bytes(SmsMessage.Of(address, Options.Sender, text.Brief), Readable);
        db.Send(channel == Channels.Email ? EmailDestination : SmsDestination, kind.Name, $"notifications/{id}", body, id);
        db.Add(new NotificationDelivery
        {
            Id = id,
            OwnerId = owner,
            Kind = kind.Name,
            Channel = channel,
            AddressHash = HashOf(channel, address),
            IsUrgent = kind.IsUrgent,
            At = clock.UtcNow(),
        });
    }

    /// <summary>Sends a code that works once, by day and night, in the caller's transaction. Neither it nor the address is in any log.</summary>
    /// <param name="owner">The party, or the person of staff.</param>
    /// <param name="life">For how long the code works; told in whole minutes.</param>
    /// <returns>Null, or why none is sent: too many went there, or to the owner, today.</returns>
    public async Task<Refusal?> SendCode(Guid owner, Channels channel, string address, string language, string code, TimeSpan life, CancellationToken cancel)
    {
        var since = BankTime.StartOf(clock.Today());
        var asked = await db.Set<NotificationDelivery>().CountAsync(d => d.OwnerId == owner && d.Kind == Code.Name && d.At >= since, cancel);
        if (asked >= Options.CodesPerDay || !await MaySend(channel, address, isUrgent: true, cancel))
            return new Refusal("codes_too_many", "Too many codes were sent today. Try again tomorrow.", "address");
        var text = Write(Code, language, ("code", code), ("minutes", (int)life.TotalMinutes));
        Send(ids.Next(), channel, address, owner, Code, text, language, link: "");
        return null;
    }

    /// <summary>Sends a copy to an address that is no longer the owner's, so that its reader learns of the change.</summary>
    internal void SendCopy(Notification notification, Channels channel, string address, Guid owner, string language)
    {
        var kind = catalogue.Find(notification.Kind)!;
        Send(NameBasedId.From("notifications", "copy", $"{notification.Id}"), channel, address, owner, kind, catalogue.Write(kind, notification.ReadValues(), language), language, link: "");
    }

    internal NotificationText Write(NotificationKind kind, string language, params (string Name, NotificationValue Value)[] values) =>
        catalogue.Write(kind, values.ToDictionary(value => value.Name, value => value.Value, StringComparer.Ordinal), language);

    /// <summary>Marks an address to which nothing can be sent.</summary>
    internal async Task Refuse(Channels channel, string address, CancellationToken cancel)
    {
        var hash = HashOf(channel, address);
        if (!await db.Set<RefusedAddress>().AnyAsync(r => r.AddressHash == hash, cancel))
            db.Add(new RefusedAddress { AddressHash = hash, Channel = channel, At = clock.UtcNow() });
    }

    string Absolute(string path) => path.Length > 0 && options.Address is { } address ? new Uri(address, path).AbsoluteUri : "";

    string UnsubscribeFrom(Guid owner, NotificationKind kind) =>
        kind.IsUrgent || kind.IsDirect ? "" : Absolute($"/unsubscribe/{owner}/{kind.Group}/{UnsubscribeToken(owner, kind.Group)}");

    /// <summary>Proves that the bank itself wrote the address at which letters are ended.</summary>
    internal string UnsubscribeToken(Guid owner, NotificationGroup group) => personalData.Hash("unsubscribe", $"{owner}/{group}");
}
