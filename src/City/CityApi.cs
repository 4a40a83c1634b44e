using System.Text;
using Microsoft.AspNetCore.Mvc;

namespace Pujiang.City;

/// <summary>The switches and what was received, for programs: tests turn the same switches as people do.</summary>
static class CityApi
{
    /// <param name="Body">As text; what is not UTF-8 has replacement characters.</param>
    internal sealed record View(
        long Number, string Id, string Kind, string Subject, string Headers, string Body, DateTime FirstAt, DateTime LastAt, int Times, int Conflicts, string Verdict);

    public static void Map(WebApplication app)
    {
        var api = app.MapGroup("/api/actors");
        api.MapGet("/", (CityStore store, Faults faults) => Actor.All.Select(actor => new { actor.Name, Received = store.Count(actor.Name), Switches = faults.Of(actor.Name) }));
        api.MapGet("/{name}/switches", (string name, Faults faults) => Actor.Named(name) is null ? Results.NotFound() : Results.Json(faults.Of(name)));
        api.MapPut("/{name}/switches", SetSwitches).DisableAntiforgery();
        api.MapGet("/{name}/messages", (string name, CityStore store, int skip = 0, int take = 100) =>
            Actor.Named(name) is null ? Results.NotFound() : Results.Json(store.Newest(name, skip, Math.Clamp(take, 1, 1_000)).Select(ViewOf)));
        api.MapDelete("/{name}/messages", (string name, CityStore store) => { store.Forget(name); return Results.NoContent(); });
    }

    static IResult SetSwitches(string name, [FromBody] Switches switches, Faults faults)
    {
        if (Actor.Named(name) is null) return Results.NotFound();
        if (switches.Faults().FirstOrDefault() is { } refusal) return refusal.ToProblem();
        faults.Set(name, switches);
        return Results.Json(switches);
    }

    static View ViewOf(Received message) => new(
        message.Number, message.Id, message.Kind, message.Subject, message.Headers, Encoding.UTF8.GetString(message.Body),
        message.FirstAt, message.LastAt, message.Times, message.Conflicts, message.Verdict);
}
