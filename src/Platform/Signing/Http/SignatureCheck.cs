namespace Pujiang.Platform;

/// <summary>The keys whose signatures are believed.</summary>
public interface ITrustedKeys
{
    /// <summary>The key of this name in whatever state it is, or null when nobody registered it.</summary>
    ValueTask<TrustedKey?> Find(string keyId, CancellationToken cancel);
}

/// <summary>The one-time values of signatures that were already accepted.</summary>
public interface INonces
{
    /// <summary>False when this key has used this value before.</summary>
    /// <param name="forgetAfter">From then on the signature would be refused as too old anyway.</param>
    ValueTask<bool> TryUse(string keyId, string nonce, DateTime forgetAfter, CancellationToken cancel);
}

/// <summary>Judges signatures of requests and answers. Every refusal says which part failed, and repeats nothing of what was sent.</summary>
public sealed class SignatureCheck(ITrustedKeys keys, INonces nonces, SignatureOptions options, TimeProvider clock)
{
    /// <summary>Characters of a nonce.</summary>
    const int LongestNonce = 64;

    /// <summary>A request: signed by a key that is valid now, over all that matters, a moment ago, and not seen before.</summary>
    public async ValueTask<Outcome<SignedBy>> Request(HttpMessage request, byte[] body, CancellationToken cancel)
    {
        var (signature, refusal) = Read(request, HttpSignature.RequestTag);
        if (signature is null) return refusal!;
        if (Text(signature.Input, "nonce") is not { Length: > 0 and <= LongestNonce } nonce)
            return new Refusal("signature_nonce_missing", $"The signature has no nonce of 1 to {LongestNonce} characters.", HttpSignature.InputHeader, $"{LongestNonce}");
        var hasBody = body.Length > 0;
        if (!(await Judge(request, signature, HttpSignature.RequiredOfRequest(request, hasBody), owner: null, cancel)).Try(out var by, out refusal))
            return refusal;
        if ((hasBody || request.Field("content-digest") is not null) && ContentDigest.Check(request, body) is { } wrongBody) return wrongBody;
        // Last, so that only those who hold a key can fill the table.
        var forgetAfter = signature.Created.Add(options.Skew).UtcDateTime.AddSeconds(1);
        if (!await nonces.TryUse(by.KeyId, nonce, forgetAfter, cancel))
            return new Refusal("signature_replayed", "This signature was already used. Sign each request anew, with a new nonce.", HttpSignature.InputHeader);
        return by;
    }

    /// <summary>An answer of this owner to a request that was signed here.</summary>
    /// <param name="requestLabel">The name of the request's signature.</param>
    public async ValueTask<Outcome<SignedBy>> Answer(HttpMessage answer, byte[] body, string owner, string requestLabel, CancellationToken cancel)
    {
        var (signature, refusal) = Read(answer, HttpSignature.AnswerTag);
        if (signature is null) return refusal!;
        if (!(await Judge(answer, signature, HttpSignature.RequiredOfAnswer(answer, requestLabel), owner, cancel)).Try(out var by, out refusal))
            return refusal;
        return ContentDigest.Check(answer, body) is { } wrongBody ? wrongBody : by;
    }

    sealed record Found(string Label, FieldMember Input, byte[] Signature, string KeyId, DateTimeOffset Created);

