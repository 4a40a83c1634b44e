using System.Collections.Concurrent;
using System.Data.Common;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Pujiang.Ledger;

namespace Pujiang.Platform;

/// <summary>What work that no caller waits for last failed at. The health check reads it.</summary>
public sealed class BackgroundWork
{
    readonly ConcurrentDictionary<string, string> _failures = new(StringComparer.Ordinal);

    /// <summary>"accounts follower: connection refused", for each work that failed when it was last tried; empty when all is well.</summary>
    public IReadOnlyList<string> Failures => [.. _failures.Select(failure => $"{failure.Key}: {failure.Value}").Order(StringComparer.Ordinal)];

    public void Failed(string work, Exception failure) => _failures[work] = failure.Message;

    public void Succeeded(string work) => _failures.TryRemove(work, out _);

    /// <summary>Does each; one that breaks does not hold up the others, unless the database, the ledger or the caller is gone for all.</summary>
    /// <returns>What broke.</returns>
    public static async Task<IReadOnlyList<Exception>> Each<T>(IEnumerable<T> items, Func<T, Task> work)
    {
        var broken = new List<Exception>();
        foreach (var item in items)
            try
            {
                await work(item);
            }
            catch (Exception failure) when (!IsOutage(failure) && failure is not (OperationCanceledException or LedgerStoppedException))
            {
                broken.Add(failure);
            }
        return broken;
    }

    /// <summary>A connection to the database that broke or can't be made; not a statement that it refuses, which no waiting heals.</summary>
    public static bool IsOutage(Exception failure) =>
        failure is DbException { IsTransient: true } || failure is DbException { InnerException: IOException or SocketException }
        || (failure is DbUpdateException or InvalidOperationException && failure.InnerException is { } inner && IsOutage(inner));
}
