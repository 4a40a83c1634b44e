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
    public async Task Roles_AreGivenAndTakenByAnother_AndCountAtOnce(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        var (zhou, wu) = (await Staff.New(bank), await Staff.New(bank, "wu.wen"));
        var token = await wu.SignIn(bank);
        var security = new Caller(null, IsOperator: false) { UserId = zhou.Id };
        Task<Refusal?> Add(Guid person, string role) => bank.Call((People people) => people.AddRole(person, role, security, CancellationToken.None));
        Task<Refusal?> Remove(Guid person, string role) => bank.Call((People people) => people.RemoveRole(person, role, security, CancellationToken.None));

        Assert.Equal("not_oneself", (await Add(zhou.Id, Roles.Auditor))?.Code);
        Assert.Equal("role_unknown", (await Add(wu.Id, Roles.Operator))?.Code);
        Assert.Equal("person_unknown", (await Add(NameBasedId.From("test", "nobody"), Roles.Auditor))?.Code);
        Assert.Null(await Add(wu.Id, Roles.Auditor));
        Assert.Equal([Roles.Auditor, Roles.Security], await RolesOf(bank, token));
        Assert.Null(await Remove(wu.Id, Roles.Security));
        Assert.Equal([Roles.Auditor], await RolesOf(bank, token));
        Assert.Equal("last_role", (await Remove(wu.Id, Roles.Auditor))?.Code);
        var record = await bank.Tables(db => db.Set<AuditEntry>().Where(e => e.Actor == security.Actor).OrderBy(e => e.Number).ToListAsync());
        Assert.Equal([("person/role-added", Roles.Auditor), ("person/role-removed", Roles.Security)], record.Where(e => e.Action.Contains("role", StringComparison.Ordinal)).Select(e => (e.Action, e.Detail)));
    }

    static Task<string[]> RolesOf(TestBank bank, string token) =>
        bank.Call(async (Sessions sessions) => (await sessions.Find(token, CancellationToken.None))!.Value.Person.RoleNames.Order(StringComparer.Ordinal).ToArray());

    [Theory, BothDatabases]
    public async Task Lock_EndsSessions_AndNothingSignsInUntilUnlocked(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        var staff = await Staff.New(bank);
        var token = await staff.SignIn(bank);
        Task<Refusal?> Lock(bool isLocked) => bank.Call((People people) => people.Lock(staff.Id, isLocked, Staff.Operator, CancellationToken.None));
        Assert.Null(await Lock(true));
        Assert.False(await Staff.IsSignedIn(bank, token));
        Assert.True((await staff.TryPassword(bank)).IsRefused());
        Assert.Null(await Lock(false));
        await staff.TryPassword(bank).Value();
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
