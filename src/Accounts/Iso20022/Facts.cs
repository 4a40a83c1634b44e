namespace Pujiang.Accounts;

/// <summary>What a file says, as counted by us. Lists and sums are in the order of the file.</summary>
public sealed record MessageFacts
{
    /// <summary>The business application header, when there is one.</summary>
    public HeaderFacts? Header { get; set; }

    public List<DocumentFacts> Documents { get; } = [];
}

/// <summary>A business application header (head.001).</summary>
public sealed record HeaderFacts
{
    public string? Namespace { get; set; }
    public string? BusinessMessageId { get; set; }
    public string? MessageDefinition { get; set; }
    public string? BusinessService { get; set; }

    /// <summary>Where MsgDefIdr stands.</summary>
    internal int Line { get; set; }

    /// <summary>Whether the message it announces was met.</summary>
    internal bool IsUsed { get; set; }
    public string? Created { get; set; }
}

/// <summary>One message.</summary>
public sealed record DocumentFacts
{
    /// <summary>The message name, without the standard's prefix.</summary>
    public string Namespace { get; set; } = "";
    public string RootElement { get; set; } = "";
    public string? MessageId { get; set; }
    public string? Created { get; set; }
    public string? NumberOfTransactions { get; set; }
    public string? ControlSum { get; set; }
    public string? SettlementMethod { get; set; }

    /// <summary>Transactions of a payment message; null for other messages.</summary>
    public int? TransactionCount { get; set; }
    public int? ReturnCount { get; set; }
    public int? StatusCount { get; set; }

    /// <summary>Sums of transaction amounts by element and currency: "InstdAmt.EUR".</summary>
    public SortedDictionary<string, decimal> Sums { get; } = new(StringComparer.Ordinal);
    public List<string> EndToEndIds { get; } = [];
    public List<string> Uetrs { get; } = [];
    public List<string> ReasonCodes { get; } = [];
    public List<string> GroupStatuses { get; } = [];

    /// <summary>How many transactions have each status.</summary>
    public SortedDictionary<string, int> TransactionStatuses { get; } = new(StringComparer.Ordinal);
    public List<StatementFacts> Statements { get; } = [];
}

/// <summary>A statement, report or notification of an account.</summary>
public sealed record StatementFacts
{
    public string? Id { get; set; }
    public string? Iban { get; set; }
    public string? Other { get; set; }
    public string? Currency { get; set; }
    public List<BalanceFacts> Balances { get; } = [];
    public int Entries { get; set; }

    /// <summary>Sums of entries by side and currency: "CRDT.EUR".</summary>
    public SortedDictionary<string, decimal> EntrySums { get; } = new(StringComparer.Ordinal);
    public int TransactionDetails { get; set; }

    /// <summary>Null where opening or closing balance is missing or the currencies differ.</summary>
    public RollForward? RollForward { get; set; }
}

/// <summary>A balance as stated: its type (OPBD, CLBD …), currency, amount as text, and side.</summary>
public sealed record BalanceFacts(string? Type, string? Currency, string? Amount, string? Side);

/// <summary>Opening balance + credits − debits against the closing balance; debit balances are negative.</summary>
public sealed record RollForward(decimal Opening, decimal Net, decimal Closing)
{
    public bool Holds => Opening + Net == Closing;
}
