using System.Security.Claims;

namespace Pujiang.Platform;

/// <summary>What a client may be allowed. A program has a permission when both the table and one of its scopes give it.</summary>
public static class ProgramScopes
{
    /// <summary>Claim that holds one scope of a program.</summary>
    public const string Claim = "scope";

    static readonly Dictionary<Permission, string> Names = new()
    {
        [Permission.SeeAccounts] = "accounts:read",
        [Permission.SeePayments] = "payments:read",
        [Permission.MakePayments] = "payments:write",
        [Permission.KeepWebhooks] = "webhooks:write",
        [Permission.ScreenNames] = "screening:read",
    };

    /// <summary>Scopes of programs, in the order of the documentation.</summary>
    public static IReadOnlyList<string> OfPrograms { get; } = [.. Names.Values];

    /// <summary>Scopes of applications beside "openid".</summary>
    public static IReadOnlyList<string> OfApplications { get; } = ["profile"];

    /// <summary>The scope that gives a permission to programs; null where none does.</summary>
    public static string? Of(Permission permission) => Names.GetValueOrDefault(permission);

    internal static bool Cover(ClaimsPrincipal user, Permission permission) => Of(permission) is { } scope && user.HasClaim(Claim, scope);
}
