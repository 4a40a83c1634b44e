namespace Pujiang.Accounts;

/// <summary>
/// Random draws that depend on nothing but seed, purpose and number: person 7's pay day is the same in a city of ten and of a
/// million, and no fact is drawn twice.
/// </summary>
/// <remarks>SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014) over a mixed key.</remarks>
readonly struct Draw(ulong seed, string purpose)
{
    readonly ulong _key = Mix(seed ^ Fold(purpose));

    /// <summary>A number from 0 to <paramref name="below"/> less one.</summary>
    public int Below(int below, long number, long second = 0) => (int)(Bits(number, second) % (ulong)below);

    /// <summary>A number from <paramref name="from"/> to <paramref name="to"/>, both included.</summary>
    public long Between(long from, long to, long number, long second = 0) =>
        from + (long)(Bits(number, second) % (ulong)(to - from + 1));

    /// <summary>True in <paramref name="percent"/> of a hundred cases.</summary>
    public bool Chance(int percent, long number, long second = 0) => Below(100, number, second) < percent;

    /// <summary>One of the values, each as likely as its weight.</summary>
    public T Weighted<T>(IReadOnlyList<(T Value, int Weight)> values, long number, long second = 0)
    {
        var at = Below(values.Sum(v => v.Weight), number, second);
        foreach (var (value, weight) in values)
        {
            if (at < weight) return value;
            at -= weight;
        }
        throw new InvalidOperationException("No weights.");
    }

    /// <summary>An index from 0 to <paramref name="below"/> less one, small ones far more often: shops and firms differ in size.</summary>
    public int Skewed(int below, long number, long second = 0)
    {
        // The least of three draws has density 3(1-x)^2: the first tenth is taken in 27 of 100 cases.
        var first = Math.Min(Below(below, number, (second * 3) + 1), Below(below, number, (second * 3) + 2));
        return Math.Min(first, Below(below, number, (second * 3) + 3));
    }

    ulong Bits(long number, long second) => unchecked(Mix(_key ^ Mix((ulong)number + (0x9E3779B97F4A7C15 * ((ulong)second + 1)))));

    static ulong Mix(ulong x)
    {
        unchecked
        {
            x += 0x9E3779B97F4A7C15;
            x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
            x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
            return x ^ (x >> 31);
        }
    }

    static ulong Fold(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text) hash = unchecked((hash ^ c) * 1099511628211UL);
        return hash;
    }
}
