namespace Pujiang.Platform;

/// <summary>A query as words, with the weight that each has for it.</summary>
sealed class AskedName
{
    /// <summary>One word, or several that stand side by side written as one.</summary>
    /// <param name="OfNames">Each of its words is a name already, so that it is less likely another one misspelt.</param>
    internal readonly record struct Unit(int First, int Span, string Text, bool Unvowelled, bool OfNames)
    {
        /// <summary>Which words of the query it takes.</summary>
        public ulong Mask => ((1UL << Span) - 1) << First;
    }

    AskedName(List<NameWord> words, int[] weights, List<Unit> units, bool isText, bool isLatin) =>
        (Words, Weights, Units, IsText, IsLatin) = (words, weights, units, isText, isLatin);

    public List<NameWord> Words { get; }
    public int[] Weights { get; }
    public List<Unit> Units { get; }

    /// <summary>The text of a payment around a name, not a name alone.</summary>
    public bool IsText { get; }

    /// <summary>Written in Latin letters, so that equal means equal.</summary>
    public bool IsLatin { get; }

    public int Heaviest => Weights.Length == 0 ? 0 : Weights.Max();

    public bool HasInitials => Words.Exists(word => word.Letters is not null || word.Text.Length == 1);

    public static AskedName Of(string text, NameIndex index)
    {
        var words = NameText.Words(text);
        var isText = words.Exists(word => NameWords.ShowsRemittance(word.Text));
        if (isText)
            for (var i = 0; i < words.Count; i++)
                if (NameWords.IsRemittance(words[i].Text, i > 0 ? words[i - 1].Text : "")) words[i] = words[i] with { Role = WordRole.Remittance };
        for (var i = 0; i < words.Count; i++)
            if (words[i].Role == WordRole.Name && index.Find(words[i].Text) < 0 && NameWords.MisspeltLegalForm(words[i].Text) is { } form)
                words[i] = words[i] with { Text = form, Role = WordRole.LegalForm };
        var weights = words.Select(word => WeightOf(word, index)).ToArray();
        var units = new List<Unit>(words.Count * 3);
        for (var i = 0; i < words.Count; i++)
        {
            if (words[i].Role is WordRole.Remittance) continue;
            units.Add(new Unit(i, 1, words[i].Text, words[i].Unvowelled, IsName(words[i])));
            for (var span = 2; span <= 3 && i + span <= words.Count; span++)
                if (words[i + span - 1].Role != WordRole.Remittance && NameIndex.Joined(words, i, span) is { } joined)
                    units.Add(new Unit(i, span, joined, false, words.GetRange(i, span).TrueForAll(IsName)));
        }
        return new AskedName(words, weights, units, isText, !text.Any(c => c > 0x24F && char.IsLetter(c)));

        bool IsName(NameWord word) => (index.Find(word.Text) is >= 0 and var known && index.IsWord(known)) || Pinyin.IsSyllable(word.Text);
    }

    static int WeightOf(NameWord word, NameIndex index)
    {
        var most = NameIndex.WeightFor(word.Text, word.Role);
        return index.Find(word.Text) is >= 0 and var known && index.IsWord(known) ? Math.Min(most, index.WeightOf(known)) : most;
    }
}
