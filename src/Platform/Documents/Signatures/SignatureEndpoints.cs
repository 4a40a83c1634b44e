using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>Signatures for programs: customers' below <c>/api/documents</c>, partners' with their registered keys below <c>/api/partner/signing</c>.</summary>
static class SignatureEndpoints
{
    /// <param name="Statement">As it was offered, character by character.</param>
    /// <param name="KeyId">Name of the partner's key in the registry.</param>
    /// <param name="Signature">Base64url, 64 bytes, over the statement's UTF-8 bytes.</param>
    public sealed record PartnerSignature(string? Statement, string? KeyId, string? Signature);

    /// <param name="Reason">1 to 200 characters.</param>
    public sealed record Refused(string? Reason);

    /// <param name="Statement">What to sign: its UTF-8 bytes.</param>
    public sealed record Offered(string Statement);

    public sealed record Done(Guid Id);

    public static void Map(IEndpointRouteBuilder api)
    {
        var document = api.MapGroup("/documents/{id:guid}").WithTags("Documents");
        document.MapGet("/signatures", async (Guid id, Caller caller, Documents documents, DocumentSignatures signatures, CancellationToken cancel) =>
            await documents.Find(id, caller, cancel) is { } found ? Results.Ok(await signatures.Of(found, cancel)) : NotFound())
            .Requires(Permission.SeeDocuments).WithSummary("Who signed the document, each signature checked just now").Produces<IReadOnlyList<DocumentSignatures.View>>();
        document.MapGet("/signatures/{signature:guid}/proof", Proof)
            .Requires(Permission.SeeDocuments).WithSummary("A signature with its evidence, as a file for pujiang verify").Produces<SignatureFile>();
        document.MapGet("/requests", async (Guid id, Caller caller, Documents documents, DocumentSignatures signatures, CancellationToken cancel) =>
            await documents.Find(id, caller, cancel) is { } found ? Results.Ok(await signatures.Requests(found, cancel)) : NotFound())
            .Requires(Permission.SeeDocuments).WithSummary("Who is asked to sign the document").Produces<IReadOnlyList<DocumentSignatures.Asked>>();
        document.MapPost("/requests", async (Guid id, AskForSignature.Request request, Caller caller, AskForSignature ask, CancellationToken cancel) =>
            Answer(await ask.Handle(id, request, caller, cancel)))
            .Requires(Permission.SignDocuments).ChangesState().WithSummary("Ask somebody to sign your document").Produces<Done>();
        document.MapPost("/requests/{request:guid}/withdraw", async (Guid id, Guid request, Caller caller, AskForSignature ask, CancellationToken cancel) =>
            Answer(await ask.Withdraw(id, request, caller, cancel)))
            .Requires(Permission.SignDocuments).ChangesState().WithSummary("Take a request back").Produces<Done>();
        document.MapPost("/decline", async (Guid id, Refused refused, Caller caller, AskForSignature ask, CancellationToken cancel) =>
            Answer(await ask.Decline(id, refused.Reason, caller, cancel)))
            .Requires(Permission.SignDocuments).ChangesState().WithSummary("Say that you do not sign, and why").Produces<Done>();
        MapPartner(api.MapGroup("/partner/signing").WithTags("Documents"));
    }

    static void MapPartner(RouteGroupBuilder partner)
    {
        partner.MapGet("/", async (HttpContext http, DocumentSignatures signatures, CancellationToken cancel) =>
            Results.Ok(await signatures.ToSign(http.Signer().Owner, cancel)))
            .RequiresSignature().WithSummary("Documents that wait for the partner's signature").Produces<IReadOnlyList<DocumentSignatures.Asked>>();
        partner.MapGet("/{request:guid}", async (Guid request, HttpContext http, SignDocument sign, CancellationToken cancel) =>
            (await sign.OfferTo(http.Signer().Owner, request, cancel)).Try(out var statement, out var refusal) ? Results.Ok(new Offered(statement.ToString())) : Say(refusal))
            .RequiresSignature().WithSummary("The statement to sign, good for 10 minutes").Produces<Offered>();
        partner.MapGet("/{request:guid}/content", async (Guid request, HttpContext http, SignDocument sign, CityDb db, Documents documents, CancellationToken cancel) =>
        {
            if (!(await sign.OfferTo(http.Signer().Owner, request, cancel)).Try(out var statement, out var refusal)) return Say(refusal);
            var document = await db.Set<Document>().AsNoTracking().SingleAsync(d => d.Id == statement.Document, cancel);
            return new Download(documents.Open(document), document.Name, document.MediaType);
        }).RequiresSignature().WithSummary("The document to sign").Produces(200, contentType: "application/octet-stream");
        partner.MapPost("/{request:guid}", async (Guid request, PartnerSignature signed, HttpContext http, SignDocument sign, CancellationToken cancel) =>
            Answer(await sign.ByPartner(http.Signer().Owner, request, signed.Statement, signed.KeyId, signed.Signature, cancel)))
            .RequiresSignature().WithSummary("Sign the statement with a registered key").Produces<Done>();
        partner.MapPost("/{request:guid}/decline", async (Guid request, Refused refused, HttpContext http, AskForSignature ask, CancellationToken cancel) =>
            Answer(await ask.Decline(http.Signer().Owner, request, refused.Reason, cancel)))
            .RequiresSignature().WithSummary("Say that the partner does not sign, and why").Produces<Done>();
    }

    static async Task<IResult> Proof(Guid id, Guid signature, Caller caller, Documents documents, DocumentSignatures signatures, CancellationToken cancel)
    {
        if (await documents.Find(id, caller, cancel) is not { } document || await signatures.File(document, signature, cancel) is not { } file) return NotFound();
        return Results.File(Encoding.UTF8.GetBytes(file.ToJson()), "application/json", $"signature-{signature}.json");
    }

    static IResult NotFound() => Documents.NotFound.ToProblem(StatusCodes.Status404NotFound);

    static IResult Answer(Outcome<Guid> outcome) => outcome.Try(out var id, out var refusal) ? Results.Ok(new Done(id)) : Say(refusal);

    static IResult Say(Refusal refusal) => refusal.ToProblem(refusal == Documents.NotFound ? StatusCodes.Status404NotFound : StatusCodes.Status422UnprocessableEntity);
}
