using System.Text.Json;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Accounts;

public enum TransferState
{
    /// <summary>Waits for its day.</summary>
    Scheduled = 1,
    Posted = 2,
    Refused = 3,
    Cancelled = 4,

    /// <summary>Reserved in the ledger while the bank looks at the names.</summary>
    Held = 5,
}

/// <summary>A customer's order to move money to one payee, now or on a day.</summary>
sealed class Transfer
{
    /// <summary>From, event, to. Whatever is not here can't happen.</summary>
    public static IReadOnlyList<(TransferState From, string Event, TransferState To)> LifeCycle { get; } =
    [
        (TransferState.Scheduled, "posted", TransferState.Posted),
        (TransferState.Scheduled, "refused", TransferState.Refused),
        (TransferState.Scheduled, "cancelled", TransferState.Cancelled),
        (TransferState.Scheduled, "held", TransferState.Held),
        (TransferState.Held, "posted", TransferState.Posted),
        (TransferState.Held, "refused", TransferState.Refused),
    ];

    /// <summary>Of an entry's reference; the transfer's id follows.</summary>
    public const string ReferencePrefix = "accounts/transfer/";

    Transfer() { }

    public Guid Id { get; private init; }
    public AccountId FromAccount { get; private init; }

    /// <summary>The ledger account that gets it: the payee's, or clearing for another bank.</summary>
    public AccountId ToAccount { get; private init; }
    public long Amount { get; private init; }
    public string Currency { get; private init; } = "";
    public Money Money => new(Amount, Assets.Of(Currency));

    /// <summary>Sealed at rest, as are number, bank and purpose.</summary>
    public string PayeeName { get; private init; } = "";
    public string PayeeNumber { get; private init; } = "";

    /// <summary>Name or BIC of the payee's bank; empty for this bank.</summary>
    public string PayeeBank { get; private init; } = "";
    public string Purpose { get; private init; } = "";
    public DateOnly DueOn { get; private init; }
    public TransferState State { get; private set; }

    /// <summary>Why it was refused; empty otherwise.</summary>
    public string RefusalCode { get; private set; } = "";
    public DateTime CreatedAt { get; private init; }
    public DateTime? PostedAt { get; private set; }

    /// <summary>Position in the ledger; 0 until posted.</summary>
    public long Sequence { get; private set; }

    /// <summary>It was reserved first, and then posted or released by an entry of its own.</summary>
    public bool WasHeld { get; private set; }

    /// <summary>The one entry of this transfer, which posts it, holds it or marks it cancelled: one of the three, whoever tries and how often.</summary>
    public static EntryId EntryOf(Guid transfer) => new(NameBasedId.From("accounts", "transfer", transfer.ToString(), "1"));

    /// <summary>The one entry that ends a hold: it posts what was held, or gives it back.</summary>
    public static EntryId EndOf(Guid transfer) => new(NameBasedId.From("accounts", "transfer", transfer.ToString(), "2"));

    /// <summary>The entry that moved the money.</summary>
    public EntryId Booking => WasHeld ? EndOf(Id) : EntryOf(Id);

    public static Transfer Schedule(Guid id, TransferOrder order, DateOnly dueOn, DateTime now) => new()
    {
        Id = id,
        FromAccount = order.From,
        ToAccount = order.To,
        Amount = order.Amount.MinorUnits,
        Currency = order.Amount.Asset.Code,
        PayeeName = order.Details.PayeeName,
        PayeeNumber = order.Details.PayeeNumber,
        PayeeBank = order.Details.PayeeBank,
        Purpose = order.Details.Purpose,
        DueOn = dueOn,
        State = TransferState.Scheduled,
        CreatedAt = now,
    };

    /// <summary>A transfer that was posted at once is known from its entry alone.</summary>
    public static Transfer FromPosted(Guid id, PostedEntry posted, PersonalData personalData)
    {
        var transfer = Read(id, posted, personalData);
        transfer.OnPosted(posted);
        return transfer;
    }

    /// <summary>So is one that was held at once.</summary>
    public static Transfer FromHeld(Guid id, PostedEntry held, PersonalData personalData)
    {
        var transfer = Read(id, held, personalData);
        transfer.OnHeld();
        return transfer;
    }

    static Transfer Read(Guid id, PostedEntry posted, PersonalData personalData)
    {
        var details = TransferDetails.Open(posted.Entry.Metadata, personalData);
        var legs = posted.Entry.Legs;
        var order = new TransferOrder(
            legs[0].Account, legs[1].Account, new Money(legs[0].Amount, Assets.Of(details.Currency)), details);
        return Schedule(id, order, posted.Entry.ValueDate, posted.PostedAt);
    }

