using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Localization;

namespace Pujiang.Platform;

/// <summary>What each page of the bank's staff has at hand.</summary>
public abstract class StaffPage : ComponentBase
{
    [CascadingParameter] public required HttpContext Http { get; set; }
    [Inject] public required IStringLocalizer T { get; set; }
    [Inject] public required NavigationManager Navigation { get; set; }

    protected FormErrors Errors { get; } = new();

    protected Caller Caller => Caller.From(Http.User);

    protected CancellationToken Cancel => Http.RequestAborted;

    protected bool IsPost => HttpMethods.IsPost(Http.Request.Method);

    protected IReadOnlyList<(string Href, string Label)> FromHome(params IEnumerable<(string Href, string Label)> more) =>
        [("/", T["home.title"].Value), .. more];
}
