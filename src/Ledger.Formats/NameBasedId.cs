using System.Security.Cryptography;
using System.Text;

namespace Pujiang.Ledger.Formats;

/// <summary>Ids of accounts and entries that a hand-written journal gives none: the same text has the same id.</summary>
static class NameBasedId
{
    /// <summary>A version 8 UUID (RFC 9562 section 5.8) from the SHA-256 of the parts, each after its length.</summary>
    public static Guid From(params ReadOnlySpan<string> parts)
    {
        var name = new StringBuilder();
        foreach (var part in parts) name.Append(part.Length).Append(':').Append(part);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(name.ToString()), hash);
        hash[6] = (byte)(0x80 | (hash[6] & 0x0f));
        hash[8] = (byte)(0x80 | (hash[8] & 0x3f));
        return new Guid(hash[..16], bigEndian: true);
    }
}
