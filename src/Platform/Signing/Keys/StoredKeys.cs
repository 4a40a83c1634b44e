using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pujiang.Platform;

/// <summary>The registry as the checks of signatures read it: always the tables, so that a revoked key is refused at once.</summary>
sealed class StoredKeys(IServiceScopeFactory scopes) : ITrustedKeys
{
    public async ValueTask<TrustedKey?> Find(string keyId, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CityDb>();
        var key = await db.Set<RegisteredKey>().AsNoTracking().SingleOrDefaultAsync(k => k.KeyId == keyId, cancel);
        return key?.Trusted();
    }
}

/// <summary>One-time values in the database, so that every process of the bank and every restart remembers them.</summary>
sealed class StoredNonces(IServiceScopeFactory scopes) : INonces
{
    public async ValueTask<bool> TryUse(string keyId, string nonce, DateTime forgetAfter, CancellationToken cancel)
    {
        if (await IsUsed(keyId, nonce, cancel)) return false;
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CityDb>();
        db.Add(new UsedNonce { KeyId = keyId, Nonce = nonce, ForgetAfter = forgetAfter });
        try
        {
            await db.SaveChangesAsync(cancel);
            return true;
        }
        catch (DbUpdateException failure) when (!BackgroundWork.IsOutage(failure))
        {
            // Another request with the same value was faster; anything else is no answer to this question.
            if (await IsUsed(keyId, nonce, cancel)) return false;
            throw;
        }
    }

    async Task<bool> IsUsed(string keyId, string nonce, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CityDb>();
        return await db.Set<UsedNonce>().AnyAsync(n => n.KeyId == keyId && n.Nonce == nonce, cancel);
    }
}

/// <summary>Forgets one-time values whose signatures would be refused as too old, once a minute.</summary>
sealed partial class ForgetNonces(IServiceScopeFactory scopes, TimeProvider clock, BackgroundWork work, ILogger<ForgetNonces> log) : BackgroundService
{
    const string Work = "forgetting old nonces";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1), clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            try
            {
                await Forget(scopes, clock, stoppingToken);
                work.Succeeded(Work);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // They are only in the way; the next minute will do.
                work.Failed(Work, failure);
                Postponed(log, failure);
            }
    }

    internal static async Task<int> Forget(IServiceScopeFactory scopes, TimeProvider clock, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var now = clock.UtcNow();
        return await scope.ServiceProvider.GetRequiredService<CityDb>().Set<UsedNonce>().Where(n => n.ForgetAfter < now).ExecuteDeleteAsync(cancel);
    }

    [LoggerMessage(LogLevel.Warning, "Old nonces could not be removed; it is tried again in a minute.")]
    static partial void Postponed(ILogger log, Exception failure);
}
