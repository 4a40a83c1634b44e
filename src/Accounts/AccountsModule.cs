using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>What the host needs of this service.</summary>
public static class AccountsModule
{
    public static IServiceCollection AddAccounts(this IServiceCollection services, Iso20022Settings? iso20022 = null)
    {
        services.AddSingleton<ICityTables, AccountsTables>();
        services.AddSingleton<AccountNotifications>();
        services.AddLedgerOwner<AccountsOwner>();
        foreach (var line in ChartOfAccounts.Lines) services.AddSingleton(line);
        services.AddSingleton<AccountsFollower>();
        services.AddSingleton(iso20022 ?? new Iso20022Settings());
        services.AddSingleton<DailyAllowance>();
        services.AddScoped<DepositAccounts>().AddScoped<OpenAccount>();
        services.AddScoped<TakeCash>().AddScoped<ChangeLimitsAtCounter>();
        services.AddScoped<IApprovedAct, TakeCash.Act>().AddScoped<IApprovedAct, ChangeLimitsAtCounter.Act>();
        services.AddScoped<MakeTransfer>().AddScoped<ScheduledTransfers>().AddScoped<Payees>();
        services.AddScoped<PaymentScreening>().AddScoped<IHeldAct, HeldTransfers>().AddScoped<IHeldAct, HeldPayments>();
        services.AddScoped<ICustomerBlock, BlockAccounts>().AddScoped<IScreenedAgain, PayeesAgain>();
        services.AddSingleton<FilesBeingTaken>();
        services.AddScoped<SubmitPaymentFile>().AddScoped<ExecutePayments>().AddScoped<PaymentFiles>();
        services.AddSingleton(new EventKind(AccountEvents.PaymentExecuted)).AddSingleton(new EventKind(AccountEvents.PaymentRejected))
            .AddSingleton(new EventKind(AccountEvents.AccountCredited));
        services.AddSingleton<IDemoPeople, DemoPeople>();
        services.AddSingleton<IBusinessRelations, AccountHolders>();
        services.AddScoped<Statements>().AddScoped<StatementFormats>();
        services.AddNotifications(typeof(AccountsModule).Assembly, [.. AccountNotifications.All]);
        services.AddScoped<AccountPapers>();
        services.AddJob<DuePayments>("due-payments", Schedule.Every(TimeSpan.FromMinutes(1), atStart: true));
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
sealed class DuePayments(ScheduledTransfers transfers, ExecutePayments payments) : IJobWork
{
    public async Task Run(JobRun run, CancellationToken cancel)
    {
        // What is due stays due when this fails, and each of it has one entry id.
        var made = await transfers.ExecuteDue(cancel);
        run.Report(made, made, made == 0 ? "" : $"{made} transfers");
        await payments.ExecuteDue(cancel);
    }
}
