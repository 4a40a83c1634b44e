using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Pujiang.Platform;

/// <summary>Who is signed in where. The browser holds a random token; everything else is here and can be ended at once.</summary>
public sealed class Sessions(CityDb db, PersonalData personalData, NewId ids, TimeProvider clock)
{
    /// <summary>Ends after this time without a request.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromMinutes(30);

    /// <summary>Ends after this time in any case.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    /// <summary>So long a proof of who it is counts as fresh for a sensitive act.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(10);

    /// <summary>A row is written at most this often only to note that the session is in use.</summary>
    static readonly TimeSpan NoteEvery = TimeSpan.FromMinutes(1);

    /// <summary>Cookie of the token. With https its name has the prefix that keeps other hosts of the domain from setting it (RFC 6265bis).</summary>
    public const string Cookie = "session";

    /// <summary>A session as its owner sees it.</summary>
    public sealed record Listed(Guid Id, string Device, string Place, string Methods, DateTime StartedAt, DateTime LastSeenAt, bool IsThis);

    /// <summary>Signs in: a new token, also where somebody was signed in already, so that nobody can prepare one for another.</summary>
    /// <param name="methods">RFC 8176 words: "pwd otp", "hwk user".</param>
    public async Task Start(HttpContext http, Person person, string methods, CancellationToken cancel)
    {
        var now = clock.UtcNow();
        var token = RandomNumberGenerator.GetHexString(64, lowercase: true);
        await RemoveExpired(now, cancel);
        if (IdOf(http.User) is { } earlier) await db.Set<Session>().Where(s => s.Id == earlier).ExecuteDeleteAsync(cancel);
        db.Add(new Session
        {
            Id = ids.Next(),
            PersonId = person.Id,
            TokenHash = personalData.Hash("session", token),
            Device = Devices.NameOf(http.Request.Headers.UserAgent.ToString()),
            Place = PlaceOf(http.Connection.RemoteIpAddress),
            Methods = methods,
            StartedAt = now,
            ProvedAt = now,
            LastSeenAt = now,
        });
        db.Audit("sign-in/done", $"person/{person.Id}", $"user/{person.Id}", detail: methods);
        await db.AlertNewDevice(person.Id, Devices.NameOf(http.Request.Headers.UserAgent.ToString()), PlaceOf(http.Connection.RemoteIpAddress), personalData, cancel);
        await db.Set<Person>().Where(p => p.Id == person.Id).ExecuteUpdateAsync(
            set => set.SetProperty(p => p.FailedTries, 0).SetProperty(p => p.WaitUntil, (DateTime?)null), cancel);
        await db.SaveChangesAsync(cancel);
        http.WriteCookie(Cookie, token);
    }

    /// <summary>Ends the session of this browser.</summary>
    public async Task End(HttpContext http, CancellationToken cancel)
    {
        if (IdOf(http.User) is { } id)
        {
            await db.Set<Session>().Where(s => s.Id == id).ExecuteDeleteAsync(cancel);
            db.Audit("sign-in/ended", $"session/{id}", Caller.From(http.User).Actor);
            await db.SaveChangesAsync(cancel);
        }
        http.RemoveCookie(Cookie);
    }

    /// <summary>The sessions of a person, the newest first.</summary>
    public async Task<IReadOnlyList<Listed>> Of(Guid person, ClaimsPrincipal user, CancellationToken cancel)
    {
        await RemoveExpired(clock.UtcNow(), cancel);
        var sessions = await db.Set<Session>().AsNoTracking().Where(s => s.PersonId == person).OrderByDescending(s => s.LastSeenAt).ToListAsync(cancel);
        return [.. sessions.Select(s => new Listed(s.Id, s.Device, s.Place, s.Methods, s.StartedAt, s.LastSeenAt, s.Id == IdOf(user)))];
    }

    /// <summary>Ends one session of a person; others' are not found.</summary>
    public async Task<bool> End(Guid session, Guid person, string actor, CancellationToken cancel) =>
        await EndWhere(db.Set<Session>().Where(s => s.Id == session && s.PersonId == person), person, actor, cancel) > 0;

