using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;

namespace Pujiang.Platform;

/// <summary>Ways to encrypt many blocks with SM4 that do not notice a change (GB/T 17964-2021).</summary>
public enum Sm4Mode
{
    /// <summary>Each block alone. Equal blocks show; for single blocks and old formats only.</summary>
    Ecb = 1,
    Cbc = 2,
    Cfb = 3,
    Ofb = 4,
    Ctr = 5,
}

/// <summary>The block cipher SM4 (GB/T 32907-2016), 128-bit keys and blocks.</summary>
public static class Sm4
{
    public const int KeyBytes = 16, BlockBytes = 16;

    /// <param name="iv">16 bytes; empty for ECB.</param>
    /// <param name="plain">Whole blocks for ECB and CBC (nothing is padded), any length for the others.</param>
    /// <exception cref="ArgumentException">Key, iv or text has a length that the mode does not take.</exception>
    public static byte[] Encrypt(Sm4Mode mode, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> plain) =>
        Run(mode, encrypt: true, key, iv, plain);

    /// <inheritdoc cref="Encrypt"/>
    public static byte[] Decrypt(Sm4Mode mode, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> cipher) =>
        Run(mode, encrypt: false, key, iv, cipher);

    static byte[] Run(Sm4Mode mode, bool encrypt, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> text)
    {
        RequireLength(key, KeyBytes, nameof(key));
        RequireLength(iv, mode == Sm4Mode.Ecb ? 0 : BlockBytes, nameof(iv));
        if (mode is Sm4Mode.Ecb or Sm4Mode.Cbc && text.Length % BlockBytes != 0)
            throw new ArgumentException($"{mode} takes whole blocks of {BlockBytes} bytes, not {text.Length} bytes.", nameof(text));
        var cipher = new BufferedBlockCipher(ModeOf(mode));
        cipher.Init(encrypt, mode == Sm4Mode.Ecb ? new KeyParameter(key) : new ParametersWithIV(new KeyParameter(key), iv));
        var output = new byte[text.Length];
        var written = cipher.ProcessBytes(text, output);
        cipher.DoFinal(output.AsSpan(written));
        return output;
    }

    static IBlockCipherMode ModeOf(Sm4Mode mode) => mode switch
    {
        Sm4Mode.Ecb => new EcbBlockCipher(new SM4Engine()),
        Sm4Mode.Cbc => new CbcBlockCipher(new SM4Engine()),
        Sm4Mode.Cfb => new CfbBlockCipher(new SM4Engine(), BlockBytes * 8),
        Sm4Mode.Ofb => new OfbBlockCipher(new SM4Engine(), BlockBytes * 8),
        Sm4Mode.Ctr => new SicBlockCipher(new SM4Engine()),
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "There is no such mode."),
    };

    /// <summary>A tag of 16 bytes over the message (CMAC; GB/T 15852.1-2020, scheme 5).</summary>
    public static byte[] Cmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message)
    {
        RequireLength(key, KeyBytes, nameof(key));
        var mac = new CMac(new SM4Engine());
        mac.Init(new KeyParameter(key));
        mac.BlockUpdate(message);
        var tag = new byte[BlockBytes];
        mac.DoFinal(tag);
        return tag;
    }

    internal static IBlockCipher Blocks(bool encrypt, ReadOnlySpan<byte> key)
    {
        RequireLength(key, KeyBytes, nameof(key));
        var engine = new SM4Engine();
        engine.Init(encrypt, new KeyParameter(key));
        return engine;
    }

    internal static void RequireLength(ReadOnlySpan<byte> bytes, int length, string name)
    {
        if (bytes.Length != length) throw new ArgumentException($"{name} must have {length} bytes, not {bytes.Length}.", name);
    }
}

