using System.Globalization;

namespace Pujiang.Ledger.Formats;

/// <summary>What a plain-text journal has no place for, as keys with values: the same in hledger, ledger and Beancount.</summary>
static class EntryKeys
{
    public const string EntryId = "entry-id";
    public const string AccountId = "account-id";
    public const string TimeForm = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    /// <summary>All keys that the exports use; the program "ledger" wants them declared.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        EntryId, "sequence", "posted-at", "action", "hold", "expires-at", "value-date", "code", "reference", "metadata",
        AccountId, "chart-code", "asset", "overdraft", "frozen-in", "frozen-out", "frozen-amount", "closed",
    ];

    /// <param name="posted">The entry.</param>
    /// <param name="shown">The date in its head, which may differ from the value date when the program knows no such date.</param>
    /// <param name="quote">How text is written.</param>
    public static IEnumerable<(string Key, string Value, bool IsQuoted)> Of(PostedEntry posted, DateOnly shown, Func<string, string> quote)
    {
        var entry = posted.Entry;
        yield return (EntryId, entry.Id.ToString(), false);
        yield return ("sequence", posted.Sequence.ToString(CultureInfo.InvariantCulture), false);
        yield return ("posted-at", Time(posted.PostedAt), false);
        if (entry.Action != EntryAction.Post) yield return ("action", NameOf(entry.Action), false);
        if (entry.Hold is { } hold) yield return ("hold", hold.ToString(), false);
        if (entry.ExpiresAt is { } expiry) yield return ("expires-at", Time(expiry), false);
        if (shown != entry.ValueDate) yield return ("value-date", Day(entry.ValueDate), false);
        if (entry.Code != 0) yield return ("code", entry.Code.ToString(CultureInfo.InvariantCulture), false);
        if (entry.Reference.Length > 0) yield return ("reference", quote(entry.Reference), true);
        if (entry.Metadata.Length > 0) yield return ("metadata", quote(entry.Metadata), true);
    }

    public static IEnumerable<(string Key, string Value, bool IsQuoted)> Of(Account account, Func<string, string> quote)
    {
        var (limits, scale) = (account.Limits, account.Asset.Scale);
        yield return (AccountId, account.Id.ToString(), false);
        yield return ("chart-code", account.ChartCode, false);
        yield return ("asset", account.Asset.Code, false);
        if (account.Reference.Length > 0) yield return ("reference", quote(account.Reference), true);
        yield return ("overdraft", Overdraft(limits, scale), false);
        if (limits.FrozenIn) yield return ("frozen-in", "yes", false);
        if (limits.FrozenOut) yield return ("frozen-out", "yes", false);
        if (limits.FrozenAmount > 0) yield return ("frozen-amount", Quantity.Text(limits.FrozenAmount, scale), false);
        if (limits.Closed) yield return ("closed", "yes", false);
    }

    public static string Overdraft(Limits limits, int scale) =>
        limits.Overdraft == long.MaxValue ? "unlimited" : Quantity.Text(limits.Overdraft, scale);

    public static string NameOf(EntryAction action) => action.ToString().ToLowerInvariant();

    public static string Time(DateTime utc) => utc.ToString(TimeForm, CultureInfo.InvariantCulture);

    public static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>The legs of these move no posted balance.</summary>
    public static bool IsPending(EntryAction action) => action is EntryAction.Hold or EntryAction.Release or EntryAction.Expire;
}
