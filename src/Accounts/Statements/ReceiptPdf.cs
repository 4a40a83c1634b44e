using System.Buffers.Binary;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pujiang.Platform;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Writer;

namespace Pujiang.Accounts;

/// <summary>The receipt of a transfer (电子回单) as PDF, in Chinese and English.</summary>
public static class ReceiptPdf
{
    /// <summary>Debian package fonts-wqy-microhei: a TrueType font with Chinese and Latin letters (Apache-2.0).</summary>
    public const string FontFile = "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc";

    const double Left = 60, Right = 535;

    static readonly Lazy<byte[]> Font = new(() => FirstFace(File.ReadAllBytes(FontFile)));

    /// <exception cref="FileNotFoundException">The font package is not installed.</exception>
    public static byte[] Of(MakeTransfer.View transfer, DepositAccounts.View from)
    {
        using var pdf = new PdfDocumentBuilder();
        pdf.DocumentInformation.Title = $"电子回单 Receipt {transfer.Reference}";
        var font = pdf.AddTrueTypeFont(Font.Value);
        var page = pdf.AddPage(PageSize.A4);
        Line(page, font, "浦江银行 Pujiang Bank", 18, Left, 770);
        Line(page, font, "电子回单 Transfer receipt", 13, Left, 742);
        page.SetStrokeColor(15, 76, 117);
        page.DrawLine(new PdfPoint(Left, 730), new PdfPoint(Right, 730), 1.2);
        var y = 700.0;
        foreach (var (label, value) in Rows(transfer, from))
        {
            Line(page, font, label, 10, Left, y);
            foreach (var part in Wrap(value, page, font, 11, Right - 230))
            {
                Line(page, font, part, 11, 230, y);
                y -= 18;
            }
            y -= 8;
        }
        page.DrawLine(new PdfPoint(Left, y), new PdfPoint(Right, y), 0.5);
        Line(page, font, "本回单由系统生成。 Made by the system; valid without a signature.", 9, Left, y - 20);
        return pdf.Build();
    }

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

    static void Line(PdfPageBuilder page, PdfDocumentBuilder.AddedFont font, string text, int size, double x, double y) =>
        page.AddText(Printable(text), size, new PdfPoint(x, y), font);

    /// <summary>Characters outside the basic plane are not in the font; a box tells that something stood there.</summary>
    static string Printable(string text) => string.Concat(text.EnumerateRunes().Select(r => r.IsBmp && !char.IsControl((char)r.Value) ? r.ToString() : "□"));

    static IEnumerable<string> Wrap(string text, PdfPageBuilder page, PdfDocumentBuilder.AddedFont font, int size, double width)
    {
        var line = "";
        foreach (var rune in Printable(text).EnumerateRunes())
        {
            var longer = line + rune;
            var letters = page.MeasureText(longer, size, new PdfPoint(0, 0), font);
            if (line.Length > 0 && letters[^1].EndBaseLine.X > width)
            {
                yield return line;
                longer = rune.ToString();
            }
            line = longer;
        }
        yield return line;
    }

    /// <summary>A collection (.ttc) holds faces that share tables; PDF wants one face with tables of its own (OpenType 1.9, "otff").</summary>
    internal static byte[] FirstFace(ReadOnlySpan<byte> collection)
    {
        if (!collection.StartsWith("ttcf"u8)) return collection.ToArray();
        var header = (int)BinaryPrimitives.ReadUInt32BigEndian(collection[12..]);
        var tables = BinaryPrimitives.ReadUInt16BigEndian(collection[(header + 4)..]);
        var directory = 12 + (16 * tables);
        Span<byte> moved = stackalloc byte[4];
        using var face = new MemoryStream();
        face.Write(collection.Slice(header, directory));
        for (var i = 0; i < tables; i++)
        {
            var record = collection.Slice(header + 12 + (16 * i), 16);
            var (offset, length) = ((int)BinaryPrimitives.ReadUInt32BigEndian(record[8..]), (int)BinaryPrimitives.ReadUInt32BigEndian(record[12..]));
            var at = (uint)face.Length;
            face.Position = face.Length;
            face.Write(collection.Slice(offset, length));
            face.Write(new byte[(4 - (length % 4)) % 4]);
            BinaryPrimitives.WriteUInt32BigEndian(moved, at);
            face.Position = 12 + (16 * i) + 8;
            face.Write(moved);
        }
        return face.ToArray();
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
        }).Requires(Permission.SeeAccounts).WithTags("Transfers").WithSummary("Receipt as PDF").Produces(200, contentType: "application/pdf");
}
