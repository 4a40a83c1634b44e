using System.Net.Sockets;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Pujiang.Platform;

/// <summary>The bank's mail server (<c>Pujiang:Notifications:Mail:*</c>).</summary>
public sealed record MailOptions
{
    /// <summary>Null: letters wait in the outbox.</summary>
    public string? Host { get; init; }

    /// <summary>587 for submission with STARTTLS (RFC 6409), 465 for TLS from the first byte (RFC 8314).</summary>
    public int Port { get; init; } = 587;

    /// <summary>"starttls", "tls" or, for a server on the same machine only, "none".</summary>
    public string Security { get; init; } = "starttls";

    /// <summary>Null: the server asks for none.</summary>
    public string? User { get; init; }
    public string? Password { get; init; }

    /// <summary>"浦江银行 &lt;no-reply@bank.example&gt;".</summary>
    public string? From { get; init; }

    /// <summary>The destination of the outbox.</summary>
    /// <exception cref="InvalidOperationException">A setting is wrong; the message says which.</exception>
    internal DestinationSettings Destination()
    {
        if (Port is < 1 or > 65535) throw Wrong("Port", "must be from 1 to 65535");
        if (Security is not ("starttls" or "tls" or "none")) throw Wrong("Security", "must be starttls, tls or none");
        if (!MailboxAddress.TryParse(From ?? "", out var from) || !EmailAddress.Read(from.Address).Try(out _, out _)) throw Wrong("From", "must be an address such as 浦江 <no-reply@bank.example>");
        if (User is { Length: > 0 } != Password is { Length: > 0 }) throw Wrong("Password", "and User belong together");
        return new DestinationSettings { Address = $"smtp://{Host}:{Port}" };
    }

    static InvalidOperationException Wrong(string setting, string rule) => new($"Pujiang:Notifications:Mail:{setting} {rule}.");
}

/// <summary>Takes letters from the outbox to the bank's mail server.</summary>
/// <remarks>
/// One connection a letter: the bank sends few at a time, and a connection that is kept is one that may be dead. A letter that was
/// taken by the server just before the process ended goes out again with the same Message-ID, by which mailboxes tell a copy.
/// </remarks>
sealed class MailTransport(PlatformOptions platform, TimeProvider clock) : IOutboxTransport
{
    /// <summary>For the whole dialogue; below the claim of the outbox.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(40);

    /// <summary>For good, and about the address (RFC 5321, section 4.2.3; RFC 7504). What else is refused may be taken later.</summary>
    static readonly SmtpStatusCode[] NoSuchMailbox = [SmtpStatusCode.MailboxUnavailable, SmtpStatusCode.UserNotLocalTryAlternatePath, SmtpStatusCode.MailboxNameNotAllowed, (SmtpStatusCode)556];

    MailOptions Options => platform.Notifications.Mail;

    public string Destination => Mailroom.EmailDestination;

    public async Task Deliver(OutboxMessage message, Destination destination, DeliveryAttempt attempt, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(Longest, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            using var letter = LetterWriter.Write(JsonSerializer.Deserialize<Letter>(message.Body)!, message.Id, message.CreatedAt, Options);
            await Send(letter, both.Token);
            attempt.Status = (int)SmtpStatusCode.Ok;
        }
        catch (SmtpCommandException refused)
        {
            attempt.Status = (int)refused.StatusCode;
            attempt.Fail(DeliveryAttempt.Answered, $"The mail server answered {attempt.Status} ({refused.ErrorCode}).");
            attempt.IsReceiverUnknown = refused.ErrorCode == SmtpErrorCode.RecipientNotAccepted && NoSuchMailbox.Contains(refused.StatusCode);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            attempt.WasNotSent = true;
            attempt.Fail(DeliveryAttempt.Stopped, "The bank was stopped while it was sending.");
        }
        catch (Exception failure) when (failure is IOException or SocketException or SmtpProtocolException or AuthenticationException
            or SslHandshakeException or ServiceNotConnectedException or OperationCanceledException or NotSupportedException or TimeoutException)
        {
            var (word, what) = WhatFailed(failure);
            attempt.Fail(word, $"The mail server could not be used: {what}.");
        }
        attempt.EndedAt = clock.UtcNow();
    }

