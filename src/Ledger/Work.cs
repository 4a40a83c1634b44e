namespace Pujiang.Ledger;

/// <summary>A caller's command on its way through the writer.</summary>
abstract class Work
{
    /// <summary>Decides as much as fits into the batch; true when nothing is left.</summary>
    public abstract bool Decide(Machine machine, Batch batch);

    /// <summary>Gives the answer; called when everything decided is durable.</summary>
    public abstract void Complete();

    public abstract void Fail(Exception failure);
}

abstract class Work<T> : Work
{
    readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Answer => _answer.Task;
    protected abstract T Result { get; }

    public override void Complete() => _answer.TrySetResult(Result);
    public override void Fail(Exception failure) => _answer.TrySetException(failure);
}

sealed class OpenWork : Work<IReadOnlyList<OpenStatus>>
{
    readonly Account[] _accounts;
    readonly OpenStatus[] _results;
    int _next;

    /// <summary>Made on the caller's thread, with the checks that need no state, so that a null can't reach the writer.</summary>
    public OpenWork(IReadOnlyList<Account> accounts, IReadOnlySet<(string Code, AccountKind Kind)>? chart)
    {
        _accounts = [.. accounts];
        _results = Array.ConvertAll(_accounts, account => EntryChecks.OfItself(account, chart));
    }

    protected override IReadOnlyList<OpenStatus> Result => _results;

    public override bool Decide(Machine machine, Batch batch)
    {
        for (; _next < _results.Length && batch.Length < Journal.BatchBytes; _next++)
            if (_results[_next] == OpenStatus.Opened) _results[_next] = machine.Open(_accounts[_next]);
        return _next == _results.Length;
    }
}

/// <summary>A change that is decided in one step.</summary>
sealed class ChangeWork<T>(Func<Machine, T> change) : Work<T>
{
    T _result = default!;

    protected override T Result => _result;

    public override bool Decide(Machine machine, Batch batch)
    {
        _result = change(machine);
        return true;
    }
}

sealed class PostWork : Work<IReadOnlyList<EntryResult>>
{
    readonly Commands _commands;
    readonly Answers _answers;
    HistoryOutOfReachException? _outOfReach;
    int _next;

    /// <summary>Made on the caller's thread, with the checks that need no state.</summary>
    public PostWork(IReadOnlyList<Entry> entries)
    {
        EntryChecks.RequireSides(entries);
        EntryChecks.RequireGroupsThatFit(entries);
        _commands = new Commands(entries);
        _answers = new Answers(_commands.Count, _commands.Legs);
    }

    protected override IReadOnlyList<EntryResult> Result => _answers;

    public override bool Decide(Machine machine, Batch batch)
    {
        try
        {
            _next = machine.Decide(_commands, _next, _answers);
            if (_next < _commands.Count) return false;
        }
        catch (HistoryOutOfReachException outOfReach)
        {
            // What came before in this call stays; whoever sends it again gets the same answers.
            machine.TakeBack();
            _outOfReach = outOfReach;
        }
        _commands.Return();
        return true;
    }

    public override void Complete()
    {
        if (_outOfReach is null) base.Complete();
        else Fail(_outOfReach);
    }
}
