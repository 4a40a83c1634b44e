using System.Text;
using System.Xml;

namespace Pujiang.Accounts;

/// <summary>An element that is open while the file is walked. Frames are reused, so a long file allocates nothing per element.</summary>
sealed class Frame
{
    public string Name = "";
    public string Namespace = "";

    /// <summary>Its place among brothers of the same name, from 1.</summary>
    public int Index;
    public int Line;
    public bool HasChildren;
    public string? Currency;

    /// <summary>Null where our grammar says nothing about this element.</summary>
    public Rule? Rule;

    /// <summary>What the parent's rule says about this element; null when it does not know it.</summary>
    public RuleItem? Item;

    /// <summary>The last item of <see cref="Rule"/> seen, for the order; −1 at first.</summary>
    public int Reached = -1;
    public readonly StringBuilder Text = new();
    public readonly Dictionary<string, int> Counts = new(StringComparer.Ordinal);

    public void Reset(string name, string ns, int index, int line)
    {
        (Name, Namespace, Index, Line) = (name, ns, index, line);
        (HasChildren, Currency, Rule, Item, Reached) = (false, null, null, null, -1);
        Text.Clear();
        Counts.Clear();
    }
}

/// <summary>
/// Walks once over a file and shows each element to the structure rules, the rules of meaning and, where there is one,
/// the official schema. Messages are found at any depth, since envelopes differ from network to network.
/// </summary>
sealed class MessageWalk(FindingList findings, Iso20022Options options)
{
    /// <summary>Deeper than any message (about 20) and far from the end of the stack.</summary>
    const int MaxDepth = 200;

    readonly List<Frame> _frames = [];
    readonly List<MessagePart> _parts = [];
    readonly MessageFacts _facts = new();
    readonly StructureCheck _structure = new(findings);
    int _open;
    int _root = -1;
    MessageType? _type;
    SchemaCheck? _schema;
    MeaningCheck? _meaning;

    /// <summary>The open elements from the message's root down; envelopes are left out.</summary>
    public string Path => PathTo(_open - 1);

    public Frame Current => _frames[_open - 1];

    public void Run(XmlReader reader)
    {
        while (reader.Read())
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    var empty = reader.IsEmptyElement;
                    Open(reader);
                    if (empty) Close();
                    break;
                case XmlNodeType.EndElement:
                    Close();
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace:
                    if (_root < 0) break;
                    _frames[_open - 1].Text.Append(reader.Value);
                    _schema?.Text(reader.Value);
                    break;
                default:
                    break;
            }
    }

    public CheckReport Report()
    {
        if (_parts.Count == 0 && findings.Count == 0)
            findings.Add(new(FindingCodes.NoMessage, "/", "", "A Document of ISO 20022."));
        return new CheckReport
        {
            Type = _type,
            Parts = _parts,
            Findings = findings.Kept,
            FindingCount = findings.Count,
            Facts = _facts,
            IsAccepted = !findings.HasErrors,
        };
    }

    void Open(XmlReader reader)
    {
        if (_open >= MaxDepth) throw new XmlException($"Elements are nested more than {MaxDepth} deep.");
        var frame = Push(reader);
        if (_root < 0 && frame.Name is "Document" or "AppHdr") Begin(frame);
        if (_root < 0) return;
        if (_open - 1 > _root)
        {
            var parent = _frames[_open - 2];
            parent.HasChildren = true;
            _structure.Open(parent, frame, this);
        }
        _schema?.Open(frame, reader, this);
        frame.Currency = reader.GetAttribute("Ccy");
        _meaning?.Open(frame, _open - 1 - _root);
    }

    Frame Push(XmlReader reader)
    {
        if (_frames.Count == _open) _frames.Add(new Frame());
        var index = 1;
        if (_open > 0)
        {
            var counts = _frames[_open - 1].Counts;
            index = counts[reader.LocalName] = counts.GetValueOrDefault(reader.LocalName) + 1;
        }
        var frame = _frames[_open++];
        frame.Reset(reader.LocalName, reader.NamespaceURI, index, SafeXml.Line(reader));
        return frame;
    }

    void Begin(Frame frame)
    {
        _root = _open - 1;
        var known = MessageType.TryParse(frame.Namespace, out var type);
        if (frame.Name == "Document" && known) _type ??= type;
        _schema = known ? SchemaFolder.Open(options.Schemas, type, findings) : null;
        if (!known)
            findings.Add(new(FindingCodes.ForeignNamespace, Path, frame.Namespace, "A namespace of ISO 20022: urn:iso:std:iso:20022:tech:xsd: and the message.", Line: frame.Line));
        else if (!Grammar.TryFind(type, out frame.Rule) && _schema is null)
            findings.Add(new(FindingCodes.UnsupportedVersion, Path, type.ToString(), Grammar.Supported(type), Line: frame.Line));
        _meaning = !known ? null : frame.Name == "AppHdr"
            ? new HeaderMeaning(this, findings, _facts, type) : MeaningCheck.For(this, findings, _facts, type, options);
        _structure.Begin(type);
    }

    void Close()
    {
        var frame = _frames[_open - 1];
        if (_root >= 0)
        {
            _structure.Close(frame, this);
            _schema?.Close(this);
            if (_meaning is not null) Understand(frame);
            if (_open - 1 == _root) End(frame);
        }
        _open--;
    }

    void Understand(Frame frame)
    {
        var text = frame.HasChildren ? "" : frame.Text.ToString().Trim();
        _meaning!.Close(frame, text, _open - 1 - _root);
    }

    void End(Frame frame)
    {
        var name = MessageType.TryParse(frame.Namespace, out var type) ? type.ToString() : frame.Namespace;
        _parts.Add(new MessagePart(frame.Name, name, _schema?.Result ?? SchemaResult.NotChecked));
        (_root, _schema, _meaning) = (-1, null, null);
    }

    /// <summary>The open elements down to one depth, with an index where an element may be repeated.</summary>
    public string PathTo(int depth)
    {
        var path = new StringBuilder();
        for (var i = Math.Max(_root, 0); i <= depth && i < _open; i++)
        {
            var frame = _frames[i];
            path.Append('/').Append(frame.Name);
            if (i > _root && (frame.Index > 1 || frame.Item is { Most: > 1 } || Repeated.Contains(frame.Name)))
                path.Append('[').Append(frame.Index).Append(']');
        }
        return path.Length == 0 ? "/" : path.ToString();
    }

    /// <summary>How far below the message's root the open element is; the name of an open element at a distance below the root.</summary>
    public string NameAt(int level) => _frames[_root + level].Name;

    public Frame FrameAt(int level) => _frames[_root + level];

    /// <summary>The path of the open element at a distance below the root.</summary>
    public string PathAt(int level) => PathTo(_root + level);

    /// <summary>The parts of messages that come in numbers: they carry an index from the first on.</summary>
    static readonly HashSet<string> Repeated =
        ["PmtInf", "CdtTrfTxInf", "TxInf", "TxInfAndSts", "OrgnlPmtInfAndSts", "Stmt", "Rpt", "Ntfctn", "Ntry", "TxDtls", "NtryDtls", "Bal"];
}
