using System.Globalization;
using System.Text;
using Pujiang.Accounts;
using Pujiang.Platform;
using UglyToad.PdfPig;

namespace Pujiang.Services.Tests;

/// <summary>What an account's owner reads about it agrees with the ledger, in every format.</summary>
public sealed class StatementTests
{
    static readonly DateOnly First = new(2026, 3, 2);

    /// <summary>Three days with movements, one without between them: 1000.00 − 100.00 − 12.34 | − | + 5.00 | − 0.01.</summary>
    static async Task<(TestBank Bank, Customer Payer, Customer Payee)> Open(TestDatabase database = TestDatabase.Sqlite)
    {
        var bank = await TestBank.New(database, Customer.Add);
        var (payer, payee) = (await Customer.Open(bank, 0, paidIn: "1000.00"), await Customer.Open(bank, 1));
        await payer.Transfer(bank, payer.To(payee, "100.00"), "k1").Value();
        await payer.Transfer(bank, new(payer.Account, "=Erika, \"E\"", "DE89370400440532013000", "COBADEFFXXX", "12.34", "=1+1", null), "k2").Value();
        bank.Clock.Advance(TimeSpan.FromDays(2));
        await payee.Transfer(bank, payee.To(payer, "5.00"), "k3").Value();
        bank.Clock.Advance(TimeSpan.FromDays(1));
        var file = new PaymentOrder("M1", new PaymentOrder.Block("P1", payer.Number, First, new PaymentOrder.Line("E1", "0.01", payee.Name, payee.Number)));
        await file.Submit(bank, payer.Caller).Value();
        return (bank, payer, payee);
    }

    static Task<Outcome<Statements.Period>> Period(TestBank bank, Customer owner, DateOnly? from, DateOnly? to, Caller? caller = null) =>
        bank.Call((Statements statements) => statements.Of(owner.Account, from, to, caller ?? owner.Caller, CancellationToken.None));

    static Task<List<Statements.Line>> Lines(TestBank bank, Statements.Period period) =>
        bank.Call(async (Statements statements) => await statements.Lines(period, CancellationToken.None).ToListAsync());

    static async Task<byte[]> Written(TestBank bank, Statements.Period period, string format)
    {
        using var stream = new MemoryStream();
        await bank.Call(async (StatementFormats formats) =>
        {
            await formats.Write(period, format, stream, CancellationToken.None);
            return true;
        });
        return stream.ToArray();
    }

    [Theory, BothDatabases]
    public async Task Lines_OfAPeriod_LeadFromOpeningToClosing(TestDatabase database)
    {
        var (bank, payer, payee) = await Open(database);
        await using var _ = bank;
        var period = await Period(bank, payer, First, First.AddDays(3)).Value();
        var lines = await Lines(bank, period);
        Assert.Equal(["CNY 1,000.00", "CNY -100.00", "CNY -12.34", "CNY 5.00", "CNY -0.01"], lines.Select(line => line.Amount.ToString()));
        Assert.Equal(["", payee.Name, "=Erika, \"E\"", payee.Name, payee.Name], lines.Select(line => line.Counterparty));
        Assert.Equal(["CNY 1,000.00", "CNY 900.00", "CNY 887.66", "CNY 892.66", "CNY 892.65"], lines.Select(line => line.Balance.ToString()));
        Assert.Equal((0, 892_65), (period.Opening.MinorUnits, period.Closing.MinorUnits));
        Assert.Equal(("货款 E1", "E1"), (lines[^1].Purpose, lines[^1].EndToEndId));
        var totals = await bank.Call((Statements statements) => statements.Sum(period, CancellationToken.None));
        Assert.Equal((1005_00, 112_35, 5), (totals.In.MinorUnits, totals.Out.MinorUnits, totals.Lines));
        Assert.Equal([887_66, 892_66, 892_65], totals.Days.Select(day => day.Balance.MinorUnits));
    }

    [Fact]
    public async Task Periods_DayByDay_RollForward()
    {
        var (bank, payer, _) = await Open();
        await using var closing = bank;
        var before = 0L;
        for (var day = First.AddDays(-2); day <= First.AddDays(3); day = day.AddDays(1))
        {
            var period = await Period(bank, payer, day, day).Value();
            Assert.Equal(before, period.Opening.MinorUnits);
            Assert.Equal(before + (await Lines(bank, period)).Sum(line => line.Amount.MinorUnits), period.Closing.MinorUnits);
            before = period.Closing.MinorUnits;
        }
        Assert.Equal(892_65, before);
    }

