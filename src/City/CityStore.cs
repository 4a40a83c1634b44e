using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Pujiang.City;

/// <summary>A message that somebody in the city has received, kept once however often it came.</summary>
/// <param name="Key">The sender's id of the message ("ce-id"); without one, the hash of its content.</param>
/// <param name="Hash">SHA-256 of address and body, in hexadecimal.</param>
/// <param name="Head">Request line and headers of the first arrival.</param>
/// <param name="Signature">"good", "signature_missing" or another code; empty where nobody looked.</param>
/// <param name="Finding">What the actor found, in English; empty where nothing was to be found.</param>
/// <param name="Times">How often it came.</param>
/// <param name="Conflicts">How often another content came under the same id; it is not kept.</param>
sealed record Received(
    long Number, string Actor, string Key, string Hash, string Kind, string Subject, string Head, byte[] Body, string Signature, string Finding,
    Answer Answer, DateTime FirstAt, DateTime LastAt, int Times, int Conflicts);

/// <summary>A message of an actor to the bank.</summary>
/// <param name="NextAt">When it is tried next, UTC; null when it has arrived or was given up.</param>
/// <param name="Status">The bank's last HTTP status; null when there was no answer yet.</param>
/// <param name="Answer">The bank's last answer, or why there was none.</param>
/// <param name="Signature">"good", or what is wrong with the signature of the bank's last answer; empty without one.</param>
public sealed record Sent(
    long Number, string Actor, string Path, string Id, string Kind, string Subject, byte[] Body, DateTime CreatedAt, DateTime? NextAt, int Attempts,
    bool Delivered, int? Status, string Answer, string Signature, string Head);

/// <summary>The city's own memory: one SQLite file that nothing but the city reads.</summary>
sealed partial class CityStore : IDisposable
{
    /// <summary>Messages of each actor that are kept; the oldest go.</summary>
    const int MostKept = 10_000;

    readonly SqliteConnection _db;
    readonly TimeProvider _clock;
    readonly Lock _gate = new();

    public CityStore(string path, TimeProvider clock)
    {
        _clock = clock;
        _db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        _db.Open();
        Execute("""
            PRAGMA journal_mode=WAL;
            CREATE TABLE IF NOT EXISTS received (
              number INTEGER PRIMARY KEY, actor TEXT NOT NULL, key TEXT NOT NULL, hash TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
              head TEXT NOT NULL, body BLOB NOT NULL, signature TEXT NOT NULL, finding TEXT NOT NULL,
              status INTEGER NOT NULL, answer_type TEXT NOT NULL, answer BLOB NOT NULL,
              first_at TEXT NOT NULL, last_at TEXT NOT NULL, times INTEGER NOT NULL, conflicts INTEGER NOT NULL, UNIQUE (actor, key));
            CREATE TABLE IF NOT EXISTS sent (
              number INTEGER PRIMARY KEY, actor TEXT NOT NULL, path TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
              body BLOB NOT NULL, created_at TEXT NOT NULL, next_at TEXT, attempts INTEGER NOT NULL, delivered INTEGER NOT NULL,
              status INTEGER, answer TEXT NOT NULL, signature TEXT NOT NULL, head TEXT NOT NULL, UNIQUE (actor, id));
            CREATE TABLE IF NOT EXISTS fact (actor TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (actor, name));
            """);
    }

