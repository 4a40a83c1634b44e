using System.Collections.Concurrent;
using System.Text.Json.Serialization;
using Pujiang.Platform;

namespace Pujiang.City;

/// <summary>What is wrong with everything that an actor signs.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SignatureFault>))]
public enum SignatureFault
{
    None,

    /// <summary>Another key signs under the actor's name.</summary>
    WrongKey,

    /// <summary>The body is changed after it was signed.</summary>
    ChangedBody,

    /// <summary>There is no signature.</summary>
    Missing,
}

/// <summary>How an actor misbehaves, as its switches say.</summary>
/// <param name="DelayMilliseconds">Every answer, and every message to the bank, waits this long: 0 to 120,000.</param>
/// <param name="ErrorPercent">So many of 100 requests are answered with <paramref name="ErrorStatus"/> before anything was done with them.</param>
/// <param name="ErrorStatus">An HTTP status from 400 to 599.</param>
/// <param name="LostPercent">So many of 100 requests are carried out, but the connection breaks instead of an answer: the sender sends again.</param>
/// <param name="Duplicates">Whatever the actor sends to the bank, it sends twice.</param>
/// <param name="Down">Every connection is broken off at once, and nothing is sent.</param>
public sealed record Switches(
    int DelayMilliseconds = 0, int ErrorPercent = 0, int ErrorStatus = StatusCodes.Status503ServiceUnavailable, int LostPercent = 0,
    bool Duplicates = false, SignatureFault Signatures = SignatureFault.None, bool Down = false)
{
    const int LongestDelay = 120_000;

    public static Switches Off { get; } = new();

    /// <summary>What is wrong with each value; empty when nothing is.</summary>
    public IEnumerable<Refusal> Refusals()
    {
        if (DelayMilliseconds is < 0 or > LongestDelay)
            yield return new Refusal("city_delay", $"A delay is 0 to {LongestDelay} milliseconds.", "delayMilliseconds", $"{LongestDelay}");
        if (ErrorPercent is < 0 or > 100) yield return Percent("errorPercent");
        if (ErrorStatus is < 400 or > 599)
            yield return new Refusal("city_status", "The status of an error is an HTTP status from 400 to 599.", "errorStatus");
        if (LostPercent is < 0 or > 100) yield return Percent("lostPercent");
        if (!Enum.IsDefined(Signatures))
            yield return new Refusal("city_signatures", "Signatures are None, WrongKey, ChangedBody or Missing.", "signatures");

        static Refusal Percent(string field) => new Refusal("city_percent", "A share is a whole number from 0 to 100.", field);
    }
}

/// <summary>Makes the actors misbehave. Switches stay as they are until somebody turns them, restarts too.</summary>
sealed class Faults(CityStore store)
{
    const string Fact = "switches";
    readonly ConcurrentDictionary<string, int> _due = new(StringComparer.Ordinal);

    public Switches Of(string actor) => store.Fact<Switches>(actor, Fact) ?? Switches.Off;

    public void Set(string actor, Switches switches) => store.Learn(actor, Fact, switches);

    /// <summary>All behave again.</summary>
    public void Reset()
    {
        foreach (var actor in Actor.All) Set(actor.Name, Switches.Off);
    }

    /// <summary>Puts the switches between the network and the actors' addresses. Pages and the API of the switches itself are spared.</summary>
    public static void Use(WebApplication app) => app.Use(async (context, next) =>
    {
        if (Actor.At(context.Request.Path) is { } actor) await app.Services.GetRequiredService<Faults>().Handle(context, actor, next);
        else await next(context);
    });

    async Task Handle(HttpContext context, Actor actor, RequestDelegate next)
    {
        var switches = Of(actor.Name);
        if (switches.DelayMilliseconds > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(switches.DelayMilliseconds), TimeProvider.System, context.RequestAborted);
        if (switches.Down) context.Abort();
        else if (IsDue(actor, "errors", switches.ErrorPercent)) context.Response.StatusCode = switches.ErrorStatus;
        else if (IsDue(actor, "lost", switches.LostPercent)) await Lose(context, next);
        else await next(context);
    }

    /// <summary>The request is carried out; its answer goes nowhere.</summary>
    static async Task Lose(HttpContext context, RequestDelegate next)
    {
        context.Response.Body = Stream.Null;
        await next(context);
        context.Abort();
    }

    /// <summary>Spread evenly, so that 50 percent is every second request: what a test expects can't be luck.</summary>
    public bool IsDue(Actor actor, string fault, int percent)
    {
        if (percent == 0) return false;
        var sum = _due.AddOrUpdate($"{actor.Name} {fault}", percent, (_, before) => (before % 100) + percent);
        return sum >= 100;
    }
}
