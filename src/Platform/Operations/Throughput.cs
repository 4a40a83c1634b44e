using Microsoft.Extensions.Hosting;
using Pujiang.Ledger;

namespace Pujiang.Platform;

/// <summary>How many entries the ledger posted in each few seconds of the last minutes, in this process's memory.</summary>
public sealed class Throughput(ILedger ledger, TimeProvider clock) : BackgroundService
{
    /// <summary>Time between two looks at the ledger.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(10);

    /// <summary>Steps that are kept: ten minutes.</summary>
    public const int Steps = 60;

    readonly Lock _lock = new();
    readonly Queue<(DateTime At, long Sequence)> _looks = [];

    /// <summary>A step.</summary>
    /// <param name="At">UTC at which it ended.</param>
    /// <param name="PerSecond">Entries a second in it.</param>
    public readonly record struct Rate(DateTime At, decimal PerSecond);

    /// <summary>The steps until now, the oldest first; empty in the first seconds.</summary>
    public IReadOnlyList<Rate> Recent
    {
        get
        {
            lock (_lock)
                return [.. _looks.Zip(_looks.Skip(1), (before, after) =>
                    new Rate(after.At, (after.Sequence - before.Sequence) / Math.Max(0.001m, (decimal)(after.At - before.At).TotalSeconds)))];
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Step, clock);
        do Look();
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Notes where the ledger is now.</summary>
    internal void Look()
    {
        lock (_lock)
        {
            _looks.Enqueue((clock.UtcNow(), ledger.LastSequence));
            if (_looks.Count > Steps + 1) _looks.Dequeue();
        }
    }
}
