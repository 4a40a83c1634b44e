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
/// body is the message, and its id, kind, reference and time are headers. Redirects are not followed: an address that moved
/// is set up again by whoever owns it.
/// </remarks>
sealed class OutboxSender(Circuits circuits, PlatformOptions platform, TimeProvider clock) : IDisposable
{
    /// <summary>The bank's own partners may live in its own network; webhooks may not, outside demo mode.</summary>
    readonly HttpClient _partners = NewClient(guarded: false), _webhooks = NewClient(guarded: !platform.DemoMode);

    /// <summary>Fills in how the attempt ended. Never throws for what the receiver or the network did.</summary>
    public async Task Deliver(OutboxMessage message, Destination destination, DeliveryAttempt attempt, CancellationToken cancel)
    {
        var circuit = circuits.Of(destination.Name);
        try
        {
            using var answer = await circuit.Send(async stop =>
            {
                using var request = RequestFor(message, destination);
                return await (destination.IsWebhook ? _webhooks : _partners).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
            }, cancel);
            attempt.Status = (int)answer.StatusCode;
            if (!attempt.IsDelivered) attempt.Error = $"The receiver answered {attempt.Status} {answer.StatusCode}.";
        }
        catch (BrokenCircuitException)
        {
            (attempt.WasNotSent, attempt.NotBefore) = (true, circuit.OpenUntil);
            attempt.Error = "Not sent: the receiver failed again and again, and is left alone for a while.";
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            (attempt.WasNotSent, attempt.Error) = (true, "The bank was stopped while it was sending.");
        }
        catch (Exception failure) when (failure is HttpRequestException or TimeoutRejectedException or TaskCanceledException or InvalidOperationException)
        {
            attempt.Error = WhatFailed(failure, destination);
        }
        attempt.EndedAt = clock.UtcNow();
    }

    static HttpRequestMessage RequestFor(OutboxMessage message, Destination destination)
    {
        var content = new ByteArrayContent(message.Body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(message.ContentType);
        var request = new HttpRequestMessage(HttpMethod.Post, destination.Address) { Content = content };
        foreach (var (name, value) in Attributes(message)) request.Headers.Add(name, value);
        return request;
    }

    static IEnumerable<(string Name, string Value)> Attributes(OutboxMessage message) =>
    [
        ("ce-specversion", "1.0"),
        ("ce-id", message.Id.ToString()),
        ("ce-source", "/pujiang"),
        ("ce-type", message.Kind),
        ("ce-subject", message.Reference),
        ("ce-time", message.CreatedAt.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)),
    ];

    /// <summary>The reason in a sentence, without the address, which may hold a secret.</summary>
    static string WhatFailed(Exception failure, Destination destination) => failure switch
    {
        TimeoutRejectedException or TaskCanceledException => $"There was no answer within {Circuits.Timeout.TotalSeconds:0} seconds.",
        HttpRequestException { InnerException: SocketException socket } => $"No connection: {socket.SocketErrorCode}.",
        HttpRequestException { HttpRequestError: HttpRequestError.Unknown } guarded when destination.IsWebhook => guarded.Message,
        HttpRequestException { HttpRequestError: var error } => $"The request failed: {error}.",
        _ => $"The request could not be made: {failure.GetType().Name}.",
    };

    static HttpClient NewClient(bool guarded)
    {
        var handler = new SocketsHttpHandler
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
        };
        if (guarded) handler.ConnectCallback = AddressGuard.Connect;
        return new HttpClient(handler) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
    }

    public void Dispose()
    {
        _partners.Dispose();
        _webhooks.Dispose();
    }
}
