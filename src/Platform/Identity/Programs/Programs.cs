using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using OAuth = OpenIddict.Abstractions.OpenIddictConstants;

namespace Pujiang.Platform;

/// <summary>Partners' programs and other applications: registered and given keys by two people of security, ended by one.</summary>
sealed class Programs(CityDb db, ClientRegister register, Approvals approvals, TimeProvider clock)
{
    /// <param name="ClientId">Short name that the program sends: "first-hospital".</param>
    /// <param name="Name">Who it is, for people.</param>
    /// <param name="Kind">Program or application.</param>
    /// <param name="Party">The party whose data a program may use; null for an application.</param>
    /// <param name="Scopes">Of a program at least one of <see cref="ProgramScopes.OfPrograms"/>.</param>
    /// <param name="Addresses">Of an application: where visitors come back to, compared to the letter.</param>
    /// <param name="SignOutAddresses">Of an application: where visitors go after they signed out.</param>
    /// <param name="Keys">A JSON Web Key or a set of them, public parts only.</param>
    public sealed record Registration(
        string? ClientId, string? Name, ClientKind Kind, Guid? Party, IReadOnlyList<string>? Scopes,
        IReadOnlyList<string>? Addresses, IReadOnlyList<string>? SignOutAddresses, string? Keys);

    /// <param name="KeyId">The key's name (<c>kid</c>).</param>
    /// <param name="Algorithm">"EC P-256" or "RSA 3072".</param>
    /// <param name="Fingerprint">RFC 7638 thumbprint, to be compared with the partner by another channel.</param>
    public sealed record Key(string KeyId, string Algorithm, string Fingerprint);

    public sealed record Listed(
        string ClientId, string Name, ClientKind Kind, Guid? Party, IReadOnlyList<string> Scopes, IReadOnlyList<string> Addresses,
        IReadOnlyList<Key> Keys, DateTime RegisteredAt, DateTime? EndedAt);

    /// <summary>Done, or waiting for a colleague: one of the two is there.</summary>
    public sealed record Result(Listed? Done, ApprovalView? Waiting);

    /// <summary>All clients, those in use first.</summary>
    public async Task<IReadOnlyList<Listed>> All(CancellationToken cancel) =>
        [.. (await db.Set<ClientProgram>().AsNoTracking().OrderBy(p => p.ClientId).ToListAsync(cancel)).OrderBy(p => p.EndedAt is not null).Select(View)];

    public async Task<Listed?> Find(string clientId, CancellationToken cancel) =>
        await db.Set<ClientProgram>().AsNoTracking().SingleOrDefaultAsync(p => p.ClientId == clientId, cancel) is { } found ? View(found) : null;

    /// <summary>Name of the party that a program acts for.</summary>
    public Task<string?> PartyName(Guid party, CancellationToken cancel) =>
        db.Set<Party>().Where(p => p.Id == party).Select(p => (string?)p.Name).SingleOrDefaultAsync(cancel);

    static Listed View(ClientProgram p) => new(
        p.ClientId!, p.DisplayName!, p.Kind, p.PartyId, p.ScopeNames, p.Addresses,
        [.. p.Keys.Select(key => new Key(key.Kid, ProgramKeys.NameOf(key), ProgramKeys.Fingerprint(key)))], p.RegisteredAt, p.EndedAt);

