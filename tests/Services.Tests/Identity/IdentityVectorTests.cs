using System.Text.Json;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

[Trait("Vectors", "identity")]
public sealed class IdentityVectorTests
{
    static IEnumerable<TheoryDataRow<string>> Cases(string list)
    {
        var file = TestData.PathOf("identity", "vectors.json");
        if (!File.Exists(file)) return [new TheoryDataRow<string>(TestData.Missing)];
        return JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty(list).EnumerateArray()
            .Select(item => new TheoryDataRow<string>(item.GetRawText()));
    }

    public static IEnumerable<TheoryDataRow<string>> CitizenIds => Cases("ids");
    public static IEnumerable<TheoryDataRow<string>> OldCitizenIds => Cases("convert15to18");
    public static IEnumerable<TheoryDataRow<string>> Cards => Cases("cards");

    static JsonElement Read(string item)
    {
        Assert.SkipWhen(item == TestData.Missing, $"No identity/vectors.json in {TestData.Folder}.");
        return JsonDocument.Parse(item).RootElement;
    }

    [Theory]
    [MemberData(nameof(CitizenIds))]
    public void CitizenId_IsJudgedAsStated(string item)
    {
        var vector = Read(item);
        var valid = CitizenId.TryParse(vector.GetProperty("value").GetString(), out _, out var refusal);
        Assert.True(vector.GetProperty("valid").GetBoolean() == valid, $"{vector.GetProperty("why")}: {refusal}");
    }

    [Theory]
    [MemberData(nameof(OldCitizenIds))]
    public void OldCitizenId_BecomesTheNewOne(string item)
    {
        var vector = Read(item);
        Assert.True(CitizenId.TryFrom15(vector.GetProperty("old15").GetString(), out var id, out var refusal), refusal);
        Assert.Equal(vector.GetProperty("new18").GetString(), id.Value);
    }

    [Theory]
    [MemberData(nameof(Cards))]
    public void Card_SatisfiesLuhnAsStated_AndZerosAreRefused(string item)
    {
        var vector = Read(item);
        var value = vector.GetProperty("value").GetString()!;
        Assert.Equal(vector.GetProperty("luhn").GetBoolean(), Luhn.Holds(value));
        var accepted = CardNumber.TryParse(value, out _, out _);
        Assert.Equal(vector.GetProperty("luhn").GetBoolean() && value[0] != '0' && value.Length is >= 12 and <= 19, accepted);
    }
}
