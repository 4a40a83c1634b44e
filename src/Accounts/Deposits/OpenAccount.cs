using Microsoft.EntityFrameworkCore;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>Registers customers, opens their accounts and takes their cash: the work of the counter.</summary>
public sealed class OpenAccount(
    CityDb db, ILedger ledger, PersonalData personalData, DepositAccounts accounts, NameScreening screening, TimeProvider clock)
{
    /// <param name="Kind">Person or firm.</param>
    /// <param name="Identifier">GB 11643 number of a person, GB 32100 code of a firm.</param>
    /// <param name="Phone">Mobile phone of 11 digits, or empty.</param>
    public sealed record Customer(PartyKind Kind, string? Name, string? Identifier, string? Phone);

    /// <param name="Currency">ISO 4217; null for CNY.</param>
    /// <param name="Number">An existing number (IBAN, or a card with another currency); null for a new card number.</param>
    public sealed record Request(Guid Party, string? Currency, string? Number);

    /// <summary>Registers a customer; the same identifier again gives the party that is known.</summary>
    public async Task<Outcome<Guid>> Register(Customer customer, CancellationToken cancel)
    {
        var identifier = customer.Identifier?.Trim().ToUpperInvariant() ?? "";
        var registered = Party.Register(
            customer.Kind, customer.Name ?? "", identifier, customer.Phone?.Trim() ?? "", personalData, clock.UtcNow());
        if (!registered.Try(out var party, out var refusal)) return refusal;
        if (await Known(party, cancel) is { } known) return known;
        // On a list or not, the customer is registered; an account is opened when nobody has to look any more.
        var person = ScreenedPerson.Of("customer", party);
        await screening.Open(new ScreenedAct(NameScreening.SubjectOf(party.Id), ScreeningOccasion.NewCustomer), person, await screening.Look([person], cancel), cancel);
        db.Add(party);
        try
        {
            await db.SaveChangesAsync(cancel);
            return party.Id;
        }
        catch (DbUpdateException)
        {
            // Of two requests that arrive together, the later finds the row of the earlier.
            db.ChangeTracker.Clear();
            if (await Known(party, cancel) is { } earlier) return earlier;
            throw;
        }
    }

    async Task<Outcome<Guid>?> Known(Party party, CancellationToken cancel)
    {
        var known = await db.Set<Party>().AsNoTracking().SingleOrDefaultAsync(p => p.IdentifierHash == party.IdentifierHash, cancel);
        if (known is null) return null;
        return Beneficiary.SameName(known.Name, party.Name) ? known.Id
            : new Refusal("identifier_in_use", "This identifier is registered with another name.", "identifier");
    }

    /// <summary>Opens an account; the same number and currency for the same party again gives the account that is there.</summary>
    public async Task<Outcome<DepositAccounts.View>> Handle(Request request, CancellationToken cancel)
    {
        // Load.
        var owner = await db.Set<Party>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == request.Party, cancel);
        if (owner is null) return new Refusal("party_unknown", "There is no such customer.", "party");
        var currency = request.Currency ?? Assets.Cny.Code;
        if (Assets.TryOf(currency) is not { } asset)
            return new Refusal("currency_unknown", $"'{currency}' is no currency of ISO 4217 in which accounts are kept.", "currency", currency);
        if (!NumberOf(request.Number, owner, currency).Try(out var number, out var refusal)) return refusal;

        // Decide.
        var id = DepositAccount.IdOf(number, currency);
        if (await Known(id, owner, cancel) is { } known) return known;
        switch (await screening.StandingOf(owner.Id, cancel))
        {
            case CustomerStanding.InReview: return InReview;
            case CustomerStanding.Listed: return NotPossible;
        }
        var limits = owner.Kind == PartyKind.Person ? TransferLimits.ForPersons : TransferLimits.ForFirms;
        var account = DepositAccount.Open(owner, number, currency, limits, personalData, clock.Today());

        // The ledger first: an account without a row is empty and unknown, a row without account could not be shown.
        var opened = await ledger.Open([.. HouseAccounts.For(asset), account.ToLedgerAccount()], cancel);
        Invariant.Holds(opened.All(status => status == OpenStatus.Opened));
        db.Add(account);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException)
        {
            db.ChangeTracker.Clear();
            if (await Known(id, owner, cancel) is { } earlier) return earlier;
            throw;
        }
        return (await accounts.Find(id.Value, Operator, cancel))!;
    }

    async Task<Outcome<DepositAccounts.View>?> Known(AccountId id, Party owner, CancellationToken cancel)
    {
        var known = await db.Set<DepositAccount>().AsNoTracking().SingleOrDefaultAsync(a => a.Id == id, cancel);
        if (known is null) return null;
        return known.PartyId == owner.Id ? (await accounts.Find(id.Value, Operator, cancel))!
            : new Refusal("number_in_use", "This number belongs to another customer.", "number");
    }

    /// <summary>Cash paid in at the counter.</summary>
    /// <param name="key">Makes the payment one: the same key pays in once.</param>
    public async Task<Outcome<DepositAccounts.View>> PayIn(Guid accountId, string? amount, string key, CancellationToken cancel)
    {
        if (await accounts.Load(accountId, Operator, cancel) is not { } account) return DepositAccounts.NotFound;
        if (!Money.TryRead(amount, account.Asset, out var money) || !money.IsPositive)
            return new Refusal("amount_invalid", "The amount must be a positive number such as 1234.50.", "amount", $"{account.Asset.Scale}");
        var id = CashInId(accountId, key);
        var result = (await ledger.Post(
            [
                new Entry
                {
                    Id = id,
                    Legs = [Leg.Debit(HouseAccounts.Cash(account.Asset), money.MinorUnits), Leg.Credit(account.Id, money.MinorUnits)],
                    ValueDate = clock.Today(),
                    Code = (int)BookingCode.CashIn,
                    Reference = $"accounts/cash-in/{accountId}",
                },
            ], cancel))[0];
        // A retry on another day differs in the value date; it is the same cash if the money is the same.
        var isKnown = result.Status == EntryStatus.IdUsedWithOtherContent
            && (await ledger.FindEntry(id, cancel))?.Entry.Legs[1] == Leg.Credit(account.Id, money.MinorUnits);
        return result.IsPosted || isKnown ? (await accounts.Find(accountId, Operator, cancel))! : Refused(result);
    }

    internal static EntryId CashInId(Guid account, string key) => new(NameBasedId.From("accounts", "cash-in", account.ToString(), key));

    static Refusal Refused(EntryResult result) => result.Status switch
    {
        EntryStatus.IdUsedWithOtherContent => new Refusal("idempotency_key_reused", "This key was used for another payment.", "key"),
        EntryStatus.AmountTooLarge or EntryStatus.BalanceOverflow => new Refusal("amount_too_large", "The amount is too large.", "amount"),
        EntryStatus.AccountClosed => LedgerRefusal.AccountClosed,
        EntryStatus.AccountFrozenIn => LedgerRefusal.AccountFrozen,
        _ => throw new InvalidOperationException($"The ledger refused cash: {result.Status}, leg {result.Leg}."),
    };

    static readonly Refusal InReview =
        new("customer_in_review", "The bank is still checking this customer. The account can be opened afterwards.", "party");

    /// <summary>Says nothing of why.</summary>
    static readonly Refusal NotPossible = new("customer_not_possible", "The bank can't open an account for this customer.", "party");

    static readonly Caller Operator = new(null, IsOperator: true);

    static Outcome<string> NumberOf(string? given, Party owner, string currency)
    {
        if (given is null) return AccountNumber.Card(SerialOf(owner.Id, currency));
        var number = AccountNumber.Normal(given);
        if (number.Length is < 4 or > 34 || !number.All(char.IsAsciiLetterOrDigit))
            return AccountNumber.Invalid;
        if (number.StartsWith(AccountNumber.CardPrefix, StringComparison.Ordinal) && !Luhn.Holds(number))
            return new Refusal("number_check_digit", "The check digit of this card number is wrong.", "number");
        if (Iban.HasForm(number) && !Iban.TryParse(number, out _, out var wrong))
            return new Refusal("number_iban_invalid", $"This IBAN is not valid (ISO 13616): {wrong}", "number");
        return number;
    }

    /// <summary>A customer's card has one serial for each currency, so that opening again finds the same account.</summary>
    static long SerialOf(Guid party, string currency) =>
        BitConverter.ToInt64(NameBasedId.From("accounts", "card", party.ToString(), currency).ToByteArray()) % 500_000_000_000 is var serial && serial < 0
            ? -serial : serial;
}
