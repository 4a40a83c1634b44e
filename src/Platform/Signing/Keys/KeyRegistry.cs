using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>How keys follow each other.</summary>
public sealed record KeyRotation
{
    /// <summary>How long a new own key is published before it signs, so that partners have it in time.</summary>
    public TimeSpan PublishAhead { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long the older key is still believed after the newer one has become valid.</summary>
    public TimeSpan Overlap { get; init; } = TimeSpan.FromDays(7);
}

/// <summary>A line of the registry's history, for a page.</summary>
public sealed record KeyHistoryLine(string KeyId, string Owner, DateTime At, string Actor, KeyAct Act, string Detail);

/// <summary>Whose keys are believed, from when to when: the bank's own and its partners'. Each change leaves a line of history and evidence.</summary>
/// <remarks>Secrets are elsewhere, in <see cref="SigningKeys"/>.</remarks>
public sealed class KeyRegistry(CityDb db, SigningKeys secrets, KeyRotation rotation, TimeProvider clock, NewId ids)
{
    /// <summary>All keys, by owner and with the newest first.</summary>
    public async Task<IReadOnlyList<TrustedKey>> All(CancellationToken cancel = default)
    {
        var keys = await db.Set<RegisteredKey>().AsNoTracking().OrderBy(k => k.Owner).ThenByDescending(k => k.ValidFrom).ToListAsync(cancel);
        return [.. keys.Select(key => key.Trusted())];
    }

    /// <summary>The newest lines of the history.</summary>
    /// <param name="act">Only lines of this act; null for all.</param>
    public async Task<IReadOnlyList<KeyHistoryLine>> History(int lines, KeyAct? act = null, CancellationToken cancel = default) =>
        await db.Set<KeyEvent>().AsNoTracking().Where(e => act == null || e.Act == act)
            .Join(db.Set<RegisteredKey>(), e => e.KeyId, k => k.KeyId, (e, k) => new { e, k.Owner })
            .OrderByDescending(line => line.e.At).ThenByDescending(line => line.e.Id).Take(lines)
            .Select(line => new KeyHistoryLine(line.e.KeyId, line.Owner, line.e.At, line.e.Actor, line.e.Act, line.e.Detail))
            .ToListAsync(cancel);

    /// <summary>The bank's own keys that are valid or will be, as partners read them from <c>/.well-known/keys</c>.</summary>
    public async Task<IReadOnlyList<TrustedKey>> Published(CancellationToken cancel = default)
    {
        await secrets.EnsureAll(cancel);
        var now = clock.UtcNow();
        var own = await db.Set<RegisteredKey>().AsNoTracking().Where(k => k.Owner == RegisteredKey.Bank)
            .OrderBy(k => k.Algorithm).ThenBy(k => k.ValidFrom).ToListAsync(cancel);
        return [.. own.Where(k => k.StateAt(now) is KeyState.Next or KeyState.Active).Select(k => k.Trusted())];
    }

    /// <summary>Registers a partner's public key. Older keys of the same partner and algorithm end after the overlap.</summary>
    /// <param name="owner">The partner's short name: 2 to 32 small letters, digits and hyphens.</param>
    /// <param name="jwk">The public key as a JSON Web Key. Its <c>kid</c> is the name that the partner signs with; without one it is the thumbprint.</param>
    /// <param name="from">When it becomes valid; null for now.</param>
    /// <param name="actor">Who does it.</param>
    public async Task<Outcome<TrustedKey>> AddPartnerKey(string owner, string jwk, DateTime? from, string actor, CancellationToken cancel = default) =>
        await Save(await StagePartnerKey(owner, jwk, from, actor, cancel), cancel);

    async Task<Outcome<TrustedKey>> Save(Outcome<TrustedKey> staged, CancellationToken cancel)
    {
        if (staged.Try(out _, out _)) await db.SaveChangesAsync(cancel);
        return staged;
    }

    /// <summary>The same without saving it.</summary>
    internal async Task<Outcome<TrustedKey>> StagePartnerKey(string owner, string jwk, DateTime? from, string actor, CancellationToken cancel)
    {
        if (!(await CheckPartnerKey(owner, jwk, from, cancel)).Try(out var key, out var refusal)) return refusal;
        var added = RegisteredKey.Of(key.KeyId, key.Owner, key.Key, key.From);
        await EndOlder(added, actor, cancel);
        db.Add(added);
        Note(added, actor, KeyAct.Added, "");
        return added.Trusted();
    }

