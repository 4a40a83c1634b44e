using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>What a person changes about the own sign-in: password, authenticator app, recovery codes, passkeys.</summary>
public sealed class OwnSignIn(CityDb db, PasswordRules passwords, OneTimeCodes codes, Sessions sessions, SignInAttempt attempt, TimeProvider clock)
{
    static readonly Refusal LastStep = new(
        "last_second_step", "This is your only second step; add another one before you remove it.");

    public Task<Person> Load(Guid person, CancellationToken cancel) =>
        db.Set<Person>().Include(p => p.Roles).SingleAsync(p => p.Id == person, cancel);

    /// <summary>First password, with a code from the counter or from security. All that was there before ends: who comes with such a code has lost it.</summary>
    public async Task<Outcome<Person>> Activate(string? signInName, string? code, string? password, CancellationToken cancel)
    {
        // The password first: a code must not be used up by a password that is too short.
        if (PasswordRules.Fault(password, Person.Normal(signInName)) is { } fault) return fault;
        if (!(await attempt.ActivationCode(signInName, code, cancel)).Try(out var known, out var refusal)) return refusal;
        var person = await Load(known.Id, cancel);
        person.StartAnew();
        person.SetPassword(passwords.Hash(person, password!), clock.UtcNow());
        db.RemoveRange(await db.Set<Passkey>().Where(p => p.PersonId == person.Id).ToListAsync(cancel));
        db.RemoveRange(await db.Set<OneTimeCode>().Where(c => c.PersonId == person.Id).ToListAsync(cancel));
        db.Audit("person/activated", $"person/{person.Id}", $"user/{person.Id}");
        db.AlertSignInChanged(person.Id, "activated");
        await db.SaveChangesAsync(cancel);
        await sessions.EndAll(person.Id, except: null, $"user/{person.Id}", cancel);
        return person;
    }

    /// <summary>A new password for the old one; all other sessions end.</summary>
    public async Task<Outcome<Person>> ChangePassword(Guid personId, string? current, string? password, Guid? session, CancellationToken cancel)
    {
        var person = await Load(personId, cancel);
        if (PasswordRules.Fault(password, person.SignInName, person.Name, person.EnglishName) is { } fault) return fault;
        if (person.HasPassword && !(await attempt.Password(personId, current, cancel)).Try(out _, out var refusal)) return refusal with { Field = "current" };
        return await SetPassword(person, password!, session, cancel);
    }

    /// <summary>A new password for a forgotten one, by two other proofs: a code on paper and one of the app or phone.</summary>
    public async Task<Outcome<Person>> Recover(string? signInName, string? paperCode, string? code, string? password, CancellationToken cancel)
    {
        if (PasswordRules.Fault(password, Person.Normal(signInName)) is { } fault) return fault;
        if (!(await attempt.TwoCodes(signInName, paperCode, code, cancel)).Try(out var known, out var refusal)) return refusal;
        return await SetPassword(await Load(known.Id, cancel), password!, session: null, cancel);
    }

    async Task<Person> SetPassword(Person person, string password, Guid? session, CancellationToken cancel)
    {
        person.SetPassword(passwords.Hash(person, password), clock.UtcNow());
        db.Audit("person/password-changed", $"person/{person.Id}", $"user/{person.Id}");
        db.AlertSignInChanged(person.Id, "password-changed");
        await db.SaveChangesAsync(cancel);
        await sessions.EndAll(person.Id, session, $"user/{person.Id}", cancel);
        return person;
    }

    /// <summary>Connects an authenticator app: its first code shows that it has the key.</summary>
    public async Task<Outcome<Person>> ConnectApp(Guid personId, string? key, string? code, CancellationToken cancel)
    {
        if (Totp.StepOf(key ?? "", OneTimeCodes.Typed(code), clock.UtcNow()) is not { } step)
            return new Refusal("app_code_wrong", "This is not the code that the app shows now. Check the phone's clock, and type the six digits.", "code");
        var person = await Load(personId, cancel);
        person.SetAuthenticator(key!, step);
        db.Audit("person/app-connected", $"person/{personId}", $"user/{personId}");
        db.AlertSignInChanged(personId, "app-connected");
        await db.SaveChangesAsync(cancel);
        return person;
    }

    public async Task<Refusal?> RemoveApp(Guid personId, CancellationToken cancel)
    {
        var person = await Load(personId, cancel);
        if (!person.UsesPhoneCodes && !await db.Set<Passkey>().AnyAsync(p => p.PersonId == personId, cancel)) return LastStep;
        person.SetAuthenticator("", person.LastCodeStep);
        db.Audit("person/app-removed", $"person/{personId}", $"user/{personId}");
        db.AlertSignInChanged(personId, "app-removed");
        await db.SaveChangesAsync(cancel);
        return null;
    }

    public async Task<Refusal?> RemovePasskey(Guid personId, Guid passkeyId, CancellationToken cancel)
    {
        var person = await Load(personId, cancel);
        var passkeys = await db.Set<Passkey>().Where(p => p.PersonId == personId).ToListAsync(cancel);
        if (passkeys.Find(p => p.Id == passkeyId) is not { } passkey) return null;
        if (passkeys.Count == 1 && !person.HasCodes) return LastStep;
        db.Remove(passkey);
        db.Audit("passkey/removed", $"person/{personId}", $"user/{personId}");
        db.AlertSignInChanged(personId, "passkey-removed");
        await db.SaveChangesAsync(cancel);
        return null;
    }

    /// <summary>Ten codes for paper; those before end.</summary>
    public async Task<IReadOnlyList<string>> PrintCodes(Guid personId, CancellationToken cancel)
    {
        var printed = await codes.IssueRecovery(personId, cancel);
        db.Audit("person/codes-printed", $"person/{personId}", $"user/{personId}");
        db.AlertSignInChanged(personId, "codes-printed");
        await db.SaveChangesAsync(cancel);
        return printed;
    }
}
