using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Pujiang.Platform;

/// <summary>
/// The list of Specially Designated Nationals of the US Treasury (OFAC) in its CSV form: sdn.csv, and beside it where present
/// alt.csv (aliases), add.csv (addresses) and sdn_comments.csv (remarks that did not fit).
/// </summary>
/// <remarks>Format: https://ofac.treasury.gov/sdn-list/sanctions-list-search-tool, "Data format specification". No header; <c>-0-</c> is null;
/// a control-Z ends each file.</remarks>
static partial class OfacList
{
    public const string Name = "OFAC";

    /// <exception cref="InvalidDataException">A line has too few fields or a number that is none; the message names file and line.</exception>
    public static SanctionsList Read(string folder)
    {
        var aliases = Rows(folder, "alt.csv", 4).ToLookup(row => row[0], row => new ListedName(row[3], NameQuality.Alias), StringComparer.Ordinal);
        var countries = Rows(folder, "add.csv", 5).Where(row => row[4].Length > 0).ToLookup(row => row[0], row => row[4], StringComparer.Ordinal);
        var more = Rows(folder, "sdn_comments.csv", 2).ToLookup(row => row[0], row => row[1], StringComparer.Ordinal);
        var entries = Rows(folder, "sdn.csv", 12)
            .Select(row => Entry(row, aliases[row[0]], countries[row[0]], row[11] + string.Concat(more[row[0]]))).ToList();
        return new SanctionsList(Name, DateOf(folder), entries);
    }

    static ListEntry Entry(string[] row, IEnumerable<ListedName> aliases, IEnumerable<string> countries, string remarks)
    {
        var names = new List<ListedName> { new(row[1], NameQuality.Primary) };
        names.AddRange(aliases);
        names.AddRange(WeakAlias().Matches(remarks).Select(alias => new ListedName(alias.Groups["name"].Value, NameQuality.Weak)));
        return new ListEntry(
            Name, row[0], KindOf(row[2]), [.. names.DistinctBy(name => name.Text)],
            [.. row[3].Split("] [", StringSplitOptions.RemoveEmptyEntries)],
            [.. BirthDate().Matches(remarks).Select(date => date.Groups["date"].Value.Trim())],
            [.. Nationality().Matches(remarks).Select(land => land.Groups["land"].Value.Trim()).Concat(countries).Distinct(StringComparer.Ordinal)],
            remarks);
    }

    static ListedKind KindOf(string type) => type switch
    {
        "individual" => ListedKind.Person,
        "vessel" => ListedKind.Vessel,
        "aircraft" => ListedKind.Aircraft,
        _ => ListedKind.Entity,
    };

    /// <summary>Rows with nulls as empty texts; none when the file is missing and another than sdn.csv.</summary>
    static IEnumerable<string[]> Rows(string folder, string name, int fields)
    {
        var path = Directory.EnumerateFiles(folder).FirstOrDefault(file => Path.GetFileName(file).Equals(name, StringComparison.OrdinalIgnoreCase));
        if (path is null) yield break;
        foreach (var (line, row) in CsvText.Read(Decode(File.ReadAllBytes(path))))
        {
            if (row.Length == 1 && row[0].Trim('\u001a', ' ').Length == 0) continue;
            if (row.Length < fields)
                throw new InvalidDataException($"{path}, line {line}: {row.Length} fields instead of {fields}. Download the file again.");
            // The last field may be cut inside a sentence, to go on in sdn_comments.csv: its blanks count.
            for (var i = 0; i < row.Length; i++) row[i] = row[i].Trim() is "-0-" ? "" : i == row.Length - 1 ? row[i] : row[i].Trim();
            if (!int.TryParse(row[0], NumberStyles.None, CultureInfo.InvariantCulture, out _))
                throw new InvalidDataException($"{path}, line {line}: the entry number '{row[0]}' is no number. Download the file again.");
            yield return row;
        }
    }

    /// <summary>UTF-8 where it is; older files are in the code page of Western Windows.</summary>
    static string Decode(byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetString(bytes);
        }
    }

    /// <summary>The day in the folder's name ("ofac-2021-07-07"); the files carry none.</summary>
    static DateOnly? DateOf(string folder) =>
        DayInName().Match(Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))) is { Success: true } day
            && DateOnly.TryParseExact(day.Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;

    // Names that OFAC gives in remarks only are those it holds for weak: "a.k.a. 'CHAFFORI, Petit'".
    [GeneratedRegex(@"[afn]\.k\.a\. '(?<name>[^']{2,80})'", RegexOptions.None, 1000)]
    private static partial Regex WeakAlias();

    [GeneratedRegex(@"\bDOB (?<date>[^;.]{4,40})", RegexOptions.None, 1000)]
    private static partial Regex BirthDate();

    [GeneratedRegex(@"\b(?:nationality|citizen) (?<land>[^;.]{2,40})", RegexOptions.None, 1000)]
    private static partial Regex Nationality();

    [GeneratedRegex(@"\d{4}-\d{2}-\d{2}", RegexOptions.None, 1000)]
    private static partial Regex DayInName();
}
