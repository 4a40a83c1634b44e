using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>What people choose, and how they prove that an address is theirs.</summary>
public sealed class NotificationSettingsTests
{
    static readonly ChangeNotificationSettings.Request Usual = new(Languages.English, true, "21:30", "07:15", true, Channels.Sms, Channels.None, Channels.Email);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Task<Refusal?> Save(TestBank bank, ChangeNotificationSettings.Request request) => bank.Call((ChangeNotificationSettings s) => s.Save(request, Told.Wang, Cancel));

    static Task<Refusal?> Ask(TestBank bank, Channels channel, string address) => bank.Call((ChangeNotificationSettings s) => s.AskAddress(channel, address, Told.Wang, Cancel));

    static Task<Refusal?> Confirm(TestBank bank, Channels channel, string code) => bank.Call((ChangeNotificationSettings s) => s.ConfirmAddress(channel, code, Told.Wang, Cancel));

    static Task<ChangeNotificationSettings.View> Find(TestBank bank) => bank.Call((ChangeNotificationSettings s) => s.Find(Told.Wang, Cancel));

    static async Task<string> LastCode(TestBank bank, Channels channel)
    {
        var destination = channel == Channels.Email ? Mailroom.EmailDestination : Mailroom.SmsDestination;
        var body = await bank.Tables(db => db.Set<OutboxMessage>().Where(m => m.Destination == destination && m.Kind == "notifications.code").OrderByDescending(m => m.Number).Select(m => m.Body).FirstAsync());
        return MailTests.CodeIn(channel == Channels.Email ? JsonSerializer.Deserialize<Letter>(body)!.Paragraphs[0] : JsonSerializer.Deserialize<SmsMessage>(body, JsonSerializerOptions.Web)!.Text);
    }

    [Theory, BothDatabases]
    public async Task Save_Twice_KeepsWhatWasChosenLast(TestDatabase database)
    {
        await using var bank = await Told.Bank(database);
        Assert.Null(await Save(bank, Usual));
        var settings = (await Find(bank)).Settings;
        Assert.Equal((Languages.English, new TimeOnly(21, 30), new TimeOnly(7, 15), true), (settings.Language, settings.QuietFrom, settings.QuietUntil, settings.WantsDigest));
        Assert.Equal((Channels.Sms, Channels.None, Channels.Email, Channels.Email | Channels.Sms),
            (settings.For(NotificationGroup.Payments), settings.For(NotificationGroup.Receipts), settings.For(NotificationGroup.Tasks), settings.For(NotificationGroup.Security)));
        Assert.Null(await Save(bank, Usual with { HasQuietHours = false, QuietFrom = "nonsense", Language = Languages.Chinese }));
        settings = (await Find(bank)).Settings;
        Assert.Equal((false, new TimeOnly(21, 30), Languages.Chinese), (settings.HasQuietHours, settings.QuietFrom, settings.Language));
    }

    [Theory]
    [InlineData("language", "de", "21:30", "07:15")]
    [InlineData("quietFrom", "en", "25:00", "07:15")]
    [InlineData("quietFrom", "en", null, "07:15")]
    [InlineData("quietUntil", "en", "21:30", "7 o'clock")]
    [InlineData("quietUntil", "en", "21:30", "21:30")]
    public async Task Save_OfNonsense_IsRefusedAtItsField_AndKeepsWhatWas(string field, string language, string? from, string? until)
    {
        await using var bank = await Told.Bank(TestDatabase.Sqlite);
        var refused = await Save(bank, Usual with { Language = language, QuietFrom = from, QuietUntil = until });
        Assert.Equal(field, refused?.Field);
        Assert.Equal(0, await bank.Tables(db => db.Set<NotificationSettings>().CountAsync()));
    }

    [Theory, BothDatabases(Channels.Email, "li.na@example.com", "l***@example.com"), BothDatabases(Channels.Sms, "139 0013-9000", "****9000")]
    public async Task Address_IsTheOwnersWhenItsCodeComesBack_AndTheOldOneIsTold(TestDatabase database, Channels channel, string typed, string shown)
    {
        await using var bank = await Told.Bank(database);
        await Told.Settings(bank);
        Assert.Null(await Ask(bank, channel, typed));
        Assert.Equal(shown, await bank.Call((ChangeNotificationSettings s) => s.Waiting(channel, Told.Wang, Cancel)));
        var before = await Find(bank);
        Assert.Equal(("w***@example.com", "****8000"), (before.Email, before.Phone));

        var code = await LastCode(bank, channel);
        Assert.Null(await Confirm(bank, channel, $" {code[..3]} {code[3..]} "));
        var after = await Find(bank);
        Assert.Equal(shown, channel == Channels.Email ? after.Email : after.Phone);
        Assert.Equal("code_over", (await Confirm(bank, channel, code))?.Code);

        await Told.Route(bank);
        var letters = await bank.Tables(db => db.Set<OutboxMessage>().Where(m => m.Kind == "identity.sign-in-changed").ToListAsync());
        // To the old address, and to what holds now.
        Assert.Equal(3, letters.Count);
        var told = letters.ConvertAll(m => m.Destination == Mailroom.EmailDestination ? JsonSerializer.Deserialize<Letter>(m.Body)!.To : JsonSerializer.Deserialize<SmsMessage>(m.Body, JsonSerializerOptions.Web)!.To);
        Assert.Contains(channel == Channels.Email ? "wang@example.com" : "+8613800138000", told);
        Assert.Contains(channel == Channels.Email ? "li.na@example.com" : "+8613900139000", told);
    }

