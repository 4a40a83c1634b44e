using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>Payment files that were sent: their lines and their status reports.</summary>
public sealed class PaymentFiles(CityDb db, Iso20022Settings settings, TimeProvider clock)
{
    /// <summary>A line as sender and pages see it.</summary>
    /// <param name="Status">ACSC settled, ACSP waits for its day, PDNG waits for a check by the bank, RJCT refused.</param>
    public sealed record Line(
        int Number, string PaymentId, string EndToEndId, string Creditor, string CreditorAccount, long Amount, string Currency,
        DateOnly On, string Status, string Reason, string ReasonText, string? Reference);

    /// <summary>A file in a list.</summary>
    /// <param name="Lines">Transactions; 0 when the file was refused as a whole.</param>
    /// <param name="Rejected">How many of them were refused.</param>
    /// <param name="Reason">Why the file was refused as a whole, as ISO 20022 code; empty otherwise.</param>
    public sealed record Listed(
        Guid Id, string MessageId, string Type, DateTime ReceivedAt, string Status, int Lines, int Rejected, string Reason, string ReasonText);

    /// <summary>The caller's last files, or only those with a content.</summary>
    /// <param name="sha256">SHA-256 of the whole file in lower-case hexadecimal digits, or null.</param>
    public async Task<IReadOnlyList<Listed>> Of(Caller caller, CancellationToken cancel, string? sha256 = null)
    {
        var files = await db.Set<PaymentFile>().AsNoTracking()
            .Where(f => f.Sender == caller.Key && f.State != PaymentFileState.Receiving && (sha256 == null || f.ContentHash == sha256))
            .OrderByDescending(f => f.ReceivedAt).Take(50).ToListAsync(cancel);
        var list = new List<Listed>();
        foreach (var file in files) list.Add(await ListedOf(file, cancel));
        return list;
    }

    /// <summary>The payments of a file with one status.</summary>
    /// <param name="Amounts">One for each currency, unless it is more than 64 bits hold.</param>
    public sealed record StatusSum(string Status, int Count, IReadOnlyList<Money> Amounts);

    /// <summary>A file as a whole.</summary>
    /// <param name="Reason">Why it was refused as a whole, as an ISO 20022 status reason; empty otherwise.</param>
    public sealed record Overview(
        Guid Id, string MessageId, string Type, DateTime ReceivedAt, string Status, string Reason, string ReasonText, int Lines,
        IReadOnlyList<StatusSum> Sums);

    /// <summary>What became of a file, or null when the caller has no such file.</summary>
    public async Task<Overview?> Describe(Guid id, Caller caller, CancellationToken cancel)
    {
        if (await Find(id, caller, cancel) is not { } file) return null;
        var groups = await db.Set<PaymentLine>().Where(l => l.FileId == id)
            .GroupBy(l => new { l.State, l.Currency })
            .Select(g => new { g.Key.State, g.Key.Currency, Count = g.Count(), Amount = g.Sum(l => (decimal)l.Amount) }).ToListAsync(cancel);
        var sums = groups.GroupBy(g => g.State).OrderBy(g => g.Key).Select(state => new StatusSum(
            $"{StatusOf(state.Key)}", state.Sum(g => g.Count),
            // Of a currency that is none, no amount was taken over. What was refused may be more than there is money.
            [.. state.Where(g => Assets.TryOf(g.Currency) is not null && g.Amount <= long.MaxValue)
                .Select(g => new Money((long)g.Amount, Assets.Of(g.Currency)))])).ToList();
        return new Overview(
            file.Id, file.MessageId, file.Type, file.ReceivedAt, $"{StatusOf(file, groups.Select(g => g.State))}",
            file.ReasonCode, file.ReasonText, groups.Sum(g => g.Count), sums);
    }

    /// <summary>How a file stands, without its lines; null when the caller has no such file.</summary>
    public async Task<Listed?> Summary(Guid id, Caller caller, CancellationToken cancel) =>
        await Find(id, caller, cancel) is { } file ? await ListedOf(file, cancel) : null;

    async Task<Listed> ListedOf(PaymentFile file, CancellationToken cancel)
    {
        var states = await StatesOf(file.Id, cancel);
        return new Listed(
            file.Id, file.MessageId, file.Type, file.ReceivedAt, $"{StatusOf(file, states.Select(s => s.State))}", states.Sum(s => s.Count),
            states.Where(s => s.State == PaymentLineState.Rejected).Sum(s => s.Count), file.ReasonCode, file.ReasonText);
    }

