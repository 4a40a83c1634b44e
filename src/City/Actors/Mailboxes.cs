using System.Buffers;
using System.Net;
using MimeKit;
using SmtpServer;
using SmtpServer.Mail;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace Pujiang.City;

/// <summary>Everybody's mailbox: letters come by SMTP, each is kept once by its Message-ID.</summary>
sealed class Mailboxes : Actor
{
    public override string Name => "mail";

    public override void Map(RouteGroupBuilder at) => at.MapReceive("/messages", () => Results.Accepted(), SignatureWanted.IfThere);

    public override void AddServices(IServiceCollection services, CityOptions options)
    {
        if (options.MailPort is not null) services.AddHostedService<MailListener>();
    }
}

/// <summary>The mail server of the city.</summary>
sealed class MailListener(CityOptions options, CityStore store, Faults faults, TimeProvider clock) : BackgroundService
{
    /// <summary>Mailboxes whose name begins so do not exist.</summary>
    const string Unknown = "nobody";

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var services = new SmtpServer.ComponentModel.ServiceProvider();
        services.Add((IMessageStore)new Letters(store, faults, clock));
        services.Add((IMailboxFilter)new DelegatingMailboxFilter((IMailbox to, IMailbox _) => !to.User.StartsWith(Unknown, StringComparison.OrdinalIgnoreCase)));
        var server = new SmtpServerOptionsBuilder().ServerName("city.localhost")
            .Endpoint(endpoint => endpoint.Endpoint(new IPEndPoint(IPAddress.Loopback, options.MailPort!.Value))).Build();
        return new SmtpServer.SmtpServer(server, services).StartAsync(stoppingToken);
    }
}

/// <summary>What comes into the mailboxes. Their switches: errors are "later", and who is down says nothing.</summary>
/// <remarks>Not the listener itself: the server disposes a store that can be disposed after each letter, and a disposed listener stops listening.</remarks>
sealed class Letters(CityStore store, Faults faults, TimeProvider clock) : IMessageStore
{
    static readonly Actor Mail = Actor.Named("mail")!;

    public async Task<SmtpResponse> SaveAsync(ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
    {
        var switches = faults.Of(Mail.Name);
        if (switches.DelayMilliseconds > 0) await Task.Delay(TimeSpan.FromMilliseconds(switches.DelayMilliseconds), clock, cancellationToken);
        if (switches.Down) return new SmtpResponse((SmtpReplyCode)421, "closing");
        if (faults.IsDue(Mail, "errors", switches.ErrorPercent)) return new SmtpResponse((SmtpReplyCode)451, "later");
        using var stream = new MemoryStream(buffer.ToArray());
        using var letter = await MimeMessage.LoadAsync(stream, cancellationToken);
        Keep(letter, stream.ToArray());
        return SmtpResponse.Ok;
    }

    /// <summary>Kept as it is read: who it is for, what it is about, and its plain text.</summary>
    void Keep(MimeMessage letter, byte[] content)
    {
        var request = new DefaultHttpContext().Request;
        (request.Method, request.Path) = ("SMTP", "/mail");
        request.Headers["ce-id"] = letter.MessageId;
        foreach (var header in letter.Headers) request.Headers.Append(header.Field, header.Value);
        var exchange = new Exchange(Mail, request, content)
        {
            Kind = letter.Subject ?? "",
            Subject = letter.To.ToString(),
            KeptInstead = $"{letter.From}\n{letter.To}\n\n{letter.Subject}\n\n{letter.TextBody}",
        };
        if (store.Find(Mail.Name, exchange.Key) is { } kept) store.CameAgain(kept.Number, isSame: kept.Hash == exchange.Hash);
        else store.Keep(exchange, exchange.Key, new Answer(250, "", []));
    }
}
