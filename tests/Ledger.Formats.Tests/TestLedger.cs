using CsCheck;

namespace Pujiang.Ledger.Formats.Tests;

/// <summary>A folder that goes with the test.</summary>
sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("pujiang-formats-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string File(string name, string content)
    {
        System.IO.File.WriteAllText(this[name], content);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>What a random ledger is made of: a list of steps that the ledger may refuse.</summary>
sealed record LedgerPlan(Account[] Accounts, Step[] Steps);

/// <param name="Minutes">How far the clock moves before.</param>
sealed record Step(int Minutes, EntryAction Action, int From, int To, long Amount, int Target, bool Expires, Entry Texts);

/// <summary>Builds ledgers and reads them back.</summary>
static class TestLedger
{
    static readonly DateTime Beginning = new(2026, 1, 31, 22, 0, 0, DateTimeKind.Utc);
    public const long Segment = 64 << 10;

    static readonly string[] Codes = ["CNY", "e-CNY", "E-CNY", "JPY", "X", "1A-", "TRUE", "BTC", "usd"];

    /// <summary>Texts that break formats: quotes, line ends, signs with a meaning, other planes, control characters.</summary>
    static readonly Gen<string> AnyText = Gen.OneOf(
        Gen.Const(""), Gen.String[Gen.Char.AlphaNumeric, 0, 20],
        Gen.Int[0, 12].Select(i => new[] { "\"", "\\", "\n", "\r\n", "; comment", "a: b, c: d", "[2026-01-01]", "[=2026/01/01]", "张三 → 李四", "\u0000\u0001\u001b", "\u2028\u0085\u00a0", "👩‍👩‍👧 \U000E0001", "=1+1,\"x\"  (y) @ {z} #t ^l \\u0041" }[i]),
        Gen.String[Gen.Char, 0, 12].Select(Sound));

    static string Sound(string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));

    static readonly Gen<Entry> AnyTexts =
        from reference in AnyText
        from metadata in Gen.Select(AnyText, AnyText, (a, b) => a + b)
        from code in Gen.OneOf(Gen.Const(0), Gen.Int)
        from day in Gen.OneOf(Gen.Int[738_000, 740_000], Gen.Int[0, 3_652_058])
        select new Entry { Id = default, ValueDate = DateOnly.FromDayNumber(day), Reference = reference, Metadata = metadata, Code = code };

    static readonly Gen<Step> AnyStep =
        from minutes in Gen.Int[0, 3]
        from action in Gen.Frequency((5, Gen.Const(EntryAction.Post)), (3, Gen.Const(EntryAction.Hold)), (2, Gen.Const(EntryAction.Capture)), (1, Gen.Const(EntryAction.Release)))
        from legs in Gen.Select(Gen.Int[0, 19], Gen.Int[0, 19])
        from amount in Gen.OneOf(Gen.Long[1, 10_000], Gen.Long[1, 900_000_000_000_000])
        from target in Gen.Int[0, 9]
        from expires in Gen.Bool
        from texts in AnyTexts
        select new Step(minutes, action, legs.Item1, legs.Item2, amount, target, expires, texts);

    static readonly Gen<Account[]> AnyAccounts =
        from references in AnyText.Array[20]
        from kinds in Gen.Int[1, 5].Array[20]
        from charts in Gen.Int[0, 4].Array[20]
        from overdrafts in Gen.OneOf(Gen.Const(long.MaxValue), Gen.Long[0, long.MaxValue / 2]).Array[20]
        select Enumerable.Range(0, 20).Select(i => new Account
        {
            Id = new AccountId(new Guid(i + 1, 7, 7, 1, 2, 3, 4, 5, 6, 7, 0xAB)),
            Asset = AssetOf(i),
            Kind = (AccountKind)kinds[i],
            ChartCode = new[] { "1001", "2011.02", "a.B", ".9", "9" }[charts[i]],
            Reference = references[i],
            Limits = new Limits(overdrafts[i], FrozenAmount: i % 4),
        }).ToArray();

    static Asset AssetOf(int account) => new(Codes[account % Codes.Length], (account % Codes.Length) switch { 3 => 0, 4 => 9, 7 => 8, _ => 2 });

    public static Gen<LedgerPlan> Any { get; } = Gen.Select(AnyAccounts, AnyStep.Array[1, 60], (accounts, steps) => new LedgerPlan(accounts, steps));

    /// <summary>Carries a plan out in a new ledger; refused steps leave nothing.</summary>
    public static async Task Build(string folder, LedgerPlan plan, bool endsFrozen = true)
    {
        var clock = new ReplayClock(TimeProvider.System);
        clock.StandAt(Beginning);
        await using var book = Book.Open(new BookOptions { Directory = folder, Time = clock, SegmentBytes = Segment });
        await book.Open(plan.Accounts);
        var now = Beginning.AddTicks(1234567);
        var holds = new List<EntryId>();
        for (var i = 0; i < plan.Steps.Length; i++)
        {
            var step = plan.Steps[i];
            now = now.AddMinutes(step.Minutes);
            clock.StandAt(now);
            var id = new EntryId(new Guid(i + 1, 1, 1, 0xFF, 0, 0, 0, 0, 0, 0, 1));
            if (EntryOf(step, id, plan.Accounts, holds, now) is not { } entry) continue;
            var answer = (await book.Post([entry]))[0];
            if (answer.IsPosted && entry.Action == EntryAction.Hold) holds.Add(id);
        }
        if (!endsFrozen) return;
        // One account ends frozen, one closed if it can be.
        await book.SetLimits(plan.Accounts[0].Id, plan.Accounts[0].Limits with { FrozenOut = true, FrozenIn = true });
        foreach (var account in plan.Accounts)
            if (await book.SetLimits(account.Id, account.Limits with { Closed = true }) == LimitStatus.Changed) break;
    }

    static Entry? EntryOf(Step step, EntryId id, Account[] accounts, List<EntryId> holds, DateTime now)
    {
        var from = accounts[step.From];
        var same = accounts.Where(account => account.Asset == from.Asset && account.Id != from.Id).ToArray();
        var to = same[step.To % same.Length];
        Leg[] legs = step.Target % 3 == 0
            ? [Leg.Debit(from.Id, step.Amount), Leg.Credit(to.Id, (step.Amount + 1) / 2), .. step.Amount > 1 ? (Leg[])[Leg.Credit(to.Id, step.Amount / 2)] : []]
            : [Leg.Credit(to.Id, step.Amount), Leg.Debit(from.Id, step.Amount)];
        var entry = step.Texts with { Id = id, Action = step.Action, Legs = legs };
        switch (step.Action)
        {
            case EntryAction.Hold: return entry with { ExpiresAt = step.Expires ? now.AddMinutes(2).AddTicks(3) : null };
            case EntryAction.Post: return entry with { AtMost = step.Expires && legs.Length == 2 };
            default:
                if (holds.Count == 0) return null;
                return entry with { Hold = holds[step.Target % holds.Count], Legs = [] };
        }
    }

    /// <summary>Everything that a ledger holds, as text that can be compared.</summary>
    /// <param name="untouched">Also the accounts without entries.</param>
    public static async Task<List<string>> Dump(string folder, bool untouched = false)
    {
        await using var book = OpenQuietly(folder);
        var lines = new List<string>();
        var accounts = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var posted in Entries(book))
        {
            var entry = posted.Entry;
            lines.Add($"{posted.Sequence} {posted.PostedAt:O} {entry.Id} {entry.Action} {entry.Hold} {entry.ExpiresAt:O} {entry.ValueDate:O} {entry.Code} {entry.Reference.Length}:{entry.Reference}|{entry.Metadata} "
                + string.Join(' ', entry.Legs));
            foreach (var leg in entry.Legs) accounts.Add(leg.Account.ToString());
        }
        if (untouched) accounts.UnionWith((await book.Accounts()).Select(state => state.Account.Id.ToString()));
        foreach (var account in accounts) lines.Add($"{await book.Find(new AccountId(Guid.Parse(account)))}");
        return lines;
    }

    public static async IAsyncEnumerable<PostedEntry> Entries(Book book)
    {
        if (book.LastSequence == 0) yield break;
        await foreach (var posted in book.Follow(0))
        {
            yield return posted;
            if (posted.Sequence == book.LastSequence) yield break;
        }
    }

    /// <summary>At the ledger's own time, so that nothing expires.</summary>
    public static Book OpenQuietly(string folder)
    {
        var clock = new ReplayClock(TimeProvider.System);
        clock.StandAt(DateTime.MinValue);
        return Book.Open(new BookOptions { Directory = folder, Time = clock, SegmentBytes = Segment });
    }

    public static async Task<ExportSummary> Export(string folder, LedgerFormat format, string file, ExportRange? range = null)
    {
        await using var book = OpenQuietly(folder);
        await using var output = File.Create(file);
        return await LedgerExport.Write(book, format, output, range);
    }

    public static ImportOptions Options { get; } = new() { SegmentBytes = Segment };
}