    /// <summary>The key as it would be registered, or what speaks against it.</summary>
    internal async Task<Outcome<TrustedKey>> CheckPartnerKey(string owner, string jwk, DateTime? from, CancellationToken cancel)
    {
        owner = owner.Trim();
        if (!RegisteredKey.IsOwner(owner))
            return new Refusal("key_owner_invalid", $"The partner's short name must have 2 to {RegisteredKey.LongestOwner} small letters, digits or hyphens.", "owner", $"{RegisteredKey.LongestOwner}");
        if (owner == RegisteredKey.Bank)
            return new Refusal("key_owner_is_bank", "Own keys are made here, by rotation. Nobody else can add one.", "owner");
        if (!Read(jwk).Try(out var read, out var refusal)) return refusal;
        var now = clock.UtcNow();
        var validFrom = from ?? now;
        if (validFrom < now.AddDays(-1) || validFrom > now.AddYears(1))
            return new Refusal("key_start_invalid", "The key must become valid between yesterday and a year from now.", "from");
        var (key, keyId) = read;
        if (await db.Set<RegisteredKey>().AnyAsync(k => k.KeyId == keyId || k.PublicKey == key.Bytes, cancel))
            return new Refusal("key_known", "A key of this name, or this very key, is registered already.", "key");
        return new TrustedKey(keyId, owner, key, validFrom);
    }

    /// <summary>Makes a new own key. It is published at once, signs from <see cref="KeyRotation.PublishAhead"/> on, and the older one ends after the overlap.</summary>
    public async Task<Outcome<TrustedKey>> RotateOwn(SignatureAlgorithm algorithm, string actor, CancellationToken cancel = default) =>
        await Save(await StageRotation(algorithm, actor, cancel), cancel);

    /// <summary>What speaks against a new own key now; null when nothing does.</summary>
    internal async Task<Refusal?> RotationProblem(SignatureAlgorithm algorithm, CancellationToken cancel)
    {
        if (!Enum.IsDefined(algorithm))
            return new Refusal("key_algorithm_unknown", "The algorithm must be Ed25519 or Sm2.", "algorithm");
        return (await Own(algorithm, cancel)).Any(k => k.StateAt(clock.UtcNow()) == KeyState.Next)
            ? new Refusal("key_rotation_under_way", "A new key of this algorithm is published already and waits for its time.", "algorithm") : null;
    }

    /// <summary>The same without saving it. The secret is on disk when this returns; one whose key is then not saved signs nothing.</summary>
    internal async Task<Outcome<TrustedKey>> StageRotation(SignatureAlgorithm algorithm, string actor, CancellationToken cancel)
    {
        if (await RotationProblem(algorithm, cancel) is { } refusal) return refusal;
        var now = clock.UtcNow();
        // Without a key there is nobody to surprise.
        var from = (await Own(algorithm, cancel)).Any(k => k.StateAt(now) == KeyState.Active) ? now + rotation.PublishAhead : now;
        var key = secrets.Create(algorithm);
        var added = RegisteredKey.Of(key.KeyId, RegisteredKey.Bank, key.Public, from);
        await EndOlder(added, actor, cancel);
        db.Add(added);
        Note(added, actor, KeyAct.Rotated, "");
        return added.Trusted();
    }

    Task<List<RegisteredKey>> Own(SignatureAlgorithm algorithm, CancellationToken cancel) =>
        db.Set<RegisteredKey>().Where(k => k.Owner == RegisteredKey.Bank && k.Algorithm == algorithm).ToListAsync(cancel);

    /// <summary>Takes a key out of use at once: its signatures are refused from this moment on. For an own key a new one takes over at once.</summary>
    /// <param name="reason">For the history; 1 to 200 characters.</param>
    /// <param name="act">How it came about.</param>
    public async Task<Outcome<TrustedKey>> Revoke(
        string keyId, string reason, string actor, KeyAct act = KeyAct.Revoked, CancellationToken cancel = default)
    {
        var revoked = await Save(await StageRevocation(keyId, reason, actor, act, cancel), cancel);
        if (revoked.Try(out var key, out _) && key.Owner == RegisteredKey.Bank) await secrets.Current(key.Key.Algorithm, cancel);
        return revoked;
    }

