using System.Xml;


namespace Pujiang.Accounts;

/// <summary>How much a finding weighs.</summary>
public enum Severity : byte
{
    /// <summary>Worth knowing; the message is taken.</summary>
    Info = 1,

    /// <summary>Odd, but seen in valid messages; the message is taken.</summary>
    Warning = 2,

    /// <summary>The message (or the transaction the path leads to) is refused.</summary>
    Error = 3,
}

/// <summary>One thing wrong with a message.</summary>
/// <param name="Code">Stable, in capitals: one of <see cref="FindingCodes"/>.</param>
/// <param name="Path">The element, as "/Document/CstmrCdtTrfInitn/PmtInf[2]/CdtTrfTxInf[17]/Amt/InstdAmt"; indices count from 1.</param>
/// <param name="Value">What stands there; empty when something is missing.</param>
/// <param name="Expected">What would be right, as a sentence for people.</param>
/// <param name="Severity">Whether the message can still be taken.</param>
/// <param name="Line">Line in the file, from 1; 0 when unknown.</param>
public sealed record Finding(
    string Code, string Path, string Value, string Expected, Severity Severity = Severity.Error, int Line = 0)
{
    /// <summary>
    /// The payment block and transfer of a pain.001 that the path leads to, from 1. A finding without block belongs to the
    /// whole file, one without transfer to the whole block.
    /// </summary>
    public (int? Block, int? Transfer) Place
    {
        get
        {
            int? block = null;
            int? transfer = null;
            foreach (var step in Path.Split('/'))
                if (step.StartsWith("PmtInf[", StringComparison.Ordinal)) block = Index(step);
                else if (step.StartsWith("CdtTrfTxInf[", StringComparison.Ordinal)) transfer = Index(step);
            return (block, transfer);
        }
    }

    static int Index(string step) => int.Parse(step.AsSpan(step.IndexOf('[', StringComparison.Ordinal) + 1)[..^1]);
}

/// <summary>How messages are checked.</summary>
public sealed record Iso20022Options
{
    /// <summary>The folder of official schemas (setting Iso20022:Schemas); null for our own rules only.</summary>
    public string? Schemas { get; init; }

    /// <summary>Longer files are refused: protects the machine, not the format. 100,000 transactions need about 150 million.</summary>
    public long MaxCharacters { get; init; } = 2_000_000_000;

    /// <summary>Further findings of a message are counted, not kept, so that a file of rubbish cannot fill the memory.</summary>
    public int MaxFindings { get; init; } = 1_000;

    /// <summary>Facts list every end-to-end id, status and so on. Off for large files: those lists grow with the file.</summary>
    public bool CollectFacts { get; init; } = true;
}

/// <summary>The name of a message: "pain.001.001.09" is family pain.001, version 9.</summary>
public readonly record struct MessageType(string Family, int Version)
{
    const string Namespace = "urn:iso:std:iso:20022:tech:xsd:";

    public override string ToString() => $"{Family}.001.{Version:D2}";

    /// <summary>The XML namespace of the message.</summary>
    public string NamespaceUri => Namespace + this;

    /// <summary>Reads "pain.001.001.09", with or without the standard's namespace before it.</summary>
    public static bool TryParse(string? text, out MessageType type)
    {
        type = default;
        var name = text ?? "";
        if (name.StartsWith(Namespace, StringComparison.Ordinal)) name = name[Namespace.Length..];
        if (name is not [_, _, _, _, '.', _, _, _, '.', '0', '0', '1', '.', _, _]) return false;
        if (!name[..4].All(char.IsAsciiLetterLower) || !int.TryParse(name.AsSpan(5, 3), out _)
            || !int.TryParse(name.AsSpan(13), out var version)) return false;
        type = new MessageType(name[..8], version);
        return true;
    }
}

/// <summary>Whether a part of a file (AppHdr or Document) fits the official schema.</summary>
public enum SchemaResult : byte
{
    /// <summary>No folder of schemas, or none in it for this message.</summary>
    NotChecked = 0,
    Valid = 1,
    Invalid = 2,
}

/// <summary>A header or message in the file.</summary>
/// <param name="Element">"AppHdr" or "Document".</param>
/// <param name="Namespace">The message name for namespaces of the standard ("pain.001.001.09"), else the namespace as it is.</param>
/// <param name="Schema">The verdict of the official schema.</param>
public sealed record MessagePart(string Element, string Namespace, SchemaResult Schema);

/// <summary>What a check found.</summary>
public sealed record CheckReport
{
    /// <summary>The first message of the file (not its header); null when none could be recognised.</summary>
    public MessageType? Type { get; init; }

    public required IReadOnlyList<MessagePart> Parts { get; init; }

    /// <summary>In the order of the file, the first <see cref="Iso20022Options.MaxFindings"/> of them.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>How many there were, kept or not.</summary>
    public required long FindingCount { get; init; }

    /// <summary>What the file says, counted and summed by us, not copied from its totals.</summary>
    public required MessageFacts Facts { get; init; }

    /// <summary>No error: warnings and infos are allowed. Right even when the error itself was cut from the list.</summary>
    public required bool IsAccepted { get; init; }
}

/// <summary>Checks a message of ISO 20022 in one streaming pass: constant memory but for the ids that must not repeat.</summary>
public static class Iso20022Checker
{
    /// <param name="stream">Read from its position to its end; never closed.</param>
    /// <param name="options">How strictly.</param>
    public static CheckReport Check(Stream stream, Iso20022Options options)
    {
        var findings = new FindingList(options.MaxFindings);
        var walk = new MessageWalk(findings, options);
        try
        {
            using var reader = SafeXml.Reader(stream, options);
            walk.Run(reader);
        }
        catch (XmlException broken)
        {
            findings.Add(SafeXml.Explain(broken, walk.Path));
        }
        return walk.Report();
    }
}
