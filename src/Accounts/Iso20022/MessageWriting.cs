using System.Globalization;
using System.Text;
using System.Xml;

namespace Pujiang.Accounts;

/// <summary>What the writers of messages share: a fragment of text is made to fit its type rather than sent invalid.</summary>
static class MessageWriting
{
    public static XmlWriter Open(Stream stream, MessageType type)
    {
        var writer = XmlWriter.Create(stream, new XmlWriterSettings
        {
            Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            Indent = true,
            NewLineChars = "\n",
            CloseOutput = false,
        });
        writer.WriteStartDocument();
        writer.WriteStartElement("Document", type.NamespaceUri);
        return writer;
    }

    /// <summary>An element with text cut to <paramref name="length"/>; nothing at all when there is no text.</summary>
    public static void Text(this XmlWriter writer, string name, string? text, int length)
    {
        var clean = Clean(text, length);
        if (clean.Length > 0) writer.WriteElementString(name, null, clean);
    }

    /// <summary>A mandatory element: "NOTPROVIDED" stands in when there is no text, as the standard's users do.</summary>
    public static void Required(this XmlWriter writer, string name, string? text, int length)
    {
        var clean = Clean(text, length);
        writer.WriteElementString(name, null, clean.Length > 0 ? clean : "NOTPROVIDED");
    }

    public static void Start(this XmlWriter writer, string name) => writer.WriteStartElement(name, null);

    /// <summary>UTC with milliseconds: every version of ISODateTime takes it, also those that want a time zone.</summary>
    public static string Timestamp(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Without characters that XML forbids, without blanks at the ends, at most <paramref name="length"/> characters.</summary>
    public static string Clean(string? text, int length)
    {
        if (string.IsNullOrWhiteSpace(text)) return "";
        var clean = new StringBuilder();
        foreach (var rune in text.Trim().EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > length) break;
            var shown = Rune.IsControl(rune) ? new Rune(' ')
                : rune.Value is 0xFFFE or 0xFFFF ? Rune.ReplacementChar : rune;
            clean.Append(shown.ToString());
        }
        return clean.ToString().TrimEnd();
    }

    /// <summary>A long text in lines of at most <paramref name="length"/> characters, broken at blanks where there are any.</summary>
    public static IEnumerable<string> Lines(string? text, int length)
    {
        var rest = Clean(text, int.MaxValue);
        while (rest.Length > length)
        {
            var cut = rest.LastIndexOf(' ', length);
            if (cut <= 0) cut = char.IsHighSurrogate(rest[length - 1]) ? length - 1 : length;
            yield return rest[..cut].TrimEnd();
            rest = rest[cut..].TrimStart();
        }
        if (rest.Length > 0) yield return rest;
    }
}
