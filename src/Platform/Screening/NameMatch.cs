using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Pujiang.Platform;

/// <summary>Matches the words of a query with those of one listed name, scores and explains it.</summary>
sealed partial class NameMatch(NameIndex index, AlikeWords alike)
{
    const int MostPairs = 256;

    /// <summary>Share of the score that a complete match of one side alone gives, in thousandths.</summary>
    const int OneSide = 620;

    /// <summary>Less of a listed name than this is no match, however complete the query is.</summary>
    const int LeastOfName = 330;

    /// <summary>What a name must weigh to be found inside a longer one: two words that are not everyday ones.</summary>
    const int LeastInside = 1300;

    const int InitialLikeness = 600;

    readonly record struct Pair(int AskedFirst, int AskedSpan, int At, int Span, ulong ListedMask, int Weight, int Likeness, Likeness How)
    {
        public ulong AskedMask => ((1UL << AskedSpan) - 1) << AskedFirst;
        public int Value => Weight * Likeness / NameIndex.Full;
    }

    readonly Pair[] _pairs = new Pair[MostPairs];
    int _count;
    // What the last call of Match chose.
    readonly List<Pair> _chosen = [];
    ulong _askedMet, _listedMet;

    /// <summary>False when what is met of a name, by these words of the query, can't make a score that is reported.</summary>
    public bool MayReach(int met, ulong by, AskedName asked, int nameNumber)
    {
        var name = index.Names[nameNumber];
        var unmet = 0;
        for (var i = 0; i < asked.Weights.Length; i++)
            if ((by >> i & 1) == 0) unmet += asked.Weights[i];
        if (asked.HasInitials) met += name.Total / 2;
        var ofName = Math.Min(NameIndex.Full, met * NameIndex.Full / name.Total);
        var ofAsked = NameIndex.Full * met / (met + unmet);
        if (ofAsked >= 850 && BitOperations.PopCount(by) >= 2) return true;
        if (ofName < LeastOfName) return false;
        return Math.Max(Combine(ofAsked, ofName), Combine(ofName, ofAsked)) >= (NameSearch.LowestScore * 10) - 20;
    }

    /// <summary>0 to 1000, all considered.</summary>
    public int Score(AskedName asked, int nameNumber, NameQuery query)
    {
        Match(asked, nameNumber);
        return Adjust(Raw(asked, nameNumber), asked, nameNumber, query, null);
    }

    public NameHit Explain(AskedName asked, int nameNumber, NameQuery query)
    {
        Match(asked, nameNumber);
        var notes = new List<string>();
        var raw = Raw(asked, nameNumber);
        var score = Adjust(raw, asked, nameNumber, query, notes);
        var name = index.Names[nameNumber];
        var isExact = raw >= NameIndex.Full - 30 && asked is { IsLatin: true, IsText: false } && IsSameSequence(asked, name);
        if (asked.IsText && raw < NameIndex.Full) notes.Add("part_of_text");
        var percent = isExact ? score / 10 : Math.Min(score / 10, 99);
        var grade = isExact && percent >= NameSearch.StrongScore ? HitGrade.Exact : percent >= NameSearch.StrongScore ? HitGrade.Strong : HitGrade.Possible;
        return new NameHit(
            index.Entries[name.Entry], name.Listed, percent, grade,
            [.. _chosen.OrderBy(pair => pair.AskedFirst).Select(pair => new WordMatch(
                string.Join(' ', asked.Words.Skip(pair.AskedFirst).Take(pair.AskedSpan).Select(word => word.Text)),
                string.Join(' ', Enumerable.Range(pair.At, pair.Span).Select(at => WordAt(name, at % name.Count))), pair.How, pair.Likeness / 10))],
            [.. asked.Words.Where((word, i) => (_askedMet >> i & 1) == 0 && word.Role != WordRole.Remittance).Select(word => word.Text)],
            [.. Enumerable.Range(0, name.Count).Where(at => (_listedMet >> at & 1) == 0).Select(at => WordAt(name, at))], notes);
    }

    string WordAt(NameIndex.Name name, int at) => index.TextOf(index.Parts[name.First + at].Word);

