using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pujiang.Platform;

/// <summary>A service that knows whose customer somebody is: while one of them says yes, documents are not deleted.</summary>
public interface IBusinessRelations
{
    Task<bool> Has(CityDb db, Guid party, CancellationToken cancel);
}

/// <summary>Deletes the contents whose time is over; their rows stay and say so.</summary>
public sealed partial class DocumentRetention(
    IServiceScopeFactory scopes, DocumentVault vault, VaultGate gate, IEnumerable<IBusinessRelations> relations, TimeProvider clock, BackgroundWork work,
    ILogger<DocumentRetention> log) : BackgroundService
{
    const string Work = "deletion of old documents";

    /// <returns>How many documents were deleted.</returns>
    public async Task<int> Run(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CityDb>();
        var today = BankTime.DateOf(clock.UtcNow());
        var due = await db.Set<Document>().Where(d => d.State != DocumentState.Deleted && d.KeepUntil <= today).ToListAsync(cancel);
        var deleted = 0;
        foreach (var document in due)
        {
            using var _ = await gate.Enter(cancel);
            if (document.State != DocumentState.Infected && await IsCustomer(db, document.OwnerId, cancel))
            {
                document.KeepOn(today);
                await db.SaveChangesAsync(cancel);
                continue;
            }
            document.Delete();
            deleted++;
            db.Record("document", document.Reference, Document.Readable(new(StringComparer.Ordinal)
            {
                ["document"] = $"{document.Id}",
                ["event"] = "deleted",
                ["sha256"] = document.Sha256,
            }));
            await db.SaveChangesAsync(cancel);
            // Others may have the same content, for a longer time.
            if (!await db.Set<Document>().AnyAsync(d => d.Address == document.Address && d.State != DocumentState.Deleted, cancel)) vault.Delete(document.Address);
        }
        if (deleted > 0) Deleted(log, deleted);
        return deleted;
    }

    async Task<bool> IsCustomer(CityDb db, Guid party, CancellationToken cancel)
    {
        foreach (var service in relations)
            if (await service.Has(db, party, cancel)) return true;
        return false;
    }

    /// <summary>Before the bank takes anything in: later on, what lies there half received is just being received.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        vault.ForgetIncoming();
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromHours(6), clock);
        do
        {
            try
            {
                await Run(stoppingToken);
                work.Succeeded(Work);
            }
            catch (Exception failure) when (failure is IOException || BackgroundWork.IsOutage(failure))
            {
                work.Failed(Work, failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Information, "{Count} documents were deleted, because their time is over.")]
    static partial void Deleted(ILogger log, int count);
}
