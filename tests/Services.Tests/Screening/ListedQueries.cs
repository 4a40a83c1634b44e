using Pujiang.Platform;

namespace Pujiang.Screening;

/// <summary>Queries made from a list by rules, each with the entry that it must find: thousands of ways in which a listed name is written.</summary>
/// <param name="Kind">The rule.</param>
/// <param name="EntryId">The entry from which it was made.</param>
sealed record ListedQuery(string Kind, string Text, string EntryId)
{
    public static readonly IReadOnlyList<string> Kinds =
        ["exact", "alias", "order", "upper", "lower", "title", "legal-form", "legal-form-dropped", "given-names-dropped", "inside-text",
         "letter-dropped", "letter-doubled", "letter-changed", "letters-swapped", "words-joined", "accents", "cyrillic"];

    /// <summary>Kinds in which a letter is wrong.</summary>
    public static bool IsTypo(string kind) => kind.StartsWith("letter", StringComparison.Ordinal) && kind is not "legal-form";

    /// <summary>Kinds that must be found without exception.</summary>
    public static bool IsCertain(string kind) => kind is "exact" or "alias" or "order" or "upper" or "lower" or "title";

    /// <summary>One query for each kind and name that the kind applies to, the same for the same seed.</summary>
    public static IEnumerable<ListedQuery> From(IEnumerable<ListEntry> entries, int seed)
    {
        foreach (var entry in entries)
            foreach (var name in entry.Names.Where(name => name.Quality is NameQuality.Primary or NameQuality.Alias))
                foreach (var kind in Kinds)
                {
                    var random = new SmallRandom(seed, entry.Id, name.Text, kind);
                    if (Make(kind, entry, name, ref random) is { } text) yield return new ListedQuery(kind, text, entry.Id);
                }
    }

    static string? Make(string kind, ListEntry entry, ListedName name, ref SmallRandom random)
    {
        var isPerson = entry.Kind == ListedKind.Person;
        var natural = Natural(name.Text, isPerson);
        return kind switch
        {
            "exact" => name.Quality == NameQuality.Primary ? name.Text : null,
            "alias" => name.Quality == NameQuality.Alias ? name.Text : null,
            "order" => isPerson && name.Text.Contains(',', StringComparison.Ordinal) ? natural : null,
            "upper" => name.Text.Replace(",", "", StringComparison.Ordinal).ToUpperInvariant(),
            "lower" when name.Text.StartsWith("www", StringComparison.OrdinalIgnoreCase) => null,
            "lower" => name.Text.Replace(",", "", StringComparison.Ordinal).Replace(".", "", StringComparison.Ordinal).ToLowerInvariant(),
            "title" => isPerson ? $"{random.Pick("Mr.", "Mrs", "Dr.")} {natural}" : null,
            "legal-form" => entry.Kind == ListedKind.Entity ? $"{WithoutLegalForm(name.Text)} {random.Pick("Limited", "LLC", "S.A.", "GmbH")}" : null,
            "legal-form-dropped" => entry.Kind == ListedKind.Entity && WithoutLegalForm(name.Text) is var bare && bare != name.Text ? bare : null,
            "given-names-dropped" => isPerson ? WithoutMiddleNames(name.Text) : null,
            "inside-text" => $"PAYMENT TO {natural} REF INV-{random.Below(9000) + 1000}",
            "words-joined" => JoinTwo(natural, ref random),
            "accents" => natural.Any(c => c is 'a' or 'A' or 'e' or 'E') ? natural.Replace('a', 'á').Replace('A', 'Ä').Replace('e', 'é') : null,
            "cyrillic" => isPerson && entry.Countries.Contains("Russia") ? Cyrillic(natural) : null,
            _ => Slip(kind, natural, ref random),
        };
    }

    static string Natural(string name, bool isPerson)
    {
        var comma = name.IndexOf(',', StringComparison.Ordinal);
        return isPerson && comma > 0 ? $"{name[(comma + 1)..].Trim()} {name[..comma]}" : name;
    }

    static readonly string[] LegalForms = [" LTD", " LIMITED", " LLC", " CO", " COMPANY", " CORP", " INC", " GMBH", " S.A", " SA", " LTDA", ", LTD", " S.A. DE C.V"];

