using System.Threading.Channels;

namespace Pujiang.Platform;

/// <summary>The log as it stands: what its last checkpoint says.</summary>
/// <param name="Checkpoint">The log's own signatures.</param>
/// <param name="PublishedAt">UTC; when the checkpoint was published. No signature covers it: a witness's does.</param>
/// <param name="Witnessed">The newest checkpoint that a witness has signed too, which may be a little older; null when there is none.</param>
public sealed record LogHead(Checkpoint Checkpoint, DateTime PublishedAt, Checkpoint? Witnessed)
{
    /// <summary>Number of leaves.</summary>
    public long Size => Checkpoint.Size;
}

/// <summary>The log no longer takes entries because its disk failed; what was acknowledged is safe. Restart to go on.</summary>
public sealed class EvidenceLogStoppedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The files of the log do not fit together. Nothing was changed.</summary>
public sealed class EvidenceDamagedException(string message) : IOException(message);

/// <summary>
/// One append-only Merkle tree (RFC 9162) in files of the C2SP tlog-tiles layout. An entry is acknowledged when its tiles and the
/// signed checkpoint over them are on the disk.
/// </summary>
/// <remarks>
/// One writer takes what callers have brought since it last looked, writes tiles and entries, flushes them, and only then signs and
/// puts down the new checkpoint. So the checkpoint on the disk is always the whole truth: what lies beyond it after a crash was never
/// acknowledged and is written anew, and no two checkpoints can contradict each other. All calls may be made from any thread.
/// </remarks>
public sealed partial class EvidenceLog : IAsyncDisposable
{
    /// <summary>Entries of one call, and about what one checkpoint adds at most, so that news is public within a second.</summary>
    public const int LargestBatch = 65_536;

    /// <summary>Bytes of an entry: its length has two bytes in the files.</summary>
    public const int LargestEntry = ushort.MaxValue;

    const string CheckpointFile = "checkpoint", WitnessedFile = "checkpoint.witnessed";

    readonly IEvidenceDisk _disk;
    readonly IReadOnlyList<NoteSigner> _signers;
    readonly TimeProvider _clock;
    readonly RightEdge _edge;
    readonly Channel<Request> _waiting = Channel.CreateUnbounded<Request>(new() { SingleReader = true });
    readonly Task _writer;
    readonly Lock _heads = new();
    LogHead _head;
    EvidenceLogStoppedException? _stopped;

    EvidenceLog(IEvidenceDisk disk, IReadOnlyList<NoteSigner> signers, TimeProvider clock, RightEdge edge, LogHead head)
    {
        (_disk, _signers, _clock, _edge, _head) = (disk, signers, clock, edge, head);
        _writer = Task.Run(Write);
    }

    /// <summary>The name of the log, and the first line of its checkpoints.</summary>
    public string Origin => _signers[0].Key.Name;

    /// <summary>The public keys by which its checkpoints are checked; each signs every checkpoint.</summary>
    public IReadOnlyList<NoteKey> Keys => [.. _signers.Select(signer => signer.Key)];

    /// <summary>The last checkpoint.</summary>
    public LogHead Head => Volatile.Read(ref _head);

    /// <summary>Opens the log in a folder, or begins one.</summary>
    /// <exception cref="IOException">Another process has it open, or the folder can't be used.</exception>
    /// <exception cref="EvidenceDamagedException">The checkpoint and the tiles do not fit.</exception>
    public static EvidenceLog Open(string folder, IReadOnlyList<NoteSigner> signers, TimeProvider clock)
    {
        var disk = new EvidenceFolder(folder);
        try
        {
            return Open(disk, signers, clock);
        }
        catch (Exception)
        {
            disk.Dispose();
            throw;
        }
    }

    internal static EvidenceLog Open(IEvidenceDisk disk, IReadOnlyList<NoteSigner> signers, TimeProvider clock)
    {
        var now = clock.UtcNow();
        if (ReadCheckpoint(disk, CheckpointFile, signers) is not { } checkpoint)
        {
            var edge = new RightEdge();
            // An empty log is news too: its first checkpoint says that nothing came before.
            var first = Checkpoint.Sign(signers[0].Key.Name, 0, edge.Root(), signers, now);
            disk.Replace(CheckpointFile, System.Text.Encoding.UTF8.GetBytes(first.ToString()));
            return new EvidenceLog(disk, signers, clock, edge, new LogHead(first, now, null));
        }
        var witnessed = ReadCheckpoint(disk, WitnessedFile, signers);
        if (witnessed?.Size > checkpoint.Size)
            throw new EvidenceDamagedException($"A witness has signed {witnessed.Size:N0} entries, but the log holds {checkpoint.Size:N0}: it was put back to an older state. Restore the newest backup.");
        return new EvidenceLog(
            disk, signers, clock, RightEdge.Load(disk, checkpoint), new LogHead(checkpoint, disk.WrittenAt(CheckpointFile) ?? now, witnessed));
    }

