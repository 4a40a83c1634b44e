using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>What people are told by whom, once, and where they read it.</summary>
public sealed class NotificationTests
{
    static readonly Caller Wang = new(Guid.NewGuid(), IsOperator: false) { UserId = Guid.NewGuid(), Roles = [Roles.Customer] };

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, BothDatabases]
    public async Task Notify_IsSavedWithTheChange_AndOnlyThen(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Customer.Add);
        await Tell(bank, "1");
        await bank.Tables(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            Add(db, Recipient.Party(Wang.PartyId!.Value), "2");
            await db.SaveChangesAsync();
            await transaction.RollbackAsync();
            return 0;
        });
        Assert.Single(await Inbox(bank, Wang));
    }

    [Theory, BothDatabases]
    public async Task TheSameFact_ToldTwice_CannotBeSaved(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Customer.Add);
        await Tell(bank, "1");
        await Assert.ThrowsAsync<DbUpdateException>(() => Tell(bank, "1"));
        await Tell(bank, "1", Recipient.Person(Wang.UserId!.Value));
        Assert.Equal(2, (await Inbox(bank, Wang)).Count);
    }

    [Fact]
    public async Task Notify_WithAValueMissingUnknownOrOfAnotherSort_Throws()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        var (to, kind) = (Recipient.Person(Guid.NewGuid()), NotificationKinds.ApprovalWaits);
        var (act, until) = (new NotificationValue.Term("approval.cash-in"), TestBank.Opening.UtcDateTime);
        await bank.Tables(db =>
        {
            Assert.Throws<ArgumentException>(() => db.Notify(to, kind, "1", "", ("act", act)));
            Assert.Throws<ArgumentException>(() => db.Notify(to, kind, "1", "", ("act", "in words"), ("until", until)));
            Assert.Throws<ArgumentException>(() => db.Notify(to, kind, "1", "", ("act", act), ("until", until), ("more", 1)));
            Assert.Throws<ArgumentException>(() => db.Notify(to, kind, "1", "", ("act", new NotificationValue.Term("nobody.knows")), ("until", until)));
            foreach (var link in new[] { "https://elsewhere.example/", "//elsewhere", "/x/6222020200112233", "/x/" + new string('a', 300) })
                Assert.Throws<ArgumentException>(() => db.Notify(to, kind, "1", link, ("act", act), ("until", until)));
            Assert.NotNull(db.Notify(to, kind, "1", $"/approvals/{Guid.NewGuid()}", ("act", act), ("until", until)));
            return Task.FromResult(0);
        });
    }

    [Theory, BothDatabases]
    public async Task Inbox_ShowsTheOwnAndThePartysMessages_NewestFirst_InPages(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Customer.Add);
        for (var i = 0; i < Pujiang.Platform.Inbox.PageSize + 1; i++)
        {
            bank.Clock.Advance(TimeSpan.FromMinutes(1));
            await Tell(bank, $"{i}");
        }
        bank.Clock.Advance(TimeSpan.FromMinutes(1));
        await Tell(bank, "mine", Recipient.Person(Wang.UserId!.Value));
        await Tell(bank, "another person", Recipient.Person(Wang.PartyId!.Value));
        await Tell(bank, "another party", Recipient.Party(Wang.UserId!.Value));

        var (first, page, pages) = await bank.Call((Inbox inbox) => inbox.List(Wang, 0, Languages.English, Cancel));
        Assert.Equal((1, 2, Pujiang.Platform.Inbox.PageSize), (page, pages, first.Count));
        Assert.Equal(first.Select(m => m.At).OrderDescending(), first.Select(m => m.At));
        Assert.Equal("Transfer of ¥1.00 carried out", first[0].Text.Subject);
        var (last, lastPage, _) = await bank.Call((Inbox inbox) => inbox.List(Wang, 9, Languages.English, Cancel));
        Assert.Equal((2, 2), (lastPage, last.Count));

        var colleague = Wang with { UserId = Guid.NewGuid() };
        Assert.Equal(Pujiang.Platform.Inbox.PageSize + 1, await New(bank, colleague));
    }

    [Theory, BothDatabases]
    public async Task Message_Opened_IsReadFromThen_AndOthersCannotOpenIt(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Customer.Add);
        await Tell(bank, "1");
        await Tell(bank, "2");
        var id = (await Inbox(bank, Wang))[0].Id;
        var stranger = new Caller(Guid.NewGuid(), IsOperator: false) { UserId = Guid.NewGuid(), Roles = [Roles.Customer] };
        Assert.Null(await bank.Call((Inbox inbox) => inbox.Open(id, stranger, Languages.Chinese, Cancel)));
        Assert.Equal(2, await New(bank, Wang));

        Assert.True((await bank.Call((Inbox inbox) => inbox.Open(id, Wang, Languages.Chinese, Cancel)))!.IsNew);
        Assert.Equal(1, await New(bank, Wang));
        Assert.False((await bank.Call((Inbox inbox) => inbox.Open(id, Wang, Languages.Chinese, Cancel)))!.IsNew);
        await bank.Call((Inbox inbox) => inbox.ReadAll(Wang, Cancel));
        Assert.Equal(0, await New(bank, Wang));
    }

    [Theory, BothDatabases]
    public async Task Messages_AreForgottenAfterTheirDays(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Customer.Add);
        await Tell(bank, "old");
        bank.Clock.Advance(TimeSpan.FromDays(90) + TimeSpan.FromMinutes(1));
        await Tell(bank, "new");
        await bank.In(services => ActivatorUtilities.CreateInstance<Forget>(services).Run(new JobRun("retention", 0, ""), Cancel));
        Assert.Single(await Inbox(bank, Wang));
    }

    [Theory, BothDatabases]
    public async Task Values_AtRest_AreSealed(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Customer.Add);
        await Tell(bank, "1");
        var stored = await bank.Tables(db => db.Database.SqlQueryRaw<byte[]>(database == TestDatabase.Sqlite
            ? "SELECT \"values\" AS \"Value\" FROM notifications_notification" : "SELECT \"values\" AS \"Value\" FROM notifications.notification").SingleAsync());
        Assert.True(stored.AsSpan().IndexOf("****5678"u8) < 0);
        Assert.Contains("****5678", bank.PersonalData.Open(stored), StringComparison.Ordinal);
    }

    [Theory, BothDatabases]
    public async Task NewDevice_IsToldOnce_AndChangesOfTheSignInEachTime(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        var staff = await Staff.New(bank);
        var caller = new Caller(null, IsOperator: false) { UserId = staff.Id, Roles = [Roles.Security] };
        await staff.ConnectApp(bank);
        await staff.SignIn(bank);
        await staff.SignIn(bank);
        await bank.Call((OwnSignIn own) => own.ChangePassword(staff.Id, Staff.Password, "五只海鸥 eat green rice", null, Cancel)).Value();
        var said = (await Inbox(bank, caller, Languages.English)).Select(m => m.Text.Brief).Reverse().ToList();
        Assert.Equal(
        [
            "Your access was set up with a code from the counter at 2026-03-02 09:30. If this was not you, call us at once.",
            "An authenticator app was connected at 2026-03-02 09:30. If this was not you, call us at once.",
            "Sign-in with a new device (Chrome, Windows) at 2026-03-02 09:31. If this was not you, call us at once.",
            "Your password was changed at 2026-03-02 09:31. If this was not you, call us at once.",
        ], said.OrderBy(text => Array.FindIndex(
            ["set up", "app was", "new device", "password"], word => text.Contains(word, StringComparison.Ordinal))));
        Assert.All(await Inbox(bank, caller), message => Assert.Equal(NotificationGroup.Security, message.Group));
    }

    [Theory, BothDatabases]
    public async Task RequestForApproval_IsToldToThoseWhoMayDecide_NotToItsMaker(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Office.Add);
        var (an, maker) = (await Staff.Invite(bank, "an.na", Roles.Operations).Value(), await Staff.Invite(bank, "bo.li", Roles.Teller).Value());
        await bank.Call((ChangeStaff staff) => staff.SetRoles(maker.Id, [Roles.Teller, Roles.Operations], "", Staff.Operator, Cancel)).Value();
        var teller = new Caller(null, IsOperator: false) { UserId = maker.Id, Roles = [Roles.Teller, Roles.Operations] };
        var asked = await bank.Ask("mark", teller).Value();
        var told = Assert.Single(await Inbox(bank, new Caller(null, IsOperator: false) { UserId = an.Id, Roles = [Roles.Operations] }, Languages.English));
        Assert.Equal(("Higher limits for a customer: your decision is needed by 2026-03-03 09:30.", $"/approvals/{asked.Id}"), (told.Text.Brief, told.Link));
        Assert.Empty(await Inbox(bank, teller));
        await bank.Ask("mark", teller).Value();
        Assert.Equal(1, await bank.Tables(db => db.Set<Notification>().CountAsync()));
    }

    [Theory, BothDatabases]
    public async Task Transfer_IsToldToPayer_AndFromAThresholdToPayee(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Customer.Add);
        var (payer, payee) = (await Customer.Open(bank, 0, paidIn: "1000.00"), await Customer.Open(bank, 1));
        await payer.Transfer(bank, payer.To(payee, "99.99"), "small").Value();
        Assert.Empty(await Inbox(bank, payee.Caller));
        var made = await payer.Transfer(bank, payer.To(payee, "100.00"), "large").Value();
        await payer.Transfer(bank, payer.To(payee, "100.00"), "large").Value();

        Assert.Equal(2, (await Inbox(bank, payer.Caller)).Count);
        var sent = (await Inbox(bank, payer.Caller, Languages.English)).Single(m => m.Link == $"/transfer/{made.Id}");
        Assert.Equal($"¥100.00 left your account ****{payer.Number[^4..]} at 2026-03-02 09:30, to {payee.Name}.", sent.Text.Brief);
        var received = Assert.Single(await Inbox(bank, payee.Caller));
        Assert.Equal($"您账户****{payee.Number[^4..]}于2026-03-02 09:30到账¥100.00。", received.Text.Brief);
        // The payer's words would be believed as the bank's.
        Assert.DoesNotContain("货款", string.Concat(received.Text.Paragraphs), StringComparison.Ordinal);
    }

    [Theory, BothDatabases]
    public async Task PlannedTransfer_CarriedOutOrRefused_IsToldOnItsDay(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Customer.Add);
        var (payer, payee) = (await Customer.Open(bank, 0, paidIn: "10.00"), await Customer.Open(bank, 1));
        var day = new DateOnly(2026, 3, 4);
        await payer.Transfer(bank, payer.To(payee, "6.00", day), "first").Value();
        await payer.Transfer(bank, payer.To(payee, "6.00", day), "second").Value();
        Assert.Empty(await Inbox(bank, payer.Caller));
        bank.Clock.Advance(TimeSpan.FromDays(2));
        for (var i = 0; i < 2; i++) await bank.Call((ScheduledTransfers transfers) => transfers.ExecuteDue(Cancel));
        Assert.Equal(
            [
                $"The transfer of ¥6.00 to {payee.Name}, planned for 2026-03-04, was not carried out: there was not enough money on the account.",
                $"¥6.00 left your account ****{payer.Number[^4..]} at 2026-03-04 09:30, to {payee.Name}.",
            ],
            (await Inbox(bank, payer.Caller, Languages.English)).Select(m => m.Text.Brief).Order(StringComparer.Ordinal));
    }

    [Theory, BothDatabases]
    public async Task DocumentToSign_IsToldToEachSigner_WhenItsTurnComes(TestDatabase database)
    {
        await using var story = await SigningStory.New(database);
        var document = await story.Document();
        await story.Ask(document, story.Li).Value();
        await story.Ask(document, story.Wang).Value();
        var told = Assert.Single(await Asked(story.Li));
        Assert.Equal($"/documents/{document.Id}", told.Link);
        Assert.Empty(await Asked(story.Wang));
        await story.Li.Sign(document).Value();
        Assert.Single(await Asked(story.Wang));
        Assert.Single(await Asked(story.Li));

        async Task<List<Inbox.Message>> Asked(Signer signer) =>
            [.. (await Inbox(story.Bank, signer.Caller, Languages.English)).Where(m => m.Text.Subject == "A document waits for your signature")];
    }

    // The same in each of the banks that the crash test opens.
    Customer _payer = null!, _payee = null!;

    [Theory, BothDatabases]
    public Task Transfer_KilledAnywhere_IsToldOnce(TestDatabase database) => new CrashTest
    {
        Database = database,
        Modules = Customer.Add,
        Arrange = async bank => (_payer, _payee) = (await Customer.Open(bank, 0, paidIn: "1000.00"), await Customer.Open(bank, 1)),
    }.Retried(
        services => services.GetRequiredService<MakeTransfer>().Handle(_payer.To(_payee, "500.00"), _payer.Caller, "k", CancellationToken.None).Value(),
        async (bank, _) => Assert.Equal(2, await bank.Tables(db => db.Set<Notification>().CountAsync())));

    static Task<IReadOnlyList<Inbox.Message>> Inbox(TestBank bank, Caller caller, string language = Languages.Chinese) =>
        bank.Call(async (Inbox inbox) => (await inbox.List(caller, 1, language, Cancel)).Messages);

    static Task<int> New(TestBank bank, Caller caller) => bank.Call((Inbox inbox) => inbox.CountNew(caller, Cancel));

    static Task Tell(TestBank bank, string fact, Recipient? to = null) => bank.Tables(db =>
    {
        Add(db, to ?? Recipient.Party(Wang.PartyId!.Value), fact);
        return db.SaveChangesAsync();
    });

    static void Add(CityDb db, Recipient to, string fact) => db.Notify(to, AccountNotifications.TransferDone, fact, "",
        ("amount", new Money(100, Assets.Cny)), ("payee", "王丽华"), ("account", "****5678"), ("at", TestBank.Opening.UtcDateTime));
}
