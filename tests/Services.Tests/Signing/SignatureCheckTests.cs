using System.Text;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Whatever of a signed message is changed, it is refused.</summary>
public sealed class SignatureCheckTests
{
    static readonly DateTimeOffset Now = TestBank.Opening;

    /// <summary>A message that can be changed, as one who stands between the two sides can.</summary>
    sealed record Draft(string Method, string Authority, string Path, string Query, int? Status, Draft? Request, byte[] Body, Dictionary<string, string> Fields)
    {
        public Draft With(string field, string value) => this with { Fields = new(Fields, StringComparer.OrdinalIgnoreCase) { [field] = value } };

        public Draft Without(string field) => this with { Fields = new(Fields.Where(f => f.Key != field), StringComparer.OrdinalIgnoreCase) };

        public HttpMessage Message => new()
        {
            Method = Status is null ? Method : null,
            Authority = Status is null ? Authority : null,
            Path = Status is null ? Path : null,
            Query = Status is null ? Query : null,
            Status = Status,
            Request = Request?.Message,
            Field = name => Fields.TryGetValue(name, out var value) ? [value] : null,
        };
    }

    sealed class Sides(SignatureAlgorithm algorithm)
    {
        public FakeTimeProvider Clock { get; } = new(Now);
        public SigningKey Key { get; } = SigningKey.Create(algorithm);
        public SigningKey Stranger { get; } = SigningKey.Create(algorithm);
        public SignatureOptions Options { get; } = new();

        public SignatureCheck Check(TrustedKey? key = null) => new(
            new KeyList(key ?? new TrustedKey(Key.KeyId, "hospital", Key.Public, Now.UtcDateTime.AddDays(-1))), new MemoryNonces(Clock), Options, Clock);

        public Draft Request(string body = """{"amount":"12.00"}""", SigningKey? signer = null, string nonce = "n-1")
        {
            var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["content-type"] = "application/json", ["idempotency-key"] = "k-1" };
            var draft = new Draft("POST", "bank.example:8443", "/partner/bills", "?month=2026-03", null, null, Encoding.UTF8.GetBytes(body), fields);
            if (body.Length > 0) draft = draft.With("content-digest", ContentDigest.Of(draft.Body, algorithm));
            var (input, signature) = HttpSignature.Sign(draft.Message, HttpSignature.RequiredOfRequest(draft.Message, body.Length > 0),
                signer ?? Key, Clock.GetUtcNow(), Options.Skew, nonce, HttpSignature.RequestTag);
            return draft.With("signature-input", input).With("signature", signature);
        }

