using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Pujiang.Platform;

/// <summary>Screening for programs and the command line.</summary>
static class ScreeningEndpoints
{
    /// <summary>Names in one call.</summary>
    const int MostNames = 1_000;

    /// <summary>A name to look up.</summary>
    /// <param name="Kind">Person or firm, where it is known.</param>
    /// <param name="BirthDate">Of a person, where it is known.</param>
    /// <param name="Country">By name or two letters, where it is known.</param>
    public sealed record AskedFor(string? Name, PartyKind? Kind, DateOnly? BirthDate, string? Country);

    public sealed record Question(IReadOnlyList<AskedFor>? Names);

    /// <param name="Lists">What the names were compared with: "OFAC 2026-03-01, UN 2026-02-27".</param>
    /// <param name="Results">In the order of the names.</param>
    public sealed record Answer(string Lists, IReadOnlyList<Found> Results);

    public sealed record Found(string Name, IReadOnlyList<NameHitView> Hits);

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/", async (Question question, CityDb db, ScreeningLists lists, CancellationToken cancel) =>
        {
            if (Problem(question) is { } refusal) return refusal.ToProblem();
            var inForce = await lists.Current(db, cancel);
            if (inForce.IsEmpty) return new Refusal("no_list_in_force", "No sanctions list has been imported yet.").ToProblem(StatusCodes.Status409Conflict);
            var names = question.Names!.Select(asked => new NameQuery(asked.Name!, asked.Kind, asked.BirthDate, asked.Country)).ToList();
            return Results.Ok(new Answer(inForce.Words, [.. names.Zip(inForce.Find(names), (name, hits) => new Found(name.Name, [.. hits.Select(NameHitView.Of)]))]));
        }).Requires(Permission.ScreenNames).WithSummary("Compare up to 1,000 names with the lists in force; nothing is kept of them").Produces<Answer>();

        api.MapGet("/lists", async (ListVersions versions, CancellationToken cancel) => Results.Ok(await versions.List(100, cancel)))
            .Requires(Permission.SeeLists).WithSummary("The versions of the sanctions lists, the newest first").Produces<IReadOnlyList<ListVersionView>>();
        api.MapPost("/lists", async (string name, DateOnly? published, HttpContext http, Caller caller, ImportList imports, CancellationToken cancel) =>
        {
            using var content = new MemoryStream();
            await http.Request.Body.CopyToAsync(content, cancel);
            if (!(await imports.Handle(name, content.ToArray(), published, caller.Actor, cancel)).Try(out var result, out var refusal)) return refusal.ToProblem();
            return Results.Json(result.Version, statusCode: result.Version.State == ListState.Waiting ? StatusCodes.Status202Accepted : StatusCodes.Status200OK);
        }).WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(ListPackage.MostBytes)).Accepts<byte[]>("application/octet-stream")
            .Requires(Permission.ImportLists).ChangesState().WithSummary("Import a version of a sanctions list: XML, CSV or ZIP").Produces<ListVersionView>().Produces<ListVersionView>(StatusCodes.Status202Accepted);
    }

    static Refusal? Problem(Question question)
    {
        if (question.Names is not { Count: > 0 and <= MostNames } names)
            return new Refusal("names_count", $"Send 1 to {MostNames} names, not {question.Names?.Count ?? 0}.", "names", $"{MostNames}");
        for (var i = 0; i < names.Count; i++)
            if (names[i]?.Name is not { } name || string.IsNullOrWhiteSpace(name) || name.Length > 500)
                return new Refusal("asked_name_invalid", $"names[{i}].name must have 1 to 500 characters.", "names", $"{i}");
        return null;
    }
}
