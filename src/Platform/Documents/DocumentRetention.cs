using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>A service that knows whose customer somebody is: while one of them says yes, documents are not deleted.</summary>
public interface IBusinessRelations
{
    Task<bool> Has(CityDb db, Guid party, CancellationToken cancel);
}

/// <summary>Deletes the contents whose time is over; their rows stay and say so.</summary>
public sealed class DocumentRetention(CityDb db, DocumentVault vault, VaultGate gate, IEnumerable<IBusinessRelations> relations, TimeProvider clock) : IJobWork
{
    public async Task Run(JobRun run, CancellationToken cancel)
    {
        var deleted = await Delete(cancel);
        run.Report(deleted, deleted);
    }

    /// <returns>How many documents were deleted.</returns>
    internal async Task<int> Delete(CancellationToken cancel)
    {
        var today = BankTime.DateOf(clock.UtcNow());
        var due = await db.Set<Document>().Where(d => d.State != DocumentState.Deleted && d.KeepUntil <= today).ToListAsync(cancel);
        var deleted = 0;
        foreach (var document in due)
        {
            using var _ = await gate.Enter(cancel);
            if (document.State != DocumentState.Infected && await IsCustomer(document.OwnerId, cancel))
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
        return deleted;
    }

    async Task<bool> IsCustomer(Guid party, CancellationToken cancel)
    {
        foreach (var service in relations)
            if (await service.Has(db, party, cancel)) return true;
        return false;
    }
}
