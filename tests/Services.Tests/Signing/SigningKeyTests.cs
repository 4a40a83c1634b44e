using System.Text.Json;
using CsCheck;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class SigningKeyTests
{
    public static TheoryData<SignatureAlgorithm> Algorithms => [SignatureAlgorithm.Ed25519, SignatureAlgorithm.Sm2];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Signature_OverAnyMessage_IsGoodForThatMessageAndKeyOnly(SignatureAlgorithm algorithm)
    {
        var (key, other) = (SigningKey.Create(algorithm), SigningKey.Create(algorithm));
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Int[0, 63], Gen.Int[0, 7]).Sample((message, at, bit) =>
        {
            var signature = key.Sign(message);
            Assert.Equal(64, signature.Length);
            Assert.True(key.Public.Verify(message, signature));
            Assert.False(other.Public.Verify(message, signature));
            Assert.False(key.Public.Verify([.. message, 0], signature));
            Assert.False(key.Public.Verify(message, signature.AsSpan(1)));
            signature[at] ^= (byte)(1 << bit);
            Assert.False(key.Public.Verify(message, signature));
        }, iter: 40, threads: 1);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Key_WrittenAndRead_IsTheSame(SignatureAlgorithm algorithm)
    {
        var key = SigningKey.Create(algorithm);
        Assert.True(SigningKey.TryRead(algorithm, key.SecretBytes(), out var again));
        Assert.Equal(key.KeyId, again.KeyId);
        Assert.True(VerifyingKey.FromJwk(Jwk(key.Public)).Try(out var read, out _));
        Assert.Equal((key.KeyId, algorithm), (read.Thumbprint, read.Algorithm));
        Assert.Equal(key.Public.Bytes, read.Bytes);
        Assert.Equal(43, key.KeyId.Length);
    }

    /// <summary>RFC 8037, appendices A.1 to A.5.</summary>
    [Fact]
    public void Ed25519_OfTheRfc_HasItsThumbprintAndSignature()
    {
        Assert.True(SigningKey.TryRead(SignatureAlgorithm.Ed25519,
            Convert.FromHexString("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"), out var key));
        Assert.Equal("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", Convert.ToHexStringLower(key.Public.Bytes));
        Assert.Equal("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", key.KeyId);
        var message = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"u8;
        Assert.Equal("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
            System.Buffers.Text.Base64Url.EncodeToString(key.Sign(message)));
    }

    [Theory]
    [InlineData("""[]""", "object")]
    [InlineData("""{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}""", "private")]
    [InlineData("""{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg"}""", "32 bytes")]
    [InlineData("""{"kty":"OKP","crv":"Ed25519"}""", "32 bytes")]
    [InlineData("""{"kty":"OKP","crv":"Ed25519","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""", "no point")]
    [InlineData("""{"kty":"EC","crv":"SM2","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","y":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""", "no point")]
    [InlineData("""{"kty":"EC","crv":"SM2","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""", "member y")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""", "kty and crv")]
    public void Jwk_ThatIsNone_IsRefusedWithTheReason(string jwk, string reason)
    {
        Assert.False(VerifyingKey.FromJwk(JsonDocument.Parse(jwk).RootElement).Try(out _, out var refusal));
        Assert.Equal("key_unreadable", refusal.Code);
        Assert.Contains(reason, refusal.Reason, StringComparison.Ordinal);
    }

    internal static JsonElement Jwk(VerifyingKey key)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            key.WriteJwk(json);
            json.WriteEndObject();
        }
        return JsonDocument.Parse(stream.ToArray()).RootElement;
    }
}
