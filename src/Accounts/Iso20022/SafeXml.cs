using System.Xml;

namespace Pujiang.Accounts;

/// <summary>The only way this service opens XML: no DTD, no entities of its own, nothing fetched from elsewhere.</summary>
static class SafeXml
{
    public static XmlReaderSettings Settings(long maxCharacters) => new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = maxCharacters,
        MaxCharactersFromEntities = 1024,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CloseInput = false,
    };

    public static XmlReader Reader(Stream stream, Iso20022Options options) =>
        XmlReader.Create(stream, Settings(options.MaxCharacters));

    /// <summary>Moves to the first element of that local name, in whatever namespace; false at the end of the file.</summary>
    public static bool MoveTo(XmlReader reader, string name)
    {
        while (reader.Read())
            if (reader.NodeType == XmlNodeType.Element && reader.LocalName == name) return true;
        return false;
    }

    public static int Line(XmlReader reader) => (reader as IXmlLineInfo)?.LineNumber ?? 0;

    /// <summary>A broken file as a finding: a DTD and a file beyond the limit have their own codes.</summary>
    public static Finding Explain(XmlException broken, string path)
    {
        // The reader has no codes; its texts are those of the invariant resources that ship with .NET.
        if (broken.Message.Contains("DTD", StringComparison.Ordinal))
            return new(FindingCodes.DtdForbidden, path, "<!DOCTYPE", "A message without DTD: they are refused unread.", Line: broken.LineNumber);
        if (broken.Message.Contains("limit", StringComparison.Ordinal))
            return new(FindingCodes.FileTooLarge, path, "", "A shorter file.", Line: broken.LineNumber);
        return new(FindingCodes.NotWellFormed, path, broken.Message, "Well-formed XML from beginning to end.", Line: broken.LineNumber);
    }
}

/// <summary>Findings in the order they were made; keeps the first ones and counts all.</summary>
sealed class FindingList(int limit)
{
    readonly List<Finding> _kept = [];

    public IReadOnlyList<Finding> Kept => _kept;
    public long Count { get; private set; }
    public bool HasErrors { get; private set; }

    public void Add(Finding finding)
    {
        Count++;
        HasErrors |= finding.Severity == Severity.Error;
        if (_kept.Count < limit) _kept.Add(finding);
    }
}
