using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class AmountsTests
{
    static readonly Asset Cny = new("CNY", 2);

    [Theory]
    [InlineData(0, "零元整")]
    [InlineData(5, "伍分")]
    [InlineData(50, "伍角整")]
    [InlineData(1_00, "壹元整")]
    [InlineData(10_05, "壹拾元零伍分")]
    [InlineData(1_234_56, "壹仟贰佰叁拾肆元伍角陆分")]
    [InlineData(100_00, "壹佰元整")]
    [InlineData(1_409_50, "壹仟肆佰零玖元伍角整")]
    [InlineData(325_04, "叁佰贰拾伍元零肆分")]
    [InlineData(1_680_32, "壹仟陆佰捌拾元叁角贰分")]
    [InlineData(6_007_14, "陆仟零柒元壹角肆分")]
    [InlineData(107_000_53, "壹拾万零柒仟元伍角叁分")]
    [InlineData(16_409_02, "壹万陆仟肆佰零玖元零贰分")]
    [InlineData(100_010_00, "壹拾万零壹拾元整")]
    [InlineData(1_0000_0001_00, "壹亿零壹元整")]
    [InlineData(-3_00, "负叁元整")]
    [InlineData(long.MaxValue, "玖京贰仟贰佰叁拾叁兆柒仟贰佰零叁亿陆仟捌佰伍拾肆万柒仟柒佰伍拾捌元零柒分")]
    public void Capitals_OfAnAmount_FollowTheRulesForBills(long fen, string capitals) =>
        Assert.Equal(capitals, new Money(fen, Cny).InCapitals());

    [Theory]
    [InlineData(1_234_56, "¥1,234.56")]
    [InlineData(-5, "−¥0.05")]
    [InlineData(0, "¥0.00")]
    public void Text_OfAnAmount_IsTheSameInBothLanguages(long fen, string text) =>
        Assert.Equal(text, new Money(fen, Cny).Text());

    [Fact]
    public void Text_OfAForeignAmount_NamesItsCurrency() => Assert.Equal("USD 1,000.00", new Money(100_000, new Asset("USD", 2)).Text());

    [Fact]
    public void SignedText_OfMoneyReceived_CarriesAPlus() => Assert.Equal("+¥8.00", new Money(800, Cny).SignedText());

    [Fact]
    public void Grouped_CutsAnAccountNumberAsOnACard() => Assert.Equal("6222 0200 123", Amounts.Grouped("62220200123"));

    [Theory]
    [InlineData("/transfer?to=1", "/transfer?to=1")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("/\t/evil.example", "/")]
    [InlineData("https://evil.example", "/")]
    [InlineData("", "/")]
    [InlineData(null, "/")]
    public void LocalUrl_ThatLeavesTheSite_BecomesTheStartPage(string? url, string safe) => Assert.Equal(safe, LocalUrl.OrHome(url));
}
