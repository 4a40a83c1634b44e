namespace Pujiang.Platform;

/// <summary>The words of the lists that are like the words of one query.</summary>
sealed class AlikeWords(NameIndex index)
{
    /// <summary>A word of the lists that some unit of the query is like.</summary>
    /// <param name="Likeness">In thousandths, of the unit that is most like it.</param>
    /// <param name="Asked">The query's words that meet it.</param>
    internal readonly record struct FoundWord(int Word, int Likeness, ulong Asked);

    /// <summary>One unit of the query and how it meets a word. <paramref name="Next"/>: the next one for the same word, or -1.</summary>
    internal readonly record struct Link(int Unit, int Likeness, Likeness How, int Next);

    readonly record struct Near(int Word, int Likeness, Likeness How);

    // A spelling's neighbours don't change: given names come again and again in a file of customers.
    const int MostRemembered = 20_000;
    readonly Dictionary<(string Text, bool Unvowelled, bool Joined, bool OfNames), Near[]> _remembered = [];
    readonly int[] _place = new int[index.WordCount];
    readonly int[] _heads = new int[index.WordCount];
    readonly List<int> _words = [];
    readonly List<Link> _links = [];
    readonly List<Near> _near = [];

    public void Begin(AskedName asked)
    {
        foreach (var word in _words) _place[word] = 0;
        _words.Clear();
        _links.Clear();
        Found.Clear();
        for (var u = 0; u < asked.Units.Count; u++)
            foreach (var near in NearTo(asked.Units[u])) Add(near, u, asked.Units[u].Mask);
    }

    public List<FoundWord> Found { get; } = [];

    /// <summary>The first link of a word of the lists, or -1 when nothing in the query is like it.</summary>
    public int FirstLink(int word) => _place[word] == 0 ? -1 : _heads[word];

    public Link this[int link] => _links[link];

    void Add(Near near, int unit, ulong mask)
    {
        if (_place[near.Word] == 0)
        {
            Found.Add(new FoundWord(near.Word, near.Likeness, mask));
            _words.Add(near.Word);
            _place[near.Word] = Found.Count;
            _heads[near.Word] = -1;
        }
        else
        {
            var found = Found[_place[near.Word] - 1];
            Found[_place[near.Word] - 1] = found with { Likeness = Math.Max(found.Likeness, near.Likeness), Asked = found.Asked | mask };
        }
        _links.Add(new Link(unit, near.Likeness, near.How, _heads[near.Word]));
        _heads[near.Word] = _links.Count - 1;
    }

    Near[] NearTo(AskedName.Unit unit)
    {
        var key = (unit.Text, unit.Unvowelled, unit.Span > 1, unit.OfNames);
        if (_remembered.TryGetValue(key, out var known)) return known;
        if (_remembered.Count >= MostRemembered) _remembered.Clear();
        return _remembered[key] = Look(unit);
    }

    Near[] Look(AskedName.Unit unit)
    {
        _near.Clear();
        var text = unit.Text;
        var same = index.Find(text);
        var joined = unit.Span > 1;
        if (same >= 0) _near.Add(new Near(same, joined || !index.IsWord(same) ? 980 : NameIndex.Full, joined || !index.IsWord(same) ? Likeness.Joined : Likeness.Same));
        if (unit.Unvowelled) AddSounds(text, 850, anySpelling: true);
        else if (!joined)
        {
            AddOneLetter(text, unit.OfNames);
            if (!Pinyin.IsSyllable(text)) AddSounds(text, 0, anySpelling: false);
        }
        else if (text.Length >= 6 && !unit.OfNames) AddOneLetter(text, isName: false);
        return [.. _near];
    }

    void AddOneLetter(string text, bool isName)
    {
        if (text.Length < 2 || text.All(char.IsAsciiDigit)) return;
        for (var without = -1; without < text.Length; without++)
            foreach (var word in index.SharingForm(text, without))
            {
                if (_near.Exists(near => near.Word == word)) continue;
                var other = index.TextOf(word);
                if (!Spelling.DiffersByOne(text, other)) continue;
                var likeness = Spelling.Likeness(text, other, isName);
                if (likeness > 0) _near.Add(new Near(word, likeness, Platform.Likeness.OneLetter));
            }
    }

