using System.Diagnostics;
using System.Runtime.InteropServices;
using Npgsql;

[assembly: AssemblyFixture(typeof(Pujiang.Services.Tests.PostgresServer))]

namespace Pujiang.Services.Tests;

/// <summary>One PostgreSQL server for the whole run, on a Unix socket in a temporary folder; started by the first test that needs it.</summary>
/// <remarks>
/// Durability is off: these tests end processes, never the machine. The server runs under a shell that waits for the end of its
/// input, so it also goes away when this process is killed.
/// </remarks>
public sealed class PostgresServer : IAsyncDisposable
{
    // Each line says what the next would do wrong without it: the folder must belong to whom the server runs as.
    const string Script = """
        set -eu
        bin="$1"
        folder=$(mktemp -d "$2/pujiang-postgres-XXXXXX")
        trap 'rm -rf "$folder"' EXIT
        cd "$folder"
        "$bin/initdb" -D data -U postgres -A trust -E UTF8 --locale=C --no-sync >log 2>&1 || { cat log >&2; exit 1; }
        "$bin/postgres" -D data -k "$folder" -c listen_addresses= -c fsync=off -c synchronous_commit=off \
            -c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB </dev/null >>log 2>&1 &
        server=$!
        until "$bin/pg_isready" -q -h "$folder"; do
            kill -0 "$server" 2>/dev/null || { cat log >&2; exit 1; }
            sleep 0.05
        done
        echo "$folder"
        cat >/dev/null
        kill -QUIT "$server"
        wait "$server" || true
        """;

    const string Socket = ".s.PGSQL.5432";
    static readonly Lock Gate = new();
    static Task<Running>? _started;
    static int _databases;

    sealed record Running(Process Shell, string Folder);

    /// <summary>Makes a database, as a copy of another when one is named, and gives its connection string.</summary>
    public static async Task<string> CreateDatabase(string? template = null)
    {
        var name = $"bank_{Interlocked.Increment(ref _databases)}";
        await Execute(template is null ? $"CREATE DATABASE {name}" : $"CREATE DATABASE {name} TEMPLATE {template}");
        Directory.CreateDirectory(await DoorOf(name));
        await Back(name);
        return ConnectionTo(await DoorOf(name), name);
    }

    /// <summary>From now until <see cref="Back"/> the database is away: connections break, and no new one can be made.</summary>
    public static async Task Away(string connection)
    {
        File.Delete(Path.Combine(await DoorOf(NameIn(connection)), Socket));
        await Disconnect(connection);
    }

    public static async Task Back(string name) =>
        File.CreateSymbolicLink(Path.Combine(await DoorOf(name), Socket), Path.Combine((await Started()).Folder, Socket));

    /// <summary>Ends all connections to a database, as the end of a client process would.</summary>
    public static Task Disconnect(string connection) =>
        Execute($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{NameIn(connection)}'");

    public static async Task DropDatabase(string connection)
    {
        ClosePool(connection);
        await Execute($"DROP DATABASE IF EXISTS {NameIn(connection)} WITH (FORCE)");
        Directory.Delete(await DoorOf(NameIn(connection)), recursive: true);
    }

    /// <summary>Closes idle connections: a database that is copied from must have none.</summary>
    public static void ClosePool(string connection)
    {
        using var any = new NpgsqlConnection(connection);
        NpgsqlConnection.ClearPool(any);
    }

    public static string NameIn(string connection) => new NpgsqlConnectionStringBuilder(connection).Database!;

    /// <summary>Each database has a folder of its own with a link to the server's socket.</summary>
    static async Task<string> DoorOf(string database) => Path.Combine((await Started()).Folder, database);

    static string ConnectionTo(string folder, string database) =>
        $"Host={folder};Username=postgres;Database={database};Include Error Detail=true";

    static async Task Execute(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionTo((await Started()).Folder, "postgres"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    static Task<Running> Started()
    {
        lock (Gate) return _started ??= Start();
    }

    static async Task<Running> Start()
    {
        var bin = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(d => d, StringComparer.Ordinal)
                .Select(d => Path.Combine(d, "bin")).FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")))
            : null;
        if (bin is null)
            throw new InvalidOperationException("PostgreSQL is missing. Install it with: sudo apt-get install postgresql-15");

        string[] shell = ["/bin/sh", "-c", Script, "postgres-server", bin, TemporaryFolders.Root];
        // PostgreSQL refuses to run as root; its package has made a user for it.
        string[] command = geteuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--", .. shell] : shell;
        var process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        }) ?? throw new InvalidOperationException($"{command[0]} did not start.");
        var folder = await process.StandardOutput.ReadLineAsync();
        return string.IsNullOrEmpty(folder)
            ? throw new InvalidOperationException("PostgreSQL did not start. It said:\n" + await process.StandardError.ReadToEndAsync())
            : new Running(process, folder);
    }

    public async ValueTask DisposeAsync()
    {
        if (_started is null) return;
        var (shell, _) = await _started;
        NpgsqlConnection.ClearAllPools();
        shell.StandardInput.Close();
        await shell.WaitForExitAsync();
        shell.Dispose();
    }

    [DllImport("libc")]
    static extern uint geteuid();
}

/// <summary>Where tests keep their files: in memory where there is room, because waiting for a disk proves nothing here.</summary>
static class TemporaryFolders
{
    const string Memory = "/dev/shm";
    const long Needed = 2L << 30;

    public static string Root { get; } =
        Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace > Needed ? Memory : Path.GetTempPath();

    public static string New(string purpose)
    {
        var folder = Path.Combine(Root, $"pujiang-{purpose}-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        return folder;
    }
}
