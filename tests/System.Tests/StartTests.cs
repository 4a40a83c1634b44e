namespace Pujiang.System.Tests;

/// <summary>A bank that can't start says why in a sentence, and changes nothing.</summary>
public sealed class StartTests(Bank running)
{
    [Theory]
    [InlineData("--Pujiang:People=0", "A city has 1 to 1,000,000 people, not 0.")]
    [InlineData("--Iso20022:Schemas=/nowhere", "There is no folder of schemas /nowhere")]
    [InlineData("--Pujiang:PostgreSql=Host=127.0.0.1;Port=1;Database=x;Username=x;Password=secret", "Failed to connect to 127.0.0.1:1")]
    public async Task Start_WithAWrongSetting_SaysWhich(string setting, string says) =>
        Refused(await Record.ExceptionAsync(() => InNewFolder(data => BankProcess.Start(data, setting, "--Pujiang:DemoMode=true"))), says);

    [Fact]
    public async Task Start_OnTheFolderOfARunningBank_IsRefused() =>
        Refused(await Record.ExceptionAsync(() => BankProcess.Start(running.Server.Data)), "ledger");

    [Fact]
    public async Task Start_OnADamagedLedger_NamesThePlaceAndChangesNothing() => await InNewFolder(async data =>
    {
        await using (var bank = await BankProcess.Start(data, "--Pujiang:DemoMode=true", "--Pujiang:People=20"))
            Assert.Equal(0, await bank.Stop());
        foreach (var snapshot in Directory.EnumerateFiles(Path.Combine(data, "ledger"), "snapshot*")) File.Delete(snapshot);
        var journal = Directory.EnumerateFiles(Path.Combine(data, "ledger")).Order(StringComparer.Ordinal).First(path => new FileInfo(path).Length > 10_000);
        await using (var file = new FileStream(journal, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Position = 5_000;
            var was = file.ReadByte();
            file.Position = 5_000;
            file.WriteByte((byte)(was ^ 1));
        }
        var before = await File.ReadAllBytesAsync(journal, TestContext.Current.CancellationToken);
        Refused(await Record.ExceptionAsync(() => BankProcess.Start(data)), Path.GetFileName(journal));
        Assert.Equal(before, await File.ReadAllBytesAsync(journal, TestContext.Current.CancellationToken));
        return 0;
    });

    static void Refused(Exception? exception, string says)
    {
        Assert.NotNull(exception);
        Assert.Contains("The bank can't start. ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(says, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
    }

    static async Task<T> InNewFolder<T>(Func<string, Task<T>> work)
    {
        var data = Directory.CreateTempSubdirectory("pujiang-start-").FullName;
        try
        {
            return await work(data);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }
}
