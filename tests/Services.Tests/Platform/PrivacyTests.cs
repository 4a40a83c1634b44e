using System.Text;
using System.Text.Encodings.Web;
using Microsoft.EntityFrameworkCore;
using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>What names people is in no file of the bank in plain text, whichever way it came in.</summary>
public sealed class PrivacyTests
{
    const string Purpose = "治疗费用不可告人", Stranger = "欧阳娜娜长名字", StrangersNumber = "6212345678901234567";

    static async Task<(TestBank Bank, string[] Secrets)> Used()
    {
        var schemas = TestData.PathOf("iso20022", "xsd");
        var bank = await TestBank.New(TestDatabase.Sqlite,
            services => services.AddAccounts(new Iso20022Settings(Directory.Exists(schemas) ? schemas : null)));
        var (payer, payee) = (await Customer.Open(bank, 0, paidIn: "1000.00"), await Customer.Open(bank, 1));
        var outside = new MakeTransfer.Request(payer.Account, Stranger, StrangersNumber, "COBADEFFXXX", "1.00", Purpose, null);
        await payer.Transfer(bank, payer.To(payee, "1.00") with { Purpose = Purpose }, "k1").Value();
        await payer.Transfer(bank, outside, "k2").Value();
        var waiting = await payer.Transfer(bank, outside with { On = new DateOnly(2026, 3, 9) }, "k3").Value();
        await bank.Call((ScheduledTransfers book) => book.Cancel(waiting.Id, payer.Caller, CancellationToken.None)).Value();
        await payer.SetLimits(bank, "100.00", "200.00");
        await bank.Call((Payees book) => book.Save(payer.Party, new(Stranger, StrangersNumber, "Bank"), CancellationToken.None)).Value();
        // Right, refused for its account, and with a name and a number where they break the rules of the format.
        var today = new DateOnly(2026, 3, 2);
        await new PaymentOrder("M1", new PaymentOrder.Block("P1", payer.Number, today,
            new("E1", "1.00", payee.Name, payee.Number),
            new("E2", "1.00", Stranger, payee.Number),
            new("E3", "1.00", string.Concat(Enumerable.Repeat(Stranger, 30)), StrangersNumber),
            new("E4", "1.00", Stranger, $"DE00{StrangersNumber}"),
            new("E5", "1.00", Stranger, AccountNumber.Card(999_999_999_998)))).Submit(bank, payer.Caller).Value();
        await new PaymentOrder("M2", new PaymentOrder.Block("P1", payer.Number, today, new PaymentOrder.Line("E1", "1.00", Stranger, payee.Number)))
        { ControlSum = "2" }.Submit(bank, payer.Caller).Value();
        return (bank,
            [payer.Name, payee.Name, payer.Identifier, payee.Identifier, payer.Number, payee.Number, Purpose, Stranger, StrangersNumber]);
    }

    [Fact]
    public async Task Files_OfAUsedBank_HoldNothingPersonalInPlainText()
    {
        var (bank, secrets) = await Used();
        await using var _ = bank;
        Assert.Empty(Found(bank.Folder, secrets));
    }

    // A search proves nothing unless it finds what is there.
    [Fact]
    public async Task Search_ForWhatIsStoredPlainly_FindsIt()
    {
        var (bank, _) = await Used();
        await using var closing = bank;
        await File.WriteAllTextAsync(Path.Combine(bank.Folder, "leak"), JavaScriptEncoder.Default.Encode(Purpose));
        var files = Found(bank.Folder, ["CNY", Purpose]).Select(found => found.File).ToList();
        Assert.Contains("leak", files);
        Assert.Contains(files, file => file.StartsWith("city.db", StringComparison.Ordinal));
        Assert.Contains(files, file => file.StartsWith("journal", StringComparison.Ordinal));
    }

    /// <summary>As UTF-8 and as JSON escapes it.</summary>
    static List<(string File, string Secret)> Found(string folder, IReadOnlyList<string> secrets)
    {
        var found = new List<(string, string)>();
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            // The running bank holds this one; it is empty.
            if (Path.GetFileName(file) == "lock") continue;
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            foreach (var secret in secrets)
                if (bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) >= 0 || bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(JavaScriptEncoder.Default.Encode(secret))) >= 0)
                    found.Add((Path.GetFileName(file), secret));
        }
        return found;
    }

    [Fact]
    public void Finding_OfTheOfficialSchema_SaysTheValueInItsOwnPlaceOnly()
    {
        TestData.Require("iso20022", "xsd", "pain.001.001.09.xsd");
        var name = string.Concat(Enumerable.Repeat(Stranger, 30));
        var order = new PaymentOrder("M1", new PaymentOrder.Block("P1", "1", new DateOnly(2026, 3, 2), new PaymentOrder.Line("E1", "1.00", name, StrangersNumber)));
        var report = Iso20022Checker.Check(new MemoryStream(Encoding.UTF8.GetBytes(order.Text())), Vectors.WithSchemas);
        Assert.Contains(report.Findings, finding => finding.Code == FindingCodes.Schema && finding.Value.StartsWith(Stranger, StringComparison.Ordinal));
        Assert.DoesNotContain(report.Findings, finding => finding.Expected.Contains(Stranger, StringComparison.Ordinal));
    }

    /// <summary>Answers to calls name people too.</summary>
    [Theory, BothDatabases]
    public async Task StoredAnswer_InTheDatabase_IsSealed(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        var body = Encoding.UTF8.GetBytes(Stranger);
        await bank.Tables(async db =>
        {
            var answer = new StoredAnswer { Caller = "c", Key = "k", RequestHash = [], Status = 200, ContentType = "", Body = body, StoredAt = TestBank.Opening.UtcDateTime };
            db.Add(answer);
            return await db.SaveChangesAsync();
        });
        var table = database == TestDatabase.Sqlite ? "platform_stored_answer" : "platform.stored_answer";
#pragma warning disable EF1002 // The table's name is ours.
        var stored = await bank.Tables(db => db.Database.SqlQueryRaw<byte[]>($"SELECT body AS \"Value\" FROM {table}").SingleAsync());
#pragma warning restore EF1002
        Assert.True(stored.AsSpan().IndexOf(body) < 0);
        Assert.Equal(body, (await bank.Tables(db => db.Set<StoredAnswer>().AsNoTracking().SingleAsync())).Body);
    }
}
