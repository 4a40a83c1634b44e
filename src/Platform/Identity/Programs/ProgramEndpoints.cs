using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Pujiang.Platform;

/// <summary>Registering clients by the bank's command line; people have the page.</summary>
static class ProgramEndpoints
{
    /// <param name="ClientId">Small letters, digits and hyphens.</param>
    /// <param name="Name">Who it is, for people.</param>
    /// <param name="Kind">Program or Application.</param>
    /// <param name="Party">The party whose data a program may use.</param>
    /// <param name="Scopes">What it may do.</param>
    /// <param name="Addresses">Of an application: where visitors come back to.</param>
    /// <param name="SignOutAddresses">Of an application: where visitors go after signing out.</param>
    /// <param name="Keys">A JSON Web Key or a set of them.</param>
    internal sealed record RegisterRequest(
        string? ClientId, string? Name, ClientKind Kind, Guid? Party, IReadOnlyList<string>? Scopes,
        IReadOnlyList<string>? Addresses, IReadOnlyList<string>? SignOutAddresses, JsonElement Keys);

    internal sealed record KeysRequest(JsonElement Keys);

    /// <summary>Nothing was done yet: others have to decide on it.</summary>
    internal sealed record WaitsForApproval(Guid Approval, ApprovalState State);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("", async (Programs programs, CancellationToken cancel) => Results.Ok(await programs.All(cancel)))
            .Requires(Permission.SeePrograms).WithSummary("Partners' programs and other applications").Produces<IReadOnlyList<Programs.Listed>>();
        api.MapPost("", async (RegisterRequest request, Caller caller, Programs programs, HttpContext http, CancellationToken cancel) =>
            Answer(await programs.Register(new Programs.Registration(
                request.ClientId, request.Name, request.Kind, request.Party, request.Scopes, request.Addresses, request.SignOutAddresses, Raw(request.Keys)), KeyOf(http), caller, cancel)))
            .Requires(Permission.KeepPrograms).ChangesState().WithSummary("Register a program or application").Produces<Programs.Listed>().Produces<WaitsForApproval>(StatusCodes.Status202Accepted);
        api.MapPost("/{clientId}/keys", async (string clientId, KeysRequest request, Caller caller, Programs programs, HttpContext http, CancellationToken cancel) =>
            Answer(await programs.AddKeys(clientId, Raw(request.Keys), KeyOf(http), caller, cancel)))
            .Requires(Permission.KeepPrograms).ChangesState().WithSummary("Add keys of a program").Produces<Programs.Listed>().Produces<WaitsForApproval>(StatusCodes.Status202Accepted);
        api.MapPost("/{clientId}/keys/{keyId}/withdraw", async (string clientId, string keyId, Caller caller, Programs programs, CancellationToken cancel) =>
            Answer(await programs.WithdrawKey(clientId, keyId, caller, cancel)))
            .Requires(Permission.KeepPrograms).ChangesState().WithSummary("Withdraw a key of a program, and its tokens").Produces(StatusCodes.Status204NoContent);
        api.MapPost("/{clientId}/end", async (string clientId, Caller caller, Programs programs, CancellationToken cancel) =>
            Answer(await programs.End(clientId, caller, cancel)))
            .Requires(Permission.KeepPrograms).ChangesState().WithSummary("End a program, with its keys and tokens").Produces(StatusCodes.Status204NoContent);
    }

    static string KeyOf(HttpContext http) => http.Request.Headers[IdempotencyKey.Header].ToString();

    static string Raw(JsonElement keys) => keys.ValueKind == JsonValueKind.Undefined ? "" : keys.GetRawText();

    static IResult Answer(Outcome<Programs.Result> outcome)
    {
        if (!outcome.Try(out var result, out var refusal)) return Answer(refusal);
        return result.Waiting is { } waiting ? Results.Accepted($"/approvals/{waiting.Id}", new WaitsForApproval(waiting.Id, waiting.State)) : Results.Ok(result.Done);
    }

    static IResult Answer(Refusal? refusal) => refusal is null ? Results.NoContent()
        : refusal.ToProblem(refusal == ClientRegister.NotFound ? StatusCodes.Status404NotFound : StatusCodes.Status422UnprocessableEntity);
}
