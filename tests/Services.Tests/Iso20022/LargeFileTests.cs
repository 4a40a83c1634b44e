using System.Diagnostics;
using Pujiang.Accounts;

namespace Pujiang.Services.Tests;

/// <summary>A file of 100,000 transfers is checked and read with the memory of one transfer and of the ids that must differ.</summary>
public sealed class LargeFileTests(ITestOutputHelper output)
{
    const int Transfers = 100_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void HundredThousandTransfers_AreCheckedAndReadInLittleMemory(bool withSchemas)
    {
        if (withSchemas) TestData.Require("iso20022", "xsd", "pain.001.001.09.xsd");
        var file = Path.GetTempFileName();
        try
        {
            using (var write = File.Create(file)) PaymentFiles.Write(write, Transfers);
            var options = new Iso20022Options { Schemas = withSchemas ? Vectors.WithSchemas.Schemas : null, CollectFacts = false };
            var before = GC.GetTotalMemory(forceFullCollection: true);

            var clock = Stopwatch.StartNew();
            using var stream = File.OpenRead(file);
            var report = Iso20022Checker.Check(stream, options);
            var checkedIn = clock.Elapsed;
            var kept = GC.GetTotalMemory(forceFullCollection: true) - before;
            Assert.True(report.IsAccepted, Vectors.Show(report.Findings));
            Assert.Equal(Transfers, report.Facts.Documents[0].TransactionCount);

            stream.Position = 0;
            clock.Restart();
            var (read, peak) = Read(stream, options, before);
            output.WriteLine($"{new FileInfo(file).Length >> 20} MiB: checked in {checkedIn.TotalSeconds:F1} s (kept {kept >> 10} KiB), "
                + $"read in {clock.Elapsed.TotalSeconds:F1} s (peak {peak >> 20} MiB live)");
            Assert.Equal(Transfers, read);
            // Other tests live in the same process; a file kept whole would be half a gigabyte.
            Assert.InRange(peak, 0, 128 << 20);
        }
        finally
        {
            File.Delete(file);
        }
    }

    static (int Read, long Peak) Read(Stream stream, Iso20022Options options, long before)
    {
        var (read, peak) = (0, 0L);
        foreach (var (_, transfer) in PaymentFileReader.ReadTransfers(stream, options))
        {
            Assert.True(transfer.Amount.TryToMoney(out var money) && money.MinorUnits == 101);
            if (++read % 25_000 == 0) peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: true) - before);
        }
        return (read, peak);
    }
}
