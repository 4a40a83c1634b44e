using Parquet.Schema;

namespace Pujiang.Ledger.Formats;

/// <summary>The Parquet schema: the columns of <see cref="LegRow"/>, typed. Times are timestamps in microseconds; the exact time, in
/// ticks of 100 ns since the year 1, stands beside them.</summary>
static class ParquetColumns
{
    /// <summary>Amounts have 19 digits before the point at most and 9 after it.</summary>
    const int Precision = 28;

    public static ParquetSchema Schema { get; } = new(
        new DataField<long>("sequence", false),
        Time("posted_at"), new DataField<long>("posted_at_ticks", false),
        new DataField<DateOnly>("value_date", false),
        Text("entry"), Text("action"), Text("hold"),
        Time("expires_at"), new DataField<long>("expires_at_ticks", false),
        new DataField<int>("code", false), Text("reference"), Text("metadata"), new DataField<int>("leg", false),
        Text("account"), Text("kind"), Text("chart_code"), Text("asset"), new DataField<int>("scale", false), Text("account_reference"),
        Amount("debit"), Amount("credit"), Amount("pending_debit"), Amount("pending_credit"),
        Text("overdraft"), new DataField<bool>("frozen_in", false), new DataField<bool>("frozen_out", false),
        Amount("frozen_amount"), new DataField<bool>("closed", false));

    static DataField Text(string name) => new DataField<string>(name, true);

    static DataField Time(string name) => new DateTimeDataField(name, DateTimeFormat.Timestamp, isAdjustedToUTC: true, DateTimeTimeUnit.Micros, isNullable: true);

    static DataField Amount(string name) => new DecimalDataField(name, Precision, Quantity.MostDecimals, isNullable: false);

    public static decimal Decimal(long minorUnits, Asset asset) => (decimal)minorUnits / asset.MinorUnitsPerUnit;
}