    /// <summary>Keeps a message and its answer; where the key is known, counts that it came again and keeps the newest answer.</summary>
    public void Keep(Exchange exchange, string key, Answer answer)
    {
        lock (_gate)
        {
            Execute("""
                INSERT INTO received (actor, key, hash, kind, subject, head, body, signature, finding, status, answer_type, answer, first_at, last_at, times, conflicts)
                VALUES ($actor, $key, $hash, $kind, $subject, $head, $body, $signature, $finding, $status, $type, $answer, $now, $now, 1, 0)
                ON CONFLICT (actor, key) DO UPDATE SET
                  times = times + 1, last_at = $now, finding = $finding, status = $status, answer_type = $type, answer = $answer
                """,
                ("$actor", exchange.Actor.Name), ("$key", key), ("$hash", exchange.Hash), ("$kind", exchange.Kind), ("$subject", exchange.Subject),
                ("$head", exchange.Head), ("$body", exchange.KeptInstead is { } instead ? System.Text.Encoding.UTF8.GetBytes(instead) : exchange.Body), ("$signature", exchange.Signature), ("$finding", exchange.Finding),
                ("$status", answer.Status), ("$type", answer.Type), ("$answer", answer.Body), ("$now", Now()));
            Execute("DELETE FROM received WHERE actor = $actor AND number <= (SELECT max(number) FROM received WHERE actor = $actor) - $most",
                ("$actor", exchange.Actor.Name), ("$most", MostKept));
        }
    }

    /// <summary>A message that is kept came again, or another content came under its id.</summary>
    public void CameAgain(long number, bool isSame)
    {
        lock (_gate)
            Execute("UPDATE received SET times = times + 1, last_at = $now, conflicts = conflicts + $other WHERE number = $number",
                ("$now", Now()), ("$other", isSame ? 0 : 1), ("$number", number));
    }

    public Received? Find(string actor, string key)
    {
        lock (_gate) return ReadReceived("WHERE actor = $actor AND key = $key", ("$actor", actor), ("$key", key)).SingleOrDefault();
    }

    public Received? Find(long number)
    {
        lock (_gate) return ReadReceived("WHERE number = $number", ("$number", number)).SingleOrDefault();
    }

    /// <summary>The newest messages of an actor.</summary>
    public IReadOnlyList<Received> Newest(string actor, int skip, int take)
    {
        lock (_gate)
            return ReadReceived("WHERE actor = $actor ORDER BY number DESC LIMIT $take OFFSET $skip", ("$actor", actor), ("$take", take), ("$skip", skip));
    }

    /// <summary>How many messages an actor has kept.</summary>
    public int Count(string actor) => Number("SELECT count(*) FROM received WHERE actor = $actor", ("$actor", actor));

    /// <summary>Forgets what an actor has received and sent. What still waits for the bank stays.</summary>
    public void Forget(string actor)
    {
        lock (_gate)
            Execute("DELETE FROM received WHERE actor = $actor; DELETE FROM sent WHERE actor = $actor AND next_at IS NULL", ("$actor", actor));
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

    List<Received> ReadReceived(string where, params (string, object?)[] values) => Read(
        "SELECT number, actor, key, hash, kind, subject, head, body, signature, finding, status, answer_type, answer, first_at, last_at, times, conflicts FROM received " + where,
        row => new Received(
            row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetString(6), (byte[])row.GetValue(7),
            row.GetString(8), row.GetString(9), new Answer(row.GetInt32(10), row.GetString(11), (byte[])row.GetValue(12)),
            Time(row.GetString(13)), Time(row.GetString(14)), row.GetInt32(15), row.GetInt32(16)), values);

    List<T> Read<T>(string sql, Func<SqliteDataReader, T> of, (string, object?)[] values)
    {
        using var command = Command(sql, values);
        using var row = command.ExecuteReader();
        var found = new List<T>();
        while (row.Read()) found.Add(of(row));
        return found;
    }

    int Number(string sql, params (string, object?)[] values)
    {
        lock (_gate)
        {
            using var command = Command(sql, values);
            return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
        }
    }

    void Execute(string sql, params (string, object?)[] values)
    {
        using var command = Command(sql, values);
        command.ExecuteNonQuery();
    }

    SqliteCommand Command(string sql, params (string Name, object? Value)[] values)
    {
        var command = _db.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }

    string Now() => Text(_clock.GetUtcNow().UtcDateTime);

    static string Text(DateTime utc) => utc.ToString("O", CultureInfo.InvariantCulture);

    static DateTime Time(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
}
