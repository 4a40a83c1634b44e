using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>Who may sign in, kept by security; and customers' codes, given out at the counter.</summary>
public sealed class People(CityDb db, PersonalData personalData, OneTimeCodes codes, NewId ids, TimeProvider clock)
{
    /// <param name="SignInName">What the person will type: "zhou.an".</param>
    /// <param name="EnglishName">In Latin letters, or null.</param>
    /// <param name="Roles">One or more of <see cref="Platform.Roles.Staff"/>.</param>
    public sealed record Invitation(string? SignInName, string? Name, string? EnglishName, IReadOnlyList<string>? Roles);

    /// <param name="Party">A registered person or firm.</param>
    /// <param name="SignInName">What the customer will type; null for the party's mobile phone.</param>
    /// <param name="Name">Who acts for a firm; null for the party's own name.</param>
    public sealed record CustomerInvitation(Guid Party, string? SignInName, string? Name);

    /// <param name="Code">To be given to the person: sets the first password once, within seven days.</param>
    public sealed record Invited(Guid Id, string SignInName, string Code, DateTime ExpiresAt);

    public sealed record Listed(
        Guid Id, string SignInName, string Name, string EnglishName, IReadOnlyList<string> Roles, bool IsLocked, DateTime? ActivatedAt);

    public static readonly Refusal NotFound = new("person_unknown", "There is no such person.");

    internal static readonly Refusal Oneself = new("not_oneself", "Nobody changes the own roles or lock; another person of security does.");

    /// <summary>The bank's own people, or one of them.</summary>
    public async Task<IReadOnlyList<Listed>> Staff(CancellationToken cancel, Guid? id = null)
    {
        var people = await db.Set<Person>().AsNoTracking().Include(p => p.Roles).Where(p => p.PartyId == null && (id == null || p.Id == id)).ToListAsync(cancel);
        // Names are sealed, so they are put in order here.
        return [.. people.Select(View).OrderBy(p => p.SignInName, StringComparer.Ordinal)];
    }

    static Listed View(Person p) => new(p.Id, p.SignInName, p.Name, p.EnglishName, [.. p.RoleNames.Order(StringComparer.Ordinal)], p.IsLocked, p.ActivatedAt);

    public async Task<Outcome<Invited>> Invite(Invitation invitation, Caller caller, CancellationToken cancel)
    {
        if (!(await Checked(ids.Next(), invitation, cancel)).Try(out var person, out var refusal)) return refusal;
        return await Add(person, caller, cancel);
    }

    /// <summary>Somebody new on the staff, not saved yet.</summary>
    internal async Task<Outcome<Person>> Checked(Guid id, Invitation invitation, CancellationToken cancel)
    {
        var created = Person.Create(
            id, invitation.SignInName ?? "", invitation.Name ?? "", invitation.EnglishName, party: null, [.. invitation.Roles ?? []], personalData, clock.UtcNow());
        if (!created.Try(out var person, out var refusal)) return refusal;
        return await IsTaken(person, cancel) ? SignInNameTaken : person;
    }

    Task<bool> IsTaken(Person person, CancellationToken cancel) => db.Set<Person>().AnyAsync(p => p.SignInNameHash == person.SignInNameHash, cancel);

    /// <summary>On the staff once the caller has saved.</summary>
    internal void Add(Person person, string actor)
    {
        db.Add(person);
        db.Audit("person/invited", $"person/{person.Id}", actor, detail: string.Join(' ', person.RoleNames));
    }

