using System.Net.Sockets;
using Pujiang.Platform;

namespace Pujiang.Cli;

/// <summary>Ends the program with a sentence for the person at the keyboard; no stack trace.</summary>
sealed class CommandFailed(string message, int exitCode = CommandFailed.Error) : Exception(message)
{
    public const int Error = 1;

    /// <summary>128 and SIGINT, as shells expect.</summary>
    public const int Interrupted = 130;

    public int ExitCode { get; } = exitCode;

    public CommandFailed(Refusal refusal) : this($"{refusal.Reason} ({refusal.Code})") { }
}

/// <summary>What goes to people beside the result: the error stream, so that the output can be piped.</summary>
static class Say
{
    public static void Error(string text) => Console.Error.WriteLine($"pujiang: {text}");

    public static void Note(string text) => Console.Error.WriteLine(text);
}

/// <summary>Files named on the command line, with errors in words.</summary>
static class NamedFile
{
    public static FileStream Open(string path, int exitCode = CommandFailed.Error)
    {
        if (Directory.Exists(path)) throw new CommandFailed($"{path} is a folder, not a file.", exitCode);
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandFailed($"There is no file {path}.", exitCode);
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or IOException or ArgumentException)
        {
            throw new CommandFailed($"{path} can't be read: {failure.Message}", exitCode);
        }
    }

    /// <summary>Writes a whole file or none.</summary>
    public static async Task Write(string path, Func<Stream, Task> write)
    {
        var unfinished = path + ".unfinished";
        try
        {
            await using (var file = new FileStream(unfinished, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 64 * 1024))
                await write(file);
            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or DirectoryNotFoundException or PathTooLongException
            || (failure is IOException && failure.InnerException is not SocketException))
        {
            throw new CommandFailed($"{path} can't be written: {failure.Message}");
        }
        finally
        {
            if (File.Exists(unfinished)) File.Delete(unfinished);
        }
    }
}
