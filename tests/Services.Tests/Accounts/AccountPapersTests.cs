using Pujiang.Accounts;
using Pujiang.Platform;
using UglyToad.PdfPig;

namespace Pujiang.Services.Tests;

/// <summary>Papers that the bank writes for its customers.</summary>
public sealed class AccountPapersTests
{
    [Theory, BothDatabases]
    public async Task Confirmation_OfOnesAccount_IsKeptAndItsPrintCanBeChecked(TestDatabase database)
    {
        Assert.SkipUnless(File.Exists(PdfFont.File), $"No {PdfFont.File}.");
        await using var bank = await TestBank.New(database, Customer.Add);
        var customer = await Customer.Open(bank, 0, paidIn: "1234.56");
        var id = await bank.Call((AccountPapers papers) => papers.ConfirmAccount(customer.Account, Languages.Chinese, customer.Caller, default)).Value();

        var (document, text) = await Read(bank, id, customer.Caller);
        Assert.Equal((DocumentState.Held, DocumentPurpose.Statement), (document.State, document.Purpose));
        Assert.All(
            ["账户证明", customer.Name, Amounts.Grouped(customer.Number), "1,234.56", "壹仟贰佰叁拾肆元伍角陆分", "业务专用章", $"编号 {id}", $"{customer.Identifier[..4]}**********{customer.Identifier[^4..]}"],
            expected => Assert.Contains(expected, text, StringComparison.Ordinal));
        Assert.DoesNotContain(customer.Identifier, text, StringComparison.Ordinal);

        var fingerprint = text[(text.IndexOf("内容指纹 ", StringComparison.Ordinal) + 5)..][..64];
        var record = Assert.Single(await bank.Call((EvidenceBook book) => book.Of(Document.PaperReference(fingerprint), default)));
        Assert.Equal(("document", $"papers/{fingerprint}"), (record.Kind, record.Reference));
    }

    [Theory]
    [InlineData(Languages.Chinese, "第三条　双方的责任")]
    [InlineData(Languages.English, "3. Duties")]
    public async Task Agreement_ForACustomer_IsInTheLanguageAskedFor(string language, string heading)
    {
        Assert.SkipUnless(File.Exists(PdfFont.File), $"No {PdfFont.File}.");
        await using var bank = await TestBank.New(TestDatabase.Sqlite, Customer.Add);
        var customer = await Customer.Open(bank, 0);
        var id = await bank.Call((AccountPapers papers) => papers.Agreement(language, customer.Caller, default)).Value();
        var (document, text) = await Read(bank, id, customer.Caller);
        Assert.Equal(DocumentPurpose.Contract, document.Purpose);
        Assert.Contains(heading, text, StringComparison.Ordinal);
        Assert.Contains(customer.Name, text, StringComparison.Ordinal);
        Assert.DoesNotContain("⟦", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Confirmation_OfAnothersAccount_IsRefused()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite, Customer.Add);
        var (customer, other) = (await Customer.Open(bank, 0), await Customer.Open(bank, 1));
        Assert.Equal("account_not_found",
            await bank.Call((AccountPapers papers) => papers.ConfirmAccount(customer.Account, Languages.Chinese, other.Caller, default)).Code());
    }

    static async Task<(Document Document, string Text)> Read(TestBank bank, Guid id, Caller caller)
    {
        var document = await bank.Call((Documents documents) => documents.Find(id, caller, default));
        Assert.NotNull(document);
        using var bytes = new MemoryStream();
        await bank.Call(async (Documents documents) =>
        {
            await using var content = documents.Open(document);
            await content.CopyToAsync(bytes);
            return true;
        });
        using var pdf = PdfDocument.Open(bytes.ToArray());
        return (document, string.Concat(pdf.GetPages().Select(page => page.Text)));
    }
}
