using Microsoft.EntityFrameworkCore;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Passwords, codes, waits and sessions, on both databases.</summary>
public sealed class SignInTests
{
    static Task<TestBank> Open(TestDatabase database) => TestBank.New(database);

    [Theory, BothDatabases]
    public async Task Password_RightAndWrong_AreToldApartOnlyByTheOutcome(TestDatabase database)
    {
        await using var bank = await Open(database);
        var staff = await Staff.New(bank);
        Assert.Equal(staff.Id, (await staff.TryPassword(bank).Value()).Id);
        Assert.Equal(staff.Id, (await (staff with { SignInName = " ZHOU.An " }).TryPassword(bank).Value()).Id);
        var wrong = await staff.TryPassword(bank, "another four words here");
        var unknown = await (staff with { SignInName = "nobody" }).TryPassword(bank);
        var tooLong = await staff.TryPassword(bank, Staff.Password + new string('x', 1_000_000));
        Assert.False(wrong.Try(out _, out var first) || unknown.Try(out _, out first) || tooLong.Try(out _, out first));
        Assert.False(wrong.Try(out _, out var second));
        Assert.Equal(first, second);
        var refused = await bank.Tables(db => db.Set<AuditEntry>().Where(e => e.Outcome == AuditOutcome.Refused).OrderBy(e => e.Number).ToListAsync());
        Assert.Equal([$"person/{staff.Id}", "person/unknown", $"person/{staff.Id}"], refused.Select(e => e.Subject));
    }

    [Theory, BothDatabases]
    public async Task Password_FiveTimesWrong_WaitsLongerEachTime(TestDatabase database)
    {
        await using var bank = await Open(database);
        var staff = await Staff.New(bank);
        for (var i = 0; i < Person.TriesBeforeWait; i++) Assert.True((await staff.TryPassword(bank, "wrong wrong wrong")).IsRefused());
        foreach (var minutes in (int[])[1, 2, 5, 15, 60, 60])
        {
            bank.Clock.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
            Assert.True((await staff.TryPassword(bank)).IsRefused(), $"The right password before {minutes} minutes.");
            bank.Clock.Advance(TimeSpan.FromSeconds(1));
            Assert.True((await staff.TryPassword(bank, "wrong wrong wrong")).IsRefused());
        }
        bank.Clock.Advance(TimeSpan.FromHours(1));
        await staff.TryPassword(bank).Value();
    }

