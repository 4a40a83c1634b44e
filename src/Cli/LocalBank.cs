using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pujiang.Accounts;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Cli;

/// <summary>The bank composed in this process for the length of one command, without background work.</summary>
sealed class LocalBank : IBank
{
    static readonly Caller Operator = new(null, IsOperator: true);
    readonly ServiceProvider _services;
    readonly AsyncServiceScope _scope;

    LocalBank(ServiceProvider services) => (_services, _scope) = (services, services.CreateAsyncScope());

    public static async Task<LocalBank> Start(Settings settings, CancellationToken cancel)
    {
        var folder = settings.Platform.DataFolder;
        ServiceProvider? services = null;
        try
        {
            services = Compose(settings.Platform, settings.Iso20022);
            var ledger = services.GetRequiredService<ILedger>();
            await PlatformModule.PrepareDatabase(services, cancel);
            // What a crash left open between ledger and tables is put right first, as every start of the bank does.
            await services.GetRequiredService<AccountsFollower>().Apply(ledger.LastSequence, cancel);
            return new LocalBank(services);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or DbException or JournalDamagedException)
        {
            if (services is not null) await services.DisposeAsync();
            throw new CommandFailed($"The bank in {folder} can't be opened: {failure.Message}");
        }
    }

    /// <summary>A bank with these options, that nobody has prepared yet.</summary>
    public static ServiceProvider Compose(PlatformOptions platform) => Compose(platform, new Iso20022Settings(null));

    static ServiceProvider Compose(PlatformOptions platform, Iso20022Settings iso20022) =>
        new ServiceCollection().AddLogging(log => log.SetMinimumLevel(LogLevel.None)).AddPlatform(platform).AddAccounts(iso20022).BuildServiceProvider();

    public async Task<Outcome<Submission>> Submit(Stream file, CancellationToken cancel)
    {
        if (!(await Get<SubmitPaymentFile>().Handle(file, Operator, cancel)).Try(out var result, out var refusal)) return refusal;
        return new Submission(result.FileId, result.Repeated, result.Problem, result.Report.Findings);
    }

    public async Task<bool> WasSent(string sha256, CancellationToken cancel) => (await Get<PaymentFiles>().Of(Operator, cancel, sha256)).Count > 0;

    public async Task<PaymentFiles.Listed> Summary(Guid file, CancellationToken cancel) =>
        await Get<PaymentFiles>().Summary(file, Operator, cancel) ?? throw NoSuchFile(file);

    public async Task<IReadOnlyList<PaymentFiles.Line>> Lines(Guid file, int after, int take, CancellationToken cancel) =>
        await Get<PaymentFiles>().Lines(file, Operator, after, take, cancel) ?? throw NoSuchFile(file);

    public Task WriteReport(Guid file, Stream output, CancellationToken cancel) =>
        Get<PaymentFiles>().WriteReport(file, Operator, output, cancel);

    public async Task<Outcome<ListVersionView>> ImportList(string name, byte[] content, DateOnly? published, CancellationToken cancel) =>
        (await Get<ImportList>().Handle(name, content, published, Operator.Actor, cancel)).Try(out var result, out var refusal) ? result.Version : refusal;

    public Task<IReadOnlyList<DepositAccounts.View>> AccountsWithNumber(string number, CancellationToken cancel) =>
        Get<DepositAccounts>().WithNumber(number, Operator, cancel);

    public Task<DepositAccounts.View?> Account(Guid id, CancellationToken cancel) => Get<DepositAccounts>().Find(id, Operator, cancel);

    public Task<Outcome<Guid>> Register(OpenAccount.Customer customer, CancellationToken cancel) => Get<OpenAccount>().Register(customer, cancel);

    public Task<Outcome<DepositAccounts.View>> Open(OpenAccount.Request request, CancellationToken cancel) => Get<OpenAccount>().Handle(request, cancel);

    public Task<Outcome<DepositAccounts.View>> PayIn(Guid account, Money amount, string key, CancellationToken cancel) =>
        Get<OpenAccount>().PayIn(account, amount.ToPlainString(), key, cancel);

    public Task<Outcome<DepositAccounts.View>> ChangeLimits(Guid account, Money perPayment, Money perDay, CancellationToken cancel) =>
        Get<DepositAccounts>().ChangeLimits(
            account, perPayment.ToPlainString(), perDay.ToPlainString(), Operator, $"{Get<NewId>().Next()}", cancel);

    public async Task<Refusal?> WriteStatement(
        Guid account, DateOnly? from, DateOnly? to, string format, Stream output, CancellationToken cancel)
    {
        if (!(await Get<Statements>().Of(account, from, to, Operator, cancel)).Try(out var period, out var refusal)) return refusal;
        if (await Get<StatementFormats>().Problem(period, format, cancel) is { } problem) return problem;
        await Get<StatementFormats>().Write(period, format, output, cancel);
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await _scope.DisposeAsync();
        await _services.DisposeAsync();
    }

    T Get<T>() where T : notnull => _scope.ServiceProvider.GetRequiredService<T>();

    static InvalidOperationException NoSuchFile(Guid file) => new($"The bank has just taken file {file} and does not know it.");
}
