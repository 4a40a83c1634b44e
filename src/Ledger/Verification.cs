namespace Pujiang.Ledger;

/// <summary>What a full check of a ledger directory found.</summary>
/// <param name="Entries">Entries read.</param>
/// <param name="Accounts">Accounts opened.</param>
/// <param name="Holds">Holds that are open at the end.</param>
/// <param name="Batches">Frames read, each with a sound checksum and hash.</param>
/// <param name="Bytes">Journal bytes read.</param>
/// <param name="Chain">The last SHA-256 of the hash chain, in hexadecimal.</param>
/// <param name="TornTail">Where an unfinished last write begins ("file:position"), or null.</param>
/// <param name="Damage">The first thing that is wrong, in words, or null.</param>
/// <param name="TrialBalance">The totals of all accounts.</param>
/// <param name="Duration">Time the check took.</param>
public sealed record VerificationReport(
    long Entries, long Accounts, long Holds, long Batches, long Bytes, string Chain, string? TornTail, string? Damage,
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
        var machine = new Machine(new BookRecords(files));
        var scan = new JournalScan(files, JournalFiles.Segments(disk, directory), JournalPoint.Beginning);
        string? damage = null;
        try
        {
            scan.Run((frame, at) => machine.Replay(frame, at));
            if (machine.Accounts.FindContradiction() is { } contradiction) damage = contradiction;
        }
        catch (JournalDamagedException damaged)
        {
            damage = damaged.Message;
        }
        var reached = scan.Reached;
        return new VerificationReport(
            machine.Sequence, machine.Accounts.Count, machine.Holds.Count, reached.NextBatch - 1, scan.Bytes,
            Convert.ToHexStringLower(reached.Chain), files.Describe(scan.TornTail), damage,
            machine.Accounts.TrialBalance(), time.GetElapsedTime(began));
    }
}
