using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>
/// Who works here, in which roles, and who is locked: one of security asks, another allows it. The operator does it at once, because who
/// can read the operator's token can write the bank's files.
/// </summary>
sealed class ChangeStaff(CityDb db, People people, Approvals approvals, NewId ids)
{
    /// <summary>What is done to somebody of staff.</summary>
    internal enum Change
    {
        Invite = 1,
        SetRoles = 2,
        Lock = 3,
        Unlock = 4,

        /// <summary>All that the person signs in with ends, and a new activation code may be given.</summary>
        StartAnew = 5,
    }

    /// <summary>What a colleague allows, and what is then done.</summary>
    /// <param name="Person">Who, also when there is no such person yet.</param>
    /// <param name="Invitation">Of a new person; otherwise null.</param>
    /// <param name="Roles">All that the person has afterwards; null where they stay.</param>
    internal sealed record Content(Change Change, Guid Person, People.Invitation? Invitation = null, IReadOnlyList<string>? Roles = null);

    /// <summary>What became of it: a colleague has to allow it, or it is done.</summary>
    /// <param name="Waiting">Null when it is done.</param>
    /// <param name="Given">The activation code, where one was made.</param>
    public sealed record Result(ApprovalView? Waiting, People.Invited? Given = null);

    /// <summary>Somebody new on the staff. Once that is allowed, security gives the person an activation code.</summary>
    /// <param name="key">The caller's idempotency key.</param>
    public async Task<Outcome<Result>> Invite(People.Invitation wanted, string key, Caller caller, CancellationToken cancel)
    {
        if (!NeedsConsent(caller)) return Made(await people.Invite(wanted, caller, cancel));
        if (await Asked(key, caller, cancel) is { } asked) return new Result(asked);
        var id = ids.Next();
        if (!(await people.Checked(id, wanted, cancel)).Try(out var person, out var refusal)) return refusal;
        return await Ask(new Content(Change.Invite, id, wanted),
            [
                new ApprovalFact(new Bilingual("新员工", "New on the staff"), new Bilingual(person.Name, person.EnglishName)),
                ApprovalFact.Of(new Bilingual("登录名", "Sign-in name"), person.SignInName),
                new ApprovalFact(RolesWord, StaffRoles.Written(person.RoleNames)),
            ], key, caller, cancel);
    }

    /// <summary>Gives and takes roles.</summary>
    /// <param name="roles">All that the person has afterwards.</param>
    /// <param name="key">The caller's idempotency key.</param>
    public Task<Outcome<Result>> SetRoles(Guid personId, IReadOnlyList<string> roles, string key, Caller caller, CancellationToken cancel) =>
        Do(new Content(Change.SetRoles, personId, Roles: roles), key, caller, cancel);

    /// <summary>Locks or unlocks. A lock ends all sessions.</summary>
    /// <param name="key">The caller's idempotency key.</param>
    public Task<Outcome<Result>> Lock(Guid personId, bool isLocked, string key, Caller caller, CancellationToken cancel) =>
        Do(new Content(isLocked ? Change.Lock : Change.Unlock, personId), key, caller, cancel);

    /// <summary>
    /// An activation code. Who has a way to sign in loses it to whoever holds the code, so a colleague allows that first: one person alone
    /// could otherwise become a colleague, and allow what the same person asked.
    /// </summary>
    /// <param name="key">The caller's idempotency key.</param>
    public async Task<Outcome<Result>> GiveCode(Guid personId, string key, Caller caller, CancellationToken cancel)
    {
        var person = await people.LoadStaff(personId, cancel);
        if (NeedsConsent(caller) && person is { ActivatedAt: not null }) return await Do(new Content(Change.StartAnew, personId), key, caller, cancel);
        return Made(await people.NewCode(personId, caller, cancel));
    }

    async Task<Outcome<Result>> Do(Content content, string key, Caller caller, CancellationToken cancel)
    {
        if (NeedsConsent(caller) && await Asked(key, caller, cancel) is { } asked) return new Result(asked);
        if (caller.UserId == content.Person) return People.Oneself;
        if (await people.LoadStaff(content.Person, cancel) is not { } person) return People.NotFound;
        if (RefusalOf(content, person) is { } refusal) return refusal;
        if (NeedsConsent(caller)) return await Ask(content, Facts(content, person), key, caller, cancel);

        await Apply(content, person, people, caller.Actor, cancel);
        await db.SaveChangesAsync(cancel);
        return new Result(null);
    }

