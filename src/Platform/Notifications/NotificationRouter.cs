using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pujiang.Platform;

/// <summary>Passes notifications on to e-mail and phone, as their recipients want it.</summary>
/// <remarks>
/// Each notification is a row that is due until its channels are decided. The decision and the messages in the outbox are one
/// transaction, and the row's version is its only lock: any number of processes can do this, and none sends twice.
/// </remarks>
public sealed partial class NotificationRouter(IServiceScopeFactory scopes, TimeProvider clock, BackgroundWork work, ILogger<NotificationRouter> log) : BackgroundService
{
    const string Work = "notifications";

    /// <summary>Recipients that are looked for at once.</summary>
    const int AtOnce = 100;

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Decides on all that is due now; returns when no more is.</summary>
    public async Task RouteDue(CancellationToken cancel)
    {
        while (true)
        {
            var routed = 0;
            foreach (var recipient in await Due(cancel)) routed += await RouteFor(recipient, cancel);
            if (routed == 0) return;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        do
        {
            try
            {
                await RouteDue(stoppingToken);
                work.Succeeded(Work);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // What is due stays due.
                work.Failed(Work, failure);
                Postponed(log, failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Error, "Notifications could not be passed on; it is tried again in a moment.")]
    static partial void Postponed(ILogger log, Exception failure);

    async Task<List<Recipient>> Due(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var (db, now) = (scope.ServiceProvider.GetRequiredService<CityDb>(), clock.UtcNow());
        var due = await db.Set<Notification>().Where(n => n.DueAt <= now).Select(n => new { n.RecipientId, n.IsForPerson }).Distinct().OrderBy(n => n.RecipientId).Take(AtOnce).ToListAsync(cancel);
        return due.ConvertAll(one => new Recipient(one.RecipientId, one.IsForPerson));
    }

    async Task<int> RouteFor(Recipient recipient, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        try
        {
            return await scope.ServiceProvider.GetRequiredService<NotificationRoute>().Decide(recipient, cancel);
        }
        catch (DbUpdateException conflict) when (!BackgroundWork.IsOutage(conflict))
        {
            // Another process was faster.
            return 0;
        }
    }
}

/// <summary>Decides by which channels one recipient is told what is due, and when.</summary>
sealed class NotificationRoute(CityDb db, Mailroom mailroom, NotificationCatalogue catalogue, PlatformOptions options, TimeProvider clock)
{
    /// <summary>Notifications of one recipient that are decided on in one transaction.</summary>
    const int AtOnce = 200;

    static readonly TimeSpan FloodWindow = TimeSpan.FromHours(1);
    static readonly Channels[] All = [Channels.Email, Channels.Sms];

    /// <returns>How many were decided on.</returns>
    public async Task<int> Decide(Recipient recipient, CancellationToken cancel)
    {
        var now = clock.UtcNow();
        var due = await db.Set<Notification>()
            .Where(n => n.RecipientId == recipient.Id && n.IsForPerson == recipient.IsPerson && n.DueAt <= now)
            .OrderBy(n => n.CreatedAt).ThenBy(n => n.Id).Take(AtOnce).ToListAsync(cancel);
        var contact = await mailroom.ContactOf(recipient, cancel);
        var ordinary = new List<(Notification Notification, NotificationKind Kind)>();
        foreach (var notification in due)
            if (catalogue.Find(notification.Kind) is not { } kind) notification.Routed();
            else if (kind.IsUrgent) await SendNow(notification, kind, contact, cancel);
            else if (contact.Settings.QuietEnd(now) is { } end) notification.Hold(end, HoldReason.QuietHours);
            else ordinary.Add((notification, kind));
        if (ordinary.Exists(one => one.Notification.Held == HoldReason.Flood)
            || (contact.Settings.WantsDigest && ordinary.Exists(one => one.Notification.Held == HoldReason.QuietHours))) await SendAsOne(ordinary, contact, cancel);
        else await SendOneByOne(ordinary, contact, now, cancel);
        await db.SaveChangesAsync(cancel);
        return due.Count;
    }

    async Task SendNow(Notification notification, NotificationKind kind, Contact contact, CancellationToken cancel)
    {
        foreach (var channel in Wanted(kind, contact)) await Send(notification, kind, channel, contact, cancel);
        notification.Routed();
    }

    /// <summary>What is more than anybody reads in an hour waits, and comes together.</summary>
    async Task SendOneByOne(List<(Notification, NotificationKind)> ordinary, Contact contact, DateTime now, CancellationToken cancel)
    {
        if (ordinary.Count == 0) return;
        var since = now - FloodWindow;
        var sent = await db.Set<NotificationDelivery>().CountAsync(d => d.OwnerId == contact.Owner && !d.IsUrgent && d.At > since, cancel);
        foreach (var (notification, kind) in ordinary)
        {
            var wanted = Wanted(kind, contact).ToList();
            if (wanted.Count > 0 && sent >= options.Notifications.MessagesPerHour)
            {
                notification.Hold(now + FloodWindow, HoldReason.Flood);
                continue;
            }
            foreach (var channel in wanted) await Send(notification, kind, channel, contact, cancel);
            sent += wanted.Count;
            notification.Routed();
        }
    }

    /// <summary>One message for each channel that says how many there are; where there is one only, that one.</summary>
    async Task SendAsOne(List<(Notification Notification, NotificationKind Kind)> ordinary, Contact contact, CancellationToken cancel)
    {
        foreach (var channel in All)
        {
            var wanted = ordinary.FindAll(one => Wanted(one.Kind, contact).Contains(channel));
            if (wanted.Count == 1) await Send(wanted[0].Notification, wanted[0].Kind, channel, contact, cancel);
            if (wanted.Count > 1 && await mailroom.MaySend(channel, contact.Address(channel), isUrgent: false, cancel)) SendDigest(wanted, channel, contact);
        }
        foreach (var (notification, _) in ordinary) notification.Routed();
    }

    void SendDigest(List<(Notification Notification, NotificationKind Kind)> wanted, Channels channel, Contact contact)
    {
        var language = contact.Settings.Language;
        var text = mailroom.Write(Mailroom.Digest, language, ("count", wanted.Count));
        var subjects = wanted.Select(one => catalogue.Write(one.Kind, one.Notification.ReadValues(), language).Subject);
        mailroom.Send(NameBasedId.From("notifications", "digest", $"{wanted[0].Notification.Id}"), channel, contact.Address(channel), contact.Owner,
            Mailroom.Digest, text with { Paragraphs = [.. text.Paragraphs, .. subjects] }, language, "/messages");
    }

    async Task Send(Notification notification, NotificationKind kind, Channels channel, Contact contact, CancellationToken cancel)
    {
        if (!await mailroom.MaySend(channel, contact.Address(channel), kind.IsUrgent, cancel)) return;
        var language = contact.Settings.Language;
        mailroom.Send(notification.Id, channel, contact.Address(channel), contact.Owner, kind, catalogue.Write(kind, notification.ReadValues(), language), language, notification.Link);
    }

    static IEnumerable<Channels> Wanted(NotificationKind kind, Contact contact) =>
        All.Where(channel => contact.Settings.For(kind.Group).HasFlag(channel) && contact.Address(channel).Length > 0);
}
