namespace Pujiang.Platform;

/// <summary>Somebody who signs in: a customer, a person who acts for a firm, or staff.</summary>
public sealed class Person
{
    /// <summary>Wrong tries that cost nothing but a try; from this one on there is a wait.</summary>
    public const int TriesBeforeWait = 5;

    /// <summary>Characters of a sign-in name.</summary>
    public const int ShortestSignInName = 3, LongestSignInName = 64;

    Person() { }

    public Guid Id { get; private init; }

    /// <summary>What the person types to sign in, in small letters: the mobile phone for most customers. Sealed at rest.</summary>
    public string SignInName { get; private init; } = "";

    /// <summary>Keyed hash of <see cref="SignInName"/>, by which it is found and kept unique.</summary>
    public string SignInNameHash { get; private init; } = "";

    /// <summary>Sealed at rest.</summary>
    public string Name { get; private init; } = "";

    /// <summary>The name in Latin letters, or the same again. Sealed at rest.</summary>
    public string EnglishName { get; private init; } = "";

    /// <summary>The party whose accounts this person uses; null for staff.</summary>
    public Guid? PartyId { get; private init; }

    /// <summary>Identity's hash of the password, or empty for none. Sealed at rest.</summary>
    public string PasswordHash { get; private set; } = "";

    /// <summary>Base32 secret shared with the authenticator app (RFC 6238), or empty for none. Sealed at rest.</summary>
    public string AuthenticatorKey { get; private set; } = "";

    /// <summary>The newest time step whose code was used; older and equal ones are refused.</summary>
    public long LastCodeStep { get; private set; }

    /// <summary>Codes by SMS to the party's phone are this person's second step.</summary>
    public bool UsesPhoneCodes { get; private set; }

    /// <summary>Wrong passwords and codes since the last sign-in.</summary>
    public int FailedTries { get; private set; }

    /// <summary>Until then passwords and codes are not even looked at; null for now.</summary>
    public DateTime? WaitUntil { get; private set; }

    /// <summary>Locked by security: can't sign in at all.</summary>
    public bool IsLocked { get; private set; }

    public DateTime CreatedAt { get; private init; }

    /// <summary>When the person first set a password; null while the activation code waits.</summary>
    public DateTime? ActivatedAt { get; private set; }

    public List<PersonRole> Roles { get; private init; } = [];

    public IEnumerable<string> RoleNames => Roles.Select(role => role.Role);

    public bool HasPassword => PasswordHash.Length > 0;

    public bool HasAuthenticator => AuthenticatorKey.Length > 0;

    /// <summary>Has something that a code can come from. Passkeys need no second step.</summary>
    public bool HasCodes => HasAuthenticator || UsesPhoneCodes;

    /// <summary>A person who does not yet sign in, or what is wrong with which field.</summary>
    public static Outcome<Person> Create(Guid id, string signInName, string name, string? englishName, Guid? party, IReadOnlyCollection<string> roles, PersonalData personalData, DateTime now)
    {
        var typed = Normal(signInName);
        name = name.Trim();
        var english = englishName?.Trim() is { Length: > 0 } given ? given : name;
        if (typed.Length is < ShortestSignInName or > LongestSignInName || !typed.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '@'))
            return new Refusal("sign_in_name_invalid", $"A sign-in name has {ShortestSignInName} to {LongestSignInName} letters a to z, digits, dots, hyphens or underscores.", "signInName", $"{ShortestSignInName}", $"{LongestSignInName}");
        if (name.Length is 0 or > Party.LongestName)
            return new Refusal("name_invalid", $"The name must have 1 to {Party.LongestName} characters.", "name", $"{Party.LongestName}");
        if (PlainText.Problem(name, "name") is { } unreadable) return unreadable;
        if (english.Length > Party.LongestName || PlainText.Problem(english, "englishName") is not null)
            return new Refusal("name_invalid", $"The name must have 1 to {Party.LongestName} characters.", "englishName", $"{Party.LongestName}");
        if (RolesRefusal(roles, party) is { } refusal) return refusal;
        return new Person
        {
            Id = id,
            SignInName = typed,
            SignInNameHash = HashOf(personalData, typed),
            Name = name,
            EnglishName = english,
            PartyId = party,
            CreatedAt = now,
            Roles = [.. roles.Distinct(StringComparer.Ordinal).Select(role => new PersonRole(id, role))],
        };
    }

    /// <summary>Customers have their one role; staff have one or more of staff's, and no accounts in them.</summary>
    internal static Refusal? RolesRefusal(IReadOnlyCollection<string> roles, Guid? party)
    {
        var allowed = party is null ? Platform.Roles.Staff : [Platform.Roles.Customer, Platform.Roles.Firm];
        if (roles.Count > 0 && roles.All(role => allowed.Contains(role, StringComparer.Ordinal))) return null;
        return new Refusal("role_unknown", $"The role must be one of {string.Join(", ", allowed)}.", "role", string.Join(", ", allowed));
    }

    /// <summary>As it is compared: what a phone's keyboard adds, spaces and capitals, does not matter.</summary>
    public static string Normal(string? signInName) => (signInName ?? "").Trim().ToLowerInvariant();

    public static string HashOf(PersonalData personalData, string? signInName) => personalData.Hash("sign-in-name", Normal(signInName));

    internal void SetPassword(string hash, DateTime now)
    {
        PasswordHash = hash;
        ActivatedAt ??= now;
    }

    internal void SetAuthenticator(string key, long usedStep) => (AuthenticatorKey, LastCodeStep) = (key, usedStep);

    internal void UsePhoneCodes(bool use) => UsesPhoneCodes = use;

    internal void Lock(bool isLocked) => IsLocked = isLocked;

    internal void ForgetTries() => (FailedTries, WaitUntil) = (0, null);

    /// <summary>Waits for an activation code again.</summary>
    internal void Deactivate() => ActivatedAt = null;

    /// <summary>Forgets app, phone codes and wrong tries, because the person came to the counter without them.</summary>
    internal void StartAnew()
    {
        (AuthenticatorKey, UsesPhoneCodes, PasswordHash) = ("", false, "");
        ForgetTries();
    }
}

