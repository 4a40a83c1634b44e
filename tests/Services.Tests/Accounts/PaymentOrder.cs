using System.Globalization;
using System.Security;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>A pain.001 in the words of a story; written out in any version.</summary>
sealed record PaymentOrder(string MessageId, params IReadOnlyList<PaymentOrder.Block> Blocks)
{
    /// <summary>One debtor's payments of one day.</summary>
    public sealed record Block(string Id, string Debtor, DateOnly On, params IReadOnlyList<Line> Lines);

    /// <param name="Account">IBAN or other number of the creditor.</param>
    /// <param name="Bic">The creditor's bank; null to leave it out.</param>
    public sealed record Line(string EndToEndId, string Amount, string Name, string Account, string? Bic = Beneficiary.OwnBic, string Currency = "CNY");

    public int Version { get; init; } = 9;

    /// <summary>The header's sum; null for the right one.</summary>
    public string? ControlSum { get; init; }

    public string Text()
    {
        var text = new StringBuilder();
        var lines = Blocks.SelectMany(block => block.Lines).ToList();
        text.Append(CultureInfo.InvariantCulture, $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.{Version:D2}"><CstmrCdtTrfInitn>
            <GrpHdr><MsgId>{MessageId}</MsgId><CreDtTm>2026-03-02T09:00:00+08:00</CreDtTm><NbOfTxs>{lines.Count}</NbOfTxs><CtrlSum>{ControlSum ?? Sum(lines)}</CtrlSum><InitgPty><Nm>Sender</Nm></InitgPty></GrpHdr>

            """);
        foreach (var block in Blocks) Append(text, block);
        return text.Append("</CstmrCdtTrfInitn></Document>\n").ToString();
    }

    static string Sum(IEnumerable<Line> lines) =>
        lines.Sum(line => decimal.Parse(line.Amount, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture);

    void Append(StringBuilder text, Block block)
    {
        var bic = Version >= 8 ? "BICFI" : "BIC";
        var day = $"{block.On:yyyy-MM-dd}";
        text.Append(CultureInfo.InvariantCulture, $"""
            <PmtInf><PmtInfId>{block.Id}</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt>{(Version >= 8 ? $"<Dt>{day}</Dt>" : day)}</ReqdExctnDt>
            <Dbtr><Nm>Debtor</Nm></Dbtr><DbtrAcct><Id>{Id(block.Debtor)}</Id></DbtrAcct>
            <DbtrAgt><FinInstnId><{bic}>{Beneficiary.OwnBic}</{bic}></FinInstnId></DbtrAgt>

            """);
        foreach (var line in block.Lines)
        {
            var agent = line.Bic is null ? "" : $"<CdtrAgt><FinInstnId><{bic}>{line.Bic}</{bic}></FinInstnId></CdtrAgt>";
            text.Append(CultureInfo.InvariantCulture, $"""
                <CdtTrfTxInf><PmtId><EndToEndId>{line.EndToEndId}</EndToEndId></PmtId><Amt><InstdAmt Ccy="{line.Currency}">{line.Amount}</InstdAmt></Amt>{agent}
                <Cdtr><Nm>{SecurityElement.Escape(line.Name)}</Nm></Cdtr><CdtrAcct><Id>{Id(line.Account)}</Id></CdtrAcct><RmtInf><Ustrd>货款 {line.EndToEndId}</Ustrd></RmtInf></CdtTrfTxInf>

                """);
        }
        text.Append("</PmtInf>\n");
    }

    static string Id(string account) =>
        char.IsAsciiLetter(account[0]) ? $"<IBAN>{account}</IBAN>" : $"<Othr><Id>{account}</Id></Othr>";

    /// <summary>Sends it, as a request does.</summary>
    public Task<Outcome<SubmitPaymentFile.Result>> Submit(TestBank bank, Caller caller) => bank.In(services => Submit(services, caller));

    public async Task<Outcome<SubmitPaymentFile.Result>> Submit(IServiceProvider services, Caller caller)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(Text()));
        return await services.GetRequiredService<SubmitPaymentFile>().Handle(content, caller, CancellationToken.None);
    }
}
