using Microsoft.Extensions.Localization;

namespace Pujiang.Platform;

/// <summary>How documents are written on pages, the same in both languages.</summary>
static class DocumentTexts
{
    /// <summary>"1.4 MB"; below a megabyte "312 kB".</summary>
    public static string Size(long bytes) =>
        bytes >= 1_000_000 ? $"{bytes / 1_000_000m:0.0} MB" : $"{Math.Max(1, (bytes + 500) / 1000)} kB";

    public static string Kind(IStringLocalizer texts, Document document)
    {
        var kind = $"{document.Format.ToString().ToUpperInvariant()}, {Size(document.Length)}";
        return document.Pages > 0 ? $"{kind}, {texts["documents.pages", document.Pages]}" : kind;
    }

    /// <summary>Who signed; the bank in the page's language.</summary>
    public static string NameOf(IStringLocalizer texts, DocumentSignatures.View view) =>
        view.Signer == DocumentSignature.Bank ? texts["signing.bank"] : view.Name;

    public static string Colour(SignatureStanding standing) => standing switch
    {
        SignatureStanding.Valid => "good",
        SignatureStanding.KeyGone => "waiting",
        _ => "bad",
    };

    public static string Colour(SigningState state) => state switch
    {
        SigningState.Fulfilled => "good",
        SigningState.Asked => "waiting",
        SigningState.Declined or SigningState.Expired => "bad",
        _ => "neutral",
    };

    public static string Colour(DocumentState state) => state switch
    {
        DocumentState.Held => "good",
        DocumentState.Waiting => "waiting",
        DocumentState.Infected => "bad",
        _ => "neutral",
    };
}
