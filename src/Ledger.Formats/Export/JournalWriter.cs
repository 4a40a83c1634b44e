using System.Text;

namespace Pujiang.Ledger.Formats;

/// <summary>Where hledger and ledger differ.</summary>
enum JournalDialect
{
    Hledger,
    Ledger,
}

/// <summary>
/// Plain text for hledger and ledger. What is held stands as balanced virtual postings on accounts under "Pending:", so that
/// the other accounts have exactly the ledger's posted balances, and the pending ones can be looked at or left out (--real).
/// </summary>
sealed class JournalWriter : IExportWriter
{
    /// <summary>Would mean something in a comment: a second tag, a comment, the date of a posting.</summary>
    const string AlsoEscaped = ",;[]";
    const int LongestDescription = 80;

    /// <summary>ledger knows no earlier year.</summary>
    static readonly DateOnly EarliestOfLedger = new(1400, 1, 1);

    readonly StreamWriter _out;
    readonly JournalDialect _dialect;
    readonly HashSet<string> _assets = new(StringComparer.Ordinal);
    readonly HashSet<AccountId> _pending = [];

    public JournalWriter(Stream output, JournalDialect dialect)
    {
        _out = new StreamWriter(output, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        _dialect = dialect;
        _out.WriteLine("; A ledger of Pujiang, for " + (dialect == JournalDialect.Hledger ? "hledger." : "ledger."));
        if (dialect == JournalDialect.Hledger) _out.WriteLine("decimal-mark .");
        // With --strict or --pedantic ledger asks for a declaration of each tag.
        else foreach (var key in EntryKeys.All) _out.WriteLine($"tag {key}");
    }

    public ValueTask Write(ExportedAccount exported)
    {
        var asset = exported.Account.Asset;
        if (_assets.Add(asset.Code)) WriteCommodity(asset);
        _out.WriteLine($"account {exported.Name}");
        foreach (var (key, value, _) in EntryKeys.Of(exported.Account, Quote)) _out.WriteLine($"    ; {key}: {value}");
        return ValueTask.CompletedTask;
    }

    void WriteCommodity(Asset asset)
    {
        var symbol = SymbolOf(asset);
        var sample = Quantity.Text(1000 * asset.MinorUnitsPerUnit, asset.Scale);
        if (_dialect == JournalDialect.Hledger) _out.WriteLine($"commodity {sample}{(asset.Scale == 0 ? "." : "")} {symbol}");
        else _out.WriteLine($"commodity {symbol}\n    format {sample} {symbol}");
    }

    public ValueTask Write(PostedEntry posted, ExportedAccounts accounts)
    {
        var entry = posted.Entry;
        var isPending = entry.Action is not EntryAction.Post;
        if (isPending) foreach (var leg in entry.Legs) DeclarePending(accounts[leg.Account]);
        var day = _dialect == JournalDialect.Ledger && entry.ValueDate < EarliestOfLedger ? EarliestOfLedger : entry.ValueDate;
        _out.WriteLine();
        _out.WriteLine($"{EntryKeys.Day(day)} * {Description(entry)}");
        foreach (var (key, value, _) in EntryKeys.Of(posted, day, Quote)) _out.WriteLine($"    ; {key}: {value}");
        if (!EntryKeys.IsPending(entry.Action))
            foreach (var leg in entry.Legs) WriteLeg(leg, accounts[leg.Account], "", "", leg.Side == Side.Debit);
        if (isPending)
            foreach (var leg in entry.Legs) WriteLeg(leg, accounts[leg.Account], "[Pending:", "]", leg.Side == Side.Debit == (entry.Action == EntryAction.Hold));
        return ValueTask.CompletedTask;
    }

    void DeclarePending(ExportedAccount account)
    {
        if (_pending.Add(account.Account.Id)) _out.WriteLine($"account Pending:{account.Name}");
    }

    void WriteLeg(Leg leg, ExportedAccount account, string before, string after, bool isPlus)
    {
        var asset = account.Account.Asset;
        var amount = Quantity.Text(isPlus ? leg.Amount : -leg.Amount, asset.Scale);
        _out.WriteLine($"    {before}{account.Name}{after}  {amount} {SymbolOf(asset)}");
    }

    /// <summary>Whatever isn't letters only stands in quotes.</summary>
    static string SymbolOf(Asset asset) => asset.Code.All(char.IsAsciiLetter) ? asset.Code : $"\"{asset.Code}\"";

    static string Quote(string text) => QuotedText.Write(text, AlsoEscaped);

    /// <summary>For the eye: the reference, else the first words of the metadata, else the action; the exact texts are in the keys.</summary>
    public static string Description(Entry entry)
    {
        var text = entry.Reference.Length > 0 ? entry.Reference : entry.Metadata;
        var words = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (words.Length >= LongestDescription || rune.Value == '\n') break;
            var isPlain = Rune.IsLetterOrDigit(rune) || rune.Value is '-' or '_' or '.' or '/' or ':' or '#' or '+' or '\'';
            if (isPlain) words.Append(rune.ToString());
            else if (words.Length > 0 && words[^1] != ' ') words.Append(' ');
        }
        var description = words.ToString().Trim();
        return description.Length > 0 ? description : EntryKeys.NameOf(entry.Action);
    }

    public async ValueTask Finish(CancellationToken cancel) => await _out.FlushAsync(cancel);

    public ValueTask DisposeAsync() => _out.DisposeAsync();
}
