using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>An entry of a customer's payee book (收款人名册).</summary>
sealed class Payee
{
    Payee() { }

    public Guid Id { get; private init; }
    public Guid OwnerPartyId { get; private init; }

    /// <summary>Sealed at rest, as are number and bank.</summary>
    public string Name { get; private set; } = "";
    public string Number { get; private init; } = "";
    public string NumberHash { get; private init; } = "";

    /// <summary>Name or BIC of the payee's bank; empty for this bank.</summary>
    public string Bank { get; private set; } = "";

    public static Payee Of(Guid owner, Beneficiary payee, PersonalData personalData)
    {
        var hash = AccountNumber.Hash(personalData, payee.Number);
        return new Payee
        {
            Id = NameBasedId.From("accounts", "payee", owner.ToString(), hash),
            OwnerPartyId = owner,
            Name = payee.Name,
            Number = payee.Number,
            NumberHash = hash,
            Bank = payee.Bank,
        };
    }

    public void Rename(Beneficiary payee) => (Name, Bank) = (payee.Name, payee.Bank);
}

/// <summary>Whom money goes to: name, account number and, unless it is this bank, the bank.</summary>
/// <param name="Bank">Name or BIC of the payee's bank; empty for this bank.</param>
public sealed record Beneficiary(string Name, string Number, string Bank)
{
    /// <summary>This bank's BIC (ISO 9362), made up.</summary>
    public const string OwnBic = "PUJBCNSHXXX";

    const int LongestBank = 140;

    /// <summary>A payee whose fields have the right form, or the first field that has not.</summary>
    public static Outcome<Beneficiary> Of(string? name, string? number, string? bank)
    {
        var payee = Written(name, number, bank);
        if (payee.Problems().FirstOrDefault() is { } refusal) return refusal;
        return IsOwnBank(payee.Bank) ? payee with { Bank = "" } : payee;
    }

    /// <summary>What was typed, without needless spaces; not checked.</summary>
    internal static Beneficiary Written(string? name, string? number, string? bank) =>
        new(name?.Trim() ?? "", AccountNumber.Normal(number ?? ""), bank?.Trim() ?? "");

    /// <summary>At most one problem for each field.</summary>
    internal IEnumerable<Refusal> Problems()
    {
        if (Name.Length is 0 or > Party.LongestName)
            yield return new Refusal(
                "payee_name_invalid", $"The payee's name must have 1 to {Party.LongestName} characters.", "payeeName", $"{Party.LongestName}");
        else if (PlainText.Problem(Name, "payeeName") is { } unreadable)
            yield return unreadable;
        if (Number.Length is < 4 or > 34 || !Number.All(char.IsAsciiLetterOrDigit))
            yield return new Refusal("payee_number_invalid", "The payee's account number must have 4 to 34 digits or letters.", "payeeNumber");
        // Every card of this bank carries a check digit: most typing mistakes are found before anything else is asked.
        else if (Number.StartsWith(AccountNumber.CardPrefix, StringComparison.Ordinal) && !Luhn.Holds(Number))
            yield return new Refusal("payee_number_check_digit", "This card number has a typing mistake: its check digit is wrong.", "payeeNumber");
        else if (Iban.HasForm(Number) && !Iban.TryParse(Number, out _, out _))
            yield return new Refusal("payee_iban_invalid", "This IBAN has a typing mistake: its check digits or its length are wrong (ISO 13616).", "payeeNumber");
        if (Bank.Length > LongestBank)
            yield return new Refusal("payee_bank_invalid", $"The bank's name must have at most {LongestBank} characters.", "payeeBank", $"{LongestBank}");
        else if (PlainText.Problem(Bank, "payeeBank") is { } unreadable)
            yield return unreadable;
        else if (IsOtherBank && Number.StartsWith(AccountNumber.CardPrefix, StringComparison.Ordinal))
            yield return new Refusal("payee_bank_not_of_card", "This is a card of this bank: leave the payee's bank empty.", "payeeBank");
    }

    /// <summary>The bank is named by a BIC that is not ours. (A name in words proves nothing.)</summary>
    internal bool IsOtherBank => !IsOwnBank(Bank) && Bic.TryParse(Bank.ToUpperInvariant(), out _, out _);

    /// <summary>Our BIC in its 8 or 11 characters.</summary>
    public static bool IsOwnBank(string? bank) =>
        bank?.Length is 8 or 11 && OwnBic.StartsWith(bank, StringComparison.OrdinalIgnoreCase);

    /// <summary>Same name, apart from spaces and capitals.</summary>
    public static bool SameName(string left, string right) =>
        string.Equals(Letters(left), Letters(right), StringComparison.OrdinalIgnoreCase);

    static string Letters(string name) => string.Concat(name.Where(c => !char.IsWhiteSpace(c)));
}

/// <summary>Use cases of the payee book.</summary>
public sealed class Payees(CityDb db, NameScreening screening, PersonalData personalData)
{
    static readonly Refusal NoBook = new("party_needed", "Only a customer has a payee book; sign in as one.");

    /// <summary>A payee of the book as its owner sees it.</summary>
    public sealed record Listed(Guid Id, string Name, string Number, string Bank);

