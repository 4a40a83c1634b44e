using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>What the host needs of this service.</summary>
public static class AccountsModule
{
    public static IServiceCollection AddAccounts(this IServiceCollection services, Iso20022Settings? iso20022 = null)
    {
        services.AddSingleton<ICityTables, AccountsTables>();
        services.AddLedgerOwner<AccountsOwner>();
        foreach (var line in ChartOfAccounts.Lines) services.AddSingleton(line);
        services.AddSingleton<AccountsFollower>();
        services.AddSingleton(iso20022 ?? new Iso20022Settings());
        services.AddSingleton<DailyAllowance>();
        services.AddScoped<DepositAccounts>().AddScoped<OpenAccount>();
        services.AddScoped<TakeCash>().AddScoped<ChangeLimitsAtCounter>();
        services.AddScoped<IApprovedAct, TakeCash.Act>().AddScoped<IApprovedAct, ChangeLimitsAtCounter.Act>();
        services.AddScoped<MakeTransfer>().AddScoped<ScheduledTransfers>().AddScoped<Payees>();
        services.AddSingleton<FilesBeingTaken>();
        services.AddScoped<SubmitPaymentFile>().AddScoped<ExecutePayments>().AddScoped<PaymentFiles>();
        services.AddSingleton<IDemoPeople, DemoPeople>();
        services.AddScoped<Statements>().AddScoped<StatementFormats>();
        services.AddHostedService<DuePayments>();
        return services.AddAccountPages();
    }

    /// <summary>Pages for persons and firms; staff have others.</summary>
    static IServiceCollection AddAccountPages(this IServiceCollection services)
    {
        string[] customers = ["customer", "firm"];
        services.AddPages(typeof(AccountsModule).Assembly);
        // Where its keys are kept is the host's business.
        services.AddDataProtection();
        services.AddSingleton<TransferDrafts>();
        services.AddSingleton(new HomePart(typeof(AccountsHome), 10, customers));
        services.AddSingleton(new HomePart(typeof(CounterHome), 10, Roles.Teller));
        services.AddSingleton(new MenuItem("/counter", "menu.counter", 10, Roles.Teller));
        services.AddSingleton(new MenuItem("/transfer", "menu.transfer", 10, customers));
        services.AddSingleton(new MenuItem("/payees", "menu.payees", 20, customers));
        services.AddSingleton(new MenuItem("/transfers/scheduled", "menu.scheduled", 30, customers));
        services.AddSingleton(new MenuItem("/payments", "menu.payments", 40, customers));
        return services;
    }

    /// <summary>Maps this service's endpoints below <c>/api</c>.</summary>
    public static void MapAccounts(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api");
        AccountEndpoints.Map(api);
        StatementFormats.Map(api);
        MakeTransfer.Map(api);
        ReceiptPdf.Map(api);
        ScheduledTransfers.Map(api);
        Payees.Map(api);
        PaymentFiles.Map(api);
    }
}

/// <summary>Carries out what is due: at the start, which also finishes what a crash left open, and then once a minute.</summary>
sealed partial class DuePayments(
    IServiceScopeFactory scopes, TimeProvider clock, BackgroundWork work, ILogger<DuePayments> log) : BackgroundService
{
    const string Work = "payments that are due";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1), clock);
        do
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                var transfers = await scope.ServiceProvider.GetRequiredService<ScheduledTransfers>().ExecuteDue(stoppingToken);
                if (transfers > 0) Done(log, transfers);
                await scope.ServiceProvider.GetRequiredService<ExecutePayments>().ExecuteDue(stoppingToken);
                work.Succeeded(Work);
            }
            catch (Exception failure) when (failure is not (OperationCanceledException or LedgerStoppedException))
            {
                // What is due stays due, and each of it has one entry id.
                work.Failed(Work, failure);
                Postponed(log, failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Error, "What is due could not be carried out; it is tried again in a minute.")]
    static partial void Postponed(ILogger log, Exception failure);

    [LoggerMessage(LogLevel.Information, "{Count} scheduled transfers were carried out.")]
    static partial void Done(ILogger log, int count);
}
