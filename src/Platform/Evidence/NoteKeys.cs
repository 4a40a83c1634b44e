using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Pujiang.Platform;

/// <summary>How a signature line of a note was made.</summary>
public enum NoteKeyKind
{
    /// <summary>Ed25519 (RFC 8032) over the note's text; type byte 0x01 of C2SP signed-note.</summary>
    Ed25519,

    /// <summary>A witness's timestamped Ed25519 signature; type byte 0x04, C2SP tlog-cosignature.</summary>
    Cosignature,

    /// <summary>
    /// SM2 with SM3 (GM/T 0003.2, GM/T 0004; user id 1234567812345678, as r||s) over the note's text. C2SP has assigned no byte to it, so
    /// its type is 0xff, which C2SP reserves for this, and the name "sm2-sm3".
    /// </summary>
    Sm2,
}

/// <summary>A public key by which signature lines are checked, as people pass it on: "name+hash+base64", called a vkey.</summary>
public sealed class NoteKey
{
    static readonly byte[] Sm2Type = [0xff, .. "sm2-sm3"u8];

    readonly byte[] _publicKey;

    internal NoteKey(string name, NoteKeyKind kind, byte[] publicKey)
    {
        (Name, Kind, _publicKey) = (name, kind, publicKey);
        byte[] hashed = [.. Encoding.UTF8.GetBytes(name), (byte)'\n', .. TypeOf(kind), .. publicKey];
        Id = Convert.ToUInt32(Convert.ToHexString(SHA256.HashData(hashed).AsSpan(0, 4)), 16);
    }

    /// <summary>Of the log or the witness; for a log it is the origin of its checkpoints.</summary>
    public string Name { get; }

    public NoteKeyKind Kind { get; }

    /// <summary>The first four bytes of SHA-256(name || newline || type || public key).</summary>
    public uint Id { get; }

    /// <summary>The vkey.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Name}+{Id:x8}+{Convert.ToBase64String([.. TypeOf(Kind), .. _publicKey])}");

    /// <summary>Reads a vkey; false when it is none, is of an unknown type, or its hash does not fit.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out NoteKey? key)
    {
        key = null;
        var parts = text.Trim().Split('+', 3);
        if (parts.Length != 3 || !IsName(parts[0]) || !Base64.TryDecode(parts[2], out var encoded)) return false;
        foreach (var kind in Enum.GetValues<NoteKeyKind>())
            if (encoded.AsSpan().StartsWith(TypeOf(kind)) && encoded.Length == TypeOf(kind).Length + LengthOf(kind))
                key = new NoteKey(parts[0], kind, encoded[TypeOf(kind).Length..]);
        if (key is not null && key.ToString() != text.Trim()) key = null;
        return key is not null;
    }

    /// <summary>Names are not empty and hold neither space nor plus (C2SP signed-note).</summary>
    internal static bool IsName(string name) => name.Length > 0 && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == '+');

    /// <summary>Whether this key made the signature over this text.</summary>
    /// <param name="signature">Without the key id before it.</param>
    internal bool Verify(string text, ReadOnlySpan<byte> signature) => Kind switch
    {
        NoteKeyKind.Ed25519 => VerifyEd25519(Encoding.UTF8.GetBytes(text), signature.ToArray()),
        NoteKeyKind.Cosignature => signature.Length == 8 + Ed25519.SignatureSize
            && VerifyEd25519(Cosignatures.Message(text, Cosignatures.TimeOf(signature)), signature[8..].ToArray()),
        _ => Sm2PublicKey.TryRead(_publicKey, out var key) && key.Verify(Encoding.UTF8.GetBytes(text), signature),
    };

    bool VerifyEd25519(byte[] message, byte[] signature) =>
        signature.Length == Ed25519.SignatureSize && Ed25519.Verify(signature, 0, _publicKey, 0, message, 0, message.Length);

    internal static ReadOnlySpan<byte> TypeOf(NoteKeyKind kind) => kind switch
    {
        NoteKeyKind.Ed25519 => [0x01],
        NoteKeyKind.Cosignature => [0x04],
        _ => Sm2Type,
    };

    static int LengthOf(NoteKeyKind kind) => kind == NoteKeyKind.Sm2 ? 65 : Ed25519.PublicKeySize;
}

