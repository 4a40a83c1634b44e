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

    /// <summary>The file without which there is no list.</summary>
    public const string MainFile = "sdn.csv";

    /// <exception cref="InvalidDataException">A line has too few fields, an entry number that is none, or one that does not fit; the message names file and line.</exception>
    public static SanctionsList Read(IReadOnlyList<ListFile> files, DateOnly? asOf)
    {
        // A file that stands alone may have any name.
        var main = Rows(files is [var only] ? only : files.First(file => IsNamed(file, MainFile)), 12).ToList();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in main) Check(row, known);
        var aliases = Companion("alt.csv", 4).ToLookup(row => row[0], row => new ListedName(row[3], NameQuality.Alias), StringComparer.Ordinal);
        var countries = Companion("add.csv", 5).Where(row => row[4].Length > 0).ToLookup(row => row[0], row => row[4], StringComparer.Ordinal);
        var more = Companion("sdn_comments.csv", 2).ToLookup(row => row[0], row => row[1], StringComparer.Ordinal);
        var entries = main.Select(row => row.Fields)
            .Select(row => Entry(row, aliases[row[0]], countries[row[0]], row[11] + string.Concat(more[row[0]]))).ToList();
        return new SanctionsList(Name, asOf, entries);

        // A companion of another day, or of a list that broke off, names entries that are not there.
        IEnumerable<string[]> Companion(string name, int fields) => Rows(files.FirstOrDefault(file => IsNamed(file, name)), fields).Select(row =>
            known.Contains(row.Fields[0]) ? row.Fields : throw row.Fault($"there is no entry {row.Fields[0]} in {MainFile}. Both must be of one day."));
    }

    readonly record struct Row(string File, int Line, string[] Fields)
    {
        public InvalidDataException Fault(string what) => new($"{File}, line {Line}: {what}");
    }

    static void Check(Row row, HashSet<string> known)
    {
        if (!known.Add(row.Fields[0])) throw row.Fault($"the entry number {row.Fields[0]} is there twice.");
        if (row.Fields[1].Length == 0) throw row.Fault($"the entry {row.Fields[0]} has no name.");
        if (row.Fields[2] is not ("" or "individual" or "vessel" or "aircraft"))
            throw row.Fault($"the type '{row.Fields[2]}' is none of individual, vessel, aircraft and -0-.");
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

    /// <summary>Rows with nulls as empty texts; none when the file is missing.</summary>
    static IEnumerable<Row> Rows(ListFile? found, int fields)
    {
        if (found is null) yield break;
        foreach (var (line, row) in CsvText.Read(Decode(found.Content)))
        {
            if (row.Length == 1 && row[0].Trim('\u001a', ' ').Length == 0) continue;
            var here = new Row(found.Name, line, row);
            if (row.Length < fields) throw here.Fault($"{row.Length} fields instead of {fields}. Download the file again.");
            // The last field may be cut inside a sentence, to go on in sdn_comments.csv: its blanks count.
            for (var i = 0; i < row.Length; i++) row[i] = row[i].Trim() is "-0-" ? "" : i == row.Length - 1 ? row[i] : row[i].Trim();
            if (!int.TryParse(row[0], NumberStyles.None, CultureInfo.InvariantCulture, out _))
                throw here.Fault($"the entry number '{row[0]}' is no number. Download the file again.");
            yield return here;
        }
    }

    internal static bool IsNamed(ListFile file, string name) => Path.GetFileName(file.Name).Equals(name, StringComparison.OrdinalIgnoreCase);

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

    /// <summary>The day in a name ("ofac-2021-07-07"); the files carry none.</summary>
    internal static DateOnly? DateIn(string name) =>
        DayInName().Match(name) is { Success: true } day
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
