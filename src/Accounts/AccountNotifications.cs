using Microsoft.EntityFrameworkCore;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>What owners of accounts are told.</summary>
/// <remarks>The payer's words are not passed on to the payee: a text that comes from the bank is believed, whoever wrote it.</remarks>
sealed class AccountNotifications(PlatformOptions options)
{
    static readonly Money ExampleAmount = new(1_234_56, Assets.Cny);
    static readonly DateTime ExampleTime = new(2026, 3, 2, 1, 30, 0, DateTimeKind.Utc);

    /// <summary>A transfer was carried out, at once or on its day.</summary>
    public static readonly NotificationKind TransferDone = new("accounts.transfer-done", NotificationGroup.Payments,
        ("amount", ExampleAmount), ("payee", "王丽华"), ("account", "****5678"), ("at", ExampleTime));

    /// <summary>Money came in, of at least <see cref="NotificationOptions.MoneyReceivedFrom"/>.</summary>
    public static readonly NotificationKind MoneyReceived = new("accounts.money-received", NotificationGroup.Receipts,
        ("amount", ExampleAmount), ("account", "****5678"), ("at", ExampleTime));

    /// <summary>A transfer could not be carried out on its day.</summary>
    public static readonly NotificationKind PlannedTransferFailed = new("accounts.planned-transfer-failed", NotificationGroup.Tasks,
        ("amount", ExampleAmount), ("payee", "王丽华"), ("day", new DateOnly(2026, 3, 9)), ("reason", new NotificationValue.Term("transfer.insufficient_funds")));

    public static IReadOnlyList<NotificationKind> All { get; } = [TransferDone, MoneyReceived, PlannedTransferFailed];

    /// <summary>Tells payers and payees of transfers that have just been posted.</summary>
    public async Task Tell(CityDb db, IReadOnlyList<Transfer> made, CancellationToken cancel)
    {
        if (made.Count == 0) return;
        var ids = made.SelectMany(t => new[] { t.FromAccount, t.ToAccount }).ToHashSet();
        var accounts = await db.Set<DepositAccount>().AsNoTracking().Where(a => ids.Contains(a.Id)).ToDictionaryAsync(a => a.Id, cancel);
        foreach (var transfer in made)
        {
            var at = transfer.PostedAt ?? throw new InvalidOperationException($"Transfer {transfer.Id} is not posted.");
            var from = accounts[transfer.FromAccount];
            db.Notify(Recipient.Party(from.PartyId), TransferDone, transfer.Id.ToString(), $"/transfer/{transfer.Id}",
                ("amount", transfer.Money), ("payee", transfer.PayeeName), ("account", NumberGuard.LastFour(from.Number)), ("at", at));
            // The account of the clearing with other banks is nobody's.
            if (accounts.TryGetValue(transfer.ToAccount, out var to) && to.PartyId != from.PartyId && IsLarge(transfer.Money))
                db.Notify(Recipient.Party(to.PartyId), MoneyReceived, transfer.Id.ToString(), $"/accounts/{to.Id.Value}/statement",
                    ("amount", transfer.Money), ("account", NumberGuard.LastFour(to.Number)), ("at", at));
        }
    }

    /// <summary>Tells the payer that a planned transfer was refused.</summary>
    public static void TellFailed(CityDb db, Transfer transfer, DepositAccount from) =>
        db.Notify(Recipient.Party(from.PartyId), PlannedTransferFailed, transfer.Id.ToString(), "/transfers/scheduled",
            ("amount", transfer.Money), ("payee", transfer.PayeeName), ("day", transfer.DueOn), ("reason", new NotificationValue.Term($"transfer.{transfer.RefusalCode}")));

    /// <summary>The bank keeps no rates: of foreign money each amount is told.</summary>
    bool IsLarge(Money money) => !money.IsYuan() || money.MinorUnits >= options.Notifications.MoneyReceivedFrom;
}
