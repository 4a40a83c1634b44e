using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pujiang.Ledger;

/// <summary>The real disk. On Linux it flushes with fdatasync, which spares the metadata writes of fsync.</summary>
sealed partial class SystemDisk : IDisk
{
    public static SystemDisk Instance { get; } = new();

    public void CreateDirectory(string directory) => Directory.CreateDirectory(directory);

    public IReadOnlyList<string> List(string directory) =>
        [.. Directory.EnumerateFiles(directory).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    public IDiskFile Open(string path, FileUse use) => new SystemFile(path, use);

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

    public IDisposable Lock(string path) =>
        new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);

    static IOException Failure(string call, string path) =>
        new($"{call} of {path} failed: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");

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

        public void Write(ReadOnlySpan<byte> bytes, long position) => RandomAccess.Write(_handle, bytes, position);

        public void Reserve(long length)
        {
            if (OperatingSystem.IsLinux() && Native.FAllocate(_handle, 0, 0, length) == 0) return;
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
