using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Every case of the published and computed vectors for SM2, SM3 and SM4.</summary>
[Trait("Vectors", "gm")]
public sealed partial class GmVectorTests
{
    public static IEnumerable<TheoryDataRow<string>> Signatures => GmVectors.Cases("signature");
    public static IEnumerable<TheoryDataRow<string>> BadSignatures => GmVectors.Cases("signatureNegative");
    public static IEnumerable<TheoryDataRow<string>> Encryptions => GmVectors.Cases("encryption");
    public static IEnumerable<TheoryDataRow<string>> KeyExchanges => GmVectors.Cases("keyExchange");
    public static IEnumerable<TheoryDataRow<string>> Hashes => GmVectors.Cases("hash");
    public static IEnumerable<TheoryDataRow<string>> Blocks => GmVectors.Cases("block");
    public static IEnumerable<TheoryDataRow<string>> Aeads => GmVectors.Cases("aead");
    public static IEnumerable<TheoryDataRow<string>> XtsSectors => GmVectors.Cases("xtsGb");
    public static IEnumerable<TheoryDataRow<string>> HmacCases => GmVectors.Wycheproof("HMACSM3");
    public static IEnumerable<TheoryDataRow<string>> GcmCases => GmVectors.Wycheproof("SM4-GCM");
    public static IEnumerable<TheoryDataRow<string>> CcmCases => GmVectors.Wycheproof("SM4-CCM");

    /// <summary>A list that no test reads would look like success.</summary>
    [Fact]
    public void EveryListOfEveryFile_IsRead()
    {
        TestData.Require("gm");
        foreach (var (name, root) in GmVectors.Files())
        {
            if (root.TryGetProperty("testGroups", out _))
                Assert.Contains(root.GetProperty("algorithm").GetString()!, GmVectors.Algorithms);
            else
                foreach (var list in root.EnumerateObject().Where(property => property.Value.ValueKind == JsonValueKind.Array))
                    Assert.True(GmVectors.Lists.Contains(list.Name, StringComparer.Ordinal), $"{name} has a list '{list.Name}' that no test reads.");
        }
    }

    [Theory]
    [MemberData(nameof(Signatures))]
    public void Signature_IsMadeAsStated_AndVerifies(string item)
    {
        var given = GmVectors.Read(item);
        var (message, userId) = (given.Message(), given.Text("userId")!);
        byte[] plain = [.. given.Hex("r"), .. given.Hex("s")];
        var key = PrivateKey(given, "d");
        Assert.Equal(Point(given.Hex("x"), given.Hex("y")), key.Public.ToBytes());

        Assert.Equal(plain, key.Sign(message, Sm2SignatureForm.Plain, userId, new GmVectors.StatedNumbers(given.Hex("k"))));
        Assert.Equal(given.Hex("der"), key.Sign(message, Sm2SignatureForm.Der, userId, new GmVectors.StatedNumbers(given.Hex("k"))));
        Assert.True(key.Public.Verify(message, plain, Sm2SignatureForm.Plain, userId));
        Assert.True(key.Public.Verify(message, given.Hex("der"), Sm2SignatureForm.Der, userId));
        Assert.True(key.Public.Verify(message, key.Sign(message, Sm2SignatureForm.Der, userId), Sm2SignatureForm.Der, userId));
        Assert.False(key.Public.Verify([.. message, 0], plain, Sm2SignatureForm.Plain, userId));
        Assert.False(key.Public.Verify(message, plain, Sm2SignatureForm.Plain, userId + "0"));
    }

    [Theory]
    [MemberData(nameof(BadSignatures))]
    public void BadSignature_IsRefused(string item)
    {
        var given = GmVectors.Read(item);
        var keyIsGood = Sm2PublicKey.TryRead(Point(given.Hex("x"), given.Hex("y")), out var key);
        Assert.Equal(given.Text("defect") != "point-not-on-curve", keyIsGood);
        if (key is null) return;
        var (message, userId) = (given.Message(), given.Text("userId")!);
        Assert.False(key.Verify(message, given.Hex("der"), Sm2SignatureForm.Der, userId));
        // Where only the encoding is bad, the numbers themselves are a signature.
        var onlyEncoding = given.Text("defect")!.StartsWith("der-", StringComparison.Ordinal);
        Assert.Equal(onlyEncoding, key.Verify(message, [.. given.Hex("r"), .. given.Hex("s")], Sm2SignatureForm.Plain, userId));
    }

