using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Pujiang.Platform;

/// <summary>The consolidated list of the United Nations Security Council in its XML form.</summary>
/// <remarks>Schema: https://www.un.org/sc/resources/sc-sanctions.xsd.</remarks>
static class UnList
{
    public const string Name = "UN";
    const string Root = "CONSOLIDATED_LIST";

    static readonly string[] NameParts = ["FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"];

    // A list comes from outside: no entities of its own, nothing fetched.
    static readonly XmlReaderSettings Safe = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = 200_000_000,
    };

    public static bool IsOne(ListFile file)
    {
        using var reader = XmlReader.Create(new MemoryStream(file.Content, writable: false), Safe);
        try
        {
            return reader.MoveToContent() == XmlNodeType.Element && reader.LocalName == Root;
        }
        catch (XmlException)
        {
            return false;
        }
    }

    /// <exception cref="InvalidDataException">The file is no well-formed XML, or an entry has no number or no name, or a number twice; the message names the line.</exception>
    public static SanctionsList Read(ListFile file)
    {
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(file.Content, writable: false), Safe);
            var root = XDocument.Load(reader, LoadOptions.SetLineInfo).Root!;
            var entries = new List<ListEntry>();
            var known = new HashSet<string>(StringComparer.Ordinal);
            foreach (var element in root.Descendants().Where(e => e.Name.LocalName is "INDIVIDUAL" or "ENTITY"))
            {
                var entry = Entry(file.Name, element, element.Name.LocalName == "INDIVIDUAL" ? ListedKind.Person : ListedKind.Entity, element.Name.LocalName);
                if (!known.Add(entry.Id)) throw new InvalidDataException($"{Place(file.Name, element)}: the reference number {entry.Id} is there twice.");
                entries.Add(entry);
            }
            var day = DateTimeOffset.TryParse(root.Attribute("dateGenerated")?.Value, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
                ? DateOnly.FromDateTime(time.UtcDateTime) : (DateOnly?)null;
            return new SanctionsList(Name, day, entries);
        }
        catch (XmlException fault)
        {
            throw new InvalidDataException($"{file.Name}, line {fault.LineNumber}: {fault.Message} Download the file again.", fault);
        }
    }

    static string Place(string file, XElement element) => $"{file}, line {((IXmlLineInfo)element).LineNumber}";

    static ListEntry Entry(string path, XElement entry, ListedKind kind, string prefix)
    {
        var number = Text(entry, "REFERENCE_NUMBER");
        var name = string.Join(' ', NameParts.Select(part => Text(entry, part)).Where(part => part.Length > 0));
        if (number.Length == 0 || name.Length == 0)
            throw new InvalidDataException($"{Place(path, entry)}: the entry {Text(entry, "DATAID")} has no reference number or no name.");
        var names = new List<ListedName> { new(name, NameQuality.Primary) };
        foreach (var alias in entry.Elements($"{prefix}_ALIAS"))
            foreach (var text in Aliases(Text(alias, "ALIAS_NAME")))
                names.Add(new ListedName(text, Text(alias, "QUALITY") == "Low" ? NameQuality.Weak : NameQuality.Alias));
        if (Text(entry, "NAME_ORIGINAL_SCRIPT") is { Length: > 0 } original)
            names.AddRange(original.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(text => new ListedName(text, NameQuality.OriginalScript)));
        return new ListEntry(
            Name, number, kind, [.. names.DistinctBy(n => n.Text)], [Text(entry, "UN_LIST_TYPE")],
            [.. entry.Elements("INDIVIDUAL_DATE_OF_BIRTH").Select(BirthDate).Where(date => date.Length > 0)],
            [.. entry.Elements("NATIONALITY").Elements("VALUE").Concat(entry.Elements($"{prefix}_ADDRESS").Elements("COUNTRY"))
                .Select(land => land.Value.Trim()).Where(land => land.Length > 0).Distinct(StringComparer.Ordinal)],
            string.Join(' ', entry.Elements("DESIGNATION").Elements("VALUE").Select(v => v.Value.Trim()).Append(Text(entry, "COMMENTS1"))).Trim());
    }

    /// <summary>An alias field may hold several names: "a) Ali; b) Ali Khan" or "X; Y".</summary>
    static IEnumerable<string> Aliases(string text) =>
        text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Length > 2 && part[1] == ')' && char.IsAsciiLetterLower(part[0]) ? part[2..].Trim() : part)
            .Where(part => part.Length > 0);

    static string BirthDate(XElement date)
    {
        if (Text(date, "DATE") is { Length: > 0 } day) return day[..Math.Min(10, day.Length)];
        if (Text(date, "YEAR") is { Length: > 0 } year) return year;
        return Text(date, "FROM_YEAR") is { Length: > 0 } from ? $"{from} to {Text(date, "TO_YEAR")}" : "";
    }

    static string Text(XElement parent, string name) => parent.Element(name)?.Value.Trim() ?? "";
}
