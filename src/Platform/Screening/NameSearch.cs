namespace Pujiang.Platform;

/// <summary>Whom to look for.</summary>
/// <param name="Name">In any script and order; also a text that holds the name, such as the purpose of a payment.</param>
/// <param name="Kind">A person is not taken for a vessel; null when it isn't known.</param>
/// <param name="BirthDate">Lowers the score of entries born in other years.</param>
/// <param name="Country">As written on lists ("Iran") or two letters (ISO 3166-1); a reason more, never one against.</param>
public sealed record NameQuery(string Name, PartyKind? Kind = null, DateOnly? BirthDate = null, string? Country = null);

/// <summary>How sure a hit is.</summary>
public enum HitGrade
{
    /// <summary>Some words differ or are missing: a person has to look.</summary>
    Possible = 1,

    /// <summary>Differs only by what often differs: the order of the words, a letter, the legal form, the spelling of a sound, a script.</summary>
    Strong = 2,

    /// <summary>The same words in the order of the list; case, accents, punctuation and titles don't count.</summary>
    Exact = 3,
}

/// <summary>How a word of the query met one of the list.</summary>
public enum Likeness
{
    Same = 1,
    OneLetter = 2,
    Sound = 3,
    Joined = 4,
    Initial = 5,
}

/// <summary>One pair of matching words.</summary>
/// <param name="Percent">How alike they are; 100 is the same.</param>
public sealed record WordMatch(string Asked, string Listed, Likeness How, int Percent);

/// <summary>A listed name that may be the one asked for.</summary>
/// <param name="MatchedName">The name or alias of the entry that fits best, as written on the list.</param>
/// <param name="Score">0 to 100; what is below <see cref="NameSearch.LowestScore"/> is not reported.</param>
/// <param name="Words">What fits.</param>
/// <param name="OnlyAsked">Words that the list does not have.</param>
/// <param name="OnlyListed">Words that only the list has.</param>
/// <param name="Notes">Codes of what changed the score beside the words: "birth_date_differs", "birth_date_fits", "country_fits", "weak_name", "part_of_text", "other_kind".</param>
public sealed record NameHit(
    ListEntry Entry, ListedName MatchedName, int Score, HitGrade Grade, IReadOnlyList<WordMatch> Words,
    IReadOnlyList<string> OnlyAsked, IReadOnlyList<string> OnlyListed, IReadOnlyList<string> Notes)
{
    /// <summary>One line for a reviewer: "jiadng ≈ jiadong (OneLetter), li = li; only on the list: …".</summary>
    public string Why()
    {
        var pairs = string.Join(", ", Words.Select(w => w.How == Likeness.Same ? w.Asked : $"{w.Asked} ≈ {w.Listed} ({w.How}, {w.Percent} %)"));
        var asked = OnlyAsked.Count > 0 ? $"; only in the query: {string.Join(' ', OnlyAsked)}" : "";
        var listed = OnlyListed.Count > 0 ? $"; only on the list: {string.Join(' ', OnlyListed)}" : "";
        var notes = Notes.Count > 0 ? $"; {string.Join(", ", Notes)}" : "";
        return pairs + asked + listed + notes;
    }
}

/// <summary>Looks names up in an index. Keeps its working memory, so each thread needs one of its own.</summary>
/// <remarks>
/// 1. Each word, and each two or three joined, finds alike words of the lists (<see cref="AlikeWords"/>). 2. Their postings add up, for each name, how
/// much of its weight and of the query's is met at most; names that can't reach the lowest score are left. 3. What remains is matched word by word
/// (<see cref="NameMatch"/>) and graded.
/// </remarks>
public sealed class NameSearch
{
    /// <summary>Nothing below is reported.</summary>
    public const int LowestScore = 75;

    /// <summary>From here on a hit is at least <see cref="HitGrade.Strong"/>.</summary>
    public const int StrongScore = 90;

    readonly NameIndex _index;
    readonly AlikeWords _alike;
    readonly NameMatch _match;
    // For each name the weight met so far, by which words of the query, and the query in which that was.
    readonly int[] _met;
    readonly int[] _metIn;
    readonly ulong[] _words;
    readonly List<int> _touched = [];
    readonly List<int> _candidates = [];
    int _round;

    internal NameSearch(NameIndex index)
    {
        _index = index;
        _alike = new AlikeWords(index);
        _match = new NameMatch(index, _alike);
        _met = new int[index.Names.Length];
        _metIn = new int[index.Names.Length];
        _words = new ulong[index.Names.Length];
    }

    /// <summary>Prepares the search of a set of lists; takes a second for 20,000 names.</summary>
    public static NameSearch Of(IEnumerable<SanctionsList> lists) => new(new NameIndex([.. lists.SelectMany(list => list.Entries)]));

    /// <summary>Another search of the same lists, for another thread.</summary>
    public NameSearch Copy() => new(_index);

    /// <summary>The hits of one name, the best first, one for each entry.</summary>
    public IReadOnlyList<NameHit> Find(NameQuery query)
    {
        var asked = AskedName.Of(query.Name, _index);
        if (asked.Words.Count == 0) return [];
        _alike.Begin(asked);
        Gather(asked);
        var best = new Dictionary<int, (int Score, int Name)>();
        foreach (var name in _candidates)
        {
            var entry = _index.Names[name].Entry;
            var score = _match.Score(asked, name, query);
            if (score >= LowestScore * 10 && (!best.TryGetValue(entry, out var other) || score > other.Score)) best[entry] = (score, name);
        }
        if (best.Count == 0) return [];
        return [.. best.Values.Select(found => _match.Explain(asked, found.Name, query))
            .OrderByDescending(hit => hit.Score).ThenByDescending(hit => hit.Grade).ThenBy(hit => hit.Entry.List, StringComparer.Ordinal).ThenBy(hit => hit.Entry.Id, StringComparer.Ordinal)];
    }

    /// <summary>Names of which enough is met to be worth matching.</summary>
    void Gather(AskedName asked)
    {
        _candidates.Clear();
        _touched.Clear();
        _round++;
        // A name that shares only particles and legal forms is none, unless the query is made of nothing else.
        var lightest = asked.Heaviest > NameIndex.Light ? NameIndex.Light : 0;
        foreach (var found in _alike.Found)
            if (_index.WeightOf(found.Word) > lightest) Add(found, mayBegin: true);
        if (lightest > 0)
            foreach (var found in _alike.Found)
                if (_index.WeightOf(found.Word) <= lightest) Add(found, mayBegin: false);
        foreach (var name in _touched)
            if (_match.MayReach(_met[name], _words[name], asked, name)) _candidates.Add(name);
    }

    void Add(AlikeWords.FoundWord found, bool mayBegin)
    {
        var weight = Math.Max(1, _index.WeightOf(found.Word) * found.Likeness / NameIndex.Full);
        foreach (var name in _index.NamesWith(found.Word))
        {
            if (_metIn[name] != _round)
            {
                if (!mayBegin) continue;
                _metIn[name] = _round;
                _met[name] = 0;
                _words[name] = 0;
                _touched.Add(name);
            }
            _met[name] += weight;
            _words[name] |= found.Asked;
        }
    }
}
