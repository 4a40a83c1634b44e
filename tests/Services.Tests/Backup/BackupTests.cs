using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>The whole bank is copied while it works, and stands again elsewhere.</summary>
public sealed class BackupTests
{
    [Theory, BothDatabases]
    public async Task Backup_OfABankAtWork_RestoresToOneWhosePartsFit(TestDatabase database)
    {
        await using var there = await BackedUp.New(database);
        var acknowledged = there.Bank.Ledger.LastSequence;
        using var enough = new CancellationTokenSource();
        Task[] load = [Repeat(there.Transfer, enough.Token), Repeat(there.Upload, enough.Token), Repeat(there.Sequence, enough.Token)];
        var first = await there.BackupCommand();
        var second = await there.Backup();
        await enough.CancelAsync();
        await Task.WhenAll(load);
        Assert.True(first.ExitCode == 0, $"{first}");
        Assert.InRange(second.LedgerEntries, acknowledged, there.Bank.Ledger.LastSequence);

        var place = await there.NewPlace();
        var restore = await there.RestoreCommand(place);
        Assert.True(restore.ExitCode == 0, $"{restore}");
        await using var bank = TestBank.OpenAt(place, Customer.Add);

        Assert.InRange(bank.Ledger.LastSequence, acknowledged, there.Bank.Ledger.LastSequence);
        Assert.Equal(await Entries(there.Bank, bank.Ledger.LastSequence), await Entries(bank, bank.Ledger.LastSequence));
        var (log, original) = (BackedUp.Log(bank), BackedUp.Log(there.Bank));
        Assert.Equal(original.RootAt(log.Head.Size), log.Head.Checkpoint.Root);
        Assert.Equal(log.Head.Checkpoint.Root, log.RootAt(log.Head.Size));
        var documents = await BackedUp.Documents(bank);
        Assert.InRange(documents.Count, 3, (await BackedUp.Documents(there.Bank)).Count);
        // It works on: the waiting records go into the log, and what the tables say of it is there.
        await bank.Services.GetRequiredService<EvidenceSequencer>().Run(TestContext.Current.CancellationToken);
        Assert.Equal(0, await bank.Tables(db => db.Set<EvidenceRecord>().CountAsync(record => record.LeafIndex == null)));
    }

    [Theory, BothDatabases]
    public async Task Backup_OfABankAtRest_RestoresToTheSame(TestDatabase database)
    {
        await using var there = await BackedUp.New(database);
        await there.Backup();
        await there.DoMore();
        // Into the earlier one, which gets what is new.
        await there.Backup();

        await using var bank = await there.Restored();

        Assert.Null(BankState.Difference(await BankState.Of(there.Bank, []), await BankState.Of(bank, [])));
        Assert.Equal(await there.Payer.Balance(there.Bank), await there.Payer.Balance(bank));
        Assert.Equal($"{BackedUp.Log(there.Bank).Head.Checkpoint}", $"{BackedUp.Log(bank).Head.Checkpoint}");
        Assert.Equal(await BackedUp.Documents(there.Bank), await BackedUp.Documents(bank));
        Assert.Equal(4, (await BackedUp.Documents(bank)).Count);
    }

    [Fact]
    public async Task Backup_DocumentWhoseTimeIsOver_LeavesTheNextBackupToo()
    {
        await using var there = await BackedUp.New(TestDatabase.Sqlite);
        await there.Backup();
        var address = (await BackedUp.Documents(there.Bank)).Keys.First();
        Assert.True(File.Exists(Path.Combine(there.Folder, "documents", address[..2], address)));
        File.Delete(Path.Combine(there.Bank.Folder, "documents", address[..2], address));

        await there.Backup();

        Assert.False(File.Exists(Path.Combine(there.Folder, "documents", address[..2], address)));
        Assert.Equal((3, 1), await there.Restore(await there.NewPlace()) is var report ? (report.Documents, report.MissingDocuments) : default);
    }

    [Fact]
    public async Task Backup_EarlierOneThatRotted_IsCopiedAnew()
    {
        await using var there = await BackedUp.New(TestDatabase.Sqlite);
        await there.Backup();
        foreach (var part in (string[])["documents", "evidence"]) Flip(Below(there.Folder, part).First(), 40);

        await there.Backup();

        await using var bank = await there.Restored();
        Assert.Equal(await BackedUp.Documents(there.Bank), await BackedUp.Documents(bank));
    }

    [Fact]
    public async Task Keys_SealedOrApart_OpenOnlyForWhoHasThem()
    {
        await using var there = await BackedUp.New(TestDatabase.Sqlite);
        const string Right = "correct horse battery";
        var tooShort = await Assert.ThrowsAsync<BackupRefusedException>(() => there.Backup("short"));
        Assert.Contains("12 are the fewest", tooShort.Message, StringComparison.Ordinal);
        await there.Backup(Right);
        Assert.DoesNotContain("LookupSecret", Encoding.Latin1.GetString([.. Below(there.Folder, "").SelectMany(File.ReadAllBytes)]), StringComparison.Ordinal);
        Assert.Contains("--passphrase-file FILE", await there.Refusal(), StringComparison.Ordinal);
        Assert.Contains("does not open the keys", await there.Refusal("incorrect horse battery"), StringComparison.Ordinal);
        await using (var bank = await there.Restored(Right))
            Assert.Equal(3, (await BackedUp.Documents(bank)).Count);

        await there.Backup(withoutKeys: true);
        Assert.Contains("--keys DIR", await there.Refusal(), StringComparison.Ordinal);
        await using (var bank = await there.Restored(keys: Path.Combine(there.Bank.Folder, "keys")))
            Assert.Equal(3, (await BackedUp.Documents(bank)).Count);
        await using var other = await BackedUp.New(TestDatabase.Sqlite);
        Assert.Contains("another bank's", await there.Refusal(keys: Path.Combine(other.Bank.Folder, "keys")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_IsForItsUserAlone()
    {
        await using var there = await BackedUp.New(TestDatabase.Sqlite);
        await there.Backup();
        Assert.True(FileModes.IsForOwnerOnly(there.Folder));
        foreach (var file in Below(there.Folder, "").Where(file => file.Contains("keys-", StringComparison.Ordinal) || file.Contains("database-", StringComparison.Ordinal)))
            Assert.True(FileModes.IsForOwnerOnly(file), file);
    }

    static async Task Repeat(Func<Task> work, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested) await work();
    }

    static async Task<List<string>> Entries(TestBank bank, long until)
    {
        var entries = new List<string>();
        await foreach (var posted in bank.Ledger.Follow(0))
        {
            entries.Add(System.Text.Json.JsonSerializer.Serialize(posted));
            if (posted.Sequence >= until) break;
        }
        return entries;
    }

    internal static IEnumerable<string> Below(string folder, string part) =>
        Directory.EnumerateFiles(Path.Combine(folder, part), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    internal static void Flip(string file, int at)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[Math.Min(at, bytes.Length - 1)] ^= 1;
        File.WriteAllBytes(file, bytes);
    }
}
