using System.Xml;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>An account that a payment file pays from, and what it takes for all of the file to be carried out.</summary>
/// <param name="Owner">A customer that can be registered: the name in the file with a made-up credit code.</param>
/// <param name="Total">All that the file takes from the account.</param>
/// <param name="Largest">The largest single payment.</param>
public sealed record DemoDebtor(OpenAccount.Customer Owner, string Number, Money Total, Money Largest)
{
    const string Alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

    /// <summary>The debtors of a pain.001, one for each account and currency; as many as can be read of a broken file.</summary>
    public static IReadOnlyList<DemoDebtor> In(Stream file)
    {
        var found = new Dictionary<(string Number, Asset Asset), DemoDebtor>();
        try
        {
            foreach (var (payment, transfer) in PaymentFileReader.ReadTransfers(file))
            {
                var number = AccountNumber.Normal(payment.DebtorAccount.Number ?? "");
                // What can't be paid needs no money: the bank will say why.
                if (number.Length == 0 || !transfer.Amount.TryToMoney(out var amount) || Assets.TryOf(amount.Asset.Code) is null
                    || !amount.IsPositive || amount.MinorUnits > TransferLimits.Highest) continue;
                var key = (number, amount.Asset);
                found[key] = found.TryGetValue(key, out var known) ? known.With(amount)
                    : new DemoDebtor(CustomerOf(payment.Debtor.Name, number), number, amount, amount);
            }
        }
        catch (XmlException)
        {
            // The bank refuses the file and says where it is broken.
        }
        return [.. found.Values];
    }

    DemoDebtor With(Money amount) => this with
    {
        // No account can pay more than the highest limit in a day.
        Total = amount with { MinorUnits = Math.Min(Total.MinorUnits + amount.MinorUnits, TransferLimits.Highest) },
        Largest = amount > Largest ? amount : Largest,
    };

    static OpenAccount.Customer CustomerOf(string? name, string number)
    {
        name = name?.Trim() is { Length: > 0 } given ? given[..Math.Min(given.Length, Party.LongestName)] : $"Account {number}";
        return new OpenAccount.Customer(PartyKind.Firm, name, CreditCodeOf(name), "");
    }

    /// <summary>A valid credit code (GB 32100) that follows from the name, so that the same name is the same customer.</summary>
    static string CreditCodeOf(string name)
    {
        var letters = string.Concat(name.Where(c => !char.IsWhiteSpace(c))).ToUpperInvariant();
        var hash = NameBasedId.From("accounts", "demo-debtor", letters).ToByteArray();
        var stem = "91310000" + string.Concat(hash.Take(8).Select(b => Alphabet[b % Alphabet.Length])) + OrganisationCheck(hash);
        return Alphabet.Select(check => stem + check).First(code => CreditCode.TryParse(code, out _, out _));
    }

    /// <summary>The check character of the organisation code inside (GB 11714: weights 3, 7, 9, 10, 5, 8, 4, 2, modulo 11).</summary>
    static char OrganisationCheck(byte[] hash)
    {
        ReadOnlySpan<int> weights = [3, 7, 9, 10, 5, 8, 4, 2];
        var sum = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            var letter = Alphabet[hash[i] % Alphabet.Length];
            sum += (char.IsAsciiDigit(letter) ? letter - '0' : letter - 'A' + 10) * weights[i];
        }
        return "0X987654321"[sum % 11];
    }
}