    /// <summary>Appends entries, in this order and one after the other; returns when they are durable and under a published checkpoint.</summary>
    /// <returns>The index of the first.</returns>
    /// <exception cref="EvidenceLogStoppedException">The disk failed.</exception>
    public Task<long> Append(IReadOnlyList<ReadOnlyMemory<byte>> entries, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(entries.Count, LargestBatch, nameof(entries));
        if (entries.Count == 0) return Task.FromResult(Head.Size);
        // The hashes are made here: callers have more cores than the one writer.
        var hashes = new byte[entries.Count * Merkle.HashBytes];
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].Length > LargestEntry) throw new ArgumentException($"Entry {i} has {entries[i].Length:N0} bytes; {LargestEntry:N0} are the most.", nameof(entries));
            Merkle.Leaf(entries[i].Span, Merkle.At(hashes, i));
        }
        var request = new Request(entries, hashes);
        if (!_waiting.Writer.TryWrite(request)) throw Volatile.Read(ref _stopped) ?? new EvidenceLogStoppedException("The evidence log is closed.");
        return request.Done.Task.WaitAsync(cancel);
    }

    /// <summary>Ends the writing in good order.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _writer;
        _disk.Dispose();
    }

    /// <summary>Keeps signatures of witnesses with the newest checkpoint that has any.</summary>
    internal void AddCosignatures(Checkpoint checkpoint, IReadOnlyList<NoteSignature> lines)
    {
        lock (_heads)
        {
            var known = _head.Witnessed;
            if (known?.Size > checkpoint.Size) return;
            var witnessed = (known?.Text == checkpoint.Text ? known : checkpoint).With(lines);
            _disk.Replace(WitnessedFile, System.Text.Encoding.UTF8.GetBytes(witnessed.ToString()));
            Volatile.Write(ref _head, _head with { Witnessed = witnessed });
        }
    }

    sealed record Request(IReadOnlyList<ReadOnlyMemory<byte>> Entries, byte[] Hashes)
    {
        public TaskCompletionSource<long> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    async Task Write()
    {
        var batch = new List<Request>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            batch.Clear();
            var entries = 0;
            while (entries < LargestBatch && _waiting.Reader.TryRead(out var request))
            {
                batch.Add(request);
                entries += request.Entries.Count;
            }
            try
            {
                Commit(batch);
            }
            catch (Exception failure)
            {
                Stop(failure, batch);
                return;
            }
        }
    }

    void Commit(List<Request> batch)
    {
        var first = _edge.Size;
        var before = Head.Size;
        foreach (var request in batch) _edge.Add(_disk, request.Entries, request.Hashes);
        _edge.WritePartials(_disk, before);
        _disk.Flush();
        var now = _clock.UtcNow();
        var checkpoint = Checkpoint.Sign(Origin, _edge.Size, _edge.Root(), _signers, now);
        lock (_heads)
        {
            _disk.Replace(CheckpointFile, System.Text.Encoding.UTF8.GetBytes(checkpoint.ToString()));
            Volatile.Write(ref _head, new LogHead(checkpoint, now, _head.Witnessed));
        }
        foreach (var request in batch)
        {
            request.Done.SetResult(first);
            first += request.Entries.Count;
        }
        _edge.DeleteFilled(_disk, before);
    }

    /// <summary>After a failed flush nobody knows what is on the disk; only a new start can look.</summary>
    void Stop(Exception failure, List<Request> batch)
    {
        var stopped = new EvidenceLogStoppedException($"The evidence log has stopped because its disk failed: {failure.Message} Put that right and restart; nothing that was acknowledged is lost.", failure);
        Volatile.Write(ref _stopped, stopped);
        _waiting.Writer.TryComplete();
        foreach (var request in batch) request.Done.TrySetException(stopped);
        while (_waiting.Reader.TryRead(out var request)) request.Done.TrySetException(stopped);
    }

    static Checkpoint? ReadCheckpoint(IEvidenceDisk disk, string file, IReadOnlyList<NoteSigner> signers)
    {
        if (disk.Read(file) is not { } bytes) return null;
        var keys = signers.Select(signer => signer.Key).ToList();
        if (!Checkpoint.Parse(System.Text.Encoding.UTF8.GetString(bytes)).Try(out var checkpoint, out var refusal))
            throw new EvidenceDamagedException($"The file {file} of the evidence log is damaged. {refusal.Reason} Restore it from a backup.");
        if (checkpoint.Origin != keys[0].Name || checkpoint.SignedBy(keys).Count == 0 || checkpoint.ForgedFor(keys).Count > 0)
            throw new EvidenceDamagedException($"The file {file} of the evidence log is not signed by this bank's key {keys[0].Name}: keys and log belong together, restore both.");
        return checkpoint;
    }
}
