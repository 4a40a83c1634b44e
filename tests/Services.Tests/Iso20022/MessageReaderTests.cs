using System.Text;
using System.Xml.Linq;
using Pujiang.Accounts;

namespace Pujiang.Services.Tests;

/// <summary>The readers see what the checker counted, and lose nothing of the file.</summary>
public sealed class MessageReaderTests
{
    public static IEnumerable<TheoryDataRow<string>> Files => Vectors.Files(e => e.TryGetProperty("facts", out _));

    [Theory]
    [MemberData(nameof(Files))]
    public void Reader_AgreesWithTheFacts(string file)
    {
        Vectors.Case(file);
        var facts = Vectors.Check(file, new Iso20022Options()).Facts;
        var document = facts.Documents[0];
        if (document.Namespace.StartsWith("pain.001", StringComparison.Ordinal)) return;
        using var stream = File.OpenRead(TestData.PathOf("iso20022", file));
        var items = MessageReader.Read(stream).ToList();

        Assert.Equal(document.MessageId, items.OfType<MessageHeader>().Single().MessageId);
        Assert.Equal(facts.Header?.MessageDefinition, items.OfType<BusinessHeader>().SingleOrDefault()?.MessageDefinition);
        Assert.Equal(document.TransactionCount ?? 0, items.OfType<InterbankTransfer>().Count());
        Assert.Equal(document.ReturnCount ?? 0, items.OfType<PaymentReturn>().Count());
        Assert.Equal(document.StatusCount ?? 0, items.OfType<ReportedTransaction>().Count());
        Assert.Equal(document.EndToEndIds, items.OfType<InterbankTransfer>().Select(t => t.EndToEndId));
        Assert.Equal(document.Statements.Select(s => s.Iban ?? s.Other), items.OfType<ReportedAccount>().Select(a => a.Account.Number));
        Assert.Equal(document.Statements.SelectMany(s => s.Balances).Select(b => b.Type), items.OfType<ReportedAccount>().SelectMany(a => a.Balances).Select(b => b.Type));
        var entries = items.OfType<ReportedEntry>().ToList();
        Assert.Equal(document.Statements.Sum(s => s.Entries), entries.Count);
        Assert.Equal(document.Statements.Sum(s => s.TransactionDetails), entries.Sum(e => e.Details.Count()));
        Assert.Equal(document.Statements.SelectMany(s => s.EntrySums.Values).Sum(), entries.Sum(e => e.Amount.Units));
        Assert.All(entries, entry => Assert.False(string.IsNullOrWhiteSpace(entry.Status)));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Reader_LosesNoText(string file)
    {
        Vectors.Case(file);
        var path = TestData.PathOf("iso20022", file);
        var root = XDocument.Load(path).Root!;
        var parts = root.DescendantsAndSelf().Where(e => e.Name.LocalName is "Document" or "AppHdr");
        using var stream = File.OpenRead(path);
        var read = File.ReadAllText(path).Contains("CstmrCdtTrfInitn>", StringComparison.Ordinal)
            ? PaymentFileReader.Read(stream).Select(part => part switch
            {
                PaymentFileHeader header => header.Source,
                PaymentInformation block => block.Source,
                CreditTransfer transfer => transfer.Source,
                _ => throw new InvalidOperationException(),
            }).ToList()
            : MessageReader.Read(stream).Select(item => item.Source).ToList();
        if (read.Count == 0) return;
        if (parts.First().Name.LocalName == "AppHdr" && !read[0].Name.LocalName.Equals("AppHdr", StringComparison.Ordinal)) parts = parts.Skip(1);
        Assert.Equal(parts.Sum(Leaves), read.Sum(Leaves));
    }

    static int Leaves(XElement element) => element.DescendantsAndSelf().Count(e => !e.HasElements);

    [Theory]
    [InlineData(3)]
    [InlineData(9)]
    public void PaymentFile_IsReadFieldByField(int version)
    {
        var parts = PaymentFileReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(PaymentFiles.Text(1002, version)))).ToList();

        var header = Assert.IsType<PaymentFileHeader>(parts[0]);
        Assert.Equal(("MSG-1", version, "1002", "1012.02"), (header.MessageId, header.Type.Version, header.NumberOfTransactions, header.ControlSum));
        var block = Assert.IsType<PaymentInformation>(parts[1]);
        Assert.Equal(("P0", "6200123456789", "PUJICNSHXXX", new DateOnly(2026, 6, 1)), (block.PaymentId, block.DebtorAccount.Number, block.DebtorAgent.Bic, block.RequestedOn));
        var transfer = Assert.IsType<CreditTransfer>(parts[^1]);
        Assert.Equal("/Document/CstmrCdtTrfInitn/PmtInf[2]/CdtTrfTxInf[2]", transfer.Path);
        Assert.Equal(("E2E-0001001", "张三 1001", "DE89370400440532013000", "COBADEFFXXX", "SALA"),
            (transfer.EndToEndId, transfer.Creditor.Name, transfer.CreditorAccount.Iban, transfer.CreditorAgent.Bic, transfer.Purpose));
        Assert.Equal(new MessageAmount(1.01m, "CNY"), transfer.Amount);
        Assert.Equal("工资 2026-05 / salary 1001", transfer.Remittance.Text);
        Assert.Equal(version == 9, transfer.Uetr is not null);
        Assert.Equal(1002, parts.OfType<CreditTransfer>().Count());
    }
}
