namespace Pujiang.Ledger;

/// <summary>A unit of account and the number of digits after its decimal point: CNY/2, JPY/0, e-CNY/2.</summary>
public sealed record Asset
{
    /// <param name="code">1 to 12 characters: ASCII letters, digits or hyphens.</param>
    /// <param name="scale">0 to 9: digits after the decimal point; one minor unit is 10^-scale of the unit.</param>
    public Asset(string code, int scale)
    {
        if (code.Length is 0 or > 12 || !code.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            throw new ArgumentException($"'{code}' is no asset code: 1 to 12 letters, digits or hyphens.", nameof(code));
        ArgumentOutOfRangeException.ThrowIfNegative(scale);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(scale, 9);
        (Code, Scale) = (code, scale);
    }

    public string Code { get; }
    public int Scale { get; }

    /// <summary>10^<see cref="Scale"/>: how many minor units make one unit.</summary>
    public long MinorUnitsPerUnit => (long)Math.Pow(10, Scale);

    public override string ToString() => Code;
}

/// <summary>The caller's 128-bit id of an account; a retry repeats it.</summary>
public readonly record struct AccountId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>The five kinds of accounts. Asset and expense accounts grow by debits, the others by credits.</summary>
public enum AccountKind : byte
{
    Asset = 1,
    Liability = 2,
    Equity = 3,
    Income = 4,
    Expense = 5,
}

/// <summary>What may happen on an account; checked in the same step as the posting.</summary>
/// <param name="Overdraft">
/// How far, in minor units, the balance on the account's normal side may fall below zero: 0 for no overdraft,
/// X for "up to X", <see cref="long.MaxValue"/> for no limit. Never negative.
/// </param>
/// <param name="FrozenIn">Nothing may be added on the normal side (a stop on incoming money).</param>
/// <param name="FrozenOut">Nothing may be taken from the normal side (a stop on outgoing money).</param>
/// <param name="FrozenAmount">Minor units of the balance that may not be taken; never negative.</param>
/// <param name="Closed">Nothing may be posted or held. Only an account with a zero balance and no holds can be closed.</param>
public sealed record Limits(
    long Overdraft = 0, bool FrozenIn = false, bool FrozenOut = false, long FrozenAmount = 0, bool Closed = false)
{
    /// <summary>No overdraft, nothing frozen: a customer's account.</summary>
    public static Limits NoOverdraft { get; } = new();

    /// <summary>May fall below zero without limit: the bank's own accounts.</summary>
    public static Limits Unlimited { get; } = new(Overdraft: long.MaxValue);
}

/// <summary>An account as it is opened. Everything but <see cref="Limits"/> stays as it was opened.</summary>
public sealed record Account
{
    public required AccountId Id { get; init; }
    public required Asset Asset { get; init; }
    public required AccountKind Kind { get; init; }

    /// <summary>Code in the chart of accounts: 1 to 16 digits, letters or dots ("2011", "1001.02").</summary>
    public required string ChartCode { get; init; }

    public Limits Limits { get; init; } = Limits.NoOverdraft;

    /// <summary>Whose it is, in the words of the service that opened it ("accounts/deposit/…"): at most 128 UTF-8 bytes.</summary>
    public string Reference { get; init; } = "";
}

/// <summary>The four totals of an account in minor units; none is ever negative.</summary>
public readonly record struct Balance(
    long PostedDebits, long PostedCredits, long PendingDebits, long PendingCredits)
{
    /// <summary>Posted balance on the normal side: debits less credits for assets and expenses, else credits less debits.</summary>
    public long On(AccountKind kind) =>
        kind is AccountKind.Asset or AccountKind.Expense ? PostedDebits - PostedCredits : PostedCredits - PostedDebits;
}

/// <summary>An account with its balance now.</summary>
public sealed record AccountState(Account Account, Balance Balance)
{
    /// <summary>Posted balance on the account's normal side, in minor units.</summary>
    public long Posted => Balance.On(Account.Kind);

    /// <summary>
    /// What can be taken now, in minor units: posted balance, less what holds would take, less the frozen amount,
    /// plus the overdraft; zero when frozen out or closed; <see cref="long.MaxValue"/> when the overdraft has no limit.
    /// </summary>
    public long Available
    {
        get
        {
            var limits = Account.Limits;
            if (limits.FrozenOut || limits.Closed) return 0;
            if (limits.Overdraft == long.MaxValue) return long.MaxValue;
            var held = Account.Kind is AccountKind.Asset or AccountKind.Expense
                ? Balance.PendingCredits : Balance.PendingDebits;
            var free = (Int128)Posted - held - limits.FrozenAmount + limits.Overdraft;
            return (long)Int128.Clamp(free, 0, long.MaxValue);
        }
    }
}
