using System.Globalization;
using System.Text;
using Microsoft.Playwright;

namespace Pujiang.System.Tests;

/// <summary>A firm pays with a file: what went well and what did not can be seen, and the same file pays once.</summary>
public sealed class PaymentFileJourneyTests(Bank bank)
{
    [Theory]
    [InlineData("zh-phone")]
    [InlineData("en-desktop")]
    [InlineData("zh-care")]
    public async Task File_Uploaded_ShowsEachPaymentAndPaysOnce(string mode)
    {
        await using var visitor = await bank.Visit(Mode.Of(mode));
        await visitor.SignIn("firm");
        var (name, number) = await Owner(visitor);
        var file = Pain001($"FILE-{mode}", name, number, await Creditor());
        await visitor.Open("/payments");
        await Upload(visitor, file);
        var lines = visitor.Page.Locator("main tbody tr");
        Assert.Equal(3, await lines.CountAsync());
        Assert.Equal(["ACSC", "RJCT", "ACSP"], await Statuses(visitor));
        await Journey.Look(visitor, $"payment-file.{mode}");
        var shown = visitor.Shown;
        var report = await visitor.Page.APIRequest.GetAsync(bank.Url + await visitor.Page.Locator("a[download^='pain.002']").GetAttributeAsync("href"));
        Assert.Contains("<GrpSts>PART</GrpSts>", await report.TextAsync(), StringComparison.Ordinal);

        await visitor.Open("/payments");
        await Journey.Look(visitor, $"payments-with-files.{mode}");
        await Upload(visitor, file);
        Assert.Equal(shown, visitor.Shown);
        Assert.Equal(1, await visitor.Page.Locator("main .notice-success").CountAsync());
    }

    [Theory]
    [InlineData("zh-phone")]
    [InlineData("en-desktop")]
    public async Task File_WithAWrongControlSum_IsRefusedWithPlaceAndValue(string mode)
    {
        await using var visitor = await bank.Visit(Mode.Of(mode));
        await visitor.SignIn("firm");
        var (name, number) = await Owner(visitor);
        var file = Pain001($"WRONG-{mode}", name, number, await Creditor()).Replace("<CtrlSum>300.3</CtrlSum>", "<CtrlSum>300.31</CtrlSum>", StringComparison.Ordinal);
        await visitor.Open("/payments");
        await Upload(visitor, file);
        Assert.Equal(1, await visitor.Page.Locator(".field-wrong:has([name=File])").CountAsync());
        Assert.Contains("300.31", await visitor.Page.Locator(".findings").InnerTextAsync(), StringComparison.Ordinal);
        await Journey.Look(visitor, $"payment-file-refused.{mode}", 422, focusMoved: true);

        await visitor.Open("/payments");
        await Upload(visitor, "<Document>" + new string('x', 100));
        Assert.Equal(1, await visitor.Page.Locator(".field-wrong:has([name=File])").CountAsync());
        await Journey.Look(visitor, $"payment-file-no-xml.{mode}", 422, focusMoved: true);
        await visitor.Open("/payments");
        await visitor.Press(visitor.Page.Locator("main form.form .button").First);
        Assert.Equal(1, await visitor.Page.Locator(".field-wrong:has([name=File])").CountAsync());
    }

    static async Task<(string Name, string Number)> Owner(Visitor visitor)
    {
        await visitor.Open(await visitor.Resolve("/accounts/{account}/statement"));
        var values = await visitor.Page.Locator("main .summary dd").AllInnerTextsAsync();
        return (values[2].Trim(), values[1].Replace(" ", "", StringComparison.Ordinal).Trim());
    }

    async Task<(string Name, string Number)> Creditor()
    {
        await using var other = await bank.Visit(Mode.Of("zh-desktop"));
        await other.SignIn("customer", 1);
        return await Owner(other);
    }

    static async Task Upload(Visitor visitor, string content)
    {
        await visitor.Page.SetInputFilesAsync("[name=File]", new FilePayload { Name = "工资.xml", MimeType = "application/xml", Buffer = Encoding.UTF8.GetBytes(content) });
        await visitor.Press(visitor.Page.Locator("main form.form .button").First);
    }

    static async Task<IEnumerable<string>> Statuses(Visitor visitor) =>
        (await visitor.Page.Locator("main tbody tr .tag").EvaluateAllAsync<string[]>("tags => tags.map(tag => tag.className)"))
            .Select(name => name.Contains("good", StringComparison.Ordinal) ? "ACSC" : name.Contains("bad", StringComparison.Ordinal) ? "RJCT" : "ACSP");

    /// <summary>A payment for today to a known and to an unknown account, and one in ten days.</summary>
    internal static string Pain001(string id, string debtor, string debtorNumber, (string Name, string Number) creditor)
    {
        string Day(int later) => DateTime.UtcNow.AddHours(8).AddDays(later).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        string Block(string block, string on, string transfers) => $"""
            <PmtInf><PmtInfId>{block}</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt><Dt>{on}</Dt></ReqdExctnDt>
            <Dbtr><Nm>{debtor}</Nm></Dbtr><DbtrAcct><Id><Othr><Id>{debtorNumber}</Id></Othr></Id><Ccy>CNY</Ccy></DbtrAcct>
            <DbtrAgt><FinInstnId><BICFI>PUJBCNSHXXX</BICFI></FinInstnId></DbtrAgt>{transfers}</PmtInf>
            """;
        string Transfer(string end, string name, string number) => $"""
            <CdtTrfTxInf><PmtId><EndToEndId>{end}</EndToEndId></PmtId><Amt><InstdAmt Ccy="CNY">100.10</InstdAmt></Amt>
            <CdtrAgt><FinInstnId><BICFI>PUJBCNSHXXX</BICFI></FinInstnId></CdtrAgt><Cdtr><Nm>{name}</Nm></Cdtr>
            <CdtrAcct><Id><Othr><Id>{number}</Id></Othr></Id></CdtrAcct><RmtInf><Ustrd>2026-11 工资</Ustrd></RmtInf></CdtTrfTxInf>
            """;
        return $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>
            <GrpHdr><MsgId>{id}</MsgId><CreDtTm>{Day(0)}T09:00:00+08:00</CreDtTm><NbOfTxs>3</NbOfTxs><CtrlSum>300.3</CtrlSum><InitgPty><Nm>{debtor}</Nm></InitgPty></GrpHdr>
            {Block("NOW", Day(0), Transfer("E1", creditor.Name, creditor.Number) + Transfer("E2", "没有这个人", "6299999000000019997"))}
            {Block("LATER", Day(10), Transfer("E3", creditor.Name, creditor.Number))}
            </CstmrCdtTrfInitn></Document>
            """;
    }
}
