using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Everything a bank holds, as lines of text: each entry, each balance, each row of each table (opened, where it is sealed).</summary>
/// <remarks>Two banks with the same clock, key ring and history have equal lines.</remarks>
static class BankState
{
    public static async Task<IReadOnlyList<string>> Of(TestBank bank, IReadOnlyList<string> ignoredColumns)
    {
        var lines = new List<string>();
        await foreach (var posted in Entries(bank.Ledger)) lines.Add($"entry {JsonSerializer.Serialize(posted)}");
        lines.AddRange((await bank.Ledger.TrialBalance()).Select(line =>
            $"balance {line.Asset} {line.ChartCode}: {line.Accounts} accounts, {line.Debits} debit, {line.Credits} credit").Order(StringComparer.Ordinal));
        lines.AddRange((await bank.Tables(db => Task.FromResult(Rows(db, ignoredColumns)))).Order(StringComparer.Ordinal));
        return lines;
    }

    /// <summary>What only one of the two has.</summary>
    public static string? Difference(IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        var (missing, extra) = (Without(expected, actual), Without(actual, expected));
        if (missing.Count + extra.Count == 0) return null;
        return string.Join('\n', missing.Select(line => $"  missing: {line}").Concat(extra.Select(line => $"  extra:   {line}")));
    }

    /// <summary>As sets of lines with their counts: the same line twice differs from once.</summary>
    static List<string> Without(IReadOnlyList<string> lines, IReadOnlyList<string> others)
    {
        var counts = others.GroupBy(line => line, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        var rest = new List<string>();
        foreach (var line in lines)
            if (counts.GetValueOrDefault(line) > 0) counts[line]--;
            else rest.Add(line);
        return rest;
    }

    static async IAsyncEnumerable<PostedEntry> Entries(ILedger ledger)
    {
        if (ledger.LastSequence == 0) yield break;
        await foreach (var posted in ledger.Follow(0))
        {
            yield return posted;
            if (posted.Sequence >= ledger.LastSequence) yield break;
        }
    }

    static List<string> Rows(CityDb db, IReadOnlyList<string> ignoredColumns)
    {
        var set = typeof(DbContext).GetMethod(nameof(DbContext.Set), [])!;
        var rows = new List<string>();
        foreach (var type in db.Model.GetEntityTypes())
            foreach (var row in (IQueryable<object>)set.MakeGenericMethod(type.ClrType).Invoke(db, null)!)
                rows.Add($"row {type.GetTableName()}: " + string.Join(", ", db.Entry(row).Properties
                    .Where(p => !ignoredColumns.Contains(p.Metadata.Name, StringComparer.Ordinal) && !IsGivenByTheDatabase(p.Metadata))
                    .Select(p => $"{p.Metadata.Name}={JsonSerializer.Serialize(p.CurrentValue)}")));
        return rows;
    }

    /// <summary>PostgreSQL's row numbers have a gap where a transaction was rolled back; nobody is promised there is none.</summary>
    static bool IsGivenByTheDatabase(IProperty column) => column.ClrType == typeof(long) && column.ValueGenerated == ValueGenerated.OnAdd;
}
