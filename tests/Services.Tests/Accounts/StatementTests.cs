using System.Text;
using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Accounts;
using UglyToad.PdfPig;

namespace Pujiang.Services.Tests;

public sealed class StatementTests
{
    static readonly DateOnly First = new(2026, 3, 2);

    [Theory, BothDatabases]
    public async Task Of_PeriodsThatFollowEachOther_RollForward(TestDatabase database)
    {
        await using var bank = await Customers.Bank(database);
        var (wang, _) = await Days(bank);
        var balance = 0L;
        for (var day = 0; day < 5; day++)
        {
            var (period, lines) = await Lines(bank, wang, First.AddDays(day), First.AddDays(day));
            Assert.Equal(balance, period.Opening.MinorUnits);
            foreach (var line in lines)
            {
                balance += line.Amount.MinorUnits;
                Assert.Equal(balance, line.Balance.MinorUnits);
            }
            Assert.Equal(balance, period.Closing.MinorUnits);
        }
        Assert.Equal(await bank.Balance(wang), balance);
        var (whole, all) = await Lines(bank, wang, First, First.AddDays(4));
        Assert.Equal((0, balance), (whole.Opening.MinorUnits, whole.Closing.MinorUnits));
        var totals = await bank.Call((Statements s) => s.Sum(whole, CancellationToken.None));
        Assert.Equal((1000_00, 60_00, all.Count), (totals.In.MinorUnits, totals.Out.MinorUnits, totals.Lines));
    }

    [Theory, BothDatabases]
    public async Task NewestPage_PagesOfAnySize_AreTheLinesBackward(TestDatabase database)
    {
        await using var bank = await Customers.Bank(database);
        var (wang, _) = await Days(bank);
        var (period, lines) = await Lines(bank, wang, First, First.AddDays(4));
        var pages = new List<Statements.Line>();
        for (var number = 1; number <= 4; number++)
            pages.AddRange(await bank.Call((Statements s) => s.NewestPage(period, number, 2, CancellationToken.None)));
        Assert.Equal(lines.Reverse(), pages);
    }

    [Fact]
    public async Task Write_AllFormats_AgreeOnEveryAmount()
    {
        await using var bank = await Customers.Bank(TestDatabase.Sqlite);
        var (wang, li) = await Days(bank);
        Customers.Get(await bank.Transfer(wang, wang.Pays(li, "1.5", purpose: "=cmd|' /C calc'!A0, \"x\"\n行"), "formula"));
        var (_, lines) = await Lines(bank, wang, First, First.AddDays(4));
        string[] amounts = [.. lines.Select(line => line.Amount.ToPlainString())];

        var csv = await Write(bank, wang, "csv");
        Assert.StartsWith("\uFEFFbooked_at,value_date,", csv, StringComparison.Ordinal);
        Assert.Equal(amounts, csv.TrimEnd().Split("\r\n")[1..].Select(row => row.Split(',')[3]));
        // A spreadsheet would run the purpose as a formula.
        Assert.Contains("\"'=cmd|", csv, StringComparison.Ordinal);

        var text = await Write(bank, wang, "text");
        Assert.All(amounts, amount => Assert.Contains($" {amount} ", text, StringComparison.Ordinal));

        var camt = XElement.Parse(await Write(bank, wang, "camt053"));
        Assert.Equal(amounts, Named(camt, "Ntry").Select(entry =>
            (Named(entry, "CdtDbtInd").First().Value == "DBIT" ? "-" : "") + Named(entry, "Amt").First().Value));
        var balances = Named(camt, "Bal").ToDictionary(b => Named(b, "Cd").First().Value, b => Named(b, "Amt").First().Value);
        Assert.Equal(("0.00", "938.50"), (balances["OPBD"], balances["CLBD"]));
        Assert.Equal(amounts.Length, Named(XElement.Parse(await Write(bank, wang, "camt054")), "Ntry").Count());
    }

    [Fact]
    public async Task Of_AccountOfSomebodyElse_IsNotFound()
    {
        await using var bank = await Customers.Bank(TestDatabase.Sqlite);
        var (wang, li) = await Days(bank);
        var outcome = await bank.Call((Statements s) => s.Of(wang.Account, null, null, li.Caller, CancellationToken.None));
        Assert.Equal("account_not_found", Customers.No(outcome));
        Assert.Equal("period_reversed", Customers.No(await bank.Call((Statements s) => s.Of(wang.Account, First, First.AddDays(-1), wang.Caller, CancellationToken.None))));
    }

    [Fact]
    public async Task Receipt_OfATransfer_CanBeReadAsText()
    {
        await using var bank = await Customers.Bank(TestDatabase.Sqlite);
        var (wang, li) = (await Customers.Open(bank, 0, "1000"), await Customers.Open(bank, 1));
        var made = Customers.Get(await bank.Transfer(wang, wang.Pays(li, "250.50", purpose: "三月份菜钱"), "k1"));
        var from = await bank.Call((DepositAccounts accounts) => accounts.Find(wang.Account, wang.Caller, CancellationToken.None));
        using var pdf = PdfDocument.Open(ReceiptPdf.Of(made, from!));
        var text = Assert.Single(pdf.GetPages()).Text.Replace(" ", "", StringComparison.Ordinal);
        Assert.All(["电子回单", "王秀英", "李建国", wang.Number, li.Number, "CNY250.50", "贰佰伍拾元伍角", "三月份菜钱", made.Reference!],
            part => Assert.Contains(part, text, StringComparison.Ordinal));
    }

    /// <summary>1,000 paid in on the first day, then 10, 20 and 30 to somebody else on the second, third and fifth.</summary>
    static async Task<(Customer Payer, Customer Payee)> Days(TestBank bank)
    {
        var (wang, li) = (await Customers.Open(bank, 0, "1000"), await Customers.Open(bank, 1));
        foreach (var (days, amount) in (IEnumerable<(int, string)>)[(1, "10"), (1, "20"), (2, "30")])
        {
            bank.Clock.Advance(TimeSpan.FromDays(days));
            Customers.Get(await bank.Transfer(wang, wang.Pays(li, amount), $"day-{amount}"));
        }
        return (wang, li);
    }

    static Task<(Statements.Period Period, IReadOnlyList<Statements.Line> Lines)> Lines(TestBank bank, Customer customer, DateOnly from, DateOnly to) =>
        bank.Call(async (Statements statements) =>
        {
            var period = Customers.Get(await statements.Of(customer.Account, from, to, customer.Caller, CancellationToken.None));
            return (period, (IReadOnlyList<Statements.Line>)await statements.Lines(period).ToListAsync());
        });

    static Task<string> Write(TestBank bank, Customer customer, string format) => bank.In(async services =>
    {
        var period = Customers.Get(await services.GetRequiredService<Statements>().Of(customer.Account, First, First.AddDays(4), customer.Caller, CancellationToken.None));
        using var output = new MemoryStream();
        await services.GetRequiredService<StatementFormats>().Write(period, format, output, CancellationToken.None);
        return Encoding.UTF8.GetString(output.ToArray());
    });

    static IEnumerable<XElement> Named(XElement parent, string name) => parent.Descendants().Where(e => e.Name.LocalName == name);
}
