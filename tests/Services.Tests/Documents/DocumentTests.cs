using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>A document from its receipt to its deletion, with a scanner that finds EICAR's test file.</summary>
public sealed class DocumentTests
{
    static readonly Caller Wei = new(Guid.Parse("019a0000-0000-7000-8000-000000000001"), IsOperator: false) { UserId = Guid.Parse("019a0000-0000-7000-8000-0000000000aa") };
    static readonly Caller Li = new(Guid.Parse("019a0000-0000-7000-8000-000000000002"), IsOperator: false);

    [Theory, BothDatabases]
    public async Task Upload_GoodFile_IsServedAfterTheScanAndNotBefore(TestDatabase database)
    {
        await using var bank = await New(database);
        var id = await Upload(bank, Samples.Plain(), "合同.pdf");
        Assert.Equal("document_waiting", (await Find(bank, id)).NotServed?.Code);

        await Scan(bank);

        var document = await Find(bank, id);
        Assert.Equal(DocumentState.Held, document.State);
        Assert.Equal(("合同.pdf", 1, "application/pdf"), (document.Name, document.Pages, document.MediaType));
        Assert.Equal(Samples.Plain().Length, (await Content(bank, document)).Length);
        Assert.Equal(["received", "clean"], await Evidence(bank, document));
    }

    [Theory, BothDatabases]
    public async Task Upload_Malware_IsNeverServedAndDeletedAMonthLater(TestDatabase database)
    {
        await using var bank = await New(database);
        var id = await Upload(bank, Samples.Plain(Samples.Eicar), "a.pdf");
        await Scan(bank);

        var document = await Find(bank, id);
        Assert.Equal((DocumentState.Infected, "Eicar-Test"), (document.State, document.Threat));
        Assert.Equal("document_infected", document.NotServed?.Code);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Content(bank, document));

