using System.Collections.Concurrent;
using Pujiang.Platform;

namespace Pujiang.City;

/// <summary>Stands around every address that takes messages: judges the signature, keeps the message, takes it once, signs the answer.</summary>
sealed class Exchanges(CityStore store, SignatureCheck check, ActorSignatures signatures)
{
    /// <summary>Bytes of the longest message that anybody here takes.</summary>
    public const int MostBytes = 64 << 20;

    readonly ConcurrentDictionary<string, SemaphoreSlim> _oneAtATime = new(StringComparer.Ordinal);

    public static void Use(WebApplication app) => app.Use((context, next) =>
        context.GetEndpoint()?.Metadata.GetMetadata<ActorEndpoints.Receives>() is { } receives
            ? app.Services.GetRequiredService<Exchanges>().Handle(context, receives, next) : next(context));

    async Task Handle(HttpContext context, ActorEndpoints.Receives receives, RequestDelegate next)
    {
        var cancel = context.RequestAborted;
        var body = await BodyOf(context.Request);
        var request = HttpMessage.From(context.Request);
        var exchange = new Exchange(context.GetEndpoint()!.Metadata.GetRequiredMetadata<Actor>(), context.Request, body);
        context.Features.Set(exchange);
        var answer = await Judge(exchange, request, receives.Wanted, cancel) is { } refusal
            ? await Refuse(context, exchange, refusal) : await Once(context, exchange, next);
        await signatures.Send(context, exchange.Actor, request, answer);
    }

    static async Task<byte[]> BodyOf(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        var bytes = body.ToArray();
        request.Body = new MemoryStream(bytes);
        return bytes;
    }

    /// <summary>Null when the actor takes the message as far as its signature goes.</summary>
    async Task<Refusal?> Judge(Exchange exchange, HttpMessage request, SignatureWanted wanted, CancellationToken cancel)
    {
        if (wanted == SignatureWanted.No) return null;
        if ((await check.Request(request, exchange.Body, cancel)).Try(out _, out var refusal))
        {
            exchange.Signature = "good";
            return null;
        }
        exchange.Signature = refusal.Code;
        return refusal.Code == "signature_missing" && wanted == SignatureWanted.IfThere ? null : refusal;
    }

    async Task<Answer> Refuse(HttpContext context, Exchange exchange, Refusal refusal)
    {
        context.Response.Headers.WWWAuthenticate = "Signature";
        var answer = await Run(context, refusal.ToProblem(StatusCodes.Status401Unauthorized).ExecuteAsync);
        store.Keep(exchange, $"refused {exchange.Hash}", answer);
        return answer;
    }

    /// <summary>A message with an id is carried out once: when it comes again, it is answered as it was, and nothing else happens.</summary>
    async Task<Answer> Once(HttpContext context, Exchange exchange, RequestDelegate next)
    {
        if (exchange.Id is null) return await New(context, exchange, next);
        var one = _oneAtATime.GetOrAdd(exchange.Actor.Name, _ => new SemaphoreSlim(1));
        await one.WaitAsync(context.RequestAborted);
        try
        {
            if (store.Find(exchange.Actor.Name, exchange.Key) is not { } known) return await New(context, exchange, next);
            var isSame = known.Hash == exchange.Hash;
            store.CameAgain(known.Number, isSame);
            return isSame ? known.Answer : await Run(context, Taken.ToProblem(StatusCodes.Status409Conflict).ExecuteAsync);
        }
        finally
        {
            one.Release();
        }
    }

    static readonly Refusal Taken = new("city_id_taken", "Another message came under this id before. Give each message an id of its own, and repeat it unchanged.", "ce-id");

    async Task<Answer> New(HttpContext context, Exchange exchange, RequestDelegate next)
    {
        var answer = await Run(context, next);
        store.Keep(exchange, exchange.Key, answer);
        return answer;
    }

    /// <summary>Lets the handler answer into memory.</summary>
    static async Task<Answer> Run(HttpContext context, RequestDelegate handler)
    {
        var output = context.Response.Body;
        using var body = new MemoryStream();
        context.Response.Body = body;
        try
        {
            await handler(context);
        }
        finally
        {
            context.Response.Body = output;
        }
        return new Answer(context.Response.StatusCode, context.Response.ContentType ?? "", body.ToArray());
    }
}
