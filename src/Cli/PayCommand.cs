using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Cli;

/// <summary>Sends a pain.001 to the bank and prints what becomes of each transaction.</summary>
static class PayCommand
{
    const int SomeRejected = 2;
    const int LinesAtATime = 1_000;
    const int LongestCreditor = 24;
    const string Waiting = "ACSP";

    static readonly Argument<string> FileName = new("FILE") { Description = "A pain.001 message" };
    static readonly Option<bool> Demo = new("--demo") { Description = "First open the debtor accounts named in the file and pay in what it needs" };
    static readonly Option<string?> Report = new("--report") { Description = "Write the bank's answer (pain.002) to this file", HelpName = "OUT.xml" };

    public static Command Make()
    {
        var pay = new Command("pay", "Carry out a payment file (pain.001). Exit code 0: all accepted, 2: some rejected, 1: error")
        {
            FileName, Demo, Report, Settings.Json, Settings.Data, Settings.ServerUrl,
        };
        pay.SetAction(Run);
        return pay;
    }

    static async Task<int> Run(ParseResult parsed, CancellationToken cancel)
    {
        var path = parsed.GetRequiredValue(FileName);
        await using var file = NamedFile.Open(path);
        await using var bank = await Bank.Open(Settings.From(parsed, parsed.GetValue(Settings.ServerUrl)), create: true, cancel);
        if (parsed.GetValue(Demo)) await DemoFunding.Prepare(bank, file, cancel);

        file.Position = 0;
        if (!(await bank.Submit(file, cancel)).Try(out var sent, out var refusal)) throw new CommandFailed(refusal);
        if (sent.FileId is not { } id) return NotTaken(path, sent);
        if (parsed.GetValue(Report) is { } report) await NamedFile.Write(report, output => bank.WriteReport(id, output, cancel));

        var summary = await bank.Summary(id, cancel);
        if (parsed.GetValue(Settings.Json)) await PrintJson(bank, path, summary, sent.Repeated, cancel);
        else await PrintTable(bank, summary, sent.Repeated, cancel);
        return summary.Status == "RJCT" || summary.Rejected > 0 ? SomeRejected : 0;
    }

    static int NotTaken(string path, Submission sent)
    {
        Say.Error($"{path} can't be taken as a payment file. {sent.Problem}");
        if (sent.Findings.Count > 1) Say.Note($"'pujiang iso20022 check' lists all {sent.Findings.Count} findings.");
        return CommandFailed.Error;
    }

    static async Task PrintTable(IBank bank, PaymentFiles.Listed file, bool repeated, CancellationToken cancel)
    {
        await using var output = new StreamWriter(Console.OpenStandardOutput(), Console.OutputEncoding, 64 * 1024);
        var table = new TextTable("no.", "end-to-end id", "creditor", "amount", "status", "reason").Right(0, 3);
        var reasons = new Reasons();
        await foreach (var page in Pages(bank, file, cancel))
        {
            foreach (var line in page)
            {
                table.Row(
                    $"{line.Number}", line.EndToEndId, TextTable.Short(line.Creditor, LongestCreditor), AmountOf(line), line.Status,
                    line.Status == Waiting ? $"waits for {line.On:yyyy-MM-dd}" : line.Reason);
                reasons.Add(line);
            }
            table.Print(output);
        }
        reasons.Print(output);
        if (repeated) await output.WriteLineAsync($"Sent before, on {BankTime.Text(file.ReceivedAt)}; nothing was carried out again. This is how it stands now:");
        await output.WriteLineAsync(file.Reason.Length > 0
            ? $"{file.MessageId} ({file.Type}): {file.Status}. The whole file was refused: {file.Reason} {file.ReasonText}"
            : $"{file.MessageId} ({file.Type}): {file.Status}. {file.Lines - file.Rejected:N0} of {Transactions(file.Lines)} accepted, {file.Rejected:N0} rejected.");
    }

    static string Transactions(int count) => count == 1 ? "1 transaction" : $"{count:N0} transactions";

    static string AmountOf(PaymentFiles.Line line) =>
        Assets.TryOf(line.Currency) is { } asset && line.Amount != 0 ? $"{new Money(line.Amount, asset)}" : line.Currency;

    /// <summary>The texts of the reasons, each once with the numbers of its lines: they are longer than a row has room for.</summary>
    sealed class Reasons
    {
        const int MostRanges = 10;
        readonly Dictionary<(string Code, string Text), List<(int First, int Last)>> _lines = [];

        public void Add(PaymentFiles.Line line)
        {
            if (line.Reason.Length == 0) return;
            if (!_lines.TryGetValue((line.Reason, line.ReasonText), out var ranges)) _lines.Add((line.Reason, line.ReasonText), ranges = []);
            if (ranges.Count > 0 && ranges[^1].Last == line.Number - 1) ranges[^1] = (ranges[^1].First, line.Number);
            else ranges.Add((line.Number, line.Number));
        }

        public void Print(TextWriter output)
        {
            foreach (var ((code, text), ranges) in _lines.OrderBy(reason => reason.Value[0].First))
            {
                var numbers = string.Join(", ", ranges.Take(MostRanges).Select(range => range.First == range.Last ? $"{range.First}" : $"{range.First}-{range.Last}"));
                output.WriteLine($"{code} in no. {numbers}{(ranges.Count > MostRanges ? " ..." : "")}: {TextTable.Visible(text)}");
            }
        }
    }

