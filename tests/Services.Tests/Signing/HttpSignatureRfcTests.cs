using System.Security.Cryptography;
using System.Text;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>The examples of RFC 9421, appendix B.2, with its keys of appendix B.1.</summary>
public sealed class HttpSignatureRfcTests
{
    const string RsaPss = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
        +QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
        oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
        gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
        Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
        aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
        2wIDAQAB
        -----END PUBLIC KEY-----
        """;

    const string EccP256 = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf
        w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==
        -----END PUBLIC KEY-----
        """;

    const string SharedSecret = "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==";
    const string Ed25519Secret = "n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU";

    const string RequestBody = """{"hello": "world"}""";
    const string AnswerBody = """{"message": "good dog"}""";

    const string RequestDigest = "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:";
    const string AnswerDigest = "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:";

    static readonly Dictionary<string, string> RequestFields = new(StringComparer.OrdinalIgnoreCase)
    {
        ["date"] = "Tue, 20 Apr 2021 02:07:55 GMT",
        ["content-type"] = "application/json",
        ["content-digest"] = RequestDigest,
        ["content-length"] = "18",
    };

    static readonly Dictionary<string, string> AnswerFields = new(StringComparer.OrdinalIgnoreCase)
    {
        ["date"] = "Tue, 20 Apr 2021 02:07:56 GMT",
        ["content-type"] = "application/json",
        ["content-digest"] = AnswerDigest,
        ["content-length"] = "23",
    };

    static readonly HttpMessage Request = new()
    {
        Method = "POST",
        Scheme = "https",
        Authority = "example.com",
        Path = "/foo",
        Query = "?param=Value&Pet=dog",
        Field = name => RequestFields.TryGetValue(name, out var value) ? [value] : null,
    };

    static readonly HttpMessage Answer = new()
    {
        Status = 200,
        Request = Request,
        Field = name => AnswerFields.TryGetValue(name, out var value) ? [value] : null,
    };

    static byte[] Base(HttpMessage message, string input)
    {
        var members = StructuredField.Dictionary($"sig={input}");
        Assert.NotNull(members);
        Assert.True(HttpSignature.Base(message, members["sig"]).Try(out var text, out var refusal), refusal?.Reason);
        return text;
    }

    static bool RsaPssVerifies(byte[] text, string signature)
    {
        using var key = RSA.Create();
        key.ImportFromPem(RsaPss);
        return key.VerifyData(text, Convert.FromBase64String(signature), HashAlgorithmName.SHA512, RSASignaturePadding.Pss);
    }

    [Fact]
    public void B21_NothingCovered_IsTheBaseOfTheRfc()
    {
        var text = Base(Request, "();created=1618884473;keyid=\"test-key-rsa-pss\";nonce=\"b3k2pp5k7z-50gnwp.yemd\"");
        Assert.Equal("\"@signature-params\": ();created=1618884473;keyid=\"test-key-rsa-pss\";nonce=\"b3k2pp5k7z-50gnwp.yemd\"", Encoding.ASCII.GetString(text));
        Assert.True(RsaPssVerifies(text,
            "d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7ChG"
            + "52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6"
            + "UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q=="));
    }

    [Fact]
    public void B22_QueryParameter_IsTheBaseOfTheRfc()
    {
        const string input = "(\"@authority\" \"content-digest\" \"@query-param\";name=\"Pet\");created=1618884473;keyid=\"test-key-rsa-pss\";tag=\"header-example\"";
        var text = Base(Request, input);
        Assert.Equal(
            $"\"@authority\": example.com\n\"content-digest\": {RequestDigest}\n\"@query-param\";name=\"Pet\": dog\n\"@signature-params\": {input}",
            Encoding.ASCII.GetString(text));
        Assert.True(RsaPssVerifies(text,
            "LjbtqUbfmvjj5C5kr1Ugj4PmLYvx9wVjZvD9GsTT4F7GrcQEdJzgI9qHxICagShLRiLMlAJjtq6N4CDfKtjvuJyE5qH7KT8UCMkSowOB4+ECxCmT"
            + "8rtAmj/0PIXxi0A0nxKyB09RNrCQibbUjsLS/2YyFYXEu4TRJQzRw1rLEuEfY17SARYhpTlaqwZVtR8NV7+4UKkjqpcAoFqWFQh62s7Cl+H2fjBSpqfZUJcsIk4N6wiKYd"
            + "4je2U/lankenQ99PZfB4jY3I5rSV2DSBVkSFsURIjYErOs0tFTQosMTAoxk//0RoKUqiYY8Bh0aaUEb0rQl3/XaVe4bXTugEjHSw=="));
    }

