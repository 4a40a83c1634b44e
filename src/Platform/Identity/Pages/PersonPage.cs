using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Localization;

namespace Pujiang.Platform;

/// <summary>What each page about signing in has at hand.</summary>
public abstract class PersonPage : ComponentBase
{
    [CascadingParameter] public required HttpContext Http { get; set; }
    [Inject] public required IStringLocalizer T { get; set; }
    [Inject] public required NavigationManager Navigation { get; set; }

    protected FormErrors Errors { get; } = new();

    protected Caller Caller => Caller.From(Http.User);

    /// <summary>Who is signed in; only on pages that require it.</summary>
    protected Guid PersonId => Caller.UserId ?? Guid.Empty;

    protected bool IsNewcomer => Http.User.IsInRole(Roles.Newcomer);

    protected CancellationToken Cancel => Http.RequestAborted;

    protected bool IsPost => HttpMethods.IsPost(Http.Request.Method);

    protected IReadOnlyList<(string Href, string Label)> FromHome(params IEnumerable<(string Href, string Label)> more) =>
        [("/", T["home.title"].Value), .. more];

    protected IReadOnlyList<(string Href, string Label)> FromAccount => FromHome(("/account", T["identity.account.title"].Value));
}
