using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Pujiang.Services.Tests;

// The example of docs/webhooks.md, word for word from here to the end of the class: a test compares the two and runs it.
static class WebhookReceiver
{
    static readonly string[] Needed = ["@method", "@authority", "@path", "@query", "content-digest", "ce-id", "ce-type", "ce-time"];

    /// <summary>True when the bank signed exactly this request, and not long ago.</summary>
    /// <param name="keyOf">The 32 bytes of the bank's key of this name, from /.well-known/keys; null for an unknown name.</param>
    public static bool IsFromTheBank(HttpRequest request, byte[] body, Func<string, byte[]?> keyOf, DateTimeOffset now)
    {
        // Signature-Input: sig=("@method" "@authority" …);created=1772415000;expires=…;nonce="…";keyid="…";alg="ed25519";tag="pujiang-request"
        var input = request.Headers["Signature-Input"].ToString();
        var signature = request.Headers["Signature"].ToString();
        if (!input.StartsWith("sig=(", StringComparison.Ordinal) || !signature.StartsWith("sig=:", StringComparison.Ordinal)) return false;
        input = input["sig=".Length..];
        var covered = input[1..input.IndexOf(')', StringComparison.Ordinal)].Split(' ').Select(part => part.Trim('"')).ToList();
        var parameters = input[input.IndexOf(')', StringComparison.Ordinal)..].Split(';')[1..].Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => p[1].Trim('"'));

        // 1. All that matters is covered.
        if (Needed.Except(covered).Any() || parameters["tag"] != "pujiang-request") return false;
        // 2. It was signed a moment ago.
        if (Math.Abs(now.ToUnixTimeSeconds() - long.Parse(parameters["created"])) > 300) return false;
        // 3. The body is the one whose hash is covered.
        if (request.Headers["Content-Digest"] != $"sha-256=:{Convert.ToBase64String(SHA256.HashData(body))}:") return false;
        // 4. The signature is the bank's over the covered parts.
        var text = string.Concat(covered.Select(part => $"\"{part}\": {ValueOf(part)}\n")) + $"\"@signature-params\": {input}";
        var (signed, bytes) = (Encoding.ASCII.GetBytes(text), Convert.FromBase64String(signature["sig=:".Length..^1]));
        return keyOf(parameters["keyid"]) is { } key && bytes.Length == 64
            && Ed25519.Verify(bytes, 0, key, 0, signed, 0, signed.Length);

        string ValueOf(string part) => part switch
        {
            "@method" => request.Method,
            "@authority" => request.Host.Value!.ToLowerInvariant(),
            "@path" => request.Path.ToUriComponent(),
            "@query" => request.QueryString.HasValue ? request.QueryString.Value! : "?",
            _ => request.Headers[part].ToString(),
        };
    }
}
