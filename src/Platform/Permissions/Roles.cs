namespace Pujiang.Platform;

/// <summary>The roles in which people and programs use the bank. What each may do stands in <see cref="PermissionTable"/>.</summary>
public static class Roles
{
    /// <summary>A person with accounts here, for the own party.</summary>
    public const string Customer = "customer";

    /// <summary>A person who acts for a firm with accounts here, for that firm's party.</summary>
    public const string Firm = "firm";

    /// <summary>Staff at the counter (柜员).</summary>
    public const string Teller = "teller";

    /// <summary>Staff who look after jobs, deliveries and end of day (运营).</summary>
    public const string Operations = "operations";

    /// <summary>Staff who review screening hits and unusual cases (合规).</summary>
    public const string Compliance = "compliance";

    /// <summary>Staff who keep people, roles and keys (安全管理).</summary>
    public const string Security = "security";

    /// <summary>Sees everything, changes nothing (审计).</summary>
    public const string Auditor = "auditor";

    /// <summary>The bank's own command line on the bank's own machine.</summary>
    public const string Operator = "operator";

    /// <summary>A program of a partner (hospital, court, firm) that signed in with a key of its own.</summary>
    public const string Program = "program";

    /// <summary>Has set a password with a code from the counter, and must now add a second step before anything else.</summary>
    public const string Newcomer = "newcomer";

    public static IReadOnlyList<string> All { get; } =
        [Newcomer, Customer, Firm, Teller, Operations, Compliance, Security, Auditor, Operator, Program];

    /// <summary>All that people have; programs and the operator have none of them.</summary>
    public static IReadOnlyList<string> People => [Newcomer, Customer, Firm, .. Staff];

    /// <summary>People who work for the bank; they have no accounts in these roles.</summary>
    public static IReadOnlyList<string> Staff { get; } = [Teller, Operations, Compliance, Security, Auditor];
}
