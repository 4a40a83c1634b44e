using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;

namespace Pujiang.Platform;

/// <summary>
/// What stands beside others on a page and asks the database: in the header, on the home page. All of a page's parts ask at the same time, and
/// a database context answers one at a time, so each part has a scope, and with it a context, of its own.
/// </summary>
public abstract class PagePart : OwningComponentBase
{
    [CascadingParameter] public required HttpContext Http { get; set; }
    [Inject] public required IStringLocalizer T { get; set; }

    protected Caller Caller => Caller.From(Http.User);

    protected CancellationToken Cancel => Http.RequestAborted;

    /// <summary>A use case in this part's own scope; <c>@inject</c> would give that of the whole page.</summary>
    protected TUseCase Own<TUseCase>() where TUseCase : notnull => ScopedServices.GetRequiredService<TUseCase>();
}
