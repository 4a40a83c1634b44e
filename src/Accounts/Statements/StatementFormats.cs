using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>Statements and notifications as files: PDF, CSV, plain text, camt.053 and camt.054.</summary>
public sealed class StatementFormats(Statements statements, Iso20022Settings settings, TimeProvider clock)
{
    internal Iso20022Settings Settings => settings;

    static readonly string[] Columns =
        ["booked_at", "value_date", "kind", "amount", "currency", "balance", "counterparty", "counterparty_account", "counterparty_bank", "purpose", "end_to_end_id", "reference"];

    static readonly IReadOnlyList<(string Format, string ContentType, string Extension)> Names =
        [
            ("pdf", "application/pdf", "pdf"), ("csv", "text/csv", "csv"), ("text", "text/plain; charset=utf-8", "txt"), ("camt053", "application/xml", "xml"),
            ("camt053.02", "application/xml", "xml"), ("camt054", "application/xml", "xml"),
        ];

    /// <summary>What <see cref="Write"/> can write: pdf, csv, text, camt053 (version 08), camt053.02, camt054.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Names.Select(name => name.Format)];

    /// <summary>Why a period is not written in a format, before anything is written; null when it is.</summary>
    public async Task<Refusal?> Problem(Statements.Period period, string format, CancellationToken cancel) =>
        format == "pdf" && (await statements.Sum(period, cancel)).Lines > StatementPdf.MostLines ? StatementPdf.TooLong : null;

    /// <param name="format">One of <see cref="All"/>.</param>
    public async Task Write(Statements.Period period, string format, Stream output, CancellationToken cancel)
    {
        if (format == "csv") await WriteCsv(period, output, cancel);
        else if (format == "pdf") await WritePdf(period, output, cancel);
        else if (format == "text") await WriteText(period, output, cancel);
        else if (format == "camt054") WriteCamt054(period, output);
        else WriteCamt053(period, output, old: format == "camt053.02");
    }

    /// <summary>For people, in the language of the caller.</summary>
    public async Task WritePdf(Statements.Period period, Stream output, CancellationToken cancel)
    {
        var totals = await statements.Sum(period, cancel);
        var lines = await statements.Lines(period, cancel).ToListAsync(cancel);
        await output.WriteAsync(PdfWriter.Write(StatementPdf.Of(period, totals, lines, clock.UtcNow(), Languages.Current), clock.UtcNow()).Pdf, cancel);
    }

