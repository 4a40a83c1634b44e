using System.Globalization;

namespace Pujiang.Ledger.Simulator;

/// <summary>A call to the ledger: how it is sent, and what the model says to it.</summary>
abstract record Call
{
    public abstract Task<object> Send(Book book);

    public abstract object Apply(Model model);

    /// <summary>The parts that may come to stand in different frames, in order.</summary>
    public virtual IEnumerable<Action<Model>> Parts() => [model => Apply(model)];

    /// <summary>Answers in words, so that two of them can be compared, told and hashed.</summary>
    public abstract string Say(object answer);

    static async Task<object> As<T>(Task<T> answer) where T : notnull => await answer;

    public sealed record Open(Account[] Accounts) : Call
    {
        /// <summary>Changes nothing, and is answered when all before it is.</summary>
        public static Open Nothing { get; } = new([]);

        public override Task<object> Send(Book book) => As(book.Open(Accounts));
        public override object Apply(Model model) => Accounts.Select(model.Open).ToList();
        public override string Say(object answer) => string.Join(' ', (IEnumerable<OpenStatus>)answer);
        public override string ToString() => $"open {string.Join(", ", Accounts.Select(account => $"{account.Id.Value.ToString()[..8]} {account.Kind} {account.Asset} {account.Limits}"))}";
    }

    public sealed record Limit(AccountId Account, Limits Limits) : Call
    {
        public override Task<object> Send(Book book) => As(book.SetLimits(Account, Limits));
        public override object Apply(Model model) => model.SetLimits(Account, Limits);
        public override string Say(object answer) => $"{answer}";
        public override string ToString() => $"limit {Account.Value.ToString()[..8]} {Limits}";
    }

    public sealed record Period(DateOnly Through) : Call
    {
        public override Task<object> Send(Book book) => As(book.ClosePeriod(Through));
        public override object Apply(Model model) => model.ClosePeriod(Through);
        public override string Say(object answer) => $"{answer}";
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"close period through {Through:yyyy-MM-dd}");
    }

    public sealed record Post(Entry[] Entries) : Call
    {
        public override Task<object> Send(Book book) => As(book.Post(Entries));
        public override object Apply(Model model) => model.Post(Entries);

        public override IEnumerable<Action<Model>> Parts()
        {
            for (var next = 0; next < Entries.Length;)
            {
                var start = next;
                while (next < Entries.Length - 1 && Entries[next].Linked) next++;
                next++;
                yield return model => model.PostGroup(Entries, start);
            }
        }

        public override string Say(object answer) => string.Join(
            Environment.NewLine,
            ((IEnumerable<EntryResult>)answer).Select(result => string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Status} #{result.Sequence} at {result.PostedAt:HH:mm:ss.fffffff} leg {result.Leg}{(result.Repeated ? " repeated" : "")} {string.Join(';', result.Balances.ToArray())}")));

        public override string ToString() => $"post {string.Join(" + ", Entries.Take(4).Select(Describe))}{(Entries.Length > 4 ? $" + {Entries.Length - 4} more" : "")}";

        static string Describe(Entry entry) =>
            $"{entry.Id.Value.ToString()[..8]} {entry.Action}{(entry.AtMost ? " at most" : "")}{(entry.Hold is { } hold ? $" of {hold.Value.ToString()[..8]}" : "")}"
            + $" [{string.Join(' ', entry.Legs.Take(4).Select(leg => $"{leg.Side.ToString()[0]} {leg.Account.Value.ToString()[..8]} {leg.Amount}"))}]{(entry.Linked ? " linked" : "")}";
    }
}
