using System.Security.Cryptography;
using System.Text;
using Pujiang.Platform;
using UglyToad.PdfPig;

namespace Pujiang.Services.Tests;

/// <summary>What the bank writes can be read back letter by letter, page by page, and passes its own inspection.</summary>
public sealed class PdfTests
{
    static readonly DateTime Now = new(2026, 3, 2, 1, 30, 0, DateTimeKind.Utc);

    static PdfWriter.Paper Paper(PdfText text, string? verifyAt = null)
    {
        Assert.SkipUnless(File.Exists(PdfFont.File), $"No {PdfFont.File}.");
        return PdfWriter.Write(text, Now, verifyAt);
    }

    static byte[] Write(params PdfBlock[] blocks) => Paper(new PdfText("协议", "浦江银行 · 页眉", Languages.Chinese, blocks)).Pdf;

    /// <summary>The texts of a page as they were set, one line for each place.</summary>
    static IReadOnlyList<string> LinesOf(byte[] pdf, int page = 1)
    {
        using var document = PdfDocument.Open(pdf);
        return [.. document.GetPage(page).Letters.ChunkBy(letter => letter.TextSequence).Select(line => string.Concat(line.Select(letter => letter.Value)))];
    }

    [Fact]
    public void Write_EachBlock_IsReadBackLetterByLetter()
    {
        var lines = LinesOf(Write(
            new PdfHeading("第一条 定义"), new PdfParagraph("甲方同意，金额为¥1,234.56元。\n第二行", Indent: true), new PdfFacts(("账号 Account", "6299 0000")),
            new PdfTable([new PdfColumn("日期"), new PdfColumn("金额", 2, IsNumber: true)], [["2026-03-02", "1.00"], ["2026-03-03", "2.00"]], ["合计", "3.00"]),
            new PdfSignatures("签字、日期", "甲方：张伟", "乙方：浦江银行"), new PdfSeal("浦江银行", "业务专用章", "2026-03-02")));
        Assert.Equal(
            ["协议", "第一条 定义", "甲方同意，金额为¥1,234.56元。", "第二行", "账号 Account", "6299 0000", "日期", "金额", "2026-03-02", "1.00", "2026-03-03", "2.00", "合计", "3.00",
                "甲方：张伟", "签字、日期", "乙方：浦江银行", "签字、日期", "浦江银行", "2026-03-02", "浦", "江", "银", "行", "业务专用章", "浦江银行 · 页眉"],
            lines.Take(26));
    }