    /// <summary>Chooses pairs, the surest first; each word is used once.</summary>
    void Match(AskedName asked, int nameNumber)
    {
        Collect(asked, nameNumber);
        (_askedMet, _listedMet) = (0, 0);
        _chosen.Clear();
        while (true)
        {
            var best = -1;
            for (var i = 0; i < _count; i++)
                if ((_pairs[i].AskedMask & _askedMet) == 0 && (_pairs[i].ListedMask & _listedMet) == 0
                    && (best < 0 || IsBetter(_pairs[i], _pairs[best]))) best = i;
            if (best < 0) break;
            Choose(_pairs[best]);
        }
        if (asked.HasInitials || HasInitial(nameNumber)) MatchInitials(asked, nameNumber);
    }

    static bool IsBetter(Pair left, Pair right) =>
        left.Likeness != right.Likeness ? left.Likeness > right.Likeness
        : left.Weight != right.Weight ? left.Weight > right.Weight
        : left.AskedFirst + left.At < right.AskedFirst + right.At;

    void Choose(Pair pair)
    {
        _chosen.Add(pair);
        _askedMet |= pair.AskedMask;
        _listedMet |= pair.ListedMask;
    }

    void Collect(AskedName asked, int nameNumber)
    {
        var name = index.Names[nameNumber];
        _count = 0;
        foreach (var part in index.Parts.AsSpan(name.First, name.PartCount))
            for (var link = alike.FirstLink(part.Word); link >= 0 && _count < MostPairs; link = alike[link].Next)
            {
                var unit = asked.Units[alike[link].Unit];
                // Two joined words against two joined words are found word by word.
                if (unit.Span > 1 && part.Span > 1) continue;
                _pairs[_count++] = new Pair(unit.First, unit.Span, part.At, part.Span, MaskOf(part, name.Count), part.Weight, alike[link].Likeness, alike[link].How);
            }
    }

    static ulong MaskOf(NameIndex.Part part, int count)
    {
        var mask = ((1UL << part.Span) - 1) << part.At;
        var over = part.At + part.Span - count;
        return over <= 0 ? mask : (mask & ((1UL << count) - 1)) | ((1UL << over) - 1);
    }

    bool HasInitial(int nameNumber)
    {
        var name = index.Names[nameNumber];
        foreach (var part in index.Parts.AsSpan(name.First, name.Count))
            if (index.TextOf(part.Word).Length == 1) return true;
        return false;
    }

    /// <summary>"J. Smith" and "Smith, John": a letter meets a word that begins with it, when neither has met anything else.</summary>
    void MatchInitials(AskedName asked, int nameNumber)
    {
        var name = index.Names[nameNumber];
        for (var i = 0; i < asked.Words.Count; i++)
        {
            var word = asked.Words[i];
            if ((_askedMet >> i & 1) != 0 || word.Role is not (WordRole.Name or WordRole.Particle or WordRole.LegalForm)) continue;
            foreach (var letter in word.Letters is { Length: <= 3 } letters ? letters : word.Text[..1])
                for (var at = 0; at < name.Count; at++)
                {
                    var part = index.Parts[name.First + at];
                    var other = index.TextOf(part.Word);
                    if ((_listedMet >> at & 1) != 0 || other[0] != letter || index.RoleOf(part.Word) == WordRole.LegalForm) continue;
                    if (word.Text.Length > 1 && word.Letters is null && other.Length > 1) continue;
                    Choose(new Pair(i, 1, at, 1, 1UL << at, part.Weight, InitialLikeness, Likeness.Initial));
                    break;
                }
        }
    }

    int Raw(AskedName asked, int nameNumber)
    {
        var name = index.Names[nameNumber];
        var (met, matched, significant, initials, worst) = (0, 0, 0, 0, NameIndex.Full);
        foreach (var pair in _chosen)
        {
            met += pair.Value;
            // Who writes an initial has said all of it: the query is met, the listed name only in part.
            matched += pair.How == Likeness.Initial && IsInitial(asked.Words[pair.AskedFirst]) ? pair.Value : pair.Weight;
            if (pair.Weight > NameIndex.Light && pair.How != Likeness.Initial) significant += Math.Min(pair.Span, pair.AskedSpan);
            if (pair.How == Likeness.Initial) initials++;
            worst = Math.Min(worst, pair.Likeness);
        }
        if (met == 0) return 0;
        if (NumbersDiffer(asked, name)) return 0;
        for (var i = 0; i < asked.Weights.Length; i++)
            if ((_askedMet >> i & 1) == 0) matched += asked.Weights[i];
        var ofName = Math.Min(NameIndex.Full, met * NameIndex.Full / name.Total);
        var ofAsked = met * NameIndex.Full / matched;
        var score = 0;
        if (ofName >= LeastOfName && (significant >= 2 || ofName >= 800 || (initials >= 2 && significant >= 1))) score = Combine(ofAsked, ofName);
        if (IsInside(asked, name, met, significant, worst)) score = Math.Max(score, Combine(ofName, ofAsked));
        if (IsShortened(asked, name)) score = Math.Max(score, (NameSearch.LowestScore * 10) + 20);
        return initials > 0 || LacksWords(asked, nameNumber) ? Math.Min(score, (NameSearch.StrongScore * 10) - 10) : score;
    }

