using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>账户证明: the bank confirms whose an account is, and what is on it at this moment.</summary>
static class AccountConfirmation
{
    /// <summary>On the seal, whatever the language of the paper.</summary>
    const string SealPurpose = "业务专用章";

    public static PdfText Of(Guid id, DepositAccounts.View account, Party owner, DateTime now, string language)
    {
        string Say(string key, params object[] arguments) => PaperWords.In(language, $"accounts.paper.{key}", arguments);
        string State() => Say(account.Closed ? "closed" : account.Frozen ? "restricted" : "normal");
        return new PdfText(Say("confirmation"), $"{Say("bank")} · {Say("confirmation")} · {Say("number", id)}", language,
        [
            new PdfParagraph(Say("confirmation.text"), Indent: language == Languages.Chinese),
            new PdfFacts(
                (Say("holder"), account.Owner),
                (Say("identifier"), Masked(owner.Identifier)),
                (Say("account"), Amounts.Grouped(account.Number)),
                (Say("kind"), PaperWords.In(language, $"accounts.product.{account.Product}")),
                (Say("opened"), account.OpenedOn.Text()),
                (Say("state"), State()),
                (Say("currency"), account.Balance.Asset.Code)),
            new PdfHeading(Say("balances")),
            new PdfTable(
                [new PdfColumn(Say("time"), 2), new PdfColumn(Say("balance"), 2, IsNumber: true), new PdfColumn(Say("available"), 2, IsNumber: true)],
                [[BankTime.Text(now), account.Balance.Text(), account.Available.Text()]]),
            .. account.Balance.IsYuan() && account.Balance.MinorUnits >= 0 ? [new PdfFacts((Say("capitals"), account.Balance.InCapitals()))] : Array.Empty<PdfBlock>(),
            new PdfParagraph(Say("confirmation.note"), Indent: language == Languages.Chinese),
            // A seal says the bank's registered name, which is Chinese.
            new PdfSeal(PaperWords.In(Languages.Chinese, "accounts.paper.bank.registered"), SealPurpose, BankTime.Text(now)),
        ]);
    }

    /// <summary>First and last four characters: enough for its owner to recognise.</summary>
    static string Masked(string identifier) =>
        identifier.Length <= 8 ? "****" : $"{identifier[..4]}{new string('*', identifier.Length - 8)}{identifier[^4..]}";
}
