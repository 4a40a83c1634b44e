using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Localization;

namespace Pujiang.Platform;

/// <summary>What each page about keys has at hand.</summary>
public abstract class KeyPage : ComponentBase
{
    [CascadingParameter] public required HttpContext Http { get; set; }
    [Inject] public required IStringLocalizer T { get; set; }
    [Inject] public required NavigationManager Navigation { get; set; }
    [Inject] public required KeyRegistry Registry { get; set; }
    [Inject] public required KeyChanges Changes { get; set; }
    [Inject] public required NewId Ids { get; set; }
    [Inject] public required TimeProvider Clock { get; set; }

    protected FormErrors Errors { get; } = new();

    protected Caller Caller => Caller.From(Http.User);

    protected CancellationToken Cancel => Http.RequestAborted;

    protected bool MayChange => Http.User.May(Permission.KeepKeys);

    /// <summary>Whose key it is, in words for the bank's own.</summary>
    protected string OwnerOf(string owner) => owner == RegisteredKey.Bank ? T["keys.bank"] : owner;

    protected string NameOf(SignatureAlgorithm algorithm) => T[$"keys.algorithm.{algorithm}"];

    /// <summary>Leads to the request that waits for somebody's consent, or to the keys with what was done.</summary>
    protected void Follow(Outcome<KeyChanges.Result> outcome, string done)
    {
        if (!outcome.Try(out var result, out var refusal)) Errors.Add(T, refusal);
        else Navigation.NavigateTo(result.Waiting is { } waiting ? $"/approvals/{waiting.Id}?done=asked" : $"/keys?done={done}");
    }
}
