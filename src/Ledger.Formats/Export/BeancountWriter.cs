using System.Globalization;
using System.Text;

namespace Pujiang.Ledger.Formats;

/// <summary>
/// Plain text for Beancount, which knows no virtual postings: what is held, released or expired stands as metadata of a
/// transaction without postings, so that the balances are the ledger's posted ones.
/// </summary>
sealed class BeancountWriter : IExportWriter
{
    // Beancount knows the years 1700 to 2099. Accounts are open from the first day, since value dates come in any order.
    static readonly DateOnly Earliest = new(1700, 1, 1);
    static readonly DateOnly Latest = new(2099, 12, 31);

    readonly StreamWriter _out;
    readonly Dictionary<string, string> _symbols = new(StringComparer.Ordinal);
    readonly HashSet<string> _taken = new(StringComparer.Ordinal) { "TRUE", "FALSE", "NULL" };

    public BeancountWriter(Stream output)
    {
        _out = new StreamWriter(output, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        _out.WriteLine("; A ledger of Pujiang, for Beancount.");
    }

    public ValueTask Write(ExportedAccount exported)
    {
        var asset = exported.Account.Asset;
        if (!_symbols.TryGetValue(asset.Code, out var symbol)) symbol = Declare(asset);
        _out.WriteLine($"{EntryKeys.Day(Earliest)} open {exported.Name} {symbol}");
        foreach (var (key, value, isQuoted) in EntryKeys.Of(exported.Account, text => QuotedText.Write(text))) WriteKey(key, value, isQuoted);
        return ValueTask.CompletedTask;
    }

    string Declare(Asset asset)
    {
        var symbol = LegalSymbol(asset.Code);
        for (var number = 2; !_taken.Add(symbol); number++) symbol = $"{LegalSymbol(asset.Code)}-{number}";
        _symbols.Add(asset.Code, symbol);
        _out.WriteLine($"{EntryKeys.Day(Earliest)} commodity {symbol}");
        WriteKey("asset", asset.Code, isQuoted: false);
        WriteKey("scale", asset.Scale.ToString(CultureInfo.InvariantCulture), isQuoted: false);
        return symbol;
    }

    /// <summary>Two to 24 capitals, digits and hyphens, with a letter first and no hyphen last.</summary>
    static string LegalSymbol(string code)
    {
        var symbol = code.ToUpperInvariant();
        if (!char.IsAsciiLetter(symbol[0])) symbol = "X" + symbol;
        return symbol.Length == 1 || symbol[^1] == '-' ? symbol + "X" : symbol;
    }

    public ValueTask Write(PostedEntry posted, ExportedAccounts accounts)
    {
        var entry = posted.Entry;
        var day = entry.ValueDate < Earliest ? Earliest : entry.ValueDate > Latest ? Latest : entry.ValueDate;
        _out.WriteLine();
        _out.WriteLine($"{EntryKeys.Day(day)} * {QuotedText.Write(JournalWriter.Description(entry))}");
        foreach (var (key, value, isQuoted) in EntryKeys.Of(posted, day, text => QuotedText.Write(text))) WriteKey(key, value, isQuoted);
        var number = 0;
        foreach (var leg in entry.Legs)
        {
            var account = accounts[leg.Account];
            var amount = $"{Quantity.Text(leg.Side == Side.Debit ? leg.Amount : -leg.Amount, account.Account.Asset.Scale)} {_symbols[account.Account.Asset.Code]}";
            if (EntryKeys.IsPending(entry.Action)) WriteKey($"leg-{++number}", $"{account.Name} {amount}", isQuoted: false);
            else _out.WriteLine($"  {account.Name}  {amount}");
        }
        return ValueTask.CompletedTask;
    }

    void WriteKey(string key, string value, bool isQuoted) => _out.WriteLine(isQuoted ? $"  {key}: {value}" : $"  {key}: \"{value}\"");

    public async ValueTask Finish(CancellationToken cancel) => await _out.FlushAsync(cancel);

    public ValueTask DisposeAsync() => _out.DisposeAsync();
}
