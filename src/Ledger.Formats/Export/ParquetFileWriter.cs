using Parquet;
using Parquet.Schema;

namespace Pujiang.Ledger.Formats;

/// <summary>Apache Parquet, in groups of rows, of which one at a time is in memory.</summary>
sealed class ParquetFileWriter(Stream output) : IExportWriter
{
    const int RowsOfGroup = 5_000;

    readonly List<LegRow> _rows = new(RowsOfGroup);
    ParquetWriter? _writer;

    public ValueTask Write(ExportedAccount account) => ValueTask.CompletedTask;

    public async ValueTask Write(PostedEntry posted, ExportedAccounts accounts)
    {
        _rows.AddRange(LegRow.Of(posted, accounts));
        if (_rows.Count >= RowsOfGroup) await WriteGroup(CancellationToken.None);
    }

    async Task WriteGroup(CancellationToken cancel)
    {
        _writer ??= await ParquetWriter.CreateAsync(ParquetColumns.Schema, output, cancellationToken: cancel);
        if (_rows.Count == 0) return;
        using var group = _writer.CreateRowGroup();
        foreach (var field in ParquetColumns.Schema.GetDataFields()) await WriteColumn(new GroupColumn(group, field, _rows, cancel));
        group.CompleteValidate();
        _rows.Clear();
    }

    static Task WriteColumn(GroupColumn column) => column.Field.Name switch
    {
        "sequence" => column.Write(row => row.Sequence),
        "posted_at" => column.WriteTimes(row => row.PostedAt),
        "posted_at_ticks" => column.Write(row => row.PostedAt.Ticks),
        "value_date" => column.Write(row => row.Entry.ValueDate),
        "entry" => column.WriteText(row => row.Entry.Id.ToString()),
        "action" => column.WriteText(row => EntryKeys.NameOf(row.Entry.Action)),
        "hold" => column.WriteText(row => row.Entry.Hold?.ToString()),
        "expires_at" => column.WriteTimes(row => row.Entry.ExpiresAt),
        "expires_at_ticks" => column.Write(row => row.Entry.ExpiresAt?.Ticks ?? 0),
        "code" => column.Write(row => row.Entry.Code),
        "reference" => column.WriteText(row => row.Entry.Reference),
        "metadata" => column.WriteText(row => row.Entry.Metadata),
        "leg" => column.Write(row => row.Number),
        "account" => column.WriteText(row => row.Account.Id.ToString()),
        "kind" => column.WriteText(row => $"{row.Account.Kind}".ToLowerInvariant()),
        "chart_code" => column.WriteText(row => row.Account.ChartCode),
        "asset" => column.WriteText(row => row.Account.Asset.Code),
        "scale" => column.Write(row => row.Account.Asset.Scale),
        "account_reference" => column.WriteText(row => row.Account.Reference),
        "debit" => column.WriteAmounts(row => row.Debit),
        "credit" => column.WriteAmounts(row => row.Credit),
        "pending_debit" => column.WriteAmounts(row => row.PendingDebit),
        "pending_credit" => column.WriteAmounts(row => row.PendingCredit),
        "overdraft" => column.WriteText(row => EntryKeys.Overdraft(row.Account.Limits, row.Account.Asset.Scale)),
        "frozen_in" => column.Write(row => row.Account.Limits.FrozenIn),
        "frozen_out" => column.Write(row => row.Account.Limits.FrozenOut),
        "frozen_amount" => column.WriteAmounts(row => row.Account.Limits.FrozenAmount),
        "closed" => column.Write(row => row.Account.Limits.Closed),
        _ => throw new InvalidOperationException($"The column {column.Field.Name} has no source."),
    };

    public async ValueTask Finish(CancellationToken cancel) => await WriteGroup(cancel);

    public async ValueTask DisposeAsync()
    {
        if (_writer is not null) await _writer.DisposeAsync();
    }

    /// <summary>One column of the group of rows in hand.</summary>
    sealed record GroupColumn(ParquetRowGroupWriter Group, DataField Field, List<LegRow> Rows, CancellationToken Cancel)
    {
        public Task Write<T>(Func<LegRow, T> value) where T : struct =>
            Group.WriteAsync<T>(Field, Rows.Select(value).ToArray(), cancellationToken: Cancel);

        public Task WriteText(Func<LegRow, string?> value) => Group.WriteAsync(Field, Rows.Select(value).ToArray()!);

        public Task WriteTimes(Func<LegRow, DateTime?> value) =>
            Group.WriteAsync<DateTime>(Field, Rows.Select(value).ToArray(), cancellationToken: Cancel);

        public Task WriteAmounts(Func<LegRow, long> value) => Write(row => ParquetColumns.Decimal(value(row), row.Account.Asset));
    }
}
