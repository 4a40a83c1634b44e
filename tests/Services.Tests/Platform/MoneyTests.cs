using CsCheck;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class MoneyTests
{
    static readonly Asset Yuan = Assets.Cny;

    [Fact]
    public void Split_AnyWeights_PartsAddUpToTheWhole() =>
        Gen.Select(Gen.Long[-1_000_000_000_000, 1_000_000_000_000], Gen.Long[0, 1_000_000].Array[1, 20])
            .Where((_, weights) => weights.Any(weight => weight > 0))
            .Sample((amount, weights) =>
                new Money(amount, Yuan).Split(weights).Sum(part => part.MinorUnits) == amount);

    [Theory]
    [InlineData(" 1,234.5 ", 123450)]
    [InlineData("12,345,678.90", 1234567890)]
    [InlineData("1234.50", 123450)]
    [InlineData("1,50", null)]
    [InlineData("1,2345.00", null)]
    [InlineData("1.234,50", null)]
    [InlineData(",5", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void TryRead_AsPeopleWrite_ReadsThousandsAndNothingDoubtful(string? typed, int? fen) =>
        Assert.Equal(fen, Money.TryRead(typed, Yuan, out var money) ? (int)money.MinorUnits : null);

    [Fact]
    public void Split_OneFenInThree_GivesItToTheFirst() =>
        Assert.Equal([34, 33, 33], new Money(100, Yuan).Split([1, 1, 1]).Select(part => part.MinorUnits));

    [Fact]
    public void Add_TwoCurrencies_Throws() =>
        Assert.Throws<InvalidOperationException>(() => new Money(1, Yuan) + new Money(1, Assets.Of("USD")));

    [Fact]
    public void Add_BeyondSixtyFourBits_Throws() =>
        Assert.Throws<OverflowException>(() => new Money(long.MaxValue, Yuan) + new Money(1, Yuan));

    [Theory]
    [InlineData("1234.5", 123_450L)]
    [InlineData("-0.01", -1L)]
    [InlineData("5442.09000", 544_209L)]
    public void TryParse_ExactAmount_IsRead(string text, long minorUnits)
    {
        Assert.True(Money.TryParse(text, Yuan, out var money));
        Assert.Equal(minorUnits, money.MinorUnits);
    }

    [Theory]
    [InlineData("0.001")]
    [InlineData("1,000")]
    [InlineData("99999999999999999999")]
    [InlineData("")]
    public void TryParse_TooPreciseTooLargeOrNoNumber_IsRefused(string text) =>
        Assert.False(Money.TryParse(text, Yuan, out _));

    [Theory]
    [InlineData(250, "0.01", 2)]
    [InlineData(350, "0.01", 4)]
    public void Portion_Half_RoundsToEven(long minorUnits, string rate, long expected) =>
        Assert.Equal(expected, new Money(minorUnits, Yuan).Portion(decimal.Parse(rate, System.Globalization.CultureInfo.InvariantCulture)).MinorUnits);
}

public sealed class PersonalDataTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("pujiang-keys-").FullName;

    [Fact]
    public void Seal_ThenOpen_GivesTheTextBack_AlsoAfterARestart()
    {
        var ring = Path.Combine(_folder, "ring.json");
        var stored = PersonalData.Open(ring).Seal("王小明·310101");
        Assert.Equal("王小明·310101", PersonalData.Open(ring).Open(stored));
    }

    [Fact]
    public void Open_ChangedByte_IsRefused()
    {
        var data = PersonalData.Open(Path.Combine(_folder, "ring.json"));
        var stored = data.Seal("text");
        for (var i = 0; i < stored.Length; i++)
        {
            var changed = (byte[])stored.Clone();
            changed[i] ^= 1;
            Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() => data.Open(changed));
        }
    }

    [Fact]
    public void Hash_OtherPurposeOrOtherRing_Differs()
    {
        var first = PersonalData.Open(Path.Combine(_folder, "a.json"));
        var second = PersonalData.Open(Path.Combine(_folder, "b.json"));
        Assert.Equal(first.Hash("p", "x"), first.Hash("p", "x"));
        Assert.NotEqual(first.Hash("p", "x"), first.Hash("q", "x"));
        Assert.NotEqual(first.Hash("p", "x"), second.Hash("p", "x"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