    /// <summary>Header of an answer to a file that was sent before.</summary>
    public const string RepeatedHeader = "Idempotent-Replayed";

    internal Task<PaymentFile?> Find(Guid id, Caller caller, CancellationToken cancel) =>
        db.Set<PaymentFile>().AsNoTracking()
            .SingleOrDefaultAsync(f => f.Id == id && (caller.IsOperator || f.Sender == caller.Key), cancel);

    /// <summary>A page of lines, or null when the caller has no such file.</summary>
    public async Task<IReadOnlyList<Line>?> Lines(Guid file, Caller caller, int after, int take, CancellationToken cancel)
    {
        if (await Find(file, caller, cancel) is null) return null;
        var lines = await db.Set<PaymentLine>().AsNoTracking().Where(l => l.FileId == file && l.Number > after)
            .OrderBy(l => l.Number).Take(Math.Clamp(take, 1, 1_000)).ToListAsync(cancel);
        return [.. lines.Select(ViewOf)];
    }

    /// <summary>The pain.002 that tells how the file stands now; false when the caller has no such file.</summary>
    public async Task<bool> WriteReport(Guid id, Caller caller, Stream output, CancellationToken cancel)
    {
        if (await Find(id, caller, cancel) is not { } file) return false;
        var states = await StatesOf(id, cancel);
        if (!MessageType.TryParse(file.Type, out var type)) throw new InvalidDataException($"File {id} is a {file.Type}.");
        StatusReportWriter.Write(output, new StatusReport
        {
            Original = type,
            MessageId = NameBasedId.From("accounts", "report", id.ToString(), clock.UtcNow().Ticks.ToString()).ToString("N"),
            CreatedAt = BankTime.Local(clock.UtcNow()),
            OriginalMessageId = file.MessageId,
            OriginalCreated = file.Created.Length > 0 ? file.Created : null,
            OriginalNumberOfTransactions = file.NumberOfTransactions.Length > 0 ? file.NumberOfTransactions : null,
            OriginalControlSum = file.ControlSum.Length > 0 ? file.ControlSum : null,
            GroupStatus = StatusOf(file, states.Select(s => s.State)),
            GroupReasons = file.ReasonCode.Length > 0 ? [new StatusReason(file.ReasonCode, file.ReasonText)] : [],
            Payments = states.GroupBy(s => (s.PaymentIndex, s.PaymentId)).OrderBy(b => b.Key.PaymentIndex).Select(block =>
                new PaymentBlockStatus(block.Key.PaymentId)
                {
                    Status = StatusOf(file, block.Select(s => s.State)),
                    Transfers = db.Set<PaymentLine>().AsNoTracking().Where(l => l.FileId == id && l.PaymentIndex == block.Key.PaymentIndex)
                        .OrderBy(l => l.Number).AsEnumerable().Select(StatusLineOf),
                }),
        });
        return true;
    }

    sealed record BlockState(int PaymentIndex, string PaymentId, PaymentLineState State, int Count);

    async Task<IReadOnlyList<BlockState>> StatesOf(Guid file, CancellationToken cancel)
    {
        var groups = await db.Set<PaymentLine>().Where(l => l.FileId == file)
            .GroupBy(l => new { l.PaymentIndex, l.PaymentId, l.State })
            .Select(g => new { g.Key.PaymentIndex, g.Key.PaymentId, g.Key.State, Count = g.Count() }).ToListAsync(cancel);
        return [.. groups.Select(g => new BlockState(g.PaymentIndex, g.PaymentId, g.State, g.Count))];
    }

    static PaymentStatus StatusOf(PaymentFile file, IEnumerable<PaymentLineState> lines)
    {
        if (file.State == PaymentFileState.Rejected) return PaymentStatus.RJCT;
        return lines.Distinct().ToList() switch
        {
            [] => PaymentStatus.RCVD,
            [var all] => StatusOf(all),
            _ => PaymentStatus.PART,
        };
    }

    static PaymentStatus StatusOf(PaymentLineState state) => state switch
    {
        PaymentLineState.Posted => PaymentStatus.ACSC,
        PaymentLineState.Pending => PaymentStatus.ACSP,
        PaymentLineState.Held => PaymentStatus.PDNG,
        _ => PaymentStatus.RJCT,
    };

