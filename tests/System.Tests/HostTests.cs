using System.Net;
using System.Text;
using System.Text.Json;

namespace Pujiang.System.Tests;

/// <summary>What the host answers to programs and to bad requests.</summary>
public sealed class HostTests(Bank bank)
{
    static readonly HttpClient Http = new(new HttpClientHandler { AllowAutoRedirect = false });

    [Fact]
    public async Task Api_UnknownPath_AnswersProblemDetails()
    {
        using var answer = await Http.GetAsync($"{bank.Url}/api/no-such-thing");
        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task Api_TooLargeRequest_AnswersProblemDetailsThatNameTheLimit()
    {
        using var body = new ByteArrayContent(new byte[3_000_000]);
        using var answer = await Http.PostAsync($"{bank.Url}/api/no-such-thing", body);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Contains("at most 1048576", problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_TooLargeRequest_AnswersAPage()
    {
        using var body = new StringContent(new string('x', 3_000_000), Encoding.ASCII, "application/x-www-form-urlencoded");
        using var answer = await Http.PostAsync($"{bank.Url}/style", body);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("文件太大", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/style", "_handler=style&Payee=x")]
    [InlineData("/sign-in/demo", "person=44c3016b-e5db-7b82-ec3e-711f9debb1e0")]
    [InlineData("/sign-out", "back=/")]
    public async Task Form_WithoutItsToken_IsRefusedWithAPage(string path, string form)
    {
        using var body = new StringContent(form, Encoding.ASCII, "application/x-www-form-urlencoded");
        using var answer = await Http.PostAsync(bank.Url + path, body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("请求有误", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_CarryThePolicy()
    {
        using var answer = await Http.GetAsync($"{bank.Url}/no-such-page");
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task Assets_WithAFingerprint_AreKeptForAYear()
    {
        var page = await Http.GetStringAsync(bank.Url);
        var href = page.Split("rel=\"stylesheet\" href=\"")[1].Split('"')[0];
        using var answer = await Http.GetAsync($"{bank.Url}/{href}");
        Assert.Contains("immutable", answer.Headers.CacheControl?.ToString() ?? "", StringComparison.Ordinal);
    }
}
