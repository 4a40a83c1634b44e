using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pujiang.Platform;

/// <summary>Codes of authenticator apps: TOTP (RFC 6238) with SHA-1, 30 seconds and 6 digits, which every app knows.</summary>
public static class Totp
{
    const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const int Digits = 6, StepSeconds = 30;

    /// <summary>160 random bits (RFC 4226 section 4, R6) in base32.</summary>
    public static string NewKey() => RandomNumberGenerator.GetString(Base32, 32);

    public static long StepOf(DateTime utc) => (long)(utc - DateTime.UnixEpoch).TotalSeconds / StepSeconds;

    /// <summary>The code of a time step.</summary>
    public static string CodeAt(string key, long step)
    {
        Span<byte> message = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(message, step);
#pragma warning disable CA5350 // Apps know SHA-1 only; an HMAC does not rest on what SHA-1 has lost (RFC 6238 section B).
        var hash = HMACSHA1.HashData(Bytes(key), message);
#pragma warning restore CA5350
        // Dynamic truncation, RFC 4226 section 5.3.
        var number = BinaryPrimitives.ReadUInt32BigEndian(hash.AsSpan(hash[^1] & 0x0f)) & 0x7fff_ffff;
        return (number % 1_000_000).ToString(CultureInfo.InvariantCulture).PadLeft(Digits, '0');
    }

    /// <summary>The step whose code was typed: this one, the one before or after (RFC 6238 section 5.2); null for a wrong code.</summary>
    public static long? StepOf(string key, string typed, DateTime now)
    {
        if (key.Length == 0 || typed.Length != Digits) return null;
        var code = Encoding.ASCII.GetBytes(typed);
        long? found = null;
        for (var step = StepOf(now) - 1; step <= StepOf(now) + 1; step++)
            if (CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(CodeAt(key, step)), code)) found = step;
        return found;
    }

    /// <summary>What the QR code holds (Key Uri Format of the authenticator apps).</summary>
    public static string Address(string key, string issuer, string account) =>
        $"otpauth://totp/{Uri.EscapeDataString(issuer)}:{Uri.EscapeDataString(account)}?secret={key}&issuer={Uri.EscapeDataString(issuer)}";

    static byte[] Bytes(string key)
    {
        var bytes = new byte[key.Length * 5 / 8];
        var (buffer, bits, at) = (0, 0, 0);
        foreach (var letter in key)
        {
            buffer = (buffer << 5 | Base32.IndexOf(letter, StringComparison.Ordinal)) & 0xfff;
            bits += 5;
            if (bits < 8) continue;
            bits -= 8;
            bytes[at++] = (byte)(buffer >> bits & 0xff);
        }
        return bytes;
    }
}