    [Fact]
    public void Write_ThousandsOfDifferentLetters_AreReadBack()
    {
        // The commonest 2,000 of Unicode's block, which no single-byte font could hold.
        var all = string.Concat(Enumerable.Range(0x4E00, 2_000).Select(code => (char)code));
        var pdf = Write(new PdfParagraph(all));
        using var document = PdfDocument.Open(pdf);
        var read = string.Concat(document.GetPages().SelectMany(page => page.Letters).Select(letter => letter.Value));
        Assert.Contains(all[..300], read, StringComparison.Ordinal);
        Assert.Contains(all[^300..], read, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_TheSame_MakesTheSameBytes_AndFewOfThem()
    {
        PdfBlock[] blocks = [new PdfParagraph("人民币活期存款账户"), new PdfSeal("浦江银行股份有限公司", "业务专用章", "2026-03-02")];
        var pdf = Write(blocks);
        Assert.Equal(pdf, Write(blocks));
        Assert.NotEqual(pdf, Write(new PdfParagraph("人民币定期存款账户")));
        Assert.InRange(pdf.Length, 1_000, 60_000);
    }

    [Fact]
    public void Write_LongTable_RepeatsItsHeadNumbersPagesAndKeepsTotalsWithARow()
    {
        for (var count = 170; count < 220; count++)
        {
            var rows = Enumerable.Range(1, count).Select(i => (IReadOnlyList<string>)[$"第{i}笔", $"{i}.00"]).ToList();
            var pdf = Write(new PdfTable([new PdfColumn("流水"), new PdfColumn("金额", 1, IsNumber: true)], rows, ["合计", "0.01"]));
            using var document = PdfDocument.Open(pdf);
            var all = Enumerable.Range(1, document.NumberOfPages).Select(page => LinesOf(pdf, page)).ToList();
            Assert.InRange(all.Count, 5, 8);
            Assert.All(all, (lines, i) => Assert.Contains($"第 {i + 1} 页，共 {all.Count} 页", lines));
            Assert.All(all, lines => Assert.Contains("浦江银行 · 页眉", lines));
            Assert.All(all, lines => Assert.Equal(["流水", "金额"], lines.Where(line => line is "流水" or "金额")));
            Assert.Equal(rows.Select(row => row[0]), all.SelectMany(lines => lines).Where(line => line.EndsWith('笔')));
            Assert.Contains(all[^1], line => line.EndsWith('笔'));
            Assert.Contains("合计", all[^1]);
        }
    }

    [Fact]
    public void Write_CellTallerThanAPage_GoesOnOverTheNext()
    {
        var text = string.Concat(Enumerable.Range(1, 2_000).Select(i => $"{i}，"));
        var pdf = Write(new PdfTable([new PdfColumn("说明"), new PdfColumn("金额", 1, IsNumber: true)], [["一", "1.00"], [text, "2.00"], ["三", "3.00"]]));
        using var document = PdfDocument.Open(pdf);
        var all = string.Concat(Enumerable.Range(1, document.NumberOfPages).SelectMany(page => LinesOf(pdf, page).Where(line => line.EndsWith('，') && line.Contains('，'))));
        Assert.Equal(text, all);
        WithinThePage(pdf);
    }

    [Fact]
    public void Write_LongText_StaysWithinThePage()
    {
        var text = string.Concat(Enumerable.Repeat("浦江银行（Pujiang Bank）与客户约定：《协议》第二条所称“签署”，指以通行密钥作出的电子签名。", 120));
        var pdf = Write(new PdfParagraph(text, Indent: true));
        using var document = PdfDocument.Open(pdf);
        Assert.True(document.NumberOfPages > 1);
        WithinThePage(pdf);
    }

    static void WithinThePage(byte[] pdf)
    {
        using var document = PdfDocument.Open(pdf);
        foreach (var letter in document.GetPages().SelectMany(page => page.Letters))
        {
            Assert.InRange(letter.StartBaseLine.X, 60, 535);
            Assert.InRange(letter.EndBaseLine.X, 60, 535);
            Assert.InRange(letter.StartBaseLine.Y, 36, 815);
        }
    }

    [Fact]
    public void Footer_HasTheFingerprintOfWhatItSays()
    {
        PdfText text = new("Statement", "Pujiang Bank", Languages.English, [new PdfParagraph("Balance\n1.00"), new PdfFacts(("Name", "李"))]);
        var paper = Paper(text, "https://bank.example/papers/");
        var expected = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("Statement\nPujiang Bank\nBalance\n1.00\nName\n李\n")));
        Assert.Equal(expected, paper.Fingerprint);
        var lines = LinesOf(paper.Pdf);
        Assert.Contains($"Fingerprint {expected}", lines);
        Assert.Contains($"Verify at https://bank.example/papers/{expected}", lines);
        Assert.Contains("Page 1 of 1", lines);
        Assert.NotEqual(expected, (text with { Blocks = [new PdfParagraph("Balance\n1.01"), new PdfFacts(("Name", "李"))] }).Fingerprint());
    }

    [Fact]
    public void Write_LettersTheFontLacks_AreBoxes() => Assert.Contains("□□", LinesOf(Write(new PdfParagraph("𠀀😀"))));

    [Fact]
    public void Write_Anything_PassesOurOwnInspection()
    {
        var pdf = Write(new PdfParagraph("文本"), new PdfSeal("浦江银行", "专用章", ""));
        Assert.Equal(new FileFacts(FileFormat.Pdf, Pages: 1), FileInspection.Inspect(new MemoryStream(pdf), "a.pdf", "").Value());
    }
}

static class Chunks
{
    /// <summary>Neighbours with the same key.</summary>
    public static IEnumerable<IReadOnlyList<T>> ChunkBy<T, TKey>(this IEnumerable<T> all, Func<T, TKey> keyOf) where TKey : notnull
    {
        var chunk = new List<T>();
        foreach (var one in all)
        {
            if (chunk.Count > 0 && !keyOf(chunk[^1]).Equals(keyOf(one)))
            {
                yield return chunk;
                chunk = [];
            }
            chunk.Add(one);
        }
        if (chunk.Count > 0) yield return chunk;
    }
}
