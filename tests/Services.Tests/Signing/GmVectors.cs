using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Org.BouncyCastle.Security;

namespace Pujiang.Services.Tests;

/// <summary>The cases of every file in the folder <c>gm</c>, by the list they stand in.</summary>
static partial class GmVectors
{
    /// <summary>Lists of cases in our own layout; a file of Wycheproof has groups instead.</summary>
    public static readonly IReadOnlyList<string> Lists =
        ["signature", "signatureNegative", "encryption", "keyExchange", "hash", "block", "aead", "xtsGb"];

    public static readonly IReadOnlyList<string> Algorithms = ["HMACSM3", "SM4-GCM", "SM4-CCM"];

    public static IEnumerable<(string Name, JsonElement Root)> Files()
    {
        var folder = TestData.PathOf("gm");
        if (!Directory.Exists(folder)) yield break;
        foreach (var file in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
            yield return (Path.GetFileName(file), JsonDocument.Parse(File.ReadAllText(file)).RootElement);
    }

    public static IEnumerable<TheoryDataRow<string>> Cases(string list) => Rows(
        from file in Files()
        where file.Root.TryGetProperty(list, out _)
        from item in file.Root.GetProperty(list).EnumerateArray()
        select (file.Name, Id: item.GetProperty("id").GetString(), Case: item.GetRawText()));

    /// <summary>Cases of Wycheproof, each with what its group says of all.</summary>
    public static IEnumerable<TheoryDataRow<string>> Wycheproof(string algorithm) => Rows(
        from file in Files()
        where file.Root.TryGetProperty("testGroups", out _) && file.Root.GetProperty("algorithm").GetString() == algorithm
        from grp in file.Root.GetProperty("testGroups").EnumerateArray()
        from item in grp.GetProperty("tests").EnumerateArray()
        select (file.Name, Id: (string?)item.GetProperty("tcId").GetRawText(),
            Case: $"{{\"algorithm\":\"{algorithm}\",\"tagSize\":{grp.GetProperty("tagSize").GetRawText()},\"case\":{item.GetRawText()}}}"));

    static IEnumerable<TheoryDataRow<string>> Rows(IEnumerable<(string File, string? Id, string Case)> cases)
    {
        var any = false;
        foreach (var (file, id, text) in cases)
        {
            any = true;
            yield return new TheoryDataRow<string>(text) { TestDisplayName = $"{file}: {id}" };
        }
        if (!any) yield return new TheoryDataRow<string>(TestData.Missing);
    }

    public static JsonElement Read(string item)
    {
        Assert.SkipWhen(item == TestData.Missing, $"No such cases in {TestData.PathOf("gm")}.");
        return JsonDocument.Parse(item).RootElement;
    }

    public static string? Text(this JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The bytes of a hexadecimal property; none when it is null or not there.</summary>
    public static byte[] Hex(this JsonElement item, string name) => Convert.FromHexString(item.Text(name) ?? "");

    /// <summary>A message is text, bytes, or a rule: "byte i = (7*i+5) mod 256, 1000 bytes".</summary>
    public static byte[] Message(this JsonElement item)
    {
        if (item.Text("message") is { } text) return Encoding.UTF8.GetBytes(text);
        if (item.Text("messageHex") is { } hex) return Convert.FromHexString(hex);
        var rule = item.Text("messageRule") ?? throw new InvalidDataException("A case without a message.");
        var numbers = WholeNumbers().Matches(rule).Select(match => long.Parse(match.Value, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal($"byte i = ({numbers[0]}*i+{numbers[1]}) mod 256, {numbers[3]} bytes", rule);
        return [.. Enumerable.Range(0, (int)numbers[3]).Select(i => unchecked((byte)((numbers[0] * i) + numbers[1])))];
    }

    [GeneratedRegex("[0-9]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WholeNumbers();

    /// <summary>Random numbers that are the stated ones, so that a published example can be repeated.</summary>
    public sealed class StatedNumbers(byte[] numbers) : SecureRandom
    {
        int _used;

        public override void NextBytes(byte[] buf) => NextBytes(buf.AsSpan());

        public override void NextBytes(byte[] buf, int off, int len) => NextBytes(buf.AsSpan(off, len));

        public override void NextBytes(Span<byte> buffer)
        {
            numbers.AsSpan(_used, buffer.Length).CopyTo(buffer);
            _used += buffer.Length;
        }
    }
}
