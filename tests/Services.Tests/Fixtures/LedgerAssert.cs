using Microsoft.Extensions.DependencyInjection;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

static class LedgerAssert
{
    /// <summary>Debits equal credits for each asset, and the followers can apply all that is posted.</summary>
    public static async Task Balanced(TestBank bank)
    {
        foreach (var asset in (await bank.Ledger.TrialBalance()).GroupBy(line => line.Asset))
        {
            var (debits, credits) = (Sum(asset.Select(line => line.Debits)), Sum(asset.Select(line => line.Credits)));
            Assert.True(debits == credits, $"{asset.Key}: debits of {debits} differ from credits of {credits}.");
        }
        await bank.CatchUp();
        foreach (var follower in bank.Services.GetServices<LedgerFollower>())
            Assert.True(follower.Position == bank.Ledger.LastSequence,
                $"The follower of {follower.Service} is at {follower.Position}, the ledger at {bank.Ledger.LastSequence}.");
    }

    /// <summary>The closed ledger's files are whole: checksums, hash chain, balances.</summary>
    public static void Sound(string ledgerFolder)
    {
        var report = Book.Verify(ledgerFolder);
        Assert.True(report.IsSound, report.Damage);
    }

    static Int128 Sum(IEnumerable<Int128> amounts) => amounts.Aggregate((sum, amount) => sum + amount);
}
