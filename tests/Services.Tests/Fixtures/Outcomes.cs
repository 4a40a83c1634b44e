using Pujiang.Platform;

namespace Pujiang.Services.Tests;

static class Outcomes
{
    /// <summary>The value, where a refusal would be a failed test.</summary>
    public static T Value<T>(this Outcome<T> outcome)
    {
        Assert.True(outcome.Try(out var value, out var refusal), refusal?.ToString());
        return value!;
    }

    public static bool IsRefused<T>(this Outcome<T> outcome) => !outcome.Try(out _, out _);

    /// <summary>The refusal's code, where a value would be a failed test.</summary>
    public static string Code<T>(this Outcome<T> outcome)
    {
        Assert.False(outcome.Try(out var value, out var refusal), $"Not refused: {value}");
        return refusal!.Code;
    }

    public static async Task<T> Value<T>(this Task<Outcome<T>> outcome) => (await outcome).Value();

    public static async Task<string> Code<T>(this Task<Outcome<T>> outcome) => (await outcome).Code();
}