    [Theory]
    [MemberData(nameof(Encryptions))]
    public void Encryption_IsAsStated_InEveryForm(string item)
    {
        var given = GmVectors.Read(item);
        var valid = given.GetProperty("valid").GetBoolean();
        var key = PrivateKey(given, "d");
        foreach (var (form, name) in ((Sm2CipherForm, string)[])
            [(Sm2CipherForm.C1C3C2, "c1c3c2"), (Sm2CipherForm.C1C2C3, "c1c2c3"), (Sm2CipherForm.Der, "der")])
        {
            if (given.Text(name) is null) continue;
            var cipher = given.Hex(name);
            Assert.Equal(valid, key.TryDecrypt(cipher, form, out var plain));
            if (!valid) continue;
            Assert.Equal(given.Message(), plain);
            Assert.Equal(cipher, Sm2Encryption.Encrypt(key.Public, given.Message(), form, new GmVectors.StatedNumbers(given.Hex("k"))));
            cipher[^1] ^= 1;
            Assert.False(key.TryDecrypt(cipher, form, out _));
        }
    }

    [Theory]
    [MemberData(nameof(KeyExchanges))]
    public void KeyExchange_GivesBothSidesTheStatedKey(string item)
    {
        var given = GmVectors.Read(item);
        var (a, aOnce, b, bOnce) = (PrivateKey(given, "dA"), PrivateKey(given, "rA"), PrivateKey(given, "dB"), PrivateKey(given, "rB"));
        foreach (var (key, name) in ((Sm2PrivateKey, string)[])[(a, "PA"), (b, "PB"), (aOnce, "RA"), (bOnce, "RB")])
            Assert.Equal(PointIn(given, name), key.Public.ToBytes());
        var (idA, idB, bytes) = (given.Text("idA")!, given.Text("idB")!, given.GetProperty("keyBytes").GetInt32());

        var responder = new Sm2KeyExchange(b, bOnce, idB, idA).Respond(a.Public, aOnce.Public, bytes);
        Assert.Equal(given.Hex("key"), responder.Key);
        Assert.Equal(given.Hex("sB_S1"), responder.FromResponder);
        Assert.Equal(given.Hex("sA_S2"), responder.FromInitiator);
        var initiator = new Sm2KeyExchange(a, aOnce, idA, idB).Complete(b.Public, bOnce.Public, bytes, responder.FromResponder);
        Assert.NotNull(initiator);
        Assert.Equal(given.Hex("key"), initiator.Key);
        Assert.Equal(given.Hex("sA_S2"), initiator.FromInitiator);
        byte[] other = [.. responder.FromResponder];
        other[0] ^= 1;
        Assert.Null(new Sm2KeyExchange(a, aOnce, idA, idB).Complete(b.Public, bOnce.Public, bytes, other));
    }

