using System.Text;
using Pujiang.Accounts;

namespace Pujiang.Services.Tests;

/// <summary>Break one thing in a good file: exactly that thing is found, at its place, without any schema.</summary>
public sealed class CheckerTests
{
    const string Transfer = "/Document/CstmrCdtTrfInitn/PmtInf[1]/CdtTrfTxInf[1]";

    static CheckReport Check(string text, Iso20022Options? options = null) =>
        Iso20022Checker.Check(new MemoryStream(Encoding.UTF8.GetBytes(text)), options ?? new Iso20022Options());

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void GoodFile_OfEveryVersion_HasNoFinding(int version)
    {
        var report = Check(PaymentFiles.Text(3, version), Vectors.WithSchemas);
        Assert.True(report.FindingCount == 0, Vectors.Show(report.Findings));
        Assert.NotEqual(SchemaResult.Invalid, Assert.Single(report.Parts).Schema);
    }

    public static TheoryData<string, string, string, string> Defects => new()
    {
        { "<MsgId>MSG-1</MsgId>", "", "ELEMENT_MISSING", "/Document/CstmrCdtTrfInitn/GrpHdr/MsgId" },
        { "<MsgId>MSG-1</MsgId>", "<MsgId></MsgId>", "TEXT_EMPTY", "/Document/CstmrCdtTrfInitn/GrpHdr/MsgId" },
        { "<MsgId>MSG-1</MsgId>", "<MsgId>1234567890123456789012345678901234567890</MsgId>", "TEXT_TOO_LONG", "/Document/CstmrCdtTrfInitn/GrpHdr/MsgId" },
        { "<MsgId>MSG-1</MsgId>", "<MsgId>A</MsgId><MsgId>B</MsgId>", "ELEMENT_REPEATED", "/Document/CstmrCdtTrfInitn/GrpHdr/MsgId[2]" },
        { "<MsgId>MSG-1</MsgId>", "<MsgId><A/></MsgId>", "TEXT_UNEXPECTED", "/Document/CstmrCdtTrfInitn/GrpHdr/MsgId" },
        { "<GrpHdr>", "<GrpHdr>text", "TEXT_UNEXPECTED", "/Document/CstmrCdtTrfInitn/GrpHdr" },
        { "2026-05-31T09:00:00+08:00", "2026-02-30T09:00:00+08:00", "DATE_INVALID", "/Document/CstmrCdtTrfInitn/GrpHdr/CreDtTm" },
        { "<Dt>2026-06-01</Dt>", "<Dt>01.06.2026</Dt>", "DATE_INVALID", "/Document/CstmrCdtTrfInitn/PmtInf[1]/ReqdExctnDt/Dt" },
        { "<Dt>2026-06-01</Dt>", "", "ELEMENT_MISSING", "/Document/CstmrCdtTrfInitn/PmtInf[1]/ReqdExctnDt" },
        { "<Dt>2026-06-01</Dt>", "<Dt>2026-06-01</Dt><DtTm>2026-06-01T00:00:00</DtTm>", "CHOICE_AMBIGUOUS", "/Document/CstmrCdtTrfInitn/PmtInf[1]/ReqdExctnDt/DtTm" },
        { "<PmtMtd>TRF</PmtMtd>", "<PmtMtd>CASH</PmtMtd>", "CODE_UNKNOWN", "/Document/CstmrCdtTrfInitn/PmtInf[1]/PmtMtd" },
        { "<PmtInfId>P0</PmtInfId><PmtMtd>TRF</PmtMtd>", "<PmtMtd>TRF</PmtMtd><PmtInfId>P0</PmtInfId>", "ELEMENT_ORDER", "/Document/CstmrCdtTrfInitn/PmtInf[1]/PmtInfId" },
        { "<InstrId>I0</InstrId>", "<Instr>I0</Instr>", "ELEMENT_UNKNOWN", Transfer + "/PmtId/Instr" },
        { "00000000-c9d0-4234", "00000000-c9d0-1234", "PATTERN", Transfer + "/PmtId/UETR" },
        { " Ccy=\"CNY\">1.01", ">1.01", "ATTRIBUTE_MISSING", Transfer + "/Amt/InstdAmt/@Ccy" },
        { "\"CNY\">1.01", "\"CNX\">1.01", "CURRENCY_UNKNOWN", Transfer + "/Amt/InstdAmt" },
        { "\"CNY\">1.01", "\"XAU\">1.01", "CURRENCY_NOT_MONEY", Transfer + "/Amt/InstdAmt" },
        { "\"CNY\">1.01", "\"CNY\">one", "NUMBER_INVALID", Transfer + "/Amt/InstdAmt" },
        { "\"CNY\">1.01", "\"CNY\">1.010001", "NUMBER_INVALID", Transfer + "/Amt/InstdAmt" },
        { "\"CNY\">1.01", "\"CNY\">1.011", "AMOUNT_DECIMALS_EXCEED_CURRENCY", Transfer + "/Amt/InstdAmt" },
        { "\"CNY\">1.01", "\"CNY\">0.00", "AMOUNT_ZERO", Transfer + "/Amt/InstdAmt" },
        { "\"CNY\">1.01", "\"CNY\">-1.01", "AMOUNT_NEGATIVE", Transfer + "/Amt/InstdAmt" },
        { "\"CNY\">1.01", "\"CNY\">999999999999999999", "AMOUNT_TOO_LARGE", Transfer + "/Amt/InstdAmt" },
        { "DE89370400440532013000", "DE88370400440532013000", "IBAN_CHECK_DIGITS", Transfer + "/CdtrAcct/Id/IBAN" },
        { "DE89370400440532013000", "DE1237040044053201300", "IBAN_CHECK_DIGITS", Transfer + "/CdtrAcct/Id/IBAN" },
        { "COBADEFFXXX", "COBADEFFX", "BIC_FORM", Transfer + "/CdtrAgt/FinInstnId/BICFI" },
        { "E2E-0000001", "E2E-0000000", "DUPLICATE_TRANSACTION", "/Document/CstmrCdtTrfInitn/PmtInf[1]/CdtTrfTxInf[2]/PmtId/EndToEndId" },
        { "<NbOfTxs>3</NbOfTxs><CtrlSum>3.03</CtrlSum><InitgPty>", "<NbOfTxs>4</NbOfTxs><CtrlSum>3.03</CtrlSum><InitgPty>", "NB_OF_TXS_MISMATCH", "/Document/CstmrCdtTrfInitn/GrpHdr/NbOfTxs" },
        { "<NbOfTxs>3</NbOfTxs><CtrlSum>3.03</CtrlSum>\n", "<NbOfTxs>3</NbOfTxs><CtrlSum>3.04</CtrlSum>\n", "CTRL_SUM_MISMATCH", "/Document/CstmrCdtTrfInitn/PmtInf[1]/CtrlSum" },
        { "pain.001.001.09", "pain.001.001.99", "UNSUPPORTED_VERSION", "/Document" },
        { "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09", "urn:example", "FOREIGN_NAMESPACE", "/Document" },
        { "<Document ", "<Documents ", "NOT_WELL_FORMED", "/Documents" },
        { "<Document ", "<!DOCTYPE Document><Document ", "DTD_FORBIDDEN", "/" },
    };

