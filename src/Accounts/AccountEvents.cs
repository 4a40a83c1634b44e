using Microsoft.EntityFrameworkCore;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>What webhooks are told of accounts (docs/webhooks.md): ids and amounts, never a name or a number of a person.</summary>
static class AccountEvents
{
    public const string PaymentExecuted = "payment.executed", PaymentRejected = "payment.rejected", AccountCredited = "account.credited";

    /// <param name="Transfer">The transfer, or null for a transaction of a payment file.</param>
    /// <param name="File">The payment file, or null for a transfer.</param>
    /// <param name="Line">The transaction's place in the file, from 1.</param>
    /// <param name="EndToEndId">The payer's reference in the file.</param>
    /// <param name="Account">The payer's account.</param>
    /// <param name="Amount">In units: "1234.50".</param>
    /// <param name="On">Business date.</param>
    /// <param name="Reference">The bank's reference (ledger entry); null when nothing was posted.</param>
    /// <param name="Reason">Why it was rejected: a refusal's code for a transfer, an ISO 20022 status reason for a transaction of a file.</param>
    sealed record Payment(
        Guid? Transfer, Guid? File, int? Line, string? EndToEndId, Guid Account, string Amount, string Currency, DateOnly On, string? Reference, string? Reason);

    /// <param name="Account">The account that was credited.</param>
    /// <param name="Reference">The bank's reference (ledger entry), by which the payer's side names it too.</param>
    sealed record Credit(Guid Account, string Amount, string Currency, DateOnly On, string Reference);

    /// <summary>Tells of what was posted. In the transaction in which the tables learn of it.</summary>
    public static async Task Posted(CityDb db, IReadOnlyList<PostedEntry> entries, CancellationToken cancel)
    {
        if (!await db.PartiesWithWebhooks().AnyAsync(cancel)) return;
        // What is only reserved, or given back, has moved no money.
        entries = [.. entries.Where(e => e.Entry.Action is EntryAction.Post or EntryAction.Capture)];
        var owners = await Owners(db, entries.SelectMany(e => e.Entry.Legs.Select(leg => leg.Account)), cancel);
        if (owners.Count == 0) return;
        var payments = entries.Where(e => IsPayment(e) && e.Entry.Legs.Any(leg => leg.Side == Side.Debit && owners.ContainsKey(leg.Account))).ToList();
        var references = await EndToEndIds(db, payments, cancel);
        var events = new List<BankEvent>();
        foreach (var posted in entries)
            foreach (var leg in posted.Entry.Legs.Where(leg => leg.Amount > 0 && owners.ContainsKey(leg.Account)))
                if (leg.Side == Side.Credit) events.Add(Credited(owners[leg.Account], posted, leg));
                else if (IsPayment(posted)) events.Add(Executed(owners[leg.Account], posted, leg, references));
        await db.Publish(events, cancel);
    }

    static bool IsPayment(PostedEntry posted) => IsTransfer(posted) || posted.Entry.Reference.StartsWith(PaymentLine.ReferencePrefix, StringComparison.Ordinal);

    static bool IsTransfer(PostedEntry posted) => posted.Entry.Reference.StartsWith(Transfer.ReferencePrefix, StringComparison.Ordinal);

    sealed record Owner(Guid Party, Asset Asset);

    /// <summary>Of these accounts those whose owner has a webhook.</summary>
    static async Task<Dictionary<AccountId, Owner>> Owners(CityDb db, IEnumerable<AccountId> accounts, CancellationToken cancel)
    {
        var owners = new Dictionary<AccountId, Owner>();
        foreach (var some in accounts.Distinct().Chunk(500))
            foreach (var account in await db.Set<DepositAccount>().AsNoTracking()
                .Where(a => some.Contains(a.Id) && db.PartiesWithWebhooks().Contains(a.PartyId))
                .Select(a => new { a.Id, a.PartyId, a.Currency }).ToListAsync(cancel))
                owners.Add(account.Id, new Owner(account.PartyId, Assets.Of(account.Currency)));
        return owners;
    }

    /// <summary>The payers' references, by that of the entry.</summary>
    static async Task<Dictionary<string, string>> EndToEndIds(CityDb db, List<PostedEntry> payments, CancellationToken cancel)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in payments.Where(e => !IsTransfer(e)).Select(e => PaymentLine.Of(e.Entry.Reference)).GroupBy(line => line.File))
            foreach (var some in file.Select(line => line.Number).Chunk(500))
                foreach (var line in await db.Set<PaymentLine>().AsNoTracking().Where(l => l.FileId == file.Key && some.Contains(l.Number))
                    .Select(l => new { l.Number, l.EndToEndId }).ToListAsync(cancel))
                    found.Add(PaymentLine.ReferenceOf(file.Key, line.Number), line.EndToEndId);
        return found;
    }

    static BankEvent Credited(Owner owner, PostedEntry posted, Leg leg) => new(
        owner.Party, AccountCredited, $"{posted.Entry.Id}/{leg.Account}", $"accounts/deposit/{leg.Account}", posted.PostedAt,
        new Credit(leg.Account.Value, Units(leg.Amount, owner.Asset), owner.Asset.Code, posted.Entry.ValueDate, ReferenceOf(posted)));

    static BankEvent Executed(Owner owner, PostedEntry posted, Leg leg, Dictionary<string, string> endToEndIds)
    {
        Guid? transfer = IsTransfer(posted) ? Guid.Parse(posted.Entry.Reference.AsSpan(Transfer.ReferencePrefix.Length)) : null;
        (Guid File, int Number)? file = transfer is null ? PaymentLine.Of(posted.Entry.Reference) : null;
        return new(owner.Party, PaymentExecuted, $"{posted.Entry.Id}", posted.Entry.Reference, posted.PostedAt, new Payment(
            transfer, file?.File, file?.Number, endToEndIds.GetValueOrDefault(posted.Entry.Reference), leg.Account.Value,
            Units(leg.Amount, owner.Asset), owner.Asset.Code, posted.Entry.ValueDate, ReferenceOf(posted), null));
    }

    /// <summary>A transfer was refused on its day. In the transaction that marks it.</summary>
    public static Task Rejected(CityDb db, Transfer transfer, DepositAccount from, DateTime now, CancellationToken cancel) => db.Publish(
        [
            new(from.PartyId, PaymentRejected, $"{transfer.Id}", $"{Transfer.ReferencePrefix}{transfer.Id}", now, new Payment(
                transfer.Id, null, null, null, from.Id.Value, transfer.Money.ToPlainString(), transfer.Currency, transfer.DueOn, null, transfer.RefusalCode)),
        ], cancel);

    /// <summary>Transactions of a file were refused when they were carried out. In the transaction that marks them.</summary>
    public static Task Rejected(
        CityDb db, IReadOnlyList<PaymentLine> lines, IReadOnlyDictionary<AccountId, DepositAccount> payers, DateTime now, CancellationToken cancel) => db.Publish(
        [
            .. lines.Select(line => new BankEvent(payers[line.FromAccount].PartyId, PaymentRejected, line.Reference, line.Reference, now, new Payment(
                null, line.FileId, line.Number, line.EndToEndId, line.FromAccount.Value, Units(line.Amount, Assets.Of(line.Currency)), line.Currency, line.DueOn,
                null, line.ReasonCode))),
        ], cancel);

    static string Units(long minor, Asset asset) => new Money(minor, asset).ToPlainString();

    static string ReferenceOf(PostedEntry posted) => posted.Entry.Id.Value.ToString("N");
}
