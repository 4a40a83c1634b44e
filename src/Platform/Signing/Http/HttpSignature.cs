using System.Text;

namespace Pujiang.Platform;

/// <summary>How strict signatures are about time.</summary>
public sealed record SignatureOptions
{
    /// <summary>How far the clocks of two sides may differ, and how long a message may be under way. Either direction.</summary>
    public TimeSpan Skew { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Hashed and covered: an answer of more bytes than this is refused.</summary>
    public int LargestAnswer { get; init; } = 20_000_000;
}

/// <summary>Who signed a message, with which key.</summary>
/// <param name="Owner">The key's owner in the registry, such as "hospital".</param>
/// <param name="Label">The name of the signature within the message.</param>
public sealed record SignedBy(string Owner, string KeyId, SignatureAlgorithm Algorithm, string Label);

/// <summary>HTTP message signatures (RFC 9421): what a signature covers, and the text that is signed.</summary>
public static class HttpSignature
{
    public const string InputHeader = "Signature-Input", SignatureHeader = "Signature";

    /// <summary>Name of our own signatures within a message.</summary>
    public const string Label = "sig";

    /// <summary>Says what a signature is for, so that one made for a request is never taken for an answer's.</summary>
    public const string RequestTag = "pujiang-request", AnswerTag = "pujiang-answer";

    /// <summary>The name of the algorithm. <c>ed25519</c> is registered with IANA; <c>sm2-sm3</c> is ours, for want of a registered one.</summary>
    public static string Name(SignatureAlgorithm algorithm) => algorithm == SignatureAlgorithm.Sm2 ? "sm2-sm3" : "ed25519";

    /// <summary>Fields that say what a request means: where one is there, the signature must cover it. Those with "ce-" are a CloudEvent's.</summary>
    static readonly string[] Meaning =
        ["content-type", "idempotency-key", "ce-specversion", "ce-id", "ce-source", "ce-type", "ce-subject", "ce-time", "delivery-attempt"];

    /// <summary>What a request's signature must cover at least.</summary>
    public static IReadOnlyList<Component> RequiredOfRequest(HttpMessage request, bool hasBody)
    {
        List<Component> parts = [new("@method"), new("@authority"), new("@path"), new("@query")];
        if (hasBody || request.Field("content-digest") is not null) parts.Add(new("content-digest"));
        foreach (var field in Meaning)
            if (request.Field(field) is not null) parts.Add(new(field));
        return parts;
    }

    /// <summary>What an answer's signature must cover at least: itself, and the request that it answers.</summary>
    /// <param name="requestLabel">Name of the request's signature, whose value ties the answer to that very request; null when it had none.</param>
    public static IReadOnlyList<Component> RequiredOfAnswer(HttpMessage answer, string? requestLabel)
    {
        List<Component> parts = [new("@status"), new("content-digest")];
        if (answer.Field("content-type") is not null) parts.Add(new("content-type"));
        foreach (var part in (string[])["@method", "@authority", "@path", "@query"]) parts.Add(new(part, OfRequest: true));
        if (requestLabel is not null) parts.Add(new("signature", OfRequest: true, Key: requestLabel));
        return parts;
    }

    /// <summary>The text that is signed (RFC 9421, section 2.5), or which part of it the message has not.</summary>
    internal static Outcome<byte[]> Base(HttpMessage message, FieldMember input)
    {
        var text = new StringBuilder();
        var seen = new HashSet<Component>();
        foreach (var item in (IReadOnlyList<FieldMember>)input.Value)
        {
            if (Component.Read(item) is not { } component)
                return new Refusal("signature_component_unknown", "The signature covers a part of a kind that is not known here. Cover fields, their dictionary members, and the derived parts of RFC 9421, section 2.2.", InputHeader);
            if (!seen.Add(component))
                return new Refusal("signature_component_twice", "The signature names one part of the message twice (RFC 9421, section 2).", InputHeader);
            if (message.Value(component) is not { } value || value.Any(c => c is '\n' or '\r' or > '~'))
                return new Refusal("signature_component_missing", $"The signature covers {Known(component)}, which the message does not have once and in ASCII.", InputHeader, Known(component));
            text.Append(item).Append(": ").Append(value).Append('\n');
        }
        text.Append("\"@signature-params\": ").Append(input);
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>A part's name for a message to people. What the other side made up is not repeated.</summary>
    static string Known(Component component) =>
        component.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '@' or '-') && component.Name.Length <= 40 ? component.Name : "a field";

    /// <summary>Signs these parts of a message.</summary>
    /// <returns>The values of Signature-Input and Signature.</returns>
    public static (string Input, string Signature) Sign(
        HttpMessage message, IReadOnlyList<Component> parts, ISigner signer, DateTimeOffset created, TimeSpan life, string? nonce, string tag)
    {
        List<KeyValuePair<string, object>> parameters =
        [
            new("created", created.ToUnixTimeSeconds()),
            new("expires", created.Add(life).ToUnixTimeSeconds()),
        ];
        if (nonce is not null) parameters.Add(new("nonce", nonce));
        parameters.AddRange([new("keyid", signer.KeyId), new("alg", Name(signer.Algorithm)), new("tag", tag)]);
        var input = new FieldMember(parts.Select(part => part.ToItem()).ToList(), parameters);
        if (!Base(message, input).Try(out var text, out var refusal))
            throw new ArgumentException($"The message can't be signed. {refusal.Reason}", nameof(message));
        return ($"{Label}={input}", $"{Label}=:{Convert.ToBase64String(signer.Sign(text))}:");
    }
}
