namespace Pujiang.Platform;

/// <summary>A hit as programs read it.</summary>
/// <param name="Grade">"exact", "strong" or "possible".</param>
/// <param name="Score">0 to 100.</param>
/// <param name="Entry">The list's own number of the entry.</param>
/// <param name="ListedAs">The name under which it is listed; <paramref name="MatchedName"/> may be an alias.</param>
/// <param name="Why">Which words fit and which don't, in one line.</param>
public sealed record NameHitView(
    string Grade, int Score, string List, string Entry, string Kind, string ListedAs, string MatchedName, string Why,
    IReadOnlyList<WordMatch> Words, IReadOnlyList<string> OnlyAsked, IReadOnlyList<string> OnlyListed, IReadOnlyList<string> Notes,
    IReadOnlyList<string> Programs, IReadOnlyList<string> BirthDates, IReadOnlyList<string> Countries)
{
    public static NameHitView Of(NameHit hit) => new(
        $"{hit.Grade}".ToLowerInvariant(), hit.Score, hit.Entry.List, hit.Entry.Id, $"{hit.Entry.Kind}".ToLowerInvariant(), hit.Entry.Name, hit.MatchedName.Text, hit.Why(),
        hit.Words, hit.OnlyAsked, hit.OnlyListed, hit.Notes, hit.Entry.Programs, hit.Entry.BirthDates, hit.Entry.Countries);
}
