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
}
