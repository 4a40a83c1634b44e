using System.Text;
using Pujiang.Accounts;

namespace Pujiang.Services.Tests;

/// <summary>Whatever comes over the wire, the checker answers with findings and never with an exception.</summary>
public sealed class HostileFileTests
{
    public static IEnumerable<TheoryDataRow<string>> Files => Vectors.Files(e => Vectors.Category(e) is "xsd-valid" && e.GetProperty("bytes").GetInt32() < 30_000);

    [Theory]
    [MemberData(nameof(Files))]
    public void DamagedFile_YieldsFindings(string file)
    {
        Vectors.Case(file);
        var good = File.ReadAllBytes(TestData.PathOf("iso20022", file));
        // The seed is the file, so that a failure can be repeated.
        var random = new Random(good.Length);
        for (var round = 0; round < 10; round++)
        {
            var bad = Damage(good, random);
            var report = Iso20022Checker.Check(new MemoryStream(bad), Vectors.WithSchemas);
            Assert.All(report.Findings, finding => Assert.NotEmpty(finding.Expected));
        }
    }

    static byte[] Damage(byte[] good, Random random)
    {
        var text = Encoding.UTF8.GetString(good);
        var at = random.Next(text.Length);
        var next = text.IndexOf('>', at);
        return random.Next(5) switch
        {
            0 => good[..random.Next(good.Length)],
            1 => Flip(good, random),
            2 => Encoding.UTF8.GetBytes(text.Insert(next + 1, "9999999999999999999999999999")),
            3 => Encoding.UTF8.GetBytes(text.Insert(next + 1, "<Strange xmlns=\"urn:x\"/>")),
            _ => Encoding.UTF8.GetBytes(text.Insert(next + 1, "<Amt Ccy=\"\">-79228162514264337593543950335</Amt>")),
        };
    }

    static byte[] Flip(byte[] good, Random random)
    {
        var bad = good.ToArray();
        for (var i = 0; i < 3; i++) bad[random.Next(bad.Length)] = (byte)random.Next(256);
        return bad;
    }

    [Fact]
    public void ExternalEntity_IsNeverFetched()
    {
        var secret = Path.GetTempFileName();
        File.WriteAllText(secret, "secret");
        var text = $"<!DOCTYPE d [<!ENTITY e SYSTEM \"file://{secret}\">]><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\">&e;</Document>";
        var finding = Assert.Single(Iso20022Checker.Check(new MemoryStream(Encoding.UTF8.GetBytes(text)), new Iso20022Options()).Findings);
        Assert.Equal(FindingCodes.DtdForbidden, finding.Code);
        Assert.DoesNotContain("secret", finding.ToString());
        File.Delete(secret);
    }

    [Fact]
    public void HugeAmounts_DoNotOverflowTheSums()
    {
        var text = PaymentFiles.Text(20).Replace("\"CNY\">1.01", "\"CNY\">79228162514264337593543950335");
        Assert.False(Iso20022Checker.Check(new MemoryStream(Encoding.UTF8.GetBytes(text)), new Iso20022Options()).IsAccepted);
    }
}
