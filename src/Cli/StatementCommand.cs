using System.CommandLine;
using System.Globalization;
using Pujiang.Accounts;

namespace Pujiang.Cli;

/// <summary>Writes the statement of an account.</summary>
static class StatementCommand
{
    static readonly Argument<string> Account = new("ACCOUNT") { Description = "Account number (card, IBAN) or id" };
    static readonly Option<string> Format = new("--format") { Description = "Form of the statement", DefaultValueFactory = _ => "text" };
    static readonly Option<DateOnly?> From = Day("--from", "First day [default: 30 days before the last]");
    static readonly Option<DateOnly?> To = Day("--to", "Last day [default: today]");
    static readonly Option<string?> Currency = new("--currency") { Description = "Which account, when the number has several currencies", HelpName = "CCY" };
    static readonly Option<string?> Out = new("--out") { Description = "Write to this file instead of the terminal", HelpName = "FILE" };

    public static Command Make()
    {
        Format.AcceptOnlyFromAmong([.. StatementFormats.All]);
        var statement = new Command("statement", "Print an account's statement, or write it to a file")
        {
            Account, Format, From, To, Currency, Out, Settings.Data, Settings.ServerUrl,
        };
        statement.SetAction(Run);
        return statement;
    }

    static async Task<int> Run(ParseResult parsed, CancellationToken cancel)
    {
        await using var bank = await Bank.Open(Settings.From(parsed, parsed.GetValue(Settings.ServerUrl)), create: false, cancel);
        var account = await Find(bank, parsed.GetRequiredValue(Account), parsed.GetValue(Currency), cancel);
        async Task Write(Stream output)
        {
            var refusal = await bank.WriteStatement(
                account.Id, parsed.GetValue(From), parsed.GetValue(To), parsed.GetRequiredValue(Format), output, cancel);
            if (refusal is not null) throw new CommandFailed(refusal);
        }

        if (parsed.GetValue(Out) is { } path)
        {
            await NamedFile.Write(path, Write);
            Say.Note($"The statement of {AccountNumber.Masked(account.Number)} is in {path}.");
            return 0;
        }
        if (parsed.GetRequiredValue(Format) == "pdf" && !Console.IsOutputRedirected)
            throw new CommandFailed("A PDF can't be shown in a terminal: name a file with --out FILE.");
        // A statement that turns out not to add up fails at its end: nothing of it may be printed by then.
        using var statement = new MemoryStream();
        await Write(statement);
        statement.Position = 0;
        await using var terminal = Console.OpenStandardOutput();
        await statement.CopyToAsync(terminal, cancel);
        return 0;
    }

    static async Task<DepositAccounts.View> Find(IBank bank, string named, string? currency, CancellationToken cancel)
    {
        if (Guid.TryParse(named, CultureInfo.InvariantCulture, out var id))
            return await bank.Account(id, cancel) ?? throw new CommandFailed($"There is no account with the id {id}.");
        var all = await bank.AccountsWithNumber(named, cancel);
        var found = all.Where(a => currency is null || string.Equals(a.Balance.Asset.Code, currency, StringComparison.OrdinalIgnoreCase)).ToList();
        return found switch
        {
            [var only] => only,
            [] when all.Count > 0 => throw new CommandFailed($"The account {named} is not kept in {currency}, but in {Currencies(all)}."),
            [] => throw new CommandFailed($"There is no account with the number {named}."),
            _ => throw new CommandFailed($"The number {named} has accounts in {Currencies(all)}. Choose one with --currency."),
        };
    }

    static string Currencies(IEnumerable<DepositAccounts.View> accounts) => string.Join(", ", accounts.Select(a => a.Balance.Asset.Code));

    static Option<DateOnly?> Day(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "YYYY-MM-DD",
        CustomParser = given =>
        {
            var text = given.Tokens is [var token] ? token.Value : "";
            if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return day;
            given.AddError($"'{text}' is no day of the calendar; write it as 2026-05-31 after {name}.");
            return null;
        },
    };
}
