using System.Runtime.InteropServices;

namespace Pujiang.Platform;

/// <summary>The folder of the log; the seam through which tests lose, tear and refuse writes.</summary>
interface IEvidenceDisk : IDisposable
{
    /// <summary>The whole file, or null when there is none.</summary>
    byte[]? Read(string path);

    /// <summary>UTC time at which the file was last written, or null when there is none.</summary>
    DateTime? WrittenAt(string path);

    /// <summary>Writes a whole file. Durable after <see cref="Flush"/>; before, a crash may leave any part of it.</summary>
    void Write(string path, ReadOnlySpan<byte> bytes);

    /// <summary>Returns when all written before is durable.</summary>
    void Flush();

    /// <summary>Puts this content in the place of the old in one step, durable when it returns.</summary>
    void Replace(string path, ReadOnlySpan<byte> bytes);

    /// <summary>Removes a folder with its files, if it is there. Need not be durable.</summary>
    void DeleteFolder(string path);
}

/// <summary>A folder on the real disk, which one process at a time may write.</summary>
sealed partial class EvidenceFolder : IEvidenceDisk
{
    /// <summary>From so many files on the whole file system is flushed at once, which is then quicker than one by one.</summary>
    const int ManyFiles = 64;

    readonly string _root;
    readonly FileStream _lock;
    readonly HashSet<string> _known = new(StringComparer.Ordinal);
    readonly List<string> _files = [];
    readonly HashSet<string> _folders = new(StringComparer.Ordinal);

    /// <exception cref="IOException">Another process has the log open, or the folder can't be written.</exception>
    public EvidenceFolder(string root)
    {
        _root = Path.GetFullPath(root);
        MakeFolder(_root);
        try
        {
            _lock = new FileStream(Path.Combine(_root, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException busy)
        {
            throw new IOException($"The evidence log in {_root} is open in another process: end that one first.", busy);
        }
    }

    public byte[]? Read(string path) => ReadFile(Path.Combine(_root, path));

    public static byte[]? ReadFile(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public DateTime? WrittenAt(string path) =>
        Path.Combine(_root, path) is var file && File.Exists(file) ? File.GetLastWriteTimeUtc(file) : null;

    public void Write(string path, ReadOnlySpan<byte> bytes)
    {
        var file = Path.Combine(_root, path);
        var folder = Path.GetDirectoryName(file)!;
        MakeFolder(folder);
        using (var handle = File.OpenHandle(file, FileMode.Create, FileAccess.Write, FileShare.Read))
            RandomAccess.Write(handle, bytes, 0);
        _files.Add(file);
        _folders.Add(folder);
    }

    public void Flush()
    {
        if (_files.Count >= ManyFiles && OperatingSystem.IsLinux())
        {
            WithDescriptor(_root, Native.SyncFileSystem, "syncfs");
        }
        else
        {
            foreach (var file in _files) FlushFile(file);
            foreach (var folder in _folders) FlushFolder(folder);
        }
        _files.Clear();
        _folders.Clear();
    }

    public void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        var file = Path.Combine(_root, path);
        using (var handle = File.OpenHandle(file + ".new", FileMode.Create, FileAccess.Write, FileShare.Read))
        {
            RandomAccess.Write(handle, bytes, 0);
            RandomAccess.FlushToDisk(handle);
        }
        File.Move(file + ".new", file, overwrite: true);
        FlushFolder(_root);
    }

    public void DeleteFolder(string path)
    {
        var folder = Path.Combine(_root, path);
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        _known.Remove(folder);
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>A new folder's name is in the folder above it, which must be flushed too.</summary>
    void MakeFolder(string folder)
    {
        if (!_known.Add(folder) || Directory.Exists(folder)) return;
        var above = Path.GetDirectoryName(folder)!;
        if (folder.Length > _root.Length) MakeFolder(above);
        Directory.CreateDirectory(folder);
        _folders.Add(above);
    }

    static void FlushFile(string file)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    static void FlushFolder(string folder)
    {
        // Elsewhere the file system orders renames by itself.
        if (OperatingSystem.IsLinux()) WithDescriptor(folder, Native.FSync, "fsync");
    }

    static void WithDescriptor(string folder, Func<int, int> call, string name)
    {
        const int ReadOnly = 0;
        var descriptor = Native.Open(folder, ReadOnly);
        if (descriptor < 0) throw Failure("open", folder);
        try
        {
            if (call(descriptor) != 0) throw Failure(name, folder);
        }
        finally
        {
            _ = Native.Close(descriptor);
        }
    }

    static IOException Failure(string call, string path) =>
        new($"{call} of {path} failed: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");

    static partial class Native
    {
        [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        internal static partial int Open(string path, int flags);

        [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
        internal static partial int FSync(int descriptor);

        [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
        internal static partial int SyncFileSystem(int descriptor);

        [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
        internal static partial int Close(int descriptor);
    }
}
