using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Pujiang.Platform;

/// <summary>What the host needs of signed HTTP and its keys.</summary>
public static class SigningModule
{
    public static IServiceCollection AddSigning(this IServiceCollection services, PlatformOptions options)
    {
        services.AddSingleton<ICityTables, SigningTables>();
        services.TryAddSingleton(new SignatureOptions());
        services.TryAddSingleton(new KeyRotation());
        services.AddSingleton(_ => KeySeal.Open(options));
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<ISigners>(provider => provider.GetRequiredService<SigningKeys>());
        services.AddSingleton<ITrustedKeys, StoredKeys>();
        services.AddSingleton<INonces, StoredNonces>();
        services.AddSingleton<SignatureCheck>();
        services.AddScoped<KeyRegistry>().AddScoped<KeyChanges>();
        services.AddScoped<IApprovedAct, KeyChanges.Act>();
        services.AddHostedService<ForgetNonces>();
        services.AddHttpClient(CityKeys.Client, client => client.Timeout = TimeSpan.FromSeconds(10));
        if (options is { DemoMode: true, City.Address: { Length: > 0 } }) services.AddHostedService<CityKeys>();
        services.AddPages(typeof(SigningModule).Assembly);
        services.AddSingleton(new HomePart(typeof(KeysHome), 5, Roles.Security, Roles.Auditor));
        services.AddSingleton(new MenuItem("/keys", "menu.keys", 60, Roles.Security, Roles.Auditor));
        return services;
    }

    /// <summary>Signs what this client sends, and believes only answers that this partner signed.</summary>
    /// <param name="partner">Owner of the keys in the registry.</param>
    public static IHttpClientBuilder AddSignedHttp(this IHttpClientBuilder client, string partner, SignatureAlgorithm algorithm = SignatureAlgorithm.Ed25519)
    {
        // A redirect would be followed with a signature for another address.
        client.ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false });
        return client.AddHttpMessageHandler(provider => new SignedHttpHandler(partner, algorithm,
            provider.GetRequiredService<ISigners>(), provider.GetRequiredService<SignatureCheck>(),
            provider.GetRequiredService<SignatureOptions>(), provider.GetRequiredService<TimeProvider>()));
    }

    public static void MapSigning(this IEndpointRouteBuilder app)
    {
        app.MapGet(KeySet.Path, async (KeyRegistry registry, HttpContext context, CancellationToken cancel) =>
            {
                context.Response.Headers.CacheControl = "max-age=300";
                return Results.Bytes(KeySet.Write(await registry.Published(cancel)), "application/jwk-set+json");
            })
            .Public("Public keys: by them everybody can check what the bank signed")
            .WithName("GetKeys").WithSummary("The bank's public keys, with the times from and until which they sign");
        app.MapPost("/api/signature-check", (HttpContext context) =>
            {
                var by = context.Signer();
                return TypedResults.Ok(new CheckedSignature(by.Owner, by.KeyId, HttpSignature.Name(by.Algorithm)));
            })
            .RequiresSignature().WithTags("Keys")
            .WithName("CheckSignature").WithSummary("Says who signed this request: for a partner who sets up signing");
        KeyEndpoints.Map(app.MapGroup("/api/keys").WithTags("Keys"));
    }

    /// <summary>Whose signature a request had.</summary>
    sealed record CheckedSignature(string Owner, string KeyId, string Algorithm);
}

/// <summary>Public keys as one JSON document (RFC 7517, section 5), with <c>nbf</c> and <c>exp</c> in seconds since 1970.</summary>
public static class KeySet
{
    /// <summary>Where each side publishes its own (RFC 8615).</summary>
    public const string Path = "/.well-known/keys";

    public static byte[] Write(IEnumerable<TrustedKey> keys)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartArray("keys");
            foreach (var key in keys)
            {
                json.WriteStartObject();
                key.Key.WriteJwk(json);
                json.WriteString("kid", key.KeyId);
                json.WriteString("use", "sig");
                json.WriteString("alg", HttpSignature.Name(key.Key.Algorithm));
                json.WriteNumber("nbf", new DateTimeOffset(key.From).ToUnixTimeSeconds());
                if (key.Until is { } until) json.WriteNumber("exp", new DateTimeOffset(until).ToUnixTimeSeconds());
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    /// <summary>Reads what somebody published as the keys of this owner.</summary>
    public static Outcome<TrustedKey[]> Read(string owner, ReadOnlySpan<byte> document)
    {
        try
        {
            var reader = new Utf8JsonReader(document);
            using var json = JsonDocument.ParseValue(ref reader);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("keys", out var list) || list.ValueKind != JsonValueKind.Array)
                return Unreadable("It has no list of keys.");
            var keys = new List<TrustedKey>();
            foreach (var jwk in list.EnumerateArray())
            {
                if (!VerifyingKey.FromJwk(jwk).Try(out var key, out var refusal)) return refusal;
                var name = jwk.TryGetProperty("kid", out var kid) && kid.ValueKind == JsonValueKind.String ? kid.GetString()! : key.Thumbprint;
                keys.Add(new TrustedKey(name, owner, key, Time(jwk, "nbf") ?? DateTime.UnixEpoch, Time(jwk, "exp")));
            }
            return keys.ToArray();
        }
        catch (JsonException)
        {
            return Unreadable("It is not JSON.");
        }
    }

    static DateTime? Time(JsonElement jwk, string name) =>
        jwk.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seconds) && seconds is >= 0 and <= 253402300799
            ? DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime : null;

    static Refusal Unreadable(string why) => new Refusal("key_set_unreadable", $"The published keys can't be read as a JSON Web Key Set. {why}");
}