    void AddSounds(string text, int likeness, bool anySpelling)
    {
        var key = text.Length >= (anySpelling ? 2 : 5) ? NameSound.KeyOf(text) : "";
        if (key.Length == 0) return;
        foreach (var word in index.SoundingLike(key))
        {
            if (_near.Exists(near => near.Word == word)) continue;
            if (!anySpelling && !index.IsWord(word)) continue;
            var other = index.TextOf(word);
            var value = anySpelling ? likeness : Spelling.SoundLikeness(text, other);
            if (value > 0) _near.Add(new Near(word, value, Platform.Likeness.Sound));
        }
    }
}

/// <summary>How far apart two spellings are.</summary>
static class Spelling
{
    // In thousandths, by the length of the longer word: one letter in ten says less than one in three.
    static readonly int[] ByLength = [0, 0, 600, 780, 850, 890, 910, 925, 940, 950];

    /// <summary>One letter more, less or other, or two neighbours swapped (Damerau).</summary>
    public static bool DiffersByOne(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        if (left.Length > right.Length) return DiffersByOne(right, left);
        if (right.Length - left.Length > 1) return false;
        var start = left.CommonPrefixLength(right);
        var a = left[start..];
        var b = right[start..];
        if (a.Length < b.Length) return a.SequenceEqual(b[1..]);
        if (a.Length == 0) return false;
        if (a[1..].SequenceEqual(b[1..])) return true;
        return a.Length > 1 && a[0] == b[1] && a[1] == b[0] && a[2..].SequenceEqual(b[2..]);
    }

    /// <summary>In thousandths; 0 when a short name would have become another.</summary>
    public static int Likeness(string asked, string listed, bool isName)
    {
        var length = Math.Max(asked.Length, listed.Length);
        var likeness = ByLength[Math.Min(length, ByLength.Length - 1)];
        // Most slips of the pen spare the first letter.
        if (asked[0] != listed[0]) likeness -= 40;
        // Numbers name: Sam Jong 1 is not Sam Jong 2.
        if (asked.AsSpan().ContainsAnyInRange('0', '9') || listed.AsSpan().ContainsAnyInRange('0', '9')) return 0;
        if (!isName) return likeness;
        return length <= 3 ? 0 : length == 4 ? likeness - 250 : length == 5 ? likeness - 120 : likeness - 30;
    }

    /// <summary>In thousandths, for two words with one sound key; 0 where the spellings have too little in common.</summary>
    public static int SoundLikeness(string asked, string listed)
    {
        if (asked[0] != listed[0] && !(IsVowel(asked[0]) && IsVowel(listed[0])) && !IsKin(asked[0], listed[0])) return 0;
        var length = Math.Max(asked.Length, listed.Length);
        return Distance(asked, listed) switch { <= 1 => 900, 2 => 860, 3 when length >= 7 => 800, 4 when length >= 9 => 760, _ => 0 };
    }

    /// <summary>Letters to put in, take out or change (Levenshtein).</summary>
    public static int Distance(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        Span<int> row = stackalloc int[right.Length + 1];
        for (var j = 0; j < row.Length; j++) row[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j < row.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (left[i - 1] == right[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[^1];
    }

    static bool IsVowel(char letter) => letter is 'a' or 'e' or 'i' or 'o' or 'u' or 'y';

    static bool IsKin(char left, char right) => (left, right) is ('c' or 'k' or 'q' or 'x', 'c' or 'k' or 'q' or 'x') or ('f' or 'p', 'f' or 'p') or ('v' or 'w', 'v' or 'w')
        or ('z' or 't' or 'j' or 'd', 'z' or 't' or 'j' or 'd') or ('s' or 'c', 's' or 'c');
}
