using System.Runtime.InteropServices;

namespace Pujiang.Platform;

/// <summary>All names of the lists in force, by their words, by the words with one letter missing, and by the sound of the words.</summary>
/// <remarks>
/// Built once for each import and never changed. A word of a query finds the words of the lists that are equal, that differ by one letter (both
/// share a form with one letter missing: the deletion neighbourhood of SymSpell) or that sound alike; each of those finds its names. Words that
/// stand side by side are also indexed joined, so that "Abdul Rahman" meets "Abdulrahman".
/// </remarks>
sealed class NameIndex
{
    /// <summary>Weights and likenesses are in thousandths.</summary>
    public const int Full = 1000;

    /// <summary>Weight of particles and less.</summary>
    public const int Light = 100;

    /// <summary>Words shorter than this have too many neighbours at one letter.</summary>
    const int ShortestFuzzy = 2;

    const int ShortestSound = 4;

    const int LongestJoined = 18;

    /// <summary>A name on a list: where its parts begin in <see cref="Parts"/>. The first <paramref name="Count"/> are its words, the others joined ones.</summary>
    /// <param name="Entry">Place in <see cref="Entries"/>.</param>
    /// <param name="Total">Sum of the weights of its words.</param>
    /// <param name="Rotation">How many words stand before the comma of "FAMILY, Given"; 0 where there is none.</param>
    internal readonly record struct Name(int Entry, ListedName Listed, int First, int Count, int PartCount, int Total, int Rotation);

    /// <summary>A word, or several joined, in a name: from which of its words on, over how many (after the last comes the first), and the weight of those.</summary>
    internal readonly record struct Part(int Word, byte At, byte Span, short Weight);

    readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    readonly List<string> _texts = [];
    readonly List<int> _weights = [];
    readonly List<WordRole> _roles = [];
    readonly List<bool> _isWord = [];
    readonly int[][] _postings;
    readonly Dictionary<ulong, int[]> _missingOne;
    readonly Dictionary<string, int[]> _sounds;

    public IReadOnlyList<ListEntry> Entries { get; }
    internal Name[] Names { get; }
    internal Part[] Parts { get; }
    internal int WordCount => _texts.Count;

    public NameIndex(IReadOnlyList<ListEntry> entries)
    {
        Entries = entries;
        var names = new List<(int Entry, ListedName Listed, List<NameWord> Words, int Rotation)>();
        for (var e = 0; e < entries.Count; e++)
            foreach (var listed in entries[e].Names)
                if (NameText.Words(listed.Text) is { Count: > 0 } words) names.Add((e, listed, words, RotationOf(listed.Text)));
        int[] ids = [.. names.SelectMany(name => name.Words).Select(word => IdOf(word.Text, word.Role, true))];
        Weigh(ids);
        var parts = new List<Part>(ids.Length * 3);
        Names = new Name[names.Count];
        for (int n = 0, first = 0; n < names.Count; first += names[n].Words.Count, n++)
            Names[n] = Place(names[n].Entry, names[n].Listed, names[n].Words, ids.AsSpan(first, names[n].Words.Count), names[n].Rotation, parts);
        Parts = [.. parts];
        _postings = Postings();
        _missingOne = Neighbourhood();
        _sounds = Sounds();
    }

    Name Place(int entry, ListedName listed, List<NameWord> words, ReadOnlySpan<int> ids, int rotation, List<Part> parts)
    {
        var (first, total) = (parts.Count, 0);
        for (var w = 0; w < ids.Length; w++)
        {
            parts.Add(new Part(ids[w], (byte)w, 1, (short)_weights[ids[w]]));
            total += _weights[ids[w]];
        }
        for (var w = 0; w < ids.Length; w++)
            for (var span = 2; span <= 3 && w + span <= ids.Length; span++)
                if (Joined(words, w, span) is { } joined)
                {
                    var weight = 0;
                    foreach (var id in ids.Slice(w, span)) weight += _weights[id];
                    parts.Add(new Part(IdOf(joined, WordRole.Name, false), (byte)w, (byte)span, (short)weight));
                }
        // "Jiadong Li" written as one has the last given name before the first family name.
        if (rotation > 0 && rotation < ids.Length && words[^1].Text + words[0].Text is { Length: <= LongestJoined } across)
            parts.Add(new Part(IdOf(across, WordRole.Name, false), (byte)(ids.Length - 1), 2, (short)(_weights[ids[^1]] + _weights[ids[0]])));
        return new Name(entry, listed, first, ids.Length, parts.Count - first, total, rotation);
    }

    /// <summary>For each word the names that have it, each once.</summary>
    int[][] Postings()
    {
        var postings = new List<int>[_texts.Count];
        for (var n = 0; n < Names.Length; n++)
            foreach (var part in Parts.AsSpan(Names[n].First, Names[n].PartCount))
                if ((postings[part.Word] ??= []) is var list && (list.Count == 0 || list[^1] != n)) list.Add(n);
        return [.. postings.Select(list => list.ToArray())];
    }

