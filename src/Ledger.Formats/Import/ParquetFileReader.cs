using System.Globalization;
using System.Runtime.CompilerServices;
using Parquet;
using Parquet.Schema;

namespace Pujiang.Ledger.Formats;

/// <summary>Reads a Parquet file that an export wrote, one group of rows at a time.</summary>
sealed class ParquetFileReader : IDraftReader
{
    const int MostRowsOfGroup = 1_000_000;
    static readonly ParquetOptions Options = new() { UseDateOnlyTypeForDates = true };

    public async IAsyncEnumerable<Draft> Read(Stream input, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var reader = await Sound(() => ParquetReader.CreateAsync(input, Options, leaveStreamOpen: true, cancel), 1);
        var fields = await Sound(() => Task.FromResult(FieldsOf(reader)), 1);
        var entries = new RowEntries();
        var row = 1L;
        for (var group = 0; group < reader.RowGroupCount; group++)
        {
            var (first, number) = (row, group);
            var rows = await Sound(() => ReadGroup(reader, number, fields, first, cancel), row);
            foreach (var read in rows)
                foreach (var draft in entries.Add(read)) yield return draft;
            row += rows.Count;
        }
        foreach (var draft in entries.Finish()) yield return draft;
    }

    /// <summary>Parquet files are binary: whatever breaks the library while it reads one is a damaged file.</summary>
    static async Task<T> Sound<T>(Func<Task<T>> read, long row)
    {
        try
        {
            return await read();
        }
        catch (Exception failure) when (failure is not (BadInputException or OperationCanceledException))
        {
            throw new BadInputException(new Place(row), $"this is no sound Parquet file ({failure.GetType().Name}: {failure.Message}); export it again.", failure);
        }
    }

    static Dictionary<string, DataField> FieldsOf(ParquetReader reader)
    {
        var fields = new Dictionary<string, DataField>(StringComparer.Ordinal);
        foreach (var field in reader.Schema.GetDataFields()) fields[field.Name] = field;
        foreach (var expected in ParquetColumns.Schema.GetDataFields())
            if (!fields.TryGetValue(expected.Name, out var found) || found.ClrType != expected.ClrType)
                throw new BadInputException(new Place(1, Field: expected.Name), $"the column is missing or has another type than {expected.ClrType.Name}; the schema is that of an export.");
        return fields;
    }

    static async Task<List<ReadRow>> ReadGroup(ParquetReader reader, int group, Dictionary<string, DataField> fields, long first, CancellationToken cancel)
    {
        using var rows = reader.OpenRowGroupReader(group);
        if (rows.RowCount is < 0 or > MostRowsOfGroup)
            throw new BadInputException(new Place(first), $"a group of {rows.RowCount:N0} rows is too large; write groups of at most {MostRowsOfGroup:N0}.");
        var columns = new ParquetGroup(rows, fields, cancel);
        await columns.Load();
        var read = new List<ReadRow>((int)rows.RowCount);
        for (var i = 0; i < rows.RowCount; i++) read.Add(columns.Row(i, new Place(first + i)));
        return read;
    }
}

/// <summary>The columns of a group of rows.</summary>
sealed class ParquetGroup(ParquetRowGroupReader rows, Dictionary<string, DataField> fields, CancellationToken cancel)
{
    readonly int _count = (int)rows.RowCount;
    readonly Dictionary<string, Array> _columns = new(StringComparer.Ordinal);

    public async Task Load()
    {
        foreach (var expected in ParquetColumns.Schema.GetDataFields()) _columns[expected.Name] = await Column(expected.Name);
    }

    Task<Array> Column(string name) => name switch
    {
        "posted_at" or "expires_at" => Task.FromResult<Array>(Array.Empty<object>()),
        "sequence" or "posted_at_ticks" or "expires_at_ticks" => Values<long>(name),
        "value_date" => Values<DateOnly>(name),
        "code" or "leg" or "scale" => Values<int>(name),
        "frozen_in" or "frozen_out" or "closed" => Values<bool>(name),
        "debit" or "credit" or "pending_debit" or "pending_credit" or "frozen_amount" => Values<decimal>(name),
        _ => Texts(name),
    };

    async Task<Array> Values<T>(string name) where T : struct
    {
        var field = fields[name];
        if (field.IsNullable)
        {
            var nullable = new T?[_count];
            await rows.ReadAsync<T>(field, nullable, cancellationToken: cancel);
            return Array.ConvertAll(nullable, value => value ?? default);
        }
        var values = new T[_count];
        await rows.ReadAsync<T>(field, values, cancellationToken: cancel);
        return values;
    }

    async Task<Array> Texts(string name)
    {
        var texts = new string?[_count];
        await rows.ReadAsync(fields[name], texts!, cancellationToken: cancel);
        return texts;
    }

    T Of<T>(string column, int row) => ((T[])_columns[column])[row];

    public ReadRow Row(int row, Place place)
    {
        Place At(string column) => place with { Field = column };
        string Text(string column) => Of<string?>(column, row) is { } text && QuotedText.IsWellFormed(text) ? text : "";
        Quantity Amount(string column) => Parse.Amount(Of<decimal>(column, row).ToString(CultureInfo.InvariantCulture), At(column));
        DateTime? Time(string column) => Of<long>(column, row) switch
        {
            0 => null,
            var ticks when ticks > 0 && ticks <= DateTime.MaxValue.Ticks => new DateTime(ticks, DateTimeKind.Utc),
            var ticks => throw new BadInputException(At(column), $"{ticks} is no time: ticks of 100 ns since the year 1."),
        };

        var entry = new DraftEntry(place)
        {
            Id = new EntryId(Parse.Id(Text("entry"), At("entry"))),
            Action = Parse.Action(Text("action"), At("action")),
            ValueDate = Of<DateOnly>("value_date", row),
            PostedAt = Time("posted_at_ticks"),
            Hold = Text("hold") is { Length: > 0 } hold ? new EntryId(Parse.Id(hold, At("hold"))) : null,
            ExpiresAt = Time("expires_at_ticks"),
            Code = Of<int>("code", row),
            Reference = Text("reference"),
            Metadata = Text("metadata"),
            Legs = [],
        };
        var id = Parse.Id(Text("account"), At("account"));
        var account = new DraftAccount(place, id.ToString())
        {
            Id = new AccountId(id),
            Kind = Parse.Kind(Text("kind"), At("kind")),
            ChartCode = Text("chart_code"),
            Asset = Text("asset"),
            Reference = Text("account_reference"),
            Limits = new Limits(0, Of<bool>("frozen_in", row), Of<bool>("frozen_out", row), 0, Of<bool>("closed", row)),
            Overdraft = Text("overdraft") is "unlimited" or "" ? null : Parse.Amount(Text("overdraft"), At("overdraft")),
            FrozenAmount = Amount("frozen_amount"),
        };
        var scale = Of<int>("scale", row);
        if (scale is < 0 or > 9) throw new BadInputException(At("scale"), $"{scale} is no scale; there are 0 to 9 digits after the point.");
        return new ReadRow(place, entry, Of<int>("leg", row), account, scale, Amount("debit"), Amount("credit"), Amount("pending_debit"), Amount("pending_credit"));
    }
}
