using Microsoft.Win32.SafeHandles;

namespace Pujiang.Ledger;

/// <summary>The real disk. On Linux it flushes with fdatasync, which spares the metadata writes of fsync.</summary>
sealed partial class SystemDisk : IDisk
{
    public static SystemDisk Instance { get; } = new();

    public void CreateDirectory(string directory) => Plainly(directory, () => Directory.CreateDirectory(directory));

    public IReadOnlyList<string> List(string directory) =>
        [.. Directory.EnumerateFiles(directory).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    public IDiskFile Open(string path, FileUse use) => Plainly(path, () => new SystemFile(path, use));

    public void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    public void Delete(string path) => File.Delete(path);

    public void FlushDirectory(string directory)
    {
        // Elsewhere the file system orders renames by itself.
        if (!OperatingSystem.IsLinux()) return;
        const int ReadOnly = 0;
        var descriptor = Native.Open(directory, ReadOnly);
        if (descriptor < 0) throw Failure("open", directory);
        try
        {
            if (Native.FSync(descriptor) != 0) throw Failure("fsync", directory);
        }
        finally
        {
            _ = Native.Close(descriptor);
        }
    }

    public IDisposable Lock(string path) => Plainly(
        path, () => new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));

    static IOException Failure(string call, string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return Plainly(error, path) is { } plainly
            ? new IOException(plainly, error) : new IOException($"{call} of {path} failed: {Marshal.GetPInvokeErrorMessage(error)}.", error);
    }

    /// <summary>Says what an operator can do about, and leaves all else as the system says it.</summary>
    static T Plainly<T>(string path, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new IOException(Plainly(Native.NotPermitted, path), refused);
        }
        catch (IOException failed) when (Plainly(failed.HResult, path) is { } plainly)
        {
            throw new IOException(plainly, failed);
        }
    }

    /// <summary>What is wrong and what to do, or null. On Unix the system's number stands in <see cref="Exception.HResult"/>.</summary>
    static string? Plainly(int error, string path) => error switch
    {
        Native.NoSpace or Native.QuotaExceeded =>
            $"The disk that holds {path} is full: make room and start again; nothing that was acknowledged is lost.",
        Native.ReadOnlyDisk => $"The disk that holds {path} is read-only: mount it for writing and start again.",
        Native.NotPermitted => $"{path} may not be written: give the folder to the user that runs the ledger, or mount its disk for writing, and start again.",
        _ => null,
    };

    sealed class SystemFile(string path, FileUse use) : IDiskFile
    {
        readonly SafeFileHandle _handle = File.OpenHandle(
            path, use == FileUse.Create ? FileMode.Create : FileMode.Open, use == FileUse.Read ? FileAccess.Read : FileAccess.ReadWrite,
            FileShare.ReadWrite | FileShare.Delete);

        public long Length => RandomAccess.GetLength(_handle);

        public int Read(Span<byte> into, long position)
        {
            var total = 0;
            while (total < into.Length)
            {
                var read = RandomAccess.Read(_handle, into[total..], position + total);
                if (read == 0) break;
                total += read;
            }
            return total;
        }

        public void Write(ReadOnlySpan<byte> bytes, long position)
        {
            try
            {
                RandomAccess.Write(_handle, bytes, position);
            }
            catch (IOException failed) when (Plainly(failed.HResult, path) is { } plainly)
            {
                throw new IOException(plainly, failed);
            }
        }

        public void Reserve(long length)
        {
            if (OperatingSystem.IsLinux() && Native.FAllocate(_handle, 0, 0, length) == 0) return;
            // A full disk is told now, not when a batch is half written.
            if (OperatingSystem.IsLinux() && Marshal.GetLastPInvokeError() is Native.NoSpace or Native.QuotaExceeded) throw Failure("fallocate", path);
            // Not every file system can reserve; then the length alone must do.
            RandomAccess.SetLength(_handle, length);
        }

        public void Flush()
        {
            if (!OperatingSystem.IsLinux())
            {
                RandomAccess.FlushToDisk(_handle);
                return;
            }
            if (Native.FDataSync(_handle) != 0) throw Failure("fdatasync", path);
        }

        public void Dispose() => _handle.Dispose();
    }

    static partial class Native
    {
        // The numbers that Linux and other Unixes give these errors (errno.h); QuotaExceeded is Linux's.
        public const int NotPermitted = 13;
        public const int NoSpace = 28;
        public const int ReadOnlyDisk = 30;
        public const int QuotaExceeded = 122;

        [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
        internal static partial int FDataSync(SafeFileHandle file);

        [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
        internal static partial int FAllocate(SafeFileHandle file, int mode, long offset, long length);

        [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        internal static partial int Open(string path, int flags);

        [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
        internal static partial int FSync(int descriptor);

        [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
        internal static partial int Close(int descriptor);
    }
}
