using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace Pujiang.Web;

/// <summary>How large a request may be: small unless its endpoint says otherwise (<c>RequestSizeLimit</c> metadata).</summary>
static class RequestLimits
{
    const int MostBytes = 1024 * 1024;

    /// <summary>Bytes of a refused body that are still read, so that the sender can finish and read the answer.</summary>
    const long MostDrained = 64L * 1024 * 1024;

    public static void AddRequestLimits(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MostBytes;
        });
        builder.Services.Configure<FormOptions>(form => form.ValueCountLimit = 2000);
    }

    /// <summary>Answers 413 before the body is read, where its length is announced; a longer one fails while it is read.</summary>
    public static void UseSizeLimitAnswer(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        var limit = context.GetEndpoint()?.Metadata.GetMetadata<IRequestSizeLimitMetadata>();
        var most = limit is null ? MostBytes : limit.MaxRequestBodySize ?? long.MaxValue;
        var size = context.Features.Get<IHttpMaxRequestBodySizeFeature>();
        if (context.Request.ContentLength is not { } length || length <= most)
        {
            if (size is { IsReadOnly: false }) size.MaxRequestBodySize = limit is null ? MostBytes : limit.MaxRequestBodySize;
            await next(context);
            return;
        }
        if (size is { IsReadOnly: false }) size.MaxRequestBodySize = null;
        if (length <= MostDrained) await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
        if (context.Request.Path.StartsWithSegments(WebPages.ApiPrefix, StringComparison.Ordinal))
            await TypedResults.Problem(
                statusCode: StatusCodes.Status413PayloadTooLarge, title: "Request too large",
                detail: $"The request has {length} bytes; at most {most} are accepted here.",
                type: "https://pujiang.example/problems/request_too_large").ExecuteAsync(context);
    });
}
