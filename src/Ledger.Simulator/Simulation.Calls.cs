namespace Pujiang.Ledger.Simulator;

public sealed partial class Simulation
{
    /// <summary>Calls that will stand in one frame of the journal, and the time at which it is decided.</summary>
    sealed record Together(DateTime Clock, List<(Call Call, Task<object> Answer)> Sent)
    {
        public bool IsAnswered => Sent.TrueForAll(sent => sent.Answer.IsCompleted);
        public bool IsAcknowledged => Sent.TrueForAll(sent => sent.Answer.IsCompletedSuccessfully);
    }

    (Call, Task<object>) Send(Call call)
    {
        _calls++;
        Say($"{call}");
        return (call, call.Send(_book!));
    }

    void Exchange(Call call) => Settle([new Together(_clock.Now, [Send(call)])]);

    /// <summary>Calls that come while a flush is under way are decided together after it.</summary>
    void CallsTogether()
    {
        _disk.HoldNextFlush();
        var first = new Together(_clock.Now, [Send(_workload.Next(_model))]);
        WaitFor(() => first.IsAnswered || _disk.IsHeld, "the first of several calls");
        if (!_disk.IsHeld)
        {
            // It changed nothing, or the disk is gone.
            _disk.LetFlush();
            Settle([first]);
            return;
        }
        Require(first.IsAnswered ? "a call was answered before it was durable" : null);
        var reader = _book!.Find(_model.Accounts.Keys.OrderBy(id => id.Value).First()).AsTask();
        Require(reader.IsCompleted ? "a reader was shown what was not durable" : null);
        if (_dice.OneIn(4)) _clock.Now = _clock.Now.AddSeconds(_dice.Below(100));
        var others = new Together(_clock.Now, []);
        for (var calls = _dice.Between(1, 8); calls > 0; calls--) others.Sent.Add(Send(_workload.Next(_model)));
        if (_character.FaultPercent > 0 && _dice.OneIn(8)) EndWhileHeld();
        _disk.LetFlush();
        Settle([first, others]);
        // It may have failed with the ledger, which is told to it as to all others.
        WaitFor(() => reader.IsCompleted, "a reader");
        _ = reader.Exception;
    }

    void EndWhileHeld()
    {
        var fault = _dice.Pick(FaultKind.PowerFailure, FaultKind.ProcessKill);
        Say($"{fault} during the flush");
        _disk.End(fault);
    }

    /// <summary>Waits for the answers and compares them; starts again when the ledger has stopped.</summary>
    void Settle(List<Together> frames)
    {
        foreach (var frame in frames) WaitFor(() => frame.IsAnswered, "a call");
        var acknowledged = frames.TakeWhile(frame => frame.IsAcknowledged).ToList();
        foreach (var frame in acknowledged)
        {
            _model.BeginBatch(frame.Clock);
            foreach (var (call, answer) in frame.Sent) Compare(call, call.Apply(_model), answer.Result);
        }
        var rest = frames.Skip(acknowledged.Count).ToList();
        foreach (var (call, answer) in rest.SelectMany(frame => frame.Sent)) RequireStop(call, answer);
        if (rest.Count > 0)
        {
            Restart(rest);
            return;
        }
        Rest();
    }

    /// <summary>
    /// An empty call is decided after all that the writer does behind its answers, so when it is answered the writer is done with
    /// the calls before. It may find no room and begin a segment, or a hold that is due.
    /// </summary>
    void Rest()
    {
        var rest = new Together(_clock.Now, [(Call.Open.Nothing, Call.Open.Nothing.Send(_book!))]);
        WaitFor(() => rest.IsAnswered, "an empty call");
        if (rest.IsAcknowledged)
        {
            _model.BeginBatch(rest.Clock);
            return;
        }
        RequireStop(Call.Open.Nothing, rest.Sent[0].Answer);
        Restart([rest]);
    }

    static void RequireStop(Call call, Task<object> answer)
    {
        if (answer.IsCompletedSuccessfully) Require($"{call} was answered although a call before it was not");
        if (answer.Exception?.InnerException is not LedgerStoppedException { InnerException: IOException })
            Require($"{call} ended with {answer.Exception?.InnerException}");
    }

    void Compare(Call call, object expected, object actual)
    {
        var (wanted, got) = (call.Say(expected), call.Say(actual));
        Note(got);
        if (wanted != got) Require($"{call}{Environment.NewLine}the model answers:{Environment.NewLine}{wanted}{Environment.NewLine}the ledger answers:{Environment.NewLine}{got}");
        switch (actual)
        {
            case IEnumerable<EntryResult> results:
                foreach (var result in results) _answers[result.Status] = _answers.GetValueOrDefault(result.Status) + 1;
                break;
            case IEnumerable<OpenStatus> opened:
                _openAnswers.UnionWith(opened);
                break;
            case LimitStatus changed:
                _limitAnswers.Add(changed);
                break;
            case PeriodStatus closed:
                _periodAnswers.Add(closed);
                break;
        }
    }

    // ---- What comes after a failure ----

    /// <summary>The ledger has stopped, or the process or machine is gone: looks that nothing more happens, and starts again.</summary>
    void Restart(List<Together> unanswered)
    {
        _disk.Disarm();
        if (_disk.GoneBy is null)
        {
            FinishSnapshot(mayOthersBegin: false);
            RequireNothingMore();
        }
        DisposeBook();
        _disk = (_disk.GoneBy ?? _dice.Pick(FaultKind.PowerFailure, FaultKind.ProcessKill)) == FaultKind.PowerFailure
            ? _disk.AfterPowerFailure(_dice) : _disk.AfterKill(_dice);
        Recover(unanswered, mayBeTorn: true);
    }

