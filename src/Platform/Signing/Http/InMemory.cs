using System.Collections.Concurrent;

namespace Pujiang.Platform;

/// <summary>Keys that a program without a registry believes, such as those that the other side published.</summary>
public sealed class KeyList(params IReadOnlyList<TrustedKey> keys) : ITrustedKeys
{
    public ValueTask<TrustedKey?> Find(string keyId, CancellationToken cancel) =>
        ValueTask.FromResult(keys.FirstOrDefault(key => key.KeyId == keyId));
}

/// <summary>Keys that a program without a registry signs with.</summary>
public sealed class OwnKeys(params IReadOnlyList<SigningKey> keys) : ISigners
{
    public ValueTask<ISigner> Current(SignatureAlgorithm algorithm, CancellationToken cancel) =>
        ValueTask.FromResult<ISigner>(keys.First(key => key.Algorithm == algorithm));
}

/// <summary>One-time values of a program that is one process: they are lost when it ends, and so is its window for replays longer than its start takes.</summary>
public sealed class MemoryNonces(TimeProvider clock) : INonces
{
    readonly ConcurrentDictionary<(string, string), DateTime> _used = new();
    long _calls;

    public ValueTask<bool> TryUse(string keyId, string nonce, DateTime forgetAfter, CancellationToken cancel)
    {
        if (Interlocked.Increment(ref _calls) % 1000 == 0) Forget();
        return ValueTask.FromResult(_used.TryAdd((keyId, nonce), forgetAfter));
    }

    void Forget()
    {
        var now = clock.UtcNow();
        foreach (var (key, forgetAfter) in _used)
            if (forgetAfter < now) _used.TryRemove(key, out _);
    }
}
