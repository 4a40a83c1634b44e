using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Pujiang.Platform;

/// <summary>The first answer to a call, returned again for the same key.</summary>
public sealed class StoredAnswer
{
    public required string Caller { get; init; }
    public required string Key { get; init; }

    /// <summary>SHA-256 of method, path and body: another request under the same key is a mistake of the caller.</summary>
    public required byte[] RequestHash { get; init; }
    public required int Status { get; init; }
    public required string ContentType { get; init; }

    /// <summary>Sealed, because answers name people.</summary>
    public required byte[] Body { get; init; }
    public required DateTime StoredAt { get; init; }
}

/// <summary>
/// Makes a state-changing call safe to repeat: it needs an <c>Idempotency-Key</c>; the first answer is stored and given again.
/// </summary>
/// <remarks>
/// A crash before the answer is stored is safe too: ids of entities and entries are made from caller and key, so the
/// repeated call finds its own work done. (draft-ietf-httpapi-idempotency-key-header)
/// </remarks>
public sealed class IdempotencyKey : IEndpointFilter
{
    public const string Header = "Idempotency-Key";
    public const int LongestKey = 128;
    static readonly ConcurrentDictionary<(string, string), byte> Running = new();

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var key = http.Request.Headers[Header].ToString();
        if (key.Length is 0 or > LongestKey)
            return new Refusal("idempotency_key_missing",
                $"Send the header {Header} with 1 to {LongestKey} characters that are new for each new request.", Header)
                .ToProblem(StatusCodes.Status400BadRequest);

        var caller = Caller.From(http.User).Key;
        if (!Running.TryAdd((caller, key), 0))
            return new Refusal("request_in_progress", "A request with this key is still being worked on. Ask again later.", Header)
                .ToProblem(StatusCodes.Status409Conflict);
        try
        {
            return await Answer(context, next, caller, key);
        }
        finally
        {
            Running.TryRemove((caller, key), out _);
        }
    }

    static async Task<object?> Answer(
        EndpointFilterInvocationContext context, EndpointFilterDelegate next, string caller, string key)
    {
        var http = context.HttpContext;
        var hash = await HashOf(http.Request, http.RequestAborted);
        var db = http.RequestServices.GetRequiredService<CityDb>();
        var stored = await db.Set<StoredAnswer>().AsNoTracking()
            .SingleOrDefaultAsync(a => a.Caller == caller && a.Key == key, http.RequestAborted);
        if (stored is not null)
            return stored.RequestHash.AsSpan().SequenceEqual(hash) ? new Again(stored)
                : new Refusal("idempotency_key_reused",
                    "This key was used for another request. Use a new key for each new request.", Header).ToProblem();

        var result = await next(context);
        return result is IResult answer ? new First(answer, caller, key, hash) : result;
    }

    static async Task<byte[]> HashOf(HttpRequest request, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString}\n"));
        request.Body.Position = 0;
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancel)) > 0) hash.AppendData(buffer, 0, read);
        request.Body.Position = 0;
        return hash.GetHashAndReset();
    }

    /// <summary>Writes the answer and keeps a copy of what was written.</summary>
    sealed class First(IResult inner, string caller, string key, byte[] requestHash) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var output = httpContext.Response.Body;
            using var copy = new MemoryStream();
            httpContext.Response.Body = copy;
            try
            {
                await inner.ExecuteAsync(httpContext);
            }
            finally
            {
                httpContext.Response.Body = output;
            }
            // Mistakes of the server are not answers: the caller shall try again.
            if (httpContext.Response.StatusCode < 500) await Store(httpContext, copy.ToArray());
            copy.Position = 0;
            await copy.CopyToAsync(output, httpContext.RequestAborted);
        }

        async Task Store(HttpContext http, byte[] body)
        {
            await using var scope = http.RequestServices.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<CityDb>();
            db.Add(new StoredAnswer
            {
                Caller = caller,
                Key = key,
                RequestHash = requestHash,
                Status = http.Response.StatusCode,
                ContentType = http.Response.ContentType ?? "",
                Body = body,
                StoredAt = http.RequestServices.GetRequiredService<TimeProvider>().UtcNow(),
            });
            await db.SaveChangesAsync(CancellationToken.None);
        }
    }

    sealed class Again(StoredAnswer stored) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = stored.Status;
            if (stored.ContentType.Length > 0) httpContext.Response.ContentType = stored.ContentType;
            httpContext.Response.Headers["Idempotent-Replayed"] = "true";
            await httpContext.Response.Body.WriteAsync(stored.Body, httpContext.RequestAborted);
        }
    }
}

public static class IdempotencyExtensions
{
    /// <summary>The endpoint changes something: it takes an <c>Idempotency-Key</c>.</summary>
    public static RouteHandlerBuilder ChangesState(this RouteHandlerBuilder endpoint) =>
        endpoint.AddEndpointFilter<IdempotencyKey>().WithMetadata(new ChangesStateMarker());

    /// <summary>Lets the body of state-changing endpoints be read twice: once for its hash, once by the handler.</summary>
    public static IApplicationBuilder UseRereadableBodies(this IApplicationBuilder app) =>
        app.Use(static (context, next) =>
        {
            if (context.GetEndpoint()?.Metadata.GetMetadata<ChangesStateMarker>() is not null)
                context.Request.EnableBuffering();
            return next(context);
        });

    /// <summary>Metadata of an endpoint that changes something.</summary>
    public sealed class ChangesStateMarker;
}
