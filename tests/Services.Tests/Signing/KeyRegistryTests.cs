using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class KeyRegistryTests
{
    static string Jwk(SigningKey key, string? kid = null)
    {
        var jwk = SigningKeyTests.Jwk(key.Public).GetRawText();
        return kid is null ? jwk : jwk.Insert(1, $"\"kid\":\"{kid}\",");
    }

    static async Task<TrustedKey> Add(TestBank bank, string jwk, string owner = "hospital", DateTime? from = null)
    {
        var outcome = await bank.Call((KeyRegistry registry) => registry.AddPartnerKey(owner, jwk, from, "user/test"));
        Assert.True(outcome.Try(out var key, out var refusal), refusal?.Reason);
        return key;
    }

    static async Task<string> RefusedAdd(TestBank bank, string jwk, string owner = "hospital", DateTime? from = null) =>
        (await bank.Call((KeyRegistry registry) => registry.AddPartnerKey(owner, jwk, from, "user/test"))).Try(out _, out var refusal) ? "added" : refusal.Code;

    static ValueTask<ISigner> Signer(TestBank bank, SignatureAlgorithm algorithm) => bank.Services.GetRequiredService<SigningKeys>().Current(algorithm);

    [Theory]
    [BothDatabases(SignatureAlgorithm.Ed25519)]
    [BothDatabases(SignatureAlgorithm.Sm2)]
    public async Task OwnKey_Rotated_IsPublishedFirst_ThenSigns_AndTheOldOneEndsAfterTheOverlap(TestDatabase database, SignatureAlgorithm algorithm)
    {
        await using var bank = await TestBank.New(database);
        var first = await Signer(bank, algorithm);
        Assert.Same(first, await Signer(bank, algorithm));
        Assert.True((await bank.Call((KeyRegistry registry) => registry.RotateOwn(algorithm, "user/a"))).Try(out var next, out _));
        Assert.False((await bank.Call((KeyRegistry registry) => registry.RotateOwn(algorithm, "user/a"))).Try(out _, out var refusal));
        Assert.Equal("key_rotation_under_way", refusal.Code);

        Assert.Equal((KeyState.Next, KeyState.Active), await States(bank, next.KeyId, first.KeyId));
        Assert.Equal(first.KeyId, (await Signer(bank, algorithm)).KeyId);
        Assert.Equal(3, (await bank.Call((KeyRegistry registry) => registry.Published())).Count);

        bank.Clock.Advance(TimeSpan.FromDays(1));
        await bank.Restart();
        Assert.Equal((KeyState.Active, KeyState.Active), await States(bank, next.KeyId, first.KeyId));
        var signer = await Signer(bank, algorithm);
        Assert.Equal(next.KeyId, signer.KeyId);
        Assert.True(next.Key.Verify([1, 2, 3], signer.Sign([1, 2, 3])));

        bank.Clock.Advance(TimeSpan.FromDays(7));
        Assert.Equal((KeyState.Active, KeyState.Ended), await States(bank, next.KeyId, first.KeyId));
        Assert.Equal(2, (await bank.Call((KeyRegistry registry) => registry.Published())).Count);
    }

    static async Task<(KeyState, KeyState)> States(TestBank bank, string one, string other)
    {
        var keys = await bank.Call((KeyRegistry registry) => registry.All());
        var now = bank.Clock.UtcNow();
        return (keys.Single(k => k.KeyId == one).StateAt(now), keys.Single(k => k.KeyId == other).StateAt(now));
    }

    [Theory, BothDatabases]
    public async Task OwnKey_Revoked_IsReplacedAtOnceAndItsSecretIsGone(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        var first = await Signer(bank, SignatureAlgorithm.Sm2);
        var file = Path.Combine(bank.Folder, "keys", "signing", first.KeyId + ".key");
        Assert.True(File.Exists(file));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.True((await bank.Call((KeyRegistry registry) => registry.Revoke(first.KeyId, "The disk was lost", "user/a"))).Try(out _, out _));
        Assert.False(File.Exists(file));
        Assert.NotEqual(first.KeyId, (await Signer(bank, SignatureAlgorithm.Sm2)).KeyId);
        Assert.DoesNotContain(await bank.Call((KeyRegistry registry) => registry.Published()), key => key.KeyId == first.KeyId);
        Assert.False((await bank.Call((KeyRegistry registry) => registry.Revoke(first.KeyId, "again", "user/a"))).Try(out _, out var refusal));
        Assert.Equal("key_revoked", refusal.Code);
    }

    [Theory, BothDatabases]
    public async Task PartnersNextKey_StartsLater_AndTheFirstEndsAfterTheOverlap(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        var (first, second, otherAlgorithm) = (SigningKey.Create(SignatureAlgorithm.Ed25519), SigningKey.Create(SignatureAlgorithm.Ed25519), SigningKey.Create(SignatureAlgorithm.Sm2));
        await Add(bank, Jwk(first, "hospital-2025"));
        await Add(bank, Jwk(otherAlgorithm));
        var start = bank.Clock.UtcNow().AddDays(3);
        await Add(bank, Jwk(second, "hospital-2026"), from: start);
        var keys = (await bank.Call((KeyRegistry registry) => registry.All())).Where(k => k.Owner == "hospital").ToDictionary(k => k.KeyId);
        Assert.Equal(start.AddDays(7), keys["hospital-2025"].Until);
        Assert.Null(keys[otherAlgorithm.KeyId].Until);
        Assert.Equal((start, null), (keys["hospital-2026"].From, keys["hospital-2026"].Until));
    }

    [Theory, BothDatabases]
    public async Task EachChange_LeavesHistoryAndEvidence(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        var key = await Add(bank, Jwk(SigningKey.Create(SignatureAlgorithm.Ed25519)));
        bank.Clock.Advance(TimeSpan.FromSeconds(1));
        await Add(bank, Jwk(SigningKey.Create(SignatureAlgorithm.Ed25519)));
        bank.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True((await bank.Call((KeyRegistry registry) => registry.Revoke(key.KeyId, "密钥泄露", "user/b"))).Try(out _, out _));
        var history = await bank.Call((KeyRegistry registry) => registry.History(10));
        Assert.Equal([KeyAct.Revoked, KeyAct.EndSet, KeyAct.Added], history.Where(line => line.KeyId == key.KeyId).Select(line => line.Act));
        Assert.Equal(("user/b", "密钥泄露", "hospital"), (history[0].Actor, history[0].Detail, history[0].Owner));
        Assert.Equal(4, await bank.Tables(db => db.Set<EvidenceRecord>().CountAsync(record => record.Kind == "key")));
    }

    [Fact]
    public async Task Key_ThatCantBeRegistered_IsRefusedWithTheReason()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        var key = SigningKey.Create(SignatureAlgorithm.Ed25519);
        await Add(bank, Jwk(key, "one"));
        var now = bank.Clock.UtcNow();
        Assert.Equal("key_known", await RefusedAdd(bank, Jwk(key, "two")));
        Assert.Equal("key_known", await RefusedAdd(bank, Jwk(SigningKey.Create(SignatureAlgorithm.Sm2), "one")));
        Assert.Equal("key_owner_is_bank", await RefusedAdd(bank, Jwk(SigningKey.Create(SignatureAlgorithm.Sm2)), "bank"));
        Assert.Equal("key_owner_invalid", await RefusedAdd(bank, Jwk(SigningKey.Create(SignatureAlgorithm.Sm2)), "医院"));
        Assert.Equal("key_owner_invalid", await RefusedAdd(bank, Jwk(SigningKey.Create(SignatureAlgorithm.Sm2)), ""));
        Assert.Equal("key_name_invalid", await RefusedAdd(bank, Jwk(SigningKey.Create(SignatureAlgorithm.Sm2), "a/b")));
        Assert.Equal("key_unreadable", await RefusedAdd(bank, "{"));
        Assert.Equal("key_unreadable", await RefusedAdd(bank, new string(' ', 3000)));
        Assert.Equal("key_start_invalid", await RefusedAdd(bank, Jwk(SigningKey.Create(SignatureAlgorithm.Sm2)), from: now.AddYears(2)));
        Assert.Equal("key_start_invalid", await RefusedAdd(bank, Jwk(SigningKey.Create(SignatureAlgorithm.Sm2)), from: now.AddDays(-3)));
        Assert.False((await bank.Call((KeyRegistry registry) => registry.Revoke("none", "x", "user/a"))).Try(out _, out var unknown));
        Assert.Equal("key_unknown", unknown.Code);
        Assert.False((await bank.Call((KeyRegistry registry) => registry.Revoke("one", " ", "user/a"))).Try(out _, out var reason));
        Assert.Equal("key_reason_invalid", reason.Code);
        Assert.False((await bank.Call((KeyRegistry registry) => registry.RotateOwn((SignatureAlgorithm)99, "user/a"))).Try(out _, out var algorithm));
        Assert.Equal("key_algorithm_unknown", algorithm.Code);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("nonsense")]
    public void KeySet_ThatIsNone_IsRefused(string document)
    {
        Assert.False(KeySet.Read("bank", System.Text.Encoding.UTF8.GetBytes(document)).Try(out _, out var refusal));
        Assert.Equal("key_set_unreadable", refusal.Code);
    }

    [Fact]
    public async Task SecretFile_ChangedOrOfAnotherKey_IsRefused()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        var key = await Signer(bank, SignatureAlgorithm.Ed25519);
        var file = Path.Combine(bank.Folder, "keys", "signing", key.KeyId + ".key");
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
        await bank.Restart();
        await Assert.ThrowsAnyAsync<System.Security.Cryptography.CryptographicException>(async () => await Signer(bank, SignatureAlgorithm.Ed25519));
    }
}
