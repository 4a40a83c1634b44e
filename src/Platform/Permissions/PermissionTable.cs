namespace Pujiang.Platform;

/// <summary>One thing that somebody may do. Every endpoint and page names one; <see cref="PermissionTable"/> says who has it.</summary>
public enum Permission
{
    SeeAccounts,
    MakePayments,
    SeePayments,
    KeepPayees,
    ChangeLimits,
    RegisterCustomers,
    OpenAccounts,
    TakeCash,
    SeeCustomersAccounts,
    ChangeCustomersLimits,
    SeeApprovals,
    AskForApproval,
    DecideApprovals,
    SeeOperations,
    RunJobs,
    SeeAudit,
    ReadMetrics,
    KeepOwnSignIn,
    GiveSignIn,
    SeePeople,
    KeepPeople,
    SeeDocuments,
    SendDocuments,
    SignDocuments,
    SeeEvidence,
    SeeKeys,
    KeepKeys,
    ReadMessages,
    ScreenNames,
    SeeLists,
    ImportLists,
    SeeHits,
    DecideHits,
    KeepWebhooks,
    SeeDeliveries,
    KeepDeliveries,
    SeePrograms,
    KeepPrograms,
    UseApplications,
}

/// <summary>A line of the table: who may do it, and with whose data.</summary>
/// <param name="What">What it allows, as a sentence for the documentation.</param>
/// <param name="Data">With whose data. The use case enforces it beside its query.</param>
/// <param name="Roles">Roles that have it; all others are refused.</param>
public sealed record PermissionLine(Permission Permission, string What, string Data, params IReadOnlyList<string> Roles);

/// <summary>Who may do what: the one table, from which <c>docs/permissions.md</c> is written. What is not here is denied.</summary>
public static class PermissionTable
{
    const string Own = "own", OwnOrAll = "own; operator: all", All = "all";

