using System.Diagnostics;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>What was damaged or interrupted is never taken for a backup or a bank, and what is there is never overwritten.</summary>
public sealed class BackupRefusalTests
{
    [Theory]
    [InlineData("database-")]
    [InlineData("evidence/")]
    [InlineData("documents/")]
    [InlineData("keys-")]
    [InlineData("ledger/")]
    [InlineData("manifest")]
    public async Task Restore_OneBitOfOneFileChanged_IsRefusedWithItsName(string part)
    {
        await using var there = await BackedUp.New(TestDatabase.Sqlite);
        await there.Backup();
        var file = BackupTests.Below(there.Folder, "").First(file => Path.GetRelativePath(there.Folder, file).StartsWith(part, StringComparison.Ordinal));
        BackupTests.Flip(file, 100);

        var refusal = await there.Refusal();

        Assert.Contains(Path.GetRelativePath(there.Folder, file), refusal, StringComparison.Ordinal);
        Assert.Contains("is not as it was when the backup was taken", refusal, StringComparison.Ordinal);
        if (part == "manifest") return;
        File.Delete(file);
        Assert.Contains($"{Path.GetRelativePath(there.Folder, file)} is missing", await there.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_ManifestWrittenByAStranger_IsRefused()
    {
        await using var there = await BackedUp.New(TestDatabase.Sqlite);
        await there.Backup();
        var path = Path.Combine(there.Folder, BackupManifest.FileName);
        var text = (await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).Split("\n\n")[0] + "\n";
        async Task Write(string changed) => await File.WriteAllTextAsync(
            path, $"{changed}\nsha256 {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(changed)))}\n");

        await Write(text);
        Assert.Contains("not signed", await there.Refusal(), StringComparison.Ordinal);
        await Write(text.Replace("\"path\": \"documents/", "\"path\": \"documents/../../", StringComparison.Ordinal));
        Assert.Contains("leads out of the backup", await there.Refusal(), StringComparison.Ordinal);
        await Write(text.Replace("\"format\": 1", "\"format\": 2", StringComparison.Ordinal));
        Assert.Contains("has the format 2; this version reads 1", await there.Refusal(), StringComparison.Ordinal);
    }

    [Theory, BothDatabases]
    public async Task Restore_WhereSomethingIs_IsRefused(TestDatabase database)
    {
        await using var there = await BackedUp.New(database);
        await there.Backup();

        async Task Refused(PlatformOptions place, string why) =>
            Assert.Contains(why, (await Assert.ThrowsAsync<BackupRefusedException>(() => there.Restore(place))).Message, StringComparison.Ordinal);

        await Refused(there.Bank.Options, "there may be a bank in it");
        var place = await there.NewPlace();
        if (database == TestDatabase.PostgreSql) await Refused(place with { PostgreSql = there.Bank.Options.PostgreSql }, "is not empty. Make a new one");
        await Refused(database == TestDatabase.Sqlite ? place with { PostgreSql = "Host=nowhere" } : place with { PostgreSql = null }, "Pujiang__PostgreSql");
    }

    [Fact]
    public async Task Backup_IntoAFolderWithSomethingElse_IsRefused()
    {
        await using var there = await BackedUp.New(TestDatabase.Sqlite);
        Directory.CreateDirectory(there.Folder);
        await File.WriteAllTextAsync(Path.Combine(there.Folder, "letter.txt"), "dear", TestContext.Current.CancellationToken);

        async Task Refused(PlatformOptions bank, string folder, string why) => Assert.Contains(
            why, (await Assert.ThrowsAsync<BackupRefusedException>(() => new Backup(bank, TimeProvider.System, _ => { }).Take(folder, new BackupKeys(null, false), default))).Message, StringComparison.Ordinal);

        await Refused(there.Bank.Options, there.Folder, "holds something else than a backup");
        await Refused(there.Bank.Options, Path.Combine(there.Bank.Folder, "b"), "would lie in the data folder");
        await Refused(new PlatformOptions { DataFolder = there.Places }, there.Folder, "There is no bank");
        Assert.Contains("it is no backup", await there.Refusal(), StringComparison.Ordinal);
    }

    [Theory, BothDatabases]
    public async Task BackupAndRestore_KilledAtAnyStep_LookLikeNothingAndSucceedTheNextTime(TestDatabase database)
    {
        await using var there = await BackedUp.New(database);
        foreach (var step in (string[])["The database", "The evidence log", "The documents", "The keys", "The ledger"])
        {
            await Assert.ThrowsAsync<ProcessKilledException>(() => there.BackupKilledAt(step));
            Assert.Contains("interrupted before it was complete", await there.Refusal(), StringComparison.Ordinal);
        }
        await there.Backup();
        await there.DoMore();
        // A later backup that is killed leaves the earlier one whole.
        await Assert.ThrowsAsync<ProcessKilledException>(() => there.BackupKilledAt("The ledger"));

        var place = await there.NewPlace();
        foreach (var step in (string[])["Comparing", "The keys", "The files", "The database"])
        {
            await Assert.ThrowsAsync<ProcessKilledException>(() => there.RestoreKilledAt(step, place));
            Assert.False(Directory.Exists(place.DataFolder));
        }
        var other = await there.NewPlace();
        await Assert.ThrowsAsync<ProcessKilledException>(() => there.RestoreKilledAt("Checking", other));
        Assert.False(Directory.Exists(other.DataFolder));
        await there.Restore(place);
        await using var bank = TestBank.OpenAt(place, Customer.Add);
        Assert.Equal(3, (await BackedUp.Documents(bank)).Count);
    }

    /// <summary>A real process and a real end, that may come a moment before or after the last step: it is a whole backup or none.</summary>
    [Theory]
    [InlineData("The database")]
    [InlineData("The documents")]
    [InlineData("The ledger")]
    public async Task BackupProcess_Killed_LeavesAWholeBackupOrNone(string step)
    {
        await using var there = await BackedUp.New(TestDatabase.Sqlite);
        await there.BackupCommand(step);

        if (!File.Exists(Path.Combine(there.Folder, BackupManifest.FileName)))
        {
            Assert.Contains("interrupted before it was complete", await there.Refusal(), StringComparison.Ordinal);
            await there.Backup();
        }
        await using var bank = await there.Restored();
        Assert.Equal(3, (await BackedUp.Documents(bank)).Count);
    }

    [Fact]
    public async Task Backup_OntoAFullDisk_SaysSoAndIsNone()
    {
        await using var there = await BackedUp.New(TestDatabase.Sqlite);
        Directory.CreateDirectory(there.Folder);
        // A file system of its own needs the rights of an administrator.
        if (!await Succeeds("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", there.Folder)) Assert.Skip("This user may not mount a small file system.");
        try
        {
            var backup = await there.BackupCommand();

            Assert.Equal(1, backup.ExitCode);
            Assert.Contains("full", backup.Errors, StringComparison.OrdinalIgnoreCase);
            Assert.False(File.Exists(Path.Combine(there.Folder, BackupManifest.FileName)));
        }
        finally
        {
            Assert.True(await Succeeds("umount", there.Folder));
        }
        await there.Backup();
    }

    static async Task<bool> Succeeds(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode == 0;
    }
}
