using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Pujiang.Platform;

/// <summary>Sends one message over HTTP and says what became of it.</summary>
/// <remarks>
/// The request is a CloudEvent 1.0 in binary content mode (CNCF CloudEvents HTTP protocol binding 1.0.2, section 3.1): the
/// body is the message, and its id, kind, reference and time are headers. It is signed with the bank's key (RFC 9421), each
/// attempt anew. Redirects are not followed: an address that moved is set up again by whoever owns it.
/// </remarks>
sealed class OutboxSender(
    Circuits circuits, ISigners signers, SignatureCheck check, SignatureOptions signatures, PlatformOptions platform, TimeProvider clock) : IDisposable
{
    /// <summary>Which attempt of the message it is, from 1.</summary>
    public const string AttemptHeader = "Delivery-Attempt";

    /// <summary>Bytes of an answer: more is no acknowledgement.</summary>
    const int LargestAnswer = 64 * 1024;

    /// <summary>The bank's own partners may live in its own network; webhooks may not. In demo mode the demo city is on this machine.</summary>
    readonly HttpClient _partners = NewClient(connect: null),
        _webhooks = NewClient((context, cancel) => AddressGuard.Connect(context, loopback: platform.DemoMode, cancel));

    /// <summary>Fills in how the attempt ended. Never throws for what the receiver or the network did.</summary>
    public Task Deliver(OutboxMessage message, Destination destination, DeliveryAttempt attempt, CancellationToken cancel) =>
        Send(message, destination, attempt, readAnswer: destination.AnswersSignedBy is not null, cancel);

    /// <summary>The same, and gives what was answered; empty unless it was delivered.</summary>
    public Task<byte[]> Ask(OutboxMessage message, Destination destination, DeliveryAttempt attempt, CancellationToken cancel) =>
        Send(message, destination, attempt, readAnswer: true, cancel);

    async Task<byte[]> Send(OutboxMessage message, Destination destination, DeliveryAttempt attempt, bool readAnswer, CancellationToken cancel)
    {
        byte[] body = [];
        var circuit = circuits.Of(destination.Name);
        try
        {
            HttpMessage? asked = null;
            using var answer = await circuit.Send(async stop =>
            {
                using var request = RequestFor(message, destination, attempt);
                await SignedHttpHandler.Sign(request, await signers.Current(destination.Algorithm, stop), signatures, clock, stop);
                asked = HttpMessage.From(request);
                var got = await (destination.IsWebhook ? _webhooks : _partners).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
                if (readAnswer) await got.Content.LoadIntoBufferAsync(LargestAnswer, stop);
                return got;
            }, cancel);
            if (readAnswer) body = await answer.Content.ReadAsByteArrayAsync(cancel);
            await Judge(answer, body, asked!, destination, attempt, cancel);
        }
        catch (BrokenCircuitException)
        {
            (attempt.WasNotSent, attempt.NotBefore) = (true, circuit.OpenUntil);
            attempt.Fail(DeliveryAttempt.LeftAlone, "Not sent: the receiver failed again and again, and is left alone for a while.");
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            attempt.WasNotSent = true;
            attempt.Fail(DeliveryAttempt.Stopped, "The bank was stopped while it was sending.");
        }
        catch (Exception failure) when (failure is HttpRequestException or TimeoutRejectedException or TaskCanceledException or InvalidOperationException)
        {
            var (how, why) = WhatFailed(failure);
            attempt.Fail(how, why);
        }
        attempt.EndedAt = clock.UtcNow();
        return attempt.IsDelivered ? body : [];
    }

    /// <summary>Whether the answer acknowledges the message: with 2xx, and signed by whom it must be signed by.</summary>
    async Task Judge(
        HttpResponseMessage answer, byte[] body, HttpMessage asked, Destination destination, DeliveryAttempt attempt, CancellationToken cancel)
    {
        attempt.Status = (int)answer.StatusCode;
        if (destination.AnswersSignedBy is { } partner)
        {
            var judged = await check.Answer(HttpMessage.From(answer, asked), body, partner, HttpSignature.Label, cancel);
            if (judged.Try(out var by, out var refusal)) attempt.AnswerKeyId = by.KeyId;
            else attempt.Fail(DeliveryAttempt.NotTrusted, $"The receiver answered {attempt.Status}, but that can't be trusted. {refusal.Reason}");
        }
        if (attempt.Failure is null && !attempt.IsDelivered)
            attempt.Fail(DeliveryAttempt.Answered, $"The receiver answered {attempt.Status} {answer.StatusCode}.");
    }

    static HttpRequestMessage RequestFor(OutboxMessage message, Destination destination, DeliveryAttempt attempt)
    {
        var content = new ByteArrayContent(message.Body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(message.ContentType);
        var request = new HttpRequestMessage(HttpMethod.Post, destination.Address) { Content = content };
        foreach (var (name, value) in Attributes(message)) request.Headers.Add(name, value);
        request.Headers.Add(AttemptHeader, attempt.Attempt.ToString(CultureInfo.InvariantCulture));
        return request;
    }

    /// <summary>What a message says of itself beside its body.</summary>
    internal static IEnumerable<(string Name, string Value)> Attributes(OutboxMessage message) =>
    [
        ("ce-specversion", "1.0"),
        ("ce-id", message.Id.ToString()),
        ("ce-source", "/pujiang"),
        ("ce-type", message.Kind),
        ("ce-subject", message.Reference),
        ("ce-time", message.CreatedAt.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)),
    ];

    /// <summary>The reason in a sentence, without the address, which may hold a secret.</summary>
    static (string How, string Why) WhatFailed(Exception failure) => failure switch
    {
        TimeoutRejectedException or TaskCanceledException =>
            (DeliveryAttempt.NoAnswer, $"There was no answer within {Circuits.Timeout.TotalSeconds:0} seconds."),
        AddressNotPublicException or { InnerException: AddressNotPublicException } =>
            (DeliveryAttempt.NotPublic, "The host has no public address; webhooks go nowhere else."),
        HttpRequestException { InnerException: SocketException socket } => (DeliveryAttempt.NotConnected, $"No connection: {socket.SocketErrorCode}."),
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } =>
            (DeliveryAttempt.NoAnswer, $"The answer has more than {LargestAnswer / 1024} KB."),
        HttpRequestException { HttpRequestError: var error } => (DeliveryAttempt.NotConnected, $"The request failed: {error}."),
        _ => (DeliveryAttempt.NotMade, $"The request could not be made: {failure.GetType().Name}."),
    };

    static HttpClient NewClient(Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        // A proxy would make the connection in our place, past the guard.
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        // Names may move.
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        MaxResponseHeadersLength = 64,
        ConnectCallback = connect,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public void Dispose()
    {
        _partners.Dispose();
        _webhooks.Dispose();
    }
}
