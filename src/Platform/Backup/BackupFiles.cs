using System.Security.Cryptography;

namespace Pujiang.Platform;

static class BackupFiles
{
    const int Piece = 256 * 1024;

    /// <summary>A manifest from elsewhere must not write outside its folder.</summary>
    public static void RequireInside(string path)
    {
        if (path.Length == 0 || Path.IsPathRooted(path) || path.Contains('\\') || path.Split('/').Any(part => part is "" or "." or ".."))
            throw new BackupRefusedException($"The manifest names the path '{path}', which leads out of the backup.");
    }

    /// <summary>SHA-256 of the first bytes of a file; of other text when it has fewer.</summary>
    public static async Task<string> Sha256(string path, long bytes, CancellationToken cancel)
    {
        await using var file = Read(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var read = await Pump(file, bytes, (piece, _) =>
        {
            hash.AppendData(piece.Span);
            return ValueTask.CompletedTask;
        }, cancel);
        return read == bytes ? Convert.ToHexStringLower(hash.GetHashAndReset()) : "too short";
    }

    /// <summary>Copies the first bytes of a file that may be in use; the copy is there as a whole or not at all.</summary>
    /// <param name="path">What the copy is called in the manifest.</param>
    public static async Task<BackupFile> Copy(string from, string to, string path, long bytes, CancellationToken cancel)
    {
        CreatePrivate(Path.GetDirectoryName(to)!);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long copied;
        await using (var input = Read(from))
        await using (var output = new FileStream(to + ".new", Private()))
        {
            copied = await Pump(input, bytes, (piece, token) =>
            {
                hash.AppendData(piece.Span);
                return output.WriteAsync(piece, token);
            }, cancel);
            output.Flush(flushToDisk: true);
        }
        File.Move(to + ".new", to, overwrite: true);
        return new BackupFile(path, copied, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    public static void WriteWhole(string path, ReadOnlySpan<byte> bytes)
    {
        CreatePrivate(Path.GetDirectoryName(path)!);
        using (var file = new FileStream(path + ".new", Private()))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>Files below a folder by their path in it, with "/"; none when it is not there.</summary>
    public static IEnumerable<string> Below(string folder) => !Directory.Exists(folder) ? []
        : Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/')).Order(StringComparer.Ordinal);

    /// <summary>What only this user may read: a backup is the bank.</summary>
    public static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    static async Task<long> Pump(FileStream file, long bytes, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> use, CancellationToken cancel)
    {
        var buffer = new byte[Piece];
        var (total, read) = (0L, 0);
        while (total < bytes && (read = await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(bytes - total, Piece)), cancel)) > 0)
        {
            await use(buffer.AsMemory(0, read), cancel);
            total += read;
        }
        return total;
    }

    static FileStream Read(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.Open,
        Access = FileAccess.Read,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
        Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
    });

    static FileStreamOptions Private()
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
