using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace Pujiang.Ledger.Simulator;

/// <summary>The ledger and the model, or two of the ledger's own answers, do not agree.</summary>
sealed class DifferenceException(string what) : Exception(what);

/// <summary>
/// Runs the real engine on a simulated disk and clock, with calls, faults and restarts made from a seed, beside a model that is
/// too plain to be wrong, and compares them after every step.
/// </summary>
/// <remarks>
/// One thing moves at a time. The engine's writer runs while the simulation waits for it (an empty call behind the others tells when
/// it is done), the snapshot only when it is granted a call of the disk; calls are grouped by sending them while a flush is held. So a seed and a number of steps are one run, which
/// the digest over all answers and all changes of the disk shows.
/// </remarks>
public sealed partial class Simulation
{
    const string Folder = "/";
    const int TraceLength = 12;

    readonly SimulationOptions _options;
    readonly Dice _dice;
    readonly Character _character;
    readonly Workload _workload;
    readonly SimulatedClock _clock = new(Workload.Start);
    readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    readonly Dictionary<FaultKind, long> _faults = [];
    readonly Dictionary<EntryStatus, long> _answers = [];
    readonly HashSet<OpenStatus> _openAnswers = [];
    readonly HashSet<LimitStatus> _limitAnswers = [];
    readonly HashSet<PeriodStatus> _periodAnswers = [];
    readonly Queue<string> _trace = new();
    readonly (int Weight, Action Step)[] _kinds;
    SimulatedDisk _disk;
    Model _model;
    Book? _book;
    IAsyncEnumerator<PostedEntry>? _events;
    long _eventsSeen;
    long _calls;
    long _restarts;
    long _snapshots;
    int _step;

    Simulation(SimulationOptions options)
    {
        _options = options;
        _dice = new Dice(options.Seed);
        _character = Character.Of(_dice);
        _workload = new Workload(_dice, _character);
        _disk = new SimulatedDisk { Sabotage = options.Sabotage };
        _model = new Model { Now = DateTime.MinValue, Without = options.Sabotage };
        var faults = _character.FaultPercent;
        _kinds =
        [
            (600, OneCall), (120, CallsTogether), (60, Wait), (40, Query), (8, SetClock), (10, RestartCleanly), (4, OpenTwice), (1, Bulk),
            (faults * 10, ArmAFault), (faults * 3, FailNow), (faults * 3, RotWhileClosed), (faults * 2, RotWhileOpen), (faults * 2, LieOfTheDisk),
        ];
    }

    /// <summary>Does one run. Blocks until it is done or cancelled.</summary>
    public static SimulationReport Run(SimulationOptions options, CancellationToken cancel = default)
    {
        SimulationReport? report = null;
        // A thread of its own: what runs on the pool is taken for the engine's background work.
        var thread = new Thread(() => report = new Simulation(options).Go(cancel)) { Name = $"Simulation {options.Seed}" };
        thread.Start();
        thread.Join();
        return report!;
    }

    SimulationReport Go(CancellationToken cancel)
    {
        SimulationFailure? failure = null;
        try
        {
            Open();
            _restarts = 0;
            Exchange(_workload.Beginning());
            for (_step = 1; _step <= _options.Steps && !cancel.IsCancellationRequested; _step++)
            {
                _dice.Weighted(_kinds)();
                CheckStep();
                LetSnapshotGoOn();
            }
            _step--;
            Finish();
        }
        catch (Exception unexpected)
        {
            // Whatever it is, the seed that leads to it is worth more than the exception.
            var what = unexpected is DifferenceException ? unexpected.Message : unexpected.ToString();
            failure = new SimulationFailure(_step, what, [.. _trace], $"./pujiang ledger simulate --seed {_options.Seed} --steps {_options.Steps}");
        }
        finally
        {
            Abandon();
        }
        return new SimulationReport(
            _options.Seed, _step, _model.Entries.Count, _calls, _restarts, _snapshots, _faults, Convert.ToHexStringLower(_digest.GetHashAndReset()), failure)
        {
            Answers = _answers,
            OpenAnswers = _openAnswers,
            LimitAnswers = _limitAnswers,
            PeriodAnswers = _periodAnswers,
        };
    }

