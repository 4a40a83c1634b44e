using System.Security.Cryptography;
using System.Text;

namespace Pujiang.Platform;

/// <summary>Ids made from the business fact itself, so that a retry of the same fact repeats them.</summary>
public static class NameBasedId
{
    /// <summary>A version 8 UUID (RFC 9562 section 5.8) from the SHA-256 of the joined parts.</summary>
    /// <param name="parts">Service, use case, entity, attempt … No part may hold the separator U+001F.</param>
    public static Guid From(params ReadOnlySpan<string> parts)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\u001f', parts!)), hash);
        hash[6] = (byte)(0x80 | (hash[6] & 0x0f));
        hash[8] = (byte)(0x80 | (hash[8] & 0x3f));
        return new Guid(hash[..16], bigEndian: true);
    }
}

/// <summary>New ids that sort by the time they were made (version 7 UUIDs).</summary>
public sealed class NewId(TimeProvider clock)
{
    public Guid Next() => Guid.CreateVersion7(clock.GetUtcNow());
}
