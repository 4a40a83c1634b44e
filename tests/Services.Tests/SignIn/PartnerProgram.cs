using System.Net.Http.Headers;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>A partner's program: it holds a key, and gets tokens with it as the standards say.</summary>
sealed class PartnerProgram(HttpBank bank, string clientId, SecurityKey key, string algorithm) : IDisposable
{
    public const string Address = "https://bank.example";

    readonly HttpClient _http = bank.Client();

    public string ClientId => clientId;

    /// <summary>The public key as the partner sends it to the bank.</summary>
    public string PublicKey
    {
        get
        {
            var jwk = key is ECDsaSecurityKey ec ? JsonWebKeyConverter.ConvertFromECDsaSecurityKey(ec) : JsonWebKeyConverter.ConvertFromRSASecurityKey((RsaSecurityKey)key);
            return key is ECDsaSecurityKey
                ? JsonSerializer.Serialize(new { kty = "EC", crv = jwk.Crv, x = jwk.X, y = jwk.Y, kid = key.KeyId })
                : JsonSerializer.Serialize(new { kty = "RSA", n = jwk.N, e = jwk.E, kid = key.KeyId });
        }
    }

    public static PartnerProgram New(HttpBank bank, string clientId = "first-hospital", string keyId = "k1", string algorithm = SecurityAlgorithms.EcdsaSha256) =>
        new(bank, clientId, algorithm == SecurityAlgorithms.EcdsaSha256
            ? new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = keyId } : new RsaSecurityKey(RSA.Create(2048)) { KeyId = keyId }, algorithm);

    /// <summary>Registers it with the bank for a party, as the operator.</summary>
    public async Task<PartnerProgram> Register(Guid party, params string[] scopes)
    {
        var outcome = await bank.Call((Programs programs) => programs.Register(
            new Programs.Registration(clientId, "第一医院结算系统", ClientKind.Program, party, scopes, null, null, PublicKey), "", Staff.Operator, CancellationToken.None));
        Assert.True(outcome.Try(out var result, out var refusal), refusal?.Reason);
        Assert.NotNull(result.Done);
        return this;
    }

    /// <summary>A client assertion (RFC 7523 section 3).</summary>
    public string Assertion(
        string audience = Address, string? jti = null, TimeSpan? life = null, string? issuer = null, string? subject = null, string type = "client-authentication+jwt")
    {
        var now = bank.Clock.UtcNow();
        var claims = new ClaimsIdentity([new Claim("sub", subject ?? clientId)]);
        if (jti != "") claims.AddClaim(new Claim("jti", jti ?? RandomNumberGenerator.GetHexString(32)));
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = type,
            Issuer = issuer ?? clientId,
            Audience = audience,
            Subject = claims,
            IssuedAt = now,
            Expires = now + (life ?? TimeSpan.FromMinutes(1)),
            SigningCredentials = new SigningCredentials(key, algorithm),
        });
    }

    public async Task<(int Status, JsonElement Answer)> Ask(string path, params (string Name, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent(form.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        using var answer = await _http.PostAsync(path, content);
        return ((int)answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }

    public Task<(int Status, JsonElement Answer)> AskToken(string assertion, string? scope = null) => Ask("connect/token",
    [
        ("grant_type", "client_credentials"), ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), ("client_assertion", assertion),
        .. scope is null ? Array.Empty<(string, string)>() : [("scope", scope)],
    ]);

    public async Task<string> Token(string? scope = null)
    {
        var (status, answer) = await AskToken(Assertion(), scope);
        Assert.True(status == 200, answer.ToString());
        Assert.InRange(answer.GetProperty("expires_in").GetInt32(), 599, 600);
        return answer.GetProperty("access_token").GetString()!;
    }

    public async Task<HttpResponseMessage> Get(string path, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        return await _http.SendAsync(request);
    }

    public async Task<HttpResponseMessage> Post(string path, string token, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
            Content = new StringContent(JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Add(IdempotencyKey.Header, RandomNumberGenerator.GetHexString(32));
        return await _http.SendAsync(request);
    }

    public void Dispose() => _http.Dispose();
}
