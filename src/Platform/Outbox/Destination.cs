using System.Globalization;

namespace Pujiang.Platform;

/// <summary>Somewhere outside that the bank sends messages to: a partner of its own, or the webhook of a firm.</summary>
sealed class Destination
{
    public const int LongestName = 64;
    public const int LongestAddress = 500;

    /// <summary>"sms", or "webhook/{id}".</summary>
    public required string Name { get; init; }

    /// <summary>An absolute http or https address.</summary>
    public required string Address { get; set; }

    /// <summary>Which of the bank's keys signs; null for the newest.</summary>
    public string? KeyId { get; set; }

    public RetryPlan RetryPlan { get; set; } = RetryPlan.Default;

    /// <summary>The firm that registered it; null for the bank's own partners, which come from the settings.</summary>
    public Guid? PartyId { get; init; }

    /// <summary>The kinds of events that a webhook takes, separated by spaces; null for the bank's own partners.</summary>
    public string? Events { get; set; }

    public required DateTime CreatedAt { get; init; }

    /// <summary>Since when nothing is sent there any more.</summary>
    public DateTime? ClosedAt { get; set; }

    public bool IsWebhook => PartyId is not null;

    public bool Takes(string kind) => Events is { } events && events.Split(' ').Contains(kind, StringComparer.Ordinal);
}

/// <summary>How long to wait after the first, second, … failed attempt; after the last the message is given up.</summary>
/// <remarks>The plan is kept in the database with the message's place in it, so it goes on where it was after a restart.</remarks>
public sealed class RetryPlan
{
    public const int LongestText = 200;
    const int MostPauses = 20;
    static readonly TimeSpan Longest = TimeSpan.FromDays(7);
    readonly TimeSpan[] _pauses;

    RetryPlan(TimeSpan[] pauses) => _pauses = pauses;

    /// <summary>10 s, 1 min, 5 min, 30 min, 2 h, 6 h, 24 h: eight attempts in 32 hours and 36 minutes.</summary>
    public static RetryPlan Default { get; } = Parse("10 60 300 1800 7200 21600 86400");

    /// <summary>The pause after this many failed attempts, or null when there shall be no more.</summary>
    public TimeSpan? After(int tries) => tries > _pauses.Length ? null : _pauses[tries - 1];

    /// <summary>Whole seconds, separated by spaces: "10 60 300". An empty text is a plan with one attempt only.</summary>
    /// <exception cref="FormatException">A pause is not a whole number of seconds from 1 s to 7 days, or there are more than 20.</exception>
    public static RetryPlan Parse(string text)
    {
        var pauses = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Pause).ToArray();
        return pauses.Length <= MostPauses ? new RetryPlan(pauses)
            : throw new FormatException($"A retry plan has at most {MostPauses} pauses, not {pauses.Length}.");

        static TimeSpan Pause(string word) =>
            int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds >= 1 && seconds <= Longest.TotalSeconds
                ? TimeSpan.FromSeconds(seconds)
                : throw new FormatException($"'{word}' in a retry plan is not a whole number of seconds from 1 to {Longest.TotalSeconds:0}.");
    }

    public override string ToString() =>
        string.Join(' ', _pauses.Select(pause => pause.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)));
}

/// <summary>A destination as the settings name it: <c>Pujiang:Destinations:sms:Address</c> and so on.</summary>
public sealed record DestinationSettings
{
    /// <summary>An absolute http or https address.</summary>
    public string? Address { get; init; }

    /// <summary>Which of the bank's keys signs what is sent there; empty for the newest.</summary>
    public string? KeyId { get; init; }

    /// <summary>Seconds to wait after each failed attempt: "10 60 300". Empty for <see cref="Platform.RetryPlan.Default"/>.</summary>
    public string? RetryPlan { get; init; }
}

/// <summary>
/// A partner that a service sends to, added by that service as a singleton. In demo mode it is played by the city, at this path
/// below <see cref="PlatformOptions.City"/>'s address; otherwise the settings must name its address.
/// </summary>
/// <param name="Name">"sms": what <c>db.Send</c> is called with.</param>
/// <param name="CityPath">"sms/messages".</param>
public sealed record Partner(string Name, string CityPath);
