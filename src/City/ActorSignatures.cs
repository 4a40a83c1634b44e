using System.Collections.Concurrent;
using Pujiang.Platform;

namespace Pujiang.City;

/// <summary>The keys of the actors, and all that is signed with them. Each makes its key when it is first asked, and keeps it.</summary>
/// <remarks>These keys guard nothing but a demo: they lie in the city's memory as they are.</remarks>
sealed class ActorSignatures(CityStore store, Faults faults, SignatureOptions options, TimeProvider clock)
{
    const string Fact = "key";
    readonly ConcurrentDictionary<string, SigningKey> _keys = new(StringComparer.Ordinal);

    /// <param name="Secret">32 bytes in hexadecimal.</param>
    /// <param name="From">When it was made, UTC.</param>
    sealed record KeyFact(string Secret, DateTime From);

    /// <summary>What the actor publishes at <see cref="KeySet.Path"/> below its name.</summary>
    public byte[] Published(Actor actor)
    {
        var key = KeyOf(actor);
        return KeySet.Write([new TrustedKey(key.KeyId, actor.Name, key.Public, store.Fact<KeyFact>(actor.Name, Fact)!.From)]);
    }

    public SigningKey KeyOf(Actor actor) => _keys.GetOrAdd(actor.Name, _ =>
    {
        if (store.Fact<KeyFact>(actor.Name, Fact) is { } known && SigningKey.TryRead(actor.Algorithm, Convert.FromHexString(known.Secret), out var key)) return key;
        key = SigningKey.Create(actor.Algorithm);
        store.Learn(actor.Name, Fact, new KeyFact(Convert.ToHexStringLower(key.SecretBytes()), clock.GetUtcNow().UtcDateTime));
        return key;
    });

    /// <summary>Writes an actor's answer, signed for the request that it answers, or as wrongly as the switches say.</summary>
    public async Task Send(HttpContext context, Actor actor, HttpMessage request, Answer answer)
    {
        var response = context.Response;
        response.StatusCode = answer.Status;
        response.ContentType = answer.Type.Length > 0 ? answer.Type : null;
        var fault = faults.Of(actor.Name).Signatures;
        if (fault != SignatureFault.Missing)
        {
            response.Headers[ContentDigest.Header] = ContentDigest.Of(answer.Body, actor.Algorithm);
            var signed = HttpMessage.From(response, request);
            var label = request.Value(new Component("signature", Key: HttpSignature.Label)) is null ? null : HttpSignature.Label;
            var (input, signature) = HttpSignature.Sign(signed, HttpSignature.RequiredOfAnswer(signed, label), SignerOf(actor, fault),
                clock.GetUtcNow(), options.Skew, nonce: null, HttpSignature.AnswerTag);
            response.Headers[HttpSignature.InputHeader] = input;
            response.Headers[HttpSignature.SignatureHeader] = signature;
        }
        var body = Sent(answer.Body, fault);
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>Signs an actor's request to the bank, headers of CloudEvents too, or as wrongly as the switches say.</summary>
    public void Sign(HttpRequestMessage request, Actor actor, byte[] body, string nonce)
    {
        var fault = faults.Of(actor.Name).Signatures;
        var content = request.Content!;
        if (fault != SignatureFault.Missing)
        {
            content.Headers.TryAddWithoutValidation(ContentDigest.Header, ContentDigest.Of(body, actor.Algorithm));
            var message = HttpMessage.From(request);
            Component[] parts = [.. HttpSignature.RequiredOfRequest(message, hasBody: true).Union(BankCalls.EventHeaders.Select(name => new Component(name)))];
            var (input, signature) = HttpSignature.Sign(message, parts, SignerOf(actor, fault), clock.GetUtcNow(), options.Skew, nonce, HttpSignature.RequestTag);
            request.Headers.TryAddWithoutValidation(HttpSignature.InputHeader, input);
            request.Headers.TryAddWithoutValidation(HttpSignature.SignatureHeader, signature);
        }
        if (fault != SignatureFault.ChangedBody) return;
        var changed = new ByteArrayContent(Sent(body, fault));
        foreach (var (name, values) in content.Headers.NonValidated)
            if (name != "Content-Length") changed.Headers.TryAddWithoutValidation(name, values);
        request.Content = changed;
    }

    /// <summary>One byte more than was signed.</summary>
    static byte[] Sent(byte[] body, SignatureFault fault) => fault == SignatureFault.ChangedBody ? [.. body, (byte)'\n'] : body;

    ISigner SignerOf(Actor actor, SignatureFault fault) => fault == SignatureFault.WrongKey ? new Impostor(KeyOf(actor)) : KeyOf(actor);

    /// <summary>Signs with a key of its own under somebody else's name.</summary>
    sealed class Impostor(SigningKey whose) : ISigner
    {
        readonly SigningKey _own = SigningKey.Create(whose.Algorithm);

        public string KeyId => whose.KeyId;
        public SignatureAlgorithm Algorithm => whose.Algorithm;
        public byte[] Sign(ReadOnlySpan<byte> message) => _own.Sign(message);
    }
}
