using System.Buffers.Text;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>The example in docs/signing.md is a request that the bank accepts.</summary>
public sealed class SigningDocsTests
{
    static readonly string Page = File.ReadAllText(Path.Combine(TestData.Root(), "docs", "signing.md")).ReplaceLineEndings("\n");

    static string Block(string language, string begin)
    {
        var from = Page.IndexOf($"```{language}\n{begin}", StringComparison.Ordinal) + language.Length + 4;
        Assert.True(from > language.Length + 4, $"docs/signing.md has no block of {language} that begins with {begin}.");
        return Page[from..Page.IndexOf("\n```", from, StringComparison.Ordinal)];
    }

    [Fact]
    public async Task Example_IsAccepted_AndItsSignatureBaseIsTheOneShown()
    {
        var parts = Block("http", "POST ").Split("\n\n", 2);
        var lines = parts[0].Split('\n');
        var fields = lines[1..].Select(line => line.Split(": ", 2)).ToDictionary(field => field[0], field => field[1], StringComparer.OrdinalIgnoreCase);
        var request = new HttpMessage
        {
            Method = "POST",
            Scheme = "https",
            Authority = fields["host"],
            Path = lines[0].Split(' ')[1],
            Query = "?",
            Field = name => fields.TryGetValue(name, out var value) ? [value] : null,
        };
        var input = StructuredField.Dictionary(fields["signature-input"])!["sig"];
        Assert.True(HttpSignature.Base(request, input).Try(out var text, out var refusal), refusal?.Reason);
        Assert.Equal(Block("text", "\"@method\""), Encoding.ASCII.GetString(text));

        Assert.True(SigningKey.TryRead(SignatureAlgorithm.Ed25519, Base64Url.DecodeFromChars("n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU"), out var key));
        var created = DateTimeOffset.FromUnixTimeSeconds((long)input.Parameter("created")!);
        var clock = new FakeTimeProvider(created);
        var check = new SignatureCheck(new KeyList(new TrustedKey("hospital-2026", "hospital", key.Public, created.UtcDateTime)),
            new MemoryNonces(clock), new SignatureOptions(), clock);
        var judged = await check.Request(request, Encoding.UTF8.GetBytes(parts[1]), CancellationToken.None);
        Assert.True(judged.Try(out var by, out refusal), refusal?.Reason);
        Assert.Equal("hospital", by.Owner);
    }
}
