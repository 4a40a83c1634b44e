using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Pujiang.Platform;

/// <summary>Copies of the database while it is in use, each by the database's own means, and each of one moment.</summary>
static class DatabaseCopies
{
    public const string Sqlite = "sqlite", PostgreSql = "postgresql";

    public static string KindOf(PlatformOptions options) => options.PostgreSql is null ? Sqlite : PostgreSql;

    public static Task Copy(PlatformOptions options, string to, CancellationToken cancel) => options.PostgreSql is { } connection
        ? Run("pg_dump", connection, ["--format=custom", "--no-owner", "--no-privileges", $"--file={to}"], cancel)
        : CopySqlite(options.SqliteFile, to, cancel);

    /// <summary>A whole new file by one read transaction, which holds up no writer (https://sqlite.org/lang_vacuum.html#vacuuminto).</summary>
    static async Task CopySqlite(string from, string to, CancellationToken cancel)
    {
        if (!File.Exists(from)) throw new BackupRefusedException($"There is no database {from}.");
        await using var database = new SqliteConnection($"Data Source={from};Mode=ReadOnly;Pooling=False;Default Timeout=60");
        await database.OpenAsync(cancel);
        await using var command = database.CreateCommand();
        command.CommandText = "VACUUM INTO $to";
        command.Parameters.AddWithValue("$to", to);
        await command.ExecuteNonQueryAsync(cancel);
        // SQLite leaves it to the system when this file reaches the disk.
        using var written = File.OpenHandle(to, access: FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(written);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(written, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>Brings a copy to where the bank expects its database.</summary>
    public static async Task Restore(string copy, PlatformOptions options, CancellationToken cancel)
    {
        if (options.PostgreSql is { } connection)
        {
            await Run("pg_restore", connection, ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", copy], cancel);
            return;
        }
        _ = await BackupFiles.Copy(copy, options.SqliteFile, "", long.MaxValue, cancel);
        await using var database = new SqliteConnection($"Data Source={options.SqliteFile};Pooling=False");
        await database.OpenAsync(cancel);
        await using var command = database.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        if (await command.ExecuteScalarAsync(cancel) is not "ok") throw new BackupRefusedException("The database of the backup is damaged.");
    }

    /// <exception cref="BackupRefusedException">The database that shall be restored into has tables already.</exception>
    public static async Task RequireEmpty(string connection, CancellationToken cancel)
    {
        await using var database = new NpgsqlConnection(connection);
        await database.OpenAsync(cancel);
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            + "WHERE c.relkind IN ('r', 'p', 'S', 'v') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%'", database);
        if (await command.ExecuteScalarAsync(cancel) is not 0L)
            throw new BackupRefusedException($"The database {database.Database} is not empty. Make a new one (createdb NAME), or remove this one (dropdb {database.Database}) when it is left of a restore that was interrupted.");
    }

    /// <summary>One of PostgreSQL's own programs; the password goes by the environment, where other users can't see it.</summary>
    static async Task Run(string program, string connection, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        var place = new NpgsqlConnectionStringBuilder(connection);
        var start = new ProcessStartInfo(ProgramPath(program), arguments) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["PGHOST"] = place.Host;
        start.Environment["PGPORT"] = $"{place.Port}";
        start.Environment["PGUSER"] = place.Username;
        start.Environment["PGDATABASE"] = place.Database;
        if (place.Password is { } password) start.Environment["PGPASSWORD"] = password;
        if (place.RootCertificate is { } root) start.Environment["PGSSLROOTCERT"] = root;
        start.Environment["PGSSLMODE"] = SslModeOf(place.SslMode);
        // pg_restore writes SQL to its output unless it is told the database.
        if (program == "pg_restore") start.ArgumentList.Insert(0, $"--dbname={place.Database}");
        using var process = Start(start, program);
        try
        {
            var said = process.StandardError.ReadToEndAsync(cancel);
            await process.StandardOutput.ReadToEndAsync(cancel);
            await process.WaitForExitAsync(cancel);
            if (process.ExitCode != 0) throw new BackupRefusedException($"{program} failed: {(await said).Trim()}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>The words of libpq for those of Npgsql (https://www.postgresql.org/docs/current/libpq-ssl.html).</summary>
    static string SslModeOf(SslMode mode) => mode switch
    {
        SslMode.VerifyCA => "verify-ca",
        SslMode.VerifyFull => "verify-full",
        _ => $"{mode}".ToLowerInvariant(),
    };

    static Process Start(ProcessStartInfo start, string program)
    {
        try
        {
            return Process.Start(start) ?? throw new BackupRefusedException($"{program} did not start.");
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new BackupRefusedException($"There is no program {program}. Install PostgreSQL's clients: sudo apt-get install postgresql-client.", missing);
        }
    }

    /// <summary>Debian keeps the programs of each version in a folder of its own: the newest reads all older servers.</summary>
    static string ProgramPath(string program)
    {
        const string Versions = "/usr/lib/postgresql";
        var newest = Directory.Exists(Versions)
            ? Directory.EnumerateDirectories(Versions).Where(folder => File.Exists(Path.Combine(folder, "bin", program)))
                .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture, out var version) ? version : 0).FirstOrDefault()
            : null;
        return newest is null ? program : Path.Combine(newest, "bin", program);
    }
}
