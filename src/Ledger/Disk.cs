namespace Pujiang.Ledger;

/// <summary>The disk as the ledger sees it; the seam through which tests lose, tear and refuse writes.</summary>
interface IDisk
{
    void CreateDirectory(string directory);

    /// <summary>Names of the files in the directory, without it.</summary>
    IReadOnlyList<string> List(string directory);

    IDiskFile Open(string path, FileUse use);

    /// <summary>Replaces the target in one step. Durable after <see cref="FlushDirectory"/>.</summary>
    void Rename(string from, string to);

    void Delete(string path);

    void FlushDirectory(string directory);

    /// <summary>Keeps every other process out until disposed. Throws <see cref="IOException"/> when another holds it.</summary>
    IDisposable Lock(string path);
}

enum FileUse
{
    Read,
    Write,
    Create,
}

interface IDiskFile : IDisposable
{
    long Length { get; }

    /// <returns>Bytes read: fewer than asked for only at the end of the file.</returns>
    int Read(Span<byte> into, long position);

    void Write(ReadOnlySpan<byte> bytes, long position);

    /// <summary>Reserves space that reads as zeros.</summary>
    void Reserve(long length);

    /// <summary>Returns when all written before is durable.</summary>
    void Flush();
}