    public static IReadOnlyList<PermissionLine> Lines { get; } =
    [
        // Accounts
        new(Permission.SeeAccounts, "See accounts, statements and receipts", OwnOrAll, Roles.Customer, Roles.Firm, Roles.Operator, Roles.Program),
        new(Permission.SeePayments, "See transfers and payment files and how they stand", OwnOrAll, Roles.Customer, Roles.Firm, Roles.Operator, Roles.Program),
        new(Permission.MakePayments, "Make and cancel transfers, send payment files", OwnOrAll, Roles.Customer, Roles.Firm, Roles.Operator, Roles.Program),
        new(Permission.KeepPayees, "Keep the payee book", Own, Roles.Customer, Roles.Firm),
        new(Permission.ChangeLimits, "Change an account's limits on payments", OwnOrAll, Roles.Customer, Roles.Firm, Roles.Operator),
        new(Permission.RegisterCustomers, "Register persons and firms", All, Roles.Teller, Roles.Operator),
        new(Permission.OpenAccounts, "Open accounts", All, Roles.Teller, Roles.Operator),
        new(Permission.TakeCash, "Take cash in", All, Roles.Teller, Roles.Operator),

        new(Permission.SeeCustomersAccounts, "Look a customer's account up at the counter", All, Roles.Teller),
        new(Permission.ChangeCustomersLimits, "Change a customer's limits on payments; higher ones need approval", All, Roles.Teller),

        // Approvals
        new(Permission.SeeApprovals, "See requests for approval and what became of them", "own, and those that the own roles decide; auditor: all", Roles.Teller, Roles.Operations, Roles.Compliance, Roles.Security, Roles.Auditor),
        new(Permission.AskForApproval, "Ask for approval, and withdraw what was asked", Own, Roles.Teller, Roles.Compliance, Roles.Security),
        new(Permission.DecideApprovals, "Approve and refuse, and hand this over to a colleague", "those that the own roles decide; never the own", Roles.Operations, Roles.Compliance, Roles.Security),

        // Sign-in
        new(Permission.KeepOwnSignIn, "Change the own password, second step and passkeys, end the own sessions", Own, Roles.People),
        new(Permission.GiveSignIn, "Give a customer at the counter an activation code", All, Roles.Teller, Roles.Operator),
        new(Permission.SeePeople, "See the bank's own people and their roles", All, Roles.Security, Roles.Auditor, Roles.Operator),
        new(Permission.KeepPeople, "Ask to invite staff, change their roles, lock and unlock them; a second person allows it; give them activation codes", "all but oneself", Roles.Security, Roles.Operator),

        // Notifications
        new(Permission.ReadMessages, "Read what the bank tells, and say by which channels", Own, [Roles.Customer, Roles.Firm, .. Roles.Staff]),

        // Documents
        new(Permission.SeeDocuments, "See documents and their signatures", "own, and those one is asked to sign; operator: all", Roles.Customer, Roles.Firm, Roles.Operator),
        new(Permission.SendDocuments, "Send documents", Own, Roles.Customer, Roles.Firm),
        new(Permission.SignDocuments, "Sign documents, ask others to sign, decline", "own, and those one is asked to sign", Roles.Customer, Roles.Firm),

        // Evidence
        new(Permission.SeeEvidence, "See every entry of the evidence log; whoever knows a reference may see its entries without", All, Roles.Auditor, Roles.Compliance, Roles.Operator),

        // Operations
        new(Permission.SeeOperations, "See health, jobs, followers, ledger totals and the business calendar", All, Roles.Operations, Roles.Auditor),
        new(Permission.RunJobs, "Run, pause and resume jobs, import a year of the business calendar", All, Roles.Operations),
        new(Permission.SeeAudit, "Search the record of who did what", All, Roles.Security, Roles.Auditor),
        new(Permission.ReadMetrics, "Read the metrics", All, Roles.Operator),

        // Screening
        new(Permission.ScreenNames, "Compare names with the sanctions lists in force", "public lists; nothing is kept", Roles.Compliance, Roles.Operator, Roles.Program),
        new(Permission.SeeLists, "See the versions of the sanctions lists and what changed", All, Roles.Compliance, Roles.Auditor, Roles.Operator),
        new(Permission.ImportLists, "Import a version of a sanctions list; one that lost many entries needs a second person", All, Roles.Compliance, Roles.Operator),
        new(Permission.SeeHits, "See which customers, payees and payments are on a sanctions list", All, Roles.Compliance),
        new(Permission.DecideHits, "Find a screening hit to be none; find it to be true with a second person", All, Roles.Compliance),

        // Signing
        new(Permission.SeeKeys, "See the keys of the bank and its partners, and their history", All, Roles.Security, Roles.Auditor, Roles.Operator),
        new(Permission.KeepKeys, "Rotate, register and revoke keys", All, Roles.Security, Roles.Operator),

        // Messages out and in
        new(Permission.KeepWebhooks, "Register webhooks, see what was sent to them, close them", Own, Roles.Firm, Roles.Program),
        new(Permission.SeeDeliveries, "See what went out and came in between the bank and its partners, without the messages themselves", All, Roles.Operations, Roles.Auditor, Roles.Operator),
        new(Permission.KeepDeliveries, "Send a message again, or withdraw it", All, Roles.Operations, Roles.Operator),

        // Programs and applications
        new(Permission.UseApplications, "Sign in to other applications, and see and withdraw what they know", Own, [Roles.Customer, Roles.Firm, .. Roles.Staff]),
        new(Permission.SeePrograms, "See partners' programs, other applications and their keys", All, Roles.Security, Roles.Auditor, Roles.Operator),
        new(Permission.KeepPrograms, "Register programs and applications, give and withdraw their keys, end them", All, Roles.Security, Roles.Operator),
    ];

    static readonly Dictionary<Permission, PermissionLine> ByPermission = Lines.ToDictionary(line => line.Permission);

    public static PermissionLine Of(Permission permission) => ByPermission[permission];

    public static bool Allows(Permission permission, IEnumerable<string> roles) =>
        ByPermission[permission].Roles.Intersect(roles, StringComparer.Ordinal).Any();
}
