using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Localization;

namespace Pujiang.Platform;

/// <summary>What each page about one document has at hand. Documents that the caller may not see are not found.</summary>
public abstract class DocumentComponent : ComponentBase
{
    [CascadingParameter] public required HttpContext Http { get; set; }
    [Inject] public required IStringLocalizer T { get; set; }
    [Inject] public required NavigationManager Navigation { get; set; }
    [Inject] public required Documents Documents { get; set; }

    [Parameter] public Guid Id { get; set; }

    protected FormErrors Errors { get; } = new();

    protected Document? Document { get; private set; }

    protected Caller Caller => Caller.From(Http.User);

    protected bool IsOwner => Document?.OwnerId == Caller.PartyId;

    protected CancellationToken Cancel => Http.RequestAborted;

    protected IReadOnlyList<(string Href, string Label)> FromHome(bool toDocument = true) =>
        [("/", T["home.title"].Value), ("/documents", T["documents.title"].Value), .. toDocument ? [($"/documents/{Id}", T["documents.one"].Value)] : Array.Empty<(string, string)>()];

    protected override async Task OnInitializedAsync()
    {
        Document = await Documents.Find(Id, Caller, Cancel);
        if (Document is null) Navigation.NotFound();
    }
}
