using System.Text.Json;
using CsCheck;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>By which channels people are told, and when.</summary>
public sealed class NotificationRouteTests
{
    const string MoneyIn = "accounts.money-received", MoneyOut = "accounts.transfer-done", Changed = "identity.sign-in-changed", Digest = "notifications.digest";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, BothDatabases]
    public async Task Channels_AreThoseOfTheGroup_AndForSecurityAll(TestDatabase database)
    {
        await using var bank = await Told.Bank(database);
        await Told.Settings(bank, settings => settings.Receipts = Channels.None);
        await Told.Tell(bank, "1");
        await Told.Received(bank, "1");
        await Told.Alert(bank);
        await Told.Route(bank);
        await Told.Route(bank);
        Assert.Equal([$"email {MoneyOut}", $"email {Changed}", $"sms {Changed}"], (await Told.Sent(bank)).OrderBy(sent => sent.EndsWith(Changed, StringComparison.Ordinal)).ThenBy(sent => sent, StringComparer.Ordinal));
        // All three are in the inbox, whatever was chosen.
        Assert.Equal(3, await bank.Call((Inbox inbox) => inbox.CountNew(Told.Wang, Cancel)));
    }

    [Theory, BothDatabases]
    public async Task WhoHasChosenNothing_IsToldAtThePhoneOfTheRegister_InChinese(TestDatabase database)
    {
        await using var bank = await Told.Bank(database);
        var customer = await Customer.Open(bank, 0);
        await bank.Tables(db => { db.AlertSignInChanged(Recipient.Party(customer.Party), "passkey-added", "/account"); return db.SaveChangesAsync(); });
        await Told.Route(bank);
        var message = await bank.Tables(db => db.Set<OutboxMessage>().SingleAsync());
        var sms = JsonSerializer.Deserialize<SmsMessage>(message.Body, JsonSerializerOptions.Web)!;
        var phone = await bank.Tables(db => db.Set<Party>().Where(p => p.Id == customer.Party).Select(p => p.Phone).SingleAsync());
        Assert.Equal(("+86" + phone, "浦江", 1), (sms.To, sms.Sender, sms.Segments));
        Assert.Equal("【浦江】您已添加通行密钥（2026-03-02 09:30）。如非本人操作，请立即致电我行。", sms.Text);
    }

    [Theory, BothDatabases]
    public async Task QuietHours_HoldAllButWhatIsUrgent_UntilTheyEnd(TestDatabase database)
    {
        await using var bank = await Told.Bank(database);
        await Told.Settings(bank);
        bank.Clock.SetUtcNow(At("22:00"));
        await Told.Tell(bank, "1");
        await Told.Alert(bank);
        await Told.Route(bank);
        Assert.All(await Told.Sent(bank), sent => Assert.EndsWith(Changed, sent, StringComparison.Ordinal));
        bank.Clock.SetUtcNow(At("07:59").AddDays(1));
        await Told.Route(bank);
        Assert.Equal(2, (await Told.Sent(bank)).Count);
        bank.Clock.SetUtcNow(At("08:00").AddDays(1));
        await Told.Route(bank);
        Assert.Equal($"email {MoneyOut}", (await Told.Sent(bank))[^1]);
    }

    /// <summary>09:30 in the bank is 01:30 UTC.</summary>
    static DateTimeOffset At(string time) => new(2026, 3, 2, int.Parse(time[..2], System.Globalization.CultureInfo.InvariantCulture), int.Parse(time[3..], System.Globalization.CultureInfo.InvariantCulture), 0, TimeSpan.FromHours(8));

    [Theory, BothDatabases]
    public async Task Digest_TellsWhatWaitedInOneMessage_OneAloneAsItIs(TestDatabase database)
    {
        await using var bank = await Told.Bank(database);
        await Told.Settings(bank, settings => settings.WantsDigest = true);
        bank.Clock.SetUtcNow(At("23:00"));
        await Told.Tell(bank, "1");
        await Told.Received(bank, "1");
        await Told.Route(bank);
        Assert.Empty(await Told.Sent(bank));
        bank.Clock.SetUtcNow(At("08:00").AddDays(1));
        await Told.Route(bank);
        Assert.Equal([$"email {Digest}", $"sms {MoneyIn}"], (await Told.Sent(bank)).Order(StringComparer.Ordinal));
        var letter = await bank.Tables(db => db.Set<OutboxMessage>().Where(m => m.Destination == Mailroom.EmailDestination).Select(m => m.Body).SingleAsync());
        var paragraphs = JsonSerializer.Deserialize<Letter>(letter)!.Paragraphs;
        Assert.Equal(["到账¥1.00", "转账¥1.00已完成"], paragraphs.TakeLast(2).Order(StringComparer.Ordinal));
    }

    [Theory, BothDatabases]
    public async Task Flood_IsCutOff_AndTheRestComesTogether(TestDatabase database)
    {
        await using var bank = await Told.Bank(database, options => options with { MessagesPerHour = 3 });
        await Told.Settings(bank);
        for (var i = 0; i < 10; i++) await Told.Tell(bank, $"{i}");
        await Told.Alert(bank);
        await Told.Route(bank);
        Assert.Equal(3, (await Told.Sent(bank)).Count(sent => sent == $"email {MoneyOut}"));
        Assert.Equal(2, (await Told.Sent(bank)).Count(sent => sent.EndsWith(Changed, StringComparison.Ordinal)));
        bank.Clock.Advance(TimeSpan.FromHours(1));
        await Told.Route(bank);
        Assert.Equal($"email {Digest}", (await Told.Sent(bank))[^1]);
        Assert.Equal(6, (await Told.Sent(bank)).Count);
    }

    [Theory, BothDatabases]
    public async Task SmsToOneNumber_HaveACapADay_AndUrgentOnesTheirOwn(TestDatabase database)
    {
        await using var bank = await Told.Bank(database, options => options with { SmsPerDay = 2, UrgentSmsPerDay = 3, MessagesPerHour = 100 });
        await Told.Settings(bank, settings => settings.Receipts = Channels.Sms);
        for (var i = 0; i < 5; i++) await Told.Received(bank, $"{i}");
        for (var i = 0; i < 5; i++) await Told.Alert(bank);
        await Told.Route(bank);
        Assert.Equal((2, 3), ((await Told.Sent(bank)).Count(sent => sent == $"sms {MoneyIn}"), (await Told.Sent(bank)).Count(sent => sent == $"sms {Changed}")));
        bank.Clock.Advance(TimeSpan.FromDays(1));
        await Told.Received(bank, "tomorrow");
        await Told.Route(bank);
        Assert.Equal(3, (await Told.Sent(bank)).Count(sent => sent == $"sms {MoneyIn}"));
    }

    [Theory, BothDatabases]
    public async Task ManyProcesses_TellEachOnce(TestDatabase database)
    {
        await using var bank = await Told.Bank(database, options => options with { MessagesPerHour = 100 });
        await Told.Settings(bank, settings => settings.HasQuietHours = false);
        for (var i = 0; i < 20; i++) await Told.Tell(bank, $"{i}");
        var routers = Enumerable.Range(0, 4).Select(_ => ActivatorUtilities.CreateInstance<NotificationRouter>(bank.Services)).ToList();
        await Task.WhenAll(routers.Select(router => Task.Run(() => router.RouteDue(Cancel), Cancel)));
        await Told.Route(bank);
        Assert.Equal(20, (await Told.Sent(bank)).Count);
        routers.ForEach(router => router.Dispose());
    }

    [Theory, BothDatabases]
    public async Task Number_ThatTheGatewaySaysIsGone_GetsNothingMore(TestDatabase database)
    {
        await using var gateway = await Receiver.Start();
        gateway.Answer = _ => Task.FromResult(410);
        await using var bank = await Told.Bank(database);
        await gateway.Register(bank, Mailroom.SmsDestination);
        await Told.Settings(bank, settings => settings.Email = "");
        await Told.Alert(bank);
        await Told.Deliver(bank);
        await Told.Alert(bank);
        await Told.Deliver(bank);
        var got = Assert.Single(gateway.Got);
        Assert.Equal(("+8613800138000", Changed), (JsonSerializer.Deserialize<SmsMessage>(got.Body, JsonSerializerOptions.Web)!.To, got.Type));
        Assert.True((await bank.Call((ChangeNotificationSettings s) => s.Find(Told.Wang, Cancel))).PhoneRefused);
    }

    [Theory]
    [InlineData(64, 1)]
    [InlineData(65, 1)]
    [InlineData(66, 1)]
    [InlineData(67, 2)]
    [InlineData(67 + 63, 2)]
    [InlineData(67 + 64, 3)]
    public void Sms_BeginsWithTheSender_AndCountsItsSegments(int letters, int segments)
    {
        var sms = SmsMessage.Of("13800138000", "浦江", new string('字', letters));
        Assert.StartsWith("【浦江】字", sms.Text, StringComparison.Ordinal);
        Assert.Equal((4 + letters, segments), (sms.Text.Length, sms.Segments));
    }

    /// <summary>A segment holds 67 units; an emoji has two, and goes over as a whole.</summary>
    [Fact]
    public void Sms_NeverCutsACharacterInTwo() => Assert.Equal(3, SmsMessage.SegmentsOf(string.Concat(Enumerable.Repeat("😀", 67))));

    [Fact]
    public void Texts_OfEachKind_FitIntoFewTextMessages()
    {
        var catalogue = NumberGuardTests.Catalogue();
        foreach (var (language, most) in new[] { (Languages.Chinese, 1), (Languages.English, 2) })
            Assert.All(catalogue.Kinds, kind =>
            {
                var text = catalogue.Write(kind, kind.Values.ToDictionary(value => value.Name, value => value.Example, StringComparer.Ordinal), language);
                Assert.InRange(SmsMessage.Of("13800138000", "浦江", text.Brief).Segments, 1, most);
            });
    }

    /// <summary>Whatever the hours: their end is within a day, and nothing is quiet then.</summary>
    [Fact]
    public void QuietHours_EndWithinADay_AndThenItIsNotQuiet() =>
        Gen.Select(Gen.Int[0, 1439], Gen.Int[0, 1439], Gen.Int[0, 2879]).Where((from, until, _) => from != until).Sample((from, until, minute) =>
        {
            var settings = new NotificationSettings
            {
                OwnerId = Told.Owner,
                QuietFrom = TimeOnly.MinValue.AddMinutes(from),
                QuietUntil = TimeOnly.MinValue.AddMinutes(until),
            };
            var at = BankTime.StartOf(new DateOnly(2026, 3, 2)).AddMinutes(minute);
            var within = from < until ? minute % 1440 >= from && minute % 1440 < until : minute % 1440 >= from || minute % 1440 < until;
            var end = settings.QuietEnd(at);
            Assert.Equal(within, end is not null);
            if (end is not { } ended) return;
            Assert.InRange(ended - at, TimeSpan.FromTicks(1), TimeSpan.FromDays(1));
            Assert.Null(settings.QuietEnd(ended));
            Assert.NotNull(settings.QuietEnd(ended.AddTicks(-1)));
        });
}