        bank.Clock.Advance(TimeSpan.FromDays(Document.DaysInfectedKept - 1));
        Assert.Equal(0, await Retain(bank));
        bank.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(1, await Retain(bank));
        Assert.Equal(DocumentState.Deleted, (await Find(bank, id)).State);
        Assert.False(Vault(bank).Has(document.Address));
        Assert.Equal(["received", "infected", "deleted"], await Evidence(bank, document));
    }

    [Theory, BothDatabases]
    public async Task Upload_ScannerDown_WaitsAndIsAskedAgain(TestDatabase database)
    {
        var scanner = new EicarScanner { IsDown = true };
        await using var bank = await New(database, scanner);
        var id = await Upload(bank, Samples.Plain(), "a.pdf");
        await Assert.ThrowsAsync<HttpRequestException>(() => Scan(bank));
        Assert.Equal(DocumentState.Waiting, (await Find(bank, id)).State);

        await bank.Restart();
        scanner.IsDown = false;
        await Scan(bank);
        Assert.Equal(DocumentState.Held, (await Find(bank, id)).State);
    }

    [Theory, BothDatabases]
    public async Task Upload_TheSameAgain_IsTheSameDocument(TestDatabase database)
    {
        await using var bank = await New(database);
        var first = await Send(bank, Samples.Plain(), "a.pdf").Value();
        Assert.Equal(first with { Repeated = true }, await Send(bank, Samples.Plain(), "a.pdf").Value());
        Assert.NotEqual(first.Id, (await Send(bank, Samples.Plain(), "b.pdf").Value()).Id);
        Assert.NotEqual(first.Id, (await Send(bank, Samples.Plain(), "a.pdf", Li).Value()).Id);
        Assert.Single(Directory.EnumerateFiles(Vault(bank).Folder, "*", SearchOption.AllDirectories));
    }

    [Theory, BothDatabases]
    public async Task Upload_Refused_LeavesNothing(TestDatabase database)
    {
        await using var bank = await New(database);
        Assert.Equal("file_script", await Send(bank, Samples.PdfWith("/OpenAction << /S /JavaScript >>"), "a.pdf").Code());
        Assert.Equal("file_type_unknown", await Send(bank, Encoding.ASCII.GetBytes(Samples.Eicar), "a.pdf").Code());
        Assert.Equal("document_too_large", await Send(bank, new byte[FileFormats.MostBytes + 1], "a.pdf").Code());
        Assert.Equal("document_too_large", await Send(bank, [.. Samples.Png(), .. new byte[10_500_000]], "a.png").Code());
        Assert.Equal("document_owner_missing", await Send(bank, Samples.Plain(), "a.pdf", new Caller(null, IsOperator: true)).Code());
        Assert.Empty(Directory.EnumerateFiles(Vault(bank).Folder, "*", SearchOption.AllDirectories));
        Assert.Equal(0, await bank.Tables(db => db.Set<Document>().CountAsync()));
    }

    [Theory, BothDatabases]
    public async Task Documents_OfOthers_AreNotFound(TestDatabase database)
    {
        await using var bank = await New(database);
        var id = await Upload(bank, Samples.Plain(), "a.pdf");
        Assert.Null(await bank.Call((Documents documents) => documents.Find(id, Li, default)));
        Assert.NotNull(await bank.Call((Documents documents) => documents.Find(id, new Caller(null, IsOperator: true), default)));
        Assert.Empty(await bank.Call((Documents documents) => documents.Of(Li, 0, 10, default)));
        Assert.Single(await bank.Call((Documents documents) => documents.Of(Wei, 0, 10, default)));
    }

    [Theory, BothDatabases]
    public async Task Retention_OfACustomer_GoesOn_OthersContentStays(TestDatabase database)
    {
        var customers = new Customers { Wei.PartyId!.Value };
        await using var bank = await New(database, relations: customers);
        var (mine, theirs) = (await Upload(bank, Samples.Plain(), "a.pdf"), await Upload(bank, Samples.Plain(), "a.pdf", Li));
        await Scan(bank);
        bank.Clock.Advance(TimeSpan.FromDays(365 * 11));

        // Li is no customer any more; the same content is still Wei's.
        Assert.Equal(1, await Retain(bank));
        Assert.Equal(DocumentState.Deleted, (await Find(bank, theirs, Li)).State);
        Assert.Equal(Samples.Plain().Length, (await Content(bank, await Find(bank, mine))).Length);

        customers.Clear();
        Assert.Equal(0, await Retain(bank));
        bank.Clock.Advance(TimeSpan.FromDays(365 * 11));
        Assert.Equal(1, await Retain(bank));
        Assert.False(Vault(bank).Has((await Find(bank, mine)).Address));
    }

    [Theory, BothDatabases]
    public async Task Start_ScansWhatWaits_AndWhatComes(TestDatabase database)
    {
        var scanner = new EicarScanner();
        await using var bank = await New(database, scanner);
        var first = await Upload(bank, Samples.Plain("1"), "1.pdf");
        await bank.Start();
        await scanner.Asked.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await Upload(bank, Samples.Plain("2"), "2.pdf");
        await scanner.Asked.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.NotEqual(Guid.Empty, first);
    }

    [Fact]
    public async Task Download_Headers_KeepTheFileAwayFromOurPages()
    {
        var http = new DefaultHttpContext();
        http.Response.Body = new MemoryStream();
        await new Download(new MemoryStream([1, 2, 3]), "合同\"<x>.pdf", "application/pdf").ExecuteAsync(http);
        var headers = http.Response.Headers;
        Assert.StartsWith("attachment; filename=", headers.ContentDisposition.ToString(), StringComparison.Ordinal);
        Assert.Contains("filename*=UTF-8''%E5%90%88%E5%90%8C", headers.ContentDisposition.ToString(), StringComparison.Ordinal);
        Assert.Equal("nosniff", headers.XContentTypeOptions);
        Assert.Equal("default-src 'none'; frame-ancestors 'none'; sandbox", headers.ContentSecurityPolicy);
        Assert.Equal(("application/pdf", 3), (http.Response.ContentType, http.Response.ContentLength));
    }

    [Theory]
    [InlineData(200, """{"clean":true}""", "")]
    [InlineData(200, """{"clean":false,"threat":" Eicar "}""", "Eicar")]
    [InlineData(200, """{"clean":false}""", "unnamed")]
    [InlineData(200, "{}", null)]
    [InlineData(200, "null", null)]
    [InlineData(200, "<html>", null)]
    [InlineData(503, """{"clean":true}""", null)]
    public async Task Scanner_Answer_IsTakenOnlyWhenItSaysSo(int status, string body, string? found)
    {
        var scanner = new HttpMalwareScanner(
            new HttpClient(new Fixed((HttpStatusCode)status, body)), new PlatformOptions { MalwareScanner = "http://scanner.example/scan" });
        if (found is null) await Assert.ThrowsAsync<HttpRequestException>(() => scanner.Scan(new MemoryStream(), default));
        else Assert.Equal(found, await scanner.Scan(new MemoryStream(), default));
    }

    static Task<TestBank> New(TestDatabase database, EicarScanner? scanner = null, Customers? relations = null)
    {
        scanner ??= new EicarScanner();
        relations ??= [];
        return TestBank.New(database, services =>
        {
            services.AddSingleton<IMalwareScanner>(scanner);
            services.AddSingleton<IBusinessRelations>(relations);
        });
    }

    static Task<Outcome<KeepDocument.Result>> Send(TestBank bank, byte[] content, string name, Caller? caller = null) => bank.Call(
        (KeepDocument keep) => keep.Upload(new MemoryStream(content), name, "", DocumentPurpose.Contract, caller ?? Wei, TestContext.Current.CancellationToken));

    static async Task<Guid> Upload(TestBank bank, byte[] content, string name, Caller? caller = null) => (await Send(bank, content, name, caller).Value()).Id;

    static async Task<Document> Find(TestBank bank, Guid id, Caller? caller = null) =>
        await bank.Call((Documents documents) => documents.Find(id, caller ?? Wei, default)) ?? throw new InvalidOperationException("Not found.");

    static Task<byte[]> Content(TestBank bank, Document document) => bank.Call(async (Documents documents) =>
    {
        await using var stream = documents.Open(document);
        var content = new byte[stream.Length];
        await stream.ReadExactlyAsync(content);
        return content;
    });

    static Task Scan(TestBank bank) => bank.Services.GetRequiredService<DocumentScans>().Run(TestContext.Current.CancellationToken);

    static Task<int> Retain(TestBank bank) => bank.Call((DocumentRetention retention) => retention.Delete(TestContext.Current.CancellationToken));

    static DocumentVault Vault(TestBank bank) => bank.Services.GetRequiredService<DocumentVault>();

    /// <summary>What the evidence log gets of a document, by comparing hashes with what it should be.</summary>
    static async Task<List<string>> Evidence(TestBank bank, Document document)
    {
        var hashes = await bank.Tables(db => db.Set<EvidenceRecord>().Where(r => r.Reference == document.Reference).OrderBy(r => r.Number).Select(r => r.ContentHash).ToListAsync());
        string[] events = ["received", "clean", "infected", "deleted"];
        string Text(string what) => what == "received" ? document.ReceiptText
            : $$"""{"document":"{{document.Id}}","event":"{{what}}","sha256":"{{document.Sha256}}"}""";
        return [.. hashes.Select(hash => events.Single(what => System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(Text(what))).AsSpan().SequenceEqual(hash)))];
    }

    sealed class Customers : HashSet<Guid>, IBusinessRelations
    {
        public Task<bool> Has(CityDb db, Guid party, CancellationToken cancel) => Task.FromResult(Contains(party));
    }

    sealed class EicarScanner : IMalwareScanner
    {
        public bool IsDown { get; set; }
        public bool IsConnected => true;
        public SemaphoreSlim Asked { get; } = new(0);

        public async Task<string> Scan(Stream content, CancellationToken cancel)
        {
            if (IsDown) throw new HttpRequestException("The scanner is down.");
            var bytes = new byte[content.Length];
            await content.ReadExactlyAsync(bytes, cancel);
            Asked.Release();
            // Some characters are escaped in a PDF.
            return bytes.AsSpan().IndexOf("EICAR-STANDARD-ANTIVIRUS-TEST-FILE"u8) >= 0 ? "Eicar-Test" : "";
        }
    }

    sealed class Fixed(HttpStatusCode status, string body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(status) { Content = new StringContent(body) });
    }
}
