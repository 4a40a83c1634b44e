using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>The process ended here.</summary>
public sealed class DiskCrashException : IOException
{
    public DiskCrashException() { }
    public DiskCrashException(string message) : base(message) { }
    public DiskCrashException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>A disk in memory that ends the process at a chosen operation, and then has only what was flushed for sure.</summary>
sealed class CrashingDisk(int seed = 0) : IEvidenceDisk
{
    readonly Dictionary<string, byte[]> _durable = new(StringComparer.Ordinal);
    readonly Dictionary<string, byte[]> _written = new(StringComparer.Ordinal);
    readonly Lock _gate = new();
    readonly Random _random = new(seed);

    /// <summary>Operations that change something, since the beginning.</summary>
    public int Operations { get; private set; }

    /// <summary>The operation, counted from 0, at which the process ends; null for never.</summary>
    public int? CrashAt { get; set; }

    /// <summary>Files as a reader sees them now.</summary>
    public IReadOnlyCollection<string> Files
    {
        get
        {
            lock (_gate) return [.. _durable.Keys.Union(_written.Keys, StringComparer.Ordinal)];
        }
    }

    public byte[]? Read(string path)
    {
        lock (_gate) return (_written.GetValueOrDefault(path) ?? _durable.GetValueOrDefault(path))?.ToArray();
    }

    public DateTime? WrittenAt(string path) => null;

    public void Write(string path, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            Step();
            _written[path] = bytes.ToArray();
        }
    }

    public void Flush()
    {
        lock (_gate)
        {
            Step();
            foreach (var (path, bytes) in _written) _durable[path] = bytes;
            _written.Clear();
        }
    }

    public void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            var crashes = CrashAt == Operations;
            // A rename happens or does not, whether or not the process lives to hear of it.
            if (!crashes || _random.Next(2) == 0) _durable[path] = bytes.ToArray();
            Step();
        }
    }

    public void DeleteFolder(string path)
    {
        lock (_gate)
        {
            Step();
            foreach (var file in _durable.Keys.Where(file => file.StartsWith(path + "/", StringComparison.Ordinal)).ToList()) _durable.Remove(file);
        }
    }

    /// <summary>Any damage to one file, as a bad disk makes it.</summary>
    public void Change(string path, Func<byte[], byte[]?> change)
    {
        lock (_gate)
        {
            if (change(_durable[path]) is { } changed) _durable[path] = changed;
            else _durable.Remove(path);
        }
    }

    /// <summary>The machine starts again: each write that was not flushed is there, lost, or torn.</summary>
    public void Restart()
    {
        lock (_gate)
        {
            foreach (var (path, bytes) in _written)
                switch (_random.Next(4))
                {
                    case 0: _durable[path] = bytes; break;
                    case 1: _durable[path] = bytes[.._random.Next(bytes.Length)]; break;
                    case 2: _durable[path] = new byte[bytes.Length]; break;
                    default: break;
                }
            _written.Clear();
            CrashAt = null;
        }
    }

    void Step()
    {
        if (CrashAt <= Operations) throw new DiskCrashException("The process ended here.");
        Operations++;
    }

    public void Dispose() { }
}
