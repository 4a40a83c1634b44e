using System.CommandLine;
using System.CommandLine.Help;
using System.Data.Common;
using System.Globalization;
using System.Text;
using Pujiang.Cli;
using Pujiang.Ledger;

// Amounts and dates never follow the machine.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

// Not RootCommand: that takes the name of the program file, but people type the name of the script.
var root = new Command("pujiang", "The command line of the bank: payment files, statements, checks, proofs, screening.")
{
    new HelpOption(), new VersionOption(), PayCommand.Make(), CheckCommand.Make(), StatementCommand.Make(), LedgerCommands.Make(), VerifyCommand.Make(), ScreenCommand.Make(),
    BackupCommands.MakeBackup(), BackupCommands.MakeRestore(),
};
var parsed = root.Parse(args.Length > 0 ? args : ["--help"]);
try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (CommandFailed failed)
{
    Say.Error(failed.Message);
    return failed.ExitCode;
}
catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or DbException or LedgerStoppedException)
{
    // The disk, the database or the line to the bank: nothing that a stack trace would explain.
    Say.Error($"{failure.Message} Nothing is lost: repeat the command when the cause is gone.");
    return CommandFailed.Error;
}
catch (OperationCanceledException)
{
    Say.Error("Interrupted.");
    return CommandFailed.Interrupted;
}
