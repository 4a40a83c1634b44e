using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.Tokens;
using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Partners' programs: a key of their own, tokens of ten minutes, the data of one party.</summary>
public sealed class ProgramTests
{
    static readonly Caller An = Security("an"), Bo = Security("bo");

    static Caller Security(string name) => new(null, IsOperator: false) { UserId = NameBasedId.From("security", name), Roles = [Roles.Security] };

    static Task<HttpBank> Start(TestDatabase database) => HttpBank.Start(database, ("Pujiang:Address", PartnerProgram.Address));

    /// <summary>A firm with an account.</summary>
    static async Task<(Guid Party, Guid Account)> Firm(HttpBank bank, string creditCode = "91310000MA1FL0AC9P")
    {
        var party = await bank.Call((OpenAccount counter) => counter.Register(new OpenAccount.Customer(PartyKind.Firm, "上海第一医院", creditCode, null), CancellationToken.None)).Value();
        var account = await bank.Call((OpenAccount counter) => counter.Handle(new OpenAccount.Request(party, null, null), CancellationToken.None)).Value();
        return (party, account.Id);
    }

    [Theory, BothDatabases]
    public async Task Token_OfAProgram_OpensItsPartysAccountsAndNothingElse(TestDatabase database)
    {
        await using var bank = await Start(database);
        var (party, account) = await Firm(bank);
        var (_, other) = await Firm(bank, "91310000MA1FL0AD7J");
        using var program = await PartnerProgram.New(bank).Register(party, "accounts:read");
        var token = await program.Token();

        using var own = await program.Get("api/accounts", token);
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        using var list = JsonDocument.Parse(await own.Content.ReadAsStringAsync());
        Assert.Equal([account], list.RootElement.EnumerateArray().Select(a => a.GetProperty("id").GetGuid()));
        using var foreign = await program.Get($"api/accounts/{other}", token);
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);

