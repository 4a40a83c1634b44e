using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Cli;

/// <summary>What came of sending a file.</summary>
/// <param name="FileId">Null when it is no payment file; then the findings say why.</param>
/// <param name="Repeated">The same file was sent before; this is how it stands now.</param>
/// <param name="Problem">Why it is no payment file.</param>
sealed record Submission(Guid? FileId, bool Repeated, string Problem, IReadOnlyList<Finding> Findings);

/// <summary>The bank, whether it runs elsewhere (over its HTTP API) or just for this command. The caller is the operator.</summary>
interface IBank : IAsyncDisposable
{
    Task<Outcome<Submission>> Submit(Stream file, CancellationToken cancel);
    /// <param name="sha256">Of the file, in hexadecimal digits.</param>
    Task<bool> WasSent(string sha256, CancellationToken cancel);
    Task<PaymentFiles.Listed> Summary(Guid file, CancellationToken cancel);
    Task<IReadOnlyList<PaymentFiles.Line>> Lines(Guid file, int after, int take, CancellationToken cancel);
    Task WriteReport(Guid file, Stream output, CancellationToken cancel);

    Task<IReadOnlyList<DepositAccounts.View>> AccountsWithNumber(string number, CancellationToken cancel);
    Task<DepositAccounts.View?> Account(Guid id, CancellationToken cancel);
    Task<Outcome<Guid>> Register(OpenAccount.Customer customer, CancellationToken cancel);
    Task<Outcome<DepositAccounts.View>> Open(OpenAccount.Request request, CancellationToken cancel);

    /// <param name="key">The same key pays in once.</param>
    Task<Outcome<DepositAccounts.View>> PayIn(Guid account, Money amount, string key, CancellationToken cancel);
    Task<Outcome<DepositAccounts.View>> ChangeLimits(Guid account, Money perPayment, Money perDay, CancellationToken cancel);

    /// <returns>The refusal, or null when the statement was written.</returns>
    Task<Refusal?> WriteStatement(Guid account, DateOnly? from, DateOnly? to, string format, Stream output, CancellationToken cancel);

    /// <summary>Imports a version of a sanctions list.</summary>
    /// <param name="published">The day of the list; null where its files tell it, or nobody knows.</param>
    Task<Outcome<ListVersionView>> ImportList(string name, byte[] content, DateOnly? published, CancellationToken cancel);
}

static class Bank
{
    /// <summary>The running bank when there is one, else a bank in this process.</summary>
    /// <param name="create">Whether a bank may be begun where there is none.</param>
    public static async Task<IBank> Open(Settings settings, bool create, CancellationToken cancel)
    {
        var folder = settings.Platform.DataFolder;
        if (settings.Server is { } named) return RemoteBank.At(named, folder);
        if (IsRunning(settings.Platform.LedgerFolder))
            return ServerAddress.Read(folder) is { } url ? RemoteBank.At(url, folder)
                : throw new CommandFailed($"The ledger in {folder} is open in another process, which has not said where it can be reached. If it is a server, name it with --server URL.");
        if (!create && !Directory.Exists(settings.Platform.LedgerFolder))
            throw new CommandFailed($"There is no bank in {folder}. Name its data folder with --data DIR.");
        return await LocalBank.Start(settings, cancel);
    }

    /// <summary>Whether another process has the ledger open: it holds the lock on this file as long as it lives.</summary>
    static bool IsRunning(string ledgerFolder)
    {
        var path = Path.Combine(ledgerFolder, "lock");
        if (!File.Exists(path)) return false;
        try
        {
            using var free = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            throw new CommandFailed($"The ledger in {ledgerFolder} belongs to another user.");
        }
    }
}
