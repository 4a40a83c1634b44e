namespace Pujiang.City;

/// <summary>The part of the memory that holds what goes to the bank.</summary>
sealed partial class CityStore
{
    /// <summary>Keeps a message to the bank, due now. The same id again changes nothing.</summary>
    public void Send(string actor, string path, string id, string kind, string subject, byte[] body)
    {
        lock (_gate)
            Execute("""
                INSERT INTO sent (actor, path, id, kind, subject, body, created_at, next_at, attempts, delivered, answer, signature, head)
                VALUES ($actor, $path, $id, $kind, $subject, $body, $now, $now, 0, 0, '', '', '') ON CONFLICT (actor, id) DO NOTHING
                """,
                ("$actor", actor), ("$path", path), ("$id", id), ("$kind", kind), ("$subject", subject), ("$body", body), ("$now", Now()));
    }

    /// <summary>What is due now, the oldest first.</summary>
    public IReadOnlyList<Sent> Due()
    {
        lock (_gate) return ReadSent("WHERE next_at <= $now ORDER BY number LIMIT 100", ("$now", Now()));
    }

    /// <summary>When the next message is due, UTC; null when none waits.</summary>
    public DateTime? NextDue()
    {
        lock (_gate)
        {
            using var command = Command("SELECT min(next_at) FROM sent");
            return command.ExecuteScalar() is string time ? Time(time) : null;
        }
    }

    /// <summary>An attempt was made.</summary>
    /// <param name="isCopy">The same was sent a moment before: it is no step of the plan.</param>
    public void Tried(long number, BankCalls.Attempt attempt, bool isCopy)
    {
        lock (_gate)
            // A copy that fails takes nothing back from one that arrived.
            Execute("""
                UPDATE sent SET attempts = attempts + $step, delivered = max(delivered, $delivered), next_at = CASE WHEN delivered THEN NULL ELSE $next END,
                  status = $status, answer = $answer, signature = $signature, head = $head WHERE number = $number
                """,
                ("$step", isCopy ? 0 : 1), ("$delivered", attempt.Delivered ? 1 : 0), ("$next", attempt.NextAt is { } next ? Text(next) : null), ("$status", attempt.Status),
                ("$answer", attempt.Answer), ("$signature", attempt.Signature), ("$head", attempt.Head), ("$number", number));
    }

    public void Postpone(long number, DateTime until)
    {
        lock (_gate) Execute("UPDATE sent SET next_at = $until WHERE number = $number", ("$until", Text(until)), ("$number", number));
    }

    public void SendAgain(long number)
    {
        lock (_gate) Execute("UPDATE sent SET next_at = $now, attempts = 0, delivered = 0 WHERE number = $number", ("$now", Now()), ("$number", number));
    }

    public Sent? FindSent(long number)
    {
        lock (_gate) return ReadSent("WHERE number = $number", ("$number", number)).SingleOrDefault();
    }

    /// <summary>The newest messages of an actor to the bank.</summary>
    public IReadOnlyList<Sent> NewestSent(string actor, int take)
    {
        lock (_gate) return ReadSent("WHERE actor = $actor ORDER BY number DESC LIMIT $take", ("$actor", actor), ("$take", take));
    }

    /// <summary>How many messages an actor has for the bank, sent or waiting.</summary>
    public int CountSent(string actor) => Number("SELECT count(*) FROM sent WHERE actor = $actor", ("$actor", actor));

    List<Sent> ReadSent(string where, params (string, object?)[] values) => Read(
        "SELECT number, actor, path, id, kind, subject, body, created_at, next_at, attempts, delivered, status, answer, signature, head FROM sent " + where,
        row => new Sent(
            row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), (byte[])row.GetValue(6),
            Time(row.GetString(7)), row.IsDBNull(8) ? null : Time(row.GetString(8)), row.GetInt32(9), row.GetInt32(10) == 1,
            row.IsDBNull(11) ? null : row.GetInt32(11), row.GetString(12), row.GetString(13), row.GetString(14)), values);
}
