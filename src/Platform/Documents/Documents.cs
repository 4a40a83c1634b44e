using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;

namespace Pujiang.Platform;

/// <summary>The documents that a caller may see, and their contents.</summary>
public sealed class Documents(CityDb db, DocumentVault vault, TimeProvider clock)
{
    /// <summary>A document in a list.</summary>
    /// <param name="Sha256">Of the content, in hexadecimal digits.</param>
    /// <param name="Threat">What the malware scanner found, or empty.</param>
    /// <param name="KeepUntil">The first day on which it may be deleted.</param>
    public sealed record View(
        Guid Id, string Name, DocumentPurpose Purpose, string MediaType, long Bytes, int Pages, string Sha256, DateTime ReceivedAt,
        DocumentState State, DateTime? ScannedAt, string Threat, DateOnly KeepUntil);

    public static readonly Refusal NotFound = new("document_not_found", "There is no such document among yours.", "id");

    public async Task<IReadOnlyList<View>> Of(Caller caller, int skip, int take, CancellationToken cancel)
    {
        var owner = caller.PartyId ?? Guid.Empty;
        var list = await db.Set<Document>().AsNoTracking().Where(d => d.OwnerId == owner)
            .OrderByDescending(d => d.ReceivedAt).ThenBy(d => d.Id).Skip(skip).Take(Math.Clamp(take, 1, 200)).ToListAsync(cancel);
        return [.. list.Select(ViewOf)];
    }

    public Task<int> Count(Caller caller, CancellationToken cancel) =>
        db.Set<Document>().CountAsync(d => d.OwnerId == (caller.PartyId ?? Guid.Empty), cancel);

    /// <summary>The document, or null when the caller has none with this id and is not asked to sign it.</summary>
    public async Task<Document?> Find(Guid id, Caller caller, CancellationToken cancel) =>
        await db.Set<Document>().AsNoTracking().SingleOrDefaultAsync(d => d.Id == id, cancel) is { } found
            && (caller.MayUse(found.OwnerId) || await IsSigner(id, caller, cancel)) ? found : null;

    /// <summary>Who is asked to sign sees the document, and keeps seeing what was signed.</summary>
    async Task<bool> IsSigner(Guid id, Caller caller, CancellationToken cancel)
    {
        var now = clock.UtcNow();
        return caller.PartyId is { } party && await db.Set<SigningRequest>().AnyAsync(r => r.DocumentId == id && r.PartyId == party
            && (r.State == SigningState.Fulfilled || (r.State == SigningState.Asked && r.ExpiresAt > now)), cancel);
    }

    /// <summary>The content of a document that may be served.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The file on disk was changed. Also from reading.</exception>
    public Stream Open(Document document)
    {
        if (document.NotServed is { } refusal) throw new InvalidOperationException(refusal.Reason);
        var content = vault.Open(document.Address);
        if (content.Length == document.Length) return content;
        content.Dispose();
        throw new System.Security.Cryptography.CryptographicException($"Document {document.Id} has {document.Length} bytes, its file {content.Length}.");
    }

    public static View ViewOf(Document d) => new(
        d.Id, d.Name, d.Purpose, d.MediaType, d.Length, d.Pages, d.Sha256, d.ReceivedAt, d.State, d.ScannedAt, d.Threat, d.KeepUntil);

    internal static void Map(IEndpointRouteBuilder api)
    {
        var documents = api.MapGroup("/documents").WithTags("Documents");
        documents.MapPost("/", Upload).Requires(Permission.SendDocuments).WithSummary("Send a document: the file itself as body, its name in Content-Disposition; the same file again is the same document")
            .Accepts<Stream>("application/octet-stream", [.. FileFormats.All.Select(f => f.MediaType)]).Produces<View>(201).Produces<View>()
            .WithMetadata(new RequestSizeLimitAttribute(FileFormats.MostBytes + 1));
        documents.MapGet("/", async (int? skip, int? take, Caller caller, Documents all, CancellationToken cancel) =>
            Results.Ok(await all.Of(caller, Math.Max(0, skip ?? 0), take ?? 50, cancel)))
            .Requires(Permission.SeeDocuments).WithSummary("Your documents, the newest first").Produces<IReadOnlyList<View>>();
        documents.MapGet("/{id:guid}", async (Guid id, Caller caller, Documents all, CancellationToken cancel) =>
            await all.Find(id, caller, cancel) is { } found ? Results.Ok(ViewOf(found)) : NotFound.ToProblem(StatusCodes.Status404NotFound))
            .Requires(Permission.SeeDocuments).WithSummary("What is known of a document").Produces<View>();
        documents.MapGet("/{id:guid}/content", async (Guid id, Caller caller, Documents all, CancellationToken cancel) =>
            await all.Find(id, caller, cancel) is not { } found ? (IResult)NotFound.ToProblem(StatusCodes.Status404NotFound)
                : found.NotServed is { } refusal ? refusal.ToProblem(StatusOf(found.State)) : new Download(all.Open(found), found.Name, found.MediaType))
            .Requires(Permission.SeeDocuments).WithSummary("The document itself").Produces(200, contentType: "application/octet-stream");
    }

    static int StatusOf(DocumentState state) => state == DocumentState.Waiting ? StatusCodes.Status409Conflict : StatusCodes.Status410Gone;

    /// <param name="disposition">Holds the file name, with the extension of what it is: names of files tell of people, and addresses are logged.</param>
    /// <param name="purpose">What it is for.</param>
    static async Task<IResult> Upload(
        [FromHeader(Name = "Content-Disposition")] string? disposition, DocumentPurpose? purpose, HttpRequest request, Caller caller, KeepDocument keep, Documents all, CancellationToken cancel)
    {
        var kept = await keep.Upload(request.Body, NameIn(disposition), request.ContentType ?? "", purpose ?? DocumentPurpose.Other, caller, cancel);
        if (!kept.Try(out var result, out var refusal))
            return refusal.ToProblem(refusal.Code == "document_too_large" ? StatusCodes.Status413PayloadTooLarge : StatusCodes.Status422UnprocessableEntity);
        var view = ViewOf(await all.Find(result.Id, caller, cancel) ?? throw new InvalidOperationException("A document that was just kept is gone."));
        return result.Repeated ? Results.Ok(view) : Results.Created($"/api/documents/{result.Id}", view);
    }

    /// <summary>The file name of <c>attachment; filename*=UTF-8''%E5%90%88%E5%90%8C.pdf</c> (RFC 6266, RFC 8187); empty where there is none.</summary>
    static string NameIn(string? disposition) =>
        !ContentDispositionHeaderValue.TryParse(disposition, out var parsed) ? ""
        : HeaderUtilities.RemoveQuotes(parsed.FileNameStar.HasValue ? parsed.FileNameStar : parsed.FileName).Value ?? "";
}

/// <summary>
/// A file that came from outside, on its way out: saved and not shown, never taken for anything else than it is, and without any
/// right on our pages should a browser show it all the same.
/// </summary>
public sealed class Download(Stream content, string name, string mediaType) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using var _ = content;
        var headers = httpContext.Response.Headers;
        // RFC 6266 with RFC 8187: names have Chinese characters.
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(name);
        headers.ContentDisposition = disposition.ToString();
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";
        headers.CacheControl = "private, no-store";
        httpContext.Response.ContentType = mediaType;
        httpContext.Response.ContentLength = content.Length;
        await content.CopyToAsync(httpContext.Response.Body, httpContext.RequestAborted);
    }
}
