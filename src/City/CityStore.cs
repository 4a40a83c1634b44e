using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Pujiang.City;

/// <summary>A message that somebody in the city has received, kept once however often it came.</summary>
/// <param name="Id">The sender's id of the message ("ce-id"); without one, the hash of its content.</param>
/// <param name="Times">How often it came.</param>
/// <param name="Conflicts">How often another content came under the same id; it is not kept.</param>
/// <param name="Verdict">What the actor found: "signature good", "EICAR-Test-File", … in English; empty where nothing was to be found.</param>
sealed record Received(
    long Number, string Actor, string Id, string Kind, string Subject, string Headers, byte[] Body, DateTime FirstAt, DateTime LastAt,
    int Times, int Conflicts, string Verdict);

/// <summary>The city's own memory: one SQLite file that nothing but the city reads.</summary>
sealed class CityStore : IDisposable
{
    readonly SqliteConnection _db;
    readonly TimeProvider _clock;
    readonly Lock _gate = new();

    public CityStore(string path, TimeProvider clock)
    {
        _clock = clock;
        _db = new SqliteConnection($"Data Source={path}");
        _db.Open();
        Execute("""
            PRAGMA journal_mode=WAL;
            CREATE TABLE IF NOT EXISTS received (
              number INTEGER PRIMARY KEY, actor TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
              headers TEXT NOT NULL, body BLOB NOT NULL, first_at TEXT NOT NULL, last_at TEXT NOT NULL,
              times INTEGER NOT NULL, conflicts INTEGER NOT NULL, verdict TEXT NOT NULL, UNIQUE (actor, id));
            CREATE TABLE IF NOT EXISTS fact (actor TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (actor, name));
            """);
    }

    /// <summary>Keeps a message, or counts that it came again.</summary>
    public Received Keep(string actor, string id, string kind, string subject, string headers, byte[] body, string verdict)
    {
        lock (_gate)
        {
            Execute("""
                INSERT INTO received (actor, id, kind, subject, headers, body, first_at, last_at, times, conflicts, verdict)
                VALUES ($actor, $id, $kind, $subject, $headers, $body, $now, $now, 1, 0, $verdict)
                ON CONFLICT (actor, id) DO UPDATE SET times = times + 1, last_at = $now, conflicts = conflicts + (body <> $body)
                """,
                ("$actor", actor), ("$id", id), ("$kind", kind), ("$subject", subject), ("$headers", headers), ("$body", body),
                ("$now", Text(_clock.GetUtcNow().UtcDateTime)), ("$verdict", verdict));
            return Read("WHERE actor = $actor AND id = $id", ("$actor", actor), ("$id", id)).Single();
        }
    }

    /// <summary>The newest messages of an actor.</summary>
    public IReadOnlyList<Received> Newest(string actor, int skip, int take)
    {
        lock (_gate)
            return Read("WHERE actor = $actor ORDER BY number DESC LIMIT $take OFFSET $skip", ("$actor", actor), ("$take", take), ("$skip", skip));
    }

    public Received? Find(long number)
    {
        lock (_gate) return Read("WHERE number = $number", ("$number", number)).SingleOrDefault();
    }

    /// <summary>How many messages an actor has kept.</summary>
    public int Count(string actor)
    {
        lock (_gate)
        {
            using var command = Command("SELECT count(*) FROM received WHERE actor = $actor", ("$actor", actor));
            return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Forgets what an actor has received.</summary>
    public void Forget(string actor)
    {
        lock (_gate) Execute("DELETE FROM received WHERE actor = $actor", ("$actor", actor));
    }

    /// <summary>Something that an actor knows, by name; null when it does not.</summary>
    public T? Fact<T>(string actor, string name) where T : class
    {
        lock (_gate)
        {
            using var command = Command("SELECT value FROM fact WHERE actor = $actor AND name = $name", ("$actor", actor), ("$name", name));
            return command.ExecuteScalar() is string json ? JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Web) : null;
        }
    }

    public void Learn<T>(string actor, string name, T value) where T : class
    {
        lock (_gate)
            Execute("INSERT INTO fact VALUES ($actor, $name, $value) ON CONFLICT (actor, name) DO UPDATE SET value = $value",
                ("$actor", actor), ("$name", name), ("$value", JsonSerializer.Serialize(value, JsonSerializerOptions.Web)));
    }

    public void Dispose() => _db.Dispose();

    List<Received> Read(string where, params (string, object)[] values)
    {
        using var command = Command(
            "SELECT number, actor, id, kind, subject, headers, body, first_at, last_at, times, conflicts, verdict FROM received " + where, values);
        using var row = command.ExecuteReader();
        var found = new List<Received>();
        while (row.Read())
            found.Add(new Received(
                row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), (byte[])row.GetValue(6),
                Time(row.GetString(7)), Time(row.GetString(8)), row.GetInt32(9), row.GetInt32(10), row.GetString(11)));
        return found;
    }

    void Execute(string sql, params (string, object)[] values)
    {
        using var command = Command(sql, values);
        command.ExecuteNonQuery();
    }

    SqliteCommand Command(string sql, params (string Name, object Value)[] values)
    {
        var command = _db.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value);
        return command;
    }

    static string Text(DateTime utc) => utc.ToString("O", CultureInfo.InvariantCulture);

    static DateTime Time(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
}