/// <summary>SM4 with a tag by which every change is noticed: GCM and CCM (GB/T 36624-2018, RFC 8998).</summary>
public static class Sm4Aead
{
    /// <summary>Galois/counter mode.</summary>
    /// <param name="nonce">At least one byte, best 12; never twice under one key.</param>
    /// <param name="tagBytes">12 to 16.</param>
    /// <returns>Ciphertext, then tag.</returns>
    public static byte[] EncryptGcm(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> associated, int tagBytes = 16) =>
        Run(Gcm(nonce, tagBytes), encrypt: true, key, nonce, plain, associated, tagBytes);

    /// <summary>The plain text, or null when anything was changed.</summary>
    public static byte[]? DecryptGcm(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> cipherAndTag, ReadOnlySpan<byte> associated, int tagBytes = 16) =>
        Open(Gcm(nonce, tagBytes), key, nonce, cipherAndTag, associated, tagBytes);

    /// <summary>Counter mode with CBC-MAC.</summary>
    /// <param name="nonce">7 to 13 bytes; never twice under one key.</param>
    /// <param name="tagBytes">4, 6, 8, 10, 12, 14 or 16.</param>
    /// <returns>Ciphertext, then tag.</returns>
    public static byte[] EncryptCcm(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> associated, int tagBytes = 16) =>
        Run(Ccm(nonce, tagBytes), encrypt: true, key, nonce, plain, associated, tagBytes);

    /// <summary>The plain text, or null when anything was changed.</summary>
    public static byte[]? DecryptCcm(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> cipherAndTag, ReadOnlySpan<byte> associated, int tagBytes = 16) =>
        Open(Ccm(nonce, tagBytes), key, nonce, cipherAndTag, associated, tagBytes);

    static GcmBlockCipher Gcm(ReadOnlySpan<byte> nonce, int tagBytes)
    {
        if (nonce.Length == 0) throw new ArgumentException("GCM needs a nonce of at least one byte; an empty one gives its key away.", nameof(nonce));
        if (tagBytes is < 12 or > 16) throw new ArgumentOutOfRangeException(nameof(tagBytes), tagBytes, "A GCM tag has 12 to 16 bytes.");
        return new GcmBlockCipher(new SM4Engine());
    }

    static CcmBlockCipher Ccm(ReadOnlySpan<byte> nonce, int tagBytes)
    {
        if (nonce.Length is < 7 or > 13) throw new ArgumentException($"A CCM nonce has 7 to 13 bytes, not {nonce.Length}.", nameof(nonce));
        if (tagBytes is < 4 or > 16 || tagBytes % 2 != 0)
            throw new ArgumentOutOfRangeException(nameof(tagBytes), tagBytes, "A CCM tag has 4, 6, 8, 10, 12, 14 or 16 bytes.");
        return new CcmBlockCipher(new SM4Engine());
    }

    static byte[]? Open(
        IAeadCipher cipher, ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> cipherAndTag,
        ReadOnlySpan<byte> associated, int tagBytes)
    {
        if (cipherAndTag.Length < tagBytes) return null;
        try
        {
            return Run(cipher, encrypt: false, key, nonce, cipherAndTag, associated, tagBytes);
        }
        catch (InvalidCipherTextException)
        {
            return null;
        }
    }

    static byte[] Run(
        IAeadCipher cipher, bool encrypt, ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> text,
        ReadOnlySpan<byte> associated, int tagBytes)
    {
        Sm4.RequireLength(key, Sm4.KeyBytes, nameof(key));
        cipher.Init(encrypt, new AeadParameters(new KeyParameter(key), tagBytes * 8, nonce.ToArray(), associated.ToArray()));
        var output = new byte[cipher.GetOutputSize(text.Length)];
        var written = cipher.ProcessBytes(text, output);
        cipher.DoFinal(output.AsSpan(written));
        return output;
    }
}

/// <summary>XTS as GB/T 17964-2021 (section 11) has it, for sectors of a disk.</summary>
/// <remarks>
/// It differs from IEEE 1619 in how the tweak is multiplied by alpha: here bits are counted from the first byte's highest
/// bit, as in GCM, so each step is a shift to the right, and a bit that falls out comes back as 0xE1 in the first byte.
/// </remarks>
public static class Sm4Xts
{
    const int Block = Sm4.BlockBytes;