    /// <summary>The bank's day begins at midnight in China, whatever the clock of the machine says.</summary>
    [Fact]
    public async Task Periods_AroundMidnight_SplitAtTheBanksDay()
    {
        var bank = await TestBank.New(TestDatabase.Sqlite, Customer.Add);
        await using var _ = bank;
        var owner = await Customer.Open(bank, 0);
        bank.Clock.SetUtcNow(new DateTimeOffset(2026, 3, 2, 15, 59, 59, 999, TimeSpan.Zero));
        await owner.PayIn(bank, "1.00", "before");
        bank.Clock.SetUtcNow(new DateTimeOffset(2026, 3, 2, 16, 0, 0, TimeSpan.Zero));
        await owner.PayIn(bank, "2.00", "after");
        Assert.Equal(100, (await Period(bank, owner, First, First).Value()).Closing.MinorUnits);
        var next = await Period(bank, owner, First.AddDays(1), First.AddDays(1)).Value();
        Assert.Equal((100, 300), (next.Opening.MinorUnits, next.Closing.MinorUnits));
    }

    [Fact]
    public async Task Lines_PostedAfterThePeriodWasTaken_AreNotInIt()
    {
        var (bank, payer, payee) = await Open();
        await using var _ = bank;
        var period = await Period(bank, payer, First, null).Value();
        await payer.Transfer(bank, payer.To(payee, "1.00"), "later").Value();
        Assert.Equal(period.Closing, (await Lines(bank, period))[^1].Balance);
        Assert.Equal(5, (await bank.Call((Statements statements) => statements.Sum(period, CancellationToken.None))).Lines);
    }

    [Fact]
    public async Task Of_AnAccountThatIsNotTheCallers_IsNotFound()
    {
        var (bank, payer, payee) = await Open();
        await using var _ = bank;
        Assert.Equal("account_not_found", await Period(bank, payer, null, null, payee.Caller).Code());
        Assert.Equal("account_not_found", await Period(bank, payer with { Account = payer.Party }, null, null).Code());
        Assert.Equal(892_65, (await Period(bank, payer, null, null, new Caller(null, IsOperator: true)).Value()).Closing.MinorUnits);
    }

    [Fact]
    public async Task Of_DaysThatMakeNoSense_AreRefusedAndFarOnesAreNot()
    {
        var (bank, payer, _) = await Open();
        await using var closing = bank;
        Assert.Equal("period_reversed", await Period(bank, payer, First.AddDays(1), First).Code());
        Assert.Equal("period_reversed", await Period(bank, payer, DateOnly.MaxValue, DateOnly.MaxValue).Code());
        Assert.Equal(892_65, (await Period(bank, payer, DateOnly.MinValue, DateOnly.MaxValue).Value()).Closing.MinorUnits);
        Assert.Equal(0, (await Period(bank, payer, DateOnly.MinValue, DateOnly.MinValue).Value()).Closing.MinorUnits);
        Assert.Equal(0, (await Period(bank, payer, null, DateOnly.MinValue).Value()).Closing.MinorUnits);
    }

    [Fact]
    public async Task Newest_PageByPage_ShowsEachLineOnce()
    {
        var (bank, payer, _) = await Open();
        await using var closing = bank;
        var period = await Period(bank, payer, First, null).Value();
        var all = (await Lines(bank, period)).Select(line => line.Sequence).Reverse().ToList();
        var paged = new List<long>();
        for (var number = 1; ; number++)
        {
            var page = await bank.Call((Statements statements) => statements.NewestPage(period, number, 2, CancellationToken.None));
            if (page.Count == 0) break;
            paged.AddRange(page.Select(line => line.Sequence));
        }
        Assert.Equal(all, paged);
    }

    [Fact]
    public async Task Write_EveryFormat_AgreesOnTheSums()
    {
        var (bank, payer, _) = await Open();
        await using var closing = bank;
        var period = await Period(bank, payer, First, null).Value();

        var csv = Encoding.UTF8.GetString(await Written(bank, period, "csv")).TrimStart('\uFEFF').Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1).ToList();
        Assert.Equal(5, csv.Count);
        Assert.Equal(892.65m, csv.Sum(line => decimal.Parse(line.Split(',')[3], CultureInfo.InvariantCulture)));
        Assert.Equal("892.65", csv[^1].Split(',')[5]);

        var text = Encoding.UTF8.GetString(await Written(bank, period, "text")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.EndsWith("CNY 0.00", text[1], StringComparison.Ordinal);
        Assert.EndsWith("CNY 892.65", text[^1], StringComparison.Ordinal);

        foreach (var format in (string[])["camt053", "camt053.02", "camt054"])
        {
            var statement = Assert.Single(Checked(await Written(bank, period, format), new Iso20022Options()).Facts.Documents[0].Statements);
            Assert.Equal((1005.00m, 112.35m, 5), (statement.EntrySums["CRDT.CNY"], statement.EntrySums["DBIT.CNY"], statement.Entries));
            if (format != "camt054") Assert.Equal(new RollForward(0, 892.65m, 892.65m), statement.RollForward);
        }
    }

