using Pujiang.Cli;

namespace Pujiang.Services.Tests;

public sealed class OtherCommandsTests
{
    [Fact]
    public async Task Check_BadFile_NamesPlaceAndFinding()
    {
        using var cli = new CommandLine();
        var file = cli.FileOf(PaymentFiles.Text(1).Replace("DE89", "DE88", StringComparison.Ordinal));

        var check = await CommandLine.Run("iso20022", "check", file);

        Assert.Equal(1, check.ExitCode);
        Assert.Equal(
            [
                $"{file}:11: error IBAN_CHECK_DIGITS: found 'DE88370400440532013000', expected: The check digits should be 89.",
                "    /Document/CstmrCdtTrfInitn/PmtInf[1]/CdtTrfTxInf[1]/CdtrAcct/Id/IBAN",
            ], check.Lines);
    }

    [Fact]
    public async Task Check_GoodAndMissingFile_EndsWithTwo()
    {
        using var cli = new CommandLine();
        var file = cli.FileOf(PaymentFiles.Text(1));

        var check = await CommandLine.Run("iso20022", "check", file, file + ".none");

        Assert.Equal((2, ""), (check.ExitCode, check.Output));
        Assert.Contains("no findings", check.Errors, StringComparison.Ordinal);
        Assert.Contains($"There is no file {file}.none.", check.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_ChangedByte_IsDamaged()
    {
        using var cli = new CommandLine();
        Assert.Equal(0, (await cli.OnBank("pay", cli.FileOf(PaymentFiles.Text(2)), "--demo")).ExitCode);
        var journal = Directory.EnumerateFiles(Path.Combine(cli.Data, "ledger"), "journal-*").Order(StringComparer.Ordinal).First();
        var bytes = await File.ReadAllBytesAsync(journal, TestContext.Current.CancellationToken);
        bytes[400] ^= 1;
        await File.WriteAllBytesAsync(journal, bytes, TestContext.Current.CancellationToken);

        var verify = await cli.OnBank("ledger", "verify");

        Assert.Equal(2, verify.ExitCode);
        Assert.Contains(verify.Lines, line => line.StartsWith("DAMAGED: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task BackupAndRestore_GiveLedgersThatAreSound()
    {
        using var cli = new CommandLine();
        Assert.Equal(0, (await cli.OnBank("pay", cli.FileOf(PaymentFiles.Text(2)), "--demo")).ExitCode);
        var (copy, earlier) = (Path.Combine(cli.Data, "copy"), Path.Combine(cli.Data, "earlier"));

        Assert.Equal(0, (await cli.OnBank("ledger", "backup", copy)).ExitCode);
        Assert.Equal(0, (await CommandLine.Run("ledger", "restore", copy, earlier, "--sequence", "2")).ExitCode);

        Assert.Contains((await CommandLine.Run("ledger", "verify", earlier)).Lines, line => line.StartsWith("SOUND: ", StringComparison.Ordinal));
        var again = await CommandLine.Run("ledger", "restore", copy, earlier, "--time", "2026-03-02T09:30:00+08:00");
        Assert.Equal((1, $"pujiang: {earlier} is not empty. Restore into a new directory."), (again.ExitCode, again.Errors.Trim()));
        Assert.Contains("Say up to where", (await CommandLine.Run("ledger", "restore", copy, earlier)).Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("statement", "1")]
    [InlineData("ledger", "verify")]
    public async Task AnyCommand_FolderWithoutBank_SaysSo(params string[] command)
    {
        using var cli = new CommandLine();

        var result = await cli.OnBank(command);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(cli.Data, result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_OfTheScript_NamesEveryCommand()
    {
        var commands = (await CommandLine.Run("--help")).Output.Split("Commands:")[1]
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim().Split(' ')[0]).ToList();
        Assert.Equal(["pay", "iso20022", "statement", "ledger", "verify", "screen", "backup", "restore"], commands);
        var script = await File.ReadAllTextAsync(Path.Combine(TestData.Root(), "pujiang"), TestContext.Current.CancellationToken);
        Assert.All(commands, command => Assert.Contains($"\n  {command} ", script, StringComparison.Ordinal));
        Assert.Contains($"{string.Join(" | ", commands)})", script, StringComparison.Ordinal);
    }

    [Fact]
    public void Table_ChineseAndControlCharacters_KeepsItsColumns()
    {
        var table = new TextTable("no.", "name", "end").Right(0);
        table.Row("1", "张三", "x");
        table.Row("22", "A\u001b[31mB", "y");
        using var output = new StringWriter { NewLine = "\n" };

        table.Print(output);
        table.Row("3", "Li", "z");
        table.Print(output);

        Assert.Equal("no.  name     end\n─────────────────\n  1  张三     x\n 22  A [31mB  y\n  3  Li       z\n", output.ToString());
        Assert.Equal("张三…", TextTable.Short("张三李四", 6));
    }
}
