using System.Security.Cryptography;

namespace Pujiang.City;

/// <summary>Those who only receive: a firm's system, the SMS gateway, the mailboxes. Each keeps a message once by its id.</summary>
static class MessageReceivers
{
    const int MostBytes = 10 << 20;

    public static void Map(WebApplication app)
    {
        foreach (var (path, actor) in new[] { ("/firm/events", Actor.Firm), ("/sms/messages", Actor.Sms), ("/mail/messages", Actor.Mail) })
            app.MapPost(path, (HttpRequest request, CityStore store) => Receive(actor, request, store)).DisableAntiforgery();
    }

    static async Task<IResult> Receive(Actor actor, HttpRequest request, CityStore store)
    {
        if (await BodyOf(request) is not { } body) return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
        store.Keep(actor.Name, IdOf(request, body), Header(request, "ce-type"), Header(request, "ce-subject"), HeadersOf(request), body, "");
        return Results.Accepted();
    }

    /// <summary>The whole body, or null when it is longer than anybody here takes.</summary>
    public static async Task<byte[]?> BodyOf(HttpRequest request)
    {
        if (request.ContentLength > MostBytes) return null;
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        return body.Length > MostBytes ? null : body.ToArray();
    }

    public static string IdOf(HttpRequest request, byte[] body) =>
        Header(request, "ce-id") is { Length: > 0 } id ? id : Convert.ToHexStringLower(SHA256.HashData(body));

    public static string Header(HttpRequest request, string name) => request.Headers[name].ToString();

    public static string HeadersOf(HttpRequest request) =>
        $"{request.Method} {request.Path}{request.QueryString}\n" + string.Join('\n', request.Headers.Select(header => $"{header.Key}: {header.Value}"));
}
