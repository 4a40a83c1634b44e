using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Pujiang.Platform;

/// <summary>The registry for programs; people have the page.</summary>
static class KeyEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("", All).Requires(Permission.SeeKeys)
            .WithName("ListKeys").WithSummary("All keys, by owner");
        api.MapPost("", Add).Requires(Permission.KeepKeys).ChangesState()
            .WithName("AddPartnerKey").WithSummary("Register a partner's public key");
        api.MapPost("/rotate", Rotate).Requires(Permission.KeepKeys).ChangesState()
            .WithName("RotateOwnKey").WithSummary("Make the bank's next key");
        api.MapPost("/{keyId}/revoke", Revoke).Requires(Permission.KeepKeys).ChangesState()
            .WithName("RevokeKey").WithSummary("Take a key out of use at once");
    }

    /// <summary>A key in the registry.</summary>
    /// <param name="State">next, active, ended or revoked.</param>
    /// <param name="From">First moment, UTC.</param>
    /// <param name="Until">First moment after, UTC; null while no end is set.</param>
    internal sealed record KeyView(string KeyId, string Owner, string Algorithm, string State, DateTime From, DateTime? Until, DateTime? RevokedAt)
    {
        public static KeyView Of(TrustedKey key, DateTime now) => new(key.KeyId, key.Owner, HttpSignature.Name(key.Key.Algorithm),
            key.StateAt(now).ToString().ToLowerInvariant(), key.From, key.Until, key.RevokedAt);
    }

    /// <param name="Owner">The partner's short name.</param>
    /// <param name="Key">A JSON Web Key.</param>
    /// <param name="From">When it becomes valid; null for now.</param>
    internal sealed record AddRequest(string? Owner, JsonElement Key, DateTimeOffset? From);

    /// <param name="Algorithm">ed25519 or sm2-sm3.</param>
    internal sealed record RotateRequest(string? Algorithm);

    /// <param name="Emergency">True to revoke at once and alone; otherwise somebody else of security has to allow it.</param>
    internal sealed record RevokeRequest(string? Reason, bool? Emergency);

    static async Task<Ok<List<KeyView>>> All(KeyRegistry registry, TimeProvider clock, CancellationToken cancel) =>
        TypedResults.Ok((await registry.All(cancel)).Select(key => KeyView.Of(key, clock.UtcNow())).ToList());

    static async Task<Results<Ok<KeyView>, Accepted<ApprovalView>, ProblemHttpResult>> Add(
        AddRequest request, Caller caller, KeyChanges changes, TimeProvider clock, HttpContext http, CancellationToken cancel)
    {
        var jwk = request.Key.ValueKind == JsonValueKind.Undefined ? "" : request.Key.GetRawText();
        return Answer(await changes.Register(request.Owner ?? "", jwk, request.From?.UtcDateTime, KeyOf(http), caller, cancel), clock);
    }

    static async Task<Results<Ok<KeyView>, Accepted<ApprovalView>, ProblemHttpResult>> Rotate(
        RotateRequest request, Caller caller, KeyChanges changes, TimeProvider clock, HttpContext http, CancellationToken cancel)
    {
        // One that is not there is refused where all else is.
        var algorithm = Enum.GetValues<SignatureAlgorithm>().FirstOrDefault(a => HttpSignature.Name(a) == request.Algorithm);
        return Answer(await changes.Rotate(algorithm, KeyOf(http), caller, cancel), clock);
    }

    static async Task<Results<Ok<KeyView>, Accepted<ApprovalView>, ProblemHttpResult>> Revoke(
        string keyId, RevokeRequest request, Caller caller, KeyChanges changes, TimeProvider clock, HttpContext http, CancellationToken cancel) =>
        Answer(await changes.Revoke(keyId, request.Reason ?? "", request.Emergency == true, KeyOf(http), caller, cancel), clock);

    static string KeyOf(HttpContext http) => http.Request.Headers[IdempotencyKey.Header].ToString();

    /// <summary>Done, or 202 with the request that waits for somebody's consent.</summary>
    static Results<Ok<KeyView>, Accepted<ApprovalView>, ProblemHttpResult> Answer(Outcome<KeyChanges.Result> outcome, TimeProvider clock)
    {
        if (!outcome.Try(out var result, out var refusal)) return refusal.ToProblem();
        return result.Done is { } key ? TypedResults.Ok(KeyView.Of(key, clock.UtcNow())) : TypedResults.Accepted($"/approvals/{result.Waiting!.Id}", result.Waiting);
    }
}
