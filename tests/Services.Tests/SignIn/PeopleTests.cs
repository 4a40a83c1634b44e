using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Staff are kept by security, and nobody by oneself.</summary>
public sealed class PeopleTests
{
    public static TheoryData<string?, string?, string[], string> Wrong => new()
    {
        { "ab", "周安", [Roles.Teller], "sign_in_name_invalid" },
        { "周安安", "周安", [Roles.Teller], "sign_in_name_invalid" },
        { "zhou an", "周安", [Roles.Teller], "sign_in_name_invalid" },
        { null, "周安", [Roles.Teller], "sign_in_name_invalid" },
        { "zhou.an", " ", [Roles.Teller], "name_invalid" },
        { "zhou.an", "周\u0007安", [Roles.Teller], "text_unreadable" },
        { "zhou.an", "周安", [], "role_unknown" },
        { "zhou.an", "周安", [Roles.Customer], "role_unknown" },
        { "zhou.an", "周安", [Roles.Teller, Roles.Operator], "role_unknown" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public async Task Invite_WrongField_IsRefusedWithItsName(string? signInName, string? name, string[] roles, string code)
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        var outcome = await bank.Call((People people) => people.Invite(new People.Invitation(signInName, name, null, roles), Staff.Operator, CancellationToken.None));
        Assert.Equal(code, outcome.Code());
        Assert.Equal(0, await bank.Tables(db => db.Set<Person>().CountAsync()));
    }

    [Theory, BothDatabases]
    public async Task Invite_SameSignInNameTwice_IsRefusedAlsoAtOnce(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Run(() => Staff.Invite(bank))));
        Assert.Single(outcomes, o => o.Try(out _, out _));
        Assert.All(outcomes.Where(o => o.IsRefused()), o => Assert.Equal("sign_in_name_taken", o.Code()));
    }

    [Theory, BothDatabases]
    public async Task Roles_AreAskedByOneAndAllowedByAnother_AndCountAtOnce(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        var (zhou, wu, lin) = (await Staff.New(bank), await Staff.New(bank, "wu.wen"), await Staff.New(bank, "lin.tao"));
        var token = await wu.SignIn(bank);
        Task<Outcome<ChangeStaff.Result>> Set(Guid person, string key, params string[] roles) => SetRoles(bank, zhou, person, key, roles);

        Assert.Equal("not_oneself", await Set(zhou.Id, "1", Roles.Auditor).Code());
        Assert.Equal("role_unknown", await Set(wu.Id, "2", Roles.Operator).Code());
        Assert.Equal("role_unknown", await Set(wu.Id, "3").Code());
        Assert.Equal("roles_same", await Set(wu.Id, "4", Roles.Security).Code());
        Assert.Equal("person_unknown", await Set(NameBasedId.From("test", "nobody"), "5", Roles.Auditor).Code());
        var asked = (await Set(wu.Id, "6", Roles.Auditor).Value()).Waiting!;
        Assert.Equal(asked.Id, (await Set(wu.Id, "6", Roles.Auditor).Value()).Waiting!.Id);
        Assert.Equal([Roles.Security], await RolesOf(bank, token));
        Assert.Equal("approval_own", await Approve(bank, asked, zhou).Code());
        Assert.Equal(ApprovalState.Executed, (await Approve(bank, asked, lin).Value()).State);
        Assert.Equal([Roles.Auditor], await RolesOf(bank, token));

        // Who gets the role is not the other who allows it.
        var own = (await Set(lin.Id, "7", Roles.Security, Roles.Auditor).Value()).Waiting!;
        var failed = await Approve(bank, own, lin).Value();
        Assert.Equal((ApprovalState.Failed, "not_oneself"), (failed.State, failed.FailureCode));
        var record = await bank.Tables(db => db.Set<AuditEntry>().Where(e => e.Actor == Security(zhou).Actor).ToListAsync());
        Assert.Equal([("person/role-added", Roles.Auditor), ("person/role-removed", Roles.Security)],
            record.Where(e => e.Action.Contains("role", StringComparison.Ordinal)).Select(e => (e.Action, e.Detail)).Order());
    }

    [Theory, BothDatabases]
    public async Task Invite_BySecurity_WaitsForAColleague_AndThenTheCodeWorks(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        var (zhou, lin) = (await Staff.New(bank), await Staff.New(bank, "lin.tao"));
        var wanted = new People.Invitation("he.qi", "何琪", "He Qi", [Roles.Teller]);
        var asked = (await bank.Call((ChangeStaff staff) => staff.Invite(wanted, "1", Security(zhou), CancellationToken.None)).Value()).Waiting!;
        Assert.Equal("approval_own", await Approve(bank, asked, zhou).Code());
        Assert.Equal(2, await bank.Tables(db => db.Set<Person>().CountAsync()));
        await Approve(bank, asked, lin).Value();
        var invited = Assert.Single(await bank.Call((People people) => people.Staff(CancellationToken.None)), p => p.SignInName == "he.qi");
        var code = (await GiveCode(bank, invited.Id, zhou, "2")).Given!.Code;
        await bank.Call((OwnSignIn own) => own.Activate("he.qi", code, Staff.Password, CancellationToken.None)).Value();
        Assert.Equal("sign_in_name_taken", await bank.Call((ChangeStaff staff) => staff.Invite(wanted, "3", Security(zhou), CancellationToken.None)).Code());
        Assert.Contains(await bank.Call((Delegations delegations) => delegations.Staff(CancellationToken.None)), member => member.Name.Chinese == "何琪");
    }

    [Theory, BothDatabases]
    public async Task Approve_RequestThatIsNoLongerWhatWasAsked_ChangesNobody(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        var (zhou, wu, lin) = (await Staff.New(bank), await Staff.New(bank, "wu.wen", Roles.Teller), await Staff.New(bank, "lin.tao"));
        var asked = (await SetRoles(bank, zhou, wu.Id, "1", Roles.Auditor).Value()).Waiting!;
        await bank.Tables(async db =>
        {
            var approval = await db.Set<Approval>().SingleAsync(a => a.Id == asked.Id);
            db.Entry(approval).Property(a => a.Content).CurrentValue = approval.Content.Replace(Roles.Auditor, Roles.Security, StringComparison.Ordinal);
            return await db.SaveChangesAsync();
        });
        var failed = await Approve(bank, asked, lin).Value();
        Assert.Equal((ApprovalState.Failed, "approval_content_changed"), (failed.State, failed.FailureCode));
        Assert.Equal([Roles.Teller], Assert.Single(await bank.Call((People people) => people.Staff(CancellationToken.None)), p => p.Id == wu.Id).Roles);
    }

    /// <summary>A code makes whoever holds it the colleague: alone, one of security could allow what the same person asked.</summary>
    [Theory, BothDatabases]
    public async Task Code_ForWhoHasAPassword_NeedsAColleague_AndEndsAllThatWasThere(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        var (zhou, wu, lin) = (await Staff.New(bank), await Staff.New(bank, "wu.wen", Roles.Teller), await Staff.New(bank, "lin.tao"));
        var token = await wu.SignIn(bank);
        var asked = await GiveCode(bank, wu.Id, zhou, "1");
        Assert.Null(asked.Given);
        Assert.True(await Staff.IsSignedIn(bank, token));
        await Approve(bank, asked.Waiting!, lin).Value();
        Assert.False(await Staff.IsSignedIn(bank, token));
        Assert.True((await wu.TryPassword(bank)).IsRefused());
        var code = (await GiveCode(bank, wu.Id, zhou, "2")).Given!.Code;
        await bank.Call((OwnSignIn own) => own.Activate(wu.SignInName, code, Staff.Password, CancellationToken.None)).Value();
        await wu.TryPassword(bank).Value();
        Assert.Equal("not_oneself", await bank.Call((ChangeStaff staff) => staff.GiveCode(zhou.Id, "3", Security(zhou), CancellationToken.None)).Code());
    }

    static Task<Outcome<ChangeStaff.Result>> SetRoles(TestBank bank, Staff by, Guid person, string key, params string[] roles) =>
        bank.Call((ChangeStaff staff) => staff.SetRoles(person, roles, key, Security(by), CancellationToken.None));

    static Task<ChangeStaff.Result> GiveCode(TestBank bank, Guid person, Staff by, string key) =>
        bank.Call((ChangeStaff staff) => staff.GiveCode(person, key, Security(by), CancellationToken.None)).Value();

    static Task<Outcome<ApprovalView>> Approve(TestBank bank, ApprovalView asked, Staff by) =>
        bank.Call((Approvals approvals) => approvals.Approve(asked.Id, asked.ContentHash, Security(by), CancellationToken.None));

    static Caller Security(Staff staff) => new(null, IsOperator: false) { UserId = staff.Id, Roles = [Roles.Security] };

    static Task<string[]> RolesOf(TestBank bank, string token) =>
        bank.Call(async (Sessions sessions) => (await sessions.Find(token, CancellationToken.None))!.Value.Person.RoleNames.Order(StringComparer.Ordinal).ToArray());

    [Theory, BothDatabases]
    public async Task Lock_AllowedByAColleague_EndsSessions_AndNothingSignsInUntilUnlocked(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        var (staff, zhou, lin) = (await Staff.New(bank, "wu.wen", Roles.Teller), await Staff.New(bank), await Staff.New(bank, "lin.tao"));
        var token = await staff.SignIn(bank);
        Task<Outcome<ChangeStaff.Result>> Ask(bool isLocked, string key) => bank.Call((ChangeStaff change) => change.Lock(staff.Id, isLocked, key, Security(zhou), CancellationToken.None));
        Assert.Equal("person_not_locked", await Ask(false, "1").Code());
        var asked = (await Ask(true, "2").Value()).Waiting!;
        Assert.Equal("approval_own", await Approve(bank, asked, zhou).Code());
        Assert.True(await Staff.IsSignedIn(bank, token));
        await Approve(bank, asked, lin).Value();
        Assert.False(await Staff.IsSignedIn(bank, token));
        Assert.True((await staff.TryPassword(bank)).IsRefused());
        Assert.Equal("person_locked", await Ask(true, "3").Code());
        // Still named for what was done before, but nobody hands work over to who is locked.
        Assert.Empty(Assert.Single(await bank.Call((Delegations delegations) => delegations.Staff(CancellationToken.None)), m => m.UserId == staff.Id).Roles);
        await Approve(bank, (await Ask(false, "4").Value()).Waiting!, lin).Value();
        Assert.False(await Staff.IsSignedIn(bank, token));
        await staff.TryPassword(bank).Value();
    }

    /// <summary>The operator reads and writes the bank's files, so a second pair of eyes would prove nothing.</summary>
    [Fact]
    public async Task Lock_ByTheOperator_CountsAtOnce()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        var staff = await Staff.New(bank);
        Assert.Null((await bank.Call((ChangeStaff change) => change.Lock(staff.Id, true, "", Staff.Operator, CancellationToken.None)).Value()).Waiting);
        Assert.True((await staff.TryPassword(bank)).IsRefused());
    }

    [Theory]
    [InlineData(Roles.Security, HttpStatusCode.OK, HttpStatusCode.Accepted)]
    [InlineData(Roles.Auditor, HttpStatusCode.OK, HttpStatusCode.Forbidden)]
    [InlineData(Roles.Teller, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden)]
    [InlineData(Roles.Customer, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden)]
    public async Task People_OverHttp_AreForSecurity_WhoWaits(string role, HttpStatusCode page, HttpStatusCode asked)
    {
        await using var bank = await HttpBank.Start(TestDatabase.Sqlite);
        using var http = bank.Client();
        http.DefaultRequestHeaders.Add("Cookie", await HomeTests.SignedIn(bank, role));
        foreach (var path in (string[])["people", "api/people"])
        {
            using var list = await http.GetAsync(path);
            Assert.Equal(page, list.StatusCode);
        }
        using var invitation = new HttpRequestMessage(HttpMethod.Post, "api/people") { Content = JsonContent.Create(new People.Invitation("he.qi", "何琪", null, [Roles.Teller])) };
        invitation.Headers.Add("Idempotency-Key", "he.qi");
        using var answer = await http.SendAsync(invitation);
        Assert.Equal(asked, answer.StatusCode);
        if (asked != HttpStatusCode.Accepted) return;
        var waits = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal("Waiting", waits.GetProperty("state").GetString());
        Assert.Equal($"/approvals/{waits.GetProperty("approval").GetGuid()}", answer.Headers.Location!.OriginalString);
        Assert.DoesNotContain(await bank.Call((People people) => people.Staff(CancellationToken.None)), p => p.SignInName == "he.qi");
    }

    [Theory, BothDatabases]
    public async Task Tables_HoldNoNameInTheClear(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await Staff.New(bank);
        var columns = database == TestDatabase.Sqlite
            ? "SELECT hex(sign_in_name) || hex(name) || hex(password_hash) AS \"Value\" FROM identity_person"
            : "SELECT encode(sign_in_name, 'hex') || encode(name, 'hex') || encode(password_hash, 'hex') AS \"Value\" FROM identity.person";
        var stored = await bank.Tables(db => db.Database.SqlQueryRaw<string>(columns).SingleAsync());
        foreach (var plain in (string[])["zhou.an", "周安"])
            Assert.DoesNotContain(Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(plain)), stored, StringComparison.OrdinalIgnoreCase);
    }
}