    /// <param name="key">32 bytes: 16 for the text, 16 for the tweak. Draw them apart: with equal halves tweaks can be undone.</param>
    /// <param name="tweak">16 bytes, such as the number of the sector.</param>
    /// <param name="plain">At least one block; the last one may be short.</param>
    public static byte[] Encrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> tweak, ReadOnlySpan<byte> plain)
    {
        var blocks = Sm4.Blocks(encrypt: true, FirstKey(key, plain));
        var mask = FirstMask(key, tweak);
        var output = plain.ToArray();
        var (whole, rest) = Math.DivRem(plain.Length, Block);
        for (var i = 0; i < whole; i++, Double(mask)) Crypt(blocks, mask, output.AsSpan(i * Block, Block));
        if (rest == 0) return output;
        // The short end takes the beginning of the last whole block's result, and what it leaves fills it up.
        Swap(output, whole, rest);
        Crypt(blocks, mask, output.AsSpan((whole - 1) * Block, Block));
        return output;
    }

    /// <inheritdoc cref="Encrypt"/>
    public static byte[] Decrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> tweak, ReadOnlySpan<byte> cipher)
    {
        var blocks = Sm4.Blocks(encrypt: false, FirstKey(key, cipher));
        var mask = FirstMask(key, tweak);
        var output = cipher.ToArray();
        var (whole, rest) = Math.DivRem(cipher.Length, Block);
        var plainOrder = rest == 0 ? whole : whole - 1;
        for (var i = 0; i < plainOrder; i++, Double(mask)) Crypt(blocks, mask, output.AsSpan(i * Block, Block));
        if (rest == 0) return output;
        // The last whole block was made last: with the mask after next.
        var next = mask.ToArray();
        Double(next);
        Crypt(blocks, next, output.AsSpan((whole - 1) * Block, Block));
        Swap(output, whole, rest);
        Crypt(blocks, mask, output.AsSpan((whole - 1) * Block, Block));
        return output;
    }

    static ReadOnlySpan<byte> FirstKey(ReadOnlySpan<byte> key, ReadOnlySpan<byte> text)
    {
        Sm4.RequireLength(key, 2 * Sm4.KeyBytes, nameof(key));
        if (text.Length < Block) throw new ArgumentException($"XTS takes at least {Block} bytes, not {text.Length}.", nameof(text));
        return key[..Sm4.KeyBytes];
    }

    static byte[] FirstMask(ReadOnlySpan<byte> key, ReadOnlySpan<byte> tweak)
    {
        Sm4.RequireLength(tweak, Block, nameof(tweak));
        var mask = new byte[Block];
        Sm4.Blocks(encrypt: true, key[Sm4.KeyBytes..]).ProcessBlock(tweak, mask);
        return mask;
    }

    static void Crypt(IBlockCipher blocks, ReadOnlySpan<byte> mask, Span<byte> block)
    {
        for (var i = 0; i < Block; i++) block[i] ^= mask[i];
        blocks.ProcessBlock(block, block);
        for (var i = 0; i < Block; i++) block[i] ^= mask[i];
    }

    static void Swap(byte[] output, int whole, int rest)
    {
        for (var i = 0; i < rest; i++)
            (output[((whole - 1) * Block) + i], output[(whole * Block) + i]) = (output[(whole * Block) + i], output[((whole - 1) * Block) + i]);
    }

    static void Double(Span<byte> mask)
    {
        var fallsOut = (mask[^1] & 1) != 0;
        for (var i = Block - 1; i > 0; i--) mask[i] = (byte)((mask[i] >> 1) | ((mask[i - 1] & 1) << 7));
        mask[0] >>= 1;
        if (fallsOut) mask[0] ^= 0xE1;
    }
}