    /// <summary>The one signature for this purpose, with the parameters that each must have.</summary>
    static (Found?, Refusal?) Read(HttpMessage message, string tag)
    {
        if (message.Value(new Component("signature-input")) is not { } inputs || message.Value(new Component("signature")) is not { } signatures)
            return (null, new Refusal("signature_missing", "The message is not signed: it needs the fields Signature-Input and Signature (RFC 9421).", HttpSignature.SignatureHeader));
        if (StructuredField.Dictionary(inputs) is not { } readInputs || StructuredField.Dictionary(signatures) is not { } readSignatures
            || readInputs.Values.Any(input => input.Value is not IReadOnlyList<FieldMember>))
            return (null, new Refusal("signature_unreadable", "Signature-Input or Signature is no dictionary of structured fields (RFC 9421, section 4).", HttpSignature.InputHeader));
        var ours = readInputs.Where(input => Text(input.Value, "tag") == tag).ToList();
        if (ours.Count != 1)
            return (null, new Refusal("signature_tag_wrong", $"Exactly one signature must have the tag \"{tag}\"; {ours.Count} have it.", HttpSignature.InputHeader, tag));
        var (label, found) = ours[0];
        if (!readSignatures.TryGetValue(label, out var member) || member.Value is not byte[] bytes)
            return (null, new Refusal("signature_missing", "The field Signature has no value for what Signature-Input describes.", HttpSignature.SignatureHeader));
        if (found.Parameter("created") is not long created || created is < 0 or > 253402300799 || Text(found, "keyid") is not { Length: > 0 } keyId)
            return (null, new Refusal("signature_parameters_missing", "The signature needs the parameters created (seconds since 1970) and keyid.", HttpSignature.InputHeader));
        return (new Found(label, found, bytes, keyId, DateTimeOffset.FromUnixTimeSeconds(created)), null);
    }

    async ValueTask<Outcome<SignedBy>> Judge(
        HttpMessage message, Found signature, IReadOnlyList<Component> required, string? owner, CancellationToken cancel)
    {
        var covered = ((IReadOnlyList<FieldMember>)signature.Input.Value).Select(Component.Read).ToHashSet();
        if (required.FirstOrDefault(part => !covered.Contains(part)) is { } uncovered)
            return new Refusal("signature_incomplete", $"The signature does not cover {uncovered}.", HttpSignature.InputHeader, uncovered.ToString());
        if (Time(signature) is { } wrongTime) return wrongTime;

        var key = await keys.Find(signature.KeyId, cancel);
        if (key is null || (owner is not null && key.Owner != owner))
            return new Refusal("signature_key_unknown", "The key that is named in keyid is not registered here.", HttpSignature.InputHeader);
        if (key.StateAt(clock.GetUtcNow().UtcDateTime) is not KeyState.Active and var state)
            return new Refusal("signature_key_not_valid", $"The key that is named in keyid is {Describe(state)}.", HttpSignature.InputHeader);
        if (signature.Input.Parameter("alg") is { } algorithm && algorithm as string != HttpSignature.Name(key.Key.Algorithm))
            return new Refusal("signature_algorithm_wrong", "The parameter alg is not the algorithm of this key.", HttpSignature.InputHeader);

        if (!HttpSignature.Base(message, signature.Input).Try(out var text, out var refusal)) return refusal;
        if (!key.Key.Verify(text, signature.Signature))
            return new Refusal("signature_wrong", "The signature is not this key's over this message: a covered part was changed on its way, or another key signed.", HttpSignature.SignatureHeader);
        return new SignedBy(key.Owner, key.KeyId, key.Key.Algorithm, signature.Label);
    }

    Refusal? Time(Found signature)
    {
        var (now, seconds) = (clock.GetUtcNow(), $"{(int)options.Skew.TotalSeconds}");
        if (signature.Created < now - options.Skew)
            return new Refusal("signature_too_old", $"The signature was made more than {seconds} seconds ago. Sign anew, and compare the clocks.", HttpSignature.InputHeader, seconds);
        if (signature.Created > now + options.Skew)
            return new Refusal("signature_in_future", $"The signature was made more than {seconds} seconds in the future. Compare the clocks.", HttpSignature.InputHeader, seconds);
        return signature.Input.Parameter("expires") switch
        {
            null => null,
            long expires when expires >= now.ToUnixTimeSeconds() => null,
            _ => new Refusal("signature_expired", "The signature has expired, as its parameter expires says.", HttpSignature.InputHeader),
        };
    }

    static string Describe(KeyState state) => state switch
    {
        KeyState.Next => "not valid yet",
        KeyState.Ended => "no longer valid",
        _ => "revoked",
    };

    static string? Text(FieldMember member, string parameter) => member.Parameter(parameter) as string;
}
