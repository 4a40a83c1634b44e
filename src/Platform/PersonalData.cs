using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Pujiang.Platform;

/// <summary>Encrypts personal data (names, ID numbers, phones, card numbers) at rest, and finds it again by a keyed hash.</summary>
/// <remarks>
/// AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce; look-up by HMAC-SHA-256. The key ring is a file outside
/// the database. The newest key seals, any key in the ring opens, so a key is rotated by adding one.
/// Sealed form: version 1 (1 byte), key id (4), nonce (12), tag (16), ciphertext.
/// </remarks>
public sealed class PersonalData
{
    const int HeaderBytes = 33;
    // One cipher object a thread and key: AesGcm may not be used by two threads at once.
    readonly Dictionary<uint, ThreadLocal<AesGcm>> _keys = [];
    readonly uint _newest;
    readonly byte[] _lookupKey;

    PersonalData(KeyRingFile ring)
    {
        foreach (var key in ring.Keys)
        {
            var secret = Convert.FromBase64String(key.Secret);
            _keys[key.Id] = new ThreadLocal<AesGcm>(() => new AesGcm(secret, 16));
        }
        _newest = ring.Keys.Max(key => key.Id);
        _lookupKey = Convert.FromBase64String(ring.LookupSecret);
    }

    const string Purpose = "key ring of personal data";

    /// <summary>Opens the key ring, or makes one that only this user can read.</summary>
    /// <param name="seal">Given: the ring is sealed with it from now on.</param>
    /// <exception cref="InvalidDataException">The file is no key ring, or one that is sealed and can't be opened without a seal.</exception>
    public static PersonalData Open(string keyRingPath, KeySeal? seal = null)
    {
        if (!File.Exists(keyRingPath)) Create(keyRingPath);
        var stored = File.ReadAllBytes(keyRingPath);
        var plain = stored is [(byte)'{', ..] ? stored
            : (seal ?? throw new InvalidDataException($"{keyRingPath} is not a key ring, or one that a device sealed (Pujiang:Keys:Pkcs11).")).Unseal(stored, Purpose);
        if (seal is not null && plain == stored) KeyFile.Write(keyRingPath, seal.Seal(plain, Purpose));
        var ring = JsonSerializer.Deserialize<KeyRingFile>(plain)
            ?? throw new InvalidDataException($"{keyRingPath} is not a key ring.");
        return new PersonalData(ring);
    }

    public byte[] Seal(string text) => Seal(Encoding.UTF8.GetBytes(text));

    public byte[] Seal(byte[] plain)
    {
        Span<byte> nonce = stackalloc byte[12];
        RandomNumberGenerator.Fill(nonce);
        return Seal(plain, nonce);
    }

    /// <summary>Seals so that the same text for the same fact gives the same bytes, as a repeated ledger entry needs.</summary>
    /// <remarks>The nonce is a keyed hash of fact and text: it repeats only where the plain text repeats too.</remarks>
    public byte[] SealRepeatably(string text, Guid fact) =>
        Seal(Encoding.UTF8.GetBytes(text), HMACSHA256.HashData(_lookupKey, Encoding.UTF8.GetBytes($"nonce\u001f{fact}\u001f{_newest}\u001f{text}")).AsSpan(0, 12));

    byte[] Seal(byte[] plain, ReadOnlySpan<byte> nonce)
    {
        var output = new byte[HeaderBytes + plain.Length];
        output[0] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(output.AsSpan(1), _newest);
        nonce.CopyTo(output.AsSpan(5));
        _keys[_newest].Value!.Encrypt(nonce, plain, output.AsSpan(HeaderBytes), output.AsSpan(17, 16), output.AsSpan(0, 5));
        return output;
    }

    /// <exception cref="CryptographicException">The data was changed, or its key is not in the ring.</exception>
    public string Open(byte[] data) => Encoding.UTF8.GetString(OpenBytes(data));

    /// <exception cref="CryptographicException">The data was changed, or its key is not in the ring.</exception>
    public byte[] OpenBytes(byte[] data)
    {
        if (data.Length < HeaderBytes || data[0] != 1
            || !_keys.TryGetValue(BinaryPrimitives.ReadUInt32BigEndian(data.AsSpan(1)), out var key))
            throw new CryptographicException("Sealed data that no key in the ring can open.");
        var plain = new byte[data.Length - HeaderBytes];
        key.Value!.Decrypt(data.AsSpan(5, 12), data.AsSpan(HeaderBytes), data.AsSpan(17, 16), plain, data.AsSpan(0, 5));
        return plain;
    }

    /// <summary>32 hexadecimal digits (128 bits) by which an equal text is found; they reveal nothing without the key.</summary>
    /// <param name="purpose">Keeps hashes of different columns apart.</param>
    public string Hash(string purpose, string text) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(_lookupKey, Encoding.UTF8.GetBytes($"{purpose}\u001f{text}")).AsSpan(0, 16));

    static void Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var ring = new KeyRingFile(
            [new KeyRingKey(1, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)))],
            Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        // A crash while the ring is written must not leave half a ring behind that later starts would trust.
        var temporary = path + ".new";
        File.Delete(temporary);
        using (var file = new FileStream(temporary, options))
        {
            JsonSerializer.Serialize(file, ring);
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path);
    }

    sealed record KeyRingFile(IReadOnlyList<KeyRingKey> Keys, string LookupSecret);

    sealed record KeyRingKey(uint Id, string Secret);
}
