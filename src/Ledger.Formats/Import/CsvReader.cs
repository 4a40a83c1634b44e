using System.Runtime.CompilerServices;
using System.Text;

namespace Pujiang.Ledger.Formats;

/// <summary>Reads CSV with the columns of an export, in any order. A file made by hand may leave away the columns that aren't needed.</summary>
sealed class CsvReader : IDraftReader
{
    const int LongestRecord = 1 << 20;
    static readonly string[] Needed = ["value_date", "entry", "account", "kind", "chart_code", "asset", "scale"];

    readonly Dictionary<string, int> _columns = new(StringComparer.Ordinal);

    public async IAsyncEnumerable<Draft> Read(Stream input, [EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.CompletedTask;
        var lines = new Utf8Lines(input);
        ReadHeader(Record(lines, out var header), header);
        var entries = new RowEntries();
        var number = 0;
        EntryId? last = null;
        while (Record(lines, out var place) is { } fields)
        {
            cancel.ThrowIfCancellationRequested();
            if (fields is [""]) continue;
            if (fields.Count != _columns.Count) throw new BadInputException(place, $"the row has {fields.Count} fields, the header {_columns.Count}.");
            var row = new CsvRow(_columns, fields, place);
            number = last == row.EntryId ? number + 1 : 1;
            last = row.EntryId;
            foreach (var draft in entries.Add(row.Read(number))) yield return draft;
        }
        foreach (var draft in entries.Finish()) yield return draft;
    }

    void ReadHeader(List<string>? fields, Place place)
    {
        if (fields is null) throw new BadInputException(new Place(1), "the file is empty; the first line names the columns.");
        for (var i = 0; i < fields.Count; i++)
        {
            if (!LegRow.Columns.Contains(fields[i], StringComparer.Ordinal))
                throw new BadInputException(place, $"{Shown.Text(fields[i])} is no column; there are {string.Join(", ", LegRow.Columns)}.");
            if (!_columns.TryAdd(fields[i], i)) throw new BadInputException(place, $"the column {fields[i]} is there twice.");
        }
        foreach (var needed in Needed)
            if (!_columns.ContainsKey(needed)) throw new BadInputException(place, $"the column {needed} is missing.");
    }

    /// <summary>The fields of the next record, or null at the end. A line feed inside of quotes belongs to the field.</summary>
    static List<string>? Record(Utf8Lines lines, out Place place)
    {
        place = new Place(lines.Number + 1);
        if (lines.Next() is not { } line) return null;
        var fields = new List<string>();
        var field = new StringBuilder();
        var at = 0;
        while (true)
        {
            if (at < line.Length && line[at] == '"') at = Quoted(lines, ref line, at, field, place);
            else
            {
                var end = line.IndexOf(',', at);
                var text = (end < 0 ? line[at..].TrimEnd('\r') : line[at..end]);
                if (text.Contains('"', StringComparison.Ordinal)) throw new BadInputException(place with { Column = at + 1 }, "a quote stands inside of a field without quotes; put the field in quotes and double the quote.");
                field.Append(text);
                at = end < 0 ? line.Length : end;
            }
            fields.Add(field.ToString());
            field.Clear();
            if (at >= line.Length || (line[at] == '\r' && at == line.Length - 1)) return fields;
            if (line[at] != ',') throw new BadInputException(place with { Column = at + 1 }, "after a closing quote a comma or the end of the line is expected.");
            if (fields.Count > LegRow.Columns.Count) throw new BadInputException(place, $"the row has more than {LegRow.Columns.Count} fields.");
            at++;
        }
    }

    /// <returns>Where the line goes on after the closing quote.</returns>
    static int Quoted(Utf8Lines lines, ref string line, int at, StringBuilder field, Place place)
    {
        at++;
        while (true)
        {
            var quote = line.IndexOf('"', at);
            if (quote < 0)
            {
                field.Append(line, at, line.Length - at).Append('\n');
                if (field.Length > LongestRecord || lines.Next() is not { } more) throw new BadInputException(place, "a field's closing quote is missing.");
                (line, at) = (more, 0);
                continue;
            }
            field.Append(line, at, quote - at);
            at = quote + 1;
            if (at >= line.Length || line[at] != '"') return at;
            field.Append('"');
            at++;
        }
    }
}

/// <summary>The fields of a row by the names of their columns.</summary>
readonly struct CsvRow(Dictionary<string, int> columns, List<string> fields, Place place)
{
    string Of(string column) => columns.TryGetValue(column, out var at) ? fields[at] : "";

    Place At(string column) => place with { Field = column };

    public EntryId EntryId => new(Parse.Id(Of("entry"), At("entry")));

    public ReadRow Read(int number)
    {
        var action = Of("action") is { Length: > 0 } named ? Parse.Action(named, At("action")) : EntryAction.Post;
        if (Of("sequence") is { Length: > 0 } sequence) _ = Parse.Long(sequence, At("sequence"));
        var entry = new DraftEntry(place)
        {
            Id = EntryId,
            Action = action,
            ValueDate = Parse.Day(Of("value_date"), At("value_date")),
            PostedAt = Time("posted_at"),
            Hold = Of("hold") is { Length: > 0 } hold ? new EntryId(Parse.Id(hold, At("hold"))) : null,
            ExpiresAt = Time("expires_at"),
            Code = Of("code") is { Length: > 0 } code ? Parse.Int(code, At("code")) : 0,
            Reference = Of("reference"),
            Metadata = Of("metadata"),
            Legs = [],
        };
        var leg = Of("leg") is { Length: > 0 } given ? Parse.Int(given, At("leg")) : number;
        return new ReadRow(place, entry, leg, Account(), Scale(), Amount("debit"), Amount("credit"), Amount("pending_debit"), Amount("pending_credit"));
    }

    DraftAccount Account()
    {
        var id = Parse.Id(Of("account"), At("account"));
        var overdraft = Of("overdraft");
        return new DraftAccount(place, id.ToString())
        {
            Id = new AccountId(id),
            Kind = Parse.Kind(Of("kind"), At("kind")),
            ChartCode = Of("chart_code"),
            Asset = Of("asset"),
            Reference = Of("account_reference"),
            Limits = new Limits(0, YesNo("frozen_in"), YesNo("frozen_out"), 0, YesNo("closed")),
            Overdraft = overdraft is "" or "unlimited" ? null : Parse.Amount(overdraft, At("overdraft")),
            FrozenAmount = Amount("frozen_amount"),
        };
    }

    int Scale()
    {
        var scale = Parse.Int(Of("scale"), At("scale"));
        return scale is >= 0 and <= 9 ? scale : throw new BadInputException(At("scale"), $"{scale} is no scale; there are 0 to 9 digits after the point.");
    }

    DateTime? Time(string column) => Of(column) is { Length: > 0 } text ? Parse.Time(text, At(column)) : null;

    Quantity Amount(string column) => Of(column) is { Length: > 0 } text ? Parse.Amount(text, At(column)) : default;

    bool YesNo(string column) => Of(column) is { Length: > 0 } text && Parse.YesNo(text, At(column));
}
