using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class EvidenceSequencerTests
{
    static Task<int> Sequence(TestBank bank) => bank.Services.GetRequiredService<EvidenceSequencer>().Run(CancellationToken.None);

    static EvidenceLog Log(TestBank bank) => bank.Services.GetRequiredService<EvidenceLog>();

    static Task Record(TestBank bank, params string[] references) => bank.Tables(async db =>
    {
        foreach (var reference in references) db.Record("approval", reference, Encoding.UTF8.GetBytes($"content of {reference}"));
        return await db.SaveChangesAsync();
    });

    /// <summary>Every record is in the log once, and noted where it is.</summary>
    static async Task AssertOnce(TestBank bank, params string[] references)
    {
        var log = Log(bank);
        var records = await bank.Tables(db => db.Set<EvidenceRecord>().AsNoTracking().OrderBy(r => r.Number).ToListAsync());
        Assert.Equal(references, records.Select(record => record.Reference));
        Assert.Equal(references.Length, log.Head.Size);
        Assert.Equal(Enumerable.Range(0, references.Length).Select(i => (long?)i), records.Select(record => record.LeafIndex));
        foreach (var record in records)
        {
            Assert.True(EvidenceEntry.TryParse(log.Read(record.LeafIndex!.Value).Span, out var entry));
            Assert.Equal(EvidenceEntry.Of(record).ToString(), entry.ToString());
        }
    }

    [Theory, BothDatabases]
    public async Task Records_GoIntoTheLogInTheirOrder_Once(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await Record(bank, "a", "b");
        Assert.Equal(2, await Sequence(bank));
        await Record(bank, "c");
        Assert.Equal(1, await Sequence(bank));
        Assert.Equal(0, await Sequence(bank));
        await bank.Restart();
        Assert.Equal(0, await Sequence(bank));
        await AssertOnce(bank, "a", "b", "c");
    }

    [Theory, BothDatabases]
    public async Task Records_OfWhichTheNoteWasLost_AreFoundInTheLogAgain(TestDatabase database)
    {
        var failing = new FailingSave();
        await using var bank = await TestBank.New(database, services => services.AddSingleton<IInterceptor>(failing));
        await Record(bank, "a", "b");
        await Sequence(bank);
        await Record(bank, "c", "d");
        failing.Fail = true;
        await Assert.ThrowsAsync<IOException>(() => Sequence(bank));
        failing.Fail = false;
        Assert.Equal(4, Log(bank).Head.Size);
        await bank.Crash();
        await Record(bank, "e");
        Assert.Equal(1, await Sequence(bank));
        await AssertOnce(bank, "a", "b", "c", "d", "e");
    }

    [Theory, BothDatabases]
    public async Task Records_OfWhichTheNoteFailed_AreNotedOnTheNextTurnOfTheSameProcess(TestDatabase database)
    {
        var failing = new FailingSave();
        await using var bank = await TestBank.New(database, services => services.AddSingleton<IInterceptor>(failing));
        await Record(bank, "a", "b");
        failing.Fail = true;
        await Assert.ThrowsAsync<IOException>(() => Sequence(bank));
        failing.Fail = false;
        Assert.Equal(0, await Sequence(bank));
        await AssertOnce(bank, "a", "b");
    }

    [Theory, BothDatabases]
    public async Task Log_PutBackToAnOlderStateThanTheTables_TakesNothing(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await Record(bank, "a");
        await Sequence(bank);
        await bank.Crash(between: null);
        await bank.Tables(db => db.Set<EvidencePosition>().ExecuteUpdateAsync(set => set.SetProperty(p => p.Size, 5)));
        await Record(bank, "b");
        var damaged = await Assert.ThrowsAsync<EvidenceDamagedException>(() => Sequence(bank));
        Assert.Contains("older state", damaged.Message, StringComparison.Ordinal);
        Assert.Equal(1, Log(bank).Head.Size);
    }

    [Theory, BothDatabases]
    public async Task Tables_PutBackToAnOlderState_FindTheirRecordsAndLeaveOthersAlone(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await Record(bank, "a");
        await Sequence(bank);
        // What the restored database does not know: a record with the number that its next one will get.
        var lost = new EvidenceEntry(2, "approval", "lost", new byte[32], TestBank.Opening.UtcDateTime);
        await Log(bank).Append([lost.ToBytes()]);
        await bank.Restart();
        await Record(bank, "b");
        Assert.Equal(1, await Sequence(bank));
        var records = await bank.Tables(db => db.Set<EvidenceRecord>().AsNoTracking().OrderBy(r => r.Number).ToListAsync());
        Assert.Equal([0L, 2L], records.Select(record => record.LeafIndex));
    }

    [Theory, BothDatabases]
    public async Task Bank_ThatRuns_TakesRecordsByItself(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await bank.Start();
        await Record(bank, "a");
        while (Log(bank).Head.Size < 2)
        {
            bank.Clock.Advance(TimeSpan.FromSeconds(0.5));
            await Task.Yield();
        }
        var records = await bank.Tables(db => db.Set<EvidenceRecord>().AsNoTracking().ToListAsync());
        Assert.Contains(records, record => record.Reference == "a");
        Assert.Contains(records, record => record.Kind == LedgerCheckpoints.Kind);
    }

    [Theory, BothDatabases]
    public async Task LedgerCheckpoint_IsRecordedOnceForEachEnd(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await bank.Services.GetRequiredService<LedgerCheckpoints>().Record(CancellationToken.None);
        await bank.Restart();
        var ledger = bank.Services.GetRequiredService<Pujiang.Ledger.Book>();
        await bank.Services.GetRequiredService<LedgerCheckpoints>().Record(CancellationToken.None);
        await bank.Services.GetRequiredService<LedgerCheckpoints>().Record(CancellationToken.None);
        var records = await bank.Tables(db => db.Set<EvidenceRecord>().AsNoTracking().OrderBy(r => r.Number).ToListAsync());
        Assert.Equal(records.Select(r => r.Reference).Distinct(), records.Select(r => r.Reference));
        Assert.Equal(LedgerCheckpoints.ReferenceOf(ledger.End), records[^1].Reference);
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(LedgerCheckpoints.ContentOf(ledger.End))), records[^1].ContentHash);
    }

    [Theory, BothDatabases]
    public async Task Book_ProvesWhatWasRecorded_AndSaysWhatIsNot(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await Record(bank, "a", "b", "b");
        Assert.Equal("evidence_waiting", await bank.Call((EvidenceBook book) => book.Prove("b", null, CancellationToken.None)).Code());
        await Sequence(bank);
        var proof = await bank.Call((EvidenceBook book) => book.Prove("b", null, CancellationToken.None)).Value();
        Assert.Equal(2, proof.Index);
        var first = (await bank.Call((EvidenceBook book) => book.Of("b", CancellationToken.None)))[0];
        Assert.Equal(1, (await bank.Call((EvidenceBook book) => book.Prove("b", first.Number, CancellationToken.None)).Value()).Index);
        Assert.True(EvidenceVerdict.Of(proof, new([], "content of b"u8.ToArray())).IsProven);
        Assert.False(EvidenceVerdict.Of(proof, new([], "content of a"u8.ToArray())).IsProven);

        Assert.Equal("evidence_unknown", await bank.Call((EvidenceBook book) => book.Prove("c", null, CancellationToken.None)).Code());
        Assert.Equal("evidence_unknown", await bank.Call((EvidenceBook book) => book.Prove("a", first.Number, CancellationToken.None)).Code());
        await bank.In(services =>
        {
            var book = services.GetRequiredService<EvidenceBook>();
            Assert.Equal("evidence_index_unknown", book.Prove(3).Code());
            Assert.Equal("evidence_index_unknown", book.Prove(-1).Code());
            Assert.Equal("evidence_size_unknown", book.ProveConsistency(4).Code());
            for (var from = 0; from <= 3; from++)
                Assert.True(EvidenceVerdict.Of(book.ProveConsistency(from).Value(), new([])).IsProven);
            return Task.CompletedTask;
        });
    }

    sealed class FailingSave : SaveChangesInterceptor
    {
        public bool Fail { get; set; }

        public override ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
            Fail ? throw new IOException("The database is away.") : ValueTask.FromResult(result);
    }
}
