using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>What the bank has told the person who is signed in: the own messages, and those to the party the person acts for.</summary>
public sealed class Inbox(CityDb db, NotificationCatalogue catalogue, TimeProvider clock)
{
    /// <summary>Rows of one page.</summary>
    public const int PageSize = 20;

    /// <param name="Link">Where to go on, or empty.</param>
    public sealed record Message(Guid Id, NotificationGroup Group, NotificationText Text, string Link, DateTime At, bool IsNew);

    /// <summary>How many messages are new.</summary>
    public Task<int> CountNew(Caller caller, CancellationToken cancel) => Mine(caller).CountAsync(n => n.ReadAt == null, cancel);

    /// <summary>One page of messages, the newest first, and how many pages there are.</summary>
    /// <param name="page">From 1; one that there is not is the nearest that there is.</param>
    /// <param name="language">One of <see cref="Languages.All"/>.</param>
    public async Task<(IReadOnlyList<Message> Messages, int Page, int Pages)> List(Caller caller, int page, string language, CancellationToken cancel)
    {
        var mine = Mine(caller);
        var pages = Math.Max(1, (await mine.CountAsync(cancel) + PageSize - 1) / PageSize);
        page = Math.Clamp(page, 1, pages);
        var rows = await mine.AsNoTracking().OrderByDescending(n => n.CreatedAt).ThenBy(n => n.Id)
            .Skip((page - 1) * PageSize).Take(PageSize).ToListAsync(cancel);
        return ([.. rows.Select(row => MessageOf(row, language))], page, pages);
    }

    /// <summary>A message of the own, which is read from now on; null for none, and for others'.</summary>
    public async Task<Message?> Open(Guid id, Caller caller, string language, CancellationToken cancel)
    {
        if (await Mine(caller).SingleOrDefaultAsync(n => n.Id == id, cancel) is not { } found) return null;
        var message = MessageOf(found, language);
        if (found.ReadAt is null)
        {
            // Beside the entity: whoever decides about channels at this moment shall not be disturbed.
            var now = clock.UtcNow();
            await db.Set<Notification>().Where(n => n.Id == id && n.ReadAt == null).ExecuteUpdateAsync(set => set.SetProperty(n => n.ReadAt, now), cancel);
        }
        return message;
    }

    /// <summary>Nothing is new any more.</summary>
    public Task<int> ReadAll(Caller caller, CancellationToken cancel)
    {
        var now = clock.UtcNow();
        return Mine(caller).Where(n => n.ReadAt == null).ExecuteUpdateAsync(set => set.SetProperty(n => n.ReadAt, now), cancel);
    }

    Message MessageOf(Notification row, string language)
    {
        var kind = catalogue.Find(row.Kind)!;
        return new Message(row.Id, kind.Group, catalogue.Write(kind, row.ReadValues(), language), row.Link, row.CreatedAt, row.ReadAt is null);
    }

    /// <summary>Kinds that this version of the bank does not know have no text, and are left out.</summary>
    IQueryable<Notification> Mine(Caller caller)
    {
        var kinds = catalogue.Kinds.Select(kind => kind.Name).ToList();
        var (person, party) = (caller.UserId, caller.PartyId);
        return db.Set<Notification>().Where(n => kinds.Contains(n.Kind)
            && ((n.IsForPerson && n.RecipientId == person) || (!n.IsForPerson && n.RecipientId == party)));
    }
}

/// <summary>What was handed to channels is counted by the day and the hour only.</summary>
sealed class OldNotificationDeliveries : IForgetting
{
    public string What => "notification-deliveries";

    public TimeSpan Kept => TimeSpan.FromDays(30);

    public Task<int> Delete(CityDb db, DateTime olderThan, int most, CancellationToken cancel) =>
        db.Set<NotificationDelivery>().Where(d => db.Set<NotificationDelivery>().Where(old => old.At < olderThan).OrderBy(old => old.At).Take(most).Select(old => old.Id).Contains(d.Id))
            .ExecuteDeleteAsync(cancel);
}

/// <summary>Addresses whose code never came back.</summary>
sealed class OldAddressChanges : IForgetting
{
    public string What => "address-changes";

    public TimeSpan Kept => TimeSpan.FromDays(1);

    public Task<int> Delete(CityDb db, DateTime olderThan, int most, CancellationToken cancel) =>
        db.Set<AddressChange>().Where(c => c.ExpiresAt < olderThan).ExecuteDeleteAsync(cancel);
}

/// <summary>Messages are kept for a time only.</summary>
sealed class OldNotifications(PlatformOptions options) : IForgetting
{
    public string What => "notifications";

    public TimeSpan Kept => TimeSpan.FromDays(options.Notifications.DaysKept);

    public Task<int> Delete(CityDb db, DateTime olderThan, int most, CancellationToken cancel) =>
        db.Set<Notification>().Where(n => db.Set<Notification>().Where(old => old.CreatedAt < olderThan).OrderBy(old => old.CreatedAt).Take(most).Select(old => old.Id).Contains(n.Id))
            .ExecuteDeleteAsync(cancel);
}
