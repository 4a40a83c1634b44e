using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>The receipt of a transfer (电子回单) as PDF, in Chinese and English. The same transfer makes the same file.</summary>
public static class ReceiptPdf
{
    /// <exception cref="FileNotFoundException">The font package is not installed.</exception>
    public static byte[] Of(MakeTransfer.View transfer, DepositAccounts.View from) => PdfWriter.Write(
        new PdfText("电子回单 Transfer receipt", "浦江银行 Pujiang Bank", Languages.Chinese,
        [
            new PdfFacts([.. Rows(transfer, from)]),
            new PdfParagraph("本回单由系统生成。 Made by the system; valid without a signature."),
        ]),
        transfer.PostedAt ?? DateTime.UnixEpoch).Pdf;

    static IEnumerable<(string Label, string Value)> Rows(MakeTransfer.View transfer, DepositAccounts.View from)
    {
        yield return ("回单编号 Reference", transfer.Reference ?? "");
        yield return ("时间 Time", transfer.PostedAt is { } posted ? BankTime.Text(posted) : "");
        yield return ("付款人 Payer", from.Owner);
        yield return ("付款账号 Payer's account", from.Number);
        yield return ("收款人 Payee", transfer.PayeeName);
        yield return ("收款账号 Payee's account", transfer.PayeeNumber);
        yield return ("收款银行 Payee's bank", transfer.PayeeBank.Length > 0 ? transfer.PayeeBank : "浦江银行 Pujiang Bank");
        yield return ("金额 Amount", transfer.Amount.ToString());
        if (transfer.Amount.Asset == Assets.Cny) yield return ("大写 In words", transfer.Amount.InCapitals());
        yield return ("附言 Purpose", transfer.Purpose.Length > 0 ? transfer.Purpose : "—");
    }

    internal static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/transfers/{id:guid}/receipt.pdf", async (
            Guid id, Caller caller, ScheduledTransfers transfers, DepositAccounts accounts, CancellationToken cancel) =>
        {
            if (await transfers.Find(id, caller, cancel) is not { State: TransferState.Posted } transfer
                || await accounts.Find(transfer.From, caller, cancel) is not { } from)
                return new Refusal("receipt_not_found", "There is no carried-out transfer with this id among yours.", "id")
                    .ToProblem(StatusCodes.Status404NotFound);
            return Results.File(Of(transfer, from), "application/pdf", $"{transfer.Reference}.pdf");
        }).Requires(Permission.SeeAccounts).IsExpensive().WithTags("Transfers").WithSummary("Receipt as PDF").Produces(200, contentType: "application/pdf");
}
