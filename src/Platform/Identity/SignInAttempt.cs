using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>
/// Checks passwords and codes. Every try is counted before it is looked at, so that many at once get no more than one after
/// the other; from the fifth wrong one on there is a wait that grows. The answer is the same whatever was wrong.
/// </summary>
public sealed class SignInAttempt(CityDb db, PersonalData personalData, PasswordRules passwords, OneTimeCodes codes, TimeProvider clock)
{
    /// <summary>The one answer to a wrong name, a wrong password, a locked person and one who has to wait.</summary>
    public static readonly Refusal NotSignedIn = new(
        "sign_in_refused", "That is not right, or there were too many tries: after five wrong ones sign-in waits a minute, and longer each time.");

    /// <summary>Wait after the fifth, sixth, … wrong try.</summary>
    static readonly TimeSpan[] Waits =
        [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromHours(1)];

    /// <summary>First step: name and password. Who passes is not yet signed in.</summary>
    public async Task<Outcome<Person>> Password(string? signInName, string? password, CancellationToken cancel) =>
        await Password(await Find(signInName, cancel), password, cancel);

    /// <summary>The password of somebody who is signed in and shall prove it again.</summary>
    public async Task<Outcome<Person>> Password(Guid personId, string? password, CancellationToken cancel) =>
        await Password(await Find(personId, cancel), password, cancel);

    async Task<Outcome<Person>> Password(Person? person, string? password, CancellationToken cancel)
    {
        var mayTry = person is { IsLocked: false } && await CountTry(person.Id, cancel);
        var isRight = passwords.IsRight(mayTry ? person : null, password);
        if (person is null || !isRight) return await Refuse("sign-in/password", person, cancel);
        await TakeBackTry(person.Id, cancel);
        return person;
    }

    /// <summary>Second step: a code of the app, of an SMS or from the paper. The word of RFC 8176 for what it was.</summary>
    public async Task<Outcome<string>> Code(Guid personId, string? code, CancellationToken cancel)
    {
        var person = await Find(personId, cancel);
        if (person is not { IsLocked: false } || !await CountTry(person.Id, cancel)) return await Refuse("sign-in/code", person, cancel);
        var typed = OneTimeCodes.Typed(code);
        if (await TakeAppCode(person, typed, cancel)) return "otp";
        if (person.UsesPhoneCodes && await codes.Take(person.Id, CodePurpose.Phone, typed, cancel)) return "sms";
        if (await codes.Take(person.Id, CodePurpose.Recovery, typed, cancel)) return "kba";
        return await Refuse("sign-in/code", person, cancel);
    }

    /// <summary>A code given out at the counter or by security, instead of password and second step.</summary>
    public async Task<Outcome<Person>> ActivationCode(string? signInName, string? code, CancellationToken cancel)
    {
        var person = await Find(signInName, cancel);
        var mayTry = person is { IsLocked: false } && await CountTry(person.Id, cancel);
        if (person is not null && mayTry && await codes.Left(person.Id, CodePurpose.Activation, cancel) > 0
            && await codes.Take(person.Id, CodePurpose.Activation, code, cancel)) return person;
        return await Refuse("sign-in/activation", person, cancel);
    }

    /// <summary>Instead of a forgotten password: a code from the paper, and one of the app or phone.</summary>
    public async Task<Outcome<Person>> TwoCodes(string? signInName, string? paperCode, string? code, CancellationToken cancel)
    {
        var person = await Find(signInName, cancel);
        if (person is { IsLocked: false, HasCodes: true } && await CountTry(person.Id, cancel)
            && (await TakeAppCode(person, OneTimeCodes.Typed(code), cancel)
                || (person.UsesPhoneCodes && await codes.Take(person.Id, CodePurpose.Phone, code, cancel)))
            && await codes.Take(person.Id, CodePurpose.Recovery, paperCode, cancel)) return person;
        return await Refuse("sign-in/recovery", person, cancel);
    }

    async Task<bool> TakeAppCode(Person person, string typed, CancellationToken cancel)
    {
        if (Totp.StepOf(person.AuthenticatorKey, typed, clock.UtcNow()) is not { } step) return false;
        // A code that was seen over the shoulder does not work again (RFC 6238 section 5.2).
        return await db.Set<Person>().Where(p => p.Id == person.Id && p.LastCodeStep < step)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.LastCodeStep, step), cancel) == 1;
    }

    /// <summary>Counts a try and sets the wait that follows if it is wrong, in one statement. False: the person has to wait.</summary>
    async Task<bool> CountTry(Guid person, CancellationToken cancel)
    {
        var now = clock.UtcNow();
        var (first, second, third, fourth, last) = (now + Waits[0], now + Waits[1], now + Waits[2], now + Waits[3], now + Waits[4]);
        const int Free = Person.TriesBeforeWait - 1;
        return await db.Set<Person>().Where(p => p.Id == person && (p.WaitUntil == null || p.WaitUntil <= now)).ExecuteUpdateAsync(
            set => set.SetProperty(p => p.FailedTries, p => p.FailedTries + 1).SetProperty(
                p => p.WaitUntil,
                p => p.FailedTries < Free ? null : p.FailedTries == Free ? first : p.FailedTries == Free + 1 ? second
                    : p.FailedTries == Free + 2 ? third : p.FailedTries == Free + 3 ? fourth : last), cancel) == 1;
    }

    /// <summary>The password was right: its try does not count. Wrong codes before it still do, or they could be guessed for ever.</summary>
    Task TakeBackTry(Guid person, CancellationToken cancel) =>
        db.Set<Person>().Where(p => p.Id == person && p.FailedTries > 0).ExecuteUpdateAsync(
            set => set.SetProperty(p => p.FailedTries, p => p.FailedTries - 1).SetProperty(p => p.WaitUntil, (DateTime?)null), cancel);

    Task<Person?> Find(string? signInName, CancellationToken cancel)
    {
        var hash = Person.HashOf(personalData, signInName);
        return db.Set<Person>().AsNoTracking().Include(p => p.Roles).SingleOrDefaultAsync(p => p.SignInNameHash == hash, cancel);
    }

    Task<Person?> Find(Guid id, CancellationToken cancel) =>
        db.Set<Person>().AsNoTracking().Include(p => p.Roles).SingleOrDefaultAsync(p => p.Id == id, cancel);

    async Task<Refusal> Refuse(string action, Person? person, CancellationToken cancel)
    {
        db.Audit(action, person is null ? "person/unknown" : $"person/{person.Id}", "anonymous", AuditOutcome.Refused);
        await db.SaveChangesAsync(cancel);
        return NotSignedIn;
    }
}