    [Theory, BothDatabases]
    public async Task Password_ManyWrongOnesAtOnce_GetNoMoreTriesThanOneByOne(TestDatabase database)
    {
        await using var bank = await Open(database);
        var staff = await Staff.New(bank);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => staff.TryPassword(bank, $"wrong wrong {i}"))));
        Assert.Equal(Person.TriesBeforeWait, await bank.Tables(db => db.Set<Person>().Select(p => p.FailedTries).SingleAsync()));
        Assert.True((await staff.TryPassword(bank)).IsRefused());
    }

    [Theory, BothDatabases]
    public async Task Code_GuessedWithTheRightPassword_StillWaitsAfterFive(TestDatabase database)
    {
        await using var bank = await Open(database);
        var staff = await Staff.New(bank);
        var key = await staff.ConnectApp(bank);
        for (var i = 0; i < Person.TriesBeforeWait; i++)
        {
            await staff.TryPassword(bank).Value();
            Assert.True((await staff.TryCode(bank, "abc")).IsRefused());
        }
        Assert.True((await staff.TryCode(bank, Staff.CodeNow(bank, key))).IsRefused());
        bank.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("otp", await staff.TryCode(bank, Staff.CodeNow(bank, key)).Value());
    }

    [Theory, BothDatabases]
    public async Task Code_OfTheApp_WorksOnceAndOneStepAround(TestDatabase database)
    {
        await using var bank = await Open(database);
        var staff = await Staff.New(bank);
        var key = await staff.ConnectApp(bank);
        var step = Totp.StepOf(bank.Clock.UtcNow());
        Assert.True((await staff.TryCode(bank, Totp.CodeAt(key, step + 2))).IsRefused());
        Assert.Equal("otp", await staff.TryCode(bank, Totp.CodeAt(key, step - 1)).Value());
        Assert.Equal("otp", await staff.TryCode(bank, $" {Totp.CodeAt(key, step)[..3]} {Totp.CodeAt(key, step)[3..]} ").Value());
        Assert.True((await staff.TryCode(bank, Totp.CodeAt(key, step))).IsRefused());
        Assert.True((await staff.TryCode(bank, Totp.CodeAt(key, step - 1))).IsRefused());
    }

    [Theory, BothDatabases]
    public async Task Code_FromPaper_WorksOnce_AndNewPaperEndsTheOld(TestDatabase database)
    {
        await using var bank = await Open(database);
        var staff = await Staff.New(bank);
        var old = await bank.Call((OwnSignIn own) => own.PrintCodes(staff.Id, CancellationToken.None));
        var codes = await bank.Call((OwnSignIn own) => own.PrintCodes(staff.Id, CancellationToken.None));
        Assert.Equal(OneTimeCodes.RecoveryCodes, codes.Distinct().Count());
        Assert.Equal("kba", await staff.TryCode(bank, codes[3].ToUpperInvariant().Replace("-", " ", StringComparison.Ordinal)).Value());
        Assert.True((await staff.TryCode(bank, codes[3])).IsRefused());
        Assert.True((await staff.TryCode(bank, old[0])).IsRefused());
        // Nothing of them is in the tables.
        Assert.DoesNotContain(await bank.Tables(db => db.Set<OneTimeCode>().Select(c => c.Hash).ToListAsync()), hash => codes.Contains(hash));
    }

    [Theory, BothDatabases]
    public async Task Activation_Code_WorksOnceWithinSevenDays(TestDatabase database)
    {
        await using var bank = await Open(database);
        var invited = await Staff.Invite(bank).Value();
        Task<Outcome<Person>> Activate(string code, string password = Staff.Password) =>
            bank.Call((OwnSignIn own) => own.Activate("zhou.an", code, password, CancellationToken.None));
        Assert.Equal("password_too_short", await Activate(invited.Code, "short").Code());
        Assert.Equal("sign_in_refused", await Activate("0000 0000 0000").Code());
        await Activate(invited.Code).Value();
        Assert.Equal("sign_in_refused", await Activate(invited.Code).Code());

        var again = await bank.Call((People people) => people.NewCode(invited.Id, Staff.Operator, CancellationToken.None)).Value();
        bank.Clock.Advance(TimeSpan.FromDays(7));
        Assert.Equal("sign_in_refused", await Activate(again.Code).Code());
    }

    [Theory, BothDatabases]
    public async Task Activation_Again_EndsPasswordAppCodesAndSessions(TestDatabase database)
    {
        await using var bank = await Open(database);
        var staff = await Staff.New(bank);
        var key = await staff.ConnectApp(bank);
        var paper = await bank.Call((OwnSignIn own) => own.PrintCodes(staff.Id, CancellationToken.None));
        var token = await staff.SignIn(bank);
        Assert.True(await Staff.IsSignedIn(bank, token));

        var code = (await bank.Call((People people) => people.NewCode(staff.Id, Staff.Operator, CancellationToken.None)).Value()).Code;
        await bank.Call((OwnSignIn own) => own.Activate("zhou.an", code, "fünf graue Möwen trinken", CancellationToken.None)).Value();
        Assert.False(await Staff.IsSignedIn(bank, token));
        Assert.True((await staff.TryPassword(bank)).IsRefused());
        Assert.True((await staff.TryCode(bank, Staff.CodeNow(bank, key))).IsRefused());
        Assert.True((await staff.TryCode(bank, paper[0])).IsRefused());
        await staff.TryPassword(bank, "fünf graue Möwen trinken").Value();
    }

    [Theory, BothDatabases]
    public async Task Session_Idle30MinutesOr12Hours_Ends(TestDatabase database)
    {
        await using var bank = await Open(database);
        var staff = await Staff.New(bank);
        var idle = await staff.SignIn(bank);
        bank.Clock.Advance(Sessions.Idle - TimeSpan.FromSeconds(1));
        Assert.True(await Staff.IsSignedIn(bank, idle));
        bank.Clock.Advance(Sessions.Idle);
        Assert.False(await Staff.IsSignedIn(bank, idle));

        var busy = await staff.SignIn(bank);
        for (var passed = TimeSpan.Zero; passed < Sessions.Longest; passed += TimeSpan.FromMinutes(20))
        {
            Assert.True(await Staff.IsSignedIn(bank, busy), $"After {passed}.");
            bank.Clock.Advance(TimeSpan.FromMinutes(20));
        }
        Assert.False(await Staff.IsSignedIn(bank, busy));
        // What has ended does not stay in the table.
        await staff.SignIn(bank);
        Assert.Equal(1, await bank.Tables(db => db.Set<Session>().CountAsync()));
    }

    [Theory, BothDatabases]
    public async Task Sessions_OfAPerson_AreListedAndEndedByTheOwnerAlone(TestDatabase database)
    {
        await using var bank = await Open(database);
        var staff = await Staff.New(bank);
        var other = await Staff.New(bank, "wu.wen");
        var (first, second, others) = (await staff.SignIn(bank), await staff.SignIn(bank), await other.SignIn(bank));
        var listed = await bank.Call((Sessions sessions) => sessions.Of(staff.Id, new(), CancellationToken.None));
        Assert.Equal(2, listed.Count);
        Assert.All(listed, s => Assert.Equal(("Chrome, Windows", "203.0.113.x"), (s.Device, s.Place)));

        var firstId = (await bank.Call((Sessions sessions) => sessions.Find(first, CancellationToken.None)))!.Value.Session.Id;
        Assert.False(await bank.Call((Sessions sessions) => sessions.End(firstId, other.Id, "user/other", CancellationToken.None)));
        Assert.True(await Staff.IsSignedIn(bank, first));
        Assert.True(await bank.Call((Sessions sessions) => sessions.End(firstId, staff.Id, "user/own", CancellationToken.None)));
        Assert.False(await Staff.IsSignedIn(bank, first));
        Assert.True(await Staff.IsSignedIn(bank, second) && await Staff.IsSignedIn(bank, others));
    }

    [Theory, BothDatabases]
    public async Task ChangePassword_WithTheOldOne_EndsAllOtherSessions(TestDatabase database)
    {
        await using var bank = await Open(database);
        var staff = await Staff.New(bank);
        var (here, elsewhere) = (await staff.SignIn(bank), await staff.SignIn(bank));
        var session = (await bank.Call((Sessions sessions) => sessions.Find(here, CancellationToken.None)))!.Value.Session.Id;
        Task<Outcome<Person>> Change(string current, string password) =>
            bank.Call((OwnSignIn own) => own.ChangePassword(staff.Id, current, password, session, CancellationToken.None));
        Assert.Equal("sign_in_refused", await Change("not the old password", "six lanterns over water").Code());
        Assert.Equal("password_guessable", await Change(Staff.Password, "zhou.anzhou.an").Code());
        await Change(Staff.Password, "six lanterns over water").Value();
        Assert.True(await Staff.IsSignedIn(bank, here));
        Assert.False(await Staff.IsSignedIn(bank, elsewhere));
        Assert.True((await staff.TryPassword(bank)).IsRefused());
    }

    [Theory, BothDatabases]
    public async Task Recover_WithPaperAndApp_SetsAPassword_AndNeitherAloneDoes(TestDatabase database)
    {
        await using var bank = await Open(database);
        var staff = await Staff.New(bank);
        var key = await staff.ConnectApp(bank);
        var paper = await bank.Call((OwnSignIn own) => own.PrintCodes(staff.Id, CancellationToken.None));
        Task<Outcome<Person>> Recover(string paperCode, string code) =>
            bank.Call((OwnSignIn own) => own.Recover("zhou.an", paperCode, code, "six lanterns over water", CancellationToken.None));
        Assert.Equal("sign_in_refused", await Recover(paper[0], paper[1]).Code());
        Assert.Equal("sign_in_refused", await Recover("", Staff.CodeNow(bank, key)).Code());
        bank.Clock.Advance(TimeSpan.FromMinutes(1));
        await Recover(paper[0], Staff.CodeNow(bank, key)).Value();
        await staff.TryPassword(bank, "six lanterns over water").Value();
    }

    [Theory, BothDatabases]
    public async Task LastSecondStep_IsNotRemoved(TestDatabase database)
    {
        await using var bank = await Open(database);
        var staff = await Staff.New(bank);
        await staff.ConnectApp(bank);
        var refusal = await bank.Call((OwnSignIn own) => own.RemoveApp(staff.Id, CancellationToken.None));
        Assert.Equal("last_second_step", refusal?.Code);
    }

    [Theory, BothDatabases]
    public async Task Customer_AtTheCounter_GetsACodeForTheOwnParty(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Customer.Add);
        var customer = await Customer.Open(bank, 3);
        Task<Outcome<People.Invited>> Invite(Guid party, string? name) =>
            bank.Call((People people) => people.InviteCustomer(new People.CustomerInvitation(party, name, null), Staff.Operator, CancellationToken.None));
        var invited = await Invite(customer.Party, null).Value();
        Assert.Equal(invited.Id, (await Invite(customer.Party, null).Value()).Id);
        Assert.Equal("party_unknown", await Invite(NameBasedId.From("test", "nobody"), null).Code());
        var second = await Customer.Open(bank, 4);
        Assert.Equal("sign_in_name_taken", await Invite(second.Party, invited.SignInName).Code());
        var person = await bank.Call((OwnSignIn own) => own.Load(invited.Id, CancellationToken.None));
        Assert.Equal((customer.Party, customer.Name, Roles.Customer), (person.PartyId, person.Name, person.RoleNames.Single()));
    }
}