    static TransferStatusLine StatusLineOf(PaymentLine line) => new(line.EndToEndId, StatusOf(line.State))
    {
        StatusId = $"{line.Number}",
        OriginalInstructionId = line.InstructionId.Length > 0 ? line.InstructionId : null,
        OriginalUetr = line.Uetr.Length > 0 ? line.Uetr : null,
        Reasons = line.ReasonCode.Length > 0 ? [new StatusReason(line.ReasonCode, line.ReasonText)] : [],
        AcceptedAt = line.PostedAt is { } posted ? BankTime.Local(posted) : null,
        BankReference = line.State == PaymentLineState.Posted ? line.EntryId.Value.ToString("N") : null,
    };

    static Line ViewOf(PaymentLine line)
    {
        var creditor = PaymentCreditor.FromJson(line.Creditor);
        return new Line(
            line.Number, line.PaymentId, line.EndToEndId, creditor.Name, creditor.Number, line.Amount, line.Currency, line.DueOn,
            $"{StatusOf(line.State)}", line.ReasonCode, line.ReasonText,
            line.State == PaymentLineState.Posted ? line.EntryId.Value.ToString("N") : null);
    }

    internal static void Map(IEndpointRouteBuilder api)
    {
        var payments = api.MapGroup("/payments").WithTags("Payments");
        payments.MapPost("/", Submit).Requires(Permission.MakePayments).IsExpensive().WithSummary("Send a pain.001; the answer is a pain.002")
            .Accepts<string>("application/xml", "text/xml").Produces(200, contentType: "application/xml")
            .WithMetadata(new RequestSizeLimitAttribute(600L * 1024 * 1024));
        payments.MapGet("/{id:guid}", async (Guid id, Caller caller, PaymentFiles files, CancellationToken cancel) =>
            await files.Find(id, caller, cancel) is null ? NotFound.ToProblem(StatusCodes.Status404NotFound) : files.Report(id, caller))
            .Requires(Permission.SeePayments).WithSummary("How a payment file stands now, as pain.002").Produces(200, contentType: "application/xml");
        payments.MapGet("/", async (string? sha256, Caller caller, PaymentFiles files, CancellationToken cancel) =>
            Results.Ok(await files.Of(caller, cancel, sha256?.ToLowerInvariant())))
            .Requires(Permission.SeePayments).WithSummary("Your last payment files, or those with a content").Produces<IReadOnlyList<Listed>>();
        payments.MapGet("/{id:guid}/summary", async (Guid id, Caller caller, PaymentFiles files, CancellationToken cancel) =>
            await files.Summary(id, caller, cancel) is { } file ? Results.Ok(file) : NotFound.ToProblem(StatusCodes.Status404NotFound))
            .Requires(Permission.SeePayments).WithSummary("How a payment file stands now, in short").Produces<Listed>();
        payments.MapGet("/{id:guid}/lines", async (Guid id, int? after, int? take, Caller caller, PaymentFiles files, CancellationToken cancel) =>
            await files.Lines(id, caller, after ?? 0, take ?? 100, cancel) is { } lines ? Results.Ok(lines)
                : NotFound.ToProblem(StatusCodes.Status404NotFound))
            .Requires(Permission.SeePayments).WithSummary("The lines of a payment file").Produces<IReadOnlyList<Line>>();
    }

    static async Task<IResult> Submit(
        HttpRequest request, Caller caller, SubmitPaymentFile submit, PaymentFiles files, CancellationToken cancel)
    {
        if (!(await submit.Handle(request.Body, caller, cancel)).Try(out var result, out var refusal))
            return refusal.ToProblem(refusal.Code switch
            {
                "file_too_large" => StatusCodes.Status413PayloadTooLarge,
                "request_in_progress" => StatusCodes.Status409Conflict,
                _ => StatusCodes.Status422UnprocessableEntity,
            });
        if (result.FileId is not { } id) return NotAPaymentFile(result);
        request.HttpContext.Response.Headers.Location = $"/api/payments/{id}";
        if (result.Repeated) request.HttpContext.Response.Headers[RepeatedHeader] = "true";
        return files.Report(id, caller);
    }

    IResult Report(Guid id, Caller caller) =>
        OutgoingFile.Message(settings, file => WriteReport(id, caller, file, CancellationToken.None));

    /// <summary>Without a message id no pain.002 can be written: the findings go back as problem details.</summary>
    static IResult NotAPaymentFile(SubmitPaymentFile.Result result) => Results.Problem(
        detail: result.Problem, statusCode: StatusCodes.Status422UnprocessableEntity,
        title: "Not a payment file", type: "https://pujiang.example/problems/not_a_payment_file",
        extensions: new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["code"] = "not_a_payment_file",
            ["findings"] = result.Report.Findings.Take(100),
        });

    static readonly Refusal NotFound = new("payment_file_not_found", "There is no such payment file among yours.", "id");
}
