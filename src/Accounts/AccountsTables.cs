using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>The tables of this service. Balances are not among them: the ledger has those.</summary>
sealed class AccountsTables : ICityTables
{
    public string Schema => "accounts";

    public void Configure(TableModel model)
    {
        Deposits(model);
        Transfers(model);
        PaymentFiles(model);
    }

    static void Deposits(TableModel model)
    {
        var account = model.Entity<DepositAccount>("deposit_account");
        account.Property(a => a.Id).ValueGeneratedNever();
        account.Property(a => a.Currency).HasMaxLength(3);
        account.Property(a => a.NumberHash).HasMaxLength(32);
        account.Ignore(a => a.Asset);
        model.Seal(account.Property(a => a.Number));
        account.HasIndex(a => new { a.NumberHash, a.Currency }).IsUnique();
        account.HasIndex(a => a.PartyId);
    }

    static void Transfers(TableModel model)
    {
        var transfer = model.Entity<Transfer>("transfer");
        transfer.Property(t => t.Id).ValueGeneratedNever();
        transfer.Property(t => t.Currency).HasMaxLength(3);
        transfer.Property(t => t.RefusalCode).HasMaxLength(64);
        transfer.Ignore(t => t.Money);
        model.Seal(transfer.Property(t => t.PayeeName));
        model.Seal(transfer.Property(t => t.PayeeNumber));
        model.Seal(transfer.Property(t => t.PayeeBank));
        model.Seal(transfer.Property(t => t.Purpose));
        transfer.HasIndex(t => new { t.State, t.DueOn });
        transfer.HasIndex(t => t.FromAccount);

        var payee = model.Entity<Payee>("payee");
        payee.Property(p => p.Id).ValueGeneratedNever();
        payee.Property(p => p.NumberHash).HasMaxLength(32);
        model.Seal(payee.Property(p => p.Name));
        model.Seal(payee.Property(p => p.Number));
        model.Seal(payee.Property(p => p.Bank));
        payee.HasIndex(p => new { p.OwnerPartyId, p.NumberHash }).IsUnique();
    }

    static void PaymentFiles(TableModel model)
    {
        var file = model.Entity<PaymentFile>("payment_file");
        file.Property(f => f.Id).ValueGeneratedNever();
        file.Property(f => f.Sender).HasMaxLength(64);
        file.Property(f => f.MessageId).HasMaxLength(35);
        file.Property(f => f.ContentHash).HasMaxLength(64);
        model.Seal(file.Property(f => f.ReasonText));
        file.HasIndex(f => new { f.Sender, f.MessageId }).IsUnique();

        var line = model.Entity<PaymentLine>("payment_line");
        line.HasKey(l => new { l.FileId, l.Number });
        line.Property(l => l.PaymentId).HasMaxLength(35);
        line.Property(l => l.EndToEndId).HasMaxLength(35);
        line.Property(l => l.InstructionId).HasMaxLength(35);
        line.Property(l => l.Uetr).HasMaxLength(36);
        line.Property(l => l.Currency).HasMaxLength(3);
        line.Property(l => l.ReasonCode).HasMaxLength(4);
        // A reason quotes what stands in the file: that may be somebody's name or number.
        model.Seal(line.Property(l => l.ReasonText));
        model.Seal(line.Property(l => l.Creditor));
        line.HasIndex(l => new { l.State, l.DueOn });
    }
}