    /// <summary>The key that would be revoked, or what speaks against it.</summary>
    internal async Task<Outcome<TrustedKey>> CheckRevocation(string keyId, string reason, CancellationToken cancel) =>
        (await ToRevoke(keyId, reason, cancel)).Try(out var key, out var refusal) ? key.Trusted() : refusal;

    async Task<Outcome<RegisteredKey>> ToRevoke(string keyId, string reason, CancellationToken cancel)
    {
        reason = reason.Trim();
        if (reason.Length is 0 or > RegisteredKey.LongestReason)
            return new Refusal("key_reason_invalid", $"Say why in 1 to {RegisteredKey.LongestReason} characters.", "reason", $"{RegisteredKey.LongestReason}");
        if (PlainText.Problem(reason, "reason") is { } unreadable) return unreadable;
        if (await db.Set<RegisteredKey>().SingleOrDefaultAsync(k => k.KeyId == keyId, cancel) is not { } key)
            return new Refusal("key_unknown", "There is no such key in the registry.", "key");
        return key.StateAt(clock.UtcNow()) == KeyState.Revoked ? new Refusal("key_revoked", "This key is revoked already.", "key") : key;
    }

    /// <summary>
    /// The same without saving it. The secret of an own key is destroyed first: it signs nothing more from then on, also when
    /// the process ends before the revocation is saved.
    /// </summary>
    internal async Task<Outcome<TrustedKey>> StageRevocation(string keyId, string reason, string actor, KeyAct act, CancellationToken cancel)
    {
        if (!(await ToRevoke(keyId, reason, cancel)).Try(out var key, out var refusal)) return refusal;
        if (key.Owner == RegisteredKey.Bank) secrets.Destroy(key.KeyId);
        key.Revoke(clock.UtcNow());
        Note(key, actor, act, reason.Trim());
        return key.Trusted();
    }

    async Task EndOlder(RegisteredKey newer, string actor, CancellationToken cancel)
    {
        var until = newer.ValidFrom + rotation.Overlap;
        var older = await db.Set<RegisteredKey>()
            .Where(k => k.Owner == newer.Owner && k.Algorithm == newer.Algorithm && k.RevokedAt == null && (k.ValidUntil == null || k.ValidUntil > until))
            .ToListAsync(cancel);
        foreach (var key in older)
        {
            key.EndBy(until);
            Note(key, actor, KeyAct.EndSet, newer.KeyId);
        }
    }

    void Note(RegisteredKey key, string actor, KeyAct act, string detail) => KeyEvents.Add(db, ids, clock, key, actor, act, detail);

    static Outcome<(VerifyingKey Key, string KeyId)> Read(string jwk)
    {
        if (jwk.Length > 2000) return new Refusal("key_unreadable", "The public key can't be read as a JSON Web Key. It has more than 2000 characters.", "key");
        try
        {
            using var json = JsonDocument.Parse(jwk);
            if (!VerifyingKey.FromJwk(json.RootElement).Try(out var key, out var refusal)) return refusal;
            var name = json.RootElement.TryGetProperty("kid", out var kid) && kid.ValueKind == JsonValueKind.String ? kid.GetString()! : key.Thumbprint;
            if (name.Length is 0 or > RegisteredKey.LongestKeyId || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':'))
                return new Refusal("key_name_invalid", $"The key's name (kid) must have 1 to {RegisteredKey.LongestKeyId} letters, digits, hyphens, underscores, dots or colons.", "key", $"{RegisteredKey.LongestKeyId}");
            return (key, name);
        }
        catch (JsonException)
        {
            return new Refusal("key_unreadable", "The public key can't be read as a JSON Web Key. It is not JSON.", "key");
        }
    }
}

/// <summary>Each change of the registry leaves a line of history, and evidence, in the same transaction.</summary>
static class KeyEvents
{
    public static void Add(CityDb db, NewId ids, TimeProvider clock, RegisteredKey key, string actor, KeyAct act, string detail)
    {
        var line = KeyEvent.Of(ids.Next(), key, clock.UtcNow(), actor, act, detail);
        db.Add(line);
        db.Record("key", $"signing/key/{key.KeyId}", line.Content(key));
    }
}
