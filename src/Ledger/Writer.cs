using System.Threading.Channels;

namespace Pujiang.Ledger;

/// <summary>
/// The one thread that changes the ledger: gathers commands into a batch, decides them, makes them durable, answers. While
/// one batch is flushed the next gathers in the queue.
/// </summary>
sealed class Writer : IDisposable
{
    readonly Machine _machine;
    readonly Batch _batch;
    readonly Journal _journal;
    readonly TimeProvider _time;
    readonly Channel<Work> _queue;
    readonly List<Work> _decided = [];
    readonly Thread _thread;
    readonly ITimer _expiryTimer;
    readonly Snapshots _snapshots;
    Work? _unfinished;
    TaskCompletionSource? _nextBatch;
    long _lastSequence;
    long _end;
    bool _isDirty;

    public Writer(Machine machine, Batch batch, Journal journal, BookOptions options, Snapshots snapshots)
    {
        (_machine, _batch, _journal, _time, _snapshots) = (machine, batch, journal, options.Time, snapshots);
        _queue = Channel.CreateBounded<Work>(new BoundedChannelOptions(options.QueueLength) { SingleReader = true });
        _expiryTimer = _time.CreateTimer(
            _ => _queue.Writer.TryWrite(WakeWork.Instance), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        (_lastSequence, _end) = (machine.Sequence, journal.End.Packed);
        _thread = new Thread(Run) { Name = "Ledger writer", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Held while the state moves by one command, and by whoever reads the state.</summary>
    public Lock Gate { get; } = new();

    public LedgerStoppedException? Failure { get; private set; }
    public long LastSequence => Volatile.Read(ref _lastSequence);

    /// <summary>The journal is durable up to here.</summary>
    public Position DurableEnd => new(Volatile.Read(ref _end));

    public async Task<T> Ask<T>(Work<T> work, CancellationToken cancel)
    {
        try
        {
            await _queue.Writer.WriteAsync(work, cancel);
        }
        catch (ChannelClosedException)
        {
            throw Failure ?? Closed();
        }
        return await work.Answer.WaitAsync(cancel);
    }

    /// <summary>Completes when what is decided up to now is durable. To be called with the gate held, after reading the state.</summary>
    public Task WhenDurable()
    {
        if (Failure is { } failure) return Task.FromException(failure);
        return _isDirty ? NextBatch() : Task.CompletedTask;
    }

    /// <summary>Completes when a further batch is durable.</summary>
    public Task NextBatch()
    {
        lock (Gate)
        {
            if (Failure is { } failure) return Task.FromException(failure);
            _nextBatch ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _nextBatch.Task;
        }
    }

    void Run()
    {
        try
        {
            while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                do WriteBatch();
                while (_unfinished is not null);
            }
            WriteClosingFrame();
            Stop(Closed());
        }
        catch (Exception failure)
        {
            // Nothing may be decided on top of what may not be on the disk. The writer is its thread's last stop, so every
            // exception ends here and reaches all callers.
            Stop(new LedgerStoppedException("The ledger has stopped: its journal could not be written.", failure));
        }
    }

    void WriteBatch()
    {
        var first = _machine.Sequence + 1;
        _journal.MakeRoom(first);
        Step(() =>
        {
            _batch.Begin(_journal.End);
            _machine.Advance(_time.GetUtcNow().UtcTicks);
            _machine.ExpireDue();
        });
        while (_batch.Length < Journal.BatchBytes && TakeWork() is { } work)
        {
            var isDone = false;
            Step(() => isDone = work.Decide(_machine, _batch));
            if (isDone) _decided.Add(work);
            else _unfinished = work;
        }
        if (!_batch.IsEmpty) _journal.Append(_batch, _machine.Now, first);
        Publish();
        foreach (var work in _decided) work.Complete();
        _decided.Clear();
        SetExpiryTimer();
        _snapshots.Consider(Gate);
    }

    void Step(Action step)
    {
        lock (Gate)
        {
            step();
            _isDirty = !_batch.IsEmpty;
        }
    }

    Work? TakeWork()
    {
        if (_unfinished is { } work)
        {
            _unfinished = null;
            return work;
        }
        return _queue.Reader.TryRead(out work) ? work : null;
    }

    void Publish()
    {
        TaskCompletionSource? waiting;
        lock (Gate)
        {
            _isDirty = false;
            Volatile.Write(ref _lastSequence, _machine.Sequence);
            Volatile.Write(ref _end, _journal.End.Packed);
            (waiting, _nextBatch) = (_batch.IsEmpty ? null : _nextBatch, _batch.IsEmpty ? _nextBatch : null);
        }
        waiting?.SetResult();
    }

    /// <summary>An empty frame: after a clean end the last batch is not the last frame, so damage to it can be told from a torn write.</summary>
    void WriteClosingFrame()
    {
        _journal.MakeRoom(_machine.Sequence + 1);
        _batch.Begin(_journal.End);
        _journal.Append(_batch, _machine.Now, _machine.Sequence + 1);
    }

    void SetExpiryTimer()
    {
        var wait = _machine.Holds.NextExpiry is { } expiry
            ? TimeSpan.FromTicks(long.Clamp(expiry - _time.GetUtcNow().UtcTicks, 0, TimeSpan.TicksPerDay))
            : Timeout.InfiniteTimeSpan;
        _expiryTimer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    void Stop(LedgerStoppedException failure)
    {
        TaskCompletionSource? waiting;
        lock (Gate)
        {
            Failure = failure;
            waiting = _nextBatch;
        }
        _queue.Writer.TryComplete();
        waiting?.SetException(failure);
        foreach (var work in _decided) work.Fail(failure);
        _unfinished?.Fail(failure);
        while (_queue.Reader.TryRead(out var work)) work.Fail(failure);
    }

    static LedgerStoppedException Closed() => new("The ledger is closed.");

    /// <summary>Finishes what is queued, and ends the thread.</summary>
    public void Dispose()
    {
        _queue.Writer.TryComplete();
        _thread.Join();
        _expiryTimer.Dispose();
    }
}
