using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Localization;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>What each page of a signed-in customer has at hand. Others' accounts, transfers and files are not found.</summary>
public abstract class CustomerPage : ComponentBase
{
    [CascadingParameter] public required HttpContext Http { get; set; }
    [Inject] public required IStringLocalizer T { get; set; }
    [Inject] public required NavigationManager Navigation { get; set; }

    protected FormErrors Errors { get; } = new();

    protected Caller Caller => Caller.From(Http.User);

    /// <summary>The party whose pages these are; a stranger to all accounts when the caller is no customer.</summary>
    protected Guid Party => Caller.PartyId ?? Guid.Empty;

    protected CancellationToken Cancel => Http.RequestAborted;

    protected bool IsPost => HttpMethods.IsPost(Http.Request.Method);

    protected IReadOnlyList<(string Href, string Label)> FromHome(params IEnumerable<(string Href, string Label)> more) =>
        [("/", T["home.title"].Value), .. more];

    /// <summary>"Current account 6299 **** 1234": enough for its owner, too little for who looks over the shoulder.</summary>
    protected string NameOf(DepositAccounts.View account) => $"{T[$"accounts.product.{account.Product}"]} {AccountNumber.Masked(account.Number)}";

    /// <summary>Name and masked number of where money goes, with the bank when it is another one.</summary>
    protected static string NameOf(string payee, string number, string bank) =>
        $"{payee} {AccountNumber.Masked(number)}{(bank.Length > 0 ? $" {bank}" : "")}";
}
