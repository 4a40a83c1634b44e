using Microsoft.EntityFrameworkCore;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>Freezes all accounts of a customer who is on a sanctions list: nothing goes in or out.</summary>
sealed class BlockAccounts(CityDb db, ILedger ledger) : ICustomerBlock
{
    public async Task Block(Guid party, CancellationToken cancel)
    {
        foreach (var account in await db.Set<DepositAccount>().AsNoTracking().Where(a => a.PartyId == party).Select(a => a.Id).ToListAsync(cancel))
        {
            var limits = (await ledger.Find(account, cancel))!.Account.Limits;
            var status = await ledger.SetLimits(account, limits with { FrozenIn = true, FrozenOut = true }, cancel);
            Invariant.Holds(status == LimitStatus.Changed);
        }
    }
}
