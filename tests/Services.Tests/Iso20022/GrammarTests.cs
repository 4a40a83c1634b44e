using System.Xml.Schema;
using Pujiang.Accounts;

namespace Pujiang.Services.Tests;

/// <summary>Our grammar may know less than the official schemas, but it never refuses what they allow.</summary>
public sealed class GrammarTests
{
    public static IEnumerable<TheoryDataRow<string>> Messages
    {
        get
        {
            var folder = TestData.PathOf("iso20022", "xsd");
            var names = Grammar.Families.SelectMany(f => Enumerable.Range(f.From, f.To - f.From + 1).Select(v => new MessageType(f.Family, v).ToString()))
                .Where(name => File.Exists(Path.Combine(folder, name + ".xsd"))).ToList();
            return names.Count == 0 ? [new(TestData.Missing)] : names.Select(name => new TheoryDataRow<string>(name));
        }
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Grammar_NeverRefusesWhatTheSchemaAllows(string message)
    {
        Assert.SkipWhen(message == TestData.Missing, $"No iso20022/xsd in {TestData.Folder}.");
        Assert.True(MessageType.TryParse(message, out var type));
        Assert.True(Grammar.TryFind(type, out var rule));
        var schemas = new XmlSchemaSet();
        schemas.Add(null, TestData.Require("iso20022", "xsd", message + ".xsd"));
        schemas.Compile();
        var root = schemas.GlobalElements.Values.Cast<XmlSchemaElement>().First(e => e.Name is "Document" or "AppHdr");
        var problems = new List<string>();
        Compare(rule, (XmlSchemaComplexType)root.ElementSchemaType!, type.Version, root.Name!, problems, []);
        Assert.True(problems.Count == 0, string.Join("\n", problems));
    }

    static void Compare(Rule rule, XmlSchemaComplexType schema, int version, string path, List<string> problems, HashSet<(Rule, XmlSchemaComplexType)> seen)
    {
        if (!seen.Add((rule, schema))) return;
        var elements = Elements(schema.ContentTypeParticle, inChoice: false, repeated: 1).ToList();
        var particle = schema.ContentTypeParticle;
        while (particle is XmlSchemaGroupBase { Items: [XmlSchemaGroupBase inner] }) particle = inner;
        var isChoice = particle is XmlSchemaChoice;
        if (rule.IsChoice && !isChoice) problems.Add($"{path}: {rule} is no choice in the schema");
        var reached = -1;
        foreach (var (element, least, most) in elements)
        {
            var place = rule.Find(element.Name!, version);
            if (place < 0)
            {
                problems.Add($"{path}/{element.Name}: unknown to {rule}");
                continue;
            }
            if (place < reached && !isChoice) problems.Add($"{path}/{element.Name}: order");
            reached = Math.Max(reached, place);
            var item = rule.Items[place];
            if (item.Least > 0 && least == 0) problems.Add($"{path}/{element.Name}: not mandatory");
            if (item.Most < most) problems.Add($"{path}/{element.Name}: may be there {most} times");
            CompareType(item, element, version, $"{path}/{element.Name}", problems, seen);
        }
        foreach (var item in rule.Items.Where(i => i.Least > 0 && i.In(version)))
            if (!elements.Exists(e => e.Element.Name == item.Name)) problems.Add($"{path}/{item.Name}: unknown to the schema, mandatory for us");
    }

    static void CompareType(RuleItem item, XmlSchemaElement element, int version, string path, List<string> problems, HashSet<(Rule, XmlSchemaComplexType)> seen)
    {
        var complex = element.ElementSchemaType as XmlSchemaComplexType;
        if (item.Rule is not null)
        {
            if (complex is null) problems.Add($"{path}: {item.Rule} is a simple type in the schema");
            else Compare(item.Rule, complex, version, path, problems, seen);
        }
        if (item.Simple is null) return;
        if (item.Simple.HasCurrency != (complex?.AttributeUses.Count > 0)) problems.Add($"{path}: the currency attribute differs");
        foreach (var value in Allowed(element.ElementSchemaType!))
            if (item.Simple.Refuse(value) is { } refusal) problems.Add($"{path}: refuses '{value}': {refusal.Expected}");
    }

    /// <summary>Values at the edge of what the schema allows: the longest text, every code, the greatest number.</summary>
    static IEnumerable<string> Allowed(XmlSchemaType type)
    {
        var simple = type as XmlSchemaSimpleType ?? (type as XmlSchemaComplexType)?.BaseXmlSchemaType as XmlSchemaSimpleType;
        if (simple?.Content is not XmlSchemaSimpleTypeRestriction restriction) return [];
        var facets = restriction.Facets.Cast<XmlSchemaFacet>().ToList();
        string? Facet<T>() where T : XmlSchemaFacet => facets.OfType<T>().FirstOrDefault()?.Value;

        if (facets.OfType<XmlSchemaEnumerationFacet>().Any()) return facets.OfType<XmlSchemaEnumerationFacet>().Select(f => f.Value!);
        if (Facet<XmlSchemaPatternFacet>() is { } pattern) return Matching(pattern);
        if (Facet<XmlSchemaMaxLengthFacet>() is { } length) return [new string('字', int.Parse(length)), "a", " "];
        if (Facet<XmlSchemaTotalDigitsFacet>() is { } total)
        {
            var fraction = int.Parse(Facet<XmlSchemaFractionDigitsFacet>() ?? "0");
            var whole = int.Parse(total) - fraction;
            return [new string('9', whole) + "." + new string('9', fraction) + "000", "0", "+1", ".5"];
        }
        return simple.TypeCode switch
        {
            XmlTypeCode.Boolean => ["true", "false", "0", "1"],
            XmlTypeCode.Date => ["2024-02-29", "2026-05-31Z", "2026-05-31+08:00"],
            XmlTypeCode.DateTime => ["2024-02-29T23:59:59", "2026-05-31T12:00:00.123456789Z", "2026-05-31T24:00:00+08:00"],
            _ => [],
        };
    }

    /// <summary>For the patterns of the standard, one text that each allows.</summary>
    static string[] Matching(string pattern) => pattern switch
    {
        "[0-9]{1,15}" => ["1", "123456789012345"],
        "[0-9]{1,5}" => ["1", "12345"],
        "[A-Z]{3,3}" => ["CNY"],
        "[A-Z]{2,2}" => ["CN"],
        _ when pattern.StartsWith("[a-f0-9]{8}", StringComparison.Ordinal) => ["e5f6a7b8-c9d0-4234-ab12-345678901234"],
        _ when pattern.StartsWith("[A-Z]{2,2}[0-9]{2,2}[a-zA-Z0-9]", StringComparison.Ordinal) => ["DE89370400440532013000", "XX001"],
        _ when pattern.StartsWith("[A-Z0-9]{18,18}", StringComparison.Ordinal) => ["5493001KJTIIGC8Y1R12"],
        "[A-Z]{6,6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3,3}){0,1}" or "[A-Z0-9]{4,4}[A-Z]{2,2}[A-Z0-9]{2,2}([A-Z0-9]{3,3}){0,1}" => ["DEUTDEFF", "DEUTDEFF500"],
        _ => [],
    };

    static IEnumerable<(XmlSchemaElement Element, int Least, int Most)> Elements(XmlSchemaParticle particle, bool inChoice, int repeated)
    {
        var most = particle.MaxOccurs == decimal.MaxValue ? int.MaxValue : (int)particle.MaxOccurs;
        if (particle is XmlSchemaElement element)
            yield return (element, inChoice ? 0 : (int)particle.MinOccurs, Math.Max(most, repeated));
        else if (particle is XmlSchemaGroupBase group)
            foreach (var item in group.Items.Cast<XmlSchemaParticle>())
                foreach (var found in Elements(item, inChoice || group is XmlSchemaChoice || group.MinOccurs == 0, Math.Max(most, repeated)))
                    yield return found;
    }
}
