namespace Pujiang.Ledger.Simulator;

/// <summary>What a disk does to data that was durable: it must be told with file and position, and nothing may be changed.</summary>
public sealed partial class Simulation
{
    /// <summary>A frame of the journal as it lies in its file.</summary>
    readonly record struct FrameAt(string File, int Start, int Length)
    {
        public bool IsEmpty => Length == Frame.HeaderBytes;
        public bool Contains(string file, long position) => file == File && position >= Start && position < Start + Length;
    }

    static List<FrameAt> FramesOf(SimulatedDisk disk)
    {
        var frames = new List<FrameAt>();
        foreach (var segment in JournalFiles.Segments(disk, Folder))
        {
            var name = JournalFiles.NameOf(segment);
            var bytes = disk[name];
            for (var at = SegmentHeader.Bytes; at + Frame.HeaderBytes <= bytes.Length && Frame.LengthOf(bytes.AsSpan(at)) is > 0 and var length; at += (int)length)
                frames.Add(new FrameAt(name, at, (int)length));
        }
        return frames;
    }

    void RotWhileClosed()
    {
        var isWhole = CloseCleanly();
        if (_disk.GoneBy is not null || !isWhole)
        {
            // An armed fault came first; that is another story.
            _disk = _disk.GoneBy == FaultKind.PowerFailure ? _disk.AfterPowerFailure(_dice) : _disk.AfterKill(_dice);
            Recover([], mayBeTorn: true);
            return;
        }
        _disk.Disarm();
        var good = _disk.Copy();
        var frames = FramesOf(good);
        for (var bits = _dice.Between(1, 4); bits > 0; bits--) TurnABit(good.Copy(), frames);
        _disk = good;
        Recover([], mayBeTorn: false);
    }

    void TurnABit(SimulatedDisk disk, List<FrameAt> frames)
    {
        var (file, position) = AnyPlace(disk, frames);
        var at = frames.FindIndex(frame => frame.Contains(file, position));
        Say($"bit rot in {file} at {position}{(at < 0 ? "" : $", frame {at + 1} of {frames.Count}")}");
        Count(FaultKind.BitRot);
        disk.Flip(file, position, _dice.Below(8));
        _disk = disk;
        // Without a further frame behind it, the last batch can't be told from a torn write; a clean end writes one.
        var isLast = frames.Count > 0 && frames[^1].Contains(file, position);
        JudgeDamage(file, position, position + 1, isLast ? 0 : null);
    }

    (string File, long Position) AnyPlace(SimulatedDisk disk, List<FrameAt> frames)
    {
        var names = disk.List(Folder);
        if (frames.Count > 0 && !_dice.OneIn(5))
        {
            var frame = frames[^(1 + int.Min(frames.Count - 1, _dice.OneIn(2) ? _dice.Below(4) : _dice.Below(frames.Count)))];
            return (frame.File, frame.Start + _dice.Below(frame.Length));
        }
        var name = _dice.OneOf(names);
        var length = disk[name].Length;
        return length == 0 ? (frames[0].File, _dice.Below(SegmentHeader.Bytes)) : (name, _dice.OneIn(3) ? _dice.Below(int.Min(length, SegmentHeader.Bytes)) : _dice.Below(length));
    }

    /// <summary>Opens a damaged ledger: it is either told with its place, or nothing that was acknowledged is missing.</summary>
    /// <param name="file">Where the damage is.</param>
    /// <param name="first">First damaged byte.</param>
    /// <param name="end">The byte behind the last one damaged.</param>
    /// <param name="mayLose">Entries at the end that one disk can't miss; null when it must notice.</param>
    void JudgeDamage(string file, long first, long end, int? mayLose)
    {
        var before = _disk.List(Folder).ToDictionary(name => name, name => _disk[name].ToArray(), StringComparer.Ordinal);
        try
        {
            Open();
        }
        catch (JournalDamagedException damaged)
        {
            Note(damaged.Message);
            RequirePlace(damaged, file, end);
            foreach (var (name, bytes) in before)
                if (!_disk[name].AsSpan().SequenceEqual(bytes)) Require($"{name} was changed although the ledger is damaged");
            if (_disk.List(Folder).Count != before.Count) Require("files came or went although the ledger is damaged");
            return;
        }
        JudgeOpened(file, first, end, mayLose, before);
        DisposeBook();
    }

    void JudgeOpened(string file, long first, long end, int? mayLose, Dictionary<string, byte[]> before)
    {
        var missing = _model.Entries.Count - _book!.LastSequence;
        if (missing > (mayLose ?? 0) || missing < 0) Require($"{missing} acknowledged entries are missing, and damage in {file} at {first} was not told");
        if (missing > 0) return;
        try
        {
            Require(DifferenceOf(_model, everything: true));
        }
        catch (JournalDamagedException damaged)
        {
            // A snapshot spared the recovery the damaged part; who reads it is told.
            RequirePlace(damaged, file, end);
        }
        // What a snapshot spares the recovery, the check of the whole journal finds.
        FinishSnapshot(mayOthersBegin: false);
        DisposeBook();
        var isUsed = FramesOf(Before(before)).Exists(frame => frame.File == file && frame.Start < end && first < frame.Start + frame.Length && !(mayLose == 0 && frame.IsEmpty));
        var report = Verification.Of(Folder, _clock, Before(before));
        if (isUsed && report.IsSound && report.TornTail is null) Require($"the check of the whole journal does not notice damage in {file} at {first}");
    }

    static SimulatedDisk Before(Dictionary<string, byte[]> files)
    {
        var disk = new SimulatedDisk();
        foreach (var (name, bytes) in files) disk[name] = bytes;
        return disk;
    }