    /// <summary>A way to sign in for a customer, or a new code for one who lost it. A firm may have several people.</summary>
    public async Task<Outcome<Invited>> InviteCustomer(CustomerInvitation invitation, Caller caller, CancellationToken cancel)
    {
        var party = await db.Set<Party>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == invitation.Party, cancel);
        if (party is null) return new Refusal("party_unknown", "There is no such customer.", "party");
        var signInName = invitation.SignInName is { Length: > 0 } given ? given : party.Phone;
        var hash = Person.HashOf(personalData, signInName);
        if (await db.Set<Person>().Include(p => p.Roles).SingleOrDefaultAsync(p => p.SignInNameHash == hash && p.PartyId == party.Id, cancel) is { } known)
            return await NewCode(known, caller, cancel);
        var role = party.Kind == PartyKind.Person ? Roles.Customer : Roles.Firm;
        var name = invitation.Name is { Length: > 0 } acting && party.Kind == PartyKind.Firm ? acting : party.Name;
        if (!Person.Create(ids.Next(), signInName, name, null, party.Id, [role], personalData, clock.UtcNow()).Try(out var person, out var refusal)) return refusal;
        return await Add(person, caller, cancel);
    }

    async Task<Outcome<Invited>> Add(Person person, Caller caller, CancellationToken cancel)
    {
        if (await IsTaken(person, cancel)) return SignInNameTaken;
        Add(person, caller.Actor);
        var code = await codes.Issue(person.Id, CodePurpose.Activation, cancel);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException) when (db.ChangeTracker.Entries<Person>().Any())
        {
            // Of two that arrive together, the later finds the row of the earlier.
            db.ChangeTracker.Clear();
            if (await IsTaken(person, cancel)) return SignInNameTaken;
            throw;
        }
        return new Invited(person.Id, person.SignInName, code, clock.UtcNow() + OneTimeCodes.LifeOf(CodePurpose.Activation));
    }

    static readonly Refusal SignInNameTaken = new("sign_in_name_taken", "Somebody has this sign-in name already; choose another one.", "signInName");

    /// <summary>An activation code for somebody of staff. What the person signed in with before ends when it is used.</summary>
    public async Task<Outcome<Invited>> NewCode(Guid personId, Caller caller, CancellationToken cancel)
    {
        if (caller.UserId == personId) return Oneself;
        return await Load(personId, cancel) is { PartyId: null } person ? await NewCode(person, caller, cancel) : NotFound;
    }

    async Task<Outcome<Invited>> NewCode(Person person, Caller caller, CancellationToken cancel)
    {
        var code = await codes.Issue(person.Id, CodePurpose.Activation, cancel);
        person.ForgetTries();
        db.Audit("person/code-given", $"person/{person.Id}", caller.Actor);
        await db.SaveChangesAsync(cancel);
        return new Invited(person.Id, person.SignInName, code, clock.UtcNow() + OneTimeCodes.LifeOf(CodePurpose.Activation));
    }

    /// <summary>Somebody of staff, to be changed; or null.</summary>
    internal async Task<Person?> LoadStaff(Guid id, CancellationToken cancel) => await Load(id, cancel) is { PartyId: null } person ? person : null;

    /// <summary>Gives and takes roles once the caller has saved. They count from the person's next request on.</summary>
    internal void SetRoles(Person person, IReadOnlyList<string> roles, string actor)
    {
        foreach (var taken in person.Roles.Where(role => !roles.Contains(role.Role, StringComparer.Ordinal)).ToList())
        {
            person.Roles.Remove(taken);
            db.Remove(taken);
            db.Audit("person/role-removed", $"person/{person.Id}", actor, detail: taken.Role);
        }
        foreach (var given in roles.Except(person.RoleNames, StringComparer.Ordinal).ToList())
        {
            person.Roles.Add(new PersonRole(person.Id, given));
            db.Audit("person/role-added", $"person/{person.Id}", actor, detail: given);
        }
    }

    /// <summary>Locks or unlocks once the caller has saved. A lock ends all sessions.</summary>
    internal async Task Lock(Person person, bool isLocked, string actor, CancellationToken cancel)
    {
        person.Lock(isLocked);
        if (isLocked) await EndSessions(person, cancel);
        db.Audit(isLocked ? "person/locked" : "person/unlocked", $"person/{person.Id}", actor);
    }

    /// <summary>Ends all that the person signs in with, once the caller has saved: as if just invited.</summary>
    internal async Task StartAnew(Person person, string actor, CancellationToken cancel)
    {
        person.StartAnew();
        person.Deactivate();
        await EndSessions(person, cancel);
        db.RemoveRange(await db.Set<Passkey>().Where(p => p.PersonId == person.Id).ToListAsync(cancel));
        db.RemoveRange(await db.Set<OneTimeCode>().Where(c => c.PersonId == person.Id).ToListAsync(cancel));
        db.Audit("person/started-anew", $"person/{person.Id}", actor);
    }

    async Task EndSessions(Person person, CancellationToken cancel) =>
        db.RemoveRange(await db.Set<Session>().Where(s => s.PersonId == person.Id).ToListAsync(cancel));

    /// <summary>The row of a demo person, made when it is first needed. Only demo mode asks for it.</summary>
    public async Task<Person> OfDemo(DemoPerson demo, CancellationToken cancel)
    {
        if (await Load(demo.Id, cancel) is { } known) return known;
        var name = "demo." + new string([.. demo.Name.English.ToLowerInvariant().Where(char.IsAsciiLetterOrDigit)]) + "." + demo.Id.ToString("N")[..6];
        var created = Person.Create(
            demo.Id, name[..Math.Min(name.Length, Person.LongestSignInName)], demo.Name.Chinese, demo.Name.English, demo.IsCustomer ? demo.Id : null, [demo.Role], personalData, clock.UtcNow());
        if (!created.Try(out var person, out var refusal)) throw new InvalidOperationException(refusal.Reason);
        db.Add(person);
        try
        {
            await db.SaveChangesAsync(cancel);
            return person;
        }
        catch (DbUpdateException)
        {
            // Of two first visitors, the later finds the row of the earlier.
            db.ChangeTracker.Clear();
            if (await Load(demo.Id, cancel) is { } earlier) return earlier;
            throw;
        }
    }

    Task<Person?> Load(Guid id, CancellationToken cancel) => db.Set<Person>().Include(p => p.Roles).SingleOrDefaultAsync(p => p.Id == id, cancel);
}

/// <summary>Whom colleagues can choose and see by name. Who is locked has no roles: named for what was done before, chosen for nothing.</summary>
sealed class SignedUpStaff(People people) : IStaff
{
    public async Task<IReadOnlyList<StaffMember>> List(CancellationToken cancel = default) =>
        [.. (await people.Staff(cancel)).Select(p => new StaffMember(p.Id, new Bilingual(p.Name, p.EnglishName), p.IsLocked ? [] : p.Roles))];
}
