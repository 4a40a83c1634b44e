using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>A form with a file over real HTTP: no plain byte of it comes to rest on the disk.</summary>
public sealed class SealedUploadsTests
{
    const string Marker = "PLAIN-CONTENT-OF-A-CUSTOMER";

    /// <summary>A server with one page that tells what its form holds, and calls back while the request is served.</summary>
    static async Task<WebApplication> Serve(TestBank bank, Action<IFormFile>? during = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(bank.Services.GetRequiredService<DocumentVault>());
        var app = builder.Build();
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            StatusCodeSelector = failure => failure is BadHttpRequestException bad ? bad.StatusCode : 500,
            ExceptionHandler = _ => Task.CompletedTask,
        });
        app.UseRouting();
        app.UseSealedUploads();
        app.MapPost("/", async (HttpContext context) =>
        {
            var form = await context.Request.ReadFormAsync();
            if (form.Files.GetFile("File") is not { } file) return Results.Text($"{form["Purpose"]} -");
            during?.Invoke(file);
            await using var content = file.OpenReadStream();
            using var bytes = new MemoryStream();
            await content.CopyToAsync(bytes);
            return Results.Text($"{form["Purpose"]} {file.FileName} {file.Length} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes.ToArray()))}");
        }).WithMetadata(new SealedUploadsAttribute(), new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(64_000_000));
        await app.StartAsync();
        return app;
    }

    static MultipartFormDataContent Form(byte[] file, string name) => new() { { new StringContent("Contract"), "Purpose" }, { new ByteArrayContent(file), "File", name } };

    static async Task<string> Post(WebApplication app, HttpContent form)
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsync(new Uri(app.Urls.Single()), form, TestContext.Current.CancellationToken);
        return answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken) : $"{(int)answer.StatusCode}";
    }

    [Fact]
    public async Task Form_WithALargeFile_IsReadWholeAndNeverInPlainOnTheDisk()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        var content = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(Marker, 40_000)));
        List<string> plain = [], sealedFiles = [];
        await using var app = await Serve(bank, _ =>
        {
            sealedFiles.AddRange(Files(bank.Folder).Where(path => path.Contains("incoming", StringComparison.Ordinal)));
            plain.AddRange(Files(bank.Folder).Concat(Files(Path.GetTempPath())).Where(HoldsMarker));
        });
        Assert.Equal($"Contract 合同.pdf {content.Length} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(content))}", await Post(app, Form(content, "合同.pdf")));
        Assert.Single(sealedFiles);
        Assert.Empty(plain);
        // It is gone with the request.
        await app.StopAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain(Files(bank.Folder), path => path.Contains("incoming", StringComparison.Ordinal));
    }

    [Fact]
    public async Task HoldsMarker_OfAPlainFile_FindsIt()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllTextAsync(path, $"x{Marker}y", TestContext.Current.CancellationToken);
        Assert.True(HoldsMarker(path));
        File.Delete(path);
    }

    [Fact]
    public async Task Form_WithATooLargeFile_SaysItsLengthAndKeepsNoMore()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        await using var app = await Serve(bank);
        var answer = await Post(app, Form(new byte[FileFormats.MostBytes + 500_000], "a.pdf"));
        Assert.StartsWith($"Contract a.pdf {FileFormats.MostBytes + 1} ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Form_ThatIsNone_IsRefused()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        await using var app = await Serve(bank);
        using var cut = new StringContent("--b\r\nContent-Disposition: form-data; name=\"File\"; filename=\"a.pdf\"\r\n\r\n%PDF");
        cut.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
        Assert.Equal("400", await Post(app, cut));
        using var many = new MultipartFormDataContent();
        for (var i = 0; i < 200; i++) many.Add(new StringContent("x"), $"f{i}");
        Assert.Equal("400", await Post(app, many));
        using var empty = new MultipartFormDataContent { { new StringContent("Contract"), "Purpose" } };
        Assert.Equal("Contract -", await Post(app, empty));
        await app.StopAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain(Files(bank.Folder), path => path.Contains("incoming", StringComparison.Ordinal));
    }

    static List<string> Files(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = folder != Path.GetTempPath(), IgnoreInaccessible = true })];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    static bool HoldsMarker(string path)
    {
        try
        {
            // Pipes of other programs lie there too, and opening one would wait for its writer.
            if (new FileInfo(path).Length == 0) return false;
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var head = new byte[64 * 1024];
            var read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            return head.AsSpan(0, read).IndexOf(Encoding.ASCII.GetBytes(Marker)) >= 0;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
