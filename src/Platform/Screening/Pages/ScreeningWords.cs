using Microsoft.Extensions.Localization;

namespace Pujiang.Platform;

/// <summary>How lists and hits are told on pages.</summary>
static class ScreeningWords
{
    public static string Who(IStringLocalizer texts, IReadOnlyDictionary<string, Bilingual> names, string actor) => actor switch
    {
        "job" => texts["screening.by-job"],
        "operator" => texts["screening.by-operator"],
        _ => names.TryGetValue(actor, out var name) ? name.Here : actor,
    };

    public static string Kind(ListState state) => state switch { ListState.InForce => "good", ListState.Waiting => "waiting", _ => "neutral" };

    /// <summary>"+12, −3, 7 changed"; of the first version, that it is the first.</summary>
    public static string Changes(IStringLocalizer texts, ListVersionView version) => version.EntriesBefore == 0
        ? texts["screening.first"] : texts["screening.change-counts", version.Added, version.Removed, version.Changed];

    /// <summary>Key of how a case stands: "Escalated" and "Holding" are open too.</summary>
    public static string StateOf(ReviewHits.Listed row) =>
        row.State != CaseState.Open ? $"{row.State}" : row.IsEscalated ? "Escalated" : row.Holds ? "Holding" : "Open";

    public static string Kind(ReviewHits.Listed row) => row.State switch { CaseState.Cleared => "good", CaseState.Confirmed => "bad", _ => row.Holds ? "waiting" : "neutral" };

    public static string Kind(HitDecision decision) => decision switch { HitDecision.FalsePositive => "good", HitDecision.TrueMatch => "bad", _ => "waiting" };

    /// <summary>Several values of one line of the comparison; a dash where there is none.</summary>
    public static string Joined(IEnumerable<string> values) => string.Join(" · ", values) is { Length: > 0 } text ? text : "–";
}
