using Microsoft.Extensions.Localization;

namespace Pujiang.Platform;

/// <summary>How requests are spoken of on pages.</summary>
static class Words
{
    /// <summary>A name; "the bank" for what happens by itself.</summary>
    public static string Who(IStringLocalizer texts, IReadOnlyDictionary<string, Bilingual> names, string actor) =>
        names.TryGetValue(actor, out var name) ? name.Here : actor == "bank" ? texts["approvals.bank"] : actor;

    public static string Kind(ApprovalState state) => state switch
    {
        ApprovalState.Executed => "good",
        ApprovalState.Waiting or ApprovalState.Approved => "waiting",
        ApprovalState.Withdrawn => "neutral",
        _ => "bad",
    };

    /// <summary>A request whose time is over is told as expired, also before the job that notes it has come by.</summary>
    public static string State(IStringLocalizer texts, ApprovalView row, TimeProvider clock) =>
        row.State == ApprovalState.Waiting && row.ExpiresAt <= clock.UtcNow() ? texts["approvals.state.Expired"] : texts[$"approvals.state.{row.State}"];

    /// <summary>Time left, or when it ended.</summary>
    public static string When(IStringLocalizer texts, ApprovalView row, TimeProvider clock) =>
        row.EndedAt is { } ended ? BankTime.Text(ended)
            : row.State == ApprovalState.Waiting && row.ExpiresAt > clock.UtcNow() ? texts["approvals.left", Left(texts, row.ExpiresAt - clock.UtcNow())]
            : BankTime.Text(row.ExpiresAt);

    /// <summary>"3 h 20 min": in whole minutes, rounded up, so that it never says nothing is left while something is.</summary>
    static string Left(IStringLocalizer texts, TimeSpan time)
    {
        var minutes = (long)Math.Ceiling(time.TotalMinutes);
        return minutes >= 48 * 60 ? texts["approvals.days", minutes / (24 * 60), minutes / 60 % 24]
            : minutes >= 60 ? texts["approvals.hours", minutes / 60, minutes % 60] : texts["approvals.minutes", minutes];
    }
}
