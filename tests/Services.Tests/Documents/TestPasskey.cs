using System.Buffers.Text;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>An authenticator with one passkey (ES256): what a phone does when its owner touches it.</summary>
sealed class TestPasskey : IDisposable
{
    readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    uint _uses;

    public const string Origin = "https://bank.example";

    public byte[] CredentialId { get; } = RandomNumberGenerator.GetBytes(32);

    public byte[] PublicKey()
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        var cbor = new CborWriter(CborConformanceMode.Ctap2Canonical);
        cbor.WriteStartMap(5);
        foreach (var (label, value) in ((int, int)[])[(1, 2), (3, -7), (-1, 1)])
        {
            cbor.WriteInt32(label);
            cbor.WriteInt32(value);
        }
        foreach (var (label, part) in ((int, byte[]?)[])[(-2, point.X), (-3, point.Y)])
        {
            cbor.WriteInt32(label);
            cbor.WriteByteString(part!);
        }
        cbor.WriteEndMap();
        return cbor.Encode();
    }

    /// <summary>Puts the passkey among those of a person.</summary>
    public Task Register(TestBank bank, Guid person) => bank.Tables(async db =>
    {
        db.Add(new Passkey
        {
            Id = Guid.CreateVersion7(),
            PersonId = person,
            CredentialHash = Passkeys.HashOf(CredentialId),
            Data = PasskeyData.Write(new UserPasskeyInfo(CredentialId, PublicKey(), bank.Clock.GetUtcNow(), _uses, null, true, false, false, [], [])),
            Name = "Phone",
            AddedAt = bank.Clock.UtcNow(),
        });
        return await db.SaveChangesAsync();
    });

    /// <summary>The browser's JSON for a challenge.</summary>
    /// <param name="flags">5: the owner was there and was checked.</param>
    /// <param name="step">How far the counter of uses goes on.</param>
    public string Answer(byte[] challenge, string origin = Origin, byte flags = 5, string? site = null, uint step = 1, bool framed = false)
    {
        _uses += step;
        var client = JsonSerializer.SerializeToUtf8Bytes(new { type = "webauthn.get", challenge = Base64Url.EncodeToString(challenge), origin, crossOrigin = framed });
        byte[] authenticator = [.. SHA256.HashData(Encoding.ASCII.GetBytes(site ?? new Uri(origin).Host)), flags, (byte)(_uses >> 24), (byte)(_uses >> 16), (byte)(_uses >> 8), (byte)_uses];
        var signature = _key.SignData([.. authenticator, .. SHA256.HashData(client)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return JsonSerializer.Serialize(new
        {
            id = Base64Url.EncodeToString(CredentialId),
            type = "public-key",
            response = new { authenticatorData = Base64Url.EncodeToString(authenticator), clientDataJSON = Base64Url.EncodeToString(client), signature = Base64Url.EncodeToString(signature) },
        });
    }

    public void Dispose() => _key.Dispose();
}
