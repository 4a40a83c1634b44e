using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Pujiang.Platform;

/// <summary>
/// A sensitive page: who has not proved who it is within <see cref="Sessions.FreshFor"/> is asked first.
/// On a page <c>@attribute [Fresh]</c>, on an endpoint <c>.WithMetadata(new FreshAttribute())</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class FreshAttribute : Attribute;

static class Freshness
{
    /// <summary>Sends people to prove again who they are, and programs away.</summary>
    public static void UseFreshness(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<FreshAttribute>() is null || context.User.Identity?.IsAuthenticated != true
            || Sessions.IsFresh(context.User, context.RequestServices.GetRequiredService<TimeProvider>().UtcNow()))
            return next(context);
        if (context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal)) context.Response.StatusCode = StatusCodes.Status403Forbidden;
        else context.Response.Redirect("/sign-in/again?back=" + Uri.EscapeDataString(context.Request.Path + context.Request.QueryString));
        return Task.CompletedTask;
    });
}

/// <summary>Puts refusals on record: a signed-in person or program that tried what its roles do not allow.</summary>
sealed class RecordRefusals : IAuthorizationMiddlewareResultHandler
{
    readonly AuthorizationMiddlewareResultHandler _usual = new();

    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Forbidden && context.User.Identity?.IsAuthenticated == true)
        {
            await using var scope = context.RequestServices.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<CityDb>();
            db.Audit("refused", $"{context.Request.Method} {context.Request.Path}", Caller.From(context.User).Actor, AuditOutcome.Refused);
            await db.SaveChangesAsync(context.RequestAborted);
        }
        await _usual.HandleAsync(next, context, policy, authorizeResult);
    }
}