    static Refusal? RefusalOf(Content content, Person person) => content.Change switch
    {
        Change.SetRoles when Person.RolesRefusal([.. content.Roles!], null) is { } refusal => refusal,
        Change.SetRoles when person.RoleNames.ToHashSet(StringComparer.Ordinal).SetEquals(content.Roles!) =>
            new Refusal("roles_same", "These are the roles that the person has.", "role"),
        Change.Lock when person.IsLocked => new Refusal("person_locked", "This person is locked already."),
        Change.Unlock when !person.IsLocked => new Refusal("person_not_locked", "This person is not locked."),
        _ => null,
    };

    static ApprovalFact[] Facts(Content content, Person person) =>
    [
        ApprovalFact.Of(new Bilingual("员工", "Member of staff"), $"{person.Name} ({person.SignInName})"),
        content.Change switch
        {
            Change.SetRoles => new ApprovalFact(RolesWord, StaffRoles.Written(content.Roles!), StaffRoles.Written(person.RoleNames)),
            Change.Lock => new ApprovalFact(StateWord, new Bilingual("锁定", "Locked"), new Bilingual("在用", "Active")),
            Change.Unlock => new ApprovalFact(StateWord, new Bilingual("在用", "Active"), new Bilingual("锁定", "Locked")),
            _ => new ApprovalFact(StateWord, new Bilingual("重新激活：密码、验证器和通行密钥全部失效", "Starts anew: password, app and passkeys end")),
        },
    ];

    static readonly Bilingual RolesWord = new("角色", "Roles"), StateWord = new("状态", "State");

    static Task Apply(Content content, Person person, People people, string actor, CancellationToken cancel)
    {
        switch (content.Change)
        {
            case Change.SetRoles: people.SetRoles(person, content.Roles!, actor); return Task.CompletedTask;
            case Change.StartAnew: return people.StartAnew(person, actor, cancel);
            default: return people.Lock(person, content.Change == Change.Lock, actor, cancel);
        }
    }

    bool NeedsConsent(Caller caller) => approvals.RuleFor(ApprovalKinds.ChangeStaff, null, caller) is not null;

    Task<ApprovalView?> Asked(string key, Caller caller, CancellationToken cancel) => approvals.Asked(ApprovalKinds.ChangeStaff, caller, key, cancel);

    async Task<Outcome<Result>> Ask(Content content, ApprovalFact[] facts, string key, Caller caller, CancellationToken cancel)
    {
        var request = new ApprovalRequest(ApprovalKinds.ChangeStaff, $"person/{content.Person}", facts, JsonSerializer.Serialize(content));
        return (await approvals.Ask(request, caller, key, cancel)).Try(out var waiting, out var refusal) ? new Result(waiting) : refusal;
    }

    static Outcome<Result> Made(Outcome<People.Invited> outcome) => outcome.Try(out var given, out var refusal) ? new Result(null, given) : refusal;

    /// <summary>Carries out what a colleague allowed.</summary>
    internal sealed class Act(People people) : IApprovedAct
    {
        public string Kind => ApprovalKinds.ChangeStaff;

        public async Task<Refusal?> Execute(ApprovedContent approved, CityDb db, CancellationToken cancel)
        {
            var content = JsonSerializer.Deserialize<Content>(approved.Content)!;
            // Who is changed may be the one who allowed it: that is nobody else's consent.
            var approval = await db.Set<Approval>().Include(a => a.Steps).SingleAsync(a => a.Id == approved.Id, cancel);
            if (approval.Approvers.Contains($"user/{content.Person}", StringComparer.Ordinal)) return People.Oneself;
            if (content.Invitation is { } wanted)
            {
                if (!(await people.Checked(content.Person, wanted, cancel)).Try(out var invited, out var taken)) return taken;
                people.Add(invited, approved.Maker);
                return null;
            }
            if (await people.LoadStaff(content.Person, cancel) is not { } person) return People.NotFound;
            // It may have changed since it was asked.
            if (RefusalOf(content, person) is { } refusal) return refusal;
            await Apply(content, person, people, approved.Maker, cancel);
            return null;
        }
    }
}
