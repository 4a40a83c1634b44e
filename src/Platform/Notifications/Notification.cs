using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pujiang.Platform;

/// <summary>Whom a notification is for.</summary>
/// <param name="IsPerson">The one person who signs in; else the party, and all who act for it read it.</param>
public readonly record struct Recipient(Guid Id, bool IsPerson)
{
    public static Recipient Party(Guid party) => new(party, IsPerson: false);

    public static Recipient Person(Guid person) => new(person, IsPerson: true);

    public override string ToString() => $"{(IsPerson ? "person" : "party")}/{Id}";
}

/// <summary>Why a notification did not go to other channels at once.</summary>
public enum HoldReason
{
    None,

    /// <summary>The recipient sleeps.</summary>
    QuietHours,

    /// <summary>There were too many within an hour.</summary>
    Flood,
}

/// <summary>Something that the bank tells somebody: a message in the inbox, which other channels pass on.</summary>
public sealed class Notification
{
    /// <summary>Characters of a link and of a topic.</summary>
    public const int LongestLink = 200, LongestTopic = 64;

    Notification() { }

    /// <summary>Made from kind, recipient and fact: the same fact is told once.</summary>
    public Guid Id { get; private init; }

    /// <summary>Name of the <see cref="NotificationKind"/>.</summary>
    public string Kind { get; private init; } = "";

    public Guid RecipientId { get; private init; }
    public bool IsForPerson { get; private init; }

    /// <summary>The values as JSON. Sealed at rest: they name people.</summary>
    public string Values { get; private init; } = "";

    /// <summary>The page of this bank on which to go on, or empty: "/transfers/…".</summary>
    public string Link { get; private init; } = "";

    /// <summary>By what later ones of the kind are compared, such as the hash of a device; empty for nothing.</summary>
    public string Topic { get; private init; } = "";

    public DateTime CreatedAt { get; private init; }

    /// <summary>When somebody of the recipient's first opened it; null while it is new.</summary>
    public DateTime? ReadAt { get; private set; }

    /// <summary>When the other channels shall be thought of; null when that is done.</summary>
    public DateTime? DueAt { get; private set; }

    /// <summary>Why the other channels had to wait.</summary>
    public HoldReason Held { get; private set; }

    /// <summary>Rises with each decision about channels, so that of two processes only one decides.</summary>
    public int Version { get; private set; }

    public Recipient Recipient => new(RecipientId, IsForPerson);

    public IReadOnlyDictionary<string, NotificationValue> ReadValues() =>
        JsonSerializer.Deserialize<Dictionary<string, NotificationValue>>(Values) ?? [];

    internal static Guid IdOf(string kind, Recipient recipient, string fact) => NameBasedId.From("notifications", kind, recipient.ToString(), fact);

    internal static Notification Of(
        Recipient recipient, NotificationKind kind, string fact, IReadOnlyDictionary<string, NotificationValue> values, string link, string topic, DateTime now) => new()
        {
            Id = IdOf(kind.Name, recipient, fact),
            Kind = kind.Name,
            RecipientId = recipient.Id,
            IsForPerson = recipient.IsPerson,
            Values = JsonSerializer.Serialize(values),
            Link = link,
            Topic = topic,
            CreatedAt = now,
            DueAt = now,
        };

    public void Read(DateTime now) => ReadAt ??= now;

    /// <summary>All channels have what they get.</summary>
    internal void Routed() => (DueAt, Version) = (null, Version + 1);

    /// <summary>The other channels wait until then.</summary>
    internal void Hold(DateTime until, HoldReason reason) => (DueAt, Held, Version) = (until, reason, Version + 1);
}