    [Fact]
    public void B23_EverythingCovered_IsTheBaseOfTheRfc()
    {
        var text = Base(Request, "(\"date\" \"@method\" \"@path\" \"@query\" \"@authority\" \"content-type\" \"content-digest\" \"content-length\");created=1618884473;keyid=\"test-key-rsa-pss\"");
        Assert.True(RsaPssVerifies(text,
            "bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fU"
            + "xN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9"
            + "bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA=="));
    }

    [Fact]
    public void B24_Answer_IsTheBaseOfTheRfc()
    {
        var text = Base(Answer, "(\"@status\" \"content-type\" \"content-digest\" \"content-length\");created=1618884473;keyid=\"test-key-ecc-p256\"");
        using var key = ECDsa.Create();
        key.ImportFromPem(EccP256);
        Assert.True(key.VerifyData(text,
            Convert.FromBase64String("wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw=="), HashAlgorithmName.SHA256));
    }

    [Fact]
    public void B25_SharedSecret_IsTheTagOfTheRfc()
    {
        var text = Base(Request, "(\"date\" \"@authority\" \"content-type\");created=1618884473;keyid=\"test-shared-secret\"");
        Assert.Equal("pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=", Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(SharedSecret), text)));
    }

    [Fact]
    public void B26_Ed25519_IsTheSignatureOfTheRfc()
    {
        var text = Base(Request, "(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\");created=1618884473;keyid=\"test-key-ed25519\"");
        Assert.True(SigningKey.TryRead(SignatureAlgorithm.Ed25519, System.Buffers.Text.Base64Url.DecodeFromChars(Ed25519Secret), out var key));
        var signature = key.Sign(text);
        Assert.Equal("wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==", Convert.ToBase64String(signature));
        Assert.True(key.Public.Verify(text, signature));
    }

    [Fact]
    public void ContentDigests_OfTheRfc_AreThoseOfItsBodies()
    {
        Assert.Null(ContentDigest.Check(Request, Encoding.UTF8.GetBytes(RequestBody)));
        Assert.Null(ContentDigest.Check(Answer, Encoding.UTF8.GetBytes(AnswerBody)));
        Assert.Equal("content_digest_wrong", ContentDigest.Check(Request, Encoding.UTF8.GetBytes(AnswerBody))?.Code);
    }

    /// <summary>RFC 9421, section 2.2: the derived parts of one request.</summary>
    [Theory]
    [InlineData("@method", "POST")]
    [InlineData("@scheme", "https")]
    [InlineData("@authority", "example.com")]
    [InlineData("@path", "/foo")]
    [InlineData("@query", "?param=Value&Pet=dog")]
    [InlineData("@request-target", "/foo?param=Value&Pet=dog")]
    [InlineData("@target-uri", "https://example.com/foo?param=Value&Pet=dog")]
    [InlineData("@status", null)]
    [InlineData("@something", null)]
    [InlineData("x-missing", null)]
    public void Component_OfTheRequest_HasTheValueOfTheRfc(string name, string? value) => Assert.Equal(value, Request.Value(new Component(name)));

    /// <summary>RFC 9421, section 2.2.8.</summary>
    [Theory]
    [InlineData("var", "this%20is%20a%20big%0Amultiline%20value")]
    [InlineData("bar", "with%20plus%20whitespace")]
    [InlineData("fa%C3%A7ade%22%3A%20", "something")]
    [InlineData("twice", null)]
    [InlineData("none", null)]
    public void QueryParameter_IsDecodedAndEncodedAgain(string name, string? value)
    {
        var request = new HttpMessage
        {
            Path = "/parameters",
            Query = "?var=this%20is%20a%20big%0Amultiline%20value&bar=with+plus+whitespace&fa%C3%A7ade%22%3A%20=something&twice=1&twice=2",
            Field = _ => null,
        };
        Assert.Equal(value, request.Value(new Component("@query-param", QueryName: name)));
    }
}
