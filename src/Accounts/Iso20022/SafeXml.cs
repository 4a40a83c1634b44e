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
}
