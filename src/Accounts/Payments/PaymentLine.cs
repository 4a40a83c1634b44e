using System.Text.Json;
using System.Text.Json.Serialization;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Accounts;

public enum PaymentFileState
{
    /// <summary>Its lines are being written; nobody was told that it was taken. A crash here leaves nothing that counts.</summary>
    Receiving = 1,

    /// <summary>Taken: each line is carried out on its day.</summary>
    Accepted = 2,

    /// <summary>Refused as a whole.</summary>
    Rejected = 3,
}

/// <summary>A pain.001 that a customer sent.</summary>
sealed class PaymentFile
{
    public required Guid Id { get; init; }

    /// <summary>Who sent it: message ids are unique for each sender.</summary>
    public required string Sender { get; init; }
    public required string MessageId { get; init; }

    /// <summary>SHA-256 of the bytes, in hexadecimal digits: the same file again is answered again.</summary>
    public required string ContentHash { get; init; }

    /// <summary>"pain.001.001.09".</summary>
    public required string Type { get; init; }

    /// <summary>CreDtTm, number and sum as the sender wrote them.</summary>
    public string Created { get; init; } = "";
    public string NumberOfTransactions { get; init; } = "";
    public string ControlSum { get; init; } = "";
    public DateTime ReceivedAt { get; init; }
    public PaymentFileState State { get; set; }

    /// <summary>Why it was refused as a whole; empty otherwise.</summary>
    public string ReasonCode { get; set; } = "";
    public string ReasonText { get; set; } = "";
}

public enum PaymentLineState
{
    /// <summary>Waits for its day.</summary>
    Pending = 1,
    Posted = 2,
    Rejected = 3,

    /// <summary>Reserved in the ledger while the bank looks at the names.</summary>
    Held = 4,
}

/// <summary>One transaction of a payment file and what became of it.</summary>
sealed class PaymentLine
{
    /// <summary>Of an entry's reference; file and number follow.</summary>
    public const string ReferencePrefix = "accounts/payment/";

    const int LongestText = 210;

    PaymentLine() { }

    public Guid FileId { get; private init; }

    /// <summary>Its place in the file, from 1.</summary>
    public int Number { get; private init; }

    /// <summary>Its payment block in the file, from 1, and the block's id.</summary>
    public int PaymentIndex { get; private init; }
    public string PaymentId { get; private init; } = "";
    public string EndToEndId { get; private init; } = "";
    public string InstructionId { get; private init; } = "";
    public string Uetr { get; private init; } = "";

    /// <summary>In minor units; 0 when what the file says is no amount.</summary>
    public long Amount { get; private init; }
    public string Currency { get; private init; } = "";
    public AccountId FromAccount { get; private init; }
    public AccountId ToAccount { get; private init; }

    /// <summary>Creditor and remittance text as JSON (<see cref="PaymentCreditor"/>). Sealed at rest.</summary>
    public string Creditor { get; private init; } = "";
    public DateOnly DueOn { get; private init; }
    public PaymentLineState State { get; private set; }

    /// <summary>ISO 20022 status reason; also on an accepted line, when its date was changed (DT06).</summary>
    public string ReasonCode { get; private set; } = "";
    public string ReasonText { get; private set; } = "";
    public DateTime? PostedAt { get; private set; }
    public long Sequence { get; private set; }

    /// <summary>It was reserved first, and then posted or released by an entry of its own.</summary>
    public bool WasHeld { get; private set; }

    public string Reference => ReferenceOf(FileId, Number);

    /// <summary>The entry that moved the money.</summary>
    public EntryId EntryId => WasHeld ? EndOf(FileId, Number) : EntryIdOf(FileId, Number);

    public static PaymentLine Of(Guid file, int number, PaymentInformation payment, CreditTransfer transfer, LineDecision decision) => new()
    {
        FileId = file,
        Number = number,
        PaymentIndex = payment.Index,
        PaymentId = Cut(payment.PaymentId, 35),
        EndToEndId = Cut(transfer.EndToEndId, 35),
        InstructionId = Cut(transfer.InstructionId ?? "", 35),
        Uetr = Cut(transfer.Uetr ?? "", 36),
        Amount = decision.Amount,
        Currency = Cut(transfer.Amount.Currency, 3),
        FromAccount = decision.From,
        ToAccount = decision.To,
        Creditor = PaymentCreditor.Of(payment, transfer).ToJson(),
        DueOn = decision.DueOn,
        State = decision.Rejected ? PaymentLineState.Rejected : PaymentLineState.Pending,
        ReasonCode = decision.Reason?.Code ?? "",
        ReasonText = Cut(decision.Reason?.Text ?? "", LongestText),
    };

