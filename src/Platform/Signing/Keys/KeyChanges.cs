using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>
/// Changes of keys by people: one of security asks, another allows, and what was shown is what is done. Only in an emergency one
/// person revokes alone; that is on record, and everybody of security and audit is told.
/// </summary>
public sealed class KeyChanges(CityDb db, KeyRegistry registry, Approvals approvals, TimeProvider clock)
{
    /// <summary>How long a revocation by one person is shown to all of security and audit.</summary>
    public static readonly TimeSpan EmergencyShown = TimeSpan.FromDays(30);

    /// <summary>Done, or waiting for somebody's consent: one of the two is there.</summary>
    public sealed record Result(TrustedKey? Done, ApprovalView? Waiting);

    enum Change
    {
        Register = 1,
        Rotate,
        Revoke,
    }

    sealed record Content(Change What, string Owner = "", string Jwk = "", DateTime? From = null, SignatureAlgorithm Algorithm = default, string KeyId = "", string Reason = "");

    /// <param name="key">The caller's idempotency key.</param>
    public async Task<Outcome<Result>> Register(string owner, string jwk, DateTime? from, string key, Caller caller, CancellationToken cancel)
    {
        owner = owner.Trim();
        // A repeated request is answered as the first, also when the key is registered by now.
        if (await Asked(key, caller, cancel) is { } asked) return new Result(null, asked);
        if (IsAlone(caller)) return Of(await registry.AddPartnerKey(owner, jwk, from, caller.Actor, cancel));
        if (!(await registry.CheckPartnerKey(owner, jwk, from, cancel)).Try(out var checkedKey, out var refusal)) return refusal;
        var keyId = checkedKey.KeyId;
        return await Ask(
            [
                ApprovalFact.Of(new Bilingual("登记合作方密钥", "Register a partner's key"), owner),
                ApprovalFact.Of(new Bilingual("算法", "Algorithm"), HttpSignature.Name(checkedKey.Key.Algorithm)),
                ApprovalFact.Of(new Bilingual("密钥名称", "Name of the key"), keyId),
                ApprovalFact.Of(new Bilingual("指纹", "Fingerprint"), checkedKey.Key.Thumbprint),
                ApprovalFact.Of(new Bilingual("生效时间", "Valid from"), BankTime.Text(checkedKey.From)),
            ],
            $"signing/key/{keyId}", new Content(Change.Register, Owner: owner, Jwk: jwk, From: from), key, caller, cancel);
    }

    public async Task<Outcome<Result>> Rotate(SignatureAlgorithm algorithm, string key, Caller caller, CancellationToken cancel)
    {
        if (await Asked(key, caller, cancel) is { } asked) return new Result(null, asked);
        if (IsAlone(caller)) return Of(await registry.RotateOwn(algorithm, caller.Actor, cancel));
        if (await registry.RotationProblem(algorithm, cancel) is { } refusal) return refusal;
        return await Ask(
            [ApprovalFact.Of(new Bilingual("轮换银行密钥", "Rotate the bank's key"), HttpSignature.Name(algorithm))],
            $"signing/rotation/{HttpSignature.Name(algorithm)}", new Content(Change.Rotate, Algorithm: algorithm), key, caller, cancel);
    }

    /// <param name="emergency">At once and alone: the secret may be in wrong hands, and nobody else is there.</param>
    public async Task<Outcome<Result>> Revoke(string keyId, string reason, bool emergency, string key, Caller caller, CancellationToken cancel)
    {
        if (await Asked(key, caller, cancel) is { } asked) return new Result(null, asked);
        if (IsAlone(caller)) return Of(await registry.Revoke(keyId, reason, caller.Actor, cancel: cancel));
        if (!(await registry.CheckRevocation(keyId, reason, cancel)).Try(out var revoked, out var refusal)) return refusal;
        if (emergency)
        {
            db.Audit("key/revoked-in-emergency", $"signing/key/{keyId}", caller.Actor);
            await TellOthers(revoked, reason.Trim(), caller, cancel);
            return Of(await registry.Revoke(keyId, reason, caller.Actor, KeyAct.RevokedInEmergency, cancel));
        }
        return await Ask(
            [
                ApprovalFact.Of(new Bilingual("吊销密钥", "Revoke a key"), keyId),
                ApprovalFact.Of(new Bilingual("所有者", "Owner"), revoked.Owner),
                ApprovalFact.Of(new Bilingual("算法", "Algorithm"), HttpSignature.Name(revoked.Key.Algorithm)),
                ApprovalFact.Of(new Bilingual("原因", "Reason"), reason.Trim()),
            ],
            $"signing/key/{keyId}", new Content(Change.Revoke, KeyId: keyId, Reason: reason), key, caller, cancel);
    }

    /// <summary>All of security and audit but who did it. In the transaction of the revocation.</summary>
    async Task TellOthers(TrustedKey revoked, string reason, Caller caller, CancellationToken cancel)
    {
        var people = await db.Set<PersonRole>().Where(r => r.Role == Roles.Security || r.Role == Roles.Auditor).Select(r => r.PersonId).Distinct().ToListAsync(cancel);
        foreach (var person in people.Where(person => person != caller.UserId))
            db.Notify(Recipient.Person(person), NotificationKinds.KeyRevokedAlone, revoked.KeyId, "/keys",
                ("owner", revoked.Owner), ("reason", reason), ("at", clock.UtcNow()));
    }

    /// <summary>Revocations by one person of the last days, the newest first.</summary>
    public async Task<IReadOnlyList<KeyHistoryLine>> Emergencies(CancellationToken cancel)
    {
        var since = clock.UtcNow() - EmergencyShown;
        return [.. (await registry.History(50, KeyAct.RevokedInEmergency, cancel)).Where(line => line.At >= since)];
    }

    bool IsAlone(Caller caller) => approvals.RuleFor(ApprovalKinds.ChangeKeys, null, caller) is null;

    Task<ApprovalView?> Asked(string key, Caller caller, CancellationToken cancel) => approvals.Asked(ApprovalKinds.ChangeKeys, caller, key, cancel);

    async Task<Outcome<Result>> Ask(
        IReadOnlyList<ApprovalFact> facts, string subject, Content content, string key, Caller caller, CancellationToken cancel) =>
        (await approvals.Ask(new ApprovalRequest(ApprovalKinds.ChangeKeys, subject, facts, JsonSerializer.Serialize(content)), caller, key, cancel))
            .Try(out var waiting, out var refusal) ? new Result(null, waiting) : refusal;

    static Outcome<Result> Of(Outcome<TrustedKey> outcome) => outcome.Try(out var done, out var refusal) ? new Result(done, null) : refusal;

    /// <summary>Changes the registry as it was allowed. The history names who asked; who allowed it stands in the request.</summary>
    internal sealed class Act(KeyRegistry registry) : IApprovedAct
    {
        public string Kind => ApprovalKinds.ChangeKeys;

        public async Task<Refusal?> Execute(ApprovedContent approved, CityDb db, CancellationToken cancel)
        {
            var content = JsonSerializer.Deserialize<Content>(approved.Content)!;
            var outcome = content.What switch
            {
                Change.Register => await registry.StagePartnerKey(content.Owner, content.Jwk, content.From, approved.Maker, cancel),
                Change.Rotate => await registry.StageRotation(content.Algorithm, approved.Maker, cancel),
                _ => await registry.StageRevocation(content.KeyId, content.Reason, approved.Maker, KeyAct.Revoked, cancel),
            };
            return outcome.Try(out _, out var refusal) ? null : refusal;
        }
    }
}