    /// <summary>What the owner sends.</summary>
    public sealed record Request(string? Name, string? Number, string? Bank);

    public async Task<IReadOnlyList<Listed>> List(Guid owner, CancellationToken cancel)
    {
        var payees = await db.Set<Payee>().AsNoTracking().Where(p => p.OwnerPartyId == owner).ToListAsync(cancel);
        return [.. payees.Select(p => new Listed(p.Id, p.Name, p.Number, p.Bank)).OrderBy(p => p.Name, StringComparer.Ordinal)];
    }

    /// <summary>Adds a payee, or changes the one with the same number.</summary>
    public async Task<Outcome<Listed>> Save(Guid owner, Request request, CancellationToken cancel)
    {
        if (!Beneficiary.Of(request.Name, request.Number, request.Bank).Try(out var given, out var refusal)) return refusal;
        var payee = Payee.Of(owner, given, personalData);
        var known = await db.Set<Payee>().SingleOrDefaultAsync(p => p.Id == payee.Id, cancel);
        if (known is null) db.Add(payee);
        else known.Rename(given);
        await Screen(payee, given, cancel);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException) when (known is null)
        {
            // Of two requests that arrive together, the later changes the row of the earlier.
            db.ChangeTracker.Clear();
            if (await db.Set<Payee>().SingleOrDefaultAsync(p => p.Id == payee.Id, cancel) is not { } earlier) throw;
            earlier.Rename(given);
            await Screen(payee, given, cancel);
            await db.SaveChangesAsync(cancel);
        }
        return new Listed(payee.Id, given.Name, given.Number, given.Bank);
    }

    /// <summary>Nothing is held here: a payment to the payee will be. Who has the account at this bank is compared as its customer.</summary>
    async Task Screen(Payee payee, Beneficiary given, CancellationToken cancel)
    {
        if (given.Bank.Length == 0) return;
        var person = ScreenedPerson.Of("payee", given.Name, given.Number, given.Bank);
        await screening.Open(new ScreenedAct($"accounts/payee/{payee.Id}", ScreeningOccasion.NewPayee, FactsOf(given)), person, await screening.Look([person], cancel), cancel);
    }

    internal static ApprovalFact[] FactsOf(Beneficiary payee) =>
    [
        ApprovalFact.Of(new Bilingual("收款账号", "Payee's account"), Amounts.Grouped(payee.Number)),
        ApprovalFact.Of(new Bilingual("收款行", "Payee's bank"), payee.Bank),
    ];

    /// <summary>Removes a payee; removing it again changes nothing.</summary>
    public Task Remove(Guid owner, Guid id, CancellationToken cancel) =>
        db.Set<Payee>().Where(p => p.Id == id && p.OwnerPartyId == owner).ExecuteDeleteAsync(cancel);

    internal static void Map(IEndpointRouteBuilder api)
    {
        var payees = api.MapGroup("/payees").WithTags("Payees");
        payees.MapGet("/", async (Caller caller, Payees book, CancellationToken cancel) =>
            caller.PartyId is { } owner ? Results.Ok(await book.List(owner, cancel)) : NoBook.ToProblem())
            .Requires(Permission.KeepPayees).WithSummary("Your payee book").Produces<IReadOnlyList<Listed>>();
        payees.MapPost("/", async (Request request, Caller caller, Payees book, CancellationToken cancel) =>
        {
            if (caller.PartyId is not { } owner) return (IResult)NoBook.ToProblem();
            return (await book.Save(owner, request, cancel)).Try(out var saved, out var refusal)
                ? Results.Ok(saved) : refusal.ToProblem();
        }).Requires(Permission.KeepPayees).ChangesState().WithSummary("Add a payee, or change the one with the same number").Produces<Listed>();
        payees.MapDelete("/{id:guid}", async (Guid id, Caller caller, Payees book, CancellationToken cancel) =>
        {
            if (caller.PartyId is not { } owner) return (IResult)NoBook.ToProblem();
            await book.Remove(owner, id, cancel);
            return Results.NoContent();
        }).Requires(Permission.KeepPayees).ChangesState().WithSummary("Remove a payee");
    }
}

/// <summary>The payees of all payee books who have their accounts at other banks.</summary>
sealed class PayeesAgain : IScreenedAgain
{
    public string What => "payees";

    public Task<int> Count(CityDb db, CancellationToken cancel) => db.Set<Payee>().CountAsync(cancel);

    public async Task<IReadOnlyList<(Guid Id, ScreenedAct Act, ScreenedPerson Person)>> After(CityDb db, Guid id, int most, CancellationToken cancel)
    {
        var payees = await db.Set<Payee>().AsNoTracking().Where(p => p.Id.CompareTo(id) > 0).OrderBy(p => p.Id).Take(most).ToListAsync(cancel);
        // Those of this bank are compared as its customers; they are passed by with a name that nobody has.
        return [.. payees.Select(p => (p.Id, new ScreenedAct($"accounts/payee/{p.Id}", ScreeningOccasion.NewList, Payees.FactsOf(new Beneficiary(p.Name, p.Number, p.Bank))),
            ScreenedPerson.Of("payee", p.Bank.Length == 0 ? "" : p.Name, p.Number, p.Bank)))];
    }
}
