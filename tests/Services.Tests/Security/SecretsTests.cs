using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Pujiang.Services.Tests;

/// <summary>No secret is in the repository: neither a key nor a token nor a password.</summary>
public sealed partial class SecretsTests
{
    const int LargestText = 2_000_000;

    [Fact]
    public void Repository_HoldsNoSecrets()
    {
        var files = Tracked();
        Assert.True(files.Count > 300, $"Only {files.Count} files were found.");
        Assert.Empty(files.SelectMany(path => Find(Text(path)).Select(found => $"{path}: {found}")));
        Assert.Empty(files.Where(path => SecretFile().IsMatch(path)).Select(path => $"{path} is a file of keys."));
    }

    // A search proves nothing unless it finds what is planted. In parts, so that this source is not itself found.
    [Theory]
    [InlineData("-----BEGIN " + "PRIVATE KEY-----")]
    [InlineData("-----BEGIN EC " + "PRIVATE KEY-----")]
    [InlineData("-----BEGIN OPENSSH " + "PRIVATE KEY-----")]
    [InlineData("PRIVATE+" + "KEY+bank.example/evidence+0a1b2c3d+AXy9Kq0aR7c1m2n3o4p5q6r7s8t9u0v1w2x3y4z5A6B7")]
    [InlineData("AKIA" + "Q3EGRFQ7ABCDEFGH")]
    [InlineData("ghp_" + "0123456789abcdefghijABCDEFGHIJ012345")]
    [InlineData("""{"Secret":""" + "\"c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0czE=\"}")]
    [InlineData("Password=" + "h7Gq-zz91!x;Database=bank")]
    [InlineData("Authorization: Bearer " + "9F3A71C2E4B5D6978899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF")]
    [InlineData("\"apiKey\": \"sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc\"")]
    public void Secret_ThatIsPlanted_IsFound(string text) => Assert.NotEmpty(Find($"some line\n{text}\nanother"));

    [Theory]
    [InlineData("keys/operator.token")]
    [InlineData("data/keys/personal-data.json")]
    [InlineData("bank.pfx")]
    [InlineData("id_ed25519")]
    public void SecretFile_ThatIsPlanted_IsFound(string path) => Assert.Matches(SecretFile(), path);

    static IEnumerable<string> Find(string text) => Secrets().Matches(text).Select(match => match.Value[..Math.Min(24, match.Length)] + "…");

    static string Text(string path)
    {
        var file = new FileInfo(Path.Combine(TestData.Root(), path));
        if (!file.Exists || file.Length > LargestText) return "";
        var text = File.ReadAllText(file.FullName);
        return text.Contains('\0', StringComparison.Ordinal) ? "" : text;
    }

    static List<string> Tracked()
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["ls-files", "-z"]) { WorkingDirectory = TestData.Root(), RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        return [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries)];
    }

    /// <summary>PEM, Go's note keys, tokens of clouds and forges, passwords in connection strings, bearer tokens and named secrets with random values.</summary>
    [GeneratedRegex("""
        -----BEGIN\ (?:[A-Z0-9]+\ )*PRIVATE\ KEY-----
        | PRIVATE\+KEY\+[^\s"+{]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]{40,}
        | \b(?:AKIA|ASIA)[A-Z0-9]{16}\b
        | \b(?:ghp|gho|ghs|github_pat|glpat|xox[abps])[_-][A-Za-z0-9_-]{20,}
        | \bsk_live_[A-Za-z0-9]{16,}
        | "(?:Secret|LookupSecret|ClientSecret|ApiKey|Token)"\s*:\s*"[A-Za-z0-9+/=_-]{24,}"
        | (?:Password|Pwd)=(?!["'$<{…*.;]|secret\b|password\b)[^;\s"'`]{6,};
        | Bearer\ [A-Fa-f0-9]{48,}
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture, 20_000)]
    private static partial Regex Secrets();

    [GeneratedRegex(@"(^|/)(keys/.*|.*\.(pfx|p12|key|token|jks|keystore)|id_(rsa|ecdsa|ed25519)|\.env)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SecretFile();
}
