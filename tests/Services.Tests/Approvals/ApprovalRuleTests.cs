using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Who approves what: the table of rules, the table of transitions, and their copies in the documentation.</summary>
public sealed class ApprovalRuleTests
{
    static readonly DateOnly Day = new(2026, 3, 2);

    static Money Yuan(long yuan) => new(yuan * 100, Assets.Cny);

    [Theory]
    [InlineData(49_999, null)]
    [InlineData(50_000, 1)]
    [InlineData(499_999, 1)]
    [InlineData(500_000, 2)]
    public void Cash_ByAmount_NeedsSoManyApprovals(long yuan, int? approvals) =>
        Assert.Equal(approvals, ApprovalRules.For(ApprovalKinds.CashIn, Yuan(yuan), Day)?.Approvals);

    [Fact]
    public void Cash_InAnotherCurrency_CountsAsMoreThanEveryThreshold() =>
        Assert.Equal(2, ApprovalRules.For(ApprovalKinds.CashIn, new Money(1, Assets.Of("USD")), Day)!.Approvals);

    [Fact]
    public void Rules_OfALaterDay_ReplaceAllEarlierOfTheKind()
    {
        ApprovalRule Rule(DateOnly from, long yuan, int approvals) =>
            new(ApprovalKinds.CashIn, from, yuan, [Roles.Teller], [Roles.Operations], approvals, TimeSpan.FromHours(1), "test");
        ApprovalRule[] lines = [Rule(new(2024, 1, 1), 100, 1), Rule(new(2024, 1, 1), 1000, 2), Rule(new(2026, 1, 1), 500, 1)];
        int? Needed(long fen, DateOnly day) => ApprovalRules.For(lines, ApprovalKinds.CashIn, new Money(fen, Assets.Cny), day)?.Approvals;

        Assert.Equal(2, Needed(1000, new(2025, 12, 31)));
        Assert.Equal(1, Needed(1000, new(2026, 1, 1)));
        Assert.Equal(1, Needed(100, new(2025, 12, 31)));
        Assert.Null(Needed(100, new(2026, 1, 1)));
        Assert.Null(Needed(1000, new(2023, 12, 31)));
        Assert.Throws<ArgumentException>(() => ApprovalRules.For(lines, "nothing", null, Day));
    }

    [Fact]
    public void Rules_All_NameKnownRolesAndAKind()
    {
        var kinds = typeof(ApprovalKinds).GetFields().Select(field => (string)field.GetRawConstantValue()!).ToList();
        Assert.Equal(kinds.Order(), ApprovalRules.Lines.Select(rule => rule.Kind).Distinct().Order());
        Assert.All(ApprovalRules.Lines, rule =>
        {
            Assert.All(rule.Makers.Concat(rule.Checkers), role => Assert.Contains(role, Roles.Staff));
            Assert.True(PermissionTable.Allows(Permission.DecideApprovals, rule.Checkers) && PermissionTable.Allows(Permission.AskForApproval, rule.Makers));
            Assert.All(rule.Checkers, role => Assert.True(PermissionTable.Allows(Permission.DecideApprovals, [role])));
            Assert.True(rule.Approvals > 0 && rule.Open > TimeSpan.Zero && rule.YuanFrom >= 0);
        });
    }

    [Fact]
    public void LifeCycle_EveryState_IsReachedAndEndsHaveNoExits()
    {
        var reached = new HashSet<ApprovalState> { ApprovalState.Waiting };
        while (ApprovalLifeCycle.Transitions.Any(t => reached.Contains(t.From) && reached.Add(t.To))) { }
        Assert.Equal(Enum.GetValues<ApprovalState>().Order(), reached.Order());
        Assert.Equal(
            [ApprovalState.Executed, ApprovalState.Failed, ApprovalState.Refused, ApprovalState.Withdrawn, ApprovalState.Expired],
            Enum.GetValues<ApprovalState>().Where(ApprovalLifeCycle.IsEnd));
        Assert.Equal(
            Enum.GetValues<ApprovalEvent>().Except([ApprovalEvent.Asked]).Order(), ApprovalLifeCycle.Transitions.Select(t => t.Event).Distinct().Order());
        Assert.Null(ApprovalLifeCycle.After(ApprovalState.Executed, ApprovalEvent.Executed));
    }

    [Theory]
    [InlineData("rules")]
    [InlineData("life-cycle")]
    public void Documentation_HasTheTablesOfTheCode(string table)
    {
        var text = File.ReadAllText(Path.Combine(TestData.Root(), "docs", "approvals.md"));
        var expected = table == "rules" ? ApprovalRules.Markdown() : ApprovalLifeCycle.Markdown();
        Assert.Contains($"<!-- {table} -->\n{expected}\n<!-- /{table} -->", text, StringComparison.Ordinal);
    }
}
