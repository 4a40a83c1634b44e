using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Pujiang.Platform;

/// <summary>The bank's own keys with their secrets: each a sealed file in the folder of keys, which only this user can read.</summary>
/// <remarks>
/// The tables say which key signs from when to when (<see cref="KeyRegistry"/>); this says which of them are at hand. A bank
/// without any makes them when they are first asked for.
/// </remarks>
public sealed class SigningKeys(PlatformOptions options, KeySeal seal, IServiceScopeFactory scopes, TimeProvider clock, NewId ids)
    : ISigners, IDisposable
{
    readonly ConcurrentDictionary<string, SigningKey> _open = new(StringComparer.Ordinal);
    readonly SemaphoreSlim _making = new(1);

    string Folder => Path.Combine(options.DataFolder, "keys", "signing");

    /// <summary>The newest valid key whose secret is here. Makes one when there is none.</summary>
    public async ValueTask<ISigner> Current(SignatureAlgorithm algorithm, CancellationToken cancel = default)
    {
        if (await Newest(algorithm, cancel) is { } key) return key;
        await _making.WaitAsync(cancel);
        try
        {
            return await Newest(algorithm, cancel) ?? await Make(algorithm, cancel);
        }
        finally
        {
            _making.Release();
        }
    }

    internal async Task EnsureAll(CancellationToken cancel)
    {
        foreach (var algorithm in Enum.GetValues<SignatureAlgorithm>()) await Current(algorithm, cancel);
    }

    async Task<SigningKey?> Newest(SignatureAlgorithm algorithm, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CityDb>();
        var now = clock.UtcNow();
        var names = await db.Set<RegisteredKey>().AsNoTracking()
            .Where(k => k.Owner == RegisteredKey.Bank && k.Algorithm == algorithm && k.RevokedAt == null
                && k.ValidFrom <= now && (k.ValidUntil == null || k.ValidUntil > now))
            .OrderByDescending(k => k.ValidFrom).Select(k => k.KeyId).ToListAsync(cancel);
        return names.Select(name => Open(algorithm, name)).FirstOrDefault(key => key is not null);
    }

    async Task<SigningKey> Make(SignatureAlgorithm algorithm, CancellationToken cancel)
    {
        var key = Create(algorithm);
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CityDb>();
        var registered = RegisteredKey.Of(key.KeyId, RegisteredKey.Bank, key.Public, clock.UtcNow());
        db.Add(registered);
        KeyEvents.Add(db, ids, clock, registered, RegisteredKey.Bank, KeyAct.Added, "");
        await db.SaveChangesAsync(cancel);
        return key;
    }

    /// <summary>A new key whose secret is safe on disk when this returns.</summary>
    internal SigningKey Create(SignatureAlgorithm algorithm)
    {
        var key = SigningKey.Create(algorithm);
        Directory.CreateDirectory(Folder);
        KeyFile.Write(PathOf(key.KeyId), seal.Seal(key.SecretBytes(), Purpose(key.KeyId)));
        _open[key.KeyId] = key;
        return key;
    }

    /// <summary>Removes a secret for good.</summary>
    internal void Destroy(string keyId)
    {
        _open.TryRemove(keyId, out _);
        File.Delete(PathOf(keyId));
    }

    SigningKey? Open(SignatureAlgorithm algorithm, string keyId)
    {
        if (_open.TryGetValue(keyId, out var open)) return open;
        if (!File.Exists(PathOf(keyId))) return null;
        var stored = File.ReadAllBytes(PathOf(keyId));
        var secret = seal.Unseal(stored, Purpose(keyId));
        if (!SigningKey.TryRead(algorithm, secret, out var key) || key.KeyId != keyId)
            throw new InvalidDataException($"{PathOf(keyId)} does not hold the key that its name says.");
        if (seal.IsOld(stored)) KeyFile.Write(PathOf(keyId), seal.Seal(secret, Purpose(keyId)));
        return _open.GetOrAdd(keyId, key);
    }

    // Thumbprints are letters, digits, hyphens and underscores.
    string PathOf(string keyId) => Path.Combine(Folder, keyId + ".key");

    static string Purpose(string keyId) => $"signing key {keyId}";

    public void Dispose() => _making.Dispose();
}