        public Draft Answer(Draft request)
        {
            var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["content-type"] = "application/json" };
            var draft = new Draft("", "", "", "", 200, request, Encoding.UTF8.GetBytes("""{"paid":true}"""), fields);
            draft = draft.With("content-digest", ContentDigest.Of(draft.Body, algorithm));
            var (input, signature) = HttpSignature.Sign(draft.Message, HttpSignature.RequiredOfAnswer(draft.Message, "sig"), Key, Clock.GetUtcNow(), Options.Skew, null, HttpSignature.AnswerTag);
            return draft.With("signature-input", input).With("signature", signature);
        }

        public async Task<string> Judge(Draft request, SignatureCheck? check = null) =>
            (await (check ?? Check()).Request(request.Message, request.Body, CancellationToken.None)).Try(out var by, out var refusal) ? by.Owner : refusal.Code;

        public async Task<string> JudgeAnswer(Draft answer, string owner = "hospital") =>
            (await Check().Answer(answer.Message, answer.Body, owner, "sig", CancellationToken.None)).Try(out var by, out var refusal) ? by.Owner : refusal.Code;
    }

    public static TheoryData<SignatureAlgorithm> Algorithms => [SignatureAlgorithm.Ed25519, SignatureAlgorithm.Sm2];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task Request_AndAnswer_AsSigned_AreAccepted(SignatureAlgorithm algorithm)
    {
        var sides = new Sides(algorithm);
        Assert.Equal("hospital", await sides.Judge(sides.Request()));
        Assert.Equal("hospital", await sides.Judge(sides.Request(body: "")));
        Assert.Equal("hospital", await sides.JudgeAnswer(sides.Answer(sides.Request())));
    }

    /// <summary>Each way to change a covered part, with text or a position that is drawn at random.</summary>
    static readonly (string What, Func<Draft, string, int, Draft> Change)[] Changes =
    [
        ("method", (d, _, _) => d with { Method = "PUT" }),
        ("authority", (d, text, _) => d with { Authority = d.Authority + text }),
        ("path", (d, text, _) => d with { Path = d.Path + text }),
        ("query", (d, text, _) => d with { Query = d.Query + text }),
        ("content-type", (d, text, _) => d.With("content-type", d.Fields["content-type"] + text)),
        ("no content-type", (d, _, _) => d.Without("content-type")),
        ("idempotency-key", (d, text, _) => d.With("idempotency-key", d.Fields["idempotency-key"] + text)),
        ("body", (d, _, at) => d with { Body = Flip(d.Body, at) }),
        ("body cut", (d, _, at) => d with { Body = d.Body[..(at % d.Body.Length)] }),
        ("no digest", (d, _, _) => d.Without("content-digest")),
        ("body and digest", (d, _, at) => (d with { Body = Flip(d.Body, at) }).With("content-digest", ContentDigest.Of(Flip(d.Body, at), SignatureAlgorithm.Ed25519))),
        ("signature", (d, _, at) => d.With("signature", $"sig=:{Convert.ToBase64String(Flip(Convert.FromBase64String(d.Fields["signature"][5..^1]), at))}:")),
        ("created", (d, _, at) => d.With("signature-input", d.Fields["signature-input"].Replace("created=", $"created={1 + (at % 9)}", StringComparison.Ordinal))),
        ("expires", (d, _, _) => d.With("signature-input", d.Fields["signature-input"].Replace("expires=", "expires=9", StringComparison.Ordinal))),
        ("nonce", (d, _, _) => d.With("signature-input", d.Fields["signature-input"].Replace("nonce=\"n", "nonce=\"m", StringComparison.Ordinal))),
        ("fewer parts", (d, _, _) => d.With("signature-input", d.Fields["signature-input"].Replace("\"@query\" ", "", StringComparison.Ordinal))),
        ("more parts", (d, _, _) => d.With("signature-input", d.Fields["signature-input"].Replace("\"@query\" ", "\"@query\" \"date\" ", StringComparison.Ordinal))),
        ("other order", (d, _, _) => d.With("signature-input", d.Fields["signature-input"].Replace("\"@method\" \"@authority\"", "\"@authority\" \"@method\"", StringComparison.Ordinal))),
        ("label", (d, _, _) => d.With("signature-input", "x" + d.Fields["signature-input"])),
        ("no signature", (d, _, _) => d.Without("signature")),
        ("no input", (d, _, _) => d.Without("signature-input")),
    ];

    static byte[] Flip(byte[] bytes, int at)
    {
        byte[] changed = [.. bytes];
        changed[at / 8 % bytes.Length] ^= (byte)(1 << (at % 8));
        return changed;
    }

    static readonly Gen<string> AnyText = Gen.Char['!', '~'].Array[1, 5].Select(chars => new string(chars));

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task Request_ChangedAnywhere_IsRefused(SignatureAlgorithm algorithm)
    {
        var sides = new Sides(algorithm);
        var request = sides.Request();
        var tried = new HashSet<string>(StringComparer.Ordinal);
        await Gen.Select(Gen.Int[0, Changes.Length - 1], AnyText, Gen.Int[0, 100_000]).SampleAsync(async (which, text, at) =>
        {
            var (what, change) = Changes[which];
            tried.Add(what);
            Assert.True(await sides.Judge(change(request, text, at)) is not "hospital", what);
        }, iter: 400, threads: 1);
        // A change that was never drawn proves nothing.
        foreach (var (what, change) in Changes.Where(c => !tried.Contains(c.What)))
            Assert.True(await sides.Judge(change(request, "x", 7)) is not "hospital", what);
    }

    /// <summary>Of an answer: itself, and every part of the request that it answers.</summary>
    static readonly (string What, Func<Draft, string, int, Draft> Change)[] AnswerChanges =
    [
        ("status", (d, _, at) => d with { Status = 201 + (at % 300) }),
        .. Changes.Where(c => c.What is "content-type" or "body" or "body cut" or "no digest" or "body and digest" or "signature" or "created" or "expires" or "no signature" or "no input"),
        ("fewer parts of the request", (d, _, _) => d.With("signature-input", d.Fields["signature-input"].Replace("\"@query\";req ", "", StringComparison.Ordinal))),
        .. Changes.Where(c => c.What is "method" or "authority" or "path" or "query" or "signature" or "no signature")
            .Select(c => ($"the request's {c.What}", (Func<Draft, string, int, Draft>)((d, text, at) => d with { Request = c.Change(d.Request!, text, at) }))),
    ];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task Answer_ChangedAnywhere_OrToAnotherRequest_IsRefused(SignatureAlgorithm algorithm)
    {
        var sides = new Sides(algorithm);
        var answer = sides.Answer(sides.Request());
        foreach (var (what, change) in AnswerChanges)
            await Gen.Select(AnyText, Gen.Int[0, 100_000]).SampleAsync(
                async (text, at) => Assert.True(await sides.JudgeAnswer(change(answer, text, at)) is not "hospital", what), iter: 15, threads: 1);
        Assert.Equal("signature_wrong", await sides.JudgeAnswer(answer with { Request = sides.Request(nonce: "n-2") }));
        Assert.Equal("signature_key_unknown", await sides.JudgeAnswer(answer, owner: "court"));
    }

    [Fact]
    public async Task RequestsSignature_InAnAnswer_IsNoAnswersSignature()
    {
        var sides = new Sides(SignatureAlgorithm.Ed25519);
        var request = sides.Request();
        Assert.Equal("signature_tag_wrong", await sides.JudgeAnswer(request with { Status = 200, Request = request }));
    }

    [Theory]
    [InlineData(0, "hospital")]
    [InlineData(299, "hospital")]
    [InlineData(301, "signature_too_old")]
    [InlineData(-299, "hospital")]
    [InlineData(-301, "signature_in_future")]
    public async Task Clocks_ThatDiffer_AreToleratedUpToTheSkew(int secondsLater, string expected)
    {
        var sides = new Sides(SignatureAlgorithm.Ed25519);
        sides.Clock.SetUtcNow(Now.AddHours(1));
        var request = sides.Request();
        var judge = new Sides(SignatureAlgorithm.Ed25519);
        judge.Clock.SetUtcNow(Now.AddHours(1).AddSeconds(secondsLater));
        var check = new SignatureCheck(new KeyList(new TrustedKey(sides.Key.KeyId, "hospital", sides.Key.Public, Now.UtcDateTime)),
            new MemoryNonces(judge.Clock), judge.Options, judge.Clock);
        Assert.Equal(expected, await judge.Judge(request, check));
    }

    [Fact]
    public async Task Request_SentTwice_IsRefusedTheSecondTime()
    {
        var sides = new Sides(SignatureAlgorithm.Ed25519);
        var check = sides.Check();
        Assert.Equal("hospital", await sides.Judge(sides.Request(), check));
        Assert.Equal("signature_replayed", await sides.Judge(sides.Request(), check));
        Assert.Equal("hospital", await sides.Judge(sides.Request(nonce: "n-2"), check));
    }

    [Fact]
    public async Task Request_ThatIsRefused_UsesUpNoNonce()
    {
        var sides = new Sides(SignatureAlgorithm.Ed25519);
        var check = sides.Check();
        Assert.Equal("signature_wrong", await sides.Judge(sides.Request() with { Method = "PUT" }, check));
        Assert.Equal("content_digest_wrong", await sides.Judge(sides.Request() with { Body = [1] }, check));
        Assert.Equal("hospital", await sides.Judge(sides.Request(), check));
    }

    [Theory]
    [InlineData(0, null, false, "hospital")]
    [InlineData(1, null, false, "signature_key_not_valid")]
    [InlineData(-5, -1, false, "signature_key_not_valid")]
    [InlineData(-5, 1, false, "hospital")]
    [InlineData(-5, 1, true, "signature_key_not_valid")]
    public async Task Key_OutsideItsTime_OrRevoked_IsRefused(int fromMinutes, int? untilMinutes, bool revoked, string expected)
    {
        var sides = new Sides(SignatureAlgorithm.Ed25519);
        var now = Now.UtcDateTime;
        var key = new TrustedKey(sides.Key.KeyId, "hospital", sides.Key.Public, now.AddMinutes(fromMinutes),
            untilMinutes is { } minutes ? now.AddMinutes(minutes) : null, revoked ? now : null);
        Assert.Equal(expected, await sides.Judge(sides.Request(), sides.Check(key)));
    }

    [Fact]
    public async Task Key_OfAStranger_IsRefused()
    {
        var sides = new Sides(SignatureAlgorithm.Ed25519);
        Assert.Equal("signature_key_unknown", await sides.Judge(sides.Request(signer: sides.Stranger)));
        var pretends = sides.Request(signer: sides.Stranger);
        pretends = pretends.With("signature-input", pretends.Fields["signature-input"].Replace(sides.Stranger.KeyId, sides.Key.KeyId, StringComparison.Ordinal));
        Assert.Equal("signature_wrong", await sides.Judge(pretends));
    }

    [Fact]
    public async Task Algorithm_ThatIsNotTheKeys_IsRefused()
    {
        var sides = new Sides(SignatureAlgorithm.Ed25519);
        var request = sides.Request();
        Assert.Equal("signature_algorithm_wrong", await sides.Judge(
            request.With("signature-input", request.Fields["signature-input"].Replace("ed25519", "hmac-sha256", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Refusal_RepeatsNothingThatWasSent()
    {
        var sides = new Sides(SignatureAlgorithm.Ed25519);
        var request = sides.Request();
        var marked = request.With("signature-input", request.Fields["signature-input"].Replace("\"@method\"", "\"evil<script>\" \"@method\"", StringComparison.Ordinal));
        Assert.False((await sides.Check().Request(marked.Message, marked.Body, CancellationToken.None)).Try(out _, out var refusal));
        Assert.Equal("signature_component_missing", refusal.Code);
        Assert.DoesNotContain("evil", refusal.Reason, StringComparison.Ordinal);
    }
}
