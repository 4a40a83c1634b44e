using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Numerics;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace Pujiang.Platform;

/// <summary>How the parts of an SM2 ciphertext are put together: C1 the point, C2 the hidden text, C3 the hash.</summary>
public enum Sm2CipherForm
{
    /// <summary>The order of GM/T 0003.4-2012.</summary>
    C1C3C2 = 1,

    /// <summary>The order of the draft of 2010, still met in older systems.</summary>
    C1C2C3 = 2,

    /// <summary>ASN.1 DER: x, y, hash, text (GM/T 0009-2012, section 7.2).</summary>
    Der = 3,
}

/// <summary>Encryption with SM2 (GM/T 0003.4-2012): for short secrets, such as keys, that one owner of a key shall read.</summary>
public static class Sm2Encryption
{
    const int PointBytes = 65, HashBytes = 32, CoordinateBytes = 32;

    /// <param name="plain">At least one byte: the scheme hides nothing in an empty text.</param>
    /// <exception cref="ArgumentOutOfRangeException">The text is empty.</exception>
    public static byte[] Encrypt(this Sm2PublicKey key, ReadOnlySpan<byte> plain, Sm2CipherForm form = Sm2CipherForm.C1C3C2) =>
        Encrypt(key, plain, form, new SecureRandom());

    internal static byte[] Encrypt(Sm2PublicKey key, ReadOnlySpan<byte> plain, Sm2CipherForm form, SecureRandom random)
    {
        ArgumentOutOfRangeException.ThrowIfZero(plain.Length, nameof(plain));
        var engine = new SM2Engine(ModeOf(form));
        engine.Init(forEncryption: true, new ParametersWithRandom(key.Parameters, random));
        var cipher = engine.ProcessBlock(plain);
        return form == Sm2CipherForm.Der ? ToDer(cipher) : cipher;
    }

    /// <summary>False when the ciphertext was changed, is cut short, or is for another key.</summary>
    public static bool TryDecrypt(
        this Sm2PrivateKey key, ReadOnlySpan<byte> cipher, Sm2CipherForm form, [NotNullWhen(true)] out byte[]? plain)
    {
        plain = null;
        var joined = form == Sm2CipherForm.Der ? FromDer(cipher) : cipher.ToArray();
        if (joined is null || joined.Length <= PointBytes + HashBytes || Sm2.Point(joined.AsSpan(0, PointBytes)) is null) return false;
        var engine = new SM2Engine(ModeOf(form));
        engine.Init(forEncryption: false, key.Parameters);
        try
        {
            plain = engine.ProcessBlock(joined);
            return true;
        }
        catch (InvalidCipherTextException)
        {
            return false;
        }
    }

    static SM2Engine.Mode ModeOf(Sm2CipherForm form) =>
        form == Sm2CipherForm.C1C2C3 ? SM2Engine.Mode.C1C2C3 : SM2Engine.Mode.C1C3C2;

    static byte[] ToDer(ReadOnlySpan<byte> c1c3c2)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(new BigInteger(c1c3c2.Slice(1, CoordinateBytes), isUnsigned: true, isBigEndian: true));
            writer.WriteInteger(new BigInteger(c1c3c2.Slice(33, CoordinateBytes), isUnsigned: true, isBigEndian: true));
            writer.WriteOctetString(c1c3c2.Slice(PointBytes, HashBytes));
            writer.WriteOctetString(c1c3c2[(PointBytes + HashBytes)..]);
        }
        return writer.Encode();
    }

    static byte[]? FromDer(ReadOnlySpan<byte> der)
    {
        try
        {
            var outer = new AsnReader(der.ToArray(), AsnEncodingRules.DER);
            var inner = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            var (x, y) = (inner.ReadInteger(), inner.ReadInteger());
            var (hash, text) = (inner.ReadOctetString(), inner.ReadOctetString());
            inner.ThrowIfNotEmpty();
            if (hash.Length != HashBytes || Coordinate(x) is not { } left || Coordinate(y) is not { } right) return null;
            return [4, .. left, .. right, .. hash, .. text];
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    static byte[]? Coordinate(BigInteger number)
    {
        if (number.Sign < 0 || number.GetByteCount(isUnsigned: true) > CoordinateBytes) return null;
        var bytes = new byte[CoordinateBytes];
        var written = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        written.CopyTo(bytes, CoordinateBytes - written.Length);
        return bytes;
    }
}
