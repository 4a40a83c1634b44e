using System.Buffers.Binary;
using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;

namespace Pujiang.Platform;

/// <summary>The folder of keys as one file that a passphrase opens.</summary>
/// <remarks>
/// A tar archive, encrypted with AES-256-GCM under a key that PBKDF2 with HMAC-SHA-512 (RFC 8018) makes of the passphrase and a random
/// salt. Form: "PJKEYS" and version 1 (8 bytes), iterations (4), salt (16), nonce (12), tag (16), ciphertext; what comes before the
/// tag is authenticated too.
/// </remarks>
static class SealedKeys
{
    /// <summary>Nearly three times what the OWASP Password Storage Cheat Sheet asks of PBKDF2-HMAC-SHA512 (210,000): backups lie about for years.</summary>
    const int Iterations = 600_000;
    const int MostIterations = 100_000_000;

    /// <summary>Characters of a passphrase.</summary>
    public const int ShortestPassphrase = 12;
    const int Salt = 12, Nonce = 28, Tag = 40, Content = 56;

    static ReadOnlySpan<byte> Magic => "PJKEYS\0\u0001"u8;

    public static byte[] Seal(string folder, string passphrase)
    {
        using var archive = new MemoryStream();
        TarFile.CreateFromDirectory(folder, archive, includeBaseDirectory: false);
        var plain = archive.ToArray();
        var output = new byte[Content + plain.Length];
        Magic.CopyTo(output);
        BinaryPrimitives.WriteInt32BigEndian(output.AsSpan(8), Iterations);
        RandomNumberGenerator.Fill(output.AsSpan(Salt, Tag - Salt));
        using var cipher = Cipher(output, passphrase, Iterations);
        cipher.Encrypt(output.AsSpan(Nonce, 12), plain, output.AsSpan(Content), output.AsSpan(Tag, 16), output.AsSpan(0, Tag));
        CryptographicOperations.ZeroMemory(plain);
        return output;
    }

    /// <exception cref="BackupRefusedException">The passphrase is wrong, or the file was changed.</exception>
    public static void Open(byte[] bytes, string passphrase, string folder)
    {
        if (bytes.Length < Content || !bytes.AsSpan().StartsWith(Magic)) throw new BackupRefusedException("The file of sealed keys is none.");
        var iterations = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(8));
        if (iterations is < 1 or > MostIterations) throw new BackupRefusedException("The file of sealed keys was changed.");
        var plain = new byte[bytes.Length - Content];
        using var cipher = Cipher(bytes, passphrase, iterations);
        try
        {
            cipher.Decrypt(bytes.AsSpan(Nonce, 12), bytes.AsSpan(Content), bytes.AsSpan(Tag, 16), plain, bytes.AsSpan(0, Tag));
        }
        catch (AuthenticationTagMismatchException wrong)
        {
            throw new BackupRefusedException("The passphrase does not open the keys of this backup, or their file was changed.", wrong);
        }
        BackupFiles.CreatePrivate(folder);
        using var archive = new MemoryStream(plain);
        // Refuses entries that lead out of the folder by itself.
        TarFile.ExtractToDirectory(archive, folder, overwriteFiles: false);
        CryptographicOperations.ZeroMemory(plain);
    }

    static AesGcm Cipher(byte[] header, string passphrase, int iterations) => new(
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(passphrase.Normalize()), header.AsSpan(Salt, 16), iterations, HashAlgorithmName.SHA512, 32), 16);
}
