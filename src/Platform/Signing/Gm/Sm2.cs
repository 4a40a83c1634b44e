using System.Diagnostics.CodeAnalysis;
using System.Text;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using Org.BouncyCastle.Security;

namespace Pujiang.Platform;

/// <summary>How the two numbers of an SM2 signature are written.</summary>
public enum Sm2SignatureForm
{
    /// <summary>r and s, 32 bytes each (64 in all).</summary>
    Plain = 1,

    /// <summary>ASN.1 DER, a sequence of two integers (GM/T 0009-2012, section 7.3). Anything but the one right encoding is refused.</summary>
    Der = 2,
}

/// <summary>The curve of GM/T 0003.5-2012, and what is common to both halves of a key.</summary>
public static class Sm2
{
    /// <summary>The identity of a signer where nothing else is agreed (GM/T 0009-2012, section 10).</summary>
    public const string DefaultUserId = "1234567812345678";

    // BouncyCastle's own field arithmetic for this curve; the generic one is several times slower.
    static readonly X9ECParameters Curve = CustomNamedCurves.GetByName("sm2p256v1");

    internal static readonly ECDomainParameters Domain = new(Curve);

    internal static ECPoint? Point(ReadOnlySpan<byte> uncompressed)
    {
        if (uncompressed.Length != 65 || uncompressed[0] != 4) return null;
        try
        {
            // Refuses coordinates outside the field and points that are not on the curve.
            var point = Domain.Curve.DecodePoint(uncompressed);
            return Domain.ValidatePublicPoint(point);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Bytes of an identity. Its length in bits must fit into 16 bits (GM/T 0003.2-2012, section 5.5).</summary>
    internal static byte[] UserId(string userId)
    {
        var bytes = Encoding.UTF8.GetBytes(userId);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, 8191, nameof(userId));
        return bytes;
    }

    internal static IDsaEncoding FormOf(Sm2SignatureForm form) =>
        form == Sm2SignatureForm.Der ? StandardDsaEncoding.Instance : PlainDsaEncoding.Instance;
}

/// <summary>The public half of an SM2 key: a point that was checked to be on the curve.</summary>
public sealed class Sm2PublicKey
{
    Sm2PublicKey(ECPoint point) => Parameters = new ECPublicKeyParameters(point, Sm2.Domain);

    internal ECPublicKeyParameters Parameters { get; }

    /// <summary>04, x, y: 65 bytes (GM/T 0009-2012, section 7.1).</summary>
    public byte[] ToBytes() => Parameters.Q.GetEncoded(compressed: false);

    internal static Sm2PublicKey Of(ECPoint point) => new(point.Normalize());

    /// <summary>False when these are not 65 bytes of a point on the curve.</summary>
    public static bool TryRead(ReadOnlySpan<byte> uncompressed, [NotNullWhen(true)] out Sm2PublicKey? key)
    {
        key = Sm2.Point(uncompressed) is { } point ? new Sm2PublicKey(point) : null;
        return key is not null;
    }

    /// <summary>True when this key's owner signed exactly this message under this identity. Never throws for a bad signature.</summary>
    /// <remarks>GM/T 0003.2-2012 section 7: r and s within 1 to n-1, r + s not a multiple of n.</remarks>
    public bool Verify(
        ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature,
        Sm2SignatureForm form = Sm2SignatureForm.Plain, string userId = Sm2.DefaultUserId)
    {
        var signer = new SM2Signer(Sm2.FormOf(form));
        signer.Init(forSigning: false, new ParametersWithID(Parameters, Sm2.UserId(userId)));
        signer.BlockUpdate(message);
        return signer.VerifySignature(signature.ToArray());
    }
}

/// <summary>The private half of an SM2 key.</summary>
public sealed class Sm2PrivateKey
{
    Sm2PrivateKey(BigInteger d)
    {
        Parameters = new ECPrivateKeyParameters(d, Sm2.Domain);
        Public = Sm2PublicKey.Of(Sm2.Domain.G.Multiply(d));
    }

    internal ECPrivateKeyParameters Parameters { get; }

    public Sm2PublicKey Public { get; }

    /// <summary>A new key from the system's random numbers.</summary>
    public static Sm2PrivateKey Create()
    {
        // 1 to n-2 (GM/T 0003.1-2012, section 6.1): with n-1 the inverse of 1 + d does not exist.
        var most = Sm2.Domain.N.Subtract(BigInteger.Two);
        return new Sm2PrivateKey(Org.BouncyCastle.Utilities.BigIntegers.CreateRandomInRange(BigInteger.One, most, new SecureRandom()));
    }

    /// <summary>False unless these are 32 bytes of a number from 1 to n-2.</summary>
    public static bool TryRead(ReadOnlySpan<byte> d, [NotNullWhen(true)] out Sm2PrivateKey? key)
    {
        key = null;
        if (d.Length != 32) return false;
        var number = new BigInteger(1, d);
        if (number.SignValue == 0 || number.CompareTo(Sm2.Domain.N.Subtract(BigInteger.One)) >= 0) return false;
        key = new Sm2PrivateKey(number);
        return true;
    }

    /// <summary>The secret number, 32 bytes. For sealing only.</summary>
    public byte[] ToBytes() => Org.BouncyCastle.Utilities.BigIntegers.AsUnsignedByteArray(32, Parameters.D);

    public byte[] Sign(
        ReadOnlySpan<byte> message, Sm2SignatureForm form = Sm2SignatureForm.Plain, string userId = Sm2.DefaultUserId) =>
        Sign(message, form, userId, new SecureRandom());

    /// <summary>Takes its one-time number from <paramref name="random"/>, so that published examples can be repeated.</summary>
    internal byte[] Sign(ReadOnlySpan<byte> message, Sm2SignatureForm form, string userId, SecureRandom random)
    {
        var signer = new SM2Signer(Sm2.FormOf(form));
        signer.Init(forSigning: true, new ParametersWithID(new ParametersWithRandom(Parameters, random), Sm2.UserId(userId)));
        signer.BlockUpdate(message);
        return signer.GenerateSignature();
    }
}
