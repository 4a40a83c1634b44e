using System.Globalization;
using Pujiang.Ledger;

namespace Pujiang.Platform;

/// <summary>Reads the whole ledger each night: checksums, hash chain, every balance, and debits against credits.</summary>
sealed class VerifyLedger(PlatformOptions options) : IJobWork
{
    public async Task Run(JobRun run, CancellationToken cancel)
    {
        // It keeps one core busy for a while, and must not hold up the others.
        var report = await Task.Run(() => Book.Verify(options.LedgerFolder), cancel);
        if (!report.IsSound) throw new JobFailedException($"The ledger is damaged: {report.Damage}");
        foreach (var asset in report.TrialBalance.GroupBy(line => line.Asset))
            if (asset.Aggregate(Int128.Zero, (sum, line) => sum + line.Debits - line.Credits) != 0)
                throw new JobFailedException($"Debits and credits of {asset.Key.Code} differ.");
        run.Report(report.Entries, report.Entries, string.Create(CultureInfo.InvariantCulture, $"{report.Entries:N0} entries, {report.Accounts:N0} accounts, chain {report.Chain[..16]}"));
    }
}
