using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>How the signed-in person's party, or somebody of staff, wants to be told.</summary>
public sealed class ChangeNotificationSettings(CityDb db, Mailroom mailroom, PersonalData personalData, TimeProvider clock)
{
    /// <summary>How long a code works that proves an address.</summary>
    public static readonly TimeSpan CodeLife = TimeSpan.FromMinutes(10);

    static readonly TimeSpan BetweenCodes = TimeSpan.FromSeconds(60);

    /// <param name="QuietFrom">"22:00", in the bank's time; empty for no quiet hours.</param>
    /// <param name="QuietUntil">"08:00".</param>
    public sealed record Request(string? Language, bool HasQuietHours, string? QuietFrom, string? QuietUntil, bool WantsDigest, Channels Payments, Channels Receipts, Channels Tasks);

    /// <param name="Email">Hidden but for its beginning; empty for none.</param>
    /// <param name="Phone">Hidden but for its last digits; empty for none.</param>
    /// <param name="EmailRefused">Its mail server says that it does not exist.</param>
    public sealed record View(NotificationSettings Settings, string Email, string Phone, bool EmailRefused, bool PhoneRefused);

    public async Task<View> Find(Caller caller, CancellationToken cancel)
    {
        var owner = OwnerOf(caller);
        var contact = await mailroom.ContactOf(owner, cancel);
        var phone = contact.Settings.Phone.Length > 0 ? contact.Settings.Phone
            : await db.Set<Party>().AsNoTracking().Where(p => p.Id == owner).Select(p => p.Phone).SingleOrDefaultAsync(cancel) ?? "";
        return new View(contact.Settings, Hidden(contact.Settings.Email), phone.Length > 0 ? NumberGuard.LastFour(phone) : "",
            contact.Settings.Email.Length > 0 && contact.Email.Length == 0, phone.Length > 0 && contact.Phone.Length == 0);
    }

    /// <summary>"w***@example.com".</summary>
    static string Hidden(string email) => email.Length == 0 ? "" : email[..1] + "***" + email[email.LastIndexOf('@')..];

    public async Task<Refusal?> Save(Request request, Caller caller, CancellationToken cancel)
    {
        if (!Languages.All.Contains(request.Language, StringComparer.Ordinal))
            return new Refusal("language_unknown", $"The language must be one of {string.Join(", ", Languages.All)}.", "language", string.Join(", ", Languages.All));
        var settings = await Load(OwnerOf(caller), cancel);
        if (request.HasQuietHours)
        {
            if (!IsTime(request.QuietFrom, out var from)) return NoTime("quietFrom");
            if (!IsTime(request.QuietUntil, out var until)) return NoTime("quietUntil");
            if (from == until) return new Refusal("quiet_hours_empty", "Quiet hours begin and end at different times; to have none, switch them off.", "quietUntil");
            (settings.QuietFrom, settings.QuietUntil) = (from, until);
        }
        (settings.Language, settings.HasQuietHours, settings.WantsDigest) = (request.Language!, request.HasQuietHours, request.WantsDigest);
        settings.Choose(NotificationGroup.Payments, request.Payments);
        settings.Choose(NotificationGroup.Receipts, request.Receipts);
        settings.Choose(NotificationGroup.Tasks, request.Tasks);
        await db.SaveChangesAsync(cancel);
        return null;
    }