    public void OnHeld()
    {
        if (State != TransferState.Scheduled) return;
        Move("held");
        WasHeld = true;
    }

    /// <summary>Posts what is held.</summary>
    public Entry Continue(PersonalData personalData, DateOnly today) => new()
    {
        Id = EndOf(Id),
        Action = EntryAction.Capture,
        Hold = EntryOf(Id),
        ValueDate = today,
        Code = (int)BookingCode.Transfer,
        Reference = $"accounts/transfer/{Id}",
        Metadata = Order.Details.Seal(personalData, Id),
    };

    /// <summary>Gives back what is held.</summary>
    /// <param name="code">Why the transfer is refused, as the customer is told.</param>
    public Entry Release(string code, DateOnly today) => new()
    {
        Id = EndOf(Id),
        Action = EntryAction.Release,
        Hold = EntryOf(Id),
        ValueDate = today,
        Reference = $"accounts/released/{Id}",
        Metadata = code,
    };

    public void OnPosted(PostedEntry posted)
    {
        if (State == TransferState.Posted) return;
        Move("posted");
        (PostedAt, Sequence) = (posted.PostedAt, posted.Sequence);
    }

    public void Refuse(string code)
    {
        Move("refused");
        RefusalCode = code;
    }

    public static readonly Refusal NotScheduled =
        new("transfer_not_scheduled", "Only a transfer that still waits for its day can be cancelled.", "id");

    /// <summary>
    /// Takes a scheduled transfer back; refused once it is on its way. The entry moves no money: it takes the id under which
    /// the transfer would be posted, so that of a cancellation and a posting at the same time only one can be.
    /// </summary>
    public Outcome<Entry> Cancel(DepositAccount from)
    {
        if (State is not (TransferState.Scheduled or TransferState.Cancelled)) return NotScheduled;
        return new Entry
        {
            Id = EntryOf(Id),
            Legs = DailyAllowance.Move(from, 0),
            ValueDate = DueOn,
            Code = (int)BookingCode.Allowance,
            Reference = $"accounts/cancelled/{Id}",
        };
    }

    public void OnCancelled()
    {
        if (State != TransferState.Cancelled) Move("cancelled");
    }

    /// <summary>What is to be posted when its day has come.</summary>
    public TransferOrder Order =>
        new(FromAccount, ToAccount, Money, new TransferDetails(PayeeName, PayeeNumber, PayeeBank, Purpose, Currency));

    void Move(string happened) =>
        State = LifeCycle.Single(step => step.From == State && step.Event == happened).To;
}

/// <summary>A decided transfer: every check that needs no ledger has passed.</summary>
sealed record TransferOrder(AccountId From, AccountId To, Money Amount, TransferDetails Details)
{
    /// <param name="hold">Reserve the money only: somebody has to look first.</param>
    public Entry ToEntry(Guid transfer, DepositAccount from, PersonalData personalData, DateOnly dueOn, bool hold = false) => new()
    {
        Id = Transfer.EntryOf(transfer),
        Action = hold ? EntryAction.Hold : EntryAction.Post,
        Legs = [Leg.Debit(From, Amount.MinorUnits), Leg.Credit(To, Amount.MinorUnits), .. DailyAllowance.Take(from, Amount.MinorUnits)],
        ValueDate = dueOn,
        Code = (int)BookingCode.Transfer,
        Reference = hold ? $"accounts/held/{transfer}" : $"{Transfer.ReferencePrefix}{transfer}",
        Metadata = Details.Seal(personalData, transfer),
    };
}

/// <summary>The words of a transfer. In the ledger's metadata they stand sealed, because they name people.</summary>
sealed record TransferDetails(string PayeeName, string PayeeNumber, string PayeeBank, string Purpose, string Currency)
{
    /// <param name="transfer">A retry must repeat the entry to the byte, so the nonce follows from the transfer.</param>
    public string Seal(PersonalData personalData, Guid transfer) =>
        Convert.ToBase64String(personalData.SealRepeatably(JsonSerializer.Serialize(this), transfer));

    public static TransferDetails Open(string metadata, PersonalData personalData) =>
        JsonSerializer.Deserialize<TransferDetails>(personalData.Open(Convert.FromBase64String(metadata)))
        ?? throw new InvalidDataException("A transfer's entry has no details.");
}
