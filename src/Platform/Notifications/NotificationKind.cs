using System.Reflection;
using System.Text.Json.Serialization;

namespace Pujiang.Platform;

/// <summary>What a notification is about, as people choose it: the channels are set for each group.</summary>
public enum NotificationGroup
{
    /// <summary>Sign-ins and what changes them. Can't be turned off.</summary>
    Security = 1,

    /// <summary>Money that went out as was asked.</summary>
    Payments = 2,

    /// <summary>Money that came in.</summary>
    Receipts = 3,

    /// <summary>What somebody has to do something about.</summary>
    Tasks = 4,
}

/// <summary>
/// A kind of notification that a service sends. Its texts stand in the service's <c>Resources/notifications.*.json</c> under its
/// name, and use exactly its values.
/// </summary>
/// <param name="Name">Service and event: "accounts.transfer-done". Small letters, points and hyphens, at most 64.</param>
/// <param name="Values">Each value's name with an example, which says of which sort it is.</param>
public sealed record NotificationKind(string Name, NotificationGroup Group, params IReadOnlyList<(string Name, NotificationValue Example)> Values)
{
    public const int LongestName = 64;

    /// <summary>Is sent at once, by night too.</summary>
    public bool IsUrgent => Group == NotificationGroup.Security;

    /// <summary>Is sent to an address by the mailroom alone, and is in no inbox: codes, digests.</summary>
    internal bool IsDirect { get; init; }
}

/// <summary>A value in a notification. The sort decides how it is written, the same in all channels and languages.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "is")]
[JsonDerivedType(typeof(Amount), "amount")]
[JsonDerivedType(typeof(Moment), "moment")]
[JsonDerivedType(typeof(Day), "day")]
[JsonDerivedType(typeof(Count), "count")]
[JsonDerivedType(typeof(Words), "words")]
[JsonDerivedType(typeof(Term), "term")]
public abstract record NotificationValue
{
    /// <summary>Characters of words that are kept; the rest is cut off.</summary>
    public const int LongestWords = 140;

    public sealed record Amount(long MinorUnits, string Currency) : NotificationValue;

    /// <param name="Utc">Written in the bank's time, to the minute.</param>
    public sealed record Moment(DateTime Utc) : NotificationValue;

    public sealed record Day(DateOnly Date) : NotificationValue;

    /// <summary>A count, never an identifier.</summary>
    public sealed record Count(int Number) : NotificationValue;

    /// <summary>Words that somebody wrote, such as a name. Long numbers in them are hidden.</summary>
    public sealed record Words(string Text) : NotificationValue;

    /// <summary>A word that is translated: its key among the <c>words</c> of the templates. One that is unknown is read as "….other".</summary>
    public sealed record Term(string Key) : NotificationValue;

    public static implicit operator NotificationValue(Money money) => new Amount(money.MinorUnits, money.Asset.Code);

    public static implicit operator NotificationValue(DateTime utc) => new Moment(utc);

    public static implicit operator NotificationValue(DateOnly date) => new Day(date);

    public static implicit operator NotificationValue(int count) => new Count(count);

    public static implicit operator NotificationValue(string words) =>
        new Words(words.Length <= LongestWords ? words : words[..(LongestWords - 1)] + "…");
}

/// <summary>The kinds of one assembly, whose templates are embedded in it.</summary>
public sealed record NotificationSource(Assembly Assembly, params IReadOnlyList<NotificationKind> Kinds);
