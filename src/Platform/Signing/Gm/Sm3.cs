using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Parameters;

namespace Pujiang.Platform;

/// <summary>The hash SM3 (GB/T 32905-2016) and its keyed form, HMAC-SM3 (GB/T 15852.2-2012).</summary>
public static class Sm3
{
    /// <summary>Length of a hash in bytes.</summary>
    public const int HashBytes = 32;

    public static byte[] HashData(ReadOnlySpan<byte> message)
    {
        var digest = new SM3Digest();
        digest.BlockUpdate(message);
        var hash = new byte[HashBytes];
        digest.DoFinal(hash);
        return hash;
    }

    public static byte[] Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message)
    {
        var mac = new HMac(new SM3Digest());
        mac.Init(new KeyParameter(key));
        mac.BlockUpdate(message);
        var tag = new byte[HashBytes];
        mac.DoFinal(tag);
        return tag;
    }

    /// <summary>Compares in constant time. A tag may be cut to its first bytes, but to no fewer than 16.</summary>
    public static bool VerifyHmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> tag) =>
        tag.Length is >= 16 and <= HashBytes && CryptographicOperations.FixedTimeEquals(Hmac(key, message).AsSpan(0, tag.Length), tag);
}
