using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Threading.Channels;
using Pujiang.Platform;

namespace Pujiang.City;

/// <summary>What the actors tell the bank: kept until the bank has taken it, signed anew for each attempt, tried again after failures.</summary>
/// <remarks>Each is a CloudEvent 1.0 in binary mode, as the bank's own messages are; its id stays the same for all attempts.</remarks>
sealed class BankCalls(CityStore store, Faults faults, ActorSignatures signatures, SignatureCheck check, CityOptions options, IHttpClientFactory clients, TimeProvider clock)
    : BackgroundService
{
    /// <summary>The name of the HTTP client that asks the bank.</summary>
    public const string Client = "bank";

    /// <summary>Where the bank says who signed a message: to try a signature out.</summary>
    public const string CheckPath = "/api/signature-check";

    /// <summary>Where the bank takes messages of partners.</summary>
    public const string InboxPath = "/api/inbox";

    /// <summary>Signed too, or somebody in between could give a message another id.</summary>
    public static readonly IReadOnlyList<string> EventHeaders = ["ce-specversion", "ce-id", "ce-source", "ce-type", "ce-subject", "ce-time"];

    /// <summary>Seconds after the first, second, … failed attempt; after the last the message is given up.</summary>
    static readonly int[] Pauses = [1, 2, 5, 10, 30, 60, 300, 1800, 7200];

    readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Puts a message to the bank on its way.</summary>
    /// <param name="path">"/api/…" of the bank.</param>
    /// <param name="id">What the bank recognises a repeated message by.</param>
    public void Tell(Actor actor, string path, string id, string kind, string subject, byte[] json)
    {
        store.Send(actor.Name, path, id, kind, subject, json);
        _news.Writer.TryWrite(true);
    }

    /// <summary>Asks the bank who signed: both directions of signed traffic in one message.</summary>
    public void TellCheck(Actor actor) =>
        Tell(actor, CheckPath, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), "signature.check", $"city/{actor.Name}",
            System.Text.Encoding.UTF8.GetBytes($$"""{"from":"{{actor.Name}}"}"""));

    /// <summary>The next attempt of what waits is due now.</summary>
    public void SendAgain(long number)
    {
        store.SendAgain(number);
        _news.Writer.TryWrite(true);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Task? news = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            await SendDue(stoppingToken);
            news ??= _news.Reader.WaitToReadAsync(stoppingToken).AsTask();
            if (store.NextDue() is not { } due) await news;
            else if (due - clock.GetUtcNow().UtcDateTime is { Ticks: > 0 } pause)
                await Task.WhenAny(news, Task.Delay(pause, clock, stoppingToken));
            if (!news.IsCompleted) continue;
            _news.Reader.TryRead(out _);
            news = null;
        }
    }

    async Task SendDue(CancellationToken cancel)
    {
        foreach (var sent in store.Due())
        {
            var switches = faults.Of(sent.Actor);
            if (options.Bank is null || switches.Down)
            {
                store.Postpone(sent.Number, clock.GetUtcNow().UtcDateTime.AddSeconds(1));
                continue;
            }
            if (switches.DelayMilliseconds > 0) await Task.Delay(TimeSpan.FromMilliseconds(switches.DelayMilliseconds), TimeProvider.System, cancel);
            store.Tried(sent.Number, await Try(sent, cancel), isCopy: false);
            if (switches.Duplicates) store.Tried(sent.Number, await Try(sent, cancel), isCopy: true);
        }
    }

    /// <param name="NextAt">When it is tried again; null when it is over, well or not.</param>
    public sealed record Attempt(bool Delivered, DateTime? NextAt, int? Status, string Answer, string Signature, string Head);

    async Task<Attempt> Try(Sent sent, CancellationToken cancel)
    {
        using var request = RequestFor(sent);
        var nextAt = sent.Attempts < Pauses.Length ? clock.GetUtcNow().UtcDateTime.AddSeconds(Pauses[sent.Attempts]) : (DateTime?)null;
        signatures.Sign(request, Actor.Named(sent.Actor)!, sent.Body, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
        var asked = HttpMessage.From(request);
        var head = $"{request.Method} {request.RequestUri}\n" + string.Join('\n',
            request.Headers.NonValidated.Concat(request.Content!.Headers.NonValidated).Select(header => $"{header.Key}: {header.Value}"));
        try
        {
            using var client = clients.CreateClient(Client);
            using var answer = await client.SendAsync(request, cancel);
            var body = await answer.Content.ReadAsByteArrayAsync(cancel);
            var label = asked.Value(new Component("signature", Key: HttpSignature.Label)) is null ? null : HttpSignature.Label;
            var trusted = label is null ? new Refusal("signature_missing", "Not signed.") : await Judge(asked, answer, body, label, cancel);
            var delivered = answer.IsSuccessStatusCode && trusted is null;
            var over = delivered || (trusted is null && IsFinal(answer.StatusCode));
            return new Attempt(delivered, over ? null : nextAt, (int)answer.StatusCode, System.Text.Encoding.UTF8.GetString(body), trusted?.Code ?? "good", head);
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException && !cancel.IsCancellationRequested)
        {
            return new Attempt(Delivered: false, nextAt, null, failure.Message, "", head);
        }
    }

    async Task<Refusal?> Judge(HttpMessage asked, HttpResponseMessage answer, byte[] body, string label, CancellationToken cancel) =>
        (await check.Answer(HttpMessage.From(answer, asked), body, "bank", label, cancel)).Try(out _, out var refusal) ? null : refusal;

    /// <summary>The bank has understood and says no. A signature or a moment may be better next time.</summary>
    static bool IsFinal(HttpStatusCode status) =>
        (int)status is >= 400 and < 500 && status is not (HttpStatusCode.Unauthorized or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.NotFound);

    HttpRequestMessage RequestFor(Sent sent)
    {
        var content = new ByteArrayContent(sent.Body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, options.Bank + sent.Path) { Content = content };
        string[] values = ["1.0", sent.Id, $"/city/{sent.Actor}", sent.Kind, sent.Subject, sent.CreatedAt.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)];
        foreach (var (name, value) in EventHeaders.Zip(values)) request.Headers.TryAddWithoutValidation(name, value);
        request.Headers.TryAddWithoutValidation("Idempotency-Key", sent.Id);
        return request;
    }
}