        using var transfer = await program.Post("api/transfers", token, new { });
        Assert.Equal(HttpStatusCode.Forbidden, transfer.StatusCode);
        Assert.Equal("Bearer error=\"insufficient_scope\", scope=\"payments:write\"", transfer.Headers.WwwAuthenticate.ToString());
        using var people = await program.Get("api/people", token);
        Assert.Equal(HttpStatusCode.Forbidden, people.StatusCode);
        using var page = await program.Get("account", token);
        Assert.Equal(HttpStatusCode.Forbidden, page.StatusCode);
        Assert.Equal($"program/{program.ClientId}", await bank.Call((CityDb db) => db.Set<AuditEntry>().Where(e => e.Action == "refused").Select(e => e.Actor).Distinct().SingleAsync()));
    }

    [Theory]
    [InlineData(SecurityAlgorithms.RsaSha256)]
    [InlineData(SecurityAlgorithms.RsaSsaPssSha256)]
    public async Task Token_WithAnRsaKey_IsGivenToo(string algorithm)
    {
        await using var bank = await Start(TestDatabase.Sqlite);
        var (party, _) = await Firm(bank);
        using var program = await PartnerProgram.New(bank, algorithm: algorithm).Register(party, "accounts:read", "payments:write");
        var (_, answer) = await program.AskToken(program.Assertion(), "payments:write");
        Assert.False(answer.TryGetProperty("error", out _), answer.ToString());
        using var accounts = await program.Get("api/accounts", answer.GetProperty("access_token").GetString()!);
        Assert.Equal(HttpStatusCode.Forbidden, accounts.StatusCode);
    }

    [Theory, BothDatabases]
    public async Task Assertion_ThatIsNotRight_IsRefusedWithAReason(TestDatabase database)
    {
        await using var bank = await Start(database);
        var (party, _) = await Firm(bank);
        using var program = await PartnerProgram.New(bank).Register(party, "accounts:read");
        using var stranger = PartnerProgram.New(bank);
        var used = program.Assertion();
        Assert.Equal(200, (await program.AskToken(used)).Status);

        async Task Refused(string assertion, string says, string? scope = null, string error = "invalid_client")
        {
            var (status, answer) = await program.AskToken(assertion, scope);
            Assert.InRange(status, 400, 401);
            Assert.Equal(error, answer.GetProperty("error").GetString());
            Assert.Contains(says, answer.GetProperty("error_description").GetString(), StringComparison.Ordinal);
        }
        await Refused(used, "used before");
        await Refused(stranger.Assertion(), "");
        await Refused(program.Assertion(audience: "https://other.example"), "");
        await Refused(program.Assertion(life: TimeSpan.FromMinutes(6)), "at most 5 minutes");
        await Refused(program.Assertion(jti: ""), "jti");
        await Refused(program.Assertion(jti: new string('x', 65)), "jti");
        await Refused(program.Assertion(life: TimeSpan.FromMinutes(-6)), "");
        await Refused(program.Assertion(issuer: "nobody", subject: "nobody"), "");
        await Refused(program.Assertion(), "scope", "payments:write", "invalid_request");
        await Refused(program.Assertion(), "scope", "everything", "invalid_scope");
        await Refused(program.Assertion(type: "at+jwt"), "");
        await Refused("no.jwt.atall", "");
        Assert.Equal(200, (await program.AskToken(program.Assertion(type: "JWT"))).Status);
    }

    [Fact]
    public async Task ClientSecrets_AndOtherGrants_AreRefused()
    {
        await using var bank = await Start(TestDatabase.Sqlite);
        var (party, _) = await Firm(bank);
        using var program = await PartnerProgram.New(bank).Register(party, "accounts:read");
        async Task<string?> Error(params (string, string)[] form) => (await program.Ask("connect/token", form)).Answer.GetProperty("error").GetString();
        Assert.Equal("invalid_client", await Error(("grant_type", "client_credentials"), ("client_id", program.ClientId), ("client_secret", "secret")));
        Assert.Equal("invalid_request", await Error(("grant_type", "client_credentials"), ("client_id", program.ClientId)));
        Assert.Equal("unsupported_grant_type", await Error(("grant_type", "password"), ("username", "a"), ("password", "b"), ("client_id", program.ClientId)));
        using var http = bank.Client();
        using var discovery = JsonDocument.Parse(await http.GetStringAsync(".well-known/openid-configuration"));
        Assert.Equal(PartnerProgram.Address + "/", discovery.RootElement.GetProperty("issuer").GetString());
        Assert.Equal(PartnerProgram.Address + "/connect/token", discovery.RootElement.GetProperty("token_endpoint").GetString());
        Assert.Equal(["private_key_jwt"], discovery.RootElement.GetProperty("token_endpoint_auth_methods_supported").EnumerateArray().Select(m => m.GetString()));
        using var keys = JsonDocument.Parse(await http.GetStringAsync(".well-known/jwks"));
        var key = Assert.Single(keys.RootElement.GetProperty("keys").EnumerateArray());
        Assert.Equal(("ES256", false), (key.GetProperty("alg").GetString(), key.TryGetProperty("d", out _)));
    }

    [Theory, BothDatabases]
    public async Task Token_AfterTenMinutes_OrOfAnEndedProgram_IsRefused(TestDatabase database)
    {
        await using var bank = await Start(database);
        var (party, _) = await Firm(bank);
        using var program = await PartnerProgram.New(bank).Register(party, "accounts:read");
        async Task<HttpStatusCode> Use(string token)
        {
            using var answer = await program.Get("api/accounts", token);
            if (answer.StatusCode == HttpStatusCode.Unauthorized) Assert.Contains("invalid_token", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
            return answer.StatusCode;
        }
        var old = await program.Token();
        bank.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(HttpStatusCode.Unauthorized, await Use(old));
        Assert.Equal(HttpStatusCode.Unauthorized, await Use(old[..^4] + "AAAA"));

        var token = await program.Token();
        Assert.Equal(HttpStatusCode.OK, await Use(token));
        Assert.Null(await bank.Call((Programs programs) => programs.End(program.ClientId, An, CancellationToken.None)));
        Assert.Equal(HttpStatusCode.Unauthorized, await Use(token));
        Assert.Equal("invalid_client", (await program.AskToken(program.Assertion())).Answer.GetProperty("error").GetString());
        Assert.Equal("program_id_taken", await bank.Call((Programs programs) => programs.Register(
            new Programs.Registration(program.ClientId, "又一家", ClientKind.Program, party, ["accounts:read"], null, null, program.PublicKey), "", Staff.Operator, CancellationToken.None)).Code());
    }

    [Theory, BothDatabases]
    public async Task Keys_OfTheServer_SurviveARestartAndAreItsUsersAlone(TestDatabase database)
    {
        await using var bank = await Start(database);
        var (party, _) = await Firm(bank);
        string token;
        using (var before = await PartnerProgram.New(bank).Register(party, "accounts:read")) token = await before.Token();
        await bank.Restart();
        using var after = PartnerProgram.New(bank);
        using var answer = await after.Get("api/accounts", token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var folder = Path.Combine(bank.Folder, "keys", "oauth");
        Assert.All(Directory.GetFiles(folder).Append(folder), path => Assert.True(FileModes.IsForOwnerOnly(path), path));
        Assert.Equal(2, Directory.GetFiles(folder).Length);
    }

    [Theory, BothDatabases]
    public async Task KeysOfAProgram_ChangeOverWithAColleaguesConsent_AndTheOldOneStopsAtOnce(TestDatabase database)
    {
        await using var bank = await Start(database);
        var (party, _) = await Firm(bank);
        using var old = await PartnerProgram.New(bank).Register(party, "accounts:read");
        using var next = PartnerProgram.New(bank, keyId: "k2");
        var asked = await bank.Call((Programs programs) => programs.AddKeys(old.ClientId, next.PublicKey, "add-1", An, CancellationToken.None)).Value();
        Assert.Equal("invalid_client", (await next.AskToken(next.Assertion())).Answer.GetProperty("error").GetString());
        Assert.Equal("approval_own", await bank.Call((Approvals approvals) => approvals.Approve(asked.Waiting!.Id, asked.Waiting.ContentHash, An, CancellationToken.None)).Code());
        var done = await bank.Call((Approvals approvals) => approvals.Approve(asked.Waiting!.Id, asked.Waiting.ContentHash, Bo, CancellationToken.None)).Value();
        Assert.Equal(ApprovalState.Executed, done.State);

        var (first, second) = (await old.Token(), await next.Token());
        Assert.Null(await bank.Call((Programs programs) => programs.WithdrawKey(old.ClientId, "k1", An, CancellationToken.None)));
        foreach (var token in (string[])[first, second])
        {
            using var answer = await next.Get("api/accounts", token);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }
        Assert.Equal("invalid_client", (await old.AskToken(old.Assertion())).Answer.GetProperty("error").GetString());
        await next.Token();
        Assert.Equal("program_key_known", await bank.Call((Programs programs) => programs.AddKeys(old.ClientId, next.PublicKey, "add-2", An, CancellationToken.None)).Code());
    }

    [Theory, BothDatabases]
    public async Task Register_BySecurity_WaitsForAColleague_AndWorksAfterwards(TestDatabase database)
    {
        await using var bank = await Start(database);
        var (party, _) = await Firm(bank);
        using var program = PartnerProgram.New(bank);
        var wanted = new Programs.Registration(program.ClientId, "第一医院", ClientKind.Program, party, ["accounts:read"], null, null, program.PublicKey);
        var asked = await bank.Call((Programs programs) => programs.Register(wanted, "one", An, CancellationToken.None)).Value();
        Assert.Equal(asked.Waiting!.Id, (await bank.Call((Programs programs) => programs.Register(wanted, "one", An, CancellationToken.None)).Value()).Waiting!.Id);
        Assert.Empty(await bank.Call((Programs programs) => programs.All(CancellationToken.None)));
        await bank.Call((Approvals approvals) => approvals.Approve(asked.Waiting.Id, asked.Waiting.ContentHash, Bo, CancellationToken.None)).Value();
        await program.Token();
        var actions = await bank.Call((CityDb db) => db.Set<AuditEntry>().Where(e => e.Subject == "program/first-hospital").Select(e => e.Actor).ToListAsync());
        Assert.Equal([An.Actor], actions);
    }

    /// <summary>The example of the documentation, as somebody would paste it.</summary>
    [Fact]
    public async Task Example_OfTheDocumentation_PrintsTheAccounts()
    {
        await using var bank = await HttpBank.Start(TestDatabase.Sqlite, TimeProvider.System.GetUtcNow(), ("Pujiang:DemoMode", "true"));
        var text = await File.ReadAllTextAsync(Path.Combine(TestData.Root(), "docs", "sign-in.md"));
        var script = text.Split("<!-- program -->\n```sh\n")[1].Split("\n```\n<!-- /program -->")[0]
            .Replace("BANK=http://localhost:8080 DATA=data", $"BANK={bank.Url} DATA=.", StringComparison.Ordinal);
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", script])
        {
            WorkingDirectory = bank.Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var errors = bash.StandardError.ReadToEndAsync();
        var output = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        Assert.True(bash.ExitCode == 0, await errors + output);
        using var accounts = JsonDocument.Parse(output[output.LastIndexOf("[{", StringComparison.Ordinal)..]);
        Assert.Equal("上海第一医院", Assert.Single(accounts.RootElement.EnumerateArray()).GetProperty("owner").GetString());
    }

    public static TheoryData<string, string?, ClientKind, bool, string[], string[]?, string> Wrong => new()
    {
        { "ab", "医院", ClientKind.Program, true, ["accounts:read"], null, "program_id_invalid" },
        { "Hospital", "医院", ClientKind.Program, true, ["accounts:read"], null, "program_id_invalid" },
        { "hospital", " ", ClientKind.Program, true, ["accounts:read"], null, "name_invalid" },
        { "hospital", "医\u0007院", ClientKind.Program, true, ["accounts:read"], null, "text_unreadable" },
        { "hospital", "医院", ClientKind.Program, false, ["accounts:read"], null, "party_unknown" },
        { "hospital", "医院", ClientKind.Program, true, [], null, "program_scope_invalid" },
        { "hospital", "医院", ClientKind.Program, true, ["accounts:read", "everything"], null, "program_scope_invalid" },
        { "app", "应用", ClientKind.Application, true, ["profile"], ["https://app.example/in"], "application_party" },
        { "app", "应用", ClientKind.Application, false, ["accounts:read"], ["https://app.example/in"], "program_scope_invalid" },
        { "app", "应用", ClientKind.Application, false, ["profile"], [], "program_address_invalid" },
        { "app", "应用", ClientKind.Application, false, ["profile"], ["http://app.example/in"], "program_address_invalid" },
        { "app", "应用", ClientKind.Application, false, ["profile"], ["https://app.example/in#x"], "program_address_invalid" },
        { "app", "应用", ClientKind.Application, false, ["profile"], ["javascript:alert(1)"], "program_address_invalid" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public async Task Register_WrongField_IsRefused(string clientId, string? name, ClientKind kind, bool withParty, string[] scopes, string[]? addresses, string code)
    {
        await using var bank = await Start(TestDatabase.Sqlite);
        var (party, _) = await Firm(bank);
        using var program = PartnerProgram.New(bank);
        var wanted = new Programs.Registration(clientId, name, kind, withParty ? party : null, scopes, addresses, null, program.PublicKey);
        Assert.Equal(code, await bank.Call((Programs programs) => programs.Register(wanted, "", Staff.Operator, CancellationToken.None)).Code());
    }

    [Theory]
    [InlineData("", "program_key_invalid")]
    [InlineData("null", "program_key_invalid")]
    [InlineData("[]", "program_key_invalid")]
    [InlineData("""{"keys":[]}""", "program_key_invalid")]
    [InlineData("""{"keys":[1]}""", "program_key_invalid")]
    [InlineData("""{"kty":7}""", "program_key_invalid")]
    [InlineData("""{"kty":"oct","k":"c2VjcmV0"}""", "program_key_private")]
    [InlineData("""{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""", "program_key_invalid")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}""", "program_key_invalid")]
    [InlineData("""{"kty":"EC","crv":"secp256k1","x":"AAAA","y":"AAAA"}""", "program_key_invalid")]
    [InlineData("""{"kty":"RSA","n":"AQAB","e":"AQAB"}""", "program_key_invalid")]
    [InlineData("""{"kty":"RSA","n":"!","e":"AQAB"}""", "program_key_invalid")]
    public void Keys_ThatAreNone_AreRefused(string json, string code) => Assert.Equal(code, ProgramKeys.Read(json).Code());

    [Fact]
    public void Keys_AreKeptWithTheirPublicPartsAlone()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var jwk = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(ec));
        var text = JsonSerializer.Serialize(new { kty = "EC", crv = "P-256", x = jwk.X, y = jwk.Y, note = "ours" });
        var stored = ProgramKeys.Write(ProgramKeys.Read(text).Value());
        Assert.DoesNotContain("ours", stored, StringComparison.Ordinal);
        Assert.Equal(ProgramKeys.Fingerprint(jwk), Assert.Single(ProgramKeys.Stored(stored)).Kid);
        Assert.Equal("program_key_private", ProgramKeys.Read(text.Replace("\"kty\"", "\"d\":\"AA\",\"kty\"", StringComparison.Ordinal)).Code());
    }
}
