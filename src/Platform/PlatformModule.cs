using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pujiang.Ledger;

namespace Pujiang.Platform;

/// <summary>Where this bank keeps its things, from configuration (<c>Pujiang:*</c>, environment <c>Pujiang__*</c>).</summary>
public sealed record PlatformOptions
{
    /// <summary>Folder of ledger, database, keys and received files.</summary>
    public string DataFolder { get; init; } = "data";

    /// <summary>PostgreSQL connection string; null for SQLite in <see cref="DataFolder"/>.</summary>
    public string? PostgreSql { get; init; }

    /// <summary>Where the bank answers as the world sees it ("https://bank.example"): the issuer of tokens, what papers name, and where links in letters lead. Null: tokens as each request calls it, no address on papers.</summary>
    public Uri? Address { get; init; }

    /// <summary>Demo people may sign in with one click. Never in production.</summary>
    public bool DemoMode { get; init; }

    /// <summary>The demo city, which plays the bank's partners in demo mode; null where there is none.</summary>
    public CityOptions? City { get; init; }

    /// <summary>The bank's partners by name, and where they are.</summary>
    public IReadOnlyDictionary<string, DestinationSettings> Destinations { get; init; } = new Dictionary<string, DestinationSettings>(StringComparer.Ordinal);

    /// <summary>Passwords and codes that one network address may try in a minute.</summary>
    public int SignInsPerMinute { get; init; } = 30;

    /// <summary>Address of the malware scanner for documents; null for none, and then documents wait.</summary>
    public string? MalwareScanner { get; init; }

    /// <summary>The name of the evidence log, when it is made: the address at which it answers, without "https://". Null for a random one.</summary>
    public string? EvidenceOrigin { get; init; }

    /// <summary>Who signs the evidence log's checkpoints too.</summary>
    public IReadOnlyList<EvidenceWitness> EvidenceWitnesses { get; init; } = [];

    /// <summary>How people are told what concerns them.</summary>
    public NotificationOptions Notifications { get; init; } = new();

    /// <summary>Addresses ("10.0.0.5") or networks ("10.0.0.0/24") of the proxies in front of the bank, whose word on who asks, and by https, is taken.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>How many requests are answered.</summary>
    public RateLimitOptions RateLimits { get; init; } = new();

    /// <summary>Whom to tell of a weakness: an address for <c>/.well-known/security.txt</c> ("mailto:…" or "https://…").</summary>
    public string SecurityContact { get; init; } = "mailto:security@pujiang.example";

    /// <summary>Where secrets are kept.</summary>
    public KeyOptions? Keys { get; init; }

    /// <summary>Comparison of names with sanctions lists.</summary>
    public ScreeningOptions Screening { get; init; } = new();

    public string LedgerFolder => Path.Combine(DataFolder, "ledger");
    internal string SqliteFile => Path.Combine(DataFolder, "city.db");
    public string EvidenceFolder => Path.Combine(DataFolder, "evidence");
    public string EvidenceKeys => Path.Combine(DataFolder, "keys", "evidence");
    public string KeyRing => Path.Combine(DataFolder, "keys", "personal-data.json");
}

/// <summary>Where the demo city answers.</summary>
public sealed record CityOptions
{
    /// <summary>"http://localhost:8090".</summary>
    public string? Address { get; init; }
}

public static class PlatformModule
{
    /// <summary>Names of the two migrations assemblies, one for each database.</summary>
    public const string SqliteMigrations = "Pujiang.Migrations.Sqlite", PostgreSqlMigrations = "Pujiang.Migrations.PostgreSql";

    /// <summary>The platform's services: ledger, database, keys, clock, followers.</summary>
    public static IServiceCollection AddPlatform(this IServiceCollection services, PlatformOptions options)
    {
        Directory.CreateDirectory(options.DataFolder);
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<NewId>();
        services.AddSingleton<BackgroundWork>();
        services.AddAudit().AddPeople();
        services.AddSingleton<IDemoPeople, DemoStaff>();
        if (options.DemoMode) services.AddSingleton<IStaff, DemoStaff>();
        services.AddSigning(options);
        services.AddSingleton(provider => PersonalData.Open(options.KeyRing, options.Keys?.Pkcs11 is null ? null : provider.GetRequiredService<KeySeal>()));
        services.AddSingleton<ICityTables, PlatformTables>();
        services.AddEvidence();
        services.AddOutbox();
        services.AddInbox();
        services.AddApprovals();
        services.AddJobs();
        services.AddDocuments();
        services.AddNotifications();
        services.AddScreening();
        services.AddDbContext<CityDb>((provider, db) =>
        {
            UseDatabase(db, options);
            db.AddInterceptors(provider.GetServices<Microsoft.EntityFrameworkCore.Diagnostics.IInterceptor>());
        });
        services.AddSingleton(provider => Book.Open(new BookOptions
        {
            Directory = options.LedgerFolder,
            Time = provider.GetRequiredService<TimeProvider>(),
            Chart = provider.GetServices<ChartAccount>().Select(line => (line.Code, line.Kind)).ToHashSet() is { Count: > 0 } chart ? chart : null,
        }));
        services.TryAddSingleton<ILedger>(provider => provider.GetRequiredService<Book>());
        return services;
    }

    /// <summary>Adds a service that follows the ledger for the entries it owns.</summary>
    public static IServiceCollection AddLedgerOwner<T>(this IServiceCollection services) where T : class, ILedgerOwner
    {
        services.AddSingleton<T>();
        services.AddKeyedSingleton(typeof(T), (provider, _) =>
            ActivatorUtilities.CreateInstance<LedgerFollower>(provider, provider.GetRequiredService<T>()));
        services.AddSingleton(provider => provider.GetRequiredKeyedService<LedgerFollower>(typeof(T)));
        services.AddHostedService(provider => provider.GetRequiredKeyedService<LedgerFollower>(typeof(T)));
        return services;
    }

    public static void UseDatabase(DbContextOptionsBuilder db, PlatformOptions options)
    {
        if (options.PostgreSql is { } connection)
            db.UseNpgsql(connection, npgsql => npgsql.MigrationsAssembly(PostgreSqlMigrations));
        else
            db.UseSqlite($"Data Source={options.SqliteFile};Default Timeout=60",
                sqlite => sqlite.MigrationsAssembly(SqliteMigrations));
        db.ReplaceService<IModelCacheKeyFactory, CityModelCacheKey>();
    }

    /// <summary>Brings the database to this version's tables. Call once before the first request.</summary>
    public static async Task PrepareDatabase(IServiceProvider services, CancellationToken cancel = default)
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CityDb>();
        await db.Database.MigrateAsync(cancel);
        // Readers do not wait for the writer. (Commits stay fully synchronous, SQLite's default.)
        if (db.Database.IsSqlite())
            await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL;", cancel);
    }
}
