using System.Security.Cryptography;

namespace Pujiang.City;

/// <summary>One message to an actor, from its arrival to its answer.</summary>
sealed class Exchange(Actor actor, HttpRequest request, byte[] body)
{
    /// <summary>The sender's headers that name a message, whatever the attempt: CloudEvents first, then an idempotency key.</summary>
    static readonly string[] IdHeaders = ["ce-id", "idempotency-key"];

    public Actor Actor => actor;
    public byte[] Body { get; } = body;

    /// <summary>The sender's id of the message, or null: then each arrival is a message of its own, and equal ones share a line.</summary>
    public string? Id { get; } = IdHeaders.Select(name => request.Headers[name].ToString()).FirstOrDefault(id => id.Length > 0);

    /// <summary>Under what it is kept.</summary>
    public string Key => Id ?? Hash;

    /// <summary>For what is refused: the same refused message again shares its line, and takes nobody's id.</summary>
    public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData([.. System.Text.Encoding.UTF8.GetBytes(request.Path + request.QueryString.Value + "\n"), .. body]));

    /// <summary>What was asked, and how: request line and headers.</summary>
    public string Head { get; } =
        $"{request.Method} {request.Path}{request.QueryString}\n" + string.Join('\n', request.Headers.Select(header => $"{header.Key}: {header.Value}"));

    public string Kind { get; set; } = request.Headers["ce-type"].ToString();
    public string Subject { get; set; } = request.Headers["ce-subject"].ToString();

    /// <summary>What is kept in place of the body; null for the body itself.</summary>
    public string? KeptInstead { get; set; }

    /// <summary>"good", "missing", or the code of what is wrong with the signature; empty where nobody looked.</summary>
    public string Signature { get; set; } = "";

    /// <summary>What the actor found in the message, in English; empty where nothing was to be found.</summary>
    public string Finding { get; set; } = "";

    /// <summary>The exchange that an actor's handler answers.</summary>
    public static ValueTask<Exchange?> BindAsync(HttpContext context) => ValueTask.FromResult(context.Features.Get<Exchange>());
}

/// <summary>What an actor answered.</summary>
/// <param name="Type">The content type, or empty.</param>
sealed record Answer(int Status, string Type, byte[] Body);
