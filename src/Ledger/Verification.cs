namespace Pujiang.Ledger;

/// <summary>What a full check of a ledger directory found.</summary>
/// <param name="Entries">Entries read.</param>
/// <param name="Accounts">Accounts opened.</param>
/// <param name="Holds">Holds that are open at the end.</param>
/// <param name="Batches">Frames read, each with a sound checksum and hash.</param>
/// <param name="Bytes">Journal bytes read.</param>
/// <param name="OutOfReach">So many segments of older history were moved away and could not be read; <c>Before</c> proves them.</param>
/// <param name="Before">The SHA-256 of the hash chain at the place where reading began, in hexadecimal: zeros for all there is.</param>
/// <param name="Chain">The last SHA-256 of the hash chain, in hexadecimal.</param>
/// <param name="TornTail">Where an unfinished last write begins ("file:position"), or null.</param>
/// <param name="Damage">The first thing that is wrong, in words, or null.</param>
/// <param name="TrialBalance">The totals of all accounts.</param>
/// <param name="Duration">Time the check took.</param>
public sealed record VerificationReport(
    long Entries, long Accounts, long Holds, long Batches, long Bytes, int OutOfReach, string Before, string Chain, string? TornTail, string? Damage,
    IReadOnlyList<TrialBalanceLine> TrialBalance, TimeSpan Duration)
{
    /// <summary>Nothing is damaged. A torn tail is no damage: it was never acknowledged.</summary>
    public bool IsSound => Damage is null;
}

/// <summary>Reads a ledger directory from the first byte to the last, and changes nothing.</summary>
static class Verification
{
    public static VerificationReport Of(string directory, TimeProvider time, IDisk disk)
    {
        if (!Directory.Exists(directory)) throw new DirectoryNotFoundException($"There is no ledger in {Path.GetFullPath(directory)}.");
        var began = time.GetTimestamp();
        using var files = new JournalFiles(disk, directory, FileUse.Read);
        var segments = JournalFiles.Segments(disk, directory);
        var machine = new Machine(new BookRecords(files));
        var (begin, from) = (JournalPoint.Beginning, JournalPoint.Beginning);
        var scan = new JournalScan(files, segments, from);
        var outOfReach = segments.TakeWhile(segment => !CanRead(files, segment)).Count();
        string? damage = null;
        try
        {
            if (outOfReach > 0)
            {
                // A snapshot stands for what can't be read, and must lie on the chain that goes on from there.
                begin = Copies.BeginOf(files, segments[outOfReach]).Point;
                new JournalScan(files, segments, begin).Run((_, _) => { });
                from = Snapshot.In(disk, directory).Reverse().Select(path => Snapshot.TryLoad(disk, path, machine, new SequenceMarks()))
                    .FirstOrDefault(point => point is not null) ?? throw new JournalDamagedException(files.PathOf(segments[outOfReach]), 0, "older files are out of reach, and there is no snapshot");
                scan = new JournalScan(files, segments, from);
            }
            scan.Run((frame, at) => machine.Replay(frame, at));
            if (machine.Accounts.FindContradiction() is { } contradiction) damage = contradiction;
        }
        catch (Exception broken) when (broken is JournalDamagedException or HistoryOutOfReachException)
        {
            damage = broken.Message;
        }
        return new VerificationReport(
            machine.Sequence, machine.Accounts.Count, machine.Holds.Count, scan.Reached.NextBatch - 1, scan.Bytes, outOfReach,
            Convert.ToHexStringLower(begin.Chain), Convert.ToHexStringLower(scan.Reached.Chain), files.Describe(scan.TornTail), damage,
            machine.Accounts.TrialBalance(), time.GetElapsedTime(began));
    }

    static bool CanRead(JournalFiles files, int segment)
    {
        try
        {
            return files[segment] is not null;
        }
        catch (HistoryOutOfReachException)
        {
            return false;
        }
    }
}