    /// <summary>Words written as one; null where that would be no word of a name.</summary>
    internal static string? Joined(List<NameWord> words, int first, int span)
    {
        var length = 0;
        for (var i = first; i < first + span; i++)
        {
            // An apostrophe that became a blank makes "Sa id" and "Fu ad" of Sa'id and Fu'ad; a legal form stands at the end.
            if (words[i].Role == WordRole.Title || (words[i].Role == WordRole.LegalForm && (words[i].Text.Length > 2 || i == words.Count - 1))) return null;
            length += words[i].Text.Length;
        }
        // Short words are written together. Three of them where one is a particle, as in Abd al Rahman, or all are syllables, as in Ou Yang Na.
        if (length > LongestJoined || (span == 3 && length > 12 && words[first + 1].Role != WordRole.Particle)) return null;
        return string.Concat(CollectionsMarshal.AsSpan(words).Slice(first, span).ToArray().Select(word => word.Text));
    }

    internal int Find(string word) => _ids.GetValueOrDefault(word, -1);

    internal string TextOf(int word) => _texts[word];

    internal WordRole RoleOf(int word) => _roles[word];

    /// <summary>The rarer, the heavier; of a word that is only joined from others, the most that they can weigh together is open: <see cref="Full"/>.</summary>
    internal int WeightOf(int word) => _weights[word];

    /// <summary>Stands on a list as a word of its own.</summary>
    internal bool IsWord(int word) => _isWord[word];

    /// <summary>Names in which it stands.</summary>
    internal ReadOnlySpan<int> NamesWith(int word) => _postings[word];

    internal ReadOnlySpan<int> SoundingLike(string key) => _sounds.TryGetValue(key, out var words) ? words : [];

    /// <summary>Words that share a form with this one: the word itself when <paramref name="without"/> is -1, else without that letter.</summary>
    internal ReadOnlySpan<int> SharingForm(ReadOnlySpan<char> word, int without) =>
        _missingOne.TryGetValue(FormOf(word, without), out var words) ? words : [];

    int IdOf(string text, WordRole role, bool isWord)
    {
        if (_ids.TryGetValue(text, out var id))
        {
            _isWord[id] |= isWord;
            return id;
        }
        id = _texts.Count;
        _ids.Add(text, id);
        _texts.Add(text);
        _roles.Add(role);
        _weights.Add(Full);
        _isWord.Add(isWord);
        return id;
    }

    /// <summary>By how few names a word is in; what names share by their nature (legal forms, titles, particles) weighs little.</summary>
    void Weigh(int[] words)
    {
        var counts = new int[_texts.Count];
        foreach (var word in words) counts[word]++;
        var most = Math.Log(words.Length + 1.0);
        for (var i = 0; i < counts.Length; i++)
            _weights[i] = Math.Min(WeightFor(_texts[i], _roles[i]), Math.Max(10, (int)(Full * (most - Math.Log(counts[i])) / most)));
    }

    /// <summary>The most that a word can weigh, and what one weighs that is on no list.</summary>
    internal static int WeightFor(string word, WordRole role) => role switch
    {
        WordRole.LegalForm => 60,
        WordRole.Title => 15,
        WordRole.Particle => 80,
        WordRole.Remittance => 20,
        _ when NameWords.IsBusiness(word) => 250,
        _ when word.Length == 1 => 150,
        _ when word.Length == 2 => 500,
        _ when word.Length == 3 => 750,
        _ => Full,
    };

    Dictionary<ulong, int[]> Neighbourhood()
    {
        var forms = new Dictionary<ulong, List<int>>();
        for (var id = 0; id < _texts.Count; id++)
        {
            var word = _texts[id];
            if (word.Length < ShortestFuzzy || _roles[id] is WordRole.Title) continue;
            for (var without = -1; without < word.Length; without++)
            {
                // A doubled letter can be left out in two ways that are one.
                if (without > 0 && word[without] == word[without - 1]) continue;
                (CollectionsMarshal.GetValueRefOrAddDefault(forms, FormOf(word, without), out _) ??= []).Add(id);
            }
        }
        return forms.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray());
    }

    Dictionary<string, int[]> Sounds() =>
        _texts.Select((text, id) => (Key: text.Length >= ShortestSound && _roles[id] == WordRole.Name ? NameSound.KeyOf(text) : "", id))
            .Where(pair => pair.Key.Length > 0).GroupBy(pair => pair.Key, pair => pair.id, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);

    /// <summary>FNV-1a, 64 bits, over the letters but one. Two forms that meet by chance are told apart by the letters later.</summary>
    static ulong FormOf(ReadOnlySpan<char> word, int without)
    {
        unchecked
        {
            var hash = 14695981039346656037UL;
            for (var i = 0; i < word.Length; i++)
                if (i != without) hash = (hash ^ word[i]) * 1099511628211UL;
            return hash;
        }
    }

    /// <summary>"LI, Jiadong" is also "Jiadong Li": the words before its first comma may stand last. A legal form after a comma is no given name.</summary>
    static int RotationOf(string text)
    {
        var comma = text.IndexOf(',', StringComparison.Ordinal);
        if (comma <= 0) return 0;
        var before = NameText.Words(text[..comma]);
        var after = NameText.Words(text[comma..]);
        return after.TrueForAll(word => word.Role == WordRole.LegalForm) ? 0 : before.Count;
    }
}
