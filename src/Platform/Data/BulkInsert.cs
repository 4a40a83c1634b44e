using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Pujiang.Platform;

/// <summary>Adds thousands of rows of one table: a prepared statement for some rows at a time, no tracking.</summary>
/// <remarks>For tables whose columns all come from the entity: nothing is generated, no relation is followed.</remarks>
public static class BulkInsert
{
    /// <summary>More would not be faster: SQLite looks for each parameter by going through all of a statement's names.</summary>
    const int RowsInAStatement = 8;

    /// <summary>Adds all rows or none, in a transaction of its own.</summary>
    public static async Task InsertAll<T>(this CityDb db, IReadOnlyList<T> rows, CancellationToken cancel) where T : class
    {
        var table = db.Model.FindEntityType(typeof(T)) ?? throw new InvalidOperationException($"{typeof(T).Name} has no table.");
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await using var full = Statement(db, table, RowsInAStatement);
        foreach (var some in rows.Chunk(RowsInAStatement))
        {
            if (some.Length == RowsInAStatement)
            {
                await Execute(full, table, some, cancel);
                continue;
            }
            await using var rest = Statement(db, table, some.Length);
            await Execute(rest, table, some, cancel);
        }
        await transaction.CommitAsync(cancel);
    }

    static DbCommand Statement(CityDb db, IEntityType table, int rows)
    {
        var sql = db.GetService<ISqlGenerationHelper>();
        var columns = table.GetProperties().ToList();
        var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = db.Database.CurrentTransaction!.GetDbTransaction();
        var values = Enumerable.Range(0, rows).Select(row => $"({string.Join(", ", columns.Select((_, column) => NameOf(row, column)))})");
        command.CommandText =
            $"INSERT INTO {sql.DelimitIdentifier(table.GetTableName()!, table.GetSchema())} "
            + $"({string.Join(", ", columns.Select(c => sql.DelimitIdentifier(c.GetColumnName())))}) VALUES {string.Join(", ", values)}";
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns.Count; column++)
                command.Parameters.Add(columns[column].GetRelationalTypeMapping().CreateParameter(
                    command, NameOf(row, column), value: null, columns[column].IsNullable));
        return command;
    }

    static string NameOf(int row, int column) => $"@r{row}_{column}";

    static async Task Execute<T>(DbCommand command, IEntityType table, T[] rows, CancellationToken cancel) where T : class
    {
        var place = 0;
        foreach (var row in rows)
            foreach (var column in table.GetProperties())
            {
                var value = column.GetGetter().GetClrValue(row);
                var converter = column.GetRelationalTypeMapping().Converter;
                command.Parameters[place++].Value = (converter is null ? value : converter.ConvertToProvider(value)) ?? DBNull.Value;
            }
        await command.ExecuteNonQueryAsync(cancel);
    }
}
