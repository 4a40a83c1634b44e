using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class OperatorTokenTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("pujiang-token-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    string Token()
    {
        OperatorToken.Ensure(_folder);
        return File.ReadAllText(OperatorToken.PathIn(_folder));
    }

    async Task<(AuthenticateResult Result, int Challenge)> Ask(string? authorization)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton(new PlatformOptions { DataFolder = _folder });
        services.AddAuthentication(OperatorToken.Name).AddScheme<AuthenticationSchemeOptions, OperatorToken>(OperatorToken.Name, null);
        await using var provider = services.BuildServiceProvider();
        var http = new DefaultHttpContext { RequestServices = provider };
        if (authorization is not null) http.Request.Headers.Authorization = authorization;
        var result = await http.AuthenticateAsync();
        await http.ChallengeAsync();
        return (result, http.Response.StatusCode);
    }

    [Fact]
    public void Ensure_NewFile_IsReadableByItsOwnerAlone()
    {
        var token = Token();
        Assert.Equal(64, token.Length);
        Assert.Equal(token, Token());
        if (OperatingSystem.IsWindows()) Assert.Skip("File modes are Unix's.");
        else Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(OperatorToken.PathIn(_folder)));
    }

    [Fact]
    public async Task Authenticate_RightToken_IsTheOperator()
    {
        var (result, _) = await Ask($"Bearer {Token()}");
        var caller = Caller.From(result.Principal!);
        Assert.Equal(new Caller(null, IsOperator: true), caller with { Roles = [] });
        Assert.Equal([Roles.Operator], caller.Roles);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("wrong")]
    [InlineData("é")]
    public async Task Authenticate_WrongToken_IsNobody(string wrong)
    {
        var token = Token();
        foreach (var given in (string[])[wrong, token + wrong + " ", token[..^1], token.ToLowerInvariant() + wrong, token[..^1] + (token[^1] == '0' ? '1' : '0')])
        {
            var (result, challenge) = await Ask($"Bearer {given}");
            Assert.False(result.Succeeded);
            Assert.Equal(StatusCodes.Status401Unauthorized, challenge);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Basic b3BlcmF0b3I6")]
    [InlineData("bearer")]
    public async Task Authenticate_NoBearerToken_IsNoAnswer(string? authorization)
    {
        Token();
        var (result, challenge) = await Ask(authorization);
        Assert.True(result.None);
        Assert.Equal(StatusCodes.Status401Unauthorized, challenge);
    }

    [Fact]
    public void Caller_OfAPartyAndOfNobody_MayUseItsOwnOnly()
    {
        var party = NameBasedId.From("test", "party");
        var signedIn = Caller.From(new ClaimsPrincipal(new ClaimsIdentity([new Claim(Caller.PartyClaim, party.ToString())], "test")));
        Assert.True(signedIn.MayUse(party));
        Assert.False(signedIn.MayUse(NameBasedId.From("test", "other")));
        Assert.False(Caller.From(new ClaimsPrincipal(new ClaimsIdentity())).MayUse(party));
    }
}
