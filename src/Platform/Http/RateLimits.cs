using System.Globalization;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;

namespace Pujiang.Platform;

/// <summary>How many requests a minute are answered (<c>Pujiang:RateLimits</c>). The operator and pictures, styles and scripts have no limit.</summary>
public sealed record RateLimitOptions
{
    /// <summary>Of one network address, as long as nobody is signed in.</summary>
    public int PerAddress { get; init; } = 1_200;

    /// <summary>Of one signed-in person.</summary>
    public int PerPerson { get; init; } = 1_200;

    /// <summary>Of one program, or of one address that sends signed requests.</summary>
    public int PerProgram { get; init; } = 6_000;

    /// <summary>Of one caller to what costs much: files to read, statements and documents to make.</summary>
    public int Expensive { get; init; } = 120;
}

/// <summary>Limits on requests, so that nobody can keep the bank busy for all others.</summary>
public static class RateLimits
{
    /// <summary>Of everything that checks a secret.</summary>
    public const string SignIn = "sign-in";

    /// <summary>Of what costs much.</summary>
    public const string Expensive = "expensive";

    static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    internal static void AddRateLimits(this IServiceCollection services, PlatformOptions options) => services.AddRateLimiter(limiter =>
    {
        limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limiter.OnRejected = Refuse;
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => PerCaller(context, options.RateLimits));
        limiter.AddPolicy(SignIn, context => PerAddress(context, options.SignInsPerMinute));
        limiter.AddPolicy(Expensive, context => IsUnlimited(context) ? Unlimited : Limit($"{WhoOf(context)}", options.RateLimits.Expensive));
    });

    /// <summary>What costs much counts separately, and less of it is answered.</summary>
    public static TBuilder IsExpensive<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder => endpoint.RequireRateLimiting(Expensive);

    /// <summary>Whether the endpoint checks a secret, so that only the address counts.</summary>
    internal static bool IsOfAddress(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<EnableRateLimitingAttribute>()?.PolicyName == SignIn;

    static RateLimitPartition<string> Unlimited => RateLimitPartition.GetNoLimiter("");

    /// <summary>The page that tells of the refusal is not itself refused.</summary>
    static bool IsUnlimited(HttpContext context) =>
        context.User.IsInRole(Roles.Operator) || context.Features.Get<IStatusCodeReExecuteFeature>() is not null || context.Features.Get<IExceptionHandlerFeature>() is not null;

    static RateLimitPartition<string> PerCaller(HttpContext context, RateLimitOptions limits)
    {
        if (IsUnlimited(context)) return Unlimited;
        var who = WhoOf(context);
        if (context.GetEndpoint()?.Metadata.GetMetadata<SignedEndpoints.SignatureRequired>() is not null) return Limit($"signed/{who}", limits.PerProgram);
        if (who.StartsWith("user/", StringComparison.Ordinal)) return Limit(who, limits.PerPerson);
        return Limit(who, who.StartsWith("program/", StringComparison.Ordinal) ? limits.PerProgram : limits.PerAddress);
    }

    /// <summary>So many tries a minute from one address; reading a page is none.</summary>
    static RateLimitPartition<string> PerAddress(HttpContext context, int tries) =>
        HttpMethods.IsPost(context.Request.Method) ? Limit(AddressOf(context), tries) : Unlimited;

    static RateLimitPartition<string> Limit(string who, int most) =>
        RateLimitPartition.GetFixedWindowLimiter(who, _ => new FixedWindowRateLimiterOptions { PermitLimit = most, Window = Window });

    static string WhoOf(HttpContext context) => context.User.Identity is { IsAuthenticated: true } ? Caller.From(context.User).Actor : $"address/{AddressOf(context)}";

    /// <summary>Of IPv6 the network: one house has 2^64 addresses.</summary>
    static string AddressOf(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } address) return "";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetwork ? address.ToString() : Convert.ToHexString(address.GetAddressBytes(), 0, 8);
    }

    static readonly string[] ProgramPaths = ["/api", AuthorizationServer.TokenPath, AuthorizationServer.RevocationPath, AuthorizeEndpoints.UserInfo];

    /// <summary>Addresses at which programs call, and no browser. Others send their visitors to the rest of <c>/connect</c>.</summary>
    public static bool IsForPrograms(PathString path) => ProgramPaths.Any(one => path.StartsWithSegments(one, StringComparison.Ordinal));

    /// <summary>Says when to come again: to programs as problem details, to people on the page that the host makes of the status.</summary>
    static async ValueTask Refuse(OnRejectedContext rejected, CancellationToken cancel)
    {
        var (context, seconds) = (rejected.HttpContext, (int)Window.TotalSeconds);
        if (rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait)) seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        if (!IsForPrograms(context.Request.Path)) return;
        await new Refusal("too_many_requests", $"There were too many requests from you within a minute. Try again in {seconds} seconds (Retry-After).")
            .ToProblem(StatusCodes.Status429TooManyRequests).ExecuteAsync(context);
    }
}
