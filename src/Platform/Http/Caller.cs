using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Pujiang.Platform;

/// <summary>Who is asking: a signed-in person, a partner's program, or the bank's operator.</summary>
/// <param name="PartyId">The party whose accounts may be used; null for staff and the operator.</param>
/// <param name="IsOperator">May act on every account.</param>
public sealed record Caller(Guid? PartyId, bool IsOperator)
{
    /// <summary>Claim that holds <see cref="PartyId"/>.</summary>
    public const string PartyClaim = "party";

    /// <summary>Claim that holds the client id of a program.</summary>
    public const string ProgramClaim = "client_id";

    /// <summary>The person who signed in; null for programs and the operator.</summary>
    public Guid? UserId { get; init; }

    /// <summary>What the caller is, of <see cref="Platform.Roles"/>.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>Client id of a program; null for people and the operator.</summary>
    public string? ProgramId { get; init; }

    /// <summary>Who did it, for records and for telling maker from checker: "user/…", "program/…" or "operator".</summary>
    public string Actor => UserId is { } user ? $"user/{user}" : ProgramId is { } program ? $"program/{program}" : "operator";

    /// <summary>Key under which answers to this caller are stored.</summary>
    public string Key => ProgramId is null && PartyId is { } party ? party.ToString() : Actor;

    public bool MayUse(Guid ownerPartyId) => IsOperator || PartyId == ownerPartyId;

    /// <summary>Binds from the request, so that a handler takes a <see cref="Caller"/> as parameter.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context) => ValueTask.FromResult<Caller?>(From(context.User));

    public static Caller From(ClaimsPrincipal user)
    {
        return new Caller(Id(user, PartyClaim), user.IsInRole(Platform.Roles.Operator))
        {
            UserId = Id(user, ClaimTypes.NameIdentifier),
            ProgramId = user.FindFirstValue(ProgramClaim),
            Roles = [.. RolesOf(user)],
        };
    }

    public static IEnumerable<string> RolesOf(ClaimsPrincipal user) => user.FindAll(ClaimTypes.Role).Select(role => role.Value);

    static Guid? Id(ClaimsPrincipal user, string claim) =>
        Guid.TryParse(user.FindFirstValue(claim), CultureInfo.InvariantCulture, out var id) ? id : null;
}

/// <summary>
/// Signs the bank's own command line in: it proves that it can read the token file, which only the user that runs the
/// bank can.
/// </summary>
public sealed class OperatorToken(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, PlatformOptions platform)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "OperatorToken";
    const string Prefix = "Bearer ";

    /// <summary>Hexadecimal digits of the token.</summary>
    const int Length = 64;

    public static string PathIn(string dataFolder) => Path.Combine(dataFolder, "keys", "operator.token");

    /// <summary>Makes the token file when there is none, readable by this user only.</summary>
    public static void Ensure(string dataFolder)
    {
        var path = PathIn(dataFolder);
        // A file of another length was cut off by a crash: it would lock the operator out.
        if (File.Exists(path) && new FileInfo(path).Length == Length) return;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var temporary = path + ".new";
        File.Delete(temporary);
        using (var file = new FileStream(temporary, options))
        {
            file.Write(Encoding.ASCII.GetBytes(Convert.ToHexString(RandomNumberGenerator.GetBytes(Length / 2))));
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Prefix, StringComparison.Ordinal)) return Task.FromResult(AuthenticateResult.NoResult());
        var expected = File.ReadAllBytes(PathIn(platform.DataFolder));
        var given = Encoding.ASCII.GetBytes(header[Prefix.Length..]);
        if (!CryptographicOperations.FixedTimeEquals(expected, given))
            return Task.FromResult(AuthenticateResult.Fail("The bearer token is not the operator's."));
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Role, Roles.Operator)], Scheme.Name);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name)));
    }
}
