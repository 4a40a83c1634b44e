namespace Pujiang.Platform;

/// <summary>The kinds of acts that one person asks for and another allows. Each has rules below and an <see cref="IApprovedAct"/>.</summary>
public static class ApprovalKinds
{
    /// <summary>Cash paid in at the counter.</summary>
    public const string CashIn = "cash-in";

    /// <summary>Staff raise the limits on payments out of a customer's account.</summary>
    public const string RaiseLimits = "raise-limits";

    /// <summary>Somebody joins the staff, gets or loses roles, is locked or unlocked, or starts anew with an activation code.</summary>
    public const string ChangeStaff = "change-staff";

    /// <summary>A key of the bank or of a partner is made, accepted or withdrawn.</summary>
    public const string ChangeKeys = "change-keys";

    /// <summary>A version of a sanctions list comes into force that has far fewer entries.</summary>
    public const string ShortenList = "shorten-list";

    /// <summary>A screening hit is found to be true: the payment is refused, the customer's accounts are blocked.</summary>
    public const string ConfirmMatch = "confirm-match";

    /// <summary>A partner's program or another application is registered, or gets a key.</summary>
    public const string ChangePrograms = "change-programs";
}

/// <summary>When an act needs other people's consent, whose, and for how long it may be given.</summary>
/// <param name="Kind">One of <see cref="ApprovalKinds"/>.</param>
/// <param name="ValidFrom">Business date from which the rules of this date replace all earlier ones of the kind.</param>
/// <param name="YuanFrom">Smallest amount in fen for which it holds; 0 for every amount and for acts without one.</param>
/// <param name="Makers">Roles that may ask.</param>
/// <param name="Checkers">Roles that may approve and refuse.</param>
/// <param name="Approvals">How many different people must approve.</param>
/// <param name="Open">How long the request waits before it expires.</param>
/// <param name="Source">The law or the reason behind it.</param>
public sealed record ApprovalRule(
    string Kind, DateOnly ValidFrom, long YuanFrom, IReadOnlyList<string> Makers, IReadOnlyList<string> Checkers, int Approvals, TimeSpan Open, string Source);

/// <summary>The table of rules, from which <c>docs/approvals.md</c> is written. Parameters are dated: a change is a new line, never an edit.</summary>
public static class ApprovalRules
{
    /// <summary>50,000 yuan in fen.</summary>
    const long LargeCash = 5_000_000;

    /// <summary>500,000 yuan in fen.</summary>
    const long VeryLargeCash = 50_000_000;

    static readonly DateOnly Start = new(2024, 1, 1);
    static readonly string[] Tellers = [Roles.Teller], Checkers = [Roles.Operations], SecurityStaff = [Roles.Security], ComplianceStaff = [Roles.Compliance];

    public static IReadOnlyList<ApprovalRule> Lines { get; } =
    [
        new(ApprovalKinds.CashIn, Start, LargeCash, Tellers, Checkers, 1, TimeSpan.FromHours(4),
            "Cash of 50,000 yuan and more is a large-value transaction: 金融机构大额交易和可疑交易报告管理办法 (中国人民银行令〔2016〕第3号) art. 5"),
        new(ApprovalKinds.CashIn, Start, VeryLargeCash, Tellers, [Roles.Operations, Roles.Compliance], 2, TimeSpan.FromHours(4),
            "Ten times that amount: two people, as the bank's own rule"),
        new(ApprovalKinds.RaiseLimits, Start, 0, Tellers, Checkers, 1, TimeSpan.FromHours(24),
            "A higher limit exposes the customer to fraud: the bank's own rule"),
        new(ApprovalKinds.ChangeStaff, Start, 0, SecurityStaff, SecurityStaff, 1, TimeSpan.FromHours(72),
            "Nobody gives rights alone: 商业银行内部控制指引 (银监发〔2014〕40号), incompatible posts are kept apart"),
        new(ApprovalKinds.ChangeKeys, Start, 0, SecurityStaff, SecurityStaff, 1, TimeSpan.FromHours(72),
            "Nobody changes keys alone: NIST SP 800-57 part 1, dual control"),
        new(ApprovalKinds.ShortenList, Start, 0, ComplianceStaff, ComplianceStaff, 1, TimeSpan.FromHours(72),
            "Every entry that is gone lets a name through: the bank's own rule"),
        new(ApprovalKinds.ConfirmMatch, Start, 0, ComplianceStaff, ComplianceStaff, 1, TimeSpan.FromHours(72),
            "Assets of listed persons are frozen at once, and so nobody is taken for one by mistake: 涉及恐怖活动资产冻结管理办法 (中国人民银行、公安部、国家安全部令〔2014〕第1号) art. 5"),
        new(ApprovalKinds.ChangePrograms, Start, 0, SecurityStaff, SecurityStaff, 1, TimeSpan.FromHours(72),
            "Nobody lets a program at customers' accounts alone: as for roles and keys"),
    ];

    /// <summary>The rule for an act on a day; null when it needs nobody's consent.</summary>
    /// <param name="amount">
    /// Null for acts without an amount. An amount in another currency than yuan counts as more than every threshold: the bank
    /// keeps no rates by which it could be compared.
    /// </param>
    /// <exception cref="ArgumentException">No rule names this kind: a bug of the caller.</exception>
    public static ApprovalRule? For(string kind, Money? amount, DateOnly today) => For(Lines, kind, amount, today);

    internal static ApprovalRule? For(IReadOnlyList<ApprovalRule> lines, string kind, Money? amount, DateOnly today)
    {
        var ofKind = lines.Where(rule => rule.Kind == kind).ToList();
        if (ofKind.Count == 0) throw new ArgumentException($"No rule says who approves '{kind}'.", nameof(kind));
        if (ofKind.Where(rule => rule.ValidFrom <= today).Select(rule => (DateOnly?)rule.ValidFrom).Max() is not { } version) return null;
        var reached = amount is not { } money ? 0 : money.IsYuan() ? money.MinorUnits : long.MaxValue;
        return ofKind.Where(rule => rule.ValidFrom == version && rule.YuanFrom <= reached).MaxBy(rule => rule.YuanFrom);
    }

    /// <summary>The table in the form of the documentation.</summary>
    public static string Markdown() => string.Join('\n',
    [
        "| act | from | amount from | who asks | who approves | approvals | open for | why |",
        "|---|---|---|---|---|---|---|---|",
        .. Lines.Select(rule => FormattableString.Invariant(
            $"| {rule.Kind} | {rule.ValidFrom:yyyy-MM-dd} | {(rule.YuanFrom == 0 ? "any" : new Money(rule.YuanFrom, Assets.Cny).Text())} | {string.Join(", ", rule.Makers)} | {string.Join(", ", rule.Checkers)} | {rule.Approvals} | {rule.Open.TotalHours:0} h | {rule.Source} |")),
    ]);
}
