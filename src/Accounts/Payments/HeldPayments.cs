using Microsoft.EntityFrameworkCore;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>Lines of payment files that are reserved in the ledger while somebody looks at the names.</summary>
sealed class HeldPayments(CityDb db, ILedger ledger, AccountsFollower follower, TimeProvider clock) : IHeldAct
{
    public string Prefix => PaymentLine.ReferencePrefix;

    public async Task Continue(string subject, CancellationToken cancel)
    {
        if (await Load(subject, cancel) is not { } line) return;
        var result = await ledger.EndHold(line.Continue(clock.Today()), follower, cancel);
        if (result is { } refused) await ledger.EndHold(line.Release(ExecutePayments.ReasonOf(refused), clock.Today()), follower, cancel);
    }

    public async Task Refuse(string subject, CancellationToken cancel)
    {
        if (await Load(subject, cancel) is { } line)
            await ledger.EndHold(line.Release(new StatusReason(StatusReasons.NotSpecifiedReason, HeldTransfers.NotPossible.Reason), clock.Today()), follower, cancel);
    }

    Task<PaymentLine?> Load(string subject, CancellationToken cancel)
    {
        var (file, number) = PaymentLine.Of(subject);
        return db.Set<PaymentLine>().AsNoTracking().SingleOrDefaultAsync(l => l.FileId == file && l.Number == number && l.State == PaymentLineState.Held, cancel);
    }
}
