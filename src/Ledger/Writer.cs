using System.Threading.Channels;

namespace Pujiang.Ledger;

/// <summary>
/// The one thread that changes the ledger: gathers commands into a batch, decides them, sees that they become durable, answers.
/// While one batch is flushed the next is gathered, and when it is large also decided.
/// </summary>
sealed class Writer : IDisposable
{
    readonly Machine _machine;
    readonly BookRecords _records;
    readonly Journal _journal;
    readonly TimeProvider _time;
    readonly Channel<Work> _queue;
    readonly Thread _thread;
    readonly ITimer _expiryTimer;
    readonly Snapshots _snapshots;
    Work? _unfinished;
    Task _flushing = Task.CompletedTask;
    long _lastSequence;
    long _end;

    public Writer(Machine machine, BookRecords records, Journal journal, BookOptions options, Snapshots snapshots)
    {
        (_machine, _records, _journal, _time, _snapshots) = (machine, records, journal, options.Time, snapshots);
        _queue = Channel.CreateBounded<Work>(new BoundedChannelOptions(options.QueueLength) { SingleReader = true });
        _expiryTimer = _time.CreateTimer(
            _ => _queue.Writer.TryWrite(new ChangeWork<bool>(_ => true)), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        (_lastSequence, _end) = (machine.Sequence, journal.End.Packed);
        _thread = new Thread(Run) { Name = "Ledger writer", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Held while the state moves by one command, and by whoever reads the state.</summary>
    public Lock Gate { get; } = new();

    public LedgerStoppedException? Failure { get; private set; }
    public long LastSequence => Volatile.Read(ref _lastSequence);

    /// <summary>The end of the journal.</summary>
    public LedgerEnd JournalEnd => _journal.LedgerEnd;

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
        return !_records.Batch.IsEmpty ? _records.Batch.Durable : _records.InFlight?.Durable ?? Task.CompletedTask;
    }

    /// <summary>Completes when a further batch is durable.</summary>
    public Task NextBatch()
    {
        lock (Gate) return Failure is { } failure ? Task.FromException(failure) : (_records.InFlight ?? _records.Batch).Durable;
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
            Stop(new LedgerStoppedException($"The ledger has stopped: its journal could not be written. {failure.Message}", failure));
        }
    }

    void WriteBatch()
    {
        var batch = Begin();
        lock (Gate)
        {
            _machine.Advance(_time.GetUtcNow().UtcTicks);
            _machine.ExpireDue();
        }
        Gather(batch);
        if (!_flushing.IsCompleted)
        {
            // What comes while the batch before is flushed becomes durable with this one.
            FinishInFlight();
            Gather(batch);
        }
        FinishInFlight();
        // Before the answers are given: who has one may rely on the hold's end.
        SetExpiryTimer();

        // A small batch is flushed here and now: to wake another thread takes longer than what it could do meanwhile is worth.
        var isWorthIt = batch.Length >= Batch.Large && (_unfinished is not null || _queue.Reader.TryPeek(out _)) && !_snapshots.IsDue;
        batch.Reached(_machine.Sequence, _machine.Now);
        lock (Gate) _records.Turn();
        if (isWorthIt) _flushing = Task.Factory.StartNew(() => Flush(batch), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        else
        {
            Flush(batch);
            FinishInFlight();
            _snapshots.Consider(Gate);
        }
    }

    /// <summary>The batch to fill, which will stand behind the one in flight.</summary>
    Batch Begin()
    {
        var end = _records.InFlight?.FrameEnd ?? _journal.End;
        if (!_journal.HasRoom(end))
        {
            FinishInFlight();
            _journal.BeginSegment(_machine.Sequence + 1);
            end = _journal.End;
        }
        lock (Gate) _records.Batch.Begin(end, _machine.Sequence + 1);
        return _records.Batch;
    }

    void Gather(Batch batch)
    {
        while (batch.Length < Journal.BatchBytes && TakeWork() is { } work)
        {
            // Until it is done it counts as unfinished, so that its caller hears of whatever goes wrong here.
            _unfinished = work;
            lock (Gate)
            {
                if (!work.Decide(_machine, batch)) continue;
            }
            _unfinished = null;
            batch.Decided.Add(work);
        }
    }

    Work? TakeWork() => _unfinished ?? (_queue.Reader.TryRead(out var work) ? work : null);

    /// <summary>Makes a batch durable and gives its answers; runs on the writer's thread or on one of its own.</summary>
    void Flush(Batch batch)
    {
        if (!batch.IsEmpty)
        {
            _journal.Append(batch);
            Volatile.Write(ref _lastSequence, batch.LastSequence);
            Volatile.Write(ref _end, _journal.End.Packed);
        }
        foreach (var work in batch.Decided) work.Complete();
        batch.Decided.Clear();
    }

    /// <summary>Waits for the batch in flight, if there is one, and tells those who wait for the state to be durable.</summary>
    void FinishInFlight()
    {
        _flushing.GetAwaiter().GetResult();
        if (_records.InFlight is not { } flushed) return;
        TaskCompletionSource? waiting;
        lock (Gate)
        {
            _records.Landed();
            waiting = flushed.TakeWaiting();
        }
        waiting?.SetResult();
    }

    /// <summary>An empty frame: after a clean end the last batch is not the last frame, so damage to it can be told from a torn write.</summary>
    void WriteClosingFrame()
    {
        FinishInFlight();
        var batch = Begin();
        batch.Reached(_machine.Sequence, _machine.Now);
        _journal.Append(batch);
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
        // The batch in flight may yet land; whether it did, its callers have heard or hear now.
        ((IAsyncResult)_flushing).AsyncWaitHandle.WaitOne();
        lock (Gate) Failure = failure;
        _queue.Writer.TryComplete();
        foreach (var batch in (Batch?[])[_records.InFlight, _records.Batch])
        {
            batch?.TakeWaiting()?.SetException(failure);
            foreach (var work in batch?.Decided ?? []) work.Fail(failure);
        }
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
