namespace Pujiang.Platform;

public enum PartyKind
{
    Person = 1,
    Firm = 2,
}

/// <summary>A person or a firm that the bank knows. Its identifier was checked when it was registered.</summary>
public sealed class Party
{
    /// <summary>Characters of a name: persons 1 to 50 (minority names carry "·"), firms 2 to 140.</summary>
    public const int LongestName = 140;

    Party() { }

    public Guid Id { get; private init; }
    public PartyKind Kind { get; private init; }

    /// <summary>Sealed at rest.</summary>
    public string Name { get; private set; } = "";

    /// <summary>GB 11643 citizen number or GB 32100 unified social credit code. Sealed at rest.</summary>
    public string Identifier { get; private init; } = "";

    /// <summary>Keyed hash of <see cref="Identifier"/>, by which it is found and kept unique.</summary>
    public string IdentifierHash { get; private init; } = "";

    /// <summary>Mobile phone, or empty. Sealed at rest.</summary>
    public string Phone { get; private set; } = "";

    public DateTime RegisteredAt { get; private init; }

    /// <summary>Born on; null for a firm.</summary>
    public DateOnly? BirthDate =>
        Kind == PartyKind.Person && CitizenId.TryParse(Identifier, out var id, out _) ? id.BirthDate : null;

    /// <summary>The id follows from the identifier, so that registering twice registers once.</summary>
    public static Guid IdOf(PersonalData personalData, string identifier) =>
        NameBasedId.From("platform", "party", personalData.Hash("party", identifier));

    /// <summary>A checked party, or what is wrong with which field.</summary>
    public static Outcome<Party> Register(
        PartyKind kind, string name, string identifier, string phone, PersonalData personalData, DateTime now)
    {
        name = name.Trim();
        identifier = identifier.Trim().ToUpperInvariant();
        var longest = kind == PartyKind.Person ? 50 : LongestName;
        if (name.Length == 0 || name.Length > longest)
            return new Refusal("name_invalid", $"The name must have 1 to {longest} characters.", "name", $"{longest}");
        if (PlainText.Problem(name, "name") is { } unreadable) return unreadable;
        if (kind == PartyKind.Person && !CitizenId.TryParse(identifier, out _, out var wrongId))
            return new Refusal("citizen_id_invalid", $"The ID number is not valid (GB 11643): {wrongId}", "identifier");
        if (kind == PartyKind.Firm && !CreditCode.TryParse(identifier, out _, out var wrong))
            return new Refusal(
                "credit_code_invalid", $"The unified social credit code is not valid (GB 32100): {wrong}", "identifier");
        if (phone.Length > 0 && (phone.Length != 11 || phone[0] != '1' || !phone.All(char.IsAsciiDigit)))
            return new Refusal("phone_invalid", "A mobile phone number has 11 digits and begins with 1.", "phone");

        return new Party
        {
            Id = IdOf(personalData, identifier),
            Kind = kind,
            Name = name,
            Identifier = identifier,
            IdentifierHash = personalData.Hash("party", identifier),
            Phone = phone,
            RegisteredAt = now,
        };
    }
}

/// <summary>Tables that belong to no single service.</summary>
sealed class PlatformTables : ICityTables
{
    public string Schema => "platform";

    public void Configure(TableModel model)
    {
        var party = model.Entity<Party>("party");
        party.Property(p => p.Id).ValueGeneratedNever();
        model.Seal(party.Property(p => p.Name));
        model.Seal(party.Property(p => p.Identifier));
        model.Seal(party.Property(p => p.Phone));
        party.Property(p => p.IdentifierHash).HasMaxLength(32);
        party.HasIndex(p => p.IdentifierHash).IsUnique();

        var position = model.Entity<FollowerPosition>("follower_position");
        position.HasKey(p => p.Service);
        position.Property(p => p.Service).HasMaxLength(32);

        var answer = model.Entity<StoredAnswer>("stored_answer");
        answer.HasKey(a => new { a.Caller, a.Key });
        answer.Property(a => a.Caller).HasMaxLength(64);
        answer.Property(a => a.Key).HasMaxLength(IdempotencyKey.LongestKey);
        answer.Property(a => a.ContentType).HasMaxLength(128);
        // Answers name people and their accounts.
        model.Seal(answer.Property(a => a.Body));
        answer.HasIndex(a => a.StoredAt);
    }
}
