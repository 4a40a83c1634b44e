using System.Collections.Concurrent;
using System.Xml;
using System.Xml.Schema;

namespace Pujiang.Accounts;

/// <summary>The folder of official schemas that a user has put there; each is compiled once for the life of the process.</summary>
static class SchemaFolder
{
    static readonly ConcurrentDictionary<(string File, long Changed), XmlSchemaSet> Compiled = new();

    /// <summary>A validation of one part of a message; null when there is no schema for it.</summary>
    public static SchemaCheck? Open(string? folder, MessageType type, FindingList findings) =>
        Find(folder, type) is { } schemas ? new SchemaCheck(schemas, findings) : null;

    static XmlSchemaSet? Find(string? folder, MessageType type)
    {
        if (folder is null) return null;
        // The name comes out of a parsed MessageType: letters, digits and dots only, so it can't leave the folder.
        var file = Path.Combine(folder, $"{type}.xsd");
        return File.Exists(file)
            ? Compiled.GetOrAdd((file, File.GetLastWriteTimeUtc(file).Ticks), key => Compile(key.File)) : null;
    }

    static XmlSchemaSet Compile(string file)
    {
        using var reader = XmlReader.Create(file, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        var schemas = new XmlSchemaSet { XmlResolver = null };
        schemas.Add(null, reader);
        schemas.Compile();
        return schemas;
    }
}

/// <summary>Validates one part of a message while it is walked, so that the file is read only once.</summary>
sealed class SchemaCheck
{
    readonly XmlSchemaValidator _validator;
    readonly FindingList _findings;
    readonly XmlNamespaceManager _namespaces = new(new NameTable());
    readonly XmlSchemaInfo _info = new();
    MessageWalk? _walk;

    public SchemaCheck(XmlSchemaSet schemas, FindingList findings)
    {
        _findings = findings;
        _validator = new XmlSchemaValidator(new NameTable(), schemas, _namespaces, XmlSchemaValidationFlags.None) { XmlResolver = null };
        _validator.ValidationEventHandler += (_, problem) => Report(problem);
        _validator.Initialize();
    }

    public SchemaResult Result { get; private set; } = SchemaResult.Valid;

    public void Open(Frame frame, XmlReader reader, MessageWalk walk)
    {
        _walk = walk;
        _validator.ValidateElement(frame.Name, frame.Namespace, _info);
        if (reader.MoveToFirstAttribute())
        {
            do
                if (reader.NamespaceURI is not ("http://www.w3.org/2000/xmlns/" or "http://www.w3.org/2001/XMLSchema-instance"))
                    _validator.ValidateAttribute(reader.LocalName, reader.NamespaceURI, reader.Value, _info);
            while (reader.MoveToNextAttribute());
            reader.MoveToElement();
        }
        _validator.ValidateEndOfAttributes(_info);
    }

    public void Text(string text) => _validator.ValidateText(text);

    public void Close(MessageWalk walk)
    {
        _walk = walk;
        _validator.ValidateEndElement(_info);
    }

    void Report(ValidationEventArgs problem)
    {
        if (problem.Severity != XmlSeverityType.Error) return;
        Result = SchemaResult.Invalid;
        var frame = _walk!.Current;
        var value = frame.Text.ToString();
        _findings.Add(new(FindingCodes.Schema, _walk.Path, MessageWriting.Clean(value, 70),
            Shorten(problem.Message, value), Line: frame.Line));
    }

    /// <summary>Without the value, which a finding holds apart and shorter, and the namespaces that .NET repeats several times.</summary>
    static string Shorten(string message, string value) =>
        message.Replace($"The value '{value}'", "The value", StringComparison.Ordinal).Replace("urn:iso:std:iso:20022:tech:xsd:", "", StringComparison.Ordinal);
}