    static void RequirePlace(JournalDamagedException damaged, string file, long end)
    {
        if (Path.GetFileName(damaged.File) != file && !damaged.Message.Contains("before the next segment", StringComparison.Ordinal))
            Require($"damage in {file} was told to be in {damaged.File}: {damaged.Message}");
        if (Path.GetFileName(damaged.File) == file && damaged.Position >= end) Require($"damage before {end} was told to be at {damaged.Position}");
        if (damaged.Position < 0) Require($"damage was told to be at {damaged.Position}");
    }

    /// <summary>A bit turns under the running ledger: who reads the record is told, never shown something else.</summary>
    void RotWhileOpen()
    {
        if (_model.Entries.Count == 0 || _disk.IsArmed || !Snapshot.IsCompleted) return;
        var entry = _dice.OneOf(_model.Entries);
        var (file, position, length) = RecordOf(entry.Entry.Id);
        var (at, bit) = (position + _dice.Below(length), _dice.Below(8));
        Say($"bit rot under the open ledger in {file} at {at}");
        Count(FaultKind.BitRotWhileOpen);
        var whole = _disk[file].AsSpan((int)position, length).ToArray();
        _disk.Flip(file, at, bit);
        if (_options.Sabotage == Sabotage.ChecksumIgnored) Layout.Seal(_disk[file].AsSpan((int)position, length));
        MustBeTold(() => DifferenceOf(entry, Get(_book!.FindEntry(entry.Entry.Id))));
        foreach (var account in entry.Entry.Legs.Select(leg => _model.Accounts[leg.Account]).Distinct().Take(3))
            MustBeTold(() => DifferenceOfPages(account, new HistoryQuery(Take: 100, IncludePending: true)));
        _disk.Flip(file, at, bit);
        whole.CopyTo(_disk[file].AsSpan((int)position));

        void MustBeTold(Func<string?> read)
        {
            try
            {
                // Size and checksum are never part of what is shown, but they too must be noticed.
                var difference = read();
                Require(difference ?? $"nobody noticed a turned bit in {file} at {at}");
            }
            catch (JournalDamagedException damaged) when (Path.GetFileName(damaged.File) == file && damaged.Position == position)
            {
                Note(damaged.Message);
            }
        }
    }

    (string File, long Position, int Length) RecordOf(EntryId id)
    {
        foreach (var frame in FramesOf(_disk))
            foreach (var record in new RecordEnumerator(_disk[frame.File].AsSpan(frame.Start, frame.Length), new Position(1, frame.Start)))
                if (record.IsEntry && Layout.Guid(record.Bytes, Layout.Id) == id.Value) return (frame.File, record.At.Offset, record.Bytes.Length);
        throw new DifferenceException($"entry {id} is not in the journal");
    }

    /// <summary>A disk that acknowledges a write it does not do, or does elsewhere, and then a power failure.</summary>
    void LieOfTheDisk()
    {
        if (_disk.IsArmed || !Snapshot.IsCompleted) return;
        var fault = _dice.Pick(FaultKind.LostWrite, FaultKind.MisdirectedWrite);
        var (lie, later) = (default((string File, long Position, int Length)?), 0);
        _disk.Arm(fault, _dice.Below(3), inBackground: false, isAfterwards: false, seed: (long)(_dice.Next() >> 1));
        _disk.Log = (call, name, position, bytes) =>
        {
            LogChange(call, name, position, bytes);
            if (call != DiskCall.Write || _disk.IsArmed) return;
            // The first write after it was armed is the one.
            if (lie is null) lie = (name, position, bytes.Length);
            else if (name.StartsWith("journal", StringComparison.Ordinal)) later++;
        };
        for (var calls = _dice.Between(3, 7); calls > 0; calls--) OneCall();
        if (lie is not null) Exchange(_workload.Bulk(2));
        _disk.Disarm();
        _disk.Log = LogChange;
        if (lie is not { } where) return;
        FinishSnapshot(mayOthersBegin: true);
        var good = _disk.Copy();
        _disk.End(FaultKind.PowerFailure);
        DisposeBook();
        _disk = _disk.AfterPowerFailure(_dice);
        var lost = later == 0 || FramesOf(good).FindLast(frame => !frame.IsEmpty).Start == where.Position ? int.MaxValue : (int?)null;
        Say($"the disk lied in {where.File} at {where.Position}, {later} writes before the power failed");
        // A misdirected write has also hit what lay in the other place.
        var (first, end) = fault == FaultKind.LostWrite ? (where.Position, where.Position + where.Length) : (0, long.MaxValue);
        JudgeLie(where.File.Replace(".new", "", StringComparison.Ordinal), first, end, lost);
        _disk = good;
        Recover([], mayBeTorn: false);
    }

    void JudgeLie(string file, long first, long end, int? mayLose)
    {
        try
        {
            Open();
        }
        catch (JournalDamagedException damaged)
        {
            Note(damaged.Message);
            RequirePlace(damaged, file, end);
            return;
        }
        var missing = _model.Entries.Count - _book!.LastSequence;
        if (missing > (mayLose ?? 0) || missing < 0) Require($"{missing} acknowledged entries are missing, and the lost write in {file} at {first} was not told");
        try
        {
            // What is lost at the very end, one disk can't miss: it may be a limit as well as an entry.
            if (mayLose is null) Require(DifferenceOf(_model, everything: true));
        }
        catch (JournalDamagedException damaged)
        {
            RequirePlace(damaged, file, end);
        }
        FinishSnapshot(mayOthersBegin: false);
        DisposeBook();
    }
}