/// <summary>A secret key that makes signature lines, in a file that only this user can read.</summary>
/// <remarks>The file is one line in the form of Go's sumdb/note: "PRIVATE+KEY+name+hash+base64(type || secret)".</remarks>
public sealed class NoteSigner
{
    const string Prefix = "PRIVATE+KEY+";
    readonly byte[] _secret;

    NoteSigner(string name, NoteKeyKind kind, byte[] secret)
    {
        _secret = secret;
        Key = new NoteKey(name, kind, kind == NoteKeyKind.Sm2 ? Sm2Secret().Public.ToBytes() : Ed25519Public(secret));
    }

    /// <summary>The public half.</summary>
    public NoteKey Key { get; }

    /// <summary>Opens the key file, or makes one with a new secret for this name.</summary>
    /// <exception cref="InvalidDataException">The file holds no key.</exception>
    public static NoteSigner Open(string path, string nameIfNew, NoteKeyKind kind)
    {
        if (!File.Exists(path)) Create(path, nameIfNew, kind);
        var text = File.ReadAllText(path).Trim();
        var parts = text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..].Split('+', 3) : [];
        var type = NoteKey.TypeOf(kind);
        if (parts.Length != 3 || !Base64.TryDecode(parts[2], out var encoded) || !encoded.AsSpan().StartsWith(type) || encoded.Length != type.Length + 32)
            throw new InvalidDataException($"{path} holds no key of the kind {kind} (\"{Prefix}name+hash+base64\"); put the file back from a backup.");
        var signer = new NoteSigner(parts[0], kind, encoded[type.Length..]);
        return signer.SecretLine == text ? signer
            : throw new InvalidDataException($"The hash in {path} does not fit its key; put the file back from a backup.");
    }

    /// <summary>A signature line over this text, without its newline.</summary>
    /// <param name="now">UTC; what a cosignature says about time, in whole seconds.</param>
    internal string Sign(string text, DateTime now)
    {
        var signature = Key.Kind switch
        {
            NoteKeyKind.Ed25519 => SignEd25519(Encoding.UTF8.GetBytes(text)),
            NoteKeyKind.Cosignature => Cosignatures.WithTime(SecondsOf(now), SignEd25519(Cosignatures.Message(text, SecondsOf(now)))),
            _ => Sm2Secret().Sign(Encoding.UTF8.GetBytes(text)),
        };
        return new NoteSignature(Key.Name, Key.Id, signature).ToString();
    }

    static long SecondsOf(DateTime utc) => new DateTimeOffset(utc, TimeSpan.Zero).ToUnixTimeSeconds();

    byte[] SignEd25519(byte[] message)
    {
        var signature = new byte[Ed25519.SignatureSize];
        Ed25519.Sign(_secret, 0, message, 0, message.Length, signature, 0);
        return signature;
    }

    static byte[] Ed25519Public(byte[] secret)
    {
        var key = new byte[Ed25519.PublicKeySize];
        Ed25519.GeneratePublicKey(secret, 0, key, 0);
        return key;
    }

    Sm2PrivateKey Sm2Secret() => Sm2PrivateKey.TryRead(_secret, out var key) ? key : throw new InvalidDataException("The secret is no SM2 key.");

    static byte[] NewSecret(NoteKeyKind kind) => kind == NoteKeyKind.Sm2 ? Sm2PrivateKey.Create().ToBytes() : RandomNumberGenerator.GetBytes(32);

    string SecretLine => string.Create(CultureInfo.InvariantCulture,
        $"{Prefix}{Key.Name}+{Key.Id:x8}+{Convert.ToBase64String([.. NoteKey.TypeOf(Key.Kind), .. _secret])}");

    static void Create(string path, string name, NoteKeyKind kind)
    {
        if (!NoteKey.IsName(name)) throw new ArgumentException($"'{name}' is no name of a key: no spaces, no plus.", nameof(name));
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        // Half a key that a crash left behind must not pass for one.
        var temporary = path + ".new";
        File.Delete(temporary);
        using (var file = new FileStream(temporary, options))
        {
            file.Write(Encoding.UTF8.GetBytes(new NoteSigner(name, kind, NewSecret(kind)).SecretLine + "\n"));
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path);
    }
}
