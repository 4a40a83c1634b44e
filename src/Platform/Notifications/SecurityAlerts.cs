using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Pujiang.Platform;

/// <summary>What people are told about their sign-in, whether they want it or not.</summary>
static class SecurityAlerts
{
    /// <summary>Something by which the person signs in is not what it was.</summary>
    /// <param name="what">A word <c>sign-in.…</c> of the templates: "passkey-added".</param>
    public static Notification AlertSignInChanged(this CityDb db, Guid person, string what) =>
        db.AlertSignInChanged(Recipient.Person(person), what, "/account");

    /// <summary>Something by which somebody signs in, or is told, is not what it was.</summary>
    public static Notification AlertSignInChanged(this CityDb db, Recipient recipient, string what, string link) =>
        db.Notify(recipient, NotificationKinds.SignInChanged, db.GetService<NewId>().Next().ToString(), link,
            ("what", new NotificationValue.Term($"sign-in.{what}")), ("at", db.GetService<TimeProvider>().UtcNow()));

    /// <summary>Tells of a sign-in unless the same device was told of from the same network, as long as messages are kept.</summary>
    public static async Task AlertNewDevice(this CityDb db, Guid person, string device, string place, PersonalData personalData, CancellationToken cancel)
    {
        var (kind, topic) = (NotificationKinds.NewSignIn, personalData.Hash("device", $"{device}\u001f{place}"));
        if (await db.Set<Notification>().AnyAsync(n => n.RecipientId == person && n.IsForPerson && n.Kind == kind.Name && n.Topic == topic, cancel)) return;
        NotifyExtensions.Notify(db, Recipient.Person(person), kind, db.GetService<NewId>().Next().ToString(), "/account/sessions", topic,
            [("device", device.Length > 0 ? device : "?"), ("place", place.Length > 0 ? place : "?"), ("at", db.GetService<TimeProvider>().UtcNow())]);
    }
}
