using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Nobody changes keys alone, except in an emergency, which everybody is told of.</summary>
public sealed class KeyChangeTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;
    static readonly Caller Maker = Of(1), Checker = Of(2);
    static readonly Caller Operator = new(null, IsOperator: true) { Roles = [Roles.Operator] };

    static Caller Of(int number) => new(null, IsOperator: false) { UserId = new Guid($"30000000-0000-4000-8000-00000000000{number}"), Roles = [Roles.Security] };

    static string Jwk(SigningKey key) => SigningKeyTests.Jwk(key.Public).GetRawText();

    static Task<Outcome<KeyChanges.Result>> Register(TestBank bank, SigningKey key, Caller? caller = null, string once = "k1", string owner = "hospital") =>
        bank.Call((KeyChanges changes) => changes.Register(owner, Jwk(key), null, once, caller ?? Maker, Cancel));

    static Task<Outcome<KeyChanges.Result>> Revoke(TestBank bank, string keyId, bool emergency = false, string reason = "lost", string once = "k2") =>
        bank.Call((KeyChanges changes) => changes.Revoke(keyId, reason, emergency, once, Maker, Cancel));

    static async Task<KeyState?> StateOf(TestBank bank, string keyId) =>
        (await bank.Call((KeyRegistry registry) => registry.All())).FirstOrDefault(key => key.KeyId == keyId)?.StateAt(bank.Clock.UtcNow());

    static ValueTask<ISigner> Signer(TestBank bank, SignatureAlgorithm algorithm) => bank.Services.GetRequiredService<SigningKeys>().Current(algorithm);

    [Theory, BothDatabases]
    public async Task PartnersKey_IsRegisteredWhenAnotherAllowsIt(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        var key = SigningKey.Create(SignatureAlgorithm.Sm2);
        var waiting = (await Register(bank, key).Value()).Waiting!;
        Assert.Null(await StateOf(bank, key.KeyId));
        Assert.Equal(waiting.Id, (await Register(bank, key).Value()).Waiting!.Id);
        Assert.Contains(waiting.Facts, fact => fact.Value.English == key.KeyId);
        Assert.Equal("approval_own", await bank.Approve(waiting, Maker).Code());
        Assert.Null(await StateOf(bank, key.KeyId));

        Assert.Equal(ApprovalState.Executed, (await bank.Approve(waiting, Checker).Value()).State);
        Assert.Equal(KeyState.Active, await StateOf(bank, key.KeyId));
        var line = (await bank.Call((KeyRegistry registry) => registry.History(1))).Single();
        Assert.Equal((Maker.Actor, KeyAct.Added, "hospital"), (line.Actor, line.Act, line.Owner));
        Assert.Contains(await bank.Tables(db => db.Set<EvidenceRecord>().Select(r => r.Kind).ToListAsync()), kind => kind == "key");
    }

    [Theory, BothDatabases]
    public async Task PartnersKey_ThatIsWrong_IsRefusedBeforeAnybodyIsAsked(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        var key = SigningKey.Create(SignatureAlgorithm.Ed25519);
        Assert.Equal("key_owner_is_bank", await Register(bank, key, owner: "bank").Code());
        Assert.Equal("key_owner_invalid", await Register(bank, key, owner: "No Name").Code());
        Assert.Equal("key_unreadable", await bank.Call((KeyChanges changes) => changes.Register("hospital", "{}", null, "k", Maker, Cancel)).Code());
        Assert.Equal("key_unknown", await Revoke(bank, key.KeyId).Code());
        Assert.Equal("key_algorithm_unknown", await bank.Call((KeyChanges changes) => changes.Rotate(default, "k", Maker, Cancel)).Code());
        Assert.Equal(0, await bank.Tables(db => db.Set<Approval>().CountAsync()));
    }

    /// <summary>Between question and answer the world has changed: the registry's own rule says so, and nothing is changed.</summary>
    [Theory, BothDatabases]
    public async Task PartnersKey_RegisteredMeanwhile_FailsInsteadOfBeingThereTwice(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        var key = SigningKey.Create(SignatureAlgorithm.Ed25519);
        var waiting = (await Register(bank, key).Value()).Waiting!;
        Assert.NotNull((await Register(bank, key, Operator).Value()).Done);
        Assert.Equal(ApprovalState.Failed, (await bank.Approve(waiting, Checker).Value()).State);
        Assert.Single(await bank.Call((KeyRegistry registry) => registry.All()), k => k.KeyId == key.KeyId);
    }

    [Theory]
    [BothDatabases(SignatureAlgorithm.Ed25519)]
    [BothDatabases(SignatureAlgorithm.Sm2)]
    public async Task OwnKey_IsRotatedAndRevoked_WhenAnotherAllowsIt(TestDatabase database, SignatureAlgorithm algorithm)
    {
        await using var bank = await TestBank.New(database);
        var first = await Signer(bank, algorithm);
        var waiting = (await bank.Call((KeyChanges changes) => changes.Rotate(algorithm, "k1", Maker, Cancel)).Value()).Waiting!;
        Assert.Single(await bank.Tables(db => db.Set<RegisteredKey>().ToListAsync()));
        await bank.Approve(waiting, Checker).Value();
        Assert.Equal(2, await bank.Tables(db => db.Set<RegisteredKey>().CountAsync()));
        bank.Clock.Advance(TimeSpan.FromDays(2));
        var second = await Signer(bank, algorithm);
        Assert.NotEqual(first.KeyId, second.KeyId);

        var revocation = (await Revoke(bank, second.KeyId).Value()).Waiting!;
        Assert.Equal(second.KeyId, (await Signer(bank, algorithm)).KeyId);
        await bank.Approve(revocation, Checker).Value();
        Assert.Equal(KeyState.Revoked, await StateOf(bank, second.KeyId));
        await bank.Restart();
        Assert.Equal(first.KeyId, (await Signer(bank, algorithm)).KeyId);
        Assert.False(File.Exists(Path.Combine(bank.Folder, "keys", "signing", second.KeyId + ".key")));
        Assert.Empty(await bank.Call((KeyChanges changes) => changes.Emergencies(Cancel)));
    }

    [Theory, BothDatabases]
    public async Task Emergency_RevokesAtOnce_IsOnRecord_AndShownForThirtyDays(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        var key = SigningKey.Create(SignatureAlgorithm.Ed25519);
        await Register(bank, key, Operator).Value();
        Assert.Equal("key_reason_invalid", await Revoke(bank, key.KeyId, emergency: true, reason: " ").Code());
        Assert.Equal(0, await bank.Tables(db => db.Set<AuditEntry>().CountAsync()));
        Assert.NotNull((await Revoke(bank, key.KeyId, emergency: true).Value()).Done);
        Assert.Equal(KeyState.Revoked, await StateOf(bank, key.KeyId));
        var record = await bank.Tables(db => db.Set<AuditEntry>().SingleAsync());
        Assert.Equal(("key/revoked-in-emergency", Maker.Actor), (record.Action, record.Actor));
        var shown = Assert.Single(await bank.Call((KeyChanges changes) => changes.Emergencies(Cancel)));
        Assert.Equal((key.KeyId, "lost", KeyAct.RevokedInEmergency), (shown.KeyId, shown.Detail, shown.Act));
        bank.Clock.Advance(KeyChanges.EmergencyShown + TimeSpan.FromMinutes(1));
        Assert.Empty(await bank.Call((KeyChanges changes) => changes.Emergencies(Cancel)));
    }

    /// <summary>The process ends at every write of the deciding approval; what is approved is carried out after the restart, once.</summary>
    [Theory, BothDatabases]
    public async Task Rotation_KilledAtEveryWrite_IsCarriedOutOnce(TestDatabase database)
    {
        var writes = await Run(null);
        Assert.InRange(writes, 2, 3);
        for (var point = 0; point <= writes; point++) await Run(point);

        async Task<int> Run(int? killAfter)
        {
            var kill = new KillSwitch();
            await using var bank = await TestBank.New(database, services => services.AddSingleton<IInterceptor>(new MortalDatabase(kill)));
            await Signer(bank, SignatureAlgorithm.Ed25519);
            var waiting = (await bank.Call((KeyChanges changes) => changes.Rotate(SignatureAlgorithm.Ed25519, "k1", Maker, Cancel)).Value()).Waiting!;
            kill.Arm(killAfter);
            try
            {
                await bank.Approve(waiting, Checker);
            }
            catch (ProcessKilledException)
            {
                Assert.NotNull(killAfter);
            }
            var effects = kill.Effects.Count;
            if (killAfter is not null)
            {
                await bank.Crash(between: kill.Revive);
                await bank.FollowUp();
                // Killed before the approval was saved, it was never given.
                if ((await bank.Look(waiting)).State == ApprovalState.Waiting) await bank.Approve(waiting, Checker).Value();
            }
            Assert.Equal(ApprovalState.Executed, (await bank.Look(waiting)).State);
            var own = await bank.Tables(db => db.Set<RegisteredKey>().OrderBy(k => k.ValidFrom).ToListAsync());
            Assert.Equal(2, own.Count);
            bank.Clock.Advance(TimeSpan.FromDays(2));
            Assert.Equal(own[1].KeyId, (await Signer(bank, SignatureAlgorithm.Ed25519)).KeyId);
            return effects;
        }
    }
}