/// <summary>How a service tells somebody something.</summary>
public static partial class NotifyExtensions
{
    /// <summary>
    /// Tells somebody in the caller's transaction: when the change is saved the message is in the inbox, and the other channels
    /// follow. Nothing is written before <c>SaveChangesAsync</c>.
    /// </summary>
    /// <param name="kind">One that was added with <c>AddNotifications</c>.</param>
    /// <param name="fact">What it tells of, such as the id of a transfer: the same fact twice can't be saved. Never personal data.</param>
    /// <param name="link">The page of this bank on which to go on, or "".</param>
    /// <param name="values">Each value that the kind names, once.</param>
    /// <exception cref="ArgumentException">A value is missing, unknown or of another sort than the kind says, or the link is none: bugs of the caller.</exception>
    public static Notification Notify(
        this CityDb db, Recipient recipient, NotificationKind kind, string fact, string link, params ReadOnlySpan<(string Name, NotificationValue Value)> values) =>
        Notify(db, recipient, kind, fact, link, topic: "", values);

    /// <inheritdoc cref="Notify(CityDb, Recipient, NotificationKind, string, string, ReadOnlySpan{ValueTuple{string, NotificationValue}})"/>
    /// <param name="topic">By what it is found again, or "".</param>
    internal static Notification Notify(
        CityDb db, Recipient recipient, NotificationKind kind, string fact, string link, string topic, ReadOnlySpan<(string Name, NotificationValue Value)> values)
    {
        var given = new Dictionary<string, NotificationValue>(StringComparer.Ordinal);
        foreach (var (name, value) in values) given.Add(name, value);
        Check(kind, given, Of<NotificationCatalogue>(db));
        if (link.Length > 0) CheckLink(link);
        var notification = Notification.Of(recipient, kind, fact, given, link, topic, Of<TimeProvider>(db).UtcNow());
        db.Add(notification);
        return notification;
    }

    static T Of<T>(CityDb db) where T : class => Microsoft.EntityFrameworkCore.Infrastructure.AccessorExtensions.GetService<T>(db);

    static void Check(NotificationKind kind, Dictionary<string, NotificationValue> given, NotificationCatalogue catalogue)
    {
        if (kind.IsDirect || catalogue.Find(kind.Name) is null) throw new ArgumentException($"The notification '{kind.Name}' was not added to this bank.", nameof(kind));
        foreach (var (name, example) in kind.Values)
            if (!given.TryGetValue(name, out var value) || value.GetType() != example.GetType() || !catalogue.Knows(value))
                throw new ArgumentException($"The notification '{kind.Name}' needs the value '{name}' as a known {example.GetType().Name}.", nameof(given));
        if (given.Keys.FirstOrDefault(name => !kind.Values.Any(value => value.Name == name)) is { } unknown)
            throw new ArgumentException($"The notification '{kind.Name}' has no value '{unknown}'.", nameof(given));
    }

    /// <summary>A link leaves the bank as it is, so it holds no number but ids.</summary>
    static void CheckLink(string link)
    {
        var words = Ids().Replace(link, "");
        if (link.Length > Notification.LongestLink || LocalUrl.OrHome(link) != link || NumberGuard.Mask(words) != words)
            throw new ArgumentException("The link of a notification is the path of a page, without numbers other than ids.", nameof(link));
    }

    [GeneratedRegex("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ids();
}

sealed class NotificationTables : ICityTables
{
    public string Schema => "notifications";

    public void Configure(TableModel model)
    {
        var notification = model.Entity<Notification>("notification");
        notification.Property(n => n.Id).ValueGeneratedNever();
        notification.Ignore(n => n.Recipient);
        notification.Property(n => n.Kind).HasMaxLength(NotificationKind.LongestName);
        model.Seal(notification.Property(n => n.Values));
        notification.Property(n => n.Link).HasMaxLength(Notification.LongestLink);
        notification.Property(n => n.Topic).HasMaxLength(Notification.LongestTopic);
        notification.Property(n => n.Version).IsConcurrencyToken();
        notification.HasIndex(n => new { n.RecipientId, n.CreatedAt });
        notification.HasIndex(n => new { n.RecipientId, n.ReadAt });
        notification.HasIndex(n => n.CreatedAt);
        notification.HasIndex(n => n.DueAt);
    }
}
