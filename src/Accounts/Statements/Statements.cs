using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>What happened on an account. All of it is read from the ledger; the tables only add names and words.</summary>
public sealed class Statements(CityDb db, ILedger ledger, DepositAccounts accounts, PersonalData personalData, TimeProvider clock)
{
    const int LinesAtATime = 1_000;

    /// <summary>No bank's books reach further back, and the calendar of a computer not much.</summary>
    static readonly DateOnly Earliest = new(1900, 1, 1);

    /// <summary>The most lines that the ledger gives at a time.</summary>
    const int MostLines = 10_000;

    /// <summary>An entry on the account.</summary>
    /// <param name="Amount">Positive when it was added, negative when it was taken.</param>
    /// <param name="Balance">The account's balance after it.</param>
    /// <param name="Counterparty">Name on the other side; empty for the bank itself.</param>
    /// <param name="Reference">The bank's reference: the ledger entry's id without hyphens.</param>
    public sealed record Line(
        long Sequence, DateTime BookedAt, DateOnly ValueDate, BookingCode Code, Money Amount, Money Balance,
        string Counterparty, string CounterpartyNumber, string CounterpartyBank, string Purpose, string EndToEndId, string Reference);

    /// <summary>An account over some business days.</summary>
    /// <param name="From">First day.</param>
    /// <param name="To">Last day.</param>
    /// <param name="LastSequence">Ledger position of the last entry that belongs to it; 0 for none.</param>
    public sealed record Period(DepositAccounts.View Account, DateOnly From, DateOnly To, Money Opening, Money Closing, long LastSequence);

    /// <param name="Next">Cursor of the next page, or null.</param>
    public sealed record Page(IReadOnlyList<Line> Lines, string? Next);

    /// <summary>A period in numbers.</summary>
    /// <param name="In">What was added.</param>
    /// <param name="Out">What was taken, as a positive amount.</param>
    /// <param name="Days">The balance at the end of each day on which it changed, in order.</param>
    public sealed record Totals(Money In, Money Out, int Lines, IReadOnlyList<BalancePoint> Days);

    /// <summary>Opening and closing balance of a period, fixed to the last entry that is durable now; null for a foreign account.</summary>
    /// <param name="from">First day; null for 30 days before the last.</param>
    /// <param name="to">Last day; null or later for today.</param>
    public async Task<Outcome<Period>> Of(Guid id, DateOnly? from, DateOnly? to, Caller caller, CancellationToken cancel)
    {
        if (await accounts.Find(id, caller, cancel) is not { } account) return DepositAccounts.NotFound;
        var today = clock.Today();
        var last = to is { } day && day < today ? NotBefore(day) : today;
        var first = NotBefore(from ?? last.AddDays(-30));
        if (first > last) return new Refusal("period_reversed", "The first day must not be after the last.", "from");

        var before = await ledger.BalanceAsOf(new AccountId(id), BankTime.StartOf(first).AddTicks(-1), cancel) ?? default;
        var newest = await ledger.History(new AccountId(id), new HistoryQuery(Backward: true, Take: 1, Until: BankTime.StartOf(last.AddDays(1))), cancel);
        var end = newest.Lines is [var line] && line.Posted.PostedAt >= BankTime.StartOf(first) ? line : null;
        return new Period(
            account, first, last, Amount(before.On(AccountKind.Liability), account),
            Amount((end?.After ?? before).On(AccountKind.Liability), account), end?.Posted.Sequence ?? 0);
    }

    static DateOnly NotBefore(DateOnly day) => day < Earliest ? Earliest : day;

    /// <summary>A page of a period's lines, the newest first.</summary>
    public async Task<Page> Newest(Period period, string? cursor, int take, CancellationToken cancel)
    {
        var page = await ledger.History(new AccountId(period.Account.Id), Query(period) with { Backward = true, Cursor = cursor, Take = take }, cancel);
        return new Page(await Tell(period.Account, page.Lines, cancel), page.Next);
    }

    /// <summary>All lines of a period in order, up to the entry its closing balance was taken from.</summary>
    public async IAsyncEnumerable<Line> Lines(Period period, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        if (period.LastSequence == 0) yield break;
        string? cursor = null;
        do
        {
            var page = await ledger.History(new AccountId(period.Account.Id), Query(period) with { Cursor = cursor, Take = LinesAtATime }, cancel);
            foreach (var line in await Tell(period.Account, page.Lines, cancel))
            {
                if (line.Sequence > period.LastSequence) yield break;
                yield return line;
            }
            cursor = page.Next;
        }
        while (cursor is not null);
    }

    /// <summary>A numbered page of a period's lines, the newest first; empty behind the last.</summary>
    /// <param name="number">From 1.</param>
    public async Task<IReadOnlyList<Line>> NewestPage(Period period, int number, int size, CancellationToken cancel)
    {
        string? cursor = null;
        for (var skip = (number - 1) * size; skip > 0; skip -= MostLines)
        {
            var page = await ledger.History(
                new AccountId(period.Account.Id), Query(period) with { Backward = true, Cursor = cursor, Take = Math.Min(skip, MostLines) }, cancel);
            if (page.Next is null) return [];
            cursor = page.Next;
        }
        return (await Newest(period, cursor, size, cancel)).Lines;
    }