    /// <summary>RFC 4180 with a byte-order mark, so that spreadsheets read the Chinese names.</summary>
    public async Task WriteCsv(Statements.Period period, Stream output, CancellationToken cancel)
    {
        await using var writer = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true) { NewLine = "\r\n" };
        await writer.WriteLineAsync(string.Join(',', Columns));
        await foreach (var line in statements.Lines(period, cancel))
        {
            string[] fields =
            [
                BankTime.Local(line.BookedAt).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture), line.ValueDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                line.Code.ToString(), line.Amount.ToPlainString(), line.Amount.Asset.Code, line.Balance.ToPlainString(),
                line.Counterparty, line.CounterpartyNumber, line.CounterpartyBank, line.Purpose, line.EndToEndId, line.Reference,
            ];
            await writer.WriteLineAsync(string.Join(',', fields.Select(Csv)));
        }
    }

    /// <summary>Quoted where needed. A text that a spreadsheet would run as a formula gets an apostrophe before it.</summary>
    internal static string Csv(string field)
    {
        var isNumber = decimal.TryParse(field, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);
        if (field.Length > 0 && !isNumber && field[0] is '=' or '+' or '-' or '@' or '\t' or '\r') field = "'" + field;
        return field.AsSpan().ContainsAny(",\"\r\n") ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
    }

    /// <summary>Columns for a terminal.</summary>
    public async Task WriteText(Statements.Period period, Stream output, CancellationToken cancel)
    {
        await using var writer = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        var account = period.Account;
        await writer.WriteLineAsync($"{account.Owner}  {account.Number}  {period.From:yyyy-MM-dd} .. {period.To:yyyy-MM-dd}");
        await writer.WriteLineAsync($"{"opening balance",-33}{period.Opening,45}");
        await foreach (var line in statements.Lines(period, cancel))
            await writer.WriteLineAsync(
                $"{BankTime.Text(line.BookedAt)}  {Words($"{line.Code}"),-13}  {line.Amount.ToPlainString(),18}  {line.Balance.ToPlainString(),22}  {line.Counterparty} {line.Purpose}".TrimEnd());
        await writer.WriteLineAsync($"{"closing balance",-33}{period.Closing,45}");
    }

    /// <summary>"CashIn" as "cash in".</summary>
    static string Words(string name) =>
        string.Concat(name.Select((c, place) => char.IsUpper(c) ? $"{(place > 0 ? " " : "")}{char.ToLowerInvariant(c)}" : $"{c}"));

    /// <param name="old">Version 02 for older programs, else 08.</param>
    public void WriteCamt053(Statements.Period period, Stream output, bool old = false)
    {
        var (id, now) = (IdOf(period), clock.UtcNow());
        StatementWriter.Write(output, new StatementData
        {
            MessageId = NameBasedId.From("accounts", "camt.053", id, now.Ticks.ToString(CultureInfo.InvariantCulture)).ToString("N"),
            StatementId = id,
            CreatedAt = BankTime.Local(now),
            Account = AccountOf(period.Account),
            From = BankTime.Local(BankTime.StartOf(period.From)),
            To = BankTime.Local(BankTime.StartOf(period.To.AddDays(1))),
            Opening = period.Opening,
            Closing = period.Closing,
            OpeningDate = period.From,
            ClosingDate = period.To,
            Entries = statements.Lines(period).ToBlockingEnumerable().Select(EntryOf),
        }, old ? StatementWriter.Old : StatementWriter.Current);
    }

    /// <summary>The entries of a period as debit and credit notifications.</summary>
    public void WriteCamt054(Statements.Period period, Stream output)
    {
        var (id, now) = (IdOf(period), clock.UtcNow());
        NotificationWriter.Write(output, new NotificationData
        {
            MessageId = NameBasedId.From("accounts", "camt.054", id, now.Ticks.ToString(CultureInfo.InvariantCulture)).ToString("N"),
            NotificationId = id,
            CreatedAt = BankTime.Local(now),
            Account = AccountOf(period.Account),
            Entries = statements.Lines(period).ToBlockingEnumerable().Select(EntryOf),
        });
    }

    /// <summary>The same period that ends with the same entry is the same statement.</summary>
    static string IdOf(Statements.Period period) =>
        NameBasedId.From("accounts", "statement", period.Account.Id.ToString(), period.From.ToString("O"), period.To.ToString("O"),
            period.LastSequence.ToString(CultureInfo.InvariantCulture)).ToString("N");

    static StatementAccount AccountOf(DepositAccounts.View account) =>
        Iban.TryParse(account.Number, out _, out _)
            ? new StatementAccount(account.Number, null, account.Balance.Asset.Code, account.Owner, Beneficiary.OwnBic)
            : new StatementAccount(null, account.Number, account.Balance.Asset.Code, account.Owner, Beneficiary.OwnBic);

    static StatementEntry EntryOf(Statements.Line line)
    {
        var isCredit = line.Amount.IsPositive;
        return new StatementEntry(isCredit ? line.Amount : -line.Amount, isCredit, BankTime.Local(line.BookedAt), line.ValueDate, line.Reference)
        {
            EntryReference = line.Sequence.ToString(CultureInfo.InvariantCulture),
            EndToEndId = line.EndToEndId.Length > 0 ? line.EndToEndId : null,
            CounterpartyName = line.Counterparty,
            CounterpartyAccount = line.CounterpartyNumber,
            CounterpartyBic = line.CounterpartyBank,
            Remittance = line.Purpose,
        };
    }

    internal static void Map(IEndpointRouteBuilder api)
    {
        var account = api.MapGroup("/accounts/{id:guid}").WithTags("Accounts");
        account.MapGet("/statement", async (
            Guid id, DateOnly? from, DateOnly? to, string? format, Caller caller, Statements statements, StatementFormats formats, CancellationToken cancel) =>
        {
            if (!(await statements.Of(id, from, to, caller, cancel)).Try(out var period, out var refusal))
                return refusal.ToProblem(refusal == DepositAccounts.NotFound ? StatusCodes.Status404NotFound : StatusCodes.Status422UnprocessableEntity);
            if (format is null or "json") return Results.Ok(new { period, lines = statements.Lines(period, cancel) });
            if (Names.FirstOrDefault(known => known.Format == format) is not { Format: not null } found)
                return new Refusal("format_unknown", $"'{format}' is none of json, {string.Join(", ", Names.Select(n => n.Format))}.", "format")
                    .ToProblem(StatusCodes.Status400BadRequest);
            if (await formats.Problem(period, format, cancel) is { } problem) return problem.ToProblem();
            var name = $"{period.Account.Number}.{found.Extension}";
            return found.ContentType == "application/xml"
                ? OutgoingFile.Message(formats.Settings, file => formats.Write(period, format, file, cancel), name)
                : OutgoingFile.Send(file => formats.Write(period, format, file, cancel), found.ContentType, name);
        }).Requires(Permission.SeeAccounts).IsExpensive().WithSummary("Statement as json, pdf, csv, text, camt053 (version 08), camt053.02 or camt054 (notifications)");
    }
}