    void Finish()
    {
        _disk.Disarm();
        Say("the end: restart and compare everything");
        RestartCleanly();
        Require(DifferenceOf(_model, everything: true));
        CloseCleanly();
        var report = Verification.Of(Folder, _clock, _disk);
        Require(report.IsSound ? null : $"the check of the whole journal says: {report.Damage}");
        Require(report.Entries == _model.Entries.Count ? null : $"the check of the whole journal counts {report.Entries} entries, the model {_model.Entries.Count}");
    }

    // ---- The steps ----

    void OneCall() => Exchange(_workload.Next(_model));

    void Bulk() => Exchange(_workload.Bulk(_dice.Pick(60, 200, 1100)));

    void Wait()
    {
        var due = _model.Holds.Values.Where(hold => hold.Open && hold.Posted.Entry.ExpiresAt > _clock.Now).Select(hold => hold.Posted.Entry.ExpiresAt!.Value).Order().FirstOrDefault();
        // To the tick at which a hold falls due, or beside it; or just on.
        _clock.Now = due != default && _dice.OneIn(2)
            ? due.AddTicks(_dice.Between(-1, 1)) : _clock.Now.AddMinutes(_dice.Weighted([(50, _dice.Between(1, 40)), (5, 60 * 24 * 3)]));
        Say(string.Create(CultureInfo.InvariantCulture, $"wait until {_clock.Now:O}"));
        if (_dice.OneIn(2)) _clock.Ring();
        // An empty call is answered after all before it, the timer's work too.
        Exchange(Call.Open.Nothing);
    }

    void SetClock()
    {
        var minutes = _dice.Between(1, 500);
        Say($"the clock is set back {minutes} minutes");
        Count(FaultKind.ClockSetBack);
        _clock.Now = _clock.Now.AddMinutes(-minutes);
    }

    void RestartCleanly()
    {
        Say("restart");
        var isWhole = CloseCleanly();
        _disk = _disk.GoneBy == FaultKind.PowerFailure || isWhole && _dice.OneIn(2) ? _disk.AfterPowerFailure(_dice) : _disk.AfterKill(_dice);
        Recover([], mayBeTorn: !isWhole);
    }

