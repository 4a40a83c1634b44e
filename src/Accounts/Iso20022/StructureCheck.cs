namespace Pujiang.Accounts;

/// <summary>Holds each element against our grammar while the file is walked: order, occurrence, type, length, code list.</summary>
sealed class StructureCheck(FindingList findings)
{
    int _version;
    bool _paysOut;

    public void Begin(MessageType type) => (_version, _paysOut) = (type.Version, type.Family == "pain.001");

    public void Open(Frame parent, Frame frame, MessageWalk walk)
    {
        if (parent.Rule is not { } rule) return;
        // Another namespace means somebody else's content: signatures, supplementary data.
        var place = frame.Namespace == parent.Namespace ? rule.Find(frame.Name, _version) : -1;
        if (place < 0)
        {
            Report(FindingCodes.ElementUnknown, frame, walk, $"An element that {parent.Name} has in this version; it is kept, not read.",
                _paysOut ? Severity.Error : Severity.Warning);
            return;
        }
        var item = rule.Items[place];
        (frame.Item, frame.Rule) = (item, item.Rule);
        if (frame.Index > item.Most)
            Report(FindingCodes.ElementRepeated, frame, walk, $"At most {item.Most} of {frame.Name} in {parent.Name}.");
        else if (rule.IsChoice && parent.Reached >= 0 && parent.Reached != place)
            Report(FindingCodes.ChoiceAmbiguous, frame, walk, $"Only one of {Names(rule)} in {parent.Name}.");
        else if (!rule.IsChoice && place < parent.Reached)
            Report(FindingCodes.ElementOrder, frame, walk, $"{frame.Name} before {rule.Items[parent.Reached].Name}.");
        parent.Reached = Math.Max(parent.Reached, place);
    }

    public void Close(Frame frame, MessageWalk walk)
    {
        if (frame.Rule is { } rule) CloseParent(rule, frame, walk);
        else if (frame.Item?.Simple is { } simple) CloseText(simple, frame, walk);
    }

    void CloseParent(Rule rule, Frame frame, MessageWalk walk)
    {
        if (rule.IsChoice)
        {
            // A branch that we don't know may have been taken.
            if (!frame.HasChildren)
                findings.Add(new(FindingCodes.ElementMissing, walk.Path, "", $"One of {Names(rule)}.", Line: frame.Line));
        }
        else
            foreach (var item in rule.Items)
                if (item.Least > 0 && item.In(_version) && !frame.Counts.ContainsKey(item.Name))
                    findings.Add(new(FindingCodes.ElementMissing, $"{walk.Path}/{item.Name}", "", $"{item.Name} is mandatory in {frame.Name}.", Line: frame.Line));
        if (!IsBlank(frame))
            Report(FindingCodes.TextUnexpected, frame, walk, "Elements only, no text between them.", value: frame.Text.ToString().Trim());
    }

    void CloseText(Simple simple, Frame frame, MessageWalk walk)
    {
        if (frame.HasChildren)
        {
            Report(FindingCodes.TextUnexpected, frame, walk, "Text only, no elements.");
            return;
        }
        var text = frame.Text.ToString();
        // Numbers, dates and codes may have blanks around them; in text they count.
        if (simple is not (Simple.Text or Simple.Form or Simple.Digits or Simple.Codes)) text = text.Trim();
        if (simple.Refuse(text) is { } refusal) Report(refusal.Code, frame, walk, refusal.Expected, value: text);
        if (simple.HasCurrency && frame.Currency is null)
            findings.Add(new(FindingCodes.AttributeMissing, $"{walk.Path}/@Ccy", "", "The currency of the amount.", Line: frame.Line));
    }

    static bool IsBlank(Frame frame)
    {
        foreach (var chunk in frame.Text.GetChunks())
            if (!chunk.Span.IsWhiteSpace()) return false;
        return true;
    }

    static string Names(Rule rule) => string.Join(" or ", rule.Items.Select(item => item.Name));

    void Report(string code, Frame frame, MessageWalk walk, string expected, Severity severity = Severity.Error, string value = "") =>
        findings.Add(new(code, walk.Path, MessageWriting.Clean(value, 140), expected, severity, frame.Line));
}