    /// <summary>In words without the server's own, which may repeat the address.</summary>
    static (string Word, string What) WhatFailed(Exception failure) => failure switch
    {
        AuthenticationException => (DeliveryAttempt.NotMade, "it refused the bank's user or password"),
        SslHandshakeException => (DeliveryAttempt.NotTrusted, "no secure connection"),
        NotSupportedException => (DeliveryAttempt.NotTrusted, "it does not offer STARTTLS or the sign-in"),
        OperationCanceledException or TimeoutException => (DeliveryAttempt.NoAnswer, $"no answer within {Longest.TotalSeconds:0} seconds"),
        SocketException socket => (DeliveryAttempt.NotConnected, $"no connection ({socket.SocketErrorCode})"),
        _ => (DeliveryAttempt.NoAnswer, "the connection broke"),
    };

    async Task Send(MimeMessage letter, CancellationToken cancel)
    {
        using var client = new SmtpClient { Timeout = (int)Longest.TotalMilliseconds };
        await client.ConnectAsync(Options.Host ?? "", Options.Port, Options.Security switch
        {
            "tls" => SecureSocketOptions.SslOnConnect,
            "none" => SecureSocketOptions.None,
            _ => SecureSocketOptions.StartTls,
        }, cancel);
        if (Options is { User: { Length: > 0 } user, Password: { Length: > 0 } password }) await client.AuthenticateAsync(user, password, cancel);
        await client.SendAsync(letter, cancel);
        await client.DisconnectAsync(quit: true, cancel);
    }
}

/// <summary>A letter as a MIME message: plain text, and the same as HTML.</summary>
static class LetterWriter
{
    static readonly HtmlEncoder Html = HtmlEncoder.Create(UnicodeRanges.All);

    public static MimeMessage Write(Letter letter, Guid id, DateTime at, MailOptions options)
    {
        var from = MailboxAddress.Parse(options.From ?? "");
        var message = new MimeMessage
        {
            Subject = letter.Subject,
            MessageId = $"{id:N}@{from.Domain}",
            Date = BankTime.Local(at),
            Body = new MultipartAlternative(
                new TextPart("plain") { Text = Plain(letter) },
                new TextPart("html") { Text = HtmlOf(letter) }),
        };
        message.From.Add(from);
        // Read strictly when it was given, and once more here: nothing else gets into the header.
        message.To.Add(EmailAddress.Read(letter.To).Try(out var to, out var refusal) ? new MailboxAddress("", to) : throw new InvalidOperationException(refusal.Reason));
        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.Body.Headers.Add("Content-Language", letter.Language);
        if (letter.Unsubscribe.Length > 0)
        {
            message.Headers.Add(HeaderId.ListUnsubscribe, $"<{letter.Unsubscribe}>");
            message.Headers.Add(HeaderId.ListUnsubscribePost, "List-Unsubscribe=One-Click");
        }
        return message;
    }

    static string Plain(Letter letter) => string.Join("\n\n", [.. letter.Paragraphs, .. letter.Link.Length > 0 ? [letter.Link] : Array.Empty<string>()]) + "\n";

    static string HtmlOf(Letter letter)
    {
        var paragraphs = string.Concat(letter.Paragraphs.Select(paragraph => $"<p>{Html.Encode(paragraph)}</p>"));
        var link = letter.Link.Length > 0 ? $"<p><a href=\"{Html.Encode(letter.Link)}\">{Html.Encode(letter.Link)}</a></p>" : "";
        return $"<!DOCTYPE html><html lang=\"{Html.Encode(letter.Language)}\"><head><meta charset=\"utf-8\"><title>{Html.Encode(letter.Subject)}</title></head><body>{paragraphs}{link}</body></html>\n";
    }
}

/// <summary>An address that does not exist is marked, in the transaction of the attempt that found it out.</summary>
sealed class RefusedAddresses(Mailroom mailroom) : IUndelivered
{
    public async Task OnGivenUp(OutboxMessage message, DeliveryAttempt attempt, CancellationToken cancel)
    {
        // The gateway for text messages says by HTTP 410 that a number can't be reached.
        if (!attempt.IsGone) return;
        if (message.Destination == Mailroom.EmailDestination)
            await mailroom.Refuse(Channels.Email, JsonSerializer.Deserialize<Letter>(message.Body)!.To, cancel);
        if (message.Destination == Mailroom.SmsDestination)
            await mailroom.Refuse(Channels.Sms, JsonSerializer.Deserialize<SmsMessage>(message.Body, JsonSerializerOptions.Web)!.To["+86".Length..], cancel);
    }
}
