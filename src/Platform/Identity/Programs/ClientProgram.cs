using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.EntityFrameworkCore;
using OpenIddict.EntityFrameworkCore.Models;
using OAuth = OpenIddict.Abstractions.OpenIddictConstants;

namespace Pujiang.Platform;

/// <summary>What a registered client is.</summary>
public enum ClientKind
{
    /// <summary>A partner's program that uses the API for one party, without a person.</summary>
    Program = 1,

    /// <summary>Another application, whose visitors sign in at the bank.</summary>
    Application = 2,
}

/// <summary>A client of the bank's authorization server. It proves itself with a key of its own; there are no client secrets.</summary>
sealed class ClientProgram : OpenIddictEntityFrameworkCoreApplication<Guid, ApplicationConsent, IssuedToken>
{
    /// <summary>Characters of a client id.</summary>
    public const int ShortestId = 3, LongestId = 32;

    /// <summary>Most addresses of one sort.</summary>
    const int MostAddresses = 10;

    public ClientKind Kind { get; private init; }

    /// <summary>The party whose data a program may use; null for an application.</summary>
    public Guid? PartyId { get; private init; }

    public DateTime RegisteredAt { get; private init; }

    /// <summary>Null while it is in use. An ended client's id is never given again.</summary>
    public DateTime? EndedAt { get; private set; }

    public IReadOnlyList<string> ScopeNames =>
        [.. List(Permissions).Where(p => p.StartsWith(OAuth.Permissions.Prefixes.Scope, StringComparison.Ordinal)).Select(p => p[4..])];

    public IReadOnlyList<string> Addresses => List(RedirectUris);

    public IReadOnlyList<string> SignOutAddresses => List(PostLogoutRedirectUris);

    /// <summary>A client that is right in itself, or what is wrong with which field.</summary>
    public static Outcome<ClientProgram> Register(Guid id, Programs.Registration wanted, DateTime now)
    {
        var (clientId, name) = ((wanted.ClientId ?? "").Trim(), (wanted.Name ?? "").Trim());
        if (clientId.Length is < ShortestId or > LongestId || !clientId.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            return new Refusal("program_id_invalid", $"A client id has {ShortestId} to {LongestId} small letters, digits or hyphens, such as first-hospital.", "clientId", $"{ShortestId}", $"{LongestId}");
        if (name.Length is 0 or > Party.LongestName)
            return new Refusal("name_invalid", $"The name must have 1 to {Party.LongestName} characters.", "name", $"{Party.LongestName}");
        if (PlainText.Problem(name, "name") is { } unreadable) return unreadable;
        if (AsItsKind(wanted) is { } refusal) return refusal;
        if (!ProgramKeys.Read(wanted.Keys).Try(out var keys, out refusal)) return refusal;
        var program = wanted.Kind == ClientKind.Program;
        return new ClientProgram
        {
            Id = id,
            Kind = wanted.Kind,
            PartyId = wanted.Party,
            RegisteredAt = now,
            ClientId = clientId,
            DisplayName = name,
            ApplicationType = OAuth.ApplicationTypes.Web,
            ClientType = OAuth.ClientTypes.Confidential,
            ConsentType = OAuth.ConsentTypes.Explicit,
            JsonWebKeySet = ProgramKeys.Write(keys),
            Permissions = JsonSerializer.Serialize(PermissionsOf(program, wanted.Scopes ?? [])),
            Requirements = program ? null : JsonSerializer.Serialize(new[] { OAuth.Requirements.Features.ProofKeyForCodeExchange }),
            RedirectUris = program ? null : JsonSerializer.Serialize(wanted.Addresses),
            PostLogoutRedirectUris = program ? null : JsonSerializer.Serialize(wanted.SignOutAddresses ?? []),
        };
    }

    static Refusal? AsItsKind(Programs.Registration wanted)
    {
        var allowed = wanted.Kind == ClientKind.Program ? ProgramScopes.OfPrograms : ProgramScopes.OfApplications;
        var scopes = wanted.Scopes ?? [];
        if (scopes.FirstOrDefault(scope => !allowed.Contains(scope, StringComparer.Ordinal)) is not null || (wanted.Kind == ClientKind.Program && scopes.Count == 0))
            return new Refusal("program_scope_invalid", $"The scopes must be some of {string.Join(", ", allowed)}.", "scopes", string.Join(", ", allowed));
        if (wanted.Kind == ClientKind.Program) return null;
        if (wanted.Party is not null)
            return new Refusal("application_party", "An application has no party: its visitors sign in themselves.", "party");
        if (wanted.Addresses is not { Count: > 0 and <= MostAddresses } addresses || !addresses.All(IsAddress)) return AddressInvalid("addresses");
        return (wanted.SignOutAddresses ?? []) is { Count: <= MostAddresses } after && after.All(IsAddress) ? null : AddressInvalid("signOutAddresses");
    }

    static Refusal AddressInvalid(string field) => new Refusal(
        "program_address_invalid", $"Give 1 to {MostAddresses} addresses such as https://app.example/signed-in, without '#'. Only this machine's own may begin with http.", field, $"{MostAddresses}");

    /// <summary>https, or http on this machine for trying out (RFC 8252 section 7.3); without a fragment (RFC 6749 section 3.1.2).</summary>
    static bool IsAddress(string text) =>
        text.Length <= 400 && Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Fragment.Length == 0 && address.UserInfo.Length == 0
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));

    static IEnumerable<string> PermissionsOf(bool program, IReadOnlyList<string> scopes) =>
    [
        OAuth.Permissions.Endpoints.Token,
        OAuth.Permissions.Endpoints.Revocation,
        .. program
            ? [OAuth.Permissions.GrantTypes.ClientCredentials]
            : new[]
            {
                OAuth.Permissions.Endpoints.Authorization,
                OAuth.Permissions.Endpoints.EndSession,
                OAuth.Permissions.GrantTypes.AuthorizationCode,
                OAuth.Permissions.ResponseTypes.Code,
            },
        .. scopes.Distinct(StringComparer.Ordinal).Select(scope => OAuth.Permissions.Prefixes.Scope + scope),
    ];

    public IReadOnlyList<JsonWebKey> Keys => ProgramKeys.Stored(JsonWebKeySet);

    /// <summary>Takes the place of the keys; the older tokens go on until they are revoked or end.</summary>
    internal void SetKeys(IEnumerable<JsonWebKey> keys)
    {
        var before = ConcurrencyToken ?? "";
        JsonWebKeySet = ProgramKeys.Write(keys);
        // OpenIddict's row version: of two who change the keys at once, the later is told.
        ConcurrencyToken = NameBasedId.From("oauth", "client", before, JsonWebKeySet).ToString();
    }

    /// <summary>Nothing works with it any more: without keys it can't ask for tokens, without permissions send no visitors.</summary>
    internal void End(DateTime now)
    {
        EndedAt = now;
        Permissions = "[]";
        SetKeys([]);
    }

    static IReadOnlyList<string> List(string? json) => string.IsNullOrEmpty(json) ? [] : JsonSerializer.Deserialize<string[]>(json)!;
}

