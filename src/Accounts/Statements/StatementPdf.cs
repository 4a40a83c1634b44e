using System.Globalization;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>A statement of account (对账单) as PDF.</summary>
static class StatementPdf
{
    /// <summary>About 700 pages; programs that need more read CSV or camt.053.</summary>
    public const int MostLines = 20_000;

    public static readonly Refusal TooLong = new("statement_too_long",
        $"A statement as PDF has at most {MostLines} lines. Choose a shorter period, or CSV or camt053.", "format", $"{MostLines}");

    public static PdfText Of(Statements.Period period, Statements.Totals totals, IReadOnlyList<Statements.Line> lines, DateTime now, string language)
    {
        string Say(string key, params object[] arguments) => PaperWords.In(language, $"accounts.paper.{key}", arguments);
        var account = period.Account;
        var days = $"{period.From.Text()} – {period.To.Text()}";
        return new PdfText(Say("statement"), $"{Say("bank")} · {Say("statement")} · {AccountNumber.Masked(account.Number)} · {days}", language,
        [
            new PdfFacts(
                (Say("holder"), account.Owner),
                (Say("account"), $"{Amounts.Grouped(account.Number)} ({account.Balance.Asset.Code})"),
                (Say("kind"), PaperWords.In(language, $"accounts.product.{account.Product}")),
                (Say("period"), days),
                (Say("opening"), period.Opening.Text()),
                (Say("in"), totals.In.SignedText()),
                (Say("out"), (-totals.Out).SignedText()),
                (Say("closing"), period.Closing.Text()),
                (Say("issued"), BankTime.Text(now))),
            lines.Count == 0 ? new PdfParagraph(Say("statement.none")) : new PdfTable(
                [new PdfColumn(Say("time"), 1.9), new PdfColumn(Say("what"), 3.7), new PdfColumn(Say("amount"), 2, IsNumber: true), new PdfColumn(Say("balance"), 2.1, IsNumber: true)],
                [.. lines.Select(line => Row(line, language))],
                [Say("total"), Say("total.lines", lines.Count.ToString("N0", CultureInfo.InvariantCulture)), (totals.In - totals.Out).SignedText(), period.Closing.Text()]),
            new PdfParagraph(Say("statement.note")),
        ]);
    }

    static IReadOnlyList<string> Row(Statements.Line line, string language) =>
    [
        BankTime.Text(line.BookedAt),
        string.Join(" · ", new[]
        {
            PaperWords.In(language, $"accounts.kind.{line.Code}"), line.Counterparty,
            line.CounterpartyNumber.Length > 0 ? AccountNumber.Masked(line.CounterpartyNumber) : "", line.CounterpartyBank, line.Purpose,
        }.Where(part => part.Length > 0)),
        line.Amount.SignedText(), line.Balance.Text(),
    ];
}
