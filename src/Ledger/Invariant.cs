namespace Pujiang.Ledger;

/// <summary>What only a bug can break. Always on, in release builds too: a ledger that is wrong must not go on.</summary>
public static class Invariant
{
    /// <exception cref="InvariantException">The condition does not hold; the message is the condition itself.</exception>
    public static void Holds(bool condition, [CallerArgumentExpression(nameof(condition))] string expression = "")
    {
        if (!condition) Fail(expression);
    }

    // Apart, so that the check itself is small enough to be inlined.
    static void Fail(string expression) => throw new InvariantException(expression);
}

/// <summary>A bug: something that must always hold does not.</summary>
public sealed class InvariantException(string expression) : Exception($"Must hold: {expression}");