    /// <summary>Ends all sessions of a person, or all but one.</summary>
    public Task<int> EndAll(Guid person, Guid? except, string actor, CancellationToken cancel) =>
        EndWhere(db.Set<Session>().Where(s => s.PersonId == person && s.Id != except), person, actor, cancel);

    async Task<int> EndWhere(IQueryable<Session> which, Guid person, string actor, CancellationToken cancel)
    {
        var ended = await which.ExecuteDeleteAsync(cancel);
        if (ended == 0) return 0;
        db.Audit("session/ended", $"person/{person}", actor, detail: $"{ended}");
        await db.SaveChangesAsync(cancel);
        return ended;
    }

    /// <summary>The session of a token and its person with the roles of this moment, or null.</summary>
    internal async Task<(Session Session, Person Person)?> Find(string token, CancellationToken cancel)
    {
        var hash = personalData.Hash("session", token);
        var found = await db.Set<Session>().AsNoTracking().Where(s => s.TokenHash == hash)
            .Join(db.Set<Person>().AsNoTracking().Include(p => p.Roles), s => s.PersonId, p => p.Id, (session, person) => new { session, person })
            .SingleOrDefaultAsync(cancel);
        var now = clock.UtcNow();
        if (found is null || found.person.IsLocked || found.session.LastSeenAt <= now - Idle || found.session.StartedAt <= now - Longest) return null;
        if (found.session.LastSeenAt <= now - NoteEvery)
            await db.Set<Session>().Where(s => s.Id == found.session.Id).ExecuteUpdateAsync(set => set.SetProperty(s => s.LastSeenAt, now), cancel);
        return (found.session, found.person);
    }

    Task RemoveExpired(DateTime now, CancellationToken cancel)
    {
        var (idle, old) = (now - Idle, now - Longest);
        return db.Set<Session>().Where(s => s.LastSeenAt <= idle || s.StartedAt <= old).ExecuteDeleteAsync(cancel);
    }

    internal const string IdClaim = "session", ProvedClaim = "auth_time";

    /// <summary>The session of a signed-in person.</summary>
    public static Guid? IdOf(ClaimsPrincipal user) => Guid.TryParse(user.FindFirstValue(IdClaim), out var id) ? id : null;

    /// <summary>Whether the person proved who it is a short time ago.</summary>
    public static bool IsFresh(ClaimsPrincipal user, DateTime now) =>
        long.TryParse(user.FindFirstValue(ProvedClaim), CultureInfo.InvariantCulture, out var seconds)
        && DateTime.UnixEpoch.AddSeconds(seconds) > now - FreshFor;

    /// <summary>Enough to recognise the own network, too little to find somebody: 203.0.113.x or 2001:db8:5::; localhost for this machine.</summary>
    internal static string PlaceOf(IPAddress? address)
    {
        if (address is null) return "";
        if (IPAddress.IsLoopback(address)) return "localhost";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetwork) return string.Join('.', address.ToString().Split('.')[..3]) + ".x";
        var bytes = address.GetAddressBytes();
        Array.Clear(bytes, 6, 10);
        return new IPAddress(bytes).ToString();
    }
}