    [Theory]
    [MemberData(nameof(Hashes))]
    public void Hash_IsAsStated(string item)
    {
        var given = GmVectors.Read(item);
        Assert.Equal(given.Hex("digest"), Sm3.HashData(given.Message()));
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Blocks_AreEncryptedAndDecryptedAsStated(string item)
    {
        var given = GmVectors.Read(item);
        var name = given.Text("mode")!.Split('-', ' ', 'x')[0];
        var mode = Enum.Parse<Sm4Mode>(name, ignoreCase: true);
        var (key, iv, plain) = (given.Hex("key"), given.Hex("iv"), given.Hex("plaintext"));
        var (there, back) = (plain, given.Hex("ciphertext"));
        for (var round = Rounds(given); round > 0; round--)
        {
            there = Sm4.Encrypt(mode, key, iv, there);
            back = Sm4.Decrypt(mode, key, iv, back);
        }
        Assert.Equal(given.Hex("ciphertext"), there);
        Assert.Equal(plain, back);
    }

    /// <summary>The second example of GB/T 32907-2016 encrypts its own result a million times.</summary>
    static int Rounds(JsonElement given)
    {
        foreach (var property in given.EnumerateObject())
            if (property.Value.ValueKind == JsonValueKind.Number) return property.Value.GetInt32();
        var inMode = Digits().Match(given.Text("mode")!);
        return inMode.Success ? int.Parse(inMode.Value, CultureInfo.InvariantCulture) : 1;
    }

    [GeneratedRegex(@"[0-9]{4,}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Digits();

    [Theory]
    [MemberData(nameof(Aeads))]
    public void Aead_IsAsStated_AndNoticesEveryChangedByte(string item)
    {
        var given = GmVectors.Read(item);
        var mode = given.Text("mode")!;
        var (key, nonce, aad) = (given.Hex("key"), given.Hex("nonce"), given.Hex("aad"));
        var (plain, sealedText) = (given.Hex("plaintext"), given.Hex("ciphertextAndTag"));
        var tag = sealedText.Length - plain.Length;
        Assert.Equal(sealedText, Encrypt(mode, key, nonce, plain, aad, tag));
        Assert.Equal(plain, Decrypt(mode, key, nonce, sealedText, aad, tag));
        for (var i = 0; i < sealedText.Length; i += Math.Max(1, sealedText.Length / 20))
        {
            byte[] changed = [.. sealedText];
            changed[i] ^= 0x80;
            Assert.Null(Decrypt(mode, key, nonce, changed, aad, tag));
        }
        Assert.Null(Decrypt(mode, key, nonce, sealedText, [.. aad, 0], tag));
    }

    [Theory]
    [MemberData(nameof(XtsSectors))]
    public void Sector_IsEncryptedAndDecryptedAsStated(string item)
    {
        var given = GmVectors.Read(item);
        var (key, tweak) = (given.Hex("key"), given.Hex("tweak"));
        Assert.Equal(given.Hex("ciphertext"), Sm4Xts.Encrypt(key, tweak, given.Hex("plaintext")));
        Assert.Equal(given.Hex("plaintext"), Sm4Xts.Decrypt(key, tweak, given.Hex("ciphertext")));
    }

    [Theory]
    [MemberData(nameof(HmacCases))]
    public void Hmac_HasTheStatedResult(string item)
    {
        var given = GmVectors.Read(item).GetProperty("case");
        var (key, message, tag) = (given.Hex("key"), given.Hex("msg"), given.Hex("tag"));
        Assert.Equal(given.Text("result") == "valid", Sm3.VerifyHmac(key, message, tag));
        Assert.Equal(given.Text("result") == "valid", Sm3.Hmac(key, message).AsSpan(0, tag.Length).SequenceEqual(tag));
    }

    [Theory]
    [MemberData(nameof(GcmCases))]
    [MemberData(nameof(CcmCases))]
    public void WycheproofAead_HasTheStatedResult(string item)
    {
        var group = GmVectors.Read(item);
        var given = group.GetProperty("case");
        var mode = group.Text("algorithm")!.Split('-')[1];
        var tag = group.GetProperty("tagSize").GetInt32() / 8;
        var (key, nonce, aad, plain) = (given.Hex("key"), given.Hex("iv"), given.Hex("aad"), given.Hex("msg"));
        byte[] sealedText = [.. given.Hex("ct"), .. given.Hex("tag")];
        if (given.Text("result") == "valid")
        {
            Assert.Equal(plain, Decrypt(mode, key, nonce, sealedText, aad, tag));
            Assert.Equal(sealedText, Encrypt(mode, key, nonce, plain, aad, tag));
        }
        else
            Assert.Null(DecryptOrRefuse(mode, key, nonce, sealedText, aad, tag));
    }

    static byte[]? DecryptOrRefuse(string mode, byte[] key, byte[] nonce, byte[] sealedText, byte[] aad, int tag)
    {
        try
        {
            return Decrypt(mode, key, nonce, sealedText, aad, tag);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    static byte[] Encrypt(string mode, byte[] key, byte[] nonce, byte[] plain, byte[] aad, int tag) =>
        mode == "GCM" ? Sm4Aead.EncryptGcm(key, nonce, plain, aad, tag) : Sm4Aead.EncryptCcm(key, nonce, plain, aad, tag);

    static byte[]? Decrypt(string mode, byte[] key, byte[] nonce, byte[] sealedText, byte[] aad, int tag) =>
        mode == "GCM" ? Sm4Aead.DecryptGcm(key, nonce, sealedText, aad, tag) : Sm4Aead.DecryptCcm(key, nonce, sealedText, aad, tag);

    static Sm2PrivateKey PrivateKey(JsonElement given, string name)
    {
        Assert.True(Sm2PrivateKey.TryRead(given.Hex(name), out var key));
        return key;
    }

    static byte[] Point(byte[] x, byte[] y) => [4, .. x, .. y];

    static byte[] PointIn(JsonElement given, string name) =>
        Point(Convert.FromHexString(given.GetProperty(name)[0].GetString()!), Convert.FromHexString(given.GetProperty(name)[1].GetString()!));
}
