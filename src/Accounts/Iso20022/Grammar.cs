using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Pujiang.Accounts;

/// <summary>What may stand in an element: its children in order, or exactly one of them.</summary>
sealed class Rule(string name, bool isChoice)
{
    readonly Dictionary<string, int[]> _places = new(StringComparer.Ordinal);

    public string Name { get; } = name;
    public bool IsChoice { get; } = isChoice;
    public IReadOnlyList<RuleItem> Items { get; private set; } = [];

    public void Fill(IReadOnlyList<RuleItem> items)
    {
        Items = items;
        foreach (var group in items.Select((item, place) => (item, place)).GroupBy(pair => pair.item.Name, StringComparer.Ordinal))
            _places[group.Key] = [.. group.Select(pair => pair.place)];
    }

    /// <summary>The place of a child in this version of the message; −1 when the rule does not know it.</summary>
    public int Find(string name, int version)
    {
        if (_places.TryGetValue(name, out var places))
            foreach (var place in places)
                if (Items[place].In(version)) return place;
        return -1;
    }

    public override string ToString() => Name;
}

/// <summary>A child of a rule.</summary>
/// <param name="Name">The element.</param>
/// <param name="Least">0 or 1.</param>
/// <param name="Most">How often it may stand there.</param>
/// <param name="Type">A rule's name, a simple type, or empty when it is kept unread.</param>
/// <param name="From">First version of the message that has it.</param>
/// <param name="To">Last version that has it.</param>
sealed record RuleItem(string Name, int Least, int Most, string Type, int From, int To)
{
    public Rule? Rule { get; set; }
    public Simple? Simple { get; set; }

    public bool In(int version) => version >= From && version <= To;
}

/// <summary>Our own grammar, read once from <see cref="GrammarText"/>.</summary>
static class Grammar
{
    static readonly FrozenDictionary<string, Rule> Rules = ReadRules();
    static readonly FrozenDictionary<string, (int From, int To, Rule Rule)> Messages = ReadMessages();

    /// <summary>The families with the versions that are read.</summary>
    public static IEnumerable<(string Family, int From, int To)> Families =>
        Messages.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => (m.Key, m.Value.From, m.Value.To));

    /// <summary>The rule of a message's Document (or AppHdr); false when we don't read this family or version.</summary>
    public static bool TryFind(MessageType type, [NotNullWhen(true)] out Rule? rule)
    {
        rule = Messages.TryGetValue(type.Family, out var message) && type.Version >= message.From && type.Version <= message.To
            ? message.Rule : null;
        return rule is not null;
    }

    /// <summary>What would have been right, for a message that is not supported.</summary>
    public static string Supported(MessageType type) => Messages.TryGetValue(type.Family, out var message)
        ? $"{type.Family} in the versions {message.From:D2} to {message.To:D2}."
        : $"One of {string.Join(", ", Families.Select(f => f.Family))}.";

    static FrozenDictionary<string, Rule> ReadRules()
    {
        var rules = new Dictionary<string, Rule>(StringComparer.Ordinal);
        var lines = GrammarText.Rules.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line.Split(' ')).ToList();
        foreach (var line in lines) rules.Add(line[0], new Rule(line[0], line[1] == "|"));
        foreach (var line in lines) rules[line[0]].Fill([.. line.Skip(2).Select(text => ReadItem(text, rules))]);
        return rules.ToFrozenDictionary(StringComparer.Ordinal);
    }

    static RuleItem ReadItem(string text, Dictionary<string, Rule> rules)
    {
        var (rest, versions) = Cut(text, '@');
        var (element, type) = Cut(rest, ':');
        var name = element.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        if (!name.EndsWith('*')) name = element;
        var most = name.Length < element.Length ? int.Parse(element.AsSpan(name.Length)) : name[^1] is '*' or '+' ? int.MaxValue : 1;
        var (from, to) = Cut(versions, '-');
        var item = new RuleItem(
            name.TrimEnd('!', '+', '*'), name[^1] is '!' or '+' ? 1 : 0, most, type,
            from.Length > 0 ? int.Parse(from) : 0, to.Length > 0 ? int.Parse(to) : int.MaxValue);
        if (type.Length == 0) return item;
        item.Rule = rules.GetValueOrDefault(type);
        item.Simple = item.Rule is null ? Simple.Parse(type) : null;
        return item;
    }

    static (string Before, string After) Cut(string text, char mark)
    {
        var at = text.IndexOf(mark, StringComparison.Ordinal);
        return at < 0 ? (text, "") : (text[..at], text[(at + 1)..]);
    }

    static FrozenDictionary<string, (int From, int To, Rule Rule)> ReadMessages() =>
        GrammarText.Messages.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line.Split(' ')).ToFrozenDictionary(
                line => line[0],
                line => (int.Parse(Cut(line[1], '-').Before), int.Parse(Cut(line[1], '-').After), DocumentRule(line[2])),
                StringComparer.Ordinal);

    static Rule DocumentRule(string root)
    {
        if (root == "AppHdr") return Rules[root];
        var document = new Rule("Document", isChoice: false);
        document.Fill([new RuleItem(root, 1, 1, root, 0, int.MaxValue) { Rule = Rules[root] }]);
        return document;
    }
}
