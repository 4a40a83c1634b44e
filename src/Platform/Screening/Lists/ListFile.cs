using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Pujiang.Platform;

/// <summary>A file of a list, as it was received.</summary>
public sealed record ListFile(string Name, byte[] Content);

/// <summary>The files of one list as they come and are kept: a UN XML, an OFAC sdn.csv, or a ZIP with sdn.csv and its companions.</summary>
public static class ListPackage
{
    /// <summary>Bytes of all files of one list together, unpacked; the public lists have a tenth of it.</summary>
    public const int MostBytes = 200_000_000;

    const int MostFiles = 20;

    /// <summary>The files in what was received.</summary>
    /// <param name="name">File name; tells nothing of the kind, since the content does.</param>
    public static Outcome<IReadOnlyList<ListFile>> Open(string name, byte[] content)
    {
        if (content.Length == 0) return Unreadable($"{name} is empty.");
        if (!content.AsSpan().StartsWith("PK\u0003\u0004"u8)) return new ListFile[] { new(name, content) };
        try
        {
            using var zip = new ZipArchive(new MemoryStream(content, writable: false));
            // Mac archives carry hidden companions of each file.
            var entries = zip.Entries.Where(entry => entry.Name.Length > 0 && !entry.FullName.StartsWith("__MACOSX", StringComparison.Ordinal)).ToList();
            if (entries.Count is 0 or > MostFiles) return Unreadable($"{name} has {entries.Count} files; a list has 1 to {MostFiles}.");
            var (files, left) = (new List<ListFile>(), MostBytes);
            foreach (var entry in entries)
            {
                if (Unpack(entry, left) is not { } bytes) return Unreadable($"{name} has more than {MostBytes:N0} bytes when unpacked.");
                files.Add(new ListFile(entry.Name, bytes));
                left -= bytes.Length;
            }
            return files;
        }
        catch (InvalidDataException fault)
        {
            return Unreadable($"{name} is a damaged ZIP file: {fault.Message} Send it again.");
        }
    }

    /// <summary>Null when it is longer than said: what a ZIP file states of lengths can't be trusted.</summary>
    static byte[]? Unpack(ZipArchiveEntry entry, int most)
    {
        using var stream = entry.Open();
        using var copy = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = stream.Read(buffer)) > 0)
        {
            if (copy.Length + read > most) return null;
            copy.Write(buffer, 0, read);
        }
        return copy.ToArray();
    }

    /// <summary>One ZIP file for the store; the same files give the same bytes.</summary>
    public static byte[] Pack(IReadOnlyList<ListFile> files)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var file in files.OrderBy(f => f.Name, StringComparer.Ordinal))
            {
                var entry = zip.CreateEntry(file.Name, CompressionLevel.Optimal);
                entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using var target = entry.Open();
                target.Write(file.Content);
            }
        return stream.ToArray();
    }

    /// <summary>
    /// SHA-256 in 64 hexadecimal digits: of the file where there is one, as <c>sha256sum</c> prints it; of several, over those
    /// lines of <c>sha256sum</c> in the order of their names.
    /// </summary>
    public static string HashOf(IReadOnlyList<ListFile> files) => files is [var only] ? Hash(only.Content)
        : Hash(Encoding.UTF8.GetBytes(string.Concat(files.OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => $"{Hash(f.Content)}  {f.Name}\n"))));

    static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    static Refusal Unreadable(string why) => new Refusal("list_unreadable", why, "file", why);
}
