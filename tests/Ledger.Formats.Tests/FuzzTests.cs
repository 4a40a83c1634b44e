using CsCheck;

namespace Pujiang.Ledger.Formats.Tests;

/// <summary>Damaged files are refused with their place, or are still right; never a crash, a hang or half an import.</summary>
public sealed class FuzzTests
{
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(LedgerFormat.Hledger, 120)]
    [InlineData(LedgerFormat.Ledger, 120)]
    [InlineData(LedgerFormat.Beancount, 120)]
    [InlineData(LedgerFormat.Csv, 120)]
    [InlineData(LedgerFormat.Parquet, 200)]
    public async Task Import_OfADamagedFile_IsWholeOrRefused(LedgerFormat format, int times)
    {
        using var folder = new TestFolder();
        await TestLedger.Build(folder["a"], TestLedger.Any.Single());
        await TestLedger.Export(folder["a"], format, folder["good"]);
        var good = await File.ReadAllBytesAsync(folder["good"]);
        var before = await TestLedger.Dump(folder["a"]);
        var (refused, imported) = (0, 0);
        await AnyDamage(good.Length).SampleAsync(async damage =>
        {
            await File.WriteAllBytesAsync(folder["bad"], Damaged(good, damage));
            try
            {
                await LedgerImport.IntoFolder(folder["bad"], format, folder["b"], TestLedger.Options).WaitAsync(Longest);
                imported++;
                Assert.True(LedgerFolder.IsLedger(folder["b"]));
                Directory.Delete(folder["b"], recursive: true);
            }
            catch (ImportRefusedException refusal)
            {
                refused++;
                Assert.True(refusal.Place.Line >= 1, refusal.Message);
                Assert.False(Directory.Exists(folder["b"]));
            }
            Assert.Equal(["a", "bad", "good"], Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName).Order());
        }, iter: times, threads: 1);
        Assert.True(refused > times / 4, $"{refused} refused, {imported} imported: the damage is too mild to show anything.");
        Assert.Equal(before, await TestLedger.Dump(folder["a"]));
    }

    [Theory]
    [InlineData(LedgerFormat.Hledger)]
    [InlineData(LedgerFormat.Csv)]
    public async Task Import_OfADamagedFileIntoALedger_ChangesAllOrNothing(LedgerFormat format)
    {
        using var folder = new TestFolder();
        await TestLedger.Build(folder["a"], TestLedger.Any.Single());
        await TestLedger.Export(folder["a"], format, folder["good"]);
        var good = await File.ReadAllBytesAsync(folder["good"]);
        var before = await TestLedger.Dump(folder["a"]);
        await AnyDamage(good.Length).SampleAsync(async damage =>
        {
            await File.WriteAllBytesAsync(folder["bad"], Damaged(good, damage));
            LedgerFolder.Copy(folder["a"], folder["b"]);
            try
            {
                var read = await LedgerImport.IntoFolder(folder["bad"], format, folder["b"], TestLedger.Options with { KeepPostingTimes = true }).WaitAsync(Longest);
                Assert.Equal(read.Entries, read.Posted + read.Repeated);
            }
            catch (ImportRefusedException)
            {
                Assert.Equal(before, await TestLedger.Dump(folder["b"]));
            }
            Directory.Delete(folder["b"], recursive: true);
        }, iter: 40, threads: 1);
    }

    /// <param name="Kind">0 cuts off, 1 changes bytes, 2 takes a part out, 3 doubles a part, 4 puts in what formats use.</param>
    sealed record Damage(int Kind, int[] Places, byte[] Bytes, int Piece);

    static readonly string[] Pieces = ["\"", "\n", "\r\n", ",", ";", "  ", ":", "-", "@", "{", "0", "99999999999999999999", "\0", "é", "\\", "[", "2026-01-01", "entry-id: x", "\uFEFF"];

    static Gen<Damage> AnyDamage(int length) =>
        from kind in Gen.Int[0, 4]
        from places in Gen.Int[0, length - 1].Array[1, 4]
        from bytes in Gen.Byte.Array[4]
        from piece in Gen.Int[0, Pieces.Length - 1]
        select new Damage(kind, places, bytes, piece);

    static byte[] Damaged(byte[] good, Damage damage)
    {
        var at = damage.Places[0];
        var until = int.Min(good.Length, at + damage.Bytes[0] + 1);
        switch (damage.Kind)
        {
            case 0: return good[..at];
            case 1:
                var changed = good.ToArray();
                for (var i = 0; i < damage.Places.Length; i++) changed[damage.Places[i]] = damage.Bytes[i];
                return changed;
            case 2: return [.. good[..at], .. good[until..]];
            case 3: return [.. good[..until], .. good[at..]];
            default: return [.. good[..at], .. System.Text.Encoding.UTF8.GetBytes(Pieces[damage.Piece]), .. good[at..]];
        }
    }
}