    static bool IsInitial(NameWord word) => word.Letters is not null || word.Text.Length == 1;

    /// <summary>Sam Jong 2 is another ship than Sam Jong 1.</summary>
    bool NumbersDiffer(AskedName asked, NameIndex.Name name)
    {
        var open = false;
        for (var i = 0; i < asked.Words.Count; i++)
            open |= (_askedMet >> i & 1) == 0 && asked.Words[i].Role != WordRole.Remittance && char.IsAsciiDigit(asked.Words[i].Text[0]);
        if (!open) return false;
        for (var at = 0; at < name.Count; at++)
            if ((_listedMet >> at & 1) == 0 && char.IsAsciiDigit(WordAt(name, at)[0])) return true;
        return false;
    }

    /// <summary>The whole family name and the first given name, nothing else: how people with many names are known.</summary>
    bool IsShortened(AskedName asked, NameIndex.Name name)
    {
        if (name.Rotation == 0 || name.Rotation >= name.Count || index.Entries[name.Entry].Kind != ListedKind.Person) return false;
        for (var i = 0; i < asked.Weights.Length; i++)
            if ((_askedMet >> i & 1) == 0 && asked.Weights[i] > 20) return false;
        var needed = (1UL << (name.Rotation + 1)) - 1;
        return (_listedMet & needed) == needed && _chosen.TrueForAll(pair => pair.Likeness >= 850)
            && _chosen.Exists(pair => pair.At < name.Rotation && SaysWho(name, pair))
            && _chosen.Exists(pair => pair.At >= name.Rotation && SaysWho(name, pair));
    }

    /// <summary>More than a particle. A person may have the name of a legal form: Pao.</summary>
    bool SaysWho(NameIndex.Name name, Pair pair) =>
        pair.Weight > NameIndex.Light || index.RoleOf(index.Parts[name.First + pair.At].Word) == WordRole.LegalForm;

    /// <summary>A word more or less than a particle, title or legal form: never a strong hit.</summary>
    bool LacksWords(AskedName asked, int nameNumber)
    {
        var name = index.Names[nameNumber];
        for (var i = 0; i < asked.Weights.Length; i++)
            if ((_askedMet >> i & 1) == 0 && asked.Weights[i] > NameIndex.Light) return true;
        for (var at = 0; at < name.Count; at++)
            if ((_listedMet >> at & 1) == 0 && index.Parts[name.First + at].Weight > NameIndex.Light) return true;
        return false;
    }

    /// <summary>A whole name within a longer text counts when it is more than a word or two that many share, and stands together.</summary>
    bool IsInside(AskedName asked, NameIndex.Name name, int met, int significant, int worst)
    {
        var first = BitOperations.TrailingZeroCount(_askedMet);
        var length = 64 - BitOperations.LeadingZeroCount(_askedMet) - first;
        if (length > BitOperations.PopCount(_askedMet) + 1) return false;
        if (significant >= 2 && met >= LeastInside && worst >= (asked.IsText ? 850 : 940)) return true;
        if (!asked.IsText || worst < 980) return false;
        // Words that many share are a name when all of it stands there: "DES INTERNATIONAL".
        return significant >= 2 || IsWhole(name) && (name.Count > 1 ? LettersOf(name) >= 8 : WordAt(name, 0).Length >= 6);
    }

    bool IsWhole(NameIndex.Name name) => _listedMet == (1UL << name.Count) - 1;

    int LettersOf(NameIndex.Name name) => Enumerable.Range(0, name.Count).Sum(at => WordAt(name, at).Length);

