using CsCheck;

namespace Pujiang.Ledger.Formats.Tests;

/// <summary>What is exported and imported again is the same ledger, in every format.</summary>
public sealed class RoundTripTests
{
    public static TheoryData<LedgerFormat> Formats => [.. Enum.GetValues<LedgerFormat>()];

    // A property over a generator that never reaches the hard case proves nothing; so the generator is tested first.
    [Fact]
    public async Task Any_SomeLedgers_ReachEveryAction()
    {
        var seen = new HashSet<EntryAction>();
        await TestLedger.Any.SampleAsync(async plan =>
        {
            using var folder = new TestFolder();
            await TestLedger.Build(folder["a"], plan);
            await using var book = TestLedger.OpenQuietly(folder["a"]);
            await foreach (var posted in TestLedger.Entries(book)) lock (seen) seen.Add(posted.Entry.Action);
        }, iter: 20);
        Assert.Equal(Enum.GetValues<EntryAction>().Order(), seen.Order());
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Import_OfAnExport_IsTheSameLedger(LedgerFormat format) => await TestLedger.Any.SampleAsync(async plan =>
    {
        using var folder = new TestFolder();
        var isText = format is not (LedgerFormat.Csv or LedgerFormat.Parquet);
        await TestLedger.Build(folder["a"], plan);
        var before = await TestLedger.Dump(folder["a"], isText);
        var written = await TestLedger.Export(folder["a"], format, folder["file"]);

        var read = await LedgerImport.IntoFolder(folder["file"], format, folder["b"], TestLedger.Options);

        Assert.Equal(before, await TestLedger.Dump(folder["b"], isText));
        Assert.Equal(written.Entries, read.Entries);
        Assert.True(read.IsNew);

        // Again, into the copy and into the original: nothing changes.
        foreach (var target in new[] { "b", "a" })
        {
            var again = await LedgerImport.IntoFolder(folder["file"], format, folder[target], TestLedger.Options with { KeepPostingTimes = true });
            Assert.Equal((0L, 0L, false), (again.AccountsOpened, again.Entries - again.Repeated - again.Posted, again.IsNew));
            Assert.Equal(before, await TestLedger.Dump(folder[target], isText));
        }
        Assert.Equal(before, await TestLedger.Dump(folder["a"], isText));
    }, iter: 30, threads: 1);

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Export_OfAnImport_IsTheSameFile(LedgerFormat format)
    {
        using var folder = new TestFolder();
        await TestLedger.Build(folder["a"], TestLedger.Any.Single());
        await TestLedger.Export(folder["a"], format, folder["first"]);
        await LedgerImport.IntoFolder(folder["first"], format, folder["b"], TestLedger.Options);

        await TestLedger.Export(folder["b"], format, folder["second"]);

        if (format != LedgerFormat.Parquet) Assert.Equal(await File.ReadAllTextAsync(folder["first"]), await File.ReadAllTextAsync(folder["second"]));
        else Assert.Equal(new FileInfo(folder["first"]).Length, new FileInfo(folder["second"]).Length);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Export_InTwoParts_ImportsAsTheWhole(LedgerFormat format)
    {
        using var folder = new TestFolder();
        await TestLedger.Build(folder["a"], TestLedger.Any.Single(), endsFrozen: false);
        var before = await TestLedger.Dump(folder["a"]);
        var middle = before.Count(line => char.IsAsciiDigit(line[0])) / 2;
        await TestLedger.Export(folder["a"], format, folder["first"], new ExportRange(To: middle));
        await TestLedger.Export(folder["a"], format, folder["second"], new ExportRange(From: middle + 1));

        await LedgerImport.IntoFolder(folder["first"], format, folder["b"], TestLedger.Options);
        await LedgerImport.IntoFolder(folder["second"], format, folder["b"], TestLedger.Options with { KeepPostingTimes = true });
        Assert.Equal(before, await TestLedger.Dump(folder["b"]));
    }
}
