using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>A bank with one customer whom it tells things, and what is told: the calls of most stories in one word each.</summary>
static class Told
{
    public static readonly Guid Owner = NameBasedId.From("told", "owner");
    public static readonly Caller Wang = new(Owner, IsOperator: false) { UserId = Owner, Roles = [Roles.Customer] };

    public static Task<TestBank> Bank(TestDatabase database, Func<NotificationOptions, NotificationOptions>? change = null, Action<IServiceCollection>? more = null) =>
        TestBank.New(database, services =>
        {
            services.AddAccounts();
            more?.Invoke(services);
            var options = (PlatformOptions)services.Last(service => service.ServiceType == typeof(PlatformOptions)).ImplementationInstance!;
            services.AddSingleton(options with { Address = new Uri("https://bank.example"), Notifications = change?.Invoke(options.Notifications) ?? options.Notifications });
        });

    /// <summary>Gives the customer a phone and an e-mail address, and settings.</summary>
    public static Task Settings(TestBank bank, Action<NotificationSettings>? change = null) => bank.Tables(db =>
    {
        var settings = new NotificationSettings { OwnerId = Owner, Email = "wang@example.com", Phone = "13800138000" };
        change?.Invoke(settings);
        db.Add(settings);
        return db.SaveChangesAsync();
    });

    /// <summary>Money out: by e-mail, where nothing else was chosen.</summary>
    public static Task Tell(TestBank bank, string payee) => bank.Tables(db =>
    {
        db.Notify(Recipient.Party(Owner), AccountNotifications.TransferDone, payee, "/payments",
            ("amount", new Money(100, Assets.Cny)), ("payee", payee), ("account", "****5678"), ("at", TestBank.Opening.UtcDateTime));
        return db.SaveChangesAsync();
    });

    /// <summary>Money in: by e-mail and phone, where nothing else was chosen.</summary>
    public static Task Received(TestBank bank, string fact) => bank.Tables(db =>
    {
        db.Notify(Recipient.Party(Owner), AccountNotifications.MoneyReceived, fact, "",
            ("amount", new Money(100, Assets.Cny)), ("account", "****5678"), ("at", TestBank.Opening.UtcDateTime));
        return db.SaveChangesAsync();
    });

    public static Task Alert(TestBank bank) => bank.Tables(db => { db.AlertSignInChanged(Owner, "passkey-added"); return db.SaveChangesAsync(); });

    /// <summary>Decides on channels and delivers.</summary>
    public static async Task Deliver(TestBank bank)
    {
        await Route(bank);
        await bank.Services.GetRequiredService<OutboxDispatcher>().DeliverDue(CancellationToken.None);
    }

    public static Task Route(TestBank bank) => bank.Services.GetRequiredService<NotificationRouter>().RouteDue(CancellationToken.None);

    /// <summary>Kinds of what waits in the outbox or went out, with their destinations, in the order in which they were written.</summary>
    public static Task<List<string>> Sent(TestBank bank) =>
        bank.Tables(db => db.Set<OutboxMessage>().OrderBy(m => m.Number).Select(m => m.Destination + " " + m.Kind).ToListAsync());
}
