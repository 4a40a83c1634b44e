using System.Collections.Concurrent;
using Pujiang.Platform;

namespace Pujiang.City;

/// <summary>How an actor misbehaves, as its switches say.</summary>
/// <param name="DelayMilliseconds">Every answer waits this long, 0 to 120,000.</param>
/// <param name="ErrorPercent">So many of 100 requests are answered 503 before anything was done with them.</param>
/// <param name="LostPercent">So many of 100 requests are carried out, but the connection breaks instead of an answer.</param>
/// <param name="Duplicates">Whatever the actor sends, it sends twice.</param>
/// <param name="WrongSignatures">Whatever the actor signs has a signature that is not right.</param>
/// <param name="Down">Every connection is broken off at once.</param>
public sealed record Switches(
    int DelayMilliseconds = 0, int ErrorPercent = 0, int LostPercent = 0, bool Duplicates = false, bool WrongSignatures = false, bool Down = false)
{
    const int LongestDelay = 120_000;

    public static Switches Off { get; } = new();

    /// <summary>What is wrong with each value; empty when nothing is.</summary>
    public IEnumerable<Refusal> Faults()
    {
        if (DelayMilliseconds is < 0 or > LongestDelay)
            yield return new("city_delay", $"A delay is 0 to {LongestDelay} milliseconds, not {DelayMilliseconds}.", "delayMilliseconds", $"{LongestDelay}");
        if (ErrorPercent is < 0 or > 100) yield return Percent("errorPercent", ErrorPercent);
        if (LostPercent is < 0 or > 100) yield return Percent("lostPercent", LostPercent);

        static Refusal Percent(string field, int value) => new("city_percent", $"A share is 0 to 100 percent, not {value}.", field);
    }
}

/// <summary>Makes the actors misbehave.</summary>
sealed class Faults(CityStore store, TimeProvider clock)
{
    const string Fact = "switches";
    readonly ConcurrentDictionary<string, int> _due = new(StringComparer.Ordinal);

    public Switches Of(string actor) => store.Fact<Switches>(actor, Fact) ?? Switches.Off;

    public void Set(string actor, Switches switches) => store.Learn(actor, Fact, switches);

    /// <summary>Puts the switches between the network and the actors' addresses. Pages and the API of the switches itself are spared.</summary>
    public void Use(WebApplication app) => app.Use(async (context, next) =>
    {
        if (Actor.At(context.Request.Path) is not { } actor)
        {
            await next(context);
            return;
        }
        var switches = Of(actor.Name);
        if (switches.DelayMilliseconds > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(switches.DelayMilliseconds), clock, context.RequestAborted);
        if (switches.Down) context.Abort();
        else if (IsDue(actor, "errors", switches.ErrorPercent)) context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        else if (IsDue(actor, "lost", switches.LostPercent)) await Lose(context, next);
        else await next(context);
    });

    /// <summary>The request is carried out; its answer goes nowhere.</summary>
    static async Task Lose(HttpContext context, RequestDelegate next)
    {
        context.Response.Body = Stream.Null;
        await next(context);
        context.Abort();
    }

    /// <summary>Spread evenly, so that 50 percent is every second request: what a test expects can't be luck.</summary>
    bool IsDue(Actor actor, string fault, int percent)
    {
        if (percent == 0) return false;
        var due = false;
        _due.AddOrUpdate($"{actor.Name} {fault}", Next(0), (_, sum) => Next(sum));
        return due;

        int Next(int sum)
        {
            due = sum + percent >= 100;
            return due ? sum + percent - 100 : sum + percent;
        }
    }
}
