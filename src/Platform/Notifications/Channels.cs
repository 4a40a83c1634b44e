namespace Pujiang.Platform;

/// <summary>Ways to somebody besides the inbox, which gets everything.</summary>
[Flags]
public enum Channels
{
    None = 0,
    Email = 1,
    Sms = 2,
}

/// <summary>An address for e-mail as the bank takes it.</summary>
public static class EmailAddress
{
    /// <summary>RFC 5321, section 4.5.3.1: 64 octets before the @; 254 in all, as RFC 3696 erratum 1690 derives.</summary>
    public const int Longest = 254, LongestLocalPart = 64;

    /// <summary>The address without spaces around it, or what is wrong with it.</summary>
    /// <remarks>
    /// Fewer than RFC 5321 allows: no quoted names and no signs that end a header or begin another address, so that nothing can
    /// be smuggled into a message. International ones (RFC 6531) are refused: not every mail server takes them.
    /// </remarks>
    public static Outcome<string> Read(string? text)
    {
        var address = (text ?? "").Trim();
        var at = address.LastIndexOf('@');
        return address.Length <= Longest && at > 0 && IsLocalPart(address[..at]) && IsDomain(address[(at + 1)..]) ? address
            : new Refusal("email_invalid", "This is not an e-mail address such as name@example.com.", "email");
    }

    static bool IsLocalPart(string text) => text.Length <= LongestLocalPart && text[0] != '.' && text[^1] != '.'
        && !text.Contains("..", StringComparison.Ordinal) && text.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-/=?^_`{|}~.".Contains(c, StringComparison.Ordinal));

    static bool IsDomain(string text) => text.Split('.') is { Length: > 1 } labels
        && labels.All(label => label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
        && labels[^1].Any(char.IsAsciiLetter);
}

/// <summary>A text message as the gateway gets it: the body of what goes to the destination "sms".</summary>
/// <param name="To">"+8613800138000" (ITU-T E.164).</param>
/// <param name="Sender">The name under which the bank is registered with the operators.</param>
/// <param name="Text">Begins with the sender in 【】, as operators in China ask of every commercial text.</param>
/// <param name="Segments">How many messages the text takes, and costs.</param>
public sealed record SmsMessage(string To, string Sender, string Text, int Segments)
{
    /// <summary>UTF-16 units of a message alone, and of each of several: 140 octets, of which a joined one gives 6 away (3GPP TS 23.040, section 9.2.3.24.1).</summary>
    const int Alone = 70, Joined = 67;

    public static SmsMessage Of(string phone, string sender, string text)
    {
        var whole = $"【{sender}】{text}";
        return new SmsMessage("+86" + phone, sender, whole, SegmentsOf(whole));
    }

    /// <summary>How many messages a text takes in UCS-2, in which every text with the bank's name in it is sent.</summary>
    public static int SegmentsOf(string text)
    {
        if (text.Length <= Alone) return 1;
        var (segments, left) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            // A pair is never cut in two.
            if (left < rune.Utf16SequenceLength) (segments, left) = (segments + 1, Joined);
            left -= rune.Utf16SequenceLength;
        }
        return segments;
    }
}
