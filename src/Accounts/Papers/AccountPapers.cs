using Microsoft.EntityFrameworkCore;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>Papers that the bank writes for a customer and keeps among the documents.</summary>
public sealed class AccountPapers(CityDb db, DepositAccounts accounts, KeepDocument keep, NewId ids, TimeProvider clock)
{
    /// <summary>Confirms that an account is open and whose it is; with the balance now.</summary>
    /// <param name="language">One of <see cref="Languages"/>.</param>
    /// <returns>The document's id.</returns>
    public async Task<Outcome<Guid>> ConfirmAccount(Guid account, string language, Caller caller, CancellationToken cancel)
    {
        if (await accounts.Find(account, caller, cancel) is not { } found) return DepositAccounts.NotFound;
        var (now, id) = (clock.UtcNow(), ids.Next());
        var owner = await db.Set<DepositAccount>().AsNoTracking().Where(a => a.Id == new AccountId(account)).Select(a => a.PartyId).SingleAsync(cancel);
        var text = AccountConfirmation.Of(id, found, await db.Set<Party>().AsNoTracking().SingleAsync(p => p.Id == owner, cancel), now, language);
        return await Keep(id, text, "accounts.paper.confirmation", DocumentPurpose.Statement, owner, now, caller, cancel);
    }

    /// <summary>The agreement about electronic banking, for the caller to sign.</summary>
    /// <returns>The document's id.</returns>
    public async Task<Outcome<Guid>> Agreement(string language, Caller caller, CancellationToken cancel)
    {
        if (caller.PartyId is not { } party || await db.Set<Party>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == party, cancel) is not { } customer)
            return new Refusal("document_owner_missing", "Documents belong to a customer; sign in as one.", "file");
        var (now, id) = (clock.UtcNow(), ids.Next());
        return await Keep(id, ServiceAgreement.Of(id, customer, now, language), "accounts.paper.agreement", DocumentPurpose.Contract, party, now, caller, cancel);
    }

    async Task<Outcome<Guid>> Keep(
        Guid id, PdfText text, string titleKey, DocumentPurpose purpose, Guid owner, DateTime now, Caller caller, CancellationToken cancel)
    {
        var name = $"{PaperWords.In(text.Language, titleKey)} {BankTime.Local(now):yyyyMMdd-HHmmss}.pdf";
        if (!(await keep.Made(id, text, name, purpose, owner, caller, cancel)).Try(out var kept, out var refusal)) return refusal;
        return kept.Id;
    }
}