    public static EntryId EntryIdOf(Guid file, int number) => new(NameBasedId.From("accounts", "payment", file.ToString(), $"{number}"));

    /// <summary>The one entry that ends a hold: it posts what was held, or gives it back.</summary>
    public static EntryId EndOf(Guid file, int number) => new(NameBasedId.From("accounts", "payment", file.ToString(), $"{number}", "2"));

    internal const string HeldPrefix = "accounts/payment-held/", ReleasedPrefix = "accounts/payment-released/";

    public static string ReferenceOf(Guid file, int number) => $"{ReferencePrefix}{file}/{number}";

    /// <summary>File and number that an entry's reference names.</summary>
    public static (Guid File, int Number) Of(string reference)
    {
        var parts = reference.Split('/');
        return (Guid.Parse(parts[2]), int.Parse(parts[3]));
    }

    public void OnHeld()
    {
        if (State == PaymentLineState.Pending) (State, WasHeld) = (PaymentLineState.Held, true);
    }

    /// <summary>Posts what is held.</summary>
    public Entry Continue(DateOnly today) => new()
    {
        Id = EndOf(FileId, Number),
        Action = EntryAction.Capture,
        Hold = EntryIdOf(FileId, Number),
        ValueDate = today,
        Code = (int)BookingCode.Payment,
        Reference = Reference,
    };

    /// <summary>Gives back what is held.</summary>
    public Entry Release(StatusReason reason, DateOnly today) => new()
    {
        Id = EndOf(FileId, Number),
        Action = EntryAction.Release,
        Hold = EntryIdOf(FileId, Number),
        ValueDate = today,
        Reference = $"{ReleasedPrefix}{FileId}/{Number}",
        Metadata = JsonSerializer.Serialize(reason),
    };

    public void Reject(StatusReason reason) =>
        (State, ReasonCode, ReasonText) = (PaymentLineState.Rejected, reason.Code, Cut(reason.Text ?? "", LongestText));

    static string Cut(string text, int length) => text.Length <= length ? text : text[..length];
}

/// <summary>What the ledger needs of a line; without the sealed columns, so that nothing is opened for it.</summary>
sealed record DuePayment(Guid File, int Number, AccountId From, AccountId To, long Amount, DateOnly DueOn)
{
    /// <param name="from">The payer's account.</param>
    /// <param name="hold">Reserve the money only: somebody has to look first.</param>
    public Entry ToEntry(DepositAccount from, bool hold) => new()
    {
        Id = PaymentLine.EntryIdOf(File, Number),
        Action = hold ? EntryAction.Hold : EntryAction.Post,
        Legs = [Leg.Debit(From, Amount), Leg.Credit(To, Amount), .. DailyAllowance.Take(from, Amount)],
        ValueDate = DueOn,
        Code = (int)BookingCode.Payment,
        Reference = hold ? $"{PaymentLine.HeldPrefix}{File}/{Number}" : PaymentLine.ReferenceOf(File, Number),
    };
}

/// <summary>What was decided of a transaction before the ledger is asked.</summary>
/// <param name="Amount">Minor units; 0 when there is no valid amount.</param>
sealed record LineDecision(long Amount, AccountId From, AccountId To, DateOnly DueOn, bool Rejected, StatusReason? Reason);

/// <summary>Whom a transaction pays, and the text for the payee.</summary>
/// <param name="Others">Other names that the file gives: the debtor's, and for whom it is paid; null for none.</param>
sealed record PaymentCreditor(
    string Name, string Number, string Bic, string Remittance,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Others = null)
{
    public static PaymentCreditor Of(PaymentInformation payment, CreditTransfer transfer) => new(
        transfer.Creditor.Name ?? "", AccountNumber.Normal(transfer.CreditorAccount.Number ?? ""),
        transfer.CreditorAgent.Bic ?? "", transfer.Remittance.Text,
        new[] { payment.Debtor.Name, payment.UltimateDebtor.Name, transfer.UltimateCreditor.Name }
            .OfType<string>().Distinct(StringComparer.Ordinal).ToList() is { Count: > 0 } others ? others : null);

    public string ToJson() => JsonSerializer.Serialize(this);

    public static PaymentCreditor FromJson(string json) =>
        JsonSerializer.Deserialize<PaymentCreditor>(json) ?? throw new InvalidDataException("A payment line has no creditor.");
}