    static string WithoutLegalForm(string name)
    {
        var bare = name.TrimEnd('.');
        foreach (var form in LegalForms.OrderByDescending(form => form.Length))
            if (bare.EndsWith(form, StringComparison.OrdinalIgnoreCase) && bare.Length > form.Length + 5) return bare[..^form.Length].TrimEnd(',', ' ');
        return name;
    }

    static string? WithoutMiddleNames(string name)
    {
        var comma = name.IndexOf(',', StringComparison.Ordinal);
        if (comma <= 0) return null;
        var given = name[(comma + 1)..].Trim().Split(' ');
        return given.Length > 1 && given[0].Length > 1 ? $"{given[0]} {name[..comma]}" : null;
    }

    static string? JoinTwo(string name, ref SmallRandom random)
    {
        var blanks = Enumerable.Range(0, name.Length).Where(i => name[i] == ' ').ToList();
        return blanks.Count == 0 || name.Length > 22 ? null : name.Remove(blanks[random.Below(blanks.Count)], 1);
    }

    /// <summary>A slip inside a word of at least four letters: the first letter stays.</summary>
    static string? Slip(string kind, string name, ref SmallRandom random)
    {
        var places = Enumerable.Range(1, Math.Max(0, name.Length - 2)).Where(i => char.IsAsciiLetter(name[i - 1]) && char.IsAsciiLetter(name[i])
            && char.IsAsciiLetter(name[i + 1]) && WordLength(name, i) >= 4).ToList();
        if (places.Count == 0) return null;
        var at = places[random.Below(places.Count)];
        var other = (char)('a' + ((char.ToLowerInvariant(name[at]) - 'a' + 1 + random.Below(25)) % 26));
        return kind switch
        {
            "letter-dropped" => name.Remove(at, 1),
            "letter-doubled" => name.Insert(at, name[at..(at + 1)]),
            "letter-changed" => string.Concat(name.AsSpan(0, at), char.IsUpper(name[at]) ? $"{char.ToUpperInvariant(other)}" : $"{other}", name.AsSpan(at + 1)),
            "letters-swapped" when name[at] != name[at + 1] => $"{name[..at]}{name[at + 1]}{name[at]}{name[(at + 2)..]}",
            _ => null,
        };
    }

    static int WordLength(string name, int at)
    {
        var (first, last) = (at, at);
        while (first > 0 && char.IsAsciiLetter(name[first - 1])) first--;
        while (last + 1 < name.Length && char.IsAsciiLetter(name[last + 1])) last++;
        return last - first + 1;
    }

    static readonly (string Latin, string Cyrillic)[] Letters =
        [("shch", "щ"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"), ("sh", "ш"), ("yu", "ю"), ("ya", "я"), ("ye", "е"), ("a", "а"), ("b", "б"), ("v", "в"), ("g", "г"),
         ("d", "д"), ("e", "е"), ("z", "з"), ("i", "и"), ("y", "й"), ("k", "к"), ("l", "л"), ("m", "м"), ("n", "н"), ("o", "о"), ("p", "п"), ("r", "р"), ("s", "с"),
         ("t", "т"), ("u", "у"), ("f", "ф"), ("h", "х"), ("j", "й"), ("x", "кс"), ("c", "к"), ("w", "в"), ("q", "к")];

    /// <summary>As a Russian writes the name, letter by letter; vowels and soft signs that English spelling loses stay lost.</summary>
    static string Cyrillic(string name)
    {
        var text = name.ToLowerInvariant().Replace("'", "", StringComparison.Ordinal);
        foreach (var (latin, cyrillic) in Letters) text = text.Replace(latin, cyrillic, StringComparison.Ordinal);
        return text;
    }
}

/// <summary>Numbers that follow from a seed and a name, so that a query stays what it is when the list grows.</summary>
struct SmallRandom
{
    ulong _state;

    public SmallRandom(int seed, params ReadOnlySpan<string> parts)
    {
        unchecked
        {
            _state = 14695981039346656037UL ^ (uint)seed;
            foreach (var part in parts)
                foreach (var c in part) _state = (_state ^ c) * 1099511628211UL;
        }
    }

    public int Below(int limit)
    {
        unchecked
        {
            // SplitMix64.
            var z = _state += 0x9E3779B97F4A7C15UL;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return (int)((z ^ (z >> 31)) % (ulong)limit);
        }
    }

    public string Pick(params ReadOnlySpan<string> choices) => choices[Below(choices.Length)];
}