/// <summary>Signs people in by their session.</summary>
public sealed class SessionHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, Sessions sessions)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "Session";

    const string EnglishName = "name_en";

    /// <summary>Name of the signed-in person in the page's language, or null.</summary>
    public static string? NameOf(ClaimsPrincipal user) =>
        user.FindFirstValue(ClaimTypes.Name) is { } name ? new Bilingual(name, user.FindFirstValue(EnglishName) ?? name).Here : null;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.HttpContext.ReadCookie(Sessions.Cookie) is not { } token) return AuthenticateResult.NoResult();
        if (await sessions.Find(token, Context.RequestAborted) is not var (session, person)) return AuthenticateResult.NoResult();
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(IdentityOf(session, person)), Name));
    }

    /// <summary>Who has only a password or a code from the counter may do nothing but add a second step.</summary>
    static ClaimsIdentity IdentityOf(Session session, Person person)
    {
        IEnumerable<string> roles = session.Methods == SignInMethods.Newcomer ? [Roles.Newcomer] : person.RoleNames;
        return new ClaimsIdentity(
        [
            new Claim(ClaimTypes.NameIdentifier, person.Id.ToString()),
            new Claim(ClaimTypes.Name, person.Name),
            new Claim(EnglishName, person.EnglishName),
            new Claim(Sessions.IdClaim, session.Id.ToString()),
            new Claim(Sessions.ProvedClaim, ((long)(session.ProvedAt - DateTime.UnixEpoch).TotalSeconds).ToString(CultureInfo.InvariantCulture)),
            .. roles.Select(role => new Claim(ClaimTypes.Role, role)),
            .. person.PartyId is { } party && session.Methods != SignInMethods.Newcomer ? [new Claim(Caller.PartyClaim, party.ToString())] : Array.Empty<Claim>(),
        ], Name);
    }

    /// <summary>Programs are told; people are shown the way.</summary>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (IsForPrograms) Response.StatusCode = StatusCodes.Status401Unauthorized;
        else Response.Redirect("/sign-in?back=" + Uri.EscapeDataString(HttpMethods.IsGet(Request.Method) ? Request.PathBase + Request.Path + Request.QueryString : "/"));
        return Task.CompletedTask;
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        if (!IsForPrograms && Context.User.IsInRole(Roles.Newcomer)) Response.Redirect("/account");
        else Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    bool IsForPrograms => Request.Path.StartsWithSegments("/api", StringComparison.Ordinal);
}

/// <summary>How somebody proved who it is, in words of RFC 8176.</summary>
public static class SignInMethods
{
    /// <summary>A code from the counter and a new password, with no second step yet.</summary>
    public const string Newcomer = "pwd";

    /// <summary>A passkey that checked its owner: two factors in one.</summary>
    public const string Passkey = "hwk user";

    /// <summary>One click in a demo.</summary>
    public const string Demo = "demo";

    /// <summary>Password and a code.</summary>
    /// <param name="code">otp, sms or kba (a code from the paper).</param>
    public static string PasswordAnd(string code) => "pwd " + code;
}

/// <summary>Cookies that scripts can't read and other sites can't use.</summary>
static class Cookies
{
    static string NameOf(HttpContext http, string name) => http.Request.IsHttps ? "__Host-" + name : name;

    public static string? ReadCookie(this HttpContext http, string name) => http.Request.Cookies[NameOf(http, name)];

    public static void WriteCookie(this HttpContext http, string name, string value) => http.Response.Cookies.Append(NameOf(http, name), value, Options(http));

    public static void RemoveCookie(this HttpContext http, string name) => http.Response.Cookies.Delete(NameOf(http, name), Options(http));

    static CookieOptions Options(HttpContext http) => new()
    {
        HttpOnly = true,
        Secure = http.Request.IsHttps,
        // Lax and not Strict: who follows a link from elsewhere is still signed in; forms from elsewhere have no token.
        SameSite = SameSiteMode.Lax,
        Path = "/",
        IsEssential = true,
    };
}

/// <summary>What a browser calls itself, in two words that its owner knows.</summary>
static class Devices
{
    static readonly (string Mark, string Name)[] Browsers =
        [("MicroMessenger", "WeChat"), ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari")];

    static readonly (string Mark, string Name)[] Systems =
        [("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux")];

    public static string NameOf(string userAgent) =>
        string.Join(", ", new[] { First(Browsers, userAgent), First(Systems, userAgent) }.Where(name => name is not null));

    static string? First((string Mark, string Name)[] list, string userAgent) =>
        Array.Find(list, entry => userAgent.Contains(entry.Mark, StringComparison.Ordinal)).Name;
}
