using System.Buffers.Text;
using System.Security.Cryptography;

namespace Pujiang.Platform;

/// <summary>The keys that this side signs with.</summary>
public interface ISigners
{
    /// <summary>The key that signs now.</summary>
    ValueTask<ISigner> Current(SignatureAlgorithm algorithm, CancellationToken cancel);
}

/// <summary>An answer whose signature is missing or wrong. Nothing in it may be believed, not even its status.</summary>
public sealed class AnswerNotTrustedException(Refusal refusal)
    : HttpRequestException($"The answer can't be trusted. {refusal.Reason}")
{
    public Refusal Refusal { get; } = refusal;
}

/// <summary>Signs each request that goes out, and believes an answer only when the partner signed it for that very request.</summary>
/// <param name="partner">Whose keys may sign the answers.</param>
/// <param name="algorithm">What the partner understands.</param>
/// <remarks>
/// Stands inside of whatever retries, so that each attempt has a nonce and a time of its own. Redirects must not be followed
/// below it: the signature is for the address that was asked.
/// </remarks>
public sealed class SignedHttpHandler(
    string partner, SignatureAlgorithm algorithm, ISigners signers, SignatureCheck check, SignatureOptions options, TimeProvider clock)
    : DelegatingHandler
{
    /// <exception cref="AnswerNotTrustedException">The answer's signature is missing or wrong.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await Sign(request, await signers.Current(algorithm, cancellationToken), options, clock, cancellationToken);
        var asked = HttpMessage.From(request);
        var answer = await base.SendAsync(request, cancellationToken);
        try
        {
            await answer.Content.LoadIntoBufferAsync(options.LargestAnswer, cancellationToken);
            var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
            var judged = await check.Answer(HttpMessage.From(answer, asked), body, partner, HttpSignature.Label, cancellationToken);
            if (!judged.Try(out _, out var refusal)) throw new AnswerNotTrustedException(refusal);
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    /// <summary>Signs a request as it is now, with a new nonce.</summary>
    internal static async Task Sign(
        HttpRequestMessage request, ISigner signer, SignatureOptions options, TimeProvider clock, CancellationToken cancel)
    {
        byte[] body = [];
        if (request.Content is { } content)
        {
            await content.LoadIntoBufferAsync(cancel);
            body = await content.ReadAsByteArrayAsync(cancel);
            content.Headers.Remove(ContentDigest.Header);
            if (body.Length > 0) content.Headers.TryAddWithoutValidation(ContentDigest.Header, ContentDigest.Of(body, signer.Algorithm));
        }
        // What an earlier attempt left.
        request.Headers.Remove(HttpSignature.InputHeader);
        request.Headers.Remove(HttpSignature.SignatureHeader);
        var message = HttpMessage.From(request);
        var (input, signature) = HttpSignature.Sign(message, HttpSignature.RequiredOfRequest(message, body.Length > 0), signer,
            clock.GetUtcNow(), options.Skew, NewNonce(), HttpSignature.RequestTag);
        request.Headers.TryAddWithoutValidation(HttpSignature.InputHeader, input);
        request.Headers.TryAddWithoutValidation(HttpSignature.SignatureHeader, signature);
    }

    /// <summary>128 random bits, 22 characters.</summary>
    static string NewNonce() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
}
