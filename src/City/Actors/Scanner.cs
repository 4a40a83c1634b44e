using System.Security.Cryptography;

namespace Pujiang.City;

/// <summary>
/// A scanner for malware behind HTTP: it knows one sample, the harmless string that EICAR published for exactly this
/// (https://www.eicar.org/download-anti-malware-testfile/), anywhere in a file.
/// </summary>
static class Scanner
{
    const string Sample = "EICAR-Test-File";

    /// <summary>In two halves, or scanners would find it in this program.</summary>
    static readonly byte[] Eicar = [.. @"X5O!P%@AP[4\PZX54(P^)7CC)7}$"u8, .. "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"u8];

    /// <param name="Clean">False when something was found.</param>
    /// <param name="Found">The name of what was found, or null.</param>
    sealed record Answer(bool Clean, string? Found);

    public static void Map(WebApplication app) => app.MapPost("/scanner/scan", Scan).DisableAntiforgery();

    static async Task<IResult> Scan(HttpRequest request, CityStore store)
    {
        if (await MessageReceivers.BodyOf(request) is not { } file) return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
        var isFound = file.AsSpan().IndexOf(Eicar) >= 0;
        // The file itself is not kept: it belongs to somebody.
        var fingerprint = Convert.ToHexStringLower(SHA256.HashData(file));
        store.Keep(Actor.Scanner.Name, fingerprint, request.ContentType ?? "", $"{file.Length} bytes", MessageReceivers.HeadersOf(request), [],
            isFound ? Sample : "clean");
        return Results.Json(new Answer(!isFound, isFound ? Sample : null));
    }
}