/// <summary>Somebody let an application know who it is.</summary>
sealed class ApplicationConsent : OpenIddictEntityFrameworkCoreAuthorization<Guid, ClientProgram, IssuedToken>;

/// <summary>A token or code that was given out, to be revoked and to work once.</summary>
sealed class IssuedToken : OpenIddictEntityFrameworkCoreToken<Guid, ClientProgram, ApplicationConsent>;

/// <summary>OpenIddict's table of scopes; the bank's are in code (<see cref="ProgramScopes"/>).</summary>
sealed class StoredScope : OpenIddictEntityFrameworkCoreScope<Guid>;

sealed class ProgramTables : ICityTables
{
    public string Schema => "oauth";

    public void Configure(TableModel model)
    {
        new OpenIddictEntityFrameworkCoreApplicationConfiguration<ClientProgram, ApplicationConsent, IssuedToken, Guid>().Configure(model.Entity<ClientProgram>("client"));
        new OpenIddictEntityFrameworkCoreAuthorizationConfiguration<ApplicationConsent, ClientProgram, IssuedToken, Guid>().Configure(model.Entity<ApplicationConsent>("consent"));
        new OpenIddictEntityFrameworkCoreTokenConfiguration<IssuedToken, ClientProgram, ApplicationConsent, Guid>().Configure(model.Entity<IssuedToken>("token"));
        new OpenIddictEntityFrameworkCoreScopeConfiguration<StoredScope, Guid>().Configure(model.Entity<StoredScope>("scope"));
        // Once more, because OpenIddict's own configuration names its tables.
        model.Entity<StoredScope>("scope");
        var token = model.Entity<IssuedToken>("token");
        token.HasIndex(t => t.ExpirationDate);
        model.Entity<ApplicationConsent>("consent");
        var client = model.Entity<ClientProgram>("client");
        client.Property(c => c.Id).ValueGeneratedNever();
        client.HasIndex(c => c.PartyId);
        client.Ignore(c => c.ScopeNames).Ignore(c => c.Addresses).Ignore(c => c.SignOutAddresses).Ignore(c => c.Keys);
    }
}
