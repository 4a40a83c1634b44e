using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>Gives out codes that work once, and takes them.</summary>
public sealed class OneTimeCodes(CityDb db, PersonalData personalData, NewId ids, TimeProvider clock)
{
    /// <summary>How many recovery codes are printed at once.</summary>
    public const int RecoveryCodes = 10;

    /// <summary>Letters and digits that nobody takes for another.</summary>
    const string Readable = "23456789abcdefghjkmnpqrstuvwxyz";

    /// <summary>How long a code works.</summary>
    public static TimeSpan LifeOf(CodePurpose purpose) => purpose switch
    {
        CodePurpose.Activation => TimeSpan.FromDays(7),
        CodePurpose.Phone => TimeSpan.FromMinutes(3),
        // Paper in a drawer: it ends when it is used or printed anew.
        _ => TimeSpan.FromDays(3650),
    };

    /// <summary>A new code, saved with the caller's changes. Those of the same purpose that were given out before end with it.</summary>
    /// <returns>The code as it is shown, for example "4821 0937 5526".</returns>
    public async Task<string> Issue(Guid person, CodePurpose purpose, CancellationToken cancel) => (await Issue(person, purpose, 1, cancel))[0];

    /// <summary>Ten new codes for paper; those before end with them.</summary>
    public Task<IReadOnlyList<string>> IssueRecovery(Guid person, CancellationToken cancel) => Issue(person, CodePurpose.Recovery, RecoveryCodes, cancel);

    async Task<IReadOnlyList<string>> Issue(Guid person, CodePurpose purpose, int count, CancellationToken cancel)
    {
        db.RemoveRange(await db.Set<OneTimeCode>().Where(c => c.PersonId == person && c.Purpose == purpose).ToListAsync(cancel));
        var codes = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var code = New(purpose);
            codes.Add(code);
            db.Add(new OneTimeCode
            {
                Id = ids.Next(),
                PersonId = person,
                Purpose = purpose,
                Hash = HashOf(person, purpose, code),
                IssuedAt = clock.UtcNow(),
                ExpiresAt = clock.UtcNow() + LifeOf(purpose),
            });
        }
        return codes;
    }

    /// <summary>Takes a code: true once, if it is right and in time. The try must have been counted before.</summary>
    public async Task<bool> Take(Guid person, CodePurpose purpose, string? typed, CancellationToken cancel)
    {
        var (hash, now) = (HashOf(person, purpose, typed), clock.UtcNow());
        // Deleting is what makes it work once, also for two requests at the same time.
        return await db.Set<OneTimeCode>()
            .Where(c => c.PersonId == person && c.Purpose == purpose && c.Hash == hash && c.ExpiresAt > now)
            .ExecuteDeleteAsync(cancel) == 1;
    }

    public Task<int> Left(Guid person, CodePurpose purpose, CancellationToken cancel)
    {
        var now = clock.UtcNow();
        return db.Set<OneTimeCode>().CountAsync(c => c.PersonId == person && c.Purpose == purpose && c.ExpiresAt > now, cancel);
    }

    string HashOf(Guid person, CodePurpose purpose, string? typed) => personalData.Hash($"code/{purpose}/{person}", Typed(typed));

    /// <summary>As typed, without the spaces and hyphens that make a code readable.</summary>
    public static string Typed(string? code) => new([.. (code ?? "").Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);

    /// <summary>12 digits (40 bits) for the counter, 6 digits for a phone, 10 letters (49 bits) for paper; tries are counted.</summary>
    static string New(CodePurpose purpose) => purpose switch
    {
        CodePurpose.Activation => string.Join(' ', Enumerable.Range(0, 3).Select(_ => RandomNumberGenerator.GetString("0123456789", 4))),
        CodePurpose.Phone => RandomNumberGenerator.GetString("0123456789", 6),
        _ => $"{RandomNumberGenerator.GetString(Readable, 5)}-{RandomNumberGenerator.GetString(Readable, 5)}",
    };
}
