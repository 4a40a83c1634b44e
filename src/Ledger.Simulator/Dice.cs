namespace Pujiang.Ledger.Simulator;

/// <summary>
/// All chance of a run. SplitMix64 (Steele, Lea, Flood 2014), written out so that a seed means the same run on every version
/// of .NET.
/// </summary>
sealed class Dice(long seed)
{
    ulong _state = unchecked((ulong)seed * 0xD1342543DE82EF95 + 0x632BE59BD9B4E019);

    public ulong Next()
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15;
            var mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return mixed ^ (mixed >> 31);
        }
    }

    /// <summary>0 up to, and without, <paramref name="end"/>.</summary>
    public int Below(int end) => (int)(Next() % (ulong)end);

    /// <summary>Both ends are possible.</summary>
    public int Between(int first, int last) => first + Below(last - first + 1);

    /// <inheritdoc cref="Between(int, int)"/>
    public long Between(long first, long last) => first + (long)(Next() % (ulong)(last - first + 1));

    public bool OneIn(int times) => Below(times) == 0;

    public bool Percent(int chance) => Below(100) < chance;

    public T Pick<T>(params ReadOnlySpan<T> items) => items[Below(items.Length)];

    public T OneOf<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>As likely in its first digits as in its last: 1 to 10^<paramref name="digits"/>.</summary>
    public long OfAnySize(int digits)
    {
        var most = 1L;
        for (var digit = Below(digits + 1); digit > 0; digit--) most *= 10;
        return Between(1L, most);
    }

    /// <summary>Picks by weight; the same items with other weights make another kind of run.</summary>
    public T Weighted<T>(IReadOnlyList<(int Weight, T Item)> items)
    {
        var roll = Below(items.Sum(item => item.Weight));
        foreach (var (weight, item) in items)
        {
            if (roll < weight) return item;
            roll -= weight;
        }
        throw new InvalidOperationException("No weights.");
    }
}
