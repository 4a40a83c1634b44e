using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pujiang.Ledger.Formats;

/// <summary>CSV as in RFC 4180: UTF-8, a header, commas, quotes where needed, lines ending in CR LF.</summary>
sealed class CsvWriter : IExportWriter
{
    static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(",\"\r\n");

    readonly StreamWriter _out;

    public CsvWriter(Stream output)
    {
        _out = new StreamWriter(output, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\r\n" };
        _out.WriteLine(string.Join(',', LegRow.Columns));
    }

    public ValueTask Write(ExportedAccount account) => ValueTask.CompletedTask;

    public ValueTask Write(PostedEntry posted, ExportedAccounts accounts)
    {
        foreach (var row in LegRow.Of(posted, accounts)) WriteRow(Fields(row));
        return ValueTask.CompletedTask;
    }

    static string[] Fields(LegRow row)
    {
        var (entry, account, scale) = (row.Entry, row.Account, row.Account.Asset.Scale);
        var limits = account.Limits;
        return
        [
            Number(row.Sequence), EntryKeys.Time(row.PostedAt), EntryKeys.Day(entry.ValueDate), entry.Id.ToString(), EntryKeys.NameOf(entry.Action),
            entry.Hold?.ToString() ?? "", entry.ExpiresAt is { } expiry ? EntryKeys.Time(expiry) : "",
            Number(entry.Code), entry.Reference, entry.Metadata, Number(row.Number),
            account.Id.ToString(), $"{account.Kind}".ToLowerInvariant(), account.ChartCode, account.Asset.Code, Number(scale), account.Reference,
            Amount(row.Debit, scale), Amount(row.Credit, scale), Amount(row.PendingDebit, scale), Amount(row.PendingCredit, scale),
            EntryKeys.Overdraft(limits, scale), YesNo(limits.FrozenIn), YesNo(limits.FrozenOut), Quantity.Text(limits.FrozenAmount, scale), YesNo(limits.Closed),
        ];
    }

    void WriteRow(string[] fields)
    {
        for (var i = 0; i < fields.Length; i++)
        {
            if (i > 0) _out.Write(',');
            if (fields[i].AsSpan().ContainsAny(NeedsQuotes)) _out.Write($"\"{fields[i].Replace("\"", "\"\"", StringComparison.Ordinal)}\"");
            else _out.Write(fields[i]);
        }
        _out.WriteLine();
    }

    /// <summary>Empty where the leg moves nothing.</summary>
    static string Amount(long minorUnits, int scale) => minorUnits == 0 ? "" : Quantity.Text(minorUnits, scale);

    static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    static string YesNo(bool yes) => yes ? "yes" : "no";

    public async ValueTask Finish(CancellationToken cancel) => await _out.FlushAsync(cancel);

    public ValueTask DisposeAsync() => _out.DisposeAsync();
}
