using System.Globalization;
using System.Xml.Linq;

namespace Pujiang.Accounts;

/// <summary>Reads the building blocks that all messages share. Names are compared without namespace: every version has its own.</summary>
static class ElementReading
{
    public static XElement? Child(this XElement? element, string name)
    {
        if (element is null) return null;
        foreach (var child in element.Elements())
            if (child.Name.LocalName == name) return child;
        return null;
    }

    /// <summary>Walks down by names; null as soon as one is missing.</summary>
    public static XElement? Child(this XElement? element, string first, params ReadOnlySpan<string> rest)
    {
        var found = element.Child(first);
        foreach (var name in rest) found = found.Child(name);
        return found;
    }

    public static string? Text(this XElement? element, string name) => element.Child(name)?.Value.Trim();

    public static string? Text(this XElement? element, string first, params ReadOnlySpan<string> rest) =>
        element.Child(first, rest)?.Value.Trim();

    public static IEnumerable<XElement> Children(this XElement? element, string name) =>
        element?.Elements().Where(child => child.Name.LocalName == name) ?? [];

    /// <summary>A code from a code-or-proprietary choice.</summary>
    public static string? Choice(this XElement? element, string name) =>
        element.Text(name, "Cd") ?? element.Text(name, "Prtry");

    /// <summary>A date that may be written as date or as date and time, in an element or in a choice below it.</summary>
    public static DateOnly? Date(this XElement? element, string name)
    {
        var text = element.Text(name, "Dt") ?? element.Text(name, "DtTm") ?? element.Text(name);
        // The calendar date as its sender wrote it: a time zone must not move a due date.
        return text is { Length: >= 10 } && DateOnly.TryParseExact(
            text.AsSpan(0, 10), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;
    }

    public static PartyReference Party(this XElement? element, string name)
    {
        // Status and bank messages wrap the party in a choice (Pty or Agt); initiations don't.
        var party = element.Child(name) is { } found ? found.Child("Pty") ?? found : null;
        if (party is null) return PartyReference.None;
        var id = party.Child("Id");
        return new PartyReference(
            party.Text("Nm"), id.Text("OrgId", "LEI"),
            id.Text("OrgId", "AnyBIC") ?? id.Text("OrgId", "BICOrBEI"),
            party.Text("PstlAdr", "Ctry") ?? party.Text("CtryOfRes"),
            id.Text("OrgId", "Othr", "Id") ?? id.Text("PrvtId", "Othr", "Id"), party);
    }

    public static AccountReference Account(this XElement? element, string name)
    {
        var account = element.Child(name);
        return account is null ? AccountReference.None : new AccountReference(
            account.Text("Id", "IBAN"), account.Text("Id", "Othr", "Id"), account.Text("Ccy"), account);
    }

    public static AgentReference Agent(this XElement? element, string name)
    {
        var agent = element.Child(name);
        var id = agent.Child("FinInstnId");
        return agent is null ? AgentReference.None : new AgentReference(
            id.Text("BICFI") ?? id.Text("BIC"), id.Text("ClrSysMmbId", "MmbId"), id.Text("LEI"), id.Text("Nm"), agent);
    }

    public static RemittanceInformation Remittance(this XElement? element)
    {
        var remittance = element.Child("RmtInf");
        return remittance is null ? RemittanceInformation.None : new RemittanceInformation(
            [.. remittance.Children("Ustrd").Select(line => line.Value)],
            [.. remittance.Children("Strd").Select(part => part.Text("CdtrRefInf", "Ref")).OfType<string>()], remittance);
    }

    public static bool? Flag(this XElement? element, string name) => element.Text(name) switch
    {
        "true" or "1" => true,
        "false" or "0" => false,
        _ => null,
    };
}
