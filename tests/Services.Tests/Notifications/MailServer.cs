using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MimeKit;
using SmtpServer;
using SmtpServer.ComponentModel;
using SmtpServer.Mail;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace Pujiang.Services.Tests;

/// <summary>A mail server on this machine, that takes letters over real SMTP and answers as the test says.</summary>
sealed class MailServer : MessageStore, IAsyncDisposable
{
    readonly CancellationTokenSource _stop = new();
    readonly Task _running;

    MailServer(int port, X509Certificate? certificate)
    {
        Port = port;
        var options = new SmtpServerOptionsBuilder().ServerName("localhost").Endpoint(endpoint =>
        {
            endpoint.Endpoint(new IPEndPoint(IPAddress.Loopback, port)).AllowUnsecureAuthentication(true);
            if (certificate is not null) endpoint.Certificate(certificate);
        }).Build();
        var services = new ServiceProvider();
        services.Add((IMessageStore)this);
        services.Add((IMailboxFilter)new DelegatingMailboxFilter((IMailbox to, IMailbox from) => !Unknown.Contains(to.User)));
        _running = new SmtpServer.SmtpServer(options, services).StartAsync(_stop.Token);
    }

    public int Port { get; }

    /// <summary>Each letter, repeated ones too, in the order in which they came.</summary>
    public ConcurrentQueue<MimeMessage> Got { get; } = new();

    /// <summary>Names before the @ that nobody has here.</summary>
    public HashSet<string> Unknown { get; } = new(StringComparer.Ordinal);

    /// <summary>What is said when a letter is there.</summary>
    public SmtpResponse Answer { get; set; } = SmtpResponse.Ok;

    public static MailServer Start(bool withCertificate = false) => new(FreePort(), withCertificate ? Certificate() : null);

    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>One that nobody vouches for.</summary>
    static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var certificate = request.CreateSelfSigned(at, at.AddYears(10));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    public override async Task<SmtpResponse> SaveAsync(ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream(buffer.ToArray());
        Got.Enqueue(await MimeMessage.LoadAsync(stream, cancellationToken));
        return Answer;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _running;
        }
        catch (OperationCanceledException)
        {
            // That is how it stops.
        }
        _stop.Dispose();
    }
}