    [Theory]
    [MemberData(nameof(Defects))]
    public void OneDefect_IsFoundAtItsPlace(string good, string bad, string code, string path)
    {
        var text = PaymentFiles.Text(3);
        var at = text.IndexOf(good, StringComparison.Ordinal);
        Assert.True(at >= 0, $"'{good}' is not in the file");
        var report = Check(text[..at] + bad + text[(at + good.Length)..]);
        Assert.True(report.Findings.Any(f => f.Code == code && f.Path == path), Vectors.Show(report.Findings));
    }

    [Theory]
    [InlineData("pain.008", "<PmtInf><DrctDbtTxInf><InstdAmt Ccy=\"EUR\">5</InstdAmt></DrctDbtTxInf></PmtInf>", "InstdAmt.EUR")]
    [InlineData("pacs.003", "<DrctDbtTxInf><IntrBkSttlmAmt Ccy=\"EUR\">5</IntrBkSttlmAmt><InstdAmt Ccy=\"USD\">6</InstdAmt></DrctDbtTxInf>", "IntrBkSttlmAmt.EUR")]
    public void DirectDebits_AreCountedToo(string family, string transactions, string sum)
    {
        var report = Check($"<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:{family}.001.11\"><X><GrpHdr><NbOfTxs>2</NbOfTxs><CtrlSum>5</CtrlSum></GrpHdr>{transactions}</X></Document>");
        Assert.Equal(5, report.Facts.Documents[0].Sums[sum]);
        Assert.Equal([FindingCodes.UnsupportedVersion, FindingCodes.NbOfTxsMismatch], report.Findings.Select(f => f.Code));
    }

    [Fact]
    public void NotProvided_MayBeRepeated()
    {
        var text = PaymentFiles.Text(3).Replace("E2E-0000000", "NOTPROVIDED").Replace("E2E-0000001", "NOTPROVIDED");
        Assert.Empty(Check(text).Findings);
    }

    [Fact]
    public void ManyFindings_AreCountedNotKept()
    {
        var report = Check(PaymentFiles.Text(50).Replace("\"CNY\">", "\"ZZQ\">"), new Iso20022Options { MaxFindings = 10 });
        Assert.Equal((10, 50, false), (report.Findings.Count, report.FindingCount, report.IsAccepted));
    }

    [Fact]
    public void TooLongFile_IsRefused() =>
        Assert.Equal(FindingCodes.FileTooLarge, Assert.Single(Check(PaymentFiles.Text(50), new Iso20022Options { MaxCharacters = 5_000 }).Findings).Code);

    [Fact]
    public void DeepFile_IsRefused() =>
        Assert.Equal(FindingCodes.NotWellFormed, Assert.Single(Check(string.Concat(Enumerable.Repeat("<a>", 100_000))).Findings).Code);

    [Fact]
    public void NoMessage_IsAFinding() => Assert.Equal(FindingCodes.NoMessage, Assert.Single(Check("<a/>").Findings).Code);
}
