using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>A bank's staff, and an act that leaves a mark: the smallest office in which people ask and decide.</summary>
static class Office
{
    /// <summary>Asked by tellers without an amount, decided by one of operations.</summary>
    public const string OneNeeded = ApprovalKinds.RaiseLimits;

    /// <summary>Asked by tellers; from 500,000 yuan on two of operations or compliance decide.</summary>
    public const string TwoNeeded = ApprovalKinds.CashIn;

    public static readonly Money Large = new(60_000_000, Assets.Cny);

    public static readonly Caller Teller = Of("teller", Roles.Teller), Other = Of("other", Roles.Teller);
    public static readonly Caller An = Of("an", Roles.Operations), Bo = Of("bo", Roles.Operations), Cui = Of("cui", Roles.Operations);
    public static readonly Caller Ding = Of("ding", Roles.Compliance), Auditor = Of("auditor", Roles.Auditor);

    public static IReadOnlyList<Caller> Checkers { get; } = [An, Bo, Cui, Ding];

    static Caller Of(string name, string role) => new(null, IsOperator: false) { UserId = NameBasedId.From("office", name), Roles = [role] };

    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<ICityTables, MarkTables>();
        services.AddSingleton<IStaff, Staff>();
        services.AddScoped<IApprovedAct>(_ => new MarkAct(OneNeeded)).AddScoped<IApprovedAct>(_ => new MarkAct(TwoNeeded));
    }

    public static ApprovalRequest Request(string content, string kind = OneNeeded, Money? amount = null) =>
        new(kind, "office/mark", [ApprovalFact.Of(new Bilingual("内容", "Content"), content, "nothing")], content, amount);

    public static Task<Outcome<ApprovalView>> Ask(
        this TestBank bank, string content, Caller? by = null, string kind = OneNeeded, Money? amount = null, string? key = null) =>
        bank.Call((Approvals approvals) => approvals.Ask(Request(content, kind, amount), by ?? Teller, key ?? content, CancellationToken.None));

    public static Task<Outcome<ApprovalView>> Approve(this TestBank bank, ApprovalView view, Caller by) =>
        bank.Call((Approvals approvals) => approvals.Approve(view.Id, view.ContentHash, by, CancellationToken.None));

    public static Task<Outcome<ApprovalView>> Refuse(this TestBank bank, ApprovalView view, Caller by, string? reason = "金额不对") =>
        bank.Call((Approvals approvals) => approvals.Refuse(view.Id, reason, by, CancellationToken.None));

    public static Task<Outcome<ApprovalView>> Withdraw(this TestBank bank, ApprovalView view, Caller by) =>
        bank.Call((Approvals approvals) => approvals.Withdraw(view.Id, by, CancellationToken.None));

    public static Task<int> FollowUp(this TestBank bank) => bank.Call((Approvals approvals) => approvals.FollowUp(CancellationToken.None));

    public static Task<Outcome<Delegations.View>> HandOver(this TestBank bank, Caller from, Caller to, int days = 1) =>
        bank.Call((Delegations delegations) => delegations.HandOver(
            from.Roles[0], to.Actor, bank.Clock.Today(), bank.Clock.Today().AddDays(days - 1), from, CancellationToken.None));

    public static async Task<ApprovalView> Look(this TestBank bank, ApprovalView view) =>
        (await bank.Call((Approvals approvals) => approvals.Find(view.Id, Auditor, CancellationToken.None)))!;

    /// <summary>What was carried out, in order of content.</summary>
    public static Task<List<string>> Marks(this TestBank bank) =>
        bank.Tables(db => db.Set<Mark>().OrderBy(mark => mark.Content).Select(mark => mark.Content).ToListAsync());

    /// <summary>Content that begins with "no" is refused by the act's own rule.</summary>
    sealed class MarkAct(string kind) : IApprovedAct
    {
        public string Kind => kind;

        public Task<Refusal?> Execute(ApprovedContent approved, CityDb db, CancellationToken cancel)
        {
            // A row is left before the refusal, which must not be saved.
            db.Add(new Mark { Approval = approved.Id, Content = approved.Content });
            return Task.FromResult(approved.Content.StartsWith("no", StringComparison.Ordinal) ? new Refusal("same_account", "No.") : null);
        }
    }

    sealed class Staff : IStaff
    {
        public Task<IReadOnlyList<StaffMember>> List(CancellationToken cancel = default) => Task.FromResult<IReadOnlyList<StaffMember>>(
            [.. Checkers.Append(Teller).Append(Other).Select(c => new StaffMember(c.UserId!.Value, new Bilingual("员工", "Staff"), c.Roles))]);
    }
}

sealed class Mark
{
    public long Number { get; init; }
    public Guid Approval { get; init; }
    public string Content { get; init; } = "";
}

sealed class MarkTables : ICityTables
{
    public string Schema => "office";

    public void Configure(TableModel model) => model.Entity<Mark>("mark").HasKey(mark => mark.Number);
}
