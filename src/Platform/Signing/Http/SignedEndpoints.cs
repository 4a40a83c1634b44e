using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Pujiang.Platform;

/// <summary>Endpoints that take signed requests only and sign what they answer.</summary>
public static class SignedEndpoints
{
    /// <summary>Metadata of an endpoint that takes signed requests only.</summary>
    public sealed class SignatureRequired;

    /// <summary>Scheme of the identity that a good signature gives a request; its name is the owner of the key.</summary>
    public const string Scheme = "HttpSignature";

    /// <summary>The endpoint takes requests that a registered key signed, and signs its answers, refusals too.</summary>
    /// <remarks>The handler takes a <see cref="SignedBy"/> from <c>HttpContext.Features</c>: see <see cref="Signer"/>.</remarks>
    public static TBuilder RequiresSignature<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new SignatureRequired(), new PublicAttribute("Whoever holds a registered key: the signature is checked before anything else"));

    /// <summary>Who signed the request that is being answered.</summary>
    public static SignedBy Signer(this HttpContext context) =>
        context.Features.Get<SignedBy>() ?? throw new InvalidOperationException("The endpoint does not require a signature.");

    /// <summary>Checks signatures before anything reads the body. Call it after routing and authorization, which these endpoints do without.</summary>
    public static IApplicationBuilder UseSignatures(this IApplicationBuilder app) => app.Use(static (context, next) =>
        context.GetEndpoint()?.Metadata.GetMetadata<SignatureRequired>() is null ? next(context) : Answer(context, next));

    static async Task Answer(HttpContext context, RequestDelegate next)
    {
        var cancel = context.RequestAborted;
        context.Request.EnableBuffering();
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancel);
        context.Request.Body.Position = 0;

        var request = HttpMessage.From(context.Request);
        var check = context.RequestServices.GetRequiredService<SignatureCheck>();
        var judged = await check.Request(request, body.ToArray(), cancel);

        var output = context.Response.Body;
        using var answer = new MemoryStream();
        context.Response.Body = answer;
        SignedBy? by;
        try
        {
            if (judged.Try(out by, out var refusal))
            {
                context.Features.Set(by);
                context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, by.Owner)], Scheme));
                await next(context);
            }
            else await Refuse(context, refusal);
        }
        finally
        {
            context.Response.Body = output;
        }
        await Sign(context, request, by, answer.ToArray());
        // Compressed behind our back, the body would no longer be the one that the digest is of.
        context.Request.Headers.Remove("Accept-Encoding");
        answer.Position = 0;
        await answer.CopyToAsync(output, cancel);
    }

    static Task Refuse(HttpContext context, Refusal refusal)
    {
        context.Response.Headers.WWWAuthenticate = "Signature";
        context.Response.Headers["Accept-Signature"] =
            $"{HttpSignature.Label}=(\"@method\" \"@authority\" \"@path\" \"@query\" \"content-digest\" \"content-type\");created;nonce;keyid;tag=\"{HttpSignature.RequestTag}\"";
        return refusal.ToProblem(StatusCodes.Status401Unauthorized).ExecuteAsync(context);
    }

    /// <summary>With the algorithm of the request: who signs with SM2 may know nothing else.</summary>
    static async Task Sign(HttpContext context, HttpMessage request, SignedBy? by, byte[] body)
    {
        var signers = context.RequestServices.GetRequiredService<ISigners>();
        var signer = await signers.Current(by?.Algorithm ?? SignatureAlgorithm.Ed25519, context.RequestAborted);
        var options = context.RequestServices.GetRequiredService<SignatureOptions>();
        var now = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        context.Response.Headers[ContentDigest.Header] = ContentDigest.Of(body, signer.Algorithm);
        var answer = HttpMessage.From(context.Response, request);
        var (input, signature) = HttpSignature.Sign(answer, HttpSignature.RequiredOfAnswer(answer, LabelOf(request, by)), signer,
            now, options.Skew, nonce: null, HttpSignature.AnswerTag);
        context.Response.Headers[HttpSignature.InputHeader] = input;
        context.Response.Headers[HttpSignature.SignatureHeader] = signature;
    }

    /// <summary>A refused request may have a signature all the same; the answer is tied to it when it bears the usual name.</summary>
    static string? LabelOf(HttpMessage request, SignedBy? by)
    {
        var label = by?.Label ?? HttpSignature.Label;
        return request.Value(new Component("signature", Key: label)) is null ? null : label;
    }
}
