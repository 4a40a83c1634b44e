using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Pujiang.Platform;

/// <summary>Dates in addresses and date fields.</summary>
public static class Dates
{
    /// <summary>"2026-11-23", as browsers send it.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out DateOnly date) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date);
}
