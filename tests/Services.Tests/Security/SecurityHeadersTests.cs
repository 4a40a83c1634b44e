using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Pujiang.Web;

namespace Pujiang.Services.Tests;

public sealed class SecurityHeadersTests
{
    /// <summary>A download has a stricter policy than pages; an answer that is made anew after an exception has the one of pages.</summary>
    [Fact]
    public async Task Policy_OfAnEndpointItself_IsKept_AndAnErrorHasThatOfPages()
    {
        const string Stricter = "default-src 'none'; frame-ancestors 'none'; sandbox";
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.UseSecurityHeaders();
        app.UseExceptionHandler(error => error.Run(context => context.Response.WriteAsync("broken")));
        app.MapGet("/download", context =>
        {
            context.Response.Headers.ContentSecurityPolicy = Stricter;
            return context.Response.WriteAsync("content");
        });
        app.MapGet("/broken", void () => throw new InvalidOperationException("broken"));
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        using var download = await client.GetAsync("/download", TestContext.Current.CancellationToken);
        using var broken = await client.GetAsync("/broken", TestContext.Current.CancellationToken);

        Assert.Equal(Stricter, Assert.Single(download.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal("nosniff", Assert.Single(download.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal(HttpStatusCode.InternalServerError, broken.StatusCode);
        Assert.Contains("script-src 'self'", Assert.Single(broken.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }
}
