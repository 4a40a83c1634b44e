using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Pujiang.Platform;

/// <summary>The log for programs: the static files of C2SP tlog-tiles below <c>/evidence</c>, proofs below <c>/api/evidence</c>.</summary>
static class EvidenceEndpoints
{
    const string Why = "Everybody shall be able to check the log; hashes say nothing of what was hashed";
    const string ForWhoKnows = "Who knows the reference may have its proof; it holds no personal data";

    public sealed record Head(string Origin, long Size, string Root, DateTime PublishedAt, string Checkpoint, string? WitnessedCheckpoint, IReadOnlyList<string> LogKeys, IReadOnlyList<WitnessKey> Witnesses);

    public sealed record WitnessKey(string Url, string? Key, string? Problem);

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/evidence/checkpoint", (EvidenceLog log, HttpContext http) =>
        {
            http.Response.Headers.CacheControl = "no-cache";
            return Results.Text(log.Head.Checkpoint.ToString(), "text/plain", Encoding.UTF8);
        }).Public(Why).WithTags("Evidence").WithSummary("The log's newest checkpoint, a signed note (C2SP tlog-checkpoint)");
        app.MapGet("/evidence/tile/entries/{**path}", (string path, EvidenceLog log, HttpContext http) => Tile($"entries/{path}", log, http))
            .Requires(Permission.SeeEvidence).WithTags("Evidence").WithSummary("Entries, up to 256 in a file (C2SP tlog-tiles)");
        app.MapGet("/evidence/tile/{**path}", (string path, EvidenceLog log, HttpContext http) => Tile(path, log, http))
            .Public(Why).WithTags("Evidence").WithSummary("Hashes of the tree, up to 256 in a file (C2SP tlog-tiles)");

        var api = app.MapGroup("/api/evidence").WithTags("Evidence");
        api.MapGet("/", (EvidenceLog log, EvidenceWitnesses witnesses) => HeadOf(log, witnesses))
            .Public(Why).WithSummary("Size, root, checkpoint and public keys of the log").Produces<Head>();
        api.MapGet("/proof", async (string reference, long? number, EvidenceBook book, HttpContext http, CancellationToken cancel) =>
            File(await book.Prove(reference, number, cancel), http, "proof.json"))
            .Public(ForWhoKnows).WithSummary("The proof that a reference's record is in the log, as a file for pujiang verify").Produces<EvidenceProof>();
        api.MapGet("/proof/{index:long}", (long index, EvidenceBook book, HttpContext http) => File(book.Prove(index), http, $"proof-{index}.json"))
            .Requires(Permission.SeeEvidence).WithSummary("The proof for an entry by its index").Produces<EvidenceProof>();
        api.MapGet("/consistency", (long from, EvidenceBook book, HttpContext http) => File(book.ProveConsistency(from), http, $"consistency-{from}.json"))
            .Public(Why).WithSummary("The proof that the log begins with all it held at a smaller size").Produces<EvidenceProof>();
    }

    static Ok<Head> HeadOf(EvidenceLog log, EvidenceWitnesses witnesses)
    {
        var head = log.Head;
        return TypedResults.Ok(new Head(
            log.Origin, head.Size, Convert.ToBase64String(head.Checkpoint.Root), head.PublishedAt, head.Checkpoint.ToString(), head.Witnessed?.ToString(),
            [.. log.Keys.Select(key => key.ToString())],
            [.. witnesses.States.Select(state => new WitnessKey(state.Url, state.Key?.ToString(), state.Problem))]));
    }

    static IResult Tile(string path, EvidenceLog log, HttpContext http)
    {
        if (!TilePath.TryParse(path, out var tile) || log.Tile(tile) is not { } bytes) return TypedResults.NotFound();
        // What is published is never changed.
        http.Response.Headers.CacheControl = tile.Level == TilePath.Entries ? "private, max-age=31536000, immutable" : "public, max-age=31536000, immutable";
        return TypedResults.Bytes(bytes, "application/octet-stream");
    }

    static IResult File(Outcome<EvidenceProof> outcome, HttpContext http, string name)
    {
        if (!outcome.Try(out var proof, out var refusal))
            return refusal.ToProblem(refusal.Code switch
            {
                "evidence_unknown" => StatusCodes.Status404NotFound,
                "evidence_waiting" => StatusCodes.Status409Conflict,
                _ => StatusCodes.Status422UnprocessableEntity,
            });
        http.Response.Headers.CacheControl = "no-cache";
        return TypedResults.File(Encoding.UTF8.GetBytes(proof.ToJson()), "application/json", name);
    }
}
