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

    /// <summary>With which of the bank's keys it is signed what is sent there: always the newest valid one of this algorithm.</summary>
    public SignatureAlgorithm Algorithm { get; set; } = SignatureAlgorithm.Ed25519;

    /// <summary>Owner of the registered keys of which one must have signed each answer; null where answers are taken as they come.</summary>
    public string? AnswersSignedBy { get; set; }

    public RetryPlan RetryPlan { get; set; } = RetryPlan.Default;

    /// <summary>The firm that registered it; null for the bank's own partners, which come from the settings.</summary>
    public Guid? PartyId { get; init; }

    /// <summary>The kinds of events that a webhook takes, separated by spaces; null for the bank's own partners.</summary>
    public string? Events { get; set; }

    public required DateTime CreatedAt { get; init; }

    /// <summary>Since when it is known that the webhook's address is its owner's; null before, and for the bank's own partners.</summary>
    public DateTime? ProvenAt { get; set; }

    /// <summary>Since when messages wait, because one was given up; null when nothing is wrong.</summary>
    public DateTime? PausedAt { get; set; }

    /// <summary>Since when nothing is sent there any more.</summary>
    public DateTime? ClosedAt { get; set; }

    public bool IsWebhook => PartyId is not null;

    public bool Takes(string kind) => Events is { } events && events.Split(' ').Contains(kind, StringComparer.Ordinal);
}

/// <summary>How long to wait after the first, second, … failed attempt; after the last the message is given up.</summary>
/// <remarks>
/// The plan is kept in the database with the message's place in it, so it goes on where it was after a restart. Pauses grow
/// about fivefold up to a day. Each may be lengthened by a share of it that differs from message to message, so that a
/// receiver which comes back is not asked for everything in the same second.
/// </remarks>
public sealed class RetryPlan
{
    public const int LongestText = 200;
    const int MostPauses = 20;
    static readonly TimeSpan Longest = TimeSpan.FromDays(7);
    readonly TimeSpan[] _pauses;
    readonly int _spread;

    RetryPlan(TimeSpan[] pauses, int spread) => (_pauses, _spread) = (pauses, spread);

    /// <summary>10 s, 1 min, 5 min, 30 min, 2 h, 6 h, 24 h, each up to a tenth longer: eight attempts in 32 hours and 36 minutes or a little more.</summary>
    public static RetryPlan Default { get; } = Parse("10 60 300 1800 7200 21600 86400 +10%");

    /// <summary>10 s, 1 min, 5 min, 30 min, 2 h, 6 h, 12 h, three times 24 h, each up to a tenth longer: eleven attempts in about four days.</summary>
    public static RetryPlan Webhook { get; } = Parse("10 60 300 1800 7200 21600 43200 86400 86400 86400 +10%");

    /// <summary>The shortest pause after this many failed attempts, or null when there shall be no more.</summary>
    public TimeSpan? After(int tries) => tries > _pauses.Length ? null : _pauses[tries - 1];

    /// <summary>The pause of this very message: the same again when it is asked again, which a crash may cause.</summary>
    public TimeSpan? After(int tries, Guid message)
    {
        if (After(tries) is not { } pause || _spread == 0) return After(tries);
        var share = BitConverter.ToUInt32(NameBasedId.From("outbox", "pause", $"{message}", $"{tries}").ToByteArray()) / (uint.MaxValue + 1m);
        return pause + TimeSpan.FromSeconds((long)(pause.Ticks / TimeSpan.TicksPerSecond * _spread * share / 100));
    }

    /// <summary>
    /// Whole seconds, separated by spaces, and at the end by how much a pause may be longer: "10 60 300 +10%". An empty text is
    /// a plan with one attempt only.
    /// </summary>
    /// <exception cref="FormatException">A pause is not a whole number of seconds from 1 s to 7 days, there are more than 20, or the spread is not from 1 to 100 %.</exception>
    public static RetryPlan Parse(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var spread = words is [.., ['+', .. var percent]] ? Spread(percent) : 0;
        var pauses = words.Take(words.Length - (spread > 0 ? 1 : 0)).Select(Pause).ToArray();
        return pauses.Length <= MostPauses ? new RetryPlan(pauses, spread)
            : throw new FormatException($"A retry plan has at most {MostPauses} pauses, not {pauses.Length}.");

        static int Spread(string percent) =>
            percent.EndsWith('%') && int.TryParse(percent.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var spread) && spread is >= 1 and <= 100
                ? spread : throw new FormatException($"'+{percent}' in a retry plan is not a spread from +1% to +100%.");

        static TimeSpan Pause(string word) =>
            int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds >= 1 && seconds <= Longest.TotalSeconds
                ? TimeSpan.FromSeconds(seconds)
                : throw new FormatException($"'{word}' in a retry plan is not a whole number of seconds from 1 to {Longest.TotalSeconds:0}.");
    }

    public override string ToString() =>
        string.Join(' ', _pauses.Select(pause => pause.TotalSeconds.ToString("0", CultureInfo.InvariantCulture))) + (_spread > 0 ? $" +{_spread}%" : "");
}

/// <summary>A destination as the settings name it: <c>Pujiang:Destinations:sms:Address</c> and so on.</summary>
public sealed record DestinationSettings
{
    /// <summary>An absolute http or https address.</summary>
    public string? Address { get; init; }

    /// <summary>Which of the bank's keys signs what is sent there: Ed25519, which it is when nothing is said, or Sm2.</summary>
    public SignatureAlgorithm? Algorithm { get; init; }

    /// <summary>Owner, in the registry of keys, that must sign each answer; empty where answers are taken as they come.</summary>
    public string? AnswersSignedBy { get; init; }

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
