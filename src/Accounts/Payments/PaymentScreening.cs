using Microsoft.EntityFrameworkCore;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>Compares both sides of payments with the sanctions lists, before the ledger is asked.</summary>
public sealed class PaymentScreening(CityDb db, NameScreening screening)
{
    /// <summary>A payment with its two accounts and the names that belong to no account here.</summary>
    sealed record Screened(ScreenedAct Act, IReadOnlyList<ScreenedPerson> Persons);

    /// <summary>True when a transfer has to wait; then its case is prepared and saved.</summary>
    internal async Task<bool> MustHold(Guid transfer, TransferOrder order, CancellationToken cancel)
    {
        if (!await screening.HasLists(cancel)) return false;
        var owners = await Owners([order.From, order.To], cancel);
        var (from, details) = (owners[order.From], order.Details);
        var payee = owners.TryGetValue(order.To, out var here) ? ScreenedPerson.Of("payee", here)
            : ScreenedPerson.Of("payee", details.PayeeName, details.PayeeNumber, details.PayeeBank);
        var act = new ScreenedAct($"{HeldTransfers.SubjectPrefix}{transfer}", ScreeningOccasion.Payment,
            Facts(order.Amount, from, details.PayeeName, details.PayeeNumber, details.PayeeBank, details.Purpose));
        return (await Hold([new Screened(act, [ScreenedPerson.Of("payer", from), payee])], cancel)).Count > 0;
    }

    /// <summary>The lines of one file that have to wait, by number; their cases are prepared and saved.</summary>
    internal async Task<IReadOnlySet<int>> MustHold(Guid file, IReadOnlyList<DuePayment> lines, CancellationToken cancel)
    {
        if (!await screening.HasLists(cancel)) return new HashSet<int>();
        var owners = await Owners(lines.SelectMany(line => new[] { line.From, line.To }), cancel);
        var (first, last) = (lines[0].Number, lines[^1].Number);
        var details = await db.Set<PaymentLine>().AsNoTracking().Where(l => l.FileId == file && l.Number >= first && l.Number <= last)
            .Select(l => new { l.Number, l.Creditor, l.Currency }).ToDictionaryAsync(l => l.Number, cancel);
        var payments = lines.Select(line => Of(line, PaymentCreditor.FromJson(details[line.Number].Creditor), Assets.Of(details[line.Number].Currency), owners)).ToList();
        var held = await Hold(payments, cancel);
        return lines.Zip(payments).Where(pair => held.Contains(pair.Second)).Select(pair => pair.First.Number).ToHashSet();
    }

    static Screened Of(DuePayment line, PaymentCreditor creditor, Asset asset, Dictionary<AccountId, Party> owners)
    {
        var payer = owners[line.From];
        var persons = new List<ScreenedPerson>
        {
            ScreenedPerson.Of("payer", payer),
            owners.TryGetValue(line.To, out var payee) ? ScreenedPerson.Of("payee", payee) : ScreenedPerson.Of("payee", creditor.Name, creditor.Number, creditor.Bic),
        };
        // For whom it is paid, when the file says so, and the debtor as the file writes it.
        persons.AddRange((creditor.Others ?? []).Where(name => !Beneficiary.SameName(name, payer.Name) && !Beneficiary.SameName(name, creditor.Name))
            .Select(name => ScreenedPerson.Of("named", name, $"{line.From}", "")));
        return new Screened(
            new ScreenedAct(PaymentLine.ReferenceOf(line.File, line.Number), ScreeningOccasion.Payment,
                Facts(new Money(line.Amount, asset), payer, creditor.Name, creditor.Number, creditor.Bic, creditor.Remittance)), persons);
    }

    async Task<HashSet<Screened>> Hold(List<Screened> payments, CancellationToken cancel)
    {
        var looked = await screening.Look(payments.SelectMany(payment => payment.Persons), cancel);
        var held = payments.Where(payment => screening.MustHold(looked, payment.Persons)).ToHashSet();
        foreach (var payment in held) await screening.Prepare(payment.Act, payment.Persons, looked, cancel);
        if (held.Count > 0) await db.SaveChangesAsync(cancel);
        return held;
    }

    async Task<Dictionary<AccountId, Party>> Owners(IEnumerable<AccountId> accounts, CancellationToken cancel)
    {
        var owners = new Dictionary<AccountId, Party>();
        foreach (var some in accounts.Distinct().Chunk(500))
            foreach (var row in await db.Set<DepositAccount>().AsNoTracking().Where(a => some.Contains(a.Id))
                .Join(db.Set<Party>(), a => a.PartyId, p => p.Id, (a, p) => new { a.Id, Party = p }).ToListAsync(cancel))
                owners[row.Id] = row.Party;
        return owners;
    }

    static ApprovalFact[] Facts(Money amount, Party payer, string payee, string number, string bank, string purpose) =>
    [
        ApprovalFact.Of(new Bilingual("金额", "Amount"), amount.Text()),
        ApprovalFact.Of(new Bilingual("付款人", "Payer"), payer.Name),
        ApprovalFact.Of(new Bilingual("收款人", "Payee"), payee),
        ApprovalFact.Of(new Bilingual("收款账号", "Payee's account"), Amounts.Grouped(number)),
        .. bank.Length == 0 ? [] : new[] { ApprovalFact.Of(new Bilingual("收款行", "Payee's bank"), bank) },
        .. purpose.Length == 0 ? [] : new[] { ApprovalFact.Of(new Bilingual("用途", "Purpose"), purpose) },
    ];
}
