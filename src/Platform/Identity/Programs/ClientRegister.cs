using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>What is done with the table of clients, whether it was asked or approved.</summary>
sealed class ClientRegister(CityDb db, NewId ids, TimeProvider clock)
{
    public static readonly Refusal NotFound = new("program_unknown", "There is no such program in use.");

    public static readonly Refusal IdTaken = new("program_id_taken", "A program has or had this client id; choose another one.", "clientId");

    /// <summary>What is asked: a registration, or a key for a client that is there.</summary>
    internal sealed record Content(Programs.Registration? Register, string? ClientId, string? Keys);

    /// <summary>A client that may be added, not saved yet.</summary>
    public async Task<Outcome<ClientProgram>> Checked(Programs.Registration wanted, CancellationToken cancel)
    {
        if (!ClientProgram.Register(ids.Next(), wanted, clock.UtcNow()).Try(out var program, out var refusal)) return refusal;
        if (wanted.Kind == ClientKind.Program && !await db.Set<Party>().AnyAsync(p => p.Id == wanted.Party, cancel))
            return new Refusal("party_unknown", "There is no such customer.", "party");
        return await IsTaken(program, cancel) ? IdTaken : program;
    }

    public Task<bool> IsTaken(ClientProgram program, CancellationToken cancel) => db.Set<ClientProgram>().AnyAsync(p => p.ClientId == program.ClientId, cancel);

    /// <summary>In use once the caller has saved.</summary>
    public void Add(ClientProgram program, string actor)
    {
        db.Add(program);
        db.Audit("program/registered", $"program/{program.ClientId}", actor, detail: string.Join(' ', program.ScopeNames));
    }

    /// <summary>The client with these keys too, not saved yet.</summary>
    public async Task<Outcome<ClientProgram>> WithKeys(string clientId, string? keys, CancellationToken cancel)
    {
        if (await Load(clientId, cancel) is not { } program) return NotFound;
        if (!ProgramKeys.Read(keys).Try(out var added, out var refusal)) return refusal;
        if (added.Any(key => program.Keys.Any(known => known.Kid == key.Kid || ProgramKeys.Fingerprint(known) == ProgramKeys.Fingerprint(key))))
            return new Refusal("program_key_known", "The program has a key with this kid, or this very key, already.", "keys");
        if (program.Keys.Count + added.Length > ProgramKeys.Most)
            return new Refusal("program_keys_many", $"A program has at most {ProgramKeys.Most} keys; withdraw one first.", "keys", $"{ProgramKeys.Most}");
        program.SetKeys([.. program.Keys, .. added]);
        return program;
    }

    /// <summary>A client in use, to be changed; or null.</summary>
    public Task<ClientProgram?> Load(string clientId, CancellationToken cancel) =>
        db.Set<ClientProgram>().SingleOrDefaultAsync(p => p.ClientId == clientId && p.EndedAt == null, cancel);

    /// <summary>Carries out what a colleague approved.</summary>
    internal sealed class Act(ClientRegister register) : IApprovedAct
    {
        public string Kind => ApprovalKinds.ChangePrograms;

        public async Task<Refusal?> Execute(ApprovedContent approved, CityDb db, CancellationToken cancel)
        {
            var content = JsonSerializer.Deserialize<Content>(approved.Content)!;
            if (content.Register is { } wanted)
            {
                if (!(await register.Checked(wanted, cancel)).Try(out var program, out var refusal)) return refusal;
                register.Add(program, approved.Maker);
                return null;
            }
            if (!(await register.WithKeys(content.ClientId!, content.Keys, cancel)).Try(out _, out var wrong)) return wrong;
            db.Audit("program/key-added", $"program/{content.ClientId}", approved.Maker);
            return null;
        }
    }
}
