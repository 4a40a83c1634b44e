using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>The account a statement or notification speaks of. Exactly one of IBAN and number is given.</summary>
/// <param name="Iban">The account's IBAN, where the bank has them.</param>
/// <param name="Number">Its number in the bank's own scheme, at most 34 characters.</param>
/// <param name="Currency">A code of ISO 4217; an account in digital currency is stated in the currency it stands for.</param>
/// <param name="Owner">The owner's name.</param>
/// <param name="BankBic">The bank's BIC; null to leave the servicer out.</param>
sealed record StatementAccount(string? Iban, string? Number, string Currency, string Owner, string? BankBic = null);

/// <summary>What the bank states about an account for a period.</summary>
sealed record StatementData
{
    /// <summary>The id of the message, at most 35 characters.</summary>
    public required string MessageId { get; init; }

    /// <summary>The id of the statement, unique per account, at most 35 characters.</summary>
    public required string StatementId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Counts the statements of the account without a gap; null when they are not counted.</summary>
    public long? SequenceNumber { get; init; }
    public required StatementAccount Account { get; init; }

    /// <summary>The period, from inclusive to exclusive.</summary>
    public required DateTimeOffset From { get; init; }
    public required DateTimeOffset To { get; init; }

    /// <summary>Booked balances; negative when the customer owes.</summary>
    public required Money Opening { get; init; }
    public required Money Closing { get; init; }

    /// <summary>The days the balances belong to.</summary>
    public required DateOnly OpeningDate { get; init; }
    public required DateOnly ClosingDate { get; init; }

    /// <summary>Read once, while writing; may be a query that streams.</summary>
    public IEnumerable<StatementEntry> Entries { get; init; } = [];
}

/// <summary>What the bank tells about single entries as they happen.</summary>
sealed record NotificationData
{
    public required string MessageId { get; init; }
    public required string NotificationId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required StatementAccount Account { get; init; }

    /// <summary>Read once, while writing.</summary>
    public required IEnumerable<StatementEntry> Entries { get; init; }
}

/// <summary>A booked entry of an account.</summary>
/// <param name="Amount">Greater than zero; the side says the direction.</param>
/// <param name="IsCredit">Whether it was added to the account.</param>
/// <param name="BookedAt">When the ledger posted it.</param>
/// <param name="ValueDate">From when it bears interest.</param>
/// <param name="BankReference">The ledger's entry, at most 35 characters: a UUID without hyphens fits.</param>
sealed record StatementEntry(Money Amount, bool IsCredit, DateTimeOffset BookedAt, DateOnly ValueDate, string BankReference)
{
    /// <summary>It takes back an earlier entry.</summary>
    public bool IsReversal { get; init; }
    public string? EntryReference { get; init; }
    public string? EndToEndId { get; init; }
    public string? InstructionId { get; init; }
    public string? Uetr { get; init; }
    public string? CounterpartyName { get; init; }

    /// <summary>An IBAN where it is one, else any number.</summary>
    public string? CounterpartyAccount { get; init; }
    public string? CounterpartyBic { get; init; }
    public string? Remittance { get; init; }
    public BankTransactionCode Code { get; init; } = BankTransactionCode.Transfer;
}

/// <summary>What kind of entry it is: domain, family, sub-family of the external code set BankTransactionCode.</summary>
sealed record BankTransactionCode(string Domain, string Family, string SubFamily)
{
    /// <summary>A transfer, sent (ICDT) or received (RCDT) by the side of the entry.</summary>
    public static BankTransactionCode Transfer { get; } = new("PMNT", "", "DMCT");
    public static BankTransactionCode InternalTransfer { get; } = new("PMNT", "", "BOOK");
    public static BankTransactionCode Charges { get; } = new("PMNT", "MDOP", "CHRG");
    public static BankTransactionCode Interest { get; } = new("ACMT", "MDOP", "INTR");
    public static BankTransactionCode Loan { get; } = new("LDAS", "CSLN", "DDWN");

    /// <summary>The family; an empty one follows the direction.</summary>
    public string FamilyFor(bool isCredit) => Family.Length > 0 ? Family : isCredit ? "RCDT" : "ICDT";
}
