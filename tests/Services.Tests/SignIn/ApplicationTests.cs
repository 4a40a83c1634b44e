using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Other applications let their visitors sign in at the bank: code flow with PKCE, asked by a page, told little.</summary>
public sealed partial class ApplicationTests
{
    const string Back = "https://app.example/signed-in", Verifier = "a-verifier-of-more-than-forty-three-characters-1234567890";

    static readonly string Challenge = WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    /// <summary>The bank, an application with its key, and a visitor's browser.</summary>
    sealed class Story(HttpBank bank, PartnerProgram application, Guid person) : IAsyncDisposable
    {
        readonly HttpClient _http = bank.Client();
        readonly Dictionary<string, string> _cookies = new(StringComparer.Ordinal);

        public HttpBank Bank => bank;

        public PartnerProgram Application => application;

        public Guid Person => person;

        public static async Task<Story> Begin(TestDatabase database)
        {
            var bank = await HttpBank.Start(database, ("Pujiang:Address", PartnerProgram.Address));
            var application = PartnerProgram.New(bank, "city-app");
            var registered = await bank.Call((Programs programs) => programs.Register(
                new Programs.Registration("city-app", "随申办", ClientKind.Application, null, ["profile"], [Back], [Back], application.PublicKey), "", Staff.Operator, CancellationToken.None));
            Assert.False(registered.IsRefused());
            var invited = await bank.Call((People people) => people.Invite(new People.Invitation("zhou.an", "周安", null, [Roles.Security]), Staff.Operator, CancellationToken.None)).Value();
            return new Story(bank, application, invited.Id);
        }

        /// <summary>The browser has a session from now on.</summary>
        public async Task SignIn()
        {
            await using var scope = bank.Services.CreateAsyncScope();
            var http = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
            http.Request.Scheme = "https";
            var found = await scope.ServiceProvider.GetRequiredService<OwnSignIn>().Load(person, CancellationToken.None);
            await scope.ServiceProvider.GetRequiredService<Sessions>().Start(http, found, "pwd otp", CancellationToken.None);
            Keep(http.Response.Headers.SetCookie);
        }

        void Keep(IEnumerable<string?> cookies)
        {
            foreach (var cookie in cookies) _cookies[cookie!.Split('=')[0]] = cookie.Split('=', 2)[1].Split(';')[0];
        }

        public static string Authorize(params (string Name, string? Value)[] instead)
        {
            var query = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["client_id"] = "city-app",
                ["redirect_uri"] = Back,
                ["response_type"] = "code",
                ["scope"] = "openid profile",
                ["state"] = "s-1",
                ["nonce"] = "n-1",
                ["code_challenge"] = Challenge,
                ["code_challenge_method"] = "S256",
            };
            foreach (var (name, value) in instead) query[name] = value;
            return QueryHelpers.AddQueryString("connect/authorize", query.Where(p => p.Value is not null));
        }

