using System.Text;
using CsCheck;
using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>No card, account, phone or ID number gets into a message, however it is written and wherever it stands.</summary>
public sealed class NumberGuardTests
{
    static readonly string[] Scripts = ["0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"];
    static readonly string[] Between = ["", " ", "-", "－", "—", "\u00A0", "\u200B", ".", "·", " - ", "\u3000", "/", ",", "，", "\r\n", "_"];

    static readonly Population People = new(1, 100, 10, new DateOnly(2026, 3, 2));

    /// <summary>Card numbers of each length (Luhn), ID numbers with every check sign, phones, and rows of digits that are none of them.</summary>
    static readonly Gen<string> Number = Gen.OneOf(
        Gen.Int[13, 19].SelectMany(length => Gen.Int[0, 9].Array[length - 1]).Select(digits => { var body = string.Concat(digits); return body + Luhn.CheckDigit(body); }),
        Gen.Int[0, 99].Select(index => People.Person(index).IdNumber),
        Gen.Int[0, 99].Select(index => People.Person(index).Phone),
        Gen.Int[9, 34].SelectMany(length => Gen.Int[0, 9].Array[length]).Select(string.Concat));

    /// <summary>A number as somebody may write it: groups of any length, signs between them, digits of any script.</summary>
    static readonly Gen<(string Number, string Written)> Written =
        from number in Number
        from script in OneOf(Scripts)
        from between in OneOf(Between)
        from breaks in Gen.Bool.Array[number.Length]
        select (number, Write(number, script, between, breaks));

    static Gen<T> OneOf<T>(T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    static string Write(string number, string script, string between, bool[] breaks)
    {
        var digits = script.EnumerateRunes().ToArray();
        var text = new StringBuilder();
        for (var i = 0; i < number.Length; i++)
        {
            if (i > 0 && breaks[i]) text.Append(between);
            text.Append(char.IsAsciiDigit(number[i]) ? digits[number[i] - '0'].ToString() : number[i].ToString());
        }
        return text.ToString();
    }

    [Fact]
    public void AnyNumber_InAnyWriting_KeepsItsLastFourOnly() => Written.Sample(
        written => Assert.Equal($"账户****{written.Number[^4..]}已变更。", NumberGuard.Mask($"账户{written.Written}已变更。")), iter: 3_000);

    /// <summary>Whatever placeholder of whatever template it is put into, in both languages, in all texts.</summary>
    [Fact]
    public void AnyNumber_InAnyPlaceholder_LeavesTheBankInNoText()
    {
        var catalogue = Catalogue();
        var targets = (from kind in catalogue.Kinds from value in kind.Values where value.Example is NotificationValue.Words select (kind, value.Name)).ToArray();
        Assert.NotEmpty(targets);
        Gen.Select(Written, OneOf(targets), OneOf(Languages.All.ToArray())).Sample((written, target, language) =>
        {
            var values = target.kind.Values.ToDictionary(value => value.Name, value => value.Example, StringComparer.Ordinal);
            values[target.Name] = written.Written;
            var text = catalogue.Write(target.kind, values, language);
            foreach (var said in (string[])[text.Subject, text.Brief, .. text.Paragraphs])
                Assert.DoesNotContain(written.Number[..^4], Ascii(said), StringComparison.Ordinal);
        }, iter: 3_000);
    }

    /// <summary>Two halves in two placeholders are one number again for who reads them.</summary>
    [Fact]
    public void Number_InTwoPieces_IsHiddenToo()
    {
        Assert.Equal("****5678", NumberGuard.Mask([new("6222 0200", IsTyped: false), new(" 1234 5678", IsTyped: false)]));
        Assert.Equal("6222020¥1.001234", NumberGuard.Mask([new("6222020", IsTyped: false), new("¥1.00", IsTyped: true), new("1234", IsTyped: false)]));
    }

    [Theory]
    [InlineData("验证码 482913，3分钟内有效")]
    [InlineData("2026-03-02")]
    [InlineData("95588")]
    [InlineData("****5678")]
    [InlineData("622202******1234")]
    [InlineData("203.0.113.x")]
    public void WhatIsNoLongNumber_Stays(string text) => Assert.Equal(text, NumberGuard.Mask(text));

    [Theory]
    [InlineData("11010519491231002X", "****002X")]
    [InlineData("11010519491231002 x.", "****002X.")]
    [InlineData("１１０１０５１９４９１２３１００２Ｘ", "****002X")]
    [InlineData("DE89 3704 0044 0532 0130 00", "DE****3000")]
    [InlineData("+86 138-0013-8000", "+****8000")]
    public void Numbers_OfKnownForms_AreHidden(string text, string masked) => Assert.Equal(masked, NumberGuard.Mask(text));

    [Theory]
    [InlineData("6222020200112233445", "****3445")]
    [InlineData("DE89370400440532013000", "****3000")]
    [InlineData("1234", "****")]
    public void LastFour_IsAllThatIsSaidOfAnAccount(string number, string said) => Assert.Equal(said, NumberGuard.LastFour(number));

    // A property over numbers that are never written strangely would prove nothing.
    [Fact]
    public void Writings_ReachEveryScriptAndSign()
    {
        var text = new StringBuilder();
        Written.Sample(written => { text.Append(written.Written); }, iter: 1_000, threads: 1);
        var all = text.ToString();
        Assert.All(Scripts, script => Assert.Contains(script.EnumerateRunes().ElementAt(7).ToString(), all, StringComparison.Ordinal));
        Assert.All(Between, sign => Assert.Contains(sign, all, StringComparison.Ordinal));
        Assert.Contains('X', all);
    }

    /// <summary>Only digits, of all scripts, as ASCII: what a reader makes of a text.</summary>
    static string Ascii(string text) => string.Concat(text.EnumerateRunes()
        .Select(rune => System.Globalization.CharUnicodeInfo.GetDigitValue(rune.ToString(), 0)).Where(digit => digit >= 0));

    internal static NotificationCatalogue Catalogue() => new(
    [
        new NotificationSource(typeof(NotificationsModule).Assembly, NotificationKinds.All),
        new NotificationSource(typeof(AccountsModule).Assembly, AccountNotifications.All),
    ]);
}