    static async IAsyncEnumerable<IReadOnlyList<PaymentFiles.Line>> Pages(
        IBank bank, PaymentFiles.Listed file, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        for (var after = 0; after < file.Lines;)
        {
            var page = await bank.Lines(file.Id, after, LinesAtATime, cancel);
            if (page.Count == 0) yield break;
            yield return page;
            after = page[^1].Number;
        }
    }

    static async Task PrintJson(IBank bank, string path, PaymentFiles.Listed file, bool repeated, CancellationToken cancel)
    {
        await using var output = Console.OpenStandardOutput();
        await using (var json = new Utf8JsonWriter(output, JsonText.Readable))
        {
            json.WriteStartObject();
            json.WriteString("file", path);
            json.WriteString("id", file.Id);
            json.WriteString("messageId", file.MessageId);
            json.WriteString("type", file.Type);
            json.WriteString("status", file.Status);
            json.WriteString("reason", file.Reason);
            json.WriteString("reasonText", file.ReasonText);
            json.WriteBoolean("sentBefore", repeated);
            json.WriteNumber("transactions", file.Lines);
            json.WriteNumber("accepted", file.Lines - file.Rejected);
            json.WriteNumber("rejected", file.Rejected);
            json.WriteStartArray("lines");
            await foreach (var page in Pages(bank, file, cancel))
            {
                foreach (var line in page) Write(json, line);
                await json.FlushAsync(cancel);
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        output.Write("\n"u8);
    }

    static void Write(Utf8JsonWriter json, PaymentFiles.Line line)
    {
        json.WriteStartObject();
        json.WriteNumber("number", line.Number);
        json.WriteString("paymentId", line.PaymentId);
        json.WriteString("endToEndId", line.EndToEndId);
        json.WriteString("creditor", line.Creditor);
        json.WriteString("creditorAccount", line.CreditorAccount);
        // As a string, so that no reader rounds it.
        json.WriteString("amount", Assets.TryOf(line.Currency) is { } asset ? new Money(line.Amount, asset).ToPlainString() : "");
        json.WriteString("currency", line.Currency);
        json.WriteString("on", line.On.ToString("yyyy-MM-dd"));
        json.WriteString("status", line.Status);
        json.WriteString("reason", line.Reason);
        json.WriteString("reasonText", line.ReasonText);
        json.WriteString("reference", line.Reference);
        json.WriteEndObject();
    }
}

/// <summary>Makes a payment file of anybody playable: registers its debtors, opens their accounts and pays in what the file needs.</summary>
static class DemoFunding
{
    public static async Task Prepare(IBank bank, Stream file, CancellationToken cancel)
    {
        file.Position = 0;
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancel));
        // Sent before: its money was paid in then.
        if (await bank.WasSent(hash, cancel)) return;
        file.Position = 0;
        foreach (var debtor in DemoDebtor.In(file))
            if (await Fund(bank, debtor, hash, cancel) is { } refusal)
                Say.Note($"Demo: the account {debtor.Number} of {debtor.Owner.Name} could not be made ready: {refusal.Reason}");
            else
                Say.Note($"Demo: {debtor.Total} paid in to {debtor.Number} of {debtor.Owner.Name}.");
    }

    static async Task<Refusal?> Fund(IBank bank, DemoDebtor debtor, string hash, CancellationToken cancel)
    {
        var account = (await bank.AccountsWithNumber(debtor.Number, cancel)).FirstOrDefault(a => a.Balance.Asset == debtor.Total.Asset);
        if (account is null)
        {
            if (!(await bank.Register(debtor.Owner, cancel)).Try(out var party, out var refusal)) return refusal;
            var opening = await bank.Open(new OpenAccount.Request(party, debtor.Total.Asset.Code, debtor.Number), cancel);
            if (!opening.Try(out account, out refusal)) return refusal;
        }
        // By the file's content: a command that broke off may be repeated, and the money is there once.
        var paid = await bank.PayIn(account.Id, debtor.Total, $"demo-{hash[..32]}-{account.Id:N}", cancel);
        if (!paid.Try(out _, out var notPaid)) return notPaid;
        if (debtor.Largest <= account.PaymentLimit && debtor.Total <= account.LeftToday && debtor.Total <= account.DailyLimit) return null;
        var (perPayment, perDay) = LimitsFor(debtor, account);
        return (await bank.ChangeLimits(account.Id, perPayment, perDay, cancel)).Try(out _, out var notRaised) ? null : notRaised;
    }

    /// <summary>As high as the file needs today, or on a later day, beside what was paid today already.</summary>
    static (Money PerPayment, Money PerDay) LimitsFor(DemoDebtor debtor, DepositAccounts.View account)
    {
        var missing = Math.Max(0, debtor.Total.MinorUnits - account.LeftToday.MinorUnits);
        var perPayment = Math.Max(account.PaymentLimit.MinorUnits, debtor.Largest.MinorUnits);
        var perDay = Math.Max(account.DailyLimit.MinorUnits + missing, debtor.Total.MinorUnits);
        perDay = Math.Min(Math.Max(perDay, perPayment), TransferLimits.Highest);
        return (debtor.Total with { MinorUnits = perPayment }, debtor.Total with { MinorUnits = perDay });
    }
}