/// <summary>A role that a person has.</summary>
public sealed record PersonRole(Guid PersonId, string Role);

/// <summary>A passkey (W3C WebAuthn) of a person, as the browser's credential and the public key for it.</summary>
public sealed class Passkey
{
    /// <summary>Bytes of a credential id (WebAuthn section 4, Credential ID: at most 1,023).</summary>
    public const int LongestCredentialId = 1023;

    public required Guid Id { get; init; }
    public required Guid PersonId { get; init; }

    /// <summary>SHA-256 of the credential id, in hexadecimal: one length to index, whatever the authenticator chose.</summary>
    public required string CredentialHash { get; init; }

    /// <summary>What Identity keeps of it, as JSON. Sealed at rest.</summary>
    public required string Data { get; set; }

    /// <summary>What the owner calls it. Sealed at rest.</summary>
    public required string Name { get; set; }

    public required DateTime AddedAt { get; init; }
    public DateTime? LastUsedAt { get; set; }
}

/// <summary>What a one-time code is for.</summary>
public enum CodePurpose
{
    /// <summary>First password, or a new start at the counter.</summary>
    Activation = 1,

    /// <summary>Second step by SMS.</summary>
    Phone = 2,

    /// <summary>Kept on paper for when app or phone is lost.</summary>
    Recovery = 3,
}

/// <summary>A code that works once. Only its keyed hash is kept.</summary>
public sealed class OneTimeCode
{
    public required Guid Id { get; init; }
    public required Guid PersonId { get; init; }
    public required CodePurpose Purpose { get; init; }
    public required string Hash { get; init; }
    public required DateTime IssuedAt { get; init; }
    public required DateTime ExpiresAt { get; init; }
}

/// <summary>Somebody is signed in somewhere. The browser holds the token, the table its keyed hash.</summary>
public sealed class Session
{
    public required Guid Id { get; init; }
    public required Guid PersonId { get; init; }
    public required string TokenHash { get; init; }

    /// <summary>Browser and system: "Chrome, Windows". Sealed at rest.</summary>
    public required string Device { get; init; }

    /// <summary>Network address without its last part. Sealed at rest.</summary>
    public required string Place { get; init; }

    /// <summary>How the person proved who it is: RFC 8176 words with spaces between ("pwd otp").</summary>
    public required string Methods { get; init; }

    public required DateTime StartedAt { get; init; }

    /// <summary>When the person last proved who it is.</summary>
    public required DateTime ProvedAt { get; init; }

    public DateTime LastSeenAt { get; set; }
}

sealed class IdentityTables : ICityTables
{
    public string Schema => "identity";

    public void Configure(TableModel model)
    {
        var person = model.Entity<Person>("person");
        person.Property(p => p.Id).ValueGeneratedNever();
        model.Seal(person.Property(p => p.SignInName));
        model.Seal(person.Property(p => p.Name));
        model.Seal(person.Property(p => p.EnglishName));
        model.Seal(person.Property(p => p.PasswordHash));
        model.Seal(person.Property(p => p.AuthenticatorKey));
        person.Property(p => p.SignInNameHash).HasMaxLength(32);
        person.HasIndex(p => p.SignInNameHash).IsUnique();
        person.HasIndex(p => p.PartyId);
        person.HasMany(p => p.Roles).WithOne().HasForeignKey(r => r.PersonId);

        var role = model.Entity<PersonRole>("person_role");
        role.HasKey(r => new { r.PersonId, r.Role });
        role.Property(r => r.Role).HasMaxLength(32);

        var passkey = model.Entity<Passkey>("passkey");
        passkey.Property(p => p.Id).ValueGeneratedNever();
        passkey.Property(p => p.CredentialHash).HasMaxLength(64);
        model.Seal(passkey.Property(p => p.Data));
        model.Seal(passkey.Property(p => p.Name));
        passkey.HasIndex(p => p.CredentialHash).IsUnique();
        passkey.HasIndex(p => p.PersonId);

        var code = model.Entity<OneTimeCode>("one_time_code");
        code.Property(c => c.Id).ValueGeneratedNever();
        code.Property(c => c.Hash).HasMaxLength(32);
        code.HasIndex(c => new { c.PersonId, c.Purpose });

        var session = model.Entity<Session>("session");
        session.Property(s => s.Id).ValueGeneratedNever();
        session.Property(s => s.TokenHash).HasMaxLength(32);
        session.Property(s => s.Methods).HasMaxLength(64);
        model.Seal(session.Property(s => s.Device));
        model.Seal(session.Property(s => s.Place));
        session.HasIndex(s => s.TokenHash).IsUnique();
        session.HasIndex(s => s.PersonId);
        session.HasIndex(s => s.LastSeenAt);
    }
}
