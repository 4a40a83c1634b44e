using System.Collections.Concurrent;

namespace Pujiang.Ledger;

/// <summary>
/// The segment files of a journal, opened once and read from any thread. The oldest may have moved into a directory of their own
/// (<see cref="Book.Prune"/>), which a file of text names.
/// </summary>
sealed class JournalFiles(IDisk disk, string directory, FileUse use) : IDisposable
{
    public const string Prefix = "journal-";
    const string ColdName = "cold.txt";
    readonly Lock _gate = new();
    readonly Dictionary<int, IDiskFile> _open = [];
    readonly ConcurrentDictionary<int, string> _cold = [];

    /// <summary>Numbers of the journal's segments, ascending; those that have moved away belong to it.</summary>
    public static IReadOnlyList<int> Segments(IDisk disk, string directory) =>
        Hot(disk, directory) is [var first, ..] hot && Cold(disk, directory) is not null ? [.. Enumerable.Range(1, first - 1), .. hot] : Hot(disk, directory);

    /// <summary>Numbers of the segments in this very directory, ascending.</summary>
    public static IReadOnlyList<int> Hot(IDisk disk, string directory) =>
        [.. disk.List(directory).Where(IsSegment).Select(name => int.Parse(name.AsSpan(Prefix.Length), CultureInfo.InvariantCulture)).Order()];

    /// <summary>The directory of the oldest segments, or null as long as all are here.</summary>
    public static string? Cold(IDisk disk, string directory)
    {
        if (!disk.List(directory).Contains(ColdName, StringComparer.Ordinal)) return null;
        using var file = disk.Open(Path.Combine(directory, ColdName), FileUse.Read);
        return Encoding.UTF8.GetString(new Window(file).At(0, file.Length)).Trim();
    }

    public static void SetCold(IDisk disk, string directory, string cold)
    {
        WriteWhole(disk, Path.Combine(directory, ColdName), file => file.Write(Encoding.UTF8.GetBytes(cold + "\n"), 0));
        disk.FlushDirectory(directory);
    }

    /// <summary>A file that appears under its name only when all of it is durable. The name itself is durable after the directory's flush.</summary>
    public static void WriteWhole(IDisk disk, string path, Action<IDiskFile> write)
    {
        using (var file = disk.Open(path + ".new", FileUse.Create))
        {
            write(file);
            file.Flush();
        }
        disk.Rename(path + ".new", path);
    }

    public static bool IsSegment(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) && !name.EndsWith(".new", StringComparison.Ordinal);

    public static string NameOf(int segment) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{segment:D6}");

    public string PathOf(int segment) => _cold.GetValueOrDefault(segment) ?? Path.Combine(directory, NameOf(segment));

    /// <summary>"file:position", or null for none.</summary>
    public string? Describe(Position at) => at.Exists ? $"{PathOf(at.Segment)}:{at.Offset}" : null;

    public IDiskFile this[int segment]
    {
        get
        {
            lock (_gate)
            {
                if (!_open.TryGetValue(segment, out var file)) _open.Add(segment, file = Open(segment));
                return file;
            }
        }
    }

    IDiskFile Open(int segment)
    {
        try
        {
            return disk.Open(Path.Combine(directory, NameOf(segment)), use);
        }
        catch (FileNotFoundException) when (Cold(disk, directory) is { } cold)
        {
            _cold[segment] = Path.Combine(cold, NameOf(segment));
            try
            {
                return disk.Open(_cold[segment], FileUse.Read);
            }
            catch (IOException missing)
            {
                throw new HistoryOutOfReachException(_cold[segment], Path.Combine(directory, ColdName), missing);
            }
        }
    }

    /// <summary>Makes the next segment. It appears under its name only when its header is durable.</summary>
    public void Create(int segment, ReadOnlySpan<byte> header, long bytes)
    {
        var path = PathOf(segment);
        var content = header.ToArray();
        WriteWhole(disk, path, file =>
        {
            try
            {
                file.Reserve(bytes);
            }
            catch (IOException)
            {
                // What could not be reserved in full must not keep the last of the disk from others.
                disk.Delete(path + ".new");
                throw;
            }
            file.Write(content, 0);
        });
        disk.FlushDirectory(directory);
    }

    public void FlushDirectory() => disk.FlushDirectory(directory);

    public void Delete(int segment)
    {
        lock (_gate)
        {
            if (_open.Remove(segment, out var file)) file.Dispose();
        }
        disk.Delete(PathOf(segment));
        disk.FlushDirectory(directory);
    }

    /// <summary>The record at this place, in <paramref name="buffer"/>, which grows as needed.</summary>
    public ReadOnlySpan<byte> Read(Position at, ref byte[] buffer)
    {
        const int MostRecords = 512;
        if (buffer.Length < MostRecords) buffer = new byte[MostRecords];
        var file = this[at.Segment];
        var read = file.Read(buffer.AsSpan(0, MostRecords), at.Offset);
        var size = read < Layout.RefusalBytes ? 0 : Layout.Int32(buffer, Layout.Size);
        if (size > read && size <= Layout.LargestRecord)
        {
            if (buffer.Length < size) Array.Resize(ref buffer, size);
            read += file.Read(buffer.AsSpan(read, size - read), at.Offset + read);
        }
        if (size < Layout.RefusalBytes || size > read || !Layout.IsSound(buffer.AsSpan(0, size)))
            throw new JournalDamagedException(PathOf(at.Segment), at.Offset, "a record does not match its checksum");
        return buffer.AsSpan(0, size);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var file in _open.Values) file.Dispose();
            _open.Clear();
        }
    }
}

/// <summary>Reads a file through a window, so that small frames don't cost a call each.</summary>
sealed class Window(IDiskFile file)
{
    const int Most = 1 << 20;
    byte[] _bytes = new byte[long.Min(Most, file.Length)];
    long _start;
    int _length;

    public long FileLength { get; } = file.Length;

    /// <summary>The bytes at this position; fewer at the end of the file. Valid until the next call.</summary>
    public ReadOnlySpan<byte> At(long position, long count)
    {
        count = long.Clamp(FileLength - position, 0, count);
        if (position < _start || position + count > _start + _length)
        {
            if (count > _bytes.Length) _bytes = new byte[count];
            _start = position;
            _length = file.Read(_bytes, position);
        }
        var offset = (int)(position - _start);
        return _bytes.AsSpan(offset, (int)long.Min(count, _length - offset));
    }
}
