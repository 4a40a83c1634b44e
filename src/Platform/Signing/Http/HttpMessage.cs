using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Pujiang.Platform;

/// <summary>One part of a message that a signature covers (RFC 9421, section 2).</summary>
/// <param name="Name">A field's name in small letters, or a derived part such as <c>@method</c>.</param>
/// <param name="OfRequest">In an answer: the part is the request's (parameter <c>req</c>).</param>
/// <param name="Key">Of a field that is a dictionary: this member alone (parameter <c>key</c>).</param>
/// <param name="QueryName">Of <c>@query-param</c>: which one (parameter <c>name</c>).</param>
public sealed record Component(string Name, bool OfRequest = false, string? Key = null, string? QueryName = null)
{
    internal static Component? Read(FieldMember item)
    {
        if (item.Value is not string name || name.Length == 0 || name.Any(char.IsAsciiLetterUpper)) return null;
        var component = new Component(name);
        foreach (var (parameter, value) in item.Parameters)
            switch (parameter, value)
            {
                case ("req", true): component = component with { OfRequest = true }; break;
                case ("key", string key): component = component with { Key = key }; break;
                case ("name", string query) when name == "@query-param": component = component with { QueryName = query }; break;
                default: return null;
            }
        return component;
    }

    internal FieldMember ToItem()
    {
        var parameters = new List<KeyValuePair<string, object>>();
        if (Key is not null) parameters.Add(new("key", Key));
        if (QueryName is not null) parameters.Add(new("name", QueryName));
        if (OfRequest) parameters.Add(new("req", true));
        return new FieldMember(Name, parameters);
    }

    public override string ToString() => ToItem().ToString();
}

/// <summary>A request or an answer as signatures see it, whichever side holds it.</summary>
public sealed class HttpMessage
{
    /// <summary>The values of a header field, one for each line, or null when it is not there.</summary>
    public required Func<string, IReadOnlyList<string>?> Field { get; init; }

    public string? Method { get; init; }
    public string? Scheme { get; init; }

    /// <summary>Host and, unless it is the scheme's own, port.</summary>
    public string? Authority { get; init; }

    /// <summary>As it was sent, with its percent signs; at least "/".</summary>
    public string? Path { get; init; }

    /// <summary>With its question mark, which alone stands for no query.</summary>
    public string? Query { get; init; }

    /// <summary>Of an answer.</summary>
    public int? Status { get; init; }

    /// <summary>The request that this is the answer to.</summary>
    public HttpMessage? Request { get; init; }

    public static HttpMessage From(HttpRequestMessage request)
    {
        var uri = request.RequestUri ?? throw new ArgumentException("The request has no address.", nameof(request));
        return new HttpMessage
        {
            Method = request.Method.Method,
            Scheme = uri.Scheme,
            Authority = Normal(request.Headers.Host ?? uri.Authority, uri.Scheme),
            Path = uri.AbsolutePath,
            Query = uri.Query.Length == 0 ? "?" : uri.Query,
            Field = Snapshot(request.Headers, request.Content?.Headers),
        };
    }

    /// <param name="request">The request as it was sent, with its signature.</param>
    public static HttpMessage From(HttpResponseMessage answer, HttpMessage request) => new()
    {
        Status = (int)answer.StatusCode,
        Request = request,
        Field = Snapshot(answer.Headers, answer.Content.Headers),
    };

    public static HttpMessage From(HttpRequest request)
    {
        // The path that routing sees is decoded; a signature covers what was sent.
        var target = request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (string.IsNullOrEmpty(target) || target[0] != '/')
            target = request.PathBase.ToUriComponent() + request.Path.ToUriComponent() + request.QueryString.ToUriComponent();
        var question = target.IndexOf('?', StringComparison.Ordinal);
        return new HttpMessage
        {
            Method = request.Method,
            Scheme = request.Scheme,
            Authority = Normal(request.Host.Value ?? "", request.Scheme),
            Path = question < 0 ? target : target[..question],
            Query = question < 0 ? "?" : target[question..],
            Field = name => request.Headers.TryGetValue(name, out var values) ? values.Select(v => v ?? "").ToList() : null,
        };
    }

    /// <param name="request">What it answers.</param>
    public static HttpMessage From(HttpResponse answer, HttpMessage request) => new()
    {
        Status = answer.StatusCode,
        Request = request,
        Field = name => answer.Headers.TryGetValue(name, out var values) ? values.Select(v => v ?? "").ToList() : null,
    };

    /// <summary>The fields as they are now: what is changed later, on the way, is not what was signed.</summary>
    static Func<string, IReadOnlyList<string>?> Snapshot(
        System.Net.Http.Headers.HttpHeaders headers, System.Net.Http.Headers.HttpHeaders? contentHeaders)
    {
        var fields = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in headers.NonValidated) fields[name] = [.. values];
        if (contentHeaders is not null)
            foreach (var (name, values) in contentHeaders.NonValidated) fields[name] = [.. values];
        return name => fields.GetValueOrDefault(name);
    }

    static string Normal(string authority, string scheme)
    {
        authority = authority.ToLowerInvariant();
        var port = scheme == "https" ? ":443" : ":80";
        return authority.EndsWith(port, StringComparison.Ordinal) ? authority[..^port.Length] : authority;
    }

    /// <summary>The value of a part as the signature base holds it, or null when the message has none.</summary>
    public string? Value(Component component)
    {
        if (component.OfRequest) return Request?.Value(component with { OfRequest = false });
        return component.Name switch
        {
            "@method" => Method,
            "@scheme" => Scheme,
            "@authority" => Authority,
            "@path" => Path,
            "@query" => Query,
            "@request-target" when Query is not null => Path + (Query == "?" ? "" : Query),
            "@target-uri" when Query is not null => $"{Scheme}://{Authority}{Path}{(Query == "?" ? "" : Query)}",
            "@query-param" when component.QueryName is { } name => QueryParameter(name),
            "@status" => Status?.ToString(CultureInfo.InvariantCulture),
            _ when component.Name[0] == '@' => null,
            _ => FieldValue(component),
        };
    }

    /// <summary>Lines joined, white space around them gone (RFC 9421, section 2.1), or one member of a dictionary (2.1.2).</summary>
    string? FieldValue(Component component)
    {
        if (Field(component.Name) is not { } lines) return null;
        var value = string.Join(", ", lines.Select(line => line.Trim(' ', '\t')));
        if (component.Key is null) return value;
        return StructuredField.Dictionary(value) is { } members && members.TryGetValue(component.Key, out var member) ? member.ToString() : null;
    }

    /// <summary>RFC 9421, section 2.2.8: decoded as a form is and encoded again; a name that occurs twice is no part that can be named.</summary>
    string? QueryParameter(string name)
    {
        if (Query is null) return null;
        var found = Query[1..].Split('&').Select(pair => pair.Split('=', 2))
            .Where(pair => FormEncode(FormDecode(pair[0])) == name).ToList();
        return found.Count == 1 ? FormEncode(FormDecode(found[0].Length == 2 ? found[0][1] : "")) : null;
    }

    static string FormDecode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    static string FormEncode(string text)
    {
        var encoded = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(text))
            if (char.IsAsciiLetterOrDigit((char)b) || (char)b is '*' or '-' or '.' or '_') encoded.Append((char)b);
            else encoded.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        return encoded.ToString();
    }
}
