using CsCheck;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class StructuredFieldTests
{
    [Theory]
    [InlineData("a=1", "a=1")]
    [InlineData("a=1, b=2;x", "a=1|b=2;x")]
    [InlineData("  a=1\t,\tb=?0  ", "a=1|b=?0")]
    [InlineData("a", "a=?1")]
    [InlineData("a;x=1", "a=?1;x=1")]
    [InlineData("a=(\"x\"  \"y\";req );created=5", "a=(\"x\" \"y\";req);created=5")]
    [InlineData("a=()", "a=()")]
    [InlineData("a=:aGVsbG8=:", "a=:aGVsbG8=:")]
    [InlineData("a=\"q\\\"b\\\\s\"", "a=\"q\\\"b\\\\s\"")]
    [InlineData("a=-12.50", "a=-12.5")]
    [InlineData("a=tok/en:1", "a=tok/en:1")]
    [InlineData("a=1, a=2", "a=2")]
    [InlineData("a;x=1;x=2", "a=?1;x=2")]
    [InlineData("", "")]
    public void Dictionary_ThatIsOne_IsReadAndWrittenInTheOneWay(string text, string expected)
    {
        var members = StructuredField.Dictionary(text);
        Assert.NotNull(members);
        Assert.Equal(expected, string.Join('|', members.Select(member => $"{member.Key}={member.Value}")));
    }

    [Theory]
    [InlineData("a=1,")]
    [InlineData(",a=1")]
    [InlineData("a=1 b=2")]
    [InlineData("A=1")]
    [InlineData("a=")]
    [InlineData("a=(\"x\"\"y\")")]
    [InlineData("a=(\"x\"")]
    [InlineData("a=((\"x\"))")]
    [InlineData("a=\"x")]
    [InlineData("a=\"\\x\"")]
    [InlineData("a=\"\u00e9\"")]
    [InlineData("a=\"\t\"")]
    [InlineData("a=:aGVsbG8")]
    [InlineData("a=:aGV sbG8=:")]
    [InlineData("a=:!!!!:")]
    [InlineData("a=1234567890123456")]
    [InlineData("a=1.")]
    [InlineData("a=1.2345")]
    [InlineData("a=-")]
    [InlineData("a=?2")]
    [InlineData("a=1;")]
    [InlineData("a=1;X=2")]
    [InlineData("a=1\n")]
    [InlineData("a=1\0")]
    public void Dictionary_ThatIsNone_IsRefusedAsAWhole(string text) => Assert.Null(StructuredField.Dictionary(text));

    /// <summary>What is written is read back the same, whatever it holds.</summary>
    [Fact]
    public void Members_WrittenAndRead_AreTheSame()
    {
        var text = Gen.Char[' ', '~'].Array[0, 12].Select(chars => (object)new string(chars));
        var number = Gen.Long[-999_999_999_999_999, 999_999_999_999_999].Select(n => (object)n);
        var bytes = Gen.Byte.Array[0, 20].Select(b => (object)b);
        var value = Gen.OneOf(text, number, bytes, Gen.Bool.Select(b => (object)b));
        var key = Gen.Char['a', 'z'].Array[1, 6].Select(chars => new string(chars));
        var parameters = Gen.Select(key, value).Array[0, 3].Select(list =>
            (IReadOnlyList<KeyValuePair<string, object>>)list.DistinctBy(p => p.Item1).Select(p => KeyValuePair.Create(p.Item1, p.Item2)).ToList());
        var item = Gen.Select(value, parameters).Select(p => new FieldMember(p.Item1, p.Item2));
        var inner = Gen.Select(item.Array[0, 4], parameters).Select(p => new FieldMember(p.Item1.ToList(), p.Item2));
        Gen.Select(key, Gen.OneOf(item, inner)).Sample((name, member) =>
        {
            var read = StructuredField.Dictionary($"{name}={member}");
            Assert.NotNull(read);
            Assert.Equal(member.ToString(), read[name].ToString());
        }, iter: 2000, threads: 1);
    }

    /// <summary>Whatever arrives, reading ends with a dictionary or without one, and never with an exception.</summary>
    [Fact]
    public void AnyText_IsReadOrRefused() =>
        Gen.Char["ab1 ,;=()\"\\:?-.\t\u00e9"].Array[0, 30].Sample(chars =>
        {
            var text = new string(chars);
            if (StructuredField.Dictionary(text) is { } members)
                Assert.NotNull(StructuredField.Dictionary(string.Join(", ", members.Select(m => $"{m.Key}={m.Value}"))));
        }, iter: 20_000, threads: 1);
}
