using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class IdentifierTests
{
    [Theory]
    [InlineData("DE89370400440532013000", IbanFault.None)]
    [InlineData("GB82WEST12345698765432", IbanFault.None)]
    [InlineData("NO9386011117947", IbanFault.None)]
    [InlineData("MT84MALT011000012345MTLCAST001S", IbanFault.None)]
    [InlineData("DE88370400440532013000", IbanFault.CheckDigits)]
    [InlineData("DE8937040044053201300A", IbanFault.CheckDigits)]
    [InlineData("de89370400440532013000", IbanFault.Form)]
    [InlineData("DE89 3704 0044 0532 0130 00", IbanFault.Form)]
    [InlineData("", IbanFault.Form)]
    [InlineData(null, IbanFault.Form)]
    public void Iban_IsRefusedForTheRightReason(string? text, IbanFault expected)
    {
        Assert.Equal(expected == IbanFault.None, Iban.TryParse(text, out _, out _, out var fault));
        Assert.Equal(expected, fault);
    }

    [Fact]
    public void Iban_WithOneDigitChanged_IsAlwaysRefused()
    {
        const string Right = "DE89370400440532013000";
        for (var place = 2; place < Right.Length; place++)
            for (var digit = '0'; digit <= '9'; digit++)
                Assert.Equal(digit == Right[place], Iban.TryParse($"{Right[..place]}{digit}{Right[(place + 1)..]}", out _, out _));
    }

    [Theory]
    [InlineData("5493001KJTIIGC8Y1R12", true)]
    [InlineData("5493001KJTIIGC8Y1R17", false)]
    [InlineData("5493001KJTIIGC8Y1R1", false)]
    public void Lei_FollowsItsCheckDigits(string text, bool valid) => Assert.Equal(valid, Lei.TryParse(text, out _, out _));

    [Theory]
    [InlineData("DEUTDEFF", true)]
    [InlineData("DEUTDEFF500", true)]
    [InlineData("DEUTDEFF50", false)]
    [InlineData("DEUT1EFF", false)]
    [InlineData("deutdeff", false)]
    public void Bic_FollowsItsForm(string text, bool valid) => Assert.Equal(valid, Bic.TryParse(text, out _, out _));

    [Theory]
    [InlineData("91350100M000100Y43", true)]
    [InlineData("91350100M000100Y44", false)]
    [InlineData("91350100I000100Y43", false)]
    [InlineData("9135010", false)]
    public void CreditCode_FollowsItsCheckCharacter(string text, bool valid) =>
        Assert.Equal(valid, CreditCode.TryParse(text, out _, out _));

    [Fact]
    public void CitizenId_TellsBirthAndSex()
    {
        Assert.True(CitizenId.TryParse("11010519491231002x", out var id, out _));
        Assert.Equal((new DateOnly(1949, 12, 31), Sex.Female, "110105"), (id.BirthDate, id.Sex, id.Region));
    }

    [Fact]
    public void CitizenId_OfSomebodyBornIn1806_IsRefusedOnlyWhenPlausibilityIsAsked()
    {
        Assert.True(CitizenId.TryParse("310101180603041975", out _, out _));
        Assert.False(CitizenId.TryParse("310101180603041975", out _, out var refusal, bornOnOrBefore: new(2026, 5, 31)));
        Assert.Contains("1806", refusal);
    }

    [Theory]
    [InlineData("CNY", 2, CurrencyKind.Money)]
    [InlineData("JPY", 0, CurrencyKind.Money)]
    [InlineData("BHD", 3, CurrencyKind.Money)]
    [InlineData("CLF", 4, CurrencyKind.Fund)]
    [InlineData("XAU", null, CurrencyKind.Metal)]
    [InlineData("XXX", null, CurrencyKind.Special)]
    public void Currency_HasItsDigits(string code, int? digits, CurrencyKind kind)
    {
        Assert.True(Currencies.TryGet(code, out var currency));
        Assert.Equal((digits, kind), (currency.Digits, currency.Kind));
    }

    [Theory]
    [InlineData("5442.09000", 2)]
    [InlineData("10000", 0)]
    [InlineData("0.001", 3)]
    [InlineData("999999999999999999.00000", 0)]
    [InlineData("0.00000", 0)]
    public void DigitsNeeded_LeavesTrailingZerosOut(string amount, int digits) =>
        Assert.Equal(digits, Currencies.DigitsNeeded(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture)));
}