    static CheckReport Checked(byte[] message, Iso20022Options options)
    {
        var report = Iso20022Checker.Check(new MemoryStream(message), options);
        Assert.True(report.FindingCount == 0, Vectors.Show(report.Findings));
        return report;
    }

    [Theory]
    [InlineData("camt053", "camt.053.001.08")]
    [InlineData("camt053.02", "camt.053.001.02")]
    [InlineData("camt054", "camt.054.001.08")]
    public async Task Write_Messages_AreValidAgainstTheOfficialSchemas(string format, string schema)
    {
        TestData.Require("iso20022", "xsd", $"{schema}.xsd");
        var (bank, payer, payee) = await Open();
        await using var _ = bank;
        var iban = await Customer.Open(bank, 2, paidIn: "7", currency: "JPY", number: "DE89370400440532013000");
        foreach (var owner in (Customer[])[payer, payee, iban])
            // A day without movements may be asked for too, but a notification tells of at least one.
            foreach (var from in format == "camt054" ? (DateOnly[])[First] : [First, First.AddDays(1)])
            {
                var period = await Period(bank, owner, from, from == First ? null : from).Value();
                var report = Checked(await Written(bank, period, format), Vectors.WithSchemas);
                Assert.Equal((SchemaResult.Valid, schema), (Assert.Single(report.Parts).Schema, report.Type.ToString()));
            }
    }

    [Fact]
    public async Task Csv_TextsThatASpreadsheetWouldRun_AreMadeHarmless()
    {
        var (bank, payer, _) = await Open();
        await using var closing = bank;
        var csv = Encoding.UTF8.GetString(await Written(bank, await Period(bank, payer, First, First).Value(), "csv"));
        Assert.StartsWith("\uFEFF", csv, StringComparison.Ordinal);
        Assert.Contains(",\"'=Erika, \"\"E\"\"\",DE89370400440532013000,COBADEFFXXX,'=1+1,", csv, StringComparison.Ordinal);
        Assert.Contains(",-12.34,CNY,", csv, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Languages.Chinese, "账户对账单", "期末余额")]
    [InlineData(Languages.English, "Statement of account", "Closing balance")]
    public async Task Pdf_OfAPeriod_HasEachLineAndTheBalances(string language, string title, string closing)
    {
        Assert.SkipUnless(File.Exists(PdfFont.File), $"No {PdfFont.File}.");
        var (bank, payer, _) = await Open();
        await using var closingBank = bank;
        var period = await Period(bank, payer, First, First).Value();
        var (totals, lines) = await bank.Call(async (Statements all) => (await all.Sum(period, default), await all.Lines(period).ToListAsync()));
        var text = StatementPdf.Of(period, totals, lines, bank.Clock.UtcNow(), language);
        using var pdf = PdfDocument.Open(PdfWriter.Write(text, bank.Clock.UtcNow()).Pdf);
        var read = string.Concat(pdf.GetPages().Select(page => page.Text));
        Assert.All(
            [title, closing, payer.Name, period.Opening.Text(), period.Closing.Text(), (totals.In - totals.Out).SignedText(), .. lines.Select(line => line.Amount.SignedText())],
            expected => Assert.Contains(expected, read, StringComparison.Ordinal));
        Assert.DoesNotContain("⟦", read, StringComparison.Ordinal);
        Assert.Equal(totals.Lines, Assert.Single(text.Blocks.OfType<PdfTable>()).Rows.Count);
    }

    [Fact]
    public async Task Receipt_OfATransfer_HasTextThatCanBeRead()
    {
        Assert.SkipUnless(File.Exists(PdfFont.File), $"No {PdfFont.File}.");
        var (bank, payer, payee) = await Open();
        await using var _ = bank;
        var made = await payer.Transfer(bank, payer.To(payee, "50.05") with { Purpose = "货款 \U0001F600 " + new string('长', 100) }, "receipt").Value();
        using var pdf = PdfDocument.Open(ReceiptPdf.Of(made, await payer.View(bank)));
        var text = string.Concat(pdf.GetPages().Select(page => page.Text));
        Assert.Equal(1, pdf.NumberOfPages);
        Assert.All([made.Reference!, payer.Name, payee.Name, payer.Number, payee.Number, "CNY 50.05", "伍拾元零伍分", "2026-03-05 09:30"],
            expected => Assert.Contains(expected, text, StringComparison.Ordinal));
    }
}
