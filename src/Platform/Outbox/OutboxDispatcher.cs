using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pujiang.Platform;

/// <summary>
/// Delivers what waits in the outbox: at least once, to a partner each reference in order, to a webhook everything in order.
/// Destinations don't wait for each other.
/// </summary>
/// <remarks>
/// An attempt is claimed before it is made (its row is written, and the message's count of attempts rises, which only one of
/// several processes can do) and marked when it has ended. A process that dies between the two leaves a message that is due
/// again when the claim is over, and an attempt without an end that says so.
/// </remarks>
public sealed partial class OutboxDispatcher(IServiceScopeFactory scopes, TimeProvider clock, BackgroundWork work, ILogger<OutboxDispatcher> log)
    : BackgroundService
{
    /// <summary>Messages to one destination that are under way at once.</summary>
    const int AtOnce = 8;

    const string Work = "outbox";
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Sends all that is due now, and what becomes due by that; returns when no more is.</summary>
    public async Task DeliverDue(CancellationToken cancel)
    {
        foreach (var destination in await DueDestinations(cancel)) await DeliverTo(destination, cancel);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var underWay = new Dictionary<string, Task>(StringComparer.Ordinal);
        using var timer = new PeriodicTimer(Pause, clock);
        try
        {
            do
            {
                foreach (var destination in await Try(DueDestinations, stoppingToken) ?? [])
                    if (!underWay.TryGetValue(destination, out var earlier) || earlier.IsCompleted)
                        underWay[destination] = Try(cancel => DeliverTo(destination, cancel), stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        finally
        {
            await Task.WhenAll(underWay.Values);
        }
    }

    /// <summary>The database may be away for a while: what is saved waits, and is sent when it is back.</summary>
    async Task<T?> Try<T>(Func<CancellationToken, Task<T>> step, CancellationToken stopping)
    {
        try
        {
            var result = await step(stopping);
            work.Succeeded(Work);
            return result;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            work.Failed(Work, failure);
            Postponed(log, failure);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The bank stops; what was not sent is sent after the next start.
        }
        return default;
    }

    Task<bool> Try(Func<CancellationToken, Task> step, CancellationToken stopping) =>
        Try(async cancel => { await step(cancel); return true; }, stopping);

    [LoggerMessage(LogLevel.Error, "The outbox could not be worked on; it is tried again in a moment.")]
    static partial void Postponed(ILogger log, Exception failure);

    async Task<List<string>> DueDestinations(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CityDb>();
        var now = clock.UtcNow();
        // One that is not set up, was closed or is paused keeps its messages waiting; the page says so.
        return await db.Set<Destination>()
            .Where(d => d.ClosedAt == null && d.PausedAt == null
                && db.Set<OutboxMessage>().Any(m => m.Destination == d.Name && m.State == DeliveryState.Waiting && m.NextAttemptAt <= now))
            .Select(d => d.Name).ToListAsync(cancel);
    }

    async Task DeliverTo(string destination, CancellationToken cancel)
    {
        while (await DeliverSome(destination, cancel) > 0) cancel.ThrowIfCancellationRequested();
    }

    /// <summary>Claims some messages, sends them, and marks each when its answer is there.</summary>
    async Task<int> DeliverSome(string name, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CityDb>();
        var circuit = scope.ServiceProvider.GetRequiredService<Circuits>().Of(name);
        var destination = await db.Set<Destination>().AsNoTracking().SingleOrDefaultAsync(d => d.Name == name, cancel);
        if (destination is null or { ClosedAt: not null } or { PausedAt: not null } || circuit.IsOpen) return 0;

        var claimed = await Claim(db, destination, circuit.WantsProbe ? 1 : AtOnce, cancel);
        await Task.WhenAll(claimed.Select(pair => DeliverOne(pair.Message, pair.Attempt, destination, cancel)));
        return claimed.Count;
    }

    async Task<List<(OutboxMessage Message, DeliveryAttempt Attempt)>> Claim(CityDb db, Destination destination, int most, CancellationToken cancel)
    {
        var now = clock.UtcNow();
        var messages = destination.IsWebhook ? await Head(db, destination.Name, now, cancel)
            : await Heads(db, destination.Name, now).Take(most).ToListAsync(cancel);
        var claimed = messages.ConvertAll(message => (message, message.Begin(now)));
        db.AddRange(claimed.Select(pair => pair.Item2));
        try
        {
            await db.SaveChangesAsync(cancel);
            return claimed;
        }
        catch (DbUpdateException conflict) when (!BackgroundWork.IsOutage(conflict))
        {
            // Another process was faster with one of them.
            return [];
        }
    }

    /// <summary>What is due, except where an earlier message of the same reference has not arrived.</summary>
    static IQueryable<OutboxMessage> Heads(CityDb db, string destination, DateTime now) =>
        from message in db.Set<OutboxMessage>()
        where message.Destination == destination && message.State == DeliveryState.Waiting && message.NextAttemptAt <= now
            && !db.Set<OutboxMessage>().Any(earlier =>
                earlier.Destination == destination && earlier.Reference == message.Reference && earlier.Number < message.Number
                && (earlier.State == DeliveryState.Waiting || earlier.State == DeliveryState.GivenUp))
        orderby message.Number
        select message;

    /// <summary>Of a webhook the oldest message that has not arrived, if it is due: the others wait for it.</summary>
    static async Task<List<OutboxMessage>> Head(CityDb db, string destination, DateTime now, CancellationToken cancel)
    {
        var first = await db.Set<OutboxMessage>()
            .Where(m => m.Destination == destination && (m.State == DeliveryState.Waiting || m.State == DeliveryState.GivenUp))
            .OrderBy(m => m.Number).FirstOrDefaultAsync(cancel);
        return first is { State: DeliveryState.Waiting } && first.NextAttemptAt <= now ? [first] : [];
    }

    async Task DeliverOne(OutboxMessage message, DeliveryAttempt attempt, Destination destination, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        if (scope.ServiceProvider.GetServices<IOutboxTransport>().FirstOrDefault(one => one.Destination == destination.Name) is { } transport)
            await transport.Deliver(message, destination, attempt, cancel);
        else await scope.ServiceProvider.GetRequiredService<OutboxSender>().Deliver(message, destination, attempt, cancel);
        var db = scope.ServiceProvider.GetRequiredService<CityDb>();
        db.Attach(message);
        db.Attach(attempt);
        Debug.Assert(attempt.EndedAt is not null, "The sender says how it ended.");
        message.End(attempt, destination.RetryPlan);
        db.Entry(attempt).State = EntityState.Modified;
        if (message.State == DeliveryState.GivenUp)
            foreach (var one in scope.ServiceProvider.GetServices<IUndelivered>()) await one.OnGivenUp(message, attempt, CancellationToken.None);
        if (destination.IsWebhook && message.State == DeliveryState.GivenUp) await Webhooks.Pause(db, destination.Name, clock.UtcNow());
        try
        {
            // Also when the bank is being stopped: the answer is there, and shall not be asked for again.
            await db.SaveChangesAsync(CancellationToken.None);
        }
        catch (DbUpdateConcurrencyException)
        {
            // It took longer than the claim, and somebody else has begun another attempt, whose end counts.
            TookTooLong(log, message.Id);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The attempt to deliver message {Message} took longer than its claim; another one was begun.")]
    static partial void TookTooLong(ILogger log, Guid message);
}
