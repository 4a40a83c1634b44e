using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>Where received files wait and which official schemas check them (<c>Iso20022:*</c>).</summary>
/// <param name="Schemas">Folder of official schemas, or null for our own rules only.</param>
/// <param name="LongestFile">Bytes; longer files are refused.</param>
public sealed record Iso20022Settings(string? Schemas = null, long LongestFile = 512L * 1024 * 1024);

/// <summary>The files that are being taken now: another request with the same message id must not begin them anew.</summary>
public sealed class FilesBeingTaken
{
    readonly ConcurrentDictionary<(string Sender, string MessageId), byte> _running = new();

    internal bool TryBegin(string sender, string messageId) => _running.TryAdd((sender, messageId), 0);

    internal void End(string sender, string messageId) => _running.TryRemove((sender, messageId), out _);
}

/// <summary>Takes a pain.001: checks it, keeps a result for each transaction, carries out what is due today.</summary>
public sealed class SubmitPaymentFile(
    CityDb db, PersonalData personalData, ExecutePayments execution, PlatformOptions platform, Iso20022Settings settings,
    FilesBeingTaken running, TimeProvider clock, NewId ids)
{
    const int LinesAtATime = 1_000;

    /// <summary>What became of a file.</summary>
    /// <param name="FileId">Null when nothing of it was kept: no answer in pain.002 is possible.</param>
    /// <param name="Repeated">The same file was taken before; this is its answer of today.</param>
    public sealed record Result(Guid? FileId, CheckReport Report, bool Repeated = false)
    {
        /// <summary>Why nothing of it was kept; empty when it was.</summary>
        public string Problem =>
            FileId is not null ? ""
            : Report.Type is { Family: not "pain.001" } other ? $"This is a {other}, not a pain.001."
            : Report.Findings.FirstOrDefault(f => f.Severity == Severity.Error) is { } first ? PaymentFindings.TextOf(first)
            : "The pain.001 has no message id of 1 to 35 characters.";
    }

    /// <param name="content">Read once, to its end.</param>
    public async Task<Outcome<Result>> Handle(Stream content, Caller caller, CancellationToken cancel)
    {
        var folder = Directory.CreateDirectory(Path.Combine(platform.DataFolder, "incoming")).FullName;
        var path = Path.Combine(folder, $"{ids.Next():N}.xml");
        await using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
        });
        // Without a name from the start, so that no crash leaves a customer's file behind.
        File.Delete(path);
        if (!(await Copy(content, file, cancel)).Try(out var hash, out var tooLarge)) return tooLarge;
        file.Position = 0;
        var report = Iso20022Checker.Check(file, new Iso20022Options { Schemas = settings.Schemas, CollectFacts = false });
        if (report.Facts.Documents is not [{ MessageId: { Length: > 0 and <= 35 } messageId }, ..] || report.Type is not { Family: "pain.001" })
            return new Result(null, report);
        if (!running.TryBegin(caller.Key, messageId)) return InProgress;
        try
        {
            return await Take(file, hash, report, messageId, caller, cancel);
        }
        finally
        {
            running.End(caller.Key, messageId);
        }
    }

    internal static readonly Refusal InProgress =
        new("request_in_progress", "A file with this message id is still being worked on. Ask again later.", "MsgId");

    async Task<Outcome<Result>> Take(
        FileStream file, string hash, CheckReport report, string messageId, Caller caller, CancellationToken cancel)
    {
        // Load.
        var earlier = await db.Set<PaymentFile>().SingleOrDefaultAsync(f => f.Sender == caller.Key && f.MessageId == messageId, cancel);
        if (earlier is { State: not PaymentFileState.Receiving })
            return earlier.ContentHash == hash ? new Result(earlier.Id, report, Repeated: true)
                : new Refusal("message_id_reused", $"MsgId '{messageId}' was used for another file. Use a new one for each file.", "MsgId", messageId);
        if (earlier is not null) await Forget(earlier, cancel);

        // Decide.
        var findings = new PaymentFindings(report);
        var taken = new PaymentFile
        {
            Id = NameBasedId.From("accounts", "payment-file", caller.Key, messageId, hash),
            Sender = caller.Key,
            MessageId = messageId,
            ContentHash = hash,
            Type = $"{report.Type}",
            ReceivedAt = clock.UtcNow(),
            Created = report.Facts.Documents[0].Created ?? "",
            NumberOfTransactions = report.Facts.Documents[0].NumberOfTransactions ?? "",
            ControlSum = report.Facts.Documents[0].ControlSum ?? "",
            State = PaymentFileState.Receiving,
        };
        db.Add(taken);
        if (findings.ForFile is { } reason)
        {
            (taken.State, taken.ReasonCode, taken.ReasonText) = (PaymentFileState.Rejected, reason.Code, reason.Text ?? "");
            await db.SaveChangesAsync(cancel);
            return new Result(taken.Id, report);
        }
        await db.SaveChangesAsync(cancel);
        await KeepLines(taken, file, new PaymentDecisions(db, personalData, caller, clock.Today(), findings), cancel);

        // Post, then apply: from here on the file is taken, and a crash is healed by the next run of what is due.
        await execution.Execute(taken.Id, cancel);
        return new Result(taken.Id, report);
    }

    async Task KeepLines(PaymentFile taken, FileStream file, PaymentDecisions decisions, CancellationToken cancel)
    {
        file.Position = 0;
        var number = 0;
        foreach (var some in PaymentFileReader.ReadTransfers(file).Select(t => new PaymentDecisions.Item(t.Payment, t.Transfer)).Chunk(LinesAtATime))
        {
            var decided = await decisions.Decide(some, cancel);
            var lines = some.Zip(decided).Select(pair => PaymentLine.Of(taken.Id, ++number, pair.First.Payment, pair.First.Transfer, pair.Second)).ToList();
            await db.InsertAll(lines, cancel);
        }
        taken.State = PaymentFileState.Accepted;
        await db.SaveChangesAsync(cancel);
    }

    /// <summary>A file whose lines were not all written when the process ended was never answered: it starts anew.</summary>
    async Task Forget(PaymentFile file, CancellationToken cancel)
    {
        await db.Set<PaymentLine>().Where(l => l.FileId == file.Id).ExecuteDeleteAsync(cancel);
        db.Remove(file);
        await db.SaveChangesAsync(cancel);
    }

    async Task<Outcome<string>> Copy(Stream content, FileStream file, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[128 * 1024];
        int read;
        while ((read = await content.ReadAsync(buffer, cancel)) > 0)
        {
            if (file.Length + read > settings.LongestFile)
                return new Refusal("file_too_large", $"The file is longer than {settings.LongestFile:N0} bytes. Split it.", "file", $"{settings.LongestFile}");
            hash.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), cancel);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
