using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Metadata;

namespace Pujiang.Web;

/// <summary>
/// Problem details (RFC 9457) for a call that can't be read at all: no JSON, a value of the wrong kind, a wrong media type,
/// too many bytes. They name the field, what stands there and what would be right.
/// </summary>
sealed partial class UnreadableRequests : IExceptionHandler
{
    public static void Add(IServiceCollection services)
    {
        // Otherwise the framework answers 400 without a word of why.
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.AddExceptionHandler<UnreadableRequests>();
        services.AddProblemDetails(problems => problems.CustomizeProblemDetails = SayWhy);
    }

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not BadHttpRequestException bad || !httpContext.Request.Path.StartsWithSegments(WebPages.ApiPrefix, StringComparison.Ordinal))
            return false;
        var endpoint = httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
        await ProblemOf(bad, endpoint?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType).ExecuteAsync(httpContext);
        return true;
    }

    /// <summary>Answers that the framework gives with a status alone.</summary>
    static void SayWhy(ProblemDetailsContext context)
    {
        var (problem, http) = (context.ProblemDetails, context.HttpContext);
        problem.Detail ??= problem.Status switch
        {
            StatusCodes.Status401Unauthorized => "Sign in, or send the operator's token in the header Authorization: Bearer.",
            StatusCodes.Status403Forbidden => "This is not for whoever is signed in here.",
            StatusCodes.Status404NotFound => $"There is nothing at {http.Request.Path}; /openapi/v1.json lists what there is.",
            StatusCodes.Status405MethodNotAllowed => $"{http.Request.Path} does not take {http.Request.Method}, but {http.Response.Headers.Allow}.",
            StatusCodes.Status413PayloadTooLarge => "The request has more bytes than are accepted here.",
            StatusCodes.Status415UnsupportedMediaType when http.Request.Path.StartsWithSegments("/api/payments", StringComparison.Ordinal) =>
                "Send the message as XML, with the header Content-Type: application/xml.",
            StatusCodes.Status415UnsupportedMediaType => "Send the body as JSON, with the header Content-Type: application/json.",
            _ => null,
        };
    }

    static IResult ProblemOf(BadHttpRequestException bad, Type? body) => bad switch
    {
        { InnerException: JsonException json } => OfJson(json, body),
        _ when Parameter().Match(bad.Message) is { Success: true } parameter => Problem(
            bad.StatusCode, "value_invalid",
            $"'{parameter.Groups["value"].Value}' is not {Wanted(parameter.Groups["type"].Value)}.", parameter.Groups["name"].Value),
        _ when bad.Message.Contains("body", StringComparison.Ordinal) =>
            Problem(bad.StatusCode, "body_missing", "The request has no body; send the JSON object that /openapi/v1.json shows.", null),
        _ => Problem(bad.StatusCode, "request_invalid", bad.Message, null),
    };

    static IResult OfJson(JsonException json, Type? body)
    {
        var field = json.Path?.TrimStart('$').TrimStart('.') is { Length: > 0 } path ? path : null;
        var place = $"line {(json.LineNumber ?? 0) + 1}, byte {(json.BytePositionInLine ?? 0) + 1}";
        // A mistake of JSON itself has an inner exception of the reader; a value of another kind has none, or a format's.
        if (field is not null && json.InnerException is not JsonException && body is not null && TypeOf(body, field) is { } type)
            return Problem(
                StatusCodes.Status400BadRequest, "value_invalid", $"The value of '{field}' ({place}) must be {Wanted(type)}.", field);
        return Problem(
            StatusCodes.Status400BadRequest, "json_invalid",
            $"The body is not JSON: it breaks off or has a mistake at {place}{(field is null ? "" : $", in the value of '{field}'")}.", field);
    }

    /// <summary>The type of a property by its path in JSON ("payee.number").</summary>
    static Type? TypeOf(Type? body, string path)
    {
        foreach (var name in path.Split('.'))
            body = body?.GetProperty(name, BindingFlags.IgnoreCase | BindingFlags.Public | BindingFlags.Instance)?.PropertyType;
        return body;
    }

    static string Wanted(Type type) =>
        Nullable.GetUnderlyingType(type) is { } inner ? Wanted(inner)
            : type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(type).Select(n => $"\"{n}\""))}" : Wanted(type.Name);

    /// <summary>What would be right, by the name of the .NET type.</summary>
    static string Wanted(string type) => type.Replace("Nullable<", "", StringComparison.Ordinal).TrimEnd('>', '?') switch
    {
        "Guid" => "a UUID such as 01977f3e-5f0a-7c3e-9d55-0c3c8b1e6a10",
        "DateOnly" => "a date such as 2026-05-31",
        "DateTime" or "DateTimeOffset" => "a time such as 2026-05-31T09:30:00+08:00",
        "String" or "string" => "a text in quotation marks",
        "Int32" or "Int64" or "int" or "long" => "a whole number",
        "Boolean" or "bool" => "true or false",
        _ => "as /openapi/v1.json shows",
    };

    static IResult Problem(int status, string code, string detail, string? field)
    {
        var extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = code };
        if (field is not null) extensions["errors"] = new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [detail] };
        return TypedResults.Problem(
            statusCode: status, title: "The request can't be read", detail: detail,
            type: $"https://pujiang.example/problems/{code}", extensions: extensions);
    }

    // The text of minimal APIs; a test breaks when it changes.
    [GeneratedRegex("""^Failed to bind parameter "(?<type>\S+) (?<name>\w+)" from "(?<value>.*)"\.$""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Parameter();
}
