using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.City;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>The log before a witness over real HTTP: it signs what only grows, and nothing else; without it the log goes on.</summary>
public sealed class EvidenceWitnessTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A log of its own, as somebody has it who holds the keys and wants to show another past.</summary>
    static EvidenceLog Log(IReadOnlyList<NoteSigner> signers) => EvidenceLog.Open(new CrashingDisk(), signers, TimeProvider.System);

    static IReadOnlyList<NoteSigner> Signers() => [NoteSigner.Open(Path.Combine(TemporaryFolders.New("keys"), "k"), "bank.example/log", NoteKeyKind.Ed25519)];

    static ReadOnlyMemory<byte>[] Entries(string past, int count) => [.. Enumerable.Range(0, count).Select(i => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes($"{past} {i}"))];

    static async Task<(int Status, string Text)> Post(RunningCity city, string path, string body)
    {
        using var answer = await city.Client.PostAsync("/witness" + path, new StringContent(body), Cancel);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel));
    }

    static Task<(int Status, string Text)> Add(RunningCity city, long old, EvidenceLog log, IEnumerable<byte[]>? proof = null, string? note = null) => Post(city, "/add-checkpoint",
        $"old {old}\n{string.Concat((proof ?? log.ProveConsistency(old, log.Head.Size)).Select(hash => Convert.ToBase64String(hash) + "\n"))}\n{note ?? log.Head.Checkpoint.ToString()}");

    static string Keys(EvidenceLog log) => string.Join('\n', log.Keys);

    [Fact]
    public async Task Witness_OfALogThatGrows_SignsEachCheckpointWithItsKey()
    {
        await using var city = await RunningCity.Start();
        await using var log = Log(Signers());
        Assert.Equal(404, (await Add(city, 0, log)).Status);
        Assert.Equal(200, (await Post(city, "/logs", Keys(log))).Status);
        Assert.True(NoteKey.TryParse(await city.Client.GetStringAsync("/witness/key", Cancel), out var key));
        long old = 0;
        foreach (var count in new[] { 3, 1, 300, 0 })
        {
            await log.Append(Entries("entry", count));
            var (status, line) = await Add(city, old, log);
            Assert.Equal(200, status);
            Assert.True(NoteSignature.TryParse(line.TrimEnd('\n'), out var signature));
            Assert.True(signature.IsBy(key) && key.Verify(log.Head.Checkpoint.Text, signature.Signature));
            old = log.Head.Size;
        }
    }

    [Fact]
    public async Task Witness_OfALogThatShowsAnotherPast_Refuses_AlsoAfterItsRestart()
    {
        var city = await RunningCity.Start();
        var signers = Signers();
        await using var log = Log(signers);
        await log.Append(Entries("true", 5));
        await Post(city, "/logs", Keys(log));
        Assert.Equal(200, (await Add(city, 0, log)).Status);
        await using var again = await RunningCity.Start(folder: await city.Stop());

        await using var fork = Log(signers);
        await fork.Append(Entries("false", 5));
        Assert.Equal((409, "Another root was signed for this size.\n"), await Add(again, 5, fork));
        await fork.Append(Entries("false", 3));
        Assert.Equal(422, (await Add(again, 5, fork)).Status);
        Assert.Equal(422, (await Add(again, 5, fork, proof: [])).Status);
        // Who says that nothing was signed yet is told what was.
        Assert.Equal((409, "5\n"), await Add(again, 0, fork));
        await using var rolledBack = Log(signers);
        await rolledBack.Append(Entries("true", 4));
        Assert.Equal((409, "5\n"), await Add(again, 4, rolledBack));
        Assert.Equal(400, (await Add(again, 5, rolledBack, proof: [])).Status);
        // The true log is served on.
        await log.Append(Entries("true", 2));
        Assert.Equal(200, (await Add(again, 5, log)).Status);
        Assert.Contains(again.Store.Newest("witness", 0, 20), message => message.Finding == "fork refused" && message.Answer.Status == 409);
    }

    [Fact]
    public async Task Witness_OfNonsense_SaysWhatIsWrong()
    {
        await using var city = await RunningCity.Start();
        await using var log = Log(Signers());
        await using var stranger = Log(Signers());
        await log.Append(Entries("entry", 2));
        Assert.Equal(422, (await Post(city, "/logs", "no key")).Status);
        Assert.Equal(422, (await Post(city, "/logs", "")).Status);
        Assert.Equal(200, (await Post(city, "/logs", Keys(log))).Status);
        // Another key for the same log: somebody would take it over.
        Assert.Equal(422, (await Post(city, "/logs", Keys(stranger))).Status);
        Assert.Equal(403, (await Add(city, 0, stranger)).Status);
        foreach (var body in new[] { "", "old", "old 0", "old 0\n", "old -1\n\nx", "old 00\n\nx", "old 0\nnot base64\n\nx", "old 0\n\nnot a note", "old 0\nAAAA\n\n" + log.Head.Checkpoint })
            Assert.Equal(400, (await Post(city, "/add-checkpoint", body)).Status);
        Assert.Equal(200, (await Add(city, 0, log)).Status);
    }

    [Theory, BothDatabases]
    public async Task Bank_GetsItsCheckpointsSigned_AndGoesOnWithoutTheWitness(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await using var city = await RunningCity.Start();
        var log = bank.Services.GetRequiredService<EvidenceLog>();
        var options = bank.Options with { DemoMode = true, EvidenceWitnesses = [new(city.Address + "/witness")] };
        var witnesses = new EvidenceWitnesses(options);
        using var work = ActivatorUtilities.CreateInstance<WitnessWork>(bank.Services, witnesses, options);
        var witness = Assert.Single(witnesses.All);

        await Record(bank, "a");
        await work.Ask(witness, Cancel);
        Assert.Null(witness.Problem);
        Assert.Equal(log.Head.Checkpoint.Text, log.Head.Witnessed?.Text);
        Assert.Equal([witness.Key!.ToString()], witnesses.KeysOf(log.Head.Witnessed!));

        await city.Turn("witness", new Switches(Down: true));
        await Record(bank, "b");
        await work.Ask(witness, Cancel);
        Assert.NotNull(witness.Problem);
        Assert.Equal((2, 1), (log.Head.Size, log.Head.Witnessed!.Size));
        Assert.Contains(bank.Services.GetRequiredService<BackgroundWork>().Failures, failure => failure.StartsWith("witness ", StringComparison.Ordinal));

        await city.Turn("witness", Switches.Off);
        await work.Ask(witness, Cancel);
        Assert.Null(witness.Problem);
        Assert.Equal(2, log.Head.Witnessed!.Size);
        Assert.Empty(bank.Services.GetRequiredService<BackgroundWork>().Failures);
    }

    /// <summary>Another witness at the same address, or somebody in its place, is noticed: the first key stays.</summary>
    [Fact]
    public async Task Bank_WithAWitnessWhoseKeyChanged_DoesNotTakeItsSignature()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        await using var city = await RunningCity.Start();
        var stranger = NoteSigner.Open(Path.Combine(TemporaryFolders.New("keys"), "k"), "witness.example/city", NoteKeyKind.Cosignature);
        var options = bank.Options with { DemoMode = true, EvidenceWitnesses = [new(city.Address + "/witness", stranger.Key.ToString())] };
        var witnesses = new EvidenceWitnesses(options);
        using var work = ActivatorUtilities.CreateInstance<WitnessWork>(bank.Services, witnesses, options);
        await Record(bank, "a");
        await work.Ask(witnesses.All[0], Cancel);
        Assert.Contains("no right signature", witnesses.All[0].Problem, StringComparison.Ordinal);
        Assert.Null(bank.Services.GetRequiredService<EvidenceLog>().Head.Witnessed);
    }

    static async Task Record(TestBank bank, string reference)
    {
        await bank.Tables(db =>
        {
            db.Record("approval", reference, Encoding.UTF8.GetBytes(reference));
            return db.SaveChangesAsync();
        });
        await bank.Services.GetRequiredService<EvidenceSequencer>().Run(Cancel);
    }
}
