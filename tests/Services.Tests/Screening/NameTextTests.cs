using CsCheck;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class NameTextTests
{
    [Theory]
    [InlineData("AL-GHAZALI, Muhammad", "al ghazali muhammad")]
    [InlineData("IBRAHIM, Fu'ad 'Abd-al-Qadir", "ibrahim fuad abd al qadir")]
    [InlineData("GRUPO PRODUCSIL, S.P.R. DE R.L. DE C.V.", "grupo producsil spr de rl de cv")]
    [InlineData("grupo producsil spr de rl de cv", "grupo producsil spr de rl de cv")]
    [InlineData("HAEJIN SHIP MANAGEMENT COMPANY LIMITED", "haejin ship management co ltd")]
    [InlineData("Haejin Ship Management Co.,Ltd", "haejin ship management co ltd")]
    [InlineData("W&G ARQUITECTOS, S.A. DE C.V.", "wg arquitectos sa de cv")]
    [InlineData("H Y J COMERCIALIZADORA", "hyj comercializadora")]
    [InlineData("Œuvre Straße Łódź Ærø", "oeuvre strasse lodz aero")]
    [InlineData("Ｆｕｌｌ　Ｗｉｄｔｈ", "full width")]
    [InlineData("Владимир Путин", "vladimir putin")]
    [InlineData("Αλέξανδρος", "alexandros")]
    [InlineData("محمد علي", "muhammad ali")]
    [InlineData("习近平", "xi jin ping")]
    [InlineData("김정은", "gim jeong eun")]
    [InlineData("阿依古丽·买买提", "a yi gu li mai mai ti")]
    [InlineData("上海申江贸易有限公司", "shang hai shen jiang mao yi ltd")]
    [InlineData("SAM JONG 1", "sam jong 1")]
    [InlineData(" - , . ", "")]
    [InlineData("", "")]
    public void Words_AreLatinLowerCaseAndWithoutSigns(string name, string words) =>
        Assert.Equal(words, string.Join(' ', NameText.Words(name).Select(word => word.Text)));

    /// <summary>Whatever somebody types, also half a surrogate pair, has words of a to z and digits only, and not too many.</summary>
    [Fact]
    public void Words_OfAnyText_AreLatin() => Gen.String.Sample(text =>
    {
        var words = NameText.Words(text);
        Assert.True(words.Count <= NameText.MostWords);
        Assert.All(words, word => Assert.True(word.Text.Length > 0 && word.Text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)), text));
    });

    [Theory]
    [InlineData("mohammed", "muhammad")]
    [InlineData("daud", "daoud")]
    [InlineData("aleksandr", "alexander")]
    [InlineData("yusuf", "youssef")]
    [InlineData("philip", "filip")]
    public void Sound_OfOneNameInTwoSpellings_IsOne(string left, string right) => Assert.Equal(NameSound.KeyOf(left), NameSound.KeyOf(right));

    [Theory]
    [InlineData("cheng", "chegn", true)]
    [InlineData("jiadong", "jiadng", true)]
    [InlineData("hasan", "hasaan", true)]
    [InlineData("hasan", "hasen", true)]
    [InlineData("hasan", "hasan", false)]
    [InlineData("hasan", "husen", false)]
    [InlineData("ab", "cd", false)]
    public void Spelling_DiffersByOneLetter(string left, string right, bool expected)
    {
        Assert.Equal(expected, Spelling.DiffersByOne(left, right));
        Assert.Equal(expected, Spelling.DiffersByOne(right, left));
    }
}