    /// <summary>A complete <paramref name="leading"/> side gives <see cref="OneSide"/>; the rest is given by how much the other side agrees.</summary>
    static int Combine(int leading, int other) => leading * (OneSide + ((NameIndex.Full - OneSide) * other / NameIndex.Full)) / NameIndex.Full;

    int Adjust(int score, AskedName asked, int nameNumber, NameQuery query, List<string>? notes)
    {
        var name = index.Names[nameNumber];
        var entry = index.Entries[name.Entry];
        if (score == 0) return 0;
        if (name.Listed.Quality == NameQuality.Weak) (score, _) = (score - 40, Note("weak_name"));
        if (IsOtherKind(query.Kind, entry.Kind, out var cost)) (score, _) = (score - cost, Note("other_kind"));
        if (query.BirthDate is { } born && entry.BirthDates.Count > 0)
        {
            if (entry.BirthDates.Any(date => FitsYear(date, born.Year))) (score, _) = (score + 20, Note("birth_date_fits"));
            else (score, _) = (score - 120, Note("birth_date_differs"));
        }
        if (query.Country is { Length: > 0 } land && entry.Countries.Any(other => CountryNames.Same(land, other))) (score, _) = (score + 10, Note("country_fits"));
        return Math.Min(score, NameIndex.Full);

        bool Note(string note)
        {
            notes?.Add(note);
            return true;
        }
    }

    static bool IsOtherKind(PartyKind? asked, ListedKind listed, out int cost)
    {
        cost = (asked, listed) switch
        {
            (PartyKind.Person, ListedKind.Vessel or ListedKind.Aircraft) => 200,
            (PartyKind.Person, ListedKind.Entity) or (PartyKind.Firm, not ListedKind.Entity) => 80,
            _ => 0,
        };
        return cost > 0;
    }

    /// <summary>Lists are often a year off, and "circa" means a few.</summary>
    static bool FitsYear(string written, int year)
    {
        var years = Year().Matches(written).Select(match => int.Parse(match.Value, CultureInfo.InvariantCulture)).ToList();
        if (years.Count == 0) return true;
        var slack = written.Contains("circa", StringComparison.OrdinalIgnoreCase) ? 5 : 1;
        return year >= years.Min() - slack && year <= years.Max() + slack;
    }

    /// <summary>The words of the list in its order; without titles, which nobody writes alike.</summary>
    bool IsSameSequence(AskedName asked, NameIndex.Name name) =>
        asked.Words.Where(word => word.Role != WordRole.Title).Select(word => word.Text).SequenceEqual(
            Enumerable.Range(0, name.Count).Where(at => index.RoleOf(index.Parts[name.First + at].Word) != WordRole.Title).Select(at => WordAt(name, at)),
            StringComparer.Ordinal);

    [GeneratedRegex(@"\b(?:19|20)\d\d\b", RegexOptions.None, 1000)]
    private static partial Regex Year();
}

/// <summary>Countries by name and by two letters.</summary>
static class CountryNames
{
    static readonly Dictionary<string, string> Codes = System.Globalization.CultureInfo.GetCultures(CultureTypes.SpecificCultures)
        .Select(culture => new RegionInfo(culture.Name)).Where(region => region.TwoLetterISORegionName.Length == 2)
        .DistinctBy(region => region.TwoLetterISORegionName).GroupBy(region => region.EnglishName, StringComparer.OrdinalIgnoreCase)
        .ToDictionary(group => group.Key, group => group.First().TwoLetterISORegionName, StringComparer.OrdinalIgnoreCase);

    // As the lists write them, where that isn't the short English name.
    static readonly Dictionary<string, string> OtherNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Korea, North"] = "KP",
        ["Democratic People's Republic of Korea"] = "KP",
        ["Korea, South"] = "KR",
        ["Iran (Islamic Republic of)"] = "IR",
        ["Syrian Arab Republic"] = "SY",
        ["Russian Federation"] = "RU",
        ["Burma"] = "MM",
        ["Congo, Democratic Republic of the"] = "CD",
        ["Democratic Republic of the Congo"] = "CD",
        ["Cote d Ivoire"] = "CI",
    };

    public static bool Same(string left, string right) => Code(left).Equals(Code(right), StringComparison.OrdinalIgnoreCase);

    static string Code(string name) => OtherNames.GetValueOrDefault(name.Trim()) ?? Codes.GetValueOrDefault(name.Trim(), name.Trim());
}
