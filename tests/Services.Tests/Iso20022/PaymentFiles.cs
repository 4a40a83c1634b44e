using System.Text;

namespace Pujiang.Services.Tests;

/// <summary>Makes pain.001 files of any length, written as text so that a test can break any part of them.</summary>
static class PaymentFiles
{
    /// <summary>A valid file of version 9: blocks of at most a thousand transfers of 1.01 CNY.</summary>
    public static void Write(Stream stream, int transfers, int version = 9)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
        writer.Write($"""
            <?xml version="1.0" encoding="UTF-8"?>
            <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.{version:D2}"><CstmrCdtTrfInitn>
            <GrpHdr><MsgId>MSG-1</MsgId><CreDtTm>2026-05-31T09:00:00+08:00</CreDtTm><NbOfTxs>{transfers}</NbOfTxs><CtrlSum>{transfers * 1.01m}</CtrlSum><InitgPty><Nm>浦江纺织有限公司</Nm></InitgPty></GrpHdr>

            """);
        for (var first = 0; first < transfers; first += 1000)
        {
            var count = Math.Min(1000, transfers - first);
            var date = version >= 8 ? "<Dt>2026-06-01</Dt>" : "2026-06-01";
            var (bic, uetr) = version >= 8 ? ("BICFI", version >= 9) : ("BIC", false);
            writer.Write($"""
                <PmtInf><PmtInfId>P{first / 1000}</PmtInfId><PmtMtd>TRF</PmtMtd><NbOfTxs>{count}</NbOfTxs><CtrlSum>{count * 1.01m}</CtrlSum>
                <PmtTpInf><SvcLvl><Cd>NURG</Cd></SvcLvl></PmtTpInf><ReqdExctnDt>{date}</ReqdExctnDt>
                <Dbtr><Nm>浦江纺织有限公司</Nm></Dbtr><DbtrAcct><Id><Othr><Id>6200123456789</Id></Othr></Id><Ccy>CNY</Ccy></DbtrAcct>
                <DbtrAgt><FinInstnId><{bic}>PUJICNSHXXX</{bic}></FinInstnId></DbtrAgt><ChrgBr>SLEV</ChrgBr>

                """);
            for (var i = first; i < first + count; i++)
                writer.Write($"""
                    <CdtTrfTxInf><PmtId><InstrId>I{i}</InstrId><EndToEndId>E2E-{i:D7}</EndToEndId>{(uetr ? $"<UETR>{i:x8}-c9d0-4234-ab12-345678901234</UETR>" : "")}</PmtId>
                      <Amt><InstdAmt Ccy="CNY">1.01</InstdAmt></Amt>
                      <CdtrAgt><FinInstnId><{bic}>COBADEFFXXX</{bic}></FinInstnId></CdtrAgt><Cdtr><Nm>张三 {i}</Nm><PstlAdr><TwnNm>Shanghai</TwnNm><Ctry>CN</Ctry></PstlAdr></Cdtr>
                      <CdtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></CdtrAcct><Purp><Cd>SALA</Cd></Purp><RmtInf><Ustrd>工资 2026-05 / salary {i}</Ustrd></RmtInf></CdtTrfTxInf>

                    """);
            writer.Write("</PmtInf>\n");
        }
        writer.Write("</CstmrCdtTrfInitn></Document>\n");
    }

    public static string Text(int transfers, int version = 9)
    {
        using var stream = new MemoryStream();
        Write(stream, transfers, version);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
