using System.Text;
using Microsoft.EntityFrameworkCore;
using Pujiang.Accounts;

namespace Pujiang.Services.Tests;

/// <summary>Names, numbers and purposes are unreadable in what lies on the disk.</summary>
public sealed class AtRestTests
{
    [Fact]
    public async Task Files_AfterAllUseCases_HoldNothingPersonalInPlainText()
    {
        await using var bank = await Customers.Bank(TestDatabase.Sqlite);
        var (wang, li) = (await Customers.Open(bank, 0, "1000"), await Customers.Open(bank, 1));
        const string Purpose = "给孙女的压岁钱";
        Customers.Get(await bank.Transfer(wang, wang.Pays(li, "1", purpose: Purpose), "k1"));
        Customers.Get(await bank.Transfer(wang, wang.Pays(li, "1", new DateOnly(2026, 3, 9), purpose: Purpose), "k2"));
        Customers.Get(await bank.Call((Payees book) => book.Save(wang.Party, new(li.Name, li.Number, ""), CancellationToken.None)));
        var file = PaymentFiles.Text(2).Replace("6200123456789", wang.Number, StringComparison.Ordinal);
        Customers.Get(await bank.Call((SubmitPaymentFile submit) => submit.Handle(new MemoryStream(Encoding.UTF8.GetBytes(file)), Customers.Operator, CancellationToken.None)));
        await bank.Tables(db => db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(TRUNCATE)"));

        string[] personal = [wang.Name, li.Name, wang.Number, li.Number, "110101194903070022", "13800000000", Purpose, "张三 1", "DE89370400440532013000", "工资 2026-05"];
        foreach (var path in Directory.EnumerateFiles(bank.Folder, "*", SearchOption.AllDirectories).Where(p => Path.GetFileName(p) != "lock"))
        {
            await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes);
            foreach (var text in personal)
                Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) < 0, $"'{text}' stands in {Path.GetFileName(path)}.");
        }
    }
}