    [Theory, BothDatabases]
    public async Task Code_WrongFiveTimes_OrTooLate_WorksNoMore(TestDatabase database)
    {
        await using var bank = await Told.Bank(database);
        Assert.Null(await Ask(bank, Channels.Email, "li.na@example.com"));
        var code = await LastCode(bank, Channels.Email);
        var wrong = code == "000000" ? "111111" : "000000";
        for (var i = 0; i < AddressChange.MostTries; i++) Assert.Equal("address_code_wrong", (await Confirm(bank, Channels.Email, wrong))?.Code);
        Assert.Equal("code_over", (await Confirm(bank, Channels.Email, code))?.Code);

        bank.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await Ask(bank, Channels.Email, "li.na@example.com"));
        code = await LastCode(bank, Channels.Email);
        bank.Clock.Advance(ChangeNotificationSettings.CodeLife);
        Assert.Equal("code_over", (await Confirm(bank, Channels.Email, code))?.Code);
        Assert.Equal("", (await Find(bank)).Email);
    }

    [Theory, BothDatabases]
    public async Task Code_OfOneAddress_DoesNotProveAnother(TestDatabase database)
    {
        await using var bank = await Told.Bank(database);
        Assert.Null(await Ask(bank, Channels.Email, "own@example.com"));
        var code = await LastCode(bank, Channels.Email);
        bank.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await Ask(bank, Channels.Email, "someone.else@example.com"));
        if (await LastCode(bank, Channels.Email) == code) return;
        Assert.Equal("address_code_wrong", (await Confirm(bank, Channels.Email, code))?.Code);
    }

    [Theory, BothDatabases]
    public async Task Codes_TooSoonOrTooMany_AreNotSent(TestDatabase database)
    {
        await using var bank = await Told.Bank(database, options => options with { CodesPerDay = 3 });
        for (var i = 0; i < 3; i++)
        {
            Assert.Null(await Ask(bank, Channels.Sms, $"1380013800{i}"));
            Assert.Equal("code_too_soon", (await Ask(bank, Channels.Sms, "13800138009"))?.Code);
            bank.Clock.Advance(TimeSpan.FromMinutes(1));
        }
        Assert.Equal("codes_too_many", (await Ask(bank, Channels.Sms, "13800138009"))?.Code);
        Assert.Equal(3, (await Told.Sent(bank)).Count);
        bank.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Null(await Ask(bank, Channels.Sms, "13800138009"));
    }

    [Theory]
    [InlineData(Channels.Email, "email_invalid", "li.na")]
    [InlineData(Channels.Sms, "phone_invalid", "021 6234 5678")]
    [InlineData(Channels.Sms, "phone_invalid", "")]
    public async Task Address_OfAnotherForm_IsRefused(Channels channel, string code, string typed)
    {
        await using var bank = await Told.Bank(TestDatabase.Sqlite);
        var refused = await Ask(bank, channel, typed);
        Assert.Equal((code, "address"), (refused?.Code, refused?.Field));
        Assert.Empty(await Told.Sent(bank));
    }

    [Theory, BothDatabases]
    public async Task Email_Removed_GetsNoMoreLetters_ButLearnsOfIt(TestDatabase database)
    {
        await using var bank = await Told.Bank(database);
        await Told.Settings(bank, settings => settings.Phone = "");
        await bank.Call(async (ChangeNotificationSettings s) => { await s.RemoveEmail(Told.Wang, Cancel); return 0; });
        await Told.Tell(bank, "1");
        await Told.Route(bank);
        Assert.Equal(["email identity.sign-in-changed"], await Told.Sent(bank));
    }

    [Theory, BothDatabases]
    public async Task Addresses_AtRest_AreSealed(TestDatabase database)
    {
        await using var bank = await Told.Bank(database);
        await Told.Settings(bank);
        await Ask(bank, Channels.Email, "wang@example.com");
        foreach (var (table, column) in new[] { ("settings", "email"), ("settings", "phone"), ("address_change", "address") })
        {
            var name = database == TestDatabase.Sqlite ? $"notifications_{table}" : $"notifications.{table}";
#pragma warning disable EF1002 // The names are ours.
            var stored = await bank.Tables(db => db.Database.SqlQueryRaw<byte[]>($"SELECT {column} AS \"Value\" FROM {name}").SingleAsync());
#pragma warning restore EF1002
            Assert.True(stored.AsSpan().IndexOf("example"u8) < 0 && stored.AsSpan().IndexOf("13800138000"u8) < 0);
        }
    }
}
