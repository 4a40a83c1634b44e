using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;

namespace Pujiang.Platform;

/// <summary>
/// Keys of the authorization server, in <c>keys/oauth</c> of the data folder: one signs tokens (ES256, published), one encrypts access
/// tokens, which only the bank reads. Made at the first start, sealed like all secrets, readable by this user only.
/// </summary>
sealed class ServerKeys(PlatformOptions platform, KeySeal seal)
{
    const int EncryptionBytes = 32;

    public void GiveTo(OpenIddictServerOptions server)
    {
        var signing = ECDsa.Create();
        signing.ImportPkcs8PrivateKey(Secret("signing", NewSigningKey), out _);
        var key = new ECDsaSecurityKey(signing);
        key.KeyId = Base64UrlEncoder.Encode(JsonWebKeyConverter.ConvertFromECDsaSecurityKey(key).ComputeJwkThumbprint());
        server.SigningCredentials.Add(new SigningCredentials(key, SecurityAlgorithms.EcdsaSha256));
        server.EncryptionCredentials.Add(new EncryptingCredentials(
            new SymmetricSecurityKey(Secret("encryption", () => RandomNumberGenerator.GetBytes(EncryptionBytes))), SecurityAlgorithms.Aes256KW, SecurityAlgorithms.Aes256CbcHmacSha512));
    }

    static byte[] NewSigningKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKey();
    }

    byte[] Secret(string name, Func<byte[]> make)
    {
        var path = Path.Combine(platform.DataFolder, "keys", "oauth", name + ".key");
        var purpose = "oauth/" + name;
        if (!File.Exists(path))
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            else Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            KeyFile.Write(path, seal.Seal(make(), purpose));
        }
        var stored = File.ReadAllBytes(path);
        var secret = seal.Unseal(stored, purpose);
        if (seal.IsOld(stored)) KeyFile.Write(path, seal.Seal(secret, purpose));
        return secret;
    }
}