    static bool IsTime(string? text, out TimeOnly time) => TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out time);

    static Refusal NoTime(string field) => new Refusal("time_invalid", "A time is written as 22:00.", field);

    /// <summary>Sends a code to a new address. The old one stays until the code comes back.</summary>
    /// <param name="channel">Email or Sms.</param>
    public async Task<Refusal?> AskAddress(Channels channel, string? typed, Caller caller, CancellationToken cancel)
    {
        var (owner, now) = (OwnerOf(caller), clock.UtcNow());
        if (!Read(channel, typed).Try(out var address, out var refusal)) return refusal with { Field = "address" };
        var change = await db.Set<AddressChange>().SingleOrDefaultAsync(c => c.OwnerId == owner && c.Channel == channel, cancel);
        if (change is not null && change.AskedAt + BetweenCodes > now)
            return new Refusal("code_too_soon", "A code was just sent. Wait a minute before you ask for another.", "address");
        var code = RandomNumberGenerator.GetString("0123456789", 6);
        var language = (await mailroom.ContactOf(owner, cancel)).Settings.Language;
        if (await mailroom.SendCode(owner, channel, address, language, code, CodeLife, cancel) is { } tooMany) return tooMany;
        if (change is null)
            db.Add(change = new() { OwnerId = owner, Channel = channel, Address = address, CodeHash = "", AskedAt = now, ExpiresAt = now });
        (change.Address, change.CodeHash, change.AskedAt, change.ExpiresAt, change.Tries) = (address, HashOf(owner, channel, code), now, now + CodeLife, 0);
        await db.SaveChangesAsync(cancel);
        return null;
    }

    static Outcome<string> Read(Channels channel, string? typed)
    {
        if (channel == Channels.Email) return EmailAddress.Read(typed);
        var phone = new string([.. (typed ?? "").Where(c => c is not (' ' or '-'))]);
        return phone.Length == 11 && phone[0] == '1' && phone.All(char.IsAsciiDigit) ? phone
            : new Refusal("phone_invalid", "A mobile phone number has 11 digits and begins with 1.", "phone");
    }

    /// <summary>Whether a code was sent that still works, and to which address, hidden.</summary>
    public async Task<string?> Waiting(Channels channel, Caller caller, CancellationToken cancel)
    {
        var (owner, now) = (OwnerOf(caller), clock.UtcNow());
        var change = await db.Set<AddressChange>().AsNoTracking()
            .SingleOrDefaultAsync(c => c.OwnerId == owner && c.Channel == channel && c.ExpiresAt > now && c.Tries < AddressChange.MostTries, cancel);
        return change is null ? null : channel == Channels.Email ? Hidden(change.Address) : NumberGuard.LastFour(change.Address);
    }

    /// <summary>The code came back: the address is its owner's from now on. The old one is told.</summary>
    public async Task<Refusal?> ConfirmAddress(Channels channel, string? code, Caller caller, CancellationToken cancel)
    {
        var (owner, now) = (OwnerOf(caller), clock.UtcNow());
        // The try is counted before the code is looked at, by a statement that only so many can pass.
        var counted = await db.Set<AddressChange>().Where(c => c.OwnerId == owner && c.Channel == channel && c.ExpiresAt > now && c.Tries < AddressChange.MostTries)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.Tries, c => c.Tries + 1), cancel);
        if (counted == 0) return new Refusal("code_over", "This code does not work any more. Ask for a new one.", "code");
        var change = await db.Set<AddressChange>().AsNoTracking().SingleAsync(c => c.OwnerId == owner && c.Channel == channel, cancel);
        if (change.CodeHash != HashOf(owner, channel, OneTimeCodes.Typed(code)))
            return new Refusal("address_code_wrong", "This is not the code that was sent. Look at it once more.", "code");

        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        // Deleting is what makes the code work once.
        if (await db.Set<AddressChange>().Where(c => c.OwnerId == owner && c.Channel == channel && c.CodeHash == change.CodeHash).ExecuteDeleteAsync(cancel) == 0)
            return new Refusal("code_over", "This code does not work any more. Ask for a new one.", "code");
        await Take(channel, change.Address, caller, cancel);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return null;
    }

    async Task Take(Channels channel, string address, Caller caller, CancellationToken cancel)
    {
        var owner = OwnerOf(caller);
        var before = await mailroom.ContactOf(owner, cancel);
        var settings = await Load(owner, cancel);
        if (channel == Channels.Email) settings.Email = address;
        else settings.Phone = address;
        var hash = mailroom.HashOf(channel, address);
        await db.Set<RefusedAddress>().Where(r => r.AddressHash == hash).ExecuteDeleteAsync(cancel);
        db.Audit(channel == Channels.Email ? "notifications/email-changed" : "notifications/phone-changed", $"party/{owner}", caller.Actor);
        Tell(channel, before, caller);
    }

    /// <summary>No more letters to this address.</summary>
    public async Task RemoveEmail(Caller caller, CancellationToken cancel)
    {
        var before = await mailroom.ContactOf(OwnerOf(caller), cancel);
        if (before.Settings.Email.Length == 0) return;
        (await Load(before.Owner, cancel)).Email = "";
        db.Audit("notifications/email-removed", $"party/{before.Owner}", caller.Actor);
        Tell(Channels.Email, before, caller);
        await db.SaveChangesAsync(cancel);
    }

    /// <summary>Into the inbox and to what stays; and to the old address, whose reader may not be who changed it.</summary>
    void Tell(Channels channel, Contact before, Caller caller)
    {
        var recipient = caller.PartyId is { } party ? Recipient.Party(party) : Recipient.Person(before.Owner);
        var alert = db.AlertSignInChanged(recipient, channel == Channels.Email ? "email-changed" : "phone-changed", "/messages/settings");
        if (before.Address(channel) is { Length: > 0 } old) mailroom.SendCopy(alert, channel, old, before.Owner, before.Settings.Language);
    }

    async Task<NotificationSettings> Load(Guid owner, CancellationToken cancel)
    {
        var settings = await db.Set<NotificationSettings>().SingleOrDefaultAsync(s => s.OwnerId == owner, cancel);
        if (settings is null) db.Add(settings = new() { OwnerId = owner });
        settings.Version++;
        return settings;
    }

    string HashOf(Guid owner, Channels channel, string code) => personalData.Hash($"address-code/{channel}/{owner}", code);

    /// <summary>All who act for a party share its settings.</summary>
    static Guid OwnerOf(Caller caller) => caller.PartyId ?? caller.UserId ?? throw new InvalidOperationException("Only people have settings.");

    /// <summary>Ends letters of a group, for whoever has the address that stood in one (RFC 8058: one post, no questions).</summary>
    internal async Task<Results<Ok<string>, NotFound>> Unsubscribe(Guid owner, string group, string token, CancellationToken cancel)
    {
        if (!Enum.TryParse<NotificationGroup>(group, out var of) || !CryptographicOperations.FixedTimeEquals(
            System.Text.Encoding.ASCII.GetBytes(token), System.Text.Encoding.ASCII.GetBytes(mailroom.UnsubscribeToken(owner, of)))) return TypedResults.NotFound();
        var settings = await Load(owner, cancel);
        settings.Choose(of, settings.For(of) & ~Channels.Email);
        await db.SaveChangesAsync(cancel);
        return TypedResults.Ok("unsubscribed");
    }
}