    /// <summary>Sums a period in one pass, up to the entry its closing balance was taken from.</summary>
    public async Task<Totals> Sum(Period period, CancellationToken cancel)
    {
        var (added, taken, lines, days) = (0L, 0L, 0, new List<BalancePoint>());
        if (period.LastSequence == 0) return new Totals(Amount(0, period.Account), Amount(0, period.Account), 0, days);
        string? cursor = null;
        do
        {
            var page = await ledger.History(new AccountId(period.Account.Id), Query(period) with { Cursor = cursor, Take = LinesAtATime }, cancel);
            foreach (var line in page.Lines.TakeWhile(l => l.Posted.Sequence <= period.LastSequence))
            {
                var leg = line.Posted.Entry.Legs[line.Leg];
                if (leg.Side == Side.Credit) added += leg.Amount;
                else taken += leg.Amount;
                lines++;
                var point = new BalancePoint(BankTime.DateOf(line.Posted.PostedAt), Amount(line.After.On(AccountKind.Liability), period.Account));
                if (days.Count > 0 && days[^1].Date == point.Date) days[^1] = point;
                else days.Add(point);
            }
            cursor = page.Next;
        }
        while (cursor is not null);
        return new Totals(Amount(added, period.Account), Amount(taken, period.Account), lines, days);
    }

    static HistoryQuery Query(Period period) =>
        new(From: BankTime.StartOf(period.From), Until: BankTime.StartOf(period.To.AddDays(1)));

    static Money Amount(long minorUnits, DepositAccounts.View account) => new(minorUnits, account.Balance.Asset);

    async Task<IReadOnlyList<Line>> Tell(DepositAccounts.View account, IReadOnlyList<HistoryLine> lines, CancellationToken cancel)
    {
        var own = new AccountId(account.Id);
        var others = lines.Select(l => Other(l, own)).Where(o => o is not null).Select(o => o!.Value).ToHashSet();
        var holders = await accounts.Holders(others, cancel);
        var payments = await PaymentsOf(lines, cancel);
        return [.. lines.Select(line => Tell(account, line, holders, payments))];
    }

    Line Tell(
        DepositAccounts.View account, HistoryLine line, IReadOnlyDictionary<AccountId, DepositAccounts.Holder> holders,
        Dictionary<string, (PaymentLine Line, PaymentCreditor Creditor)> payments)
    {
        var entry = line.Posted.Entry;
        var leg = entry.Legs[line.Leg];
        var words = WordsOf(entry, payments);
        var outside = leg.Side == Side.Debit ? words : words with { Name = "", Number = "", Bank = "" };
        var holder = Other(line, leg.Account) is { } other ? holders.GetValueOrDefault(other) : null;
        return new Line(
            line.Posted.Sequence, line.Posted.PostedAt, entry.ValueDate, (BookingCode)entry.Code,
            Amount(leg.Side == Side.Credit ? leg.Amount : -leg.Amount, account), Amount(line.After.On(AccountKind.Liability), account),
            holder?.Name ?? outside.Name, holder?.Number ?? outside.Number, holder is null ? outside.Bank : "",
            words.Purpose, words.EndToEndId, entry.Id.Value.ToString("N"));
    }

    sealed record Words(string Name, string Number, string Bank, string Purpose, string EndToEndId);

    Words WordsOf(Entry entry, Dictionary<string, (PaymentLine Line, PaymentCreditor Creditor)> payments)
    {
        if (entry.Code == (int)BookingCode.Transfer && entry.Metadata.Length > 0)
        {
            var details = TransferDetails.Open(entry.Metadata, personalData);
            return new Words(details.PayeeName, details.PayeeNumber, details.PayeeBank, details.Purpose, "");
        }
        return payments.TryGetValue(entry.Reference, out var payment)
            ? new Words(payment.Creditor.Name, payment.Creditor.Number, payment.Creditor.Bic, payment.Creditor.Remittance, payment.Line.EndToEndId)
            : new Words("", "", "", "", "");
    }

    /// <summary>The account on the other side, when there is just one; allowances are no money.</summary>
    static AccountId? Other(HistoryLine line, AccountId own)
    {
        var legs = line.Posted.Entry.Legs;
        var side = legs[line.Leg].Side;
        // Behind money legs only the payer's allowance may follow: its debit names no party, its credit is the pool's.
        var money = legs.Count == 4 && line.Posted.Entry.Code is (int)BookingCode.Transfer or (int)BookingCode.Payment ? legs.Take(2) : legs;
        var others = money.Where(l => l.Side != side && l.Account != own).Select(l => l.Account).Distinct().Take(2).ToList();
        return others is [var only] ? only : null;
    }

    async Task<Dictionary<string, (PaymentLine, PaymentCreditor)>> PaymentsOf(IReadOnlyList<HistoryLine> lines, CancellationToken cancel)
    {
        var found = new Dictionary<string, (PaymentLine, PaymentCreditor)>(StringComparer.Ordinal);
        var wanted = lines.Where(l => l.Posted.Entry.Code == (int)BookingCode.Payment).Select(l => PaymentLine.Of(l.Posted.Entry.Reference));
        foreach (var file in wanted.GroupBy(w => w.File, w => w.Number))
            foreach (var some in file.Distinct().Chunk(500))
                foreach (var line in await db.Set<PaymentLine>().AsNoTracking()
                    .Where(l => l.FileId == file.Key && some.Contains(l.Number)).ToListAsync(cancel))
                    found[line.Reference] = (line, PaymentCreditor.FromJson(line.Creditor));
        return found;
    }
}