    /// <summary>After a failed write or flush the ledger takes nothing more, shows nothing more, and lets the disk alone.</summary>
    void RequireNothingMore()
    {
        var changes = _disk.Changes;
        var post = _workload.Bulk(1).Send(_book!);
        WaitFor(() => post.IsCompleted, "a call to a stopped ledger");
        if (post.Exception?.InnerException is not LedgerStoppedException) Require("a stopped ledger took a call");
        var find = _book!.Find(default).AsTask();
        WaitFor(() => find.IsCompleted, "a reader of a stopped ledger");
        if (find.Exception?.InnerException is not LedgerStoppedException) Require("a stopped ledger let itself be read");
        DisposeBook();
        if (_disk.Changes != changes) Require("a stopped ledger wrote to the disk");
    }

    /// <summary>Opens the ledger again; everything acknowledged must be there, and of the rest whole batches or nothing.</summary>
    void Recover(List<Together> unanswered, bool mayBeTorn)
    {
        for (var attempt = 0; ; attempt++)
        {
            var before = _faults.Values.Sum();
            if (attempt < 3 && _dice.Percent(_character.FaultPercent))
                Arm(_dice.Pick(FaultKind.ReadFails, FaultKind.PowerFailure, FaultKind.ProcessKill, FaultKind.FlushFails, FaultKind.WriteFails, FaultKind.DirectoryFlushFails), _dice.Below(4));
            try
            {
                Open();
                _disk.Disarm();
                break;
            }
            catch (IOException failure)
            {
                _disk.Disarm();
                if (_faults.Values.Sum() == before) Require($"the ledger could not be opened although nothing failed: {failure}");
                _disk = _disk.GoneBy == FaultKind.PowerFailure || _dice.OneIn(2) ? _disk.AfterPowerFailure(_dice) : _disk.AfterKill(_dice);
                mayBeTorn = true;
            }
        }
        if (_book!.Recovery.TornTail is { } torn && !mayBeTorn) Require($"a torn write at {torn} after a clean end");
        var candidates = Candidates(unanswered);
        _model = Resend(candidates, [.. unanswered.SelectMany(frame => frame.Sent.Select(sent => sent.Call))]);
    }

    /// <summary>What may have come of the calls that were not answered: for each place where a frame may have ended, a model.</summary>
    List<Model> Candidates(List<Together> unanswered)
    {
        var entries = _book!.LastSequence;
        Require(entries >= _model.Entries.Count ? null : $"{_model.Entries.Count - entries} acknowledged entries are missing after a restart");
        var candidates = new List<Model>();
        var latest = _model.Fork();
        AddIfItFits();
        foreach (var frame in unanswered)
        {
            latest.BeginBatch(frame.Clock);
            if (frame.Sent.Count == 1 && frame.Sent[0].Call is Call.Post { Entries.Length: >= 50 } bulk)
            {
                foreach (var part in bulk.Parts())
                {
                    part(latest);
                    AddIfItFits();
                }
                continue;
            }
            foreach (var (call, _) in frame.Sent) call.Apply(latest);
            AddIfItFits();
        }
        Require(candidates.Count > 0 ? null : $"the ledger has {entries} entries after a restart, which no end of a batch has (acknowledged: {_model.Entries.Count})");
        return candidates;

        void AddIfItFits()
        {
            if (latest.Entries.Count == entries) candidates.Add(latest.Fork());
        }
    }

    /// <summary>Sends what was not answered again, as callers do; the answers tell what had been remembered.</summary>
    Model Resend(List<Model> candidates, List<Call> calls)
    {
        var time = new DateTime(MachineOf(_book!).Now, DateTimeKind.Utc);
        var fitting = candidates.FindAll(model => time >= model.Recorded && time <= (model.Now > model.Recorded ? model.Now : model.Recorded));
        Require(fitting.Count > 0 ? null : $"the ledger's time is {time:O} after a restart; recorded was {candidates[0].Recorded:O}");
        foreach (var model in fitting) model.Now = time;
        candidates = fitting;
        var difference = candidates.ConvertAll(model => DifferenceOf(model, everything: false));
        candidates = [.. candidates.Where((_, i) => difference[i] is null)];
        Require(candidates.Count > 0 ? null : $"after a restart: {difference[0]}");
        foreach (var call in calls)
        {
            Say($"again {call}");
            var answer = call.Send(_book!);
            var rest = Call.Open.Nothing.Send(_book!);
            WaitFor(() => answer.IsCompleted && rest.IsCompleted, "a call sent again");
            var (got, wanted) = (call.Say(answer.GetAwaiter().GetResult()), "");
            Note(got);
            candidates.ForEach(model => model.BeginBatch(_clock.Now));
            candidates = candidates.FindAll(model => (wanted = call.Say(call.Apply(model))) == got);
            Require(candidates.Count > 0 ? null : $"{call}, sent again after a restart{Environment.NewLine}the model answers:{Environment.NewLine}{wanted}{Environment.NewLine}the ledger answers:{Environment.NewLine}{got}");
        }
        return candidates[0];
    }
}
