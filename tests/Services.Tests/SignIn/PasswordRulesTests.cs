using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class PasswordRulesTests
{
    [Theory]
    [InlineData(null, "password_too_short")]
    [InlineData("elf Zeichen", "password_too_short")]
    [InlineData("password1234", "password_guessable")]
    [InlineData("qwertyuiop123", "password_guessable")]
    [InlineData("aaaaaaaaaaaaaaaa", "password_guessable")]
    [InlineData("123456789012345", "password_guessable")]
    [InlineData("abcdefghijklmnop", "password_guessable")]
    [InlineData("zhou.an zhou.an", "password_guessable")]
    [InlineData("11010519491231002X", null)]
    [InlineData("四只海鸥在江边喝绿茶真开心", null)]
    [InlineData("correct horse battery staple", null)]
    [InlineData("vK3~pq8!Lm2x", null)]
    public void Fault_OfAPassword_IsWhatTheRulesSay(string? password, string? code) =>
        Assert.Equal(code, PasswordRules.Fault(password, "zhou.an", "周安")?.Code);

    [Fact]
    public void Fault_OfTheLongestAndOneMore_IsOnlyItsLength()
    {
        var sentence = string.Concat(Enumerable.Range(1000, 40).Select(n => $"{n * 7919 % 10007},"))[..PasswordRules.Longest];
        Assert.Null(PasswordRules.Fault(sentence));
        Assert.Equal("password_too_long", PasswordRules.Fault(sentence + "x")?.Code);
    }
}

public sealed class TotpTests
{
    /// <summary>RFC 6238 appendix B, SHA-1, last six of the eight digits; the key is the ASCII text "12345678901234567890".</summary>
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void CodeAt_TimesOfTheRfc_IsTheCodeOfTheRfc(long seconds, string code) =>
        Assert.Equal(code, Totp.CodeAt("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", Totp.StepOf(DateTime.UnixEpoch.AddSeconds(seconds))));

    [Fact]
    public void NewKey_HasOneHundredAndSixtyBits()
    {
        var key = Totp.NewKey();
        Assert.Matches("^[A-Z2-7]{32}$", key);
        Assert.NotEqual(key, Totp.NewKey());
    }
}
