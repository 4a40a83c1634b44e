using System.Text.Json;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Ledger;

namespace Pujiang.Services.Tests;

/// <summary>
/// Ends the process at every point of a use case where something has just become durable in ledger or database: before the
/// first write, between each two, and after the last. Then opens the bank again on what was on disk.
/// </summary>
/// <remarks>
/// The points are not listed by hand: a run without a crash counts the writes and is the measure of all others. Only followers
/// run after the restart; jobs are use cases and have crash tests of their own.
/// </remarks>
sealed record CrashTest
{
    public required TestDatabase Database { get; init; }

    /// <summary>Adds the services under test.</summary>
    public Action<IServiceCollection>? Modules { get; init; }

    /// <summary>What is there before the use case begins. No crash happens here.</summary>
    public Func<TestBank, Task> Arrange { get; init; } = _ => Task.CompletedTask;

    /// <summary>Properties of entities that may differ between two runs, such as random secrets.</summary>
    public IReadOnlyList<string> IgnoredColumns { get; init; } = [];

    /// <summary>
    /// After each crash the caller tries again, with the same key. The answer must be that of the run without a crash, and so
    /// must every entry, balance and row of the bank.
    /// </summary>
    /// <param name="useCase">Called in a scope of its own. Its result is compared as JSON, so unwrap outcomes.</param>
    /// <param name="assert">More that must hold at the end of each run.</param>
    public async Task Retried<T>(Func<IServiceProvider, Task<T>> useCase, Func<TestBank, T, Task>? assert = null)
    {
        var reference = await RunToTheEnd(useCase, assert);
        for (var point = 0; point <= reference.Effects.Count; point++)
        {
            await using var bank = await CrashedAt(point, useCase, reference);
            var answer = await bank.In(useCase);
            await bank.CatchUp();
            var (where, answered) = (Where(point, reference), Comparable(answer));
            if (answered != reference.Answer)
                Fail($"Killed {where}, the retry answered\n  {answered}\ninstead of\n  {reference.Answer}");
            if (BankState.Difference(reference.State, await BankState.Of(bank, IgnoredColumns)) is { } difference)
                Fail($"Killed {where} and retried, the bank differs from one that was not killed:\n{difference}");
            if (assert is not null) await assert(bank, answer);
        }
    }

    /// <summary>Nobody tries again. After the restart the result is there if its entry was posted, and nothing of it if not.</summary>
    /// <param name="isThere">Whether the result of the use case can be seen in the tables.</param>
    public async Task HealsByItself<T>(Func<IServiceProvider, Task<T>> useCase, Func<TestBank, Task<bool>> isThere)
    {
        var reference = await RunToTheEnd(useCase, async (bank, _) =>
        {
            if (!await isThere(bank)) Fail("Without a crash the result is not there: the test can't tell.");
        });
        var entries = reference.Effects.Last(effect => effect.Entries.Count > 0).Entries;
        for (var point = 0; point <= reference.Effects.Count; point++)
        {
            await using var bank = await CrashedAt(point, useCase, reference);
            var posted = await bank.Ledger.FindEntry(entries[^1]) is not null;
            if (await isThere(bank) != posted)
                Fail(posted
                    ? $"Killed {Where(point, reference)}, the entry is posted, but its result is not there after the restart."
                    : $"Killed {Where(point, reference)}, nothing was posted, but there is a result after the restart.");
        }
    }

    sealed record Reference(IReadOnlyList<KillSwitch.Effect> Effects, string Answer, IReadOnlyList<string> State);

    async Task<Reference> RunToTheEnd<T>(Func<IServiceProvider, Task<T>> useCase, Func<TestBank, T, Task>? assert)
    {
        var kill = new KillSwitch();
        await using var bank = await Arranged(kill);
        kill.Arm(null);
        var answer = await bank.In(useCase);
        var effects = kill.Effects.ToList();
        if (!effects.Exists(effect => effect.Entries.Count > 0))
            Fail("The use case posts nothing, so there is nothing that a crash could break. Was it refused?");
        await bank.CatchUp();
        if (assert is not null) await assert(bank, answer);
        var state = await BankState.Of(bank, IgnoredColumns);
        await bank.ApplyEverythingAgain();
        if (BankState.Difference(state, await BankState.Of(bank, IgnoredColumns)) is { } difference)
            Fail($"Applying the same entries again changed the tables:\n{difference}");
        return new Reference(effects, Comparable(answer), state);
    }

    /// <summary>A bank that was killed at this point, opened again, and has healed by itself as far as it can.</summary>
    async Task<TestBank> CrashedAt<T>(int point, Func<IServiceProvider, Task<T>> useCase, Reference reference)
    {
        var kill = new KillSwitch();
        var bank = await Arranged(kill);
        kill.Arm(point);
        var killed = false;
        try
        {
            await bank.In(useCase);
        }
        catch (ProcessKilledException)
        {
            killed = true;
        }
        await bank.Crash(between: kill.Revive);
        if (!killed)
        {
            await bank.DisposeAsync();
            Fail($"The use case was not killed {Where(point, reference)}: it does not do the same twice.");
        }
        await bank.StartFollowers();
        return bank;
    }

    async Task<TestBank> Arranged(KillSwitch kill)
    {
        var bank = await TestBank.New(Database, services =>
        {
            Modules?.Invoke(services);
            services.AddSingleton<ILedger>(provider => new MortalLedger(provider.GetRequiredService<Book>(), kill));
            services.AddSingleton<IInterceptor>(new MortalDatabase(kill));
        });
        await Arrange(bank);
        await bank.CatchUp();
        return bank;
    }

    static string Where(int point, Reference reference) =>
        point == 0 ? "before the first write" : $"after write {point} of {reference.Effects.Count} ({reference.Effects[point - 1].Name})";

    /// <exception cref="InvalidOperationException">An answer that shows nothing would equal every other.</exception>
    static string Comparable<T>(T answer) =>
        JsonSerializer.Serialize(answer) is var text and not ("{}" or "null") ? text
            : throw new InvalidOperationException($"A {typeof(T).Name} shows nothing to compare; return what the caller sees.");

    static void Fail(string message) => throw new CrashTestException(message);
}

/// <summary>A use case did not survive a crash.</summary>
public sealed class CrashTestException : Exception
{
    public CrashTestException() { }
    public CrashTestException(string message) : base(message) { }
    public CrashTestException(string message, Exception inner) : base(message, inner) { }
}