    void OpenTwice()
    {
        Say("a second process tries to open the ledger");
        Count(FaultKind.SecondProcess);
        try
        {
            Book.Open(Options()).DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
        catch (IOException)
        {
            return;
        }
        Require("two processes have the ledger open at once");
    }

    void ArmAFault()
    {
        if (_dice.OneIn(5)) ArmAFaultOfFiles();
        else
        {
            var fault = _dice.Pick(
                FaultKind.PowerFailure, FaultKind.PowerFailure, FaultKind.PowerFailure, FaultKind.ProcessKill, FaultKind.ProcessKill,
                FaultKind.WriteFails, FaultKind.PartialWrite, FaultKind.FlushFails, FaultKind.FlushFails, FaultKind.DiskFull);
            Arm(fault, _dice.Below(6), inBackground: _dice.OneIn(4));
        }
    }

    /// <summary>Files come and go only with segments and snapshots, so these faults need one.</summary>
    void ArmAFaultOfFiles()
    {
        var fault = _dice.Pick(FaultKind.CreateFails, FaultKind.RenameFails, FaultKind.DeleteFails, FaultKind.DirectoryFlushFails, FaultKind.DiskFull, FaultKind.PowerFailure);
        Arm(fault, 0, inBackground: _character.SnapshotEvery > 0 && (fault == FaultKind.DeleteFails || _dice.OneIn(2)));
        if (_dice.OneIn(2)) Exchange(_workload.Bulk(60));
        OneCall();
    }

    void Arm(FaultKind fault, int calls, bool inBackground = false)
    {
        Say($"from now, {calls} calls on: {fault}{(inBackground ? " in the background" : "")}");
        _disk.Arm(fault, calls, inBackground, isAfterwards: _dice.OneIn(2), seed: (long)(_dice.Next() >> 1));
    }

    void FailNow()
    {
        var fault = _dice.Pick(FaultKind.PowerFailure, FaultKind.ProcessKill);
        Say($"{fault}");
        _disk.End(fault);
        Restart([]);
    }

    // ---- The book ----

    BookOptions Options() => new()
    {
        Directory = Folder,
        Time = _clock,
        Disk = _disk,
        SegmentBytes = _character.SegmentBytes,
        SnapshotEvery = _character.SnapshotEvery,
        Chart = Workload.Chart,
    };

    void Open()
    {
        _disk.ParksBackground = true;
        _disk.Log = LogChange;
        _disk.Injected = Count;
        _clock.ForgetTimer();
        _book = Book.Open(Options());
        _events = null;
        var report = _book.Recovery;
        _restarts++;
        if (report.Snapshot is not null) _snapshots++;
        Note(string.Create(CultureInfo.InvariantCulture, $"opened {report.Entries} {report.Bytes} {report.TornTail} {report.Snapshot}"));
    }

    /// <summary>Ends the book as an operator would.</summary>
    /// <returns>Whether nothing went wrong meanwhile.</returns>
    bool CloseCleanly()
    {
        var before = _faults.Values.Sum();
        FinishSnapshot(mayOthersBegin: true);
        DisposeBook();
        return _faults.Values.Sum() == before && _disk.GoneBy is null;
    }

    void DisposeBook()
    {
        _events?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _events = null;
        _book?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _book = null;
        _clock.ForgetTimer();
    }

    void Abandon()
    {
        _disk.Injected = _ => { };
        _disk.End(FaultKind.ProcessKill);
        _disk.LetFlush();
        DisposeBook();
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_snapshots")]
    static extern ref Snapshots SnapshotsOf(Book book);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_machine")]
    static extern ref Machine MachineOf(Book book);

    Task Snapshot => _book is { } book ? SnapshotsOf(book).WhenFinished() : Task.CompletedTask;

    /// <summary>The snapshot is made piece by piece, between any two steps.</summary>
    void LetSnapshotGoOn()
    {
        if (Snapshot.IsCompleted) return;
        for (var calls = _dice.Below(5); calls > 0; calls--) _disk.Grant(Snapshot);
        if (_disk.GoneBy is not null) Restart([]);
        else if (Snapshot.IsCompleted) RestAfterSnapshot();
    }

    /// <summary>
    /// Another snapshot may be due at once. The end of the batch before or that of the first rest begins it, so after the second
    /// it has begun for certain.
    /// </summary>
    void RestAfterSnapshot()
    {
        Rest();
        Rest();
    }

    void FinishSnapshot(bool mayOthersBegin)
    {
        while (!Snapshot.IsCompleted)
        {
            _disk.Grant(Snapshot);
            if (mayOthersBegin && Snapshot.IsCompleted && _disk.GoneBy is null) RestAfterSnapshot();
        }
    }

    static void WaitFor(Func<bool> isDone, string what)
    {
        var began = Stopwatch.GetTimestamp();
        var wait = new SpinWait();
        while (!isDone())
        {
            wait.SpinOnce(sleep1Threshold: 100);
            if (Stopwatch.GetElapsedTime(began) > TimeSpan.FromMinutes(2)) throw new DifferenceException($"{what} hangs");
        }
    }

    // ---- Telling ----

    static void Require(string? difference)
    {
        if (difference is not null) throw new DifferenceException(difference);
    }

    void Count(FaultKind fault)
    {
        lock (_faults) _faults[fault] = _faults.GetValueOrDefault(fault) + 1;
    }

    void Say(string what)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{_step}: {what}");
        Note(line);
        _trace.Enqueue(line);
        if (_trace.Count > TraceLength) _trace.Dequeue();
    }

    void Note(string text)
    {
        lock (_digest) _digest.AppendData(Encoding.UTF8.GetBytes(text));
    }

    void LogChange(DiskCall call, string name, long position, ReadOnlyMemory<byte> bytes)
    {
        Note(string.Create(CultureInfo.InvariantCulture, $"{call} {name} {position} {bytes.Length}"));
        lock (_digest) _digest.AppendData(bytes.Span);
    }
}
