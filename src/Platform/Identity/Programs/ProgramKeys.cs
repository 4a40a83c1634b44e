using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.Tokens;

namespace Pujiang.Platform;

/// <summary>Public keys of clients, as JSON Web Keys (RFC 7517).</summary>
static class ProgramKeys
{
    /// <summary>Keys of one client at a time: one in use, one to come, and room for several machines.</summary>
    public const int Most = 8;

    /// <summary>Characters of a key's name.</summary>
    const int LongestKeyId = 64;

    /// <summary>Bits of an RSA key (NIST SP 800-131A: 2048 and more).</summary>
    const int ShortestRsa = 2048, LongestRsa = 8192;

    static readonly string[] Private = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

    /// <summary>One JSON Web Key or a set of them, each with a name (<c>kid</c>, else its RFC 7638 thumbprint).</summary>
    public static Outcome<JsonWebKey[]> Read(string? json)
    {
        try
        {
            var document = JsonNode.Parse(json ?? "") as JsonObject;
            var list = document?["keys"] is JsonArray set ? set.ToArray() : [document];
            if (list.Length is 0 or > Most) return Invalid($"Give 1 to {Most} keys.");
            var keys = new List<JsonWebKey>();
            foreach (var node in list)
            {
                if (!One(node as JsonObject).Try(out var key, out var refusal)) return refusal;
                if (keys.Exists(other => other.Kid == key.Kid)) return Invalid("Two keys have the same kid.");
                keys.Add(key);
            }
            return keys.ToArray();
        }
        // Members of a wrong type and numbers that are no key come as these.
        catch (Exception broken) when (broken is JsonException or FormatException or ArgumentException or CryptographicException or InvalidOperationException)
        {
            return Invalid("It is not a JSON Web Key.");
        }
    }

    static Outcome<JsonWebKey> One(JsonObject? node)
    {
        if (node is null) return Invalid("It is not a JSON Web Key.");
        if (Array.Exists(Private, node.ContainsKey))
            return new Refusal("program_key_private", "This key holds its private part. It is no secret any more: make a new pair, and send the public part alone.", "keys");
        // Only what belongs to a public key is kept.
        var key = new JsonWebKey { Kty = Text(node, "kty"), Crv = Text(node, "crv"), Use = "sig" };
        (key.X, key.Y, key.N, key.E) = (Text(node, "x"), Text(node, "y"), Text(node, "n"), Text(node, "e"));
        if (Text(node, "use") is { } use && use != "sig") return Invalid("Its use must be sig.");
        if (Fault(key) is { } fault) return Invalid(fault);
        key.Kid = Text(node, "kid") is { Length: > 0 } name ? name : Fingerprint(key);
        if (key.Kid.Length > LongestKeyId || PlainText.Problem(key.Kid, "keys") is not null) return Invalid($"Its kid must have 1 to {LongestKeyId} characters.");
        return key;
    }

    static string? Text(JsonObject node, string name) => node[name]?.GetValue<string>();

    static string? Fault(JsonWebKey key)
    {
        if (key.Kty == "EC" && CurveOf(key.Crv) is { } curve)
        {
            // A point that is not on the curve is refused here.
            using var ec = ECDsa.Create(new ECParameters { Curve = curve, Q = new ECPoint { X = Bytes(key.X), Y = Bytes(key.Y) } });
            return null;
        }
        if (key.Kty != "RSA") return "Its kty must be EC (P-256, P-384, P-521) or RSA.";
        using var rsa = RSA.Create(new RSAParameters { Modulus = Bytes(key.N), Exponent = Bytes(key.E) });
        return rsa.KeySize is >= ShortestRsa and <= LongestRsa ? null : $"An RSA key must have {ShortestRsa} to {LongestRsa} bits.";
    }

    static ECCurve? CurveOf(string? name) => name switch
    {
        "P-256" => ECCurve.NamedCurves.nistP256,
        "P-384" => ECCurve.NamedCurves.nistP384,
        "P-521" => ECCurve.NamedCurves.nistP521,
        _ => null,
    };

    static byte[] Bytes(string? text) => Base64UrlEncoder.DecodeBytes(text ?? "");

    static Refusal Invalid(string why) => new Refusal("program_key_invalid", $"The key can't be used. {why}", "keys", why);

    public static IReadOnlyList<JsonWebKey> Stored(string? json) => string.IsNullOrEmpty(json) ? [] : [.. new JsonWebKeySet(json).Keys];

    public static string Write(IEnumerable<JsonWebKey> keys) => new JsonObject
    {
        ["keys"] = new JsonArray([.. keys.Select(Node)]),
    }.ToJsonString();

    static JsonNode Node(JsonWebKey key)
    {
        var node = new JsonObject { ["kty"] = key.Kty, ["kid"] = key.Kid, ["use"] = "sig" };
        foreach (var (name, value) in new[] { ("crv", key.Crv), ("x", key.X), ("y", key.Y), ("n", key.N), ("e", key.E) })
            if (value is not null) node[name] = value;
        return node;
    }

    /// <summary>RFC 7638 thumbprint: short enough to be read out on the telephone.</summary>
    public static string Fingerprint(JsonWebKey key) => Base64UrlEncoder.Encode(key.ComputeJwkThumbprint());

    /// <summary>What kind of key it is, in words.</summary>
    public static string NameOf(JsonWebKey key) => key.Kty == "RSA" ? $"RSA {Bytes(key.N).Length * 8}" : $"EC {key.Crv}";
}