        public async Task<HttpResponseMessage> Get(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path.TrimStart('/'));
            return await Send(request);
        }

        async Task<HttpResponseMessage> Send(HttpRequestMessage request)
        {
            if (_cookies.Count > 0) request.Headers.Add("Cookie", string.Join("; ", _cookies.Select(c => $"{c.Key}={c.Value}")));
            var answer = await _http.SendAsync(request);
            if (answer.Headers.TryGetValues("Set-Cookie", out var cookies)) Keep(cookies);
            return answer;
        }

        /// <summary>Presses a button of the page's form; where that leads.</summary>
        public async Task<HttpResponseMessage> Press(string page, string action, params (string Name, string Value)[] buttons)
        {
            var fields = Hidden().Matches(page).Where(m => m.Groups["name"].Value != "back").Select(m => (m.Groups["name"].Value, WebUtility.HtmlDecode(m.Groups["value"].Value)));
            // The page's head has a form too, with a token of its own.
            using var content = new FormUrlEncodedContent(fields.Concat(buttons).DistinctBy(f => f.Item1).Select(f => KeyValuePair.Create(f.Item1, f.Item2)));
            using var request = new HttpRequestMessage(HttpMethod.Post, action.TrimStart('/')) { Content = content };
            return await Send(request);
        }

        /// <summary>Asked and allowed; the code.</summary>
        public async Task<string> Code(bool tellName = true)
        {
            using var begun = await Get(Authorize());
            using var consent = await Get(begun.Headers.Location!.OriginalString);
            Assert.True(consent.StatusCode == HttpStatusCode.OK, await consent.Content.ReadAsStringAsync());
            Assert.Contains("form-action 'self' https://app.example;", Assert.Single(consent.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
            using var done = await Press(await consent.Content.ReadAsStringAsync(), "connect/decision", [("allow", "true"), .. tellName ? [("tellName", "true")] : Array.Empty<(string, string)>()]);
            var answer = QueryOf(done);
            Assert.Equal(("s-1", PartnerProgram.Address + "/"), (answer["state"], answer["iss"]));
            return answer["code"];
        }

        public static Dictionary<string, string> QueryOf(HttpResponseMessage answer)
        {
            Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
            Assert.StartsWith(Back, answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
            return QueryHelpers.ParseQuery(answer.Headers.Location.Query).ToDictionary(p => p.Key, p => p.Value.ToString(), StringComparer.Ordinal);
        }

        public Task<(int Status, JsonElement Answer)> Redeem(string code, string verifier = Verifier) => application.Ask("connect/token",
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", Back), ("code_verifier", verifier),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), ("client_assertion", application.Assertion()));

        public async ValueTask DisposeAsync()
        {
            _http.Dispose();
            application.Dispose();
            await bank.DisposeAsync();
        }
    }

    [Theory, BothDatabases]
    public async Task SignIn_WithConsent_TellsTheApplicationANumberOfItsOwnAndTheName(TestDatabase database)
    {
        await using var story = await Story.Begin(database);
        using (var begun = await story.Get(Story.Authorize()))
        using (var first = await story.Get(begun.Headers.Location!.OriginalString))
            Assert.StartsWith("/sign-in?back=%2Fconnect%2Fconsent", first.Headers.Location!.OriginalString, StringComparison.Ordinal);
        await story.SignIn();
        var code = await story.Code();
        var (status, tokens) = await story.Redeem(code);
        Assert.True(status == 200, tokens.ToString());

        var identity = await Verified(story, tokens.GetProperty("id_token").GetString()!);
        Assert.Equal(("n-1", "周安", "city-app"), (identity.GetClaim("nonce").Value, identity.GetClaim("name").Value, Assert.Single(identity.Audiences)));
        Assert.NotEqual(story.Person.ToString(), identity.Subject);
        string[] known = ["iss", "sub", "aud", "exp", "iat", "nonce", "name", "auth_time", "at_hash", "azp", "oi_au_id", "oi_tkn_id"];
        Assert.Empty(identity.Claims.Select(c => c.Type).Except(known));

        var access = tokens.GetProperty("access_token").GetString()!;
        Assert.Equal($$"""{"sub":"{{identity.Subject}}","name":"周安"}""", (await UserInfo(story, access)).GetRawText());
        using var api = await story.Application.Get("api/people", access);
        Assert.Equal(HttpStatusCode.Unauthorized, api.StatusCode);

        // A code that comes twice was stolen once: its tokens end.
        Assert.Equal("invalid_grant", (await story.Redeem(code)).Answer.GetProperty("error").GetString());
        using var after = await story.Application.Get("connect/userinfo", access);
        Assert.Equal((HttpStatusCode.Unauthorized, "application/problem+json"), (after.StatusCode, after.Content.Headers.ContentType?.MediaType));
    }

    [Theory]
    [InlineData("/connect/authorize", false)]
    [InlineData("/connect/consent", false)]
    [InlineData("/connect/end-session", false)]
    [InlineData("/connect/token", true)]
    [InlineData("/connect/userinfo", true)]
    public void Addresses_WhereBrowsersCome_AnswerWithPages(string path, bool isForPrograms) => Assert.Equal(isForPrograms, RateLimits.IsForPrograms(path));

    static async Task<JsonWebToken> Verified(Story story, string token)
    {
        using var http = story.Bank.Client();
        var keys = new JsonWebKeySet(await http.GetStringAsync(".well-known/jwks"));
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = PartnerProgram.Address + "/",
            ValidAudience = "city-app",
            IssuerSigningKeys = keys.GetSigningKeys(),
            LifetimeValidator = (_, expires, _, _) => expires > story.Bank.Clock.UtcNow(),
        });
        Assert.True(result.IsValid, result.Exception?.Message);
        return (JsonWebToken)result.SecurityToken;
    }

    static async Task<JsonElement> UserInfo(Story story, string token)
    {
        using var answer = await story.Application.Get("connect/userinfo", token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }

    [Theory, BothDatabases]
    public async Task Consent_WithoutTheName_OrWithdrawn_Counts(TestDatabase database)
    {
        await using var story = await Story.Begin(database);
        await story.SignIn();
        var (_, tokens) = await story.Redeem(await story.Code(tellName: false));
        var access = tokens.GetProperty("access_token").GetString()!;
        Assert.False((await UserInfo(story, access)).TryGetProperty("name", out _));
        Assert.False((await Verified(story, tokens.GetProperty("id_token").GetString()!)).TryGetClaim("name", out _));

        // Silent only for what was agreed to.
        using (var more = await story.Get(Story.Authorize(("prompt", "none")))) Assert.Equal("consent_required", Story.QueryOf(more)["error"]);
        using (var same = await story.Get(Story.Authorize(("prompt", "none"), ("scope", "openid")))) Assert.Contains("code", Story.QueryOf(same));

        // The name was agreed to later, and is told only where it is asked for.
        var unused = await story.Code();
        using (var narrow = await story.Get(Story.Authorize(("prompt", "none"), ("scope", "openid"))))
            Assert.False((await Verified(story, (await story.Redeem(Story.QueryOf(narrow)["code"])).Answer.GetProperty("id_token").GetString()!)).TryGetClaim("name", out _));

        var given = Assert.Single(await story.Bank.Call((Consents consents) => consents.Of(story.Person, CancellationToken.None)));
        Assert.False(await story.Bank.Call((Consents consents) => consents.Withdraw(given.Id, NameBasedId.From("somebody", "else"), CancellationToken.None)));
        Assert.True(await story.Bank.Call((Consents consents) => consents.Withdraw(given.Id, story.Person, CancellationToken.None)));
        using var after = await story.Application.Get("connect/userinfo", access);
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
        using var again = await story.Get(Story.Authorize(("prompt", "none"), ("scope", "openid")));
        Assert.Equal("consent_required", Story.QueryOf(again)["error"]);
        Assert.Equal("invalid_grant", (await story.Redeem(unused)).Answer.GetProperty("error").GetString());
        // There is no other way to go on without the visitor: refresh tokens are not given.
        Assert.False(tokens.TryGetProperty("refresh_token", out _));
        Assert.Equal("unsupported_grant_type", (await story.Application.Ask("connect/token", ("grant_type", "refresh_token"), ("refresh_token", "any"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), ("client_assertion", story.Application.Assertion()))).Answer.GetProperty("error").GetString());

        // Agreed to anew: one consent again, and what was withdrawn stays so.
        await story.Redeem(await story.Code());
        Assert.Single(await story.Bank.Call((Consents consents) => consents.Of(story.Person, CancellationToken.None)));
        using var still = await story.Application.Get("connect/userinfo", access);
        Assert.Equal(HttpStatusCode.Unauthorized, still.StatusCode);
    }

    [Theory, BothDatabases]
    public async Task Consent_GivenManyTimesAtOnce_IsOne(TestDatabase database)
    {
        await using var story = await Story.Begin(database);
        var given = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Run(() => story.Bank.Call((Consents consents) => consents.Give("city-app", story.Person, ["openid"], CancellationToken.None)))));
        Assert.Single(given.Select(c => c.Id).Distinct());
        Assert.Single(await story.Bank.Call((Consents consents) => consents.Of(story.Person, CancellationToken.None)));
    }

    [Theory, BothDatabases]
    public async Task Register_BySecurity_WaitsForAColleague_WhoSeesWhereVisitorsGo(TestDatabase database)
    {
        await using var story = await Story.Begin(database);
        static Caller Security(string name) => new(null, IsOperator: false) { UserId = NameBasedId.From("test", name), Roles = [Roles.Security] };
        var wanted = new Programs.Registration("tax-app", "办税", ClientKind.Application, null, [], ["https://tax.example/in"], ["https://tax.example/out"], story.Application.PublicKey);
        var asked = (await story.Bank.Call((Programs programs) => programs.Register(wanted, "1", Security("zhou"), CancellationToken.None)).Value()).Waiting!;
        Assert.Equal(["https://tax.example/in", "https://tax.example/out"], asked.Facts.Select(f => f.Value.English).Where(text => text.StartsWith("https:", StringComparison.Ordinal)));
        Assert.Equal("approval_own", await story.Bank.Call((Approvals approvals) => approvals.Approve(asked.Id, asked.ContentHash, Security("zhou"), CancellationToken.None)).Code());
        await StaysHere(story, ("client_id", "tax-app"), ("redirect_uri", "https://tax.example/in"), ("scope", "openid"));
        await story.Bank.Call((Approvals approvals) => approvals.Approve(asked.Id, asked.ContentHash, Security("wu"), CancellationToken.None)).Value();
        using var begun = await story.Get(Story.Authorize(("client_id", "tax-app"), ("redirect_uri", "https://tax.example/in"), ("scope", "openid")));
        Assert.StartsWith("/connect/consent", begun.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    /// <summary>What applications read to find their way; nothing is offered that is refused.</summary>
    [Fact]
    public async Task Discovery_OffersTheCodeFlowWithPkceAndKeysAlone()
    {
        await using var story = await Story.Begin(TestDatabase.Sqlite);
        using var answer = await story.Get(".well-known/openid-configuration");
        var offered = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        string[] Of(string what) => [.. offered.GetProperty(what).EnumerateArray().Select(e => e.GetString()!).Order(StringComparer.Ordinal)];
        Assert.Equal(PartnerProgram.Address + "/", offered.GetProperty("issuer").GetString());
        foreach (var (what, path) in new[] { ("authorization_endpoint", "authorize"), ("token_endpoint", "token"), ("userinfo_endpoint", "userinfo"), ("end_session_endpoint", "end-session") })
            Assert.Equal($"{PartnerProgram.Address}/connect/{path}", offered.GetProperty(what).GetString());
        Assert.Equal(["code"], Of("response_types_supported"));
        Assert.Equal(["query"], Of("response_modes_supported"));
        Assert.Equal(["authorization_code", "client_credentials"], Of("grant_types_supported"));
        Assert.Equal(["S256"], Of("code_challenge_methods_supported"));
        Assert.Equal(["private_key_jwt"], Of("token_endpoint_auth_methods_supported"));
        Assert.Equal(["pairwise"], Of("subject_types_supported"));
        Assert.DoesNotContain("offline_access", Of("scopes_supported"));
    }

    [Fact]
    public async Task Consent_WithoutTheFormsToken_IsNotTaken()
    {
        await using var story = await Story.Begin(TestDatabase.Sqlite);
        await story.SignIn();
        using var forged = await story.Press("", Story.Authorize().Replace("authorize", "decision", StringComparison.Ordinal), ("allow", "true"));
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        Assert.Empty(await story.Bank.Call((Consents consents) => consents.Of(story.Person, CancellationToken.None)));
    }

    [Fact]
    public async Task Requests_ThatAreNotRight_AreRefused()
    {
        await using var story = await Story.Begin(TestDatabase.Sqlite);
        using (var nobody = await story.Get(Story.Authorize(("prompt", "none")))) Assert.Equal("login_required", Story.QueryOf(nobody)["error"]);
        foreach (var wrong in ((string, string?)[])
        [
            ("code_challenge", null), ("code_challenge_method", "plain"), ("response_type", "token"), ("response_type", "code id_token"), ("scope", "openid everything"), ("scope", "openid offline_access"),
            ("response_mode", "fragment"), ("redirect_uri", "https://evil.example/in"), ("redirect_uri", Back + "/"), ("redirect_uri", null), ("client_id", "nobody"), ("client_id", null),
        ])
            await StaysHere(story, wrong);

        await story.SignIn();
        using var consent = await story.Get(Story.Authorize().Replace("authorize", "consent", StringComparison.Ordinal));
        using var no = await story.Press(await consent.Content.ReadAsStringAsync(), "connect/decision", ("allow", "false"));
        Assert.Equal("access_denied", Story.QueryOf(no)["error"]);
        using (var forged = await story.Press("", "connect/end-session/done")) Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        var code = await story.Code();
        Assert.Equal("invalid_grant", (await story.Redeem(code, Verifier + "x")).Answer.GetProperty("error").GetString());
        story.Bank.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("invalid_grant", (await story.Redeem(code)).Answer.GetProperty("error").GetString());
        Assert.Null(await story.Bank.Call((Programs programs) => programs.End("city-app", Staff.Operator, CancellationToken.None)));
        await StaysHere(story);
    }

    /// <summary>Refused by the bank's own page: nothing is sent to an address before the request is known to be right.</summary>
    static async Task StaysHere(Story story, params (string Name, string? Value)[] instead)
    {
        using var answer = await story.Get(Story.Authorize(instead));
        Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{string.Join(", ", instead)}: {answer.StatusCode}");
        Assert.Null(answer.Headers.Location);
    }

    [Fact]
    public async Task EndSession_AsksAndThenSignsOutHereToo()
    {
        await using var story = await Story.Begin(TestDatabase.Sqlite);
        await story.SignIn();
        var (_, tokens) = await story.Redeem(await story.Code());
        using var page = await story.Get(QueryHelpers.AddQueryString("connect/end-session", new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["id_token_hint"] = tokens.GetProperty("id_token").GetString(),
            ["post_logout_redirect_uri"] = Back,
            ["state"] = "out-1",
        }));
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        using var done = await story.Press(await page.Content.ReadAsStringAsync(), "connect/end-session/done");
        Assert.Equal("out-1", Story.QueryOf(done)["state"]);
        using var account = await story.Get("account");
        Assert.StartsWith("/sign-in", account.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [GeneratedRegex("""<input type="hidden" name="(?<name>[^"]*)" value="(?<value>[^"]*)" ?/>""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Hidden();
}
