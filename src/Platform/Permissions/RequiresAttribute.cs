using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Pujiang.Platform;

/// <summary>An endpoint or page for those who have a permission. On a page: <c>@attribute [Requires(Permission.SeeAccounts)]</c>.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class RequiresAttribute(Permission permission) : Attribute, IAuthorizeData, IAuthorizationRequirementData
{
    public Permission Permission => permission;
    string? IAuthorizeData.Policy { get; set; }
    string? IAuthorizeData.Roles { get; set; }
    string? IAuthorizeData.AuthenticationSchemes { get; set; }

    public IEnumerable<IAuthorizationRequirement> GetRequirements() => [new PermissionRequirement(permission)];
}

/// <summary>An endpoint or page for everybody. A page: <c>@attribute [Public("why everybody may see it")]</c>.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class PublicAttribute(string because) : Attribute, IAllowAnonymous
{
    /// <summary>Why it is open, for the documentation.</summary>
    public string Because => because;
}

public sealed record PermissionRequirement(Permission Permission) : IAuthorizationRequirement;

sealed class PermissionHandler : AuthorizationHandler<PermissionRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, PermissionRequirement requirement)
    {
        if (context.User.May(requirement.Permission)) context.Succeed(requirement);
        return Task.CompletedTask;
    }
}

public static class PermissionExtensions
{
    /// <summary>Only who has this permission gets to this endpoint.</summary>
    public static TBuilder Requires<TBuilder>(this TBuilder endpoint, Permission permission) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new RequiresAttribute(permission));

    /// <summary>Everybody gets to this endpoint.</summary>
    /// <param name="because">Why, for the documentation.</param>
    public static TBuilder Public<TBuilder>(this TBuilder endpoint, string because) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new PublicAttribute(because));

    /// <summary>Whether the table allows it, and for a program one of its scopes too.</summary>
    public static bool May(this ClaimsPrincipal user, Permission permission) =>
        PermissionTable.Allows(permission, Caller.RolesOf(user)) && (!user.IsInRole(Roles.Program) || ProgramScopes.Cover(user, permission));

    /// <summary>Permissions on every endpoint: what names neither a permission nor <see cref="PublicAttribute"/> is denied.</summary>
    public static IServiceCollection AddPermissions(this IServiceCollection services)
    {
        services.AddSingleton<IAuthorizationHandler, PermissionHandler>();
        // The fallback is asked about addresses that nobody serves too; those shall be "not found".
        services.AddAuthorization(options => options.FallbackPolicy = new AuthorizationPolicyBuilder()
            .RequireAssertion(context => context.Resource is HttpContext http && http.GetEndpoint() is null).Build());
        return services;
    }
}
