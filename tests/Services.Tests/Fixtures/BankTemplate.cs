using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>An empty bank with all tables, made once for each database and set of tables, and copied for each test.</summary>
sealed class BankTemplate
{
    static readonly ConcurrentDictionary<(TestDatabase, string), Lazy<Task<BankTemplate>>> Made = new();

    readonly PlatformOptions _options;

    BankTemplate(PlatformOptions options) => (_options, PersonalData) = (options, PersonalData.Open(options.KeyRing));

    public PersonalData PersonalData { get; }

    public static Task<BankTemplate> For(TestDatabase database, Action<IServiceCollection>? modules)
    {
        var services = new ServiceCollection();
        TestBank.Compose(services, new PlatformOptions { DataFolder = TemporaryFolders.Root }, TimeProvider.System, modules);
        var tables = services.Where(s => s.ServiceType == typeof(ICityTables)).Select(s => s.ImplementationType!).ToList();
        return Made.GetOrAdd((database, string.Join(' ', tables.Select(t => t.FullName))),
            _ => new Lazy<Task<BankTemplate>>(() => Make(database, tables))).Value;
    }

    static async Task<BankTemplate> Make(TestDatabase database, IReadOnlyList<Type> tables)
    {
        var options = new PlatformOptions
        {
            DataFolder = TemporaryFolders.New("template"),
            PostgreSql = database == TestDatabase.PostgreSql ? await PostgresServer.CreateDatabase() : null,
        };
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(options.DataFolder, recursive: true);
        var template = new BankTemplate(options);
        var services = new ServiceCollection();
        TestBank.Compose(services, options, TimeProvider.System, modules: null);
        services.RemoveAll<ICityTables>();
        foreach (var table in tables) services.AddSingleton(typeof(ICityTables), table);
        services.AddSingleton(template.PersonalData);
        // A bank with some of the services still gets all tables.
        services.ConfigureDbContext<CityDb>(db => db.ConfigureWarnings(w => w.Ignore(RelationalEventId.PendingModelChangesWarning)));
        await using var provider = services.BuildServiceProvider();
        if (tables.All(t => t.Assembly != typeof(BankTemplate).Assembly)) await PlatformModule.PrepareDatabase(provider);
        else await CreateUnmigrated(provider);
        if (options.PostgreSql is { } connection) PostgresServer.ClosePool(connection);
        else CloseSqlitePool(options);
        return template;
    }

    /// <summary>Tables that only tests have are in no migration.</summary>
    static async Task CreateUnmigrated(IServiceProvider provider)
    {
        await using var scope = provider.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CityDb>();
        await db.Database.EnsureCreatedAsync();
        if (db.Database.IsSqlite()) await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL;");
    }

    public async Task<PlatformOptions> Copy()
    {
        var copy = new PlatformOptions { DataFolder = TemporaryFolders.New("bank") };
        Directory.CreateDirectory(Path.GetDirectoryName(copy.KeyRing)!);
        File.Copy(_options.KeyRing, copy.KeyRing);
        if (_options.PostgreSql is { } connection)
            return copy with { PostgreSql = await PostgresServer.CreateDatabase(PostgresServer.NameIn(connection)) };
        File.Copy(DatabaseFile(_options), DatabaseFile(copy));
        return copy;
    }

    public static void CloseSqlitePool(PlatformOptions options)
    {
        var builder = new DbContextOptionsBuilder();
        PlatformModule.UseDatabase(builder, options);
        using var db = new DbContext(builder.Options);
        SqliteConnection.ClearPool((SqliteConnection)db.Database.GetDbConnection());
    }

    static string DatabaseFile(PlatformOptions options) => Path.Combine(options.DataFolder, "city.db");
}
