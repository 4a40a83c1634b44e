using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Cli;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>A bank with customers, documents and evidence, and its backups.</summary>
sealed class BackedUp : IAsyncDisposable
{
    readonly List<string> _databases = [];
    int _documents, _transfers;

    BackedUp(TestBank bank, Customer payer, Customer payee) => (Bank, Payer, Payee) = (bank, payer, payee);

    public TestBank Bank { get; }
    public Customer Payer { get; }
    public Customer Payee { get; }

    /// <summary>Where the backup goes.</summary>
    public string Folder { get; } = Path.Combine(TemporaryFolders.New("backup"), "of-the-bank");

    /// <summary>What the restored banks of this test are called.</summary>
    public string Places { get; } = TemporaryFolders.New("restored");

    public static async Task<BackedUp> New(TestDatabase database)
    {
        var bank = await TestBank.New(database, Customer.Add);
        var backedUp = new BackedUp(bank, await Customer.Open(bank, 1, "1000000"), await Customer.Open(bank, 2));
        for (var i = 0; i < 3; i++) await backedUp.DoMore();
        return backedUp;
    }

    /// <summary>A transfer, a document, a record and its leaf.</summary>
    public async Task DoMore()
    {
        await Transfer();
        await Upload();
        await Sequence();
    }

    public async Task Transfer() =>
        Assert.True((await Payer.Transfer(Bank, Payer.To(Payee, "1.00"), $"t{Interlocked.Increment(ref _transfers)}")).Try(out _, out var refusal), refusal?.Reason);

    public Task Upload() => Bank.Call((KeepDocument keep) => keep.Upload(
        new MemoryStream(Samples.Plain($"contract {Interlocked.Increment(ref _documents)}")), "合同.pdf", "", DocumentPurpose.Contract, Payer.Caller, CancellationToken.None)).Value();

    public Task<int> Sequence() => Bank.Services.GetRequiredService<EvidenceSequencer>().Run(CancellationToken.None);

    public Task<BackupManifest> Backup(string? passphrase = null, bool withoutKeys = false) =>
        new Backup(Bank.Options, TimeProvider.System, _ => { }).Take(Folder, new BackupKeys(passphrase, withoutKeys), TestContext.Current.CancellationToken);

    /// <summary>Ends, as a killed process does, when it says that it begins this step.</summary>
    public Task BackupKilledAt(string step) => new Backup(Bank.Options, TimeProvider.System, DieAt(step)).Take(Folder, new BackupKeys(null, false), TestContext.Current.CancellationToken);

    public Task RestoreKilledAt(string step, PlatformOptions place) => new Restore(LocalBank.Compose, DieAt(step)).Run(Folder, place, null, null, TestContext.Current.CancellationToken);

    static Action<string> DieAt(string step) => said =>
    {
        if (said.StartsWith(step, StringComparison.Ordinal)) throw new ProcessKilledException(step);
    };

    /// <summary>By the command line, as an operator does.</summary>
    /// <param name="killAt">The beginning of the line at which it is killed; null to let it end.</param>
    public Task<CommandLine.Result> BackupCommand(string? killAt = null, params string[] options) =>
        CommandLine.Run(Database(Bank.Options.PostgreSql), killAt, ["backup", Folder, "--data", Bank.Folder, .. options]);

    /// <summary>A place for a bank that nobody has used.</summary>
    public async Task<PlatformOptions> NewPlace()
    {
        var options = new PlatformOptions { DataFolder = Path.Combine(Places, Path.GetRandomFileName()) };
        if (Bank.Database == TestDatabase.Sqlite) return options;
        _databases.Add(await PostgresServer.CreateDatabase());
        return options with { PostgreSql = _databases[^1] };
    }

    public Task<RestoreReport> Restore(PlatformOptions place, string? passphrase = null, string? keys = null) =>
        new Restore(LocalBank.Compose, _ => { }).Run(Folder, place, passphrase, keys, TestContext.Current.CancellationToken);

    /// <summary>Why it can't be restored. Nothing may be there afterwards.</summary>
    public async Task<string> Refusal(string? passphrase = null, string? keys = null)
    {
        var place = await NewPlace();
        var refused = await Assert.ThrowsAsync<BackupRefusedException>(() => Restore(place, passphrase, keys));
        Assert.False(Directory.Exists(place.DataFolder));
        return refused.Message;
    }

    public Task<CommandLine.Result> RestoreCommand(PlatformOptions place, string? killAt = null, params string[] options) =>
        CommandLine.Run(Database(place.PostgreSql), killAt, ["restore", Folder, "--data", place.DataFolder, .. options]);

    /// <summary>Restores into a new place and opens the bank that is there then.</summary>
    public async Task<TestBank> Restored(string? passphrase = null, string? keys = null)
    {
        var place = await NewPlace();
        _ = await Restore(place, passphrase, keys);
        return TestBank.OpenAt(place, Customer.Add);
    }

    /// <summary>The content of every document, by its address, opened with the bank's own keys.</summary>
    public static Task<Dictionary<string, string>> Documents(TestBank bank) => bank.Tables(async db =>
    {
        var vault = bank.Services.GetRequiredService<DocumentVault>();
        var contents = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var document in await db.Set<Document>().AsNoTracking().ToListAsync())
        {
            await using var stream = vault.Open(document.Address);
            contents.Add(document.Address, Convert.ToHexStringLower(await System.Security.Cryptography.SHA256.HashDataAsync(stream)));
            Assert.Equal(document.Sha256, contents[document.Address]);
        }
        return contents;
    });

    public static EvidenceLog Log(TestBank bank) => bank.Services.GetRequiredService<EvidenceLog>();

    static Dictionary<string, string> Database(string? connection) => connection is null ? [] : new(StringComparer.Ordinal) { ["Pujiang__PostgreSql"] = connection };

    public async ValueTask DisposeAsync()
    {
        await Bank.DisposeAsync();
        foreach (var database in _databases) await Drop(database);
        Directory.Delete(Path.GetDirectoryName(Folder)!, recursive: true);
        Directory.Delete(Places, recursive: true);
    }

    /// <summary>A restored bank that was opened has dropped its database itself.</summary>
    static async Task Drop(string database)
    {
        try
        {
            await PostgresServer.DropDatabase(database);
        }
        catch (DirectoryNotFoundException)
        {
        }
    }
}
