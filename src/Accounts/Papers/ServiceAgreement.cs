using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>电子银行服务协议: the agreement about electronic banking between bank and customer, as a document to sign.</summary>
/// <remarks>电子签名法 (2019) articles 3, 13 and 14: a reliable electronic signature is as good as one by hand. 电子银行业务管理办法 (2006) articles 38 to 40.</remarks>
static class ServiceAgreement
{
    const int Articles = 5;

    public static PdfText Of(Guid id, Party customer, DateTime now, string language)
    {
        string Say(string key, params object[] arguments) => PaperWords.In(language, $"accounts.paper.{key}", arguments);
        var indent = language == Languages.Chinese;
        return new PdfText(Say("agreement"), $"{Say("bank")} · {Say("agreement")} · {Say("number", id)}", language,
        [
            new PdfFacts((Say("customer"), customer.Name), (Say("bank.party"), Say("bank.registered")), (Say("date"), BankTime.DateOf(now).Text())),
            new PdfParagraph(Say("agreement.preamble"), indent),
            .. Enumerable.Range(1, Articles).SelectMany(i => (IEnumerable<PdfBlock>)
                [new PdfHeading(Say($"agreement.{i}")), new PdfParagraph(Say($"agreement.{i}.text"), indent)]),
            new PdfHeading(Say("agreement.services")),
            new PdfTable(
                [new PdfColumn(Say("service"), 2), new PdfColumn(Say("verified-by"), 3), new PdfColumn(Say("fee"), 1, IsNumber: true)],
                [.. ((string[])["enquiries", "transfers", "other-banks", "signing"]).Select(service =>
                    (IReadOnlyList<string>)[Say($"service.{service}"), Say($"service.{service}.by"), Say("free")])]),
            new PdfHeading(Say("signatures")),
            new PdfSignatures(Say("signature-line"), $"{Say("customer")}: {customer.Name}", $"{Say("bank.party")}: {Say("bank.registered")}"),
        ]);
    }
}
