using System.Text;
using Microsoft.AspNetCore.Mvc;
using Pujiang.Platform;

namespace Pujiang.City;

/// <summary>The switches, what was received and what was sent, for programs: tests turn the same switches as people do.</summary>
static class CityApi
{
    /// <param name="Body">As text; what is not UTF-8 has replacement characters.</param>
    sealed record ReceivedView(
        long Number, string Id, string Kind, string Subject, string Head, string Body, string Signature, string Finding, int Status, string Answer,
        DateTime FirstAt, DateTime LastAt, int Times, int Conflicts)
    {
        public static ReceivedView Of(Received message) => new(
            message.Number, message.Key, message.Kind, message.Subject, message.Head, Encoding.UTF8.GetString(message.Body), message.Signature, message.Finding,
            message.Answer.Status, Encoding.UTF8.GetString(message.Answer.Body), message.FirstAt, message.LastAt, message.Times, message.Conflicts);
    }

    sealed record SentView(
        long Number, string Id, string Kind, string Subject, string Path, string Body, DateTime CreatedAt, DateTime? NextAt, int Attempts, bool Delivered,
        int? Status, string Answer, string Signature)
    {
        public static SentView Of(Sent message) => new(
            message.Number, message.Id, message.Kind, message.Subject, message.Path, Encoding.UTF8.GetString(message.Body), message.CreatedAt, message.NextAt,
            message.Attempts, message.Delivered, message.Status, message.Answer, message.Signature);
    }

    public static void Map(WebApplication app)
    {
        app.MapGet("/partners", () => new { Partners = Actor.All.Select(actor => new { actor.Name, Keys = $"/{actor.Name}{KeySet.Path}" }) });
        app.MapDelete("/api/switches", (Faults faults) => { faults.Reset(); return Results.NoContent(); });
        app.MapGet("/api/actors", (CityStore store, Faults faults) => Actor.All.Select(actor =>
            new { actor.Name, Received = store.Count(actor.Name), Sent = store.CountSent(actor.Name), Switches = faults.Of(actor.Name) }));
        var api = app.MapGroup("/api/actors/{name}").AddEndpointFilter(async (context, next) =>
            Actor.Named(context.HttpContext.GetRouteValue("name") as string) is null ? Results.NotFound() : await next(context));
        api.MapGet("/switches", (string name, Faults faults) => faults.Of(name));
        api.MapPut("/switches", SetSwitches).DisableAntiforgery();
        api.MapDelete("/switches", (string name, Faults faults) => { faults.Set(name, Switches.Off); return Results.NoContent(); });
        api.MapGet("/messages", (string name, CityStore store, int skip = 0, int take = 100) =>
            store.Newest(name, Math.Max(0, skip), Math.Clamp(take, 1, 1_000)).Select(ReceivedView.Of));
        api.MapDelete("/messages", (string name, CityStore store) => { store.Forget(name); return Results.NoContent(); });
        api.MapGet("/sent", (string name, CityStore store, int take = 100) => store.NewestSent(name, Math.Clamp(take, 1, 1_000)).Select(SentView.Of));
        api.MapPost("/check", (string name, BankCalls calls) => { calls.TellCheck(Actor.Named(name)!); return Results.Accepted(); }).DisableAntiforgery();
    }

    static IResult SetSwitches(string name, [FromBody] Switches switches, Faults faults)
    {
        if (switches.Refusals().FirstOrDefault() is { } refusal) return refusal.ToProblem();
        faults.Set(name, switches);
        return Results.Json(switches);
    }
}
