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
    public OpenWork(IReadOnlyList<Account> accounts)
    {
        _accounts = [.. accounts];
        _results = Array.ConvertAll(_accounts, EntryChecks.OfItself);
    }

    protected override IReadOnlyList<OpenStatus> Result => _results;

    public override bool Decide(Machine machine, Batch batch)
    {
        for (; _next < _results.Length && batch.Length < Journal.BatchBytes; _next++)
            if (_results[_next] == OpenStatus.Opened) _results[_next] = machine.Open(_accounts[_next]);
        return _next == _results.Length;
    }
}

sealed class LimitsWork(AccountId account, Limits limits) : Work<LimitStatus>
{
    LimitStatus _result;

    protected override LimitStatus Result => _result;

    public override bool Decide(Machine machine, Batch batch)
    {
        _result = machine.SetLimits(account, limits);
        return true;
    }
}

sealed class PostWork : Work<IReadOnlyList<EntryResult>>
{
    readonly Entry[] _entries;
    readonly (EntryStatus Status, int Leg)[] _ofItself;
    readonly EntryResult[] _results;
    int _next;

    /// <summary>Made on the caller's thread, with the checks that need no state.</summary>
    public PostWork(IReadOnlyList<Entry> entries)
    {
        _entries = [.. entries];
        EntryChecks.RequireSides(_entries);
        EntryChecks.RequireGroupsThatFit(_entries);
        _results = new EntryResult[_entries.Length];
        _ofItself = new (EntryStatus, int)[_entries.Length];
        for (var i = 0; i < _entries.Length; i++)
            _ofItself[i] = EntryChecks.OfItself(_entries[i], isLast: i == _entries.Length - 1);
    }

    protected override IReadOnlyList<EntryResult> Result => _results;

    public override bool Decide(Machine machine, Batch batch)
    {
        while (_next < _entries.Length && batch.Length < Journal.BatchBytes)
        {
            var length = 1;
            while (_next + length < _entries.Length && _entries[_next + length - 1].Linked) length++;
            machine.Decide(_entries.AsSpan(_next, length), _ofItself.AsSpan(_next, length), _results.AsSpan(_next, length));
            _next += length;
        }
        return _next == _entries.Length;
    }
}

/// <summary>Wakes the writer when a hold falls due and nobody calls.</summary>
sealed class WakeWork : Work
{
    public static WakeWork Instance { get; } = new();

    public override bool Decide(Machine machine, Batch batch) => true;
    public override void Complete() { }
    public override void Fail(Exception failure) { }
}