    /// <summary>Registers a client; people of security ask a colleague first.</summary>
    /// <param name="key">The caller's idempotency key.</param>
    public async Task<Outcome<Result>> Register(Registration wanted, string key, Caller caller, CancellationToken cancel)
    {
        if (approvals.RuleFor(ApprovalKinds.ChangePrograms, null, caller) is not null && await approvals.Asked(ApprovalKinds.ChangePrograms, caller, key, cancel) is { } asked)
            return new Result(null, asked);
        if (!(await register.Checked(wanted, cancel)).Try(out var program, out var refusal)) return refusal;
        if (approvals.RuleFor(ApprovalKinds.ChangePrograms, null, caller) is not null)
            return Waiting(await approvals.Ask(await Request(program, wanted, cancel), caller, key, cancel));
        register.Add(program, caller.Actor);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException)
        {
            // Of two that arrive together, the later finds the row of the earlier.
            db.ChangeTracker.Clear();
            if (await register.IsTaken(program, cancel)) return ClientRegister.IdTaken;
            throw;
        }
        return new Result(View(program), null);
    }

    static Outcome<Result> Waiting(Outcome<ApprovalView> outcome) => outcome.Try(out var waiting, out var refusal) ? new Result(null, waiting) : refusal;

    async Task<ApprovalRequest> Request(ClientProgram program, Registration wanted, CancellationToken cancel) => new(
        ApprovalKinds.ChangePrograms, $"program/{program.ClientId}",
        [
            ApprovalFact.Of(new Bilingual("客户端标识", "Client id"), program.ClientId!),
            ApprovalFact.Of(new Bilingual("名称", "Name"), program.DisplayName!),
            .. program.PartyId is { } party ? [ApprovalFact.Of(new Bilingual("代表", "Acts for"), await PartyName(party, cancel) ?? "")] : Array.Empty<ApprovalFact>(),
            ApprovalFact.Of(new Bilingual("范围", "Scopes"), program.ScopeNames is { Count: > 0 } scopes ? string.Join(", ", scopes) : "openid"),
            .. program.Addresses.Select(address => ApprovalFact.Of(new Bilingual("返回地址", "Comes back to"), address)),
            .. program.SignOutAddresses.Select(address => ApprovalFact.Of(new Bilingual("退出后前往", "Goes to after signing out"), address)),
            .. program.Keys.Select(key => ApprovalFact.Of(new Bilingual("密钥指纹", "Fingerprint of the key"), ProgramKeys.Fingerprint(key))),
        ],
        JsonSerializer.Serialize(new ClientRegister.Content(wanted, null, null)));

    /// <summary>Adds keys to those that are there: the program changes over, and then the old one is withdrawn.</summary>
    /// <param name="key">The caller's idempotency key.</param>
    public async Task<Outcome<Result>> AddKeys(string clientId, string? keys, string key, Caller caller, CancellationToken cancel)
    {
        if (!(await register.WithKeys(clientId, keys, cancel)).Try(out var program, out var refusal)) return refusal;
        if (approvals.RuleFor(ApprovalKinds.ChangePrograms, null, caller) is null)
        {
            db.Audit("program/key-added", $"program/{clientId}", caller.Actor);
            await db.SaveChangesAsync(cancel);
            return new Result(View(program), null);
        }
        ApprovalFact[] facts =
        [
            ApprovalFact.Of(new Bilingual("客户端标识", "Client id"), clientId),
            .. ProgramKeys.Read(keys).Try(out var added, out _)
                ? added.Select(k => ApprovalFact.Of(new Bilingual("新密钥指纹", "Fingerprint of the new key"), ProgramKeys.Fingerprint(k))) : [],
        ];
        // What was tried above is not to be saved with the request.
        db.ChangeTracker.Clear();
        return Waiting(await approvals.Ask(new(ApprovalKinds.ChangePrograms, $"program/{clientId}", facts, JsonSerializer.Serialize(new ClientRegister.Content(null, clientId, keys))), caller, key, cancel));
    }

    /// <summary>Withdraws a key at once; every token of the program ends with it, because nobody can say which key got them.</summary>
    public async Task<Refusal?> WithdrawKey(string clientId, string keyId, Caller caller, CancellationToken cancel)
    {
        if (await register.Load(clientId, cancel) is not { } program || !program.Keys.Any(key => key.Kid == keyId)) return ClientRegister.NotFound;
        program.SetKeys(program.Keys.Where(key => key.Kid != keyId));
        db.Audit("program/key-withdrawn", $"program/{clientId}", caller.Actor, detail: keyId);
        await SaveAndRevoke(program, cancel);
        return null;
    }

    /// <summary>Ends a client at once, with its keys and tokens.</summary>
    public async Task<Refusal?> End(string clientId, Caller caller, CancellationToken cancel)
    {
        if (await register.Load(clientId, cancel) is not { } program) return ClientRegister.NotFound;
        program.End(clock.UtcNow());
        db.Audit("program/ended", $"program/{clientId}", caller.Actor);
        await SaveAndRevoke(program, cancel);
        return null;
    }

    async Task SaveAndRevoke(ClientProgram program, CancellationToken cancel)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await db.SaveChangesAsync(cancel);
        await db.Set<IssuedToken>().Where(token => token.Application!.Id == program.Id && token.Status == OAuth.Statuses.Valid)
            .ExecuteUpdateAsync(set => set.SetProperty(token => token.Status, OAuth.Statuses.Revoked), cancel);
        await transaction.CommitAsync(cancel);
    }
}

/// <summary>Tokens that ended, and codes that were used.</summary>
sealed class OldTokens : IForgetting
{
    public string What => "oauth-tokens";

    /// <summary>Long after they could be used: a code that is used twice is still recognised.</summary>
    public TimeSpan Kept => TimeSpan.FromDays(1);

    public Task<int> Delete(CityDb db, DateTime olderThan, int most, CancellationToken cancel) =>
        db.Set<IssuedToken>().Where(t => db.Set<IssuedToken>().Where(old => old.ExpirationDate < olderThan).OrderBy(old => old.ExpirationDate).Take(most).Select(old => old.Id).Contains(t.Id))
            .ExecuteDeleteAsync(cancel);
}
