namespace Pujiang.Ledger.Simulator;

/// <summary>A call that changes the disk.</summary>
enum DiskCall : byte
{
    Create,
    Reserve,
    Write,
    Flush,
    Rename,
    Delete,
    FlushDirectory,
}

/// <summary>The machine or the process is gone; nothing that it still tries has any effect.</summary>
sealed class GoneException() : IOException("The simulated process is gone.");

sealed partial class SimulatedDisk
{
    FaultKind? _fault;
    FaultKind? _due;
    int _callsUntilFault;
    bool _inBackground;
    bool _isAfterwards;
    Dice _faultDice = new(0);
    bool _isGone;
    bool _willHold;
    bool _isHeld;
    bool _isParked;
    int _grants;

    /// <summary>Told of each fault that really happened.</summary>
    public Action<FaultKind> Injected { get; set; } = _ => { };

    /// <summary>The snapshot, which is written on a thread of the pool, goes on only when it is granted a call.</summary>
    public bool ParksBackground { get; set; }

    /// <summary>Calls that have changed something.</summary>
    public long Changes { get; private set; }

    /// <summary>Something is to go wrong at a call from now that it can happen to.</summary>
    public void Arm(FaultKind fault, int calls, bool inBackground, bool isAfterwards, long seed)
    {
        lock (_gate) (_fault, _callsUntilFault, _inBackground, _isAfterwards, _faultDice) = (fault, calls, inBackground, isAfterwards, new Dice(seed));
    }

    public void Disarm()
    {
        lock (_gate) _fault = null;
    }

    public bool IsArmed
    {
        get { lock (_gate) return _fault is not null; }
    }

    /// <summary>Why the process is gone: a power failure or a kill; null while it lives.</summary>
    public FaultKind? GoneBy { get; private set; }

    /// <summary>From now on nothing has any effect.</summary>
    public void End(FaultKind by)
    {
        lock (_gate)
        {
            if (_isGone) return;
            (_isGone, GoneBy) = (true, by);
            Injected(by);
            Monitor.PulseAll(_gate);
        }
    }

    public void HoldNextFlush()
    {
        lock (_gate) _willHold = true;
    }

    /// <summary>A flush waits to be let through.</summary>
    public bool IsHeld
    {
        get { lock (_gate) return _isHeld; }
    }

    public void LetFlush()
    {
        lock (_gate)
        {
            (_willHold, _isHeld) = (false, false);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Lets the snapshot make one call, and returns when it waits for the next or is finished.</summary>
    public void Grant(Task snapshot)
    {
        while (true)
        {
            lock (_gate)
            {
                if (_isParked)
                {
                    _isParked = false;
                    _grants++;
                    Monitor.PulseAll(_gate);
                    break;
                }
            }
            if (snapshot.IsCompleted) return;
            Thread.Yield();
        }
        var wait = new SpinWait();
        while (!snapshot.IsCompleted && !IsParked) wait.SpinOnce();
    }

    bool IsParked
    {
        get { lock (_gate) return _isParked; }
    }

    void RequireLife()
    {
        lock (_gate)
            if (_isGone) throw new GoneException();
    }

    T Do<T>(DiskCall call, string name, Func<T> change, long position = 0, byte[]? bytes = null)
    {
        lock (_gate)
        {
            var isBackground = Thread.CurrentThread.IsThreadPoolThread;
            if (ParksBackground && isBackground) Park();
            RequireLife();
            var fault = isBackground == _inBackground || !ParksBackground ? NextFault(call) : null;
            if (fault is FaultKind.PowerFailure or FaultKind.ProcessKill)
            {
                if (_isAfterwards) _ = Changed(call, name, change, position, bytes);
                else if (bytes is not null && fault == FaultKind.ProcessKill) WritePart(name, bytes, position);
                End(fault.Value);
                throw new GoneException();
            }
            if (fault is { } failure && FailureOf(failure) is { } message)
            {
                Injected(failure);
                if (failure == FaultKind.PartialWrite) WritePart(name, bytes!, position);
                throw new IOException($"{message} ({name})");
            }
            return Changed(call, name, change, position, bytes);
        }
    }

    T Changed<T>(DiskCall call, string name, Func<T> change, long position, byte[]? bytes)
    {
        Changes++;
        Log?.Invoke(call, name, position, bytes);
        return change();
    }

    static string? FailureOf(FaultKind fault) => fault switch
    {
        FaultKind.DiskFull => "No space left on the simulated device.",
        FaultKind.WriteFails or FaultKind.PartialWrite => "The simulated disk failed to write.",
        FaultKind.CreateFails => "The simulated disk failed to make the file.",
        FaultKind.RenameFails => "The simulated disk failed to rename the file.",
        FaultKind.DeleteFails => "The simulated disk failed to delete the file.",
        FaultKind.DirectoryFlushFails => "The simulated disk failed to flush the directory.",
        _ => null,
    };

    void WritePart(string name, byte[] bytes, long position)
    {
        if (_names.TryGetValue(name, out var content)) content.Write(bytes.AsSpan(0, _faultDice.Below(bytes.Length + 1)), position);
    }

    /// <summary>The armed fault, if its time has come and it can happen to this call.</summary>
    FaultKind? NextFault(DiskCall call)
    {
        if (_fault is not { } fault || !Suits(fault, call) || _callsUntilFault-- > 0) return null;
        _fault = null;
        // These are done where the flush or write is done.
        if (fault is FaultKind.FlushFails or FaultKind.LostWrite or FaultKind.MisdirectedWrite) _due = fault;
        return fault;
    }

    static bool Suits(FaultKind fault, DiskCall call) => fault switch
    {
        FaultKind.PowerFailure or FaultKind.ProcessKill => true,
        FaultKind.DiskFull => call is DiskCall.Reserve or DiskCall.Create or DiskCall.Write,
        FaultKind.WriteFails or FaultKind.PartialWrite or FaultKind.LostWrite or FaultKind.MisdirectedWrite => call == DiskCall.Write,
        FaultKind.FlushFails => call == DiskCall.Flush,
        FaultKind.CreateFails => call == DiskCall.Create,
        FaultKind.RenameFails => call == DiskCall.Rename,
        FaultKind.DeleteFails => call == DiskCall.Delete,
        FaultKind.DirectoryFlushFails => call == DiskCall.FlushDirectory,
        _ => false,
    };

    /// <summary>What is to go wrong with this very write or flush.</summary>
    FaultKind? TakeDue()
    {
        var due = _due;
        _due = null;
        if (due is { } fault) Injected(fault);
        return due;
    }

    void FailReadIfDue(string name)
    {
        lock (_gate)
        {
            if (_fault != FaultKind.ReadFails || _callsUntilFault-- > 0) return;
            _fault = null;
            Injected(FaultKind.ReadFails);
        }
        throw new IOException($"The simulated disk failed to read {name}.");
    }

    void Park()
    {
        _isParked = true;
        Monitor.PulseAll(_gate);
        while (_grants == 0 && !_isGone) Monitor.Wait(_gate);
        _isParked = false;
        if (_grants > 0) _grants--;
    }

    // A new segment is flushed before a batch is begun, so that whatever comes meanwhile would still belong to it.
    void HoldIfAsked(string name)
    {
        if (!_willHold || name.EndsWith(".new", StringComparison.Ordinal) || ParksBackground && Thread.CurrentThread.IsThreadPoolThread) return;
        (_willHold, _isHeld) = (false, true);
        Monitor.PulseAll(_gate);
        while (_isHeld && !_isGone) Monitor.Wait(_gate);
    }
}
