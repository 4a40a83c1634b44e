using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;

namespace Pujiang.Platform;

/// <summary>Which passwords are good enough, and how they are kept.</summary>
public sealed class PasswordRules(IPasswordHasher<Person> hasher)
{
    /// <summary>Characters; a short sentence of four Chinese words has as many.</summary>
    public const int Shortest = 12, Longest = 128;

    /// <summary>Of 4: "safely unguessable, moderate protection from offline slow-hash scenario" (zxcvbn, Wheeler 2016).</summary>
    const int LeastScore = 3;

    /// <summary>More would only take time: what is guessable in the first 64 characters is enough.</summary>
    const int MostMeasured = 64;

    static readonly Lock Measuring = new();
    static readonly Zxcvbn.Zxcvbn Meter = new();

    /// <summary>A hash of nobody's password, so that an unknown name takes as long as a wrong password.</summary>
    readonly Lazy<string> _nobodys = new(() => hasher.HashPassword(null!, RandomNumberGenerator.GetHexString(32)));

    /// <summary>What is wrong with a new password, or null. No rules of mixed characters and no expiry (NIST SP 800-63B section 3.1.1.2).</summary>
    /// <param name="known">Words that others know of the person: sign-in name, name.</param>
    public static Refusal? Fault(string? password, params IReadOnlyList<string> known)
    {
        if (password is null || password.Length < Shortest)
            return new Refusal("password_too_short", $"The password needs at least {Shortest} characters; a short sentence is good.", "password", $"{Shortest}");
        if (password.Length > Longest)
            return new Refusal("password_too_long", $"The password may have at most {Longest} characters.", "password", $"{Longest}");
        return IsGuessable(password, known)
            ? new Refusal("password_guessable", "This password is too easy to guess: it is common, or made of names, dates or rows of keys. Four unrelated words are better.", "password")
            : null;
    }

    /// <summary>Against lists of common passwords, names and words, keyboard rows, repeats, sequences and dates.</summary>
    static bool IsGuessable(string password, IReadOnlyList<string> known)
    {
        var measured = password[..Math.Min(password.Length, MostMeasured)];
        if (measured.Distinct().Count() < 5) return true;
        lock (Measuring)
            return Meter.EvaluatePassword(measured, [.. known.Where(word => word.Length > 0), "pujiang", "浦江"]).Score < LeastScore;
    }

    public string Hash(Person person, string password) => hasher.HashPassword(person, password);

    /// <summary>Whether it is this person's password. Takes as long for nobody as for somebody.</summary>
    public bool IsRight(Person? person, string? password)
    {
        // A longer one can't be right; hashing it would be work for who sends it.
        var typed = password is { Length: <= Longest } ? password : "";
        var known = person is { HasPassword: true };
        var answer = hasher.VerifyHashedPassword(person!, known ? person!.PasswordHash : _nobodys.Value, typed);
        return known && typed.Length > 0 && answer != PasswordVerificationResult.Failed;
    }
}
