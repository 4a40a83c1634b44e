using Pujiang.Platform;

namespace Pujiang.City;

/// <summary>The bank's keys, as the bank publishes them.</summary>
/// <remarks>They are asked for anew when a key is not known, and every five minutes, so that a key that the bank revoked is not believed for longer.</remarks>
sealed class BankKeys(CityOptions options, IHttpClientFactory clients, TimeProvider clock) : ITrustedKeys, IDisposable
{
    /// <summary>How long the bank's answer is good, as the bank itself says of it.</summary>
    static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    /// <summary>Strangers with made-up keys shall not make the city ask all the time.</summary>
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    readonly SemaphoreSlim _asking = new(1);
    TrustedKey[] _known = [];
    DateTimeOffset _readAt = DateTimeOffset.MinValue, _askedAt = DateTimeOffset.MinValue;

    public async ValueTask<TrustedKey?> Find(string keyId, CancellationToken cancel)
    {
        if (Known(keyId) is { } key && clock.GetUtcNow() < _readAt + Life) return key;
        await _asking.WaitAsync(cancel);
        try
        {
            if (options.Bank is not null && clock.GetUtcNow() >= _askedAt + Pause) await Ask(cancel);
        }
        finally
        {
            _asking.Release();
        }
        return clock.GetUtcNow() < _readAt + Life ? Known(keyId) : null;
    }

    TrustedKey? Known(string keyId) => Array.Find(_known, key => key.KeyId == keyId);

    async Task Ask(CancellationToken cancel)
    {
        _askedAt = clock.GetUtcNow();
        try
        {
            using var client = clients.CreateClient(BankCalls.Client);
            var document = await client.GetByteArrayAsync(options.Bank + KeySet.Path, cancel);
            if (KeySet.Read("bank", document).Try(out var keys, out _)) (_known, _readAt) = (keys, _askedAt);
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException && !cancel.IsCancellationRequested)
        {
            // A bank that can't be asked has no keys that could be believed; whoever sent the message tries again.
        }
    }

    public void Dispose() => _asking.Dispose();
}
