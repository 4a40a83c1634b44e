namespace Pujiang.Ledger.Formats;

/// <summary>The file formats a ledger can be written to and read from.</summary>
public enum LedgerFormat
{
    /// <summary>Plain text for hledger.</summary>
    Hledger = 1,

    /// <summary>Plain text for the program "ledger" (ledger-cli).</summary>
    Ledger,

    /// <summary>Plain text for Beancount.</summary>
    Beancount,

    /// <summary>Comma-separated values (RFC 4180), a row for each leg.</summary>
    Csv,

    /// <summary>Apache Parquet, a row for each leg.</summary>
    Parquet,
}

/// <summary>The formats by the names that people type.</summary>
public static class LedgerFormats
{
    /// <summary>hledger, ledger, beancount, csv, parquet.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetNames<LedgerFormat>().Select(name => name.ToLowerInvariant())];

    /// <exception cref="ArgumentException">The name is none of <see cref="Names"/>.</exception>
    public static LedgerFormat Parse(string name) => Names.Contains(name, StringComparer.Ordinal)
        ? Enum.Parse<LedgerFormat>(name, ignoreCase: true)
        : throw new ArgumentException($"There is no format '{name}'; there are {string.Join(", ", Names)}.", nameof(name));
}
