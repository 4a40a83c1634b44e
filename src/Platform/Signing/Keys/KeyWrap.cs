using System.Security.Cryptography;
using System.Text;

namespace Pujiang.Platform;

/// <summary>Wraps secrets with a key that stays where it is.</summary>
interface IKeyWrap
{
    /// <param name="purpose">What the secret is for. Unwrapping it for another purpose fails.</param>
    byte[] Wrap(byte[] secret, string purpose);

    /// <exception cref="CryptographicException">Changed, for another purpose, or wrapped with another key.</exception>
    byte[] Unwrap(byte[] wrapped, string purpose);
}

/// <summary>Seals secrets for the disk: with a key in a file that only this user can read, or with one that never leaves a PKCS#11 device.</summary>
/// <remarks>
/// The first byte says which of the two it was, so that a bank that gets a device opens what it has sealed before, and seals
/// it anew (<see cref="IsOld"/>). Once all is sealed anew, the file <c>wrapping.key</c> can be destroyed.
/// </remarks>
public sealed class KeySeal : IDisposable
{
    const byte ByFile = 1, ByDevice = 2;

    readonly string _wrappingKey;
    readonly Pkcs11KeyWrap? _device;
    readonly Lazy<FileKeyWrap> _file;

    KeySeal(string wrappingKey, Pkcs11KeyWrap? device)
    {
        (_wrappingKey, _device) = (wrappingKey, device);
        _file = new Lazy<FileKeyWrap>(() => new FileKeyWrap(_wrappingKey));
    }

    /// <exception cref="InvalidDataException">The device, its token, its PIN or its key is not as the settings say.</exception>
    public static KeySeal Open(PlatformOptions options) => new(
        Path.Combine(options.DataFolder, "keys", "wrapping.key"),
        options.Keys?.Pkcs11 is { } pkcs11 ? Pkcs11KeyWrap.Open(pkcs11) : null);

    /// <summary>Whether a device holds the wrapping key.</summary>
    public bool HasDevice => _device is not null;

    public byte[] Seal(byte[] secret, string purpose) => _device is not null
        ? [ByDevice, .. _device.Wrap(secret, purpose)] : [ByFile, .. _file.Value.Wrap(secret, purpose)];

    /// <exception cref="CryptographicException">It was changed, is for another purpose, or the key that sealed it is not here.</exception>
    public byte[] Unseal(byte[] sealedSecret, string purpose)
    {
        if (sealedSecret is [ByDevice, ..])
            return (_device ?? throw new CryptographicException("A secret was sealed by a PKCS#11 device; set Pujiang:Keys:Pkcs11.")).Unwrap(sealedSecret[1..], purpose);
        if (sealedSecret is not [ByFile, ..] || !File.Exists(_wrappingKey))
            throw new CryptographicException($"A secret was sealed with a key that is not here; it should be in {_wrappingKey}.");
        return _file.Value.Unwrap(sealedSecret[1..], purpose);
    }

    /// <summary>Sealed with a file's key although there is a device now: seal it anew.</summary>
    public bool IsOld(byte[] sealedSecret) => _device is not null && sealedSecret is not [ByDevice, ..];

    public void Dispose() => _device?.Dispose();
}

/// <summary>Files that only the user of this process can read.</summary>
static class KeyFile
{
    /// <summary>Writes so that a crash leaves the old file or the new one, never half of one.</summary>
    public static void Write(string path, byte[] content)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var temporary = path + ".new";
        File.Delete(temporary);
        using (var file = new FileStream(temporary, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }
}

/// <summary>Seals with AES-256-GCM under a key in a file beside the others, that only this user can read.</summary>
/// <remarks>
/// This keeps secrets out of backups that leave the wrapping key out; whoever can read the whole folder can open them. Where
/// that is not enough, <see cref="Pkcs11KeyWrap"/> keeps the wrapping key in a device.
/// </remarks>
sealed class FileKeyWrap : IKeyWrap
{
    const int NonceBytes = 12, TagBytes = 16;
    readonly byte[] _key;

    public FileKeyWrap(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (!File.Exists(path)) KeyFile.Write(path, RandomNumberGenerator.GetBytes(32));
        _key = File.ReadAllBytes(path);
        if (_key.Length != 32) throw new InvalidDataException($"{path} is not a wrapping key: it has {_key.Length} bytes instead of 32.");
    }

    public byte[] Wrap(byte[] secret, string purpose)
    {
        var output = new byte[NonceBytes + TagBytes + secret.Length];
        RandomNumberGenerator.Fill(output.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(_key, TagBytes);
        aes.Encrypt(output.AsSpan(0, NonceBytes), secret, output.AsSpan(NonceBytes + TagBytes), output.AsSpan(NonceBytes, TagBytes), Encoding.UTF8.GetBytes(purpose));
        return output;
    }

    public byte[] Unwrap(byte[] wrapped, string purpose)
    {
        if (wrapped.Length < NonceBytes + TagBytes) throw new CryptographicException("A sealed secret is cut short.");
        var secret = new byte[wrapped.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(_key, TagBytes);
        aes.Decrypt(wrapped.AsSpan(0, NonceBytes), wrapped.AsSpan(NonceBytes + TagBytes), wrapped.AsSpan(NonceBytes, TagBytes), secret, Encoding.UTF8.GetBytes(purpose));
        return secret;
    }
}
