using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pujiang.Platform;

/// <summary>Brings what was received to the malware scanner, in the order of receipt, until it answers.</summary>
public sealed partial class DocumentScans(
    IServiceScopeFactory scopes, IMalwareScanner scanner, DocumentVault vault, TimeProvider clock, BackgroundWork work, ILogger<DocumentScans> log)
    : BackgroundService, IDisposable
{
    const string Work = "malware scans";
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);
    readonly SemaphoreSlim _news = new(0);

    /// <summary>Something is waiting.</summary>
    public void Wake() => _news.Release();

    /// <summary>Asks about all that waits now.</summary>
    public async Task Run(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CityDb>();
        if (!scanner.IsConnected) return;
        foreach (var id in await db.Set<Document>().Where(d => d.State == DocumentState.Waiting).OrderBy(d => d.ReceivedAt).Select(d => d.Id).ToListAsync(cancel))
        {
            var document = await db.Set<Document>().SingleAsync(d => d.Id == id, cancel);
            await using var content = vault.Open(document.Address);
            var threat = await scanner.Scan(content, cancel);
            document.Scanned(threat, clock.UtcNow());
            db.Record("document", document.Reference, Document.Readable(new(StringComparer.Ordinal)
            {
                ["document"] = $"{document.Id}",
                ["event"] = threat.Length == 0 ? "clean" : "infected",
                ["sha256"] = document.Sha256,
            }));
            await db.SaveChangesAsync(cancel);
            if (threat.Length > 0) Found(log, id, threat);
        }
    }

    public override void Dispose()
    {
        _news.Dispose();
        base.Dispose();
    }

    /// <summary>Before the bank takes anything in: later on, what lies there half received is just being received.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        vault.ForgetIncoming();
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!scanner.IsConnected) NotConnected(log);
        while (true)
        {
            try
            {
                await Run(stoppingToken);
                work.Succeeded(Work);
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException or System.Security.Cryptography.CryptographicException
                || BackgroundWork.IsOutage(failure) || (failure is TaskCanceledException && !stoppingToken.IsCancellationRequested))
            {
                work.Failed(Work, failure);
                Later(log, failure.Message);
            }
            // A new document wakes it; a scanner that did not answer is asked again after a pause.
            using var pause = new CancellationTokenSource(Pause, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(pause.Token, stoppingToken);
            try
            {
                await _news.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
            {
                // The pause is over.
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "No malware scanner is connected (Pujiang:MalwareScanner): documents wait and are not served.")]
    static partial void NotConnected(ILogger log);

    [LoggerMessage(LogLevel.Warning, "The malware scanner could not be asked, and is asked again soon: {Why}")]
    static partial void Later(ILogger log, string why);

    [LoggerMessage(LogLevel.Warning, "Document {Id} is infected: {Threat}")]
    static partial void Found(ILogger log, Guid id, string threat);
}
