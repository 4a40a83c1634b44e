using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Pujiang.Platform;

/// <summary>An expected "no".</summary>
/// <param name="Code">Stable, snake_case; callers branch on it and pages translate it (<c>refusal.{code}</c>).</param>
/// <param name="Reason">One English sentence: what is wrong with which value, and what would be right.</param>
/// <param name="Field">The request field it is about, in the caller's spelling, or null.</param>
/// <param name="Args">Values for the translated text, in the order of its placeholders.</param>
public sealed record Refusal(string Code, string Reason, string? Field = null, params IReadOnlyList<string> Args)
{
    /// <summary>RFC 9457 problem details with the code and the field; status 422 unless said otherwise.</summary>
    public ProblemHttpResult ToProblem(int status = StatusCodes.Status422UnprocessableEntity)
    {
        var extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = Code };
        if (Field is not null)
            extensions["errors"] = new Dictionary<string, string[]>(StringComparer.Ordinal) { [Field] = [Reason] };
        return TypedResults.Problem(
            detail: Reason, statusCode: status, title: Title(Code),
            type: $"https://pujiang.example/problems/{Code}", extensions: extensions);
    }

    static string Title(string code) =>
        char.ToUpper(code[0], CultureInfo.InvariantCulture) + code[1..].Replace('_', ' ');
}

/// <summary>A value, or the refusal that stands in its place.</summary>
public readonly struct Outcome<T>
{
    readonly T? _value;
    readonly Refusal? _refusal;

    Outcome(T? value, Refusal? refusal) => (_value, _refusal) = (value, refusal);

    public static implicit operator Outcome<T>(T value) => new(value, null);
    public static implicit operator Outcome<T>(Refusal refusal) => new(default, refusal);

    /// <summary>True with the value, or false with the refusal.</summary>
    public bool Try([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out Refusal? refusal)
    {
        (value, refusal) = (_value, _refusal);
        return refusal is null;
    }
}
