using System.Text;
using System.Xml.Linq;
using Microsoft.EntityFrameworkCore;
using Pujiang.Accounts;
using Pujiang.Ledger;
using Pujiang.Platform;
using SentFiles = Pujiang.Accounts.PaymentFiles;

namespace Pujiang.Services.Tests;

/// <summary>Stories of payment files, told by what the sender gets back. The bank checks its books when it closes.</summary>
public sealed class PaymentFileTests
{
    static readonly DateOnly Today = new(2026, 3, 2);
    const string Iban = "DE89370400440532013000";

    static async Task<(TestBank Bank, Customer Payer, Customer Payee)> Open(TestDatabase database = TestDatabase.Sqlite)
    {
        var bank = await TestBank.New(database, Customer.Add);
        return (bank, await Customer.Open(bank, 0, paidIn: "1000.00"), await Customer.Open(bank, 1));
    }

    static PaymentOrder Order(Customer payer, params PaymentOrder.Line[] lines) => new("M1", new PaymentOrder.Block("P1", payer.Number, Today, lines));

    static PaymentOrder.Line To(Customer payee, string amount, string id = "E1", string currency = "CNY") =>
        new(id, amount, payee.Name, payee.Number, Currency: currency);

    static async Task<Guid> Taken(TestBank bank, Customer sender, PaymentOrder order) =>
        (await order.Submit(bank, sender.Caller).Value()).FileId!.Value;

    static async Task<IReadOnlyList<string>> Statuses(TestBank bank, Customer sender, Guid file) =>
        [.. (await bank.Call((SentFiles files) => files.Lines(file, sender.Caller, 0, 1000, CancellationToken.None)))!
            .Select(line => $"{line.EndToEndId} {line.Status} {line.Reason}".TrimEnd())];

    static async Task<XElement> Report(TestBank bank, Customer sender, Guid file)
    {
        using var report = new MemoryStream();
        Assert.True(await bank.Call((SentFiles files) => files.WriteReport(file, sender.Caller, report, CancellationToken.None)));
        report.Position = 0;
        return XElement.Load(report);
    }

    static IEnumerable<string> Texts(XElement report, string name) => report.Descendants().Where(e => e.Name.LocalName == name).Select(e => e.Value);

    static Task ExecuteDue(TestBank bank) => bank.Call(async (ExecutePayments job) =>
    {
        await job.ExecuteDue(CancellationToken.None);
        return true;
    });

    [Theory, BothDatabases]
    public async Task Submit_LinesOfEveryKind_EachHasItsStatusAndReason(TestDatabase database)
    {
        var (bank, payer, payee) = await Open(database);
        await using var _ = bank;
        var (closed, frozen) = (await Customer.Open(bank, 2), await Customer.Open(bank, 3));
        await closed.Restrict(bank, new Limits(Closed: true));
        await frozen.Restrict(bank, new Limits(FrozenIn: true));
        var dollars = await Customer.Open(bank, 1, currency: "USD");
        var numbered = await Customer.Open(bank, 4, number: "532013000");
        var unknown = AccountNumber.Card(999_999_999_998);

        var file = await Taken(bank, payer, Order(payer,
            To(payee, "100.00", "good"),
            new("other-bank", "1.00", "Erika", "0532013000", "COBADEFFXXX"),
            new("iban-alone", "1.00", "Erika", Iban, Bic: null),
            new("no-bank", "1.00", "Erika", "0532013000", Bic: null),
            new("unknown", "1.00", payee.Name, unknown),
            new("unknown-card", "1.00", payee.Name, unknown, Bic: null),
            new("card-elsewhere", "1.00", payee.Name, payee.Number, "COBADEFFXXX"),
            new("number-elsewhere", "1.00", "Erika", numbered.Number, "COBADEFFXXX"),
            new("bad-iban", "1.00", "Erika", "DE88370400440532013000", "COBADEFFXXX"),
            To(payee, "897.01", "no-money"),
            To(payee, "50000.01", "limit"),
            To(closed, "1.00", "closed"),
            To(frozen, "1.00", "frozen"),
            To(payee, "1.00", "name") with { Name = payer.Name },
            To(payer, "1.00", "self"),
            To(dollars, "1.00", "dollars"),
            To(payee, "1.00", "in-dollars", "USD"),
            To(payee, "1.00", "no-currency", "CNX"),
            To(payee, "1", "gold", "XAU"),
            To(payee, "0.00", "zero"),
            To(payee, "1.001", "precise"),
            To(payee, "1.00", "good"),
            To(payee, "2.00", "last")));

        Assert.Equal(
        [
            "good ACSC", "other-bank ACSC", "iban-alone ACSC", "no-bank RJCT RC04", "unknown RJCT AC01", "unknown-card RJCT AC01",
            "card-elsewhere RJCT RC04", "number-elsewhere ACSC", "bad-iban RJCT AC01", "no-money RJCT AM04", "limit RJCT AM14", "closed RJCT AC07", "frozen RJCT AC06", "name RJCT BE01",
            "self RJCT AC03", "dollars RJCT AM03", "in-dollars RJCT AM03", "no-currency RJCT AM11", "gold RJCT AM03", "zero RJCT AM01",
            "precise RJCT AM12", "good RJCT AM05", "last ACSC",
        ], await Statuses(bank, payer, file));
        Assert.Equal((895m, 102m), (await payer.Balance(bank), await payee.Balance(bank)));
        Assert.Equal(3_00, (await bank.Ledger.Find(HouseAccounts.Clearing(Assets.Cny)))!.Posted);

        var report = await Report(bank, payer, file);
        Assert.Equal("PART", Assert.Single(Texts(report, "GrpSts")));
        Assert.Equal((5, 18), (Texts(report, "TxSts").Count(s => s == "ACSC"), Texts(report, "TxSts").Count(s => s == "RJCT")));
        Assert.Equal(5, Texts(report, "AcctSvcrRef").Count());
        // What a page shows in sums is what the lines say.
        var overview = (await bank.Call((SentFiles files) => files.Describe(file, payer.Caller, CancellationToken.None)))!;
        Assert.Equal(("PART", 23), (overview.Status, overview.Lines));
        Assert.Equal("CNY 105.00", Assert.Single(overview.Sums.Single(sum => sum.Status == "ACSC").Amounts).ToString());
    }

    [Theory]
    [InlineData("frozen", "AC06")]
    [InlineData("closed", "AC04")]
    public async Task Submit_DebtorThatMayNotPay_IsRefusedWithTheReason(string how, string reason)
    {
        var (bank, payer, payee) = await Open();
        await using var _ = bank;
        await payer.Transfer(bank, payer.To(payee, "1000.00")).Value();
        await payer.Restrict(bank, how == "closed" ? new Limits(Closed: true) : new Limits(FrozenOut: true));
        Assert.Equal([$"E1 RJCT {reason}"], await Statuses(bank, payer, await Taken(bank, payer, Order(payer, To(payee, "1.00")))));
    }

    [Fact]
    public async Task Submit_DebtorThatIsNotTheSenders_IsRefused()
    {
        var (bank, payer, payee) = await Open();
        await using var _ = bank;
        var order = new PaymentOrder("M1",
            new PaymentOrder.Block("P1", payer.Number, Today, To(payee, "1.00", "foreign")),
            new PaymentOrder.Block("P2", AccountNumber.Card(999_999_999_998), Today, To(payer, "1.00", "unknown")));
        Assert.Equal(["foreign RJCT AC02", "unknown RJCT AC02"], await Statuses(bank, payee, await Taken(bank, payee, order)));
        Assert.Equal(1000, await payer.Balance(bank));
    }

    [Theory, BothDatabases]
    public async Task Submit_BeyondTheDailyLimit_RefusesTheLineThatCrossesIt(TestDatabase database)
    {
        var (bank, payer, payee) = await Open(database);
        await using var _ = bank;
        await payer.SetLimits(bank, "100.00", "150.00");
        var file = await Taken(bank, payer, Order(payer, To(payee, "100.00", "a"), To(payee, "60.00", "b"), To(payee, "50.00", "c")));
        Assert.Equal(["a ACSC", "b RJCT AM14", "c ACSC"], await Statuses(bank, payer, file));
        Assert.Equal(850, await payer.Balance(bank));
    }

    [Theory, BothDatabases]
    public async Task Submit_SameFileAgain_AnswersAsOfTodayAndMovesNothing(TestDatabase database)
    {
        var (bank, payer, payee) = await Open(database);
        await using var _ = bank;
        var order = Order(payer, To(payee, "100.00"));
        var first = await order.Submit(bank, payer.Caller).Value();
        await bank.Restart();
        var again = await order.Submit(bank, payer.Caller).Value();
        Assert.Equal((first.FileId, false, true), (again.FileId, first.Repeated, again.Repeated));
        Assert.Equal("message_id_reused", await Order(payer, To(payee, "100.01")).Submit(bank, payer.Caller).Code());
        Assert.Equal(["E1 ACSC"], await Statuses(bank, payer, first.FileId!.Value));
        Assert.Equal(900, await payer.Balance(bank));
        // Message ids are each sender's own.
        await payee.PayIn(bank, "5.00", "k");
        Assert.Equal(["E1 ACSC"], await Statuses(bank, payee, await Taken(bank, payee, Order(payee, To(payer, "5.00")))));
    }

    [Theory, BothDatabases]
    public async Task Submit_SameFileManyTimesAtOnce_IsTakenOnce(TestDatabase database)
    {
        var (bank, payer, payee) = await Open(database);
        await using var _ = bank;
        var order = Order(payer, [.. Enumerable.Range(1, 20).Select(i => To(payee, "1.00", $"E{i}"))]);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => order.Submit(bank, payer.Caller))));
        Assert.Equal(1, outcomes.Count(outcome => !outcome.IsRefused() && !outcome.Value().Repeated));
        Assert.All(outcomes.Where(outcome => outcome.IsRefused()), outcome => Assert.Equal("request_in_progress", outcome.Code()));
        var file = outcomes.First(outcome => !outcome.IsRefused()).Value().FileId!.Value;
        Assert.All(await Statuses(bank, payer, file), status => Assert.EndsWith("ACSC", status, StringComparison.Ordinal));
        Assert.Equal((980m, 20m), (await payer.Balance(bank), await payee.Balance(bank)));
    }

    [Theory]
    [InlineData("100.01")]
    [InlineData("0")]
    public async Task Submit_WrongControlSum_RefusesTheWholeFileAndMovesNothing(string sum)
    {
        var (bank, payer, payee) = await Open();
        await using var _ = bank;
        var before = bank.Ledger.LastSequence;
        var order = Order(payer, To(payee, "100.00")) with { ControlSum = sum };
        var file = await Taken(bank, payer, order);
        var report = await Report(bank, payer, file);
        Assert.Equal(("RJCT", "AM10"), (Assert.Single(Texts(report, "GrpSts")), Assert.Single(Texts(report, "Cd"))));
        Assert.Empty(await Statuses(bank, payer, file));
        Assert.True((await order.Submit(bank, payer.Caller).Value()).Repeated);
        await ExecuteDue(bank);
        Assert.Equal(before, bank.Ledger.LastSequence);
    }

    [Theory, BothDatabases]
    public async Task Submit_FutureDay_WaitsAndIsCarriedOutOnItsDay(TestDatabase database)
    {
        var (bank, payer, payee) = await Open(database);
        await using var _ = bank;
        var file = await Taken(bank, payer, new PaymentOrder("M1",
            new PaymentOrder.Block("P1", payer.Number, Today.AddDays(2), To(payee, "600.00", "later"), To(payee, "600.00", "too-much")),
            new PaymentOrder.Block("P2", payer.Number, Today.AddDays(-3), To(payee, "1.00", "past")),
            new PaymentOrder.Block("P3", payer.Number, Today.AddDays(367), To(payee, "1.00", "too-far"))));
        Assert.Equal(["later ACSP", "too-much ACSP", "past ACSC DT06", "too-far RJCT DT01"], await Statuses(bank, payer, file));
        Assert.Equal(["PART", "ACSP", "ACSC", "RJCT"], [.. Texts(await Report(bank, payer, file), "GrpSts"), .. Texts(await Report(bank, payer, file), "PmtInfSts")]);

        bank.Clock.Advance(TimeSpan.FromDays(1));
        await ExecuteDue(bank);
        Assert.Equal(999, await payer.Balance(bank));
        bank.Clock.Advance(TimeSpan.FromDays(1));
        await ExecuteDue(bank);
        await ExecuteDue(bank);
        Assert.Equal(["later ACSC", "too-much RJCT AM04", "past ACSC DT06", "too-far RJCT DT01"], await Statuses(bank, payer, file));
        Assert.Equal((399m, 601m), (await payer.Balance(bank), await payee.Balance(bank)));
    }

    [Fact]
    public async Task Submit_SeveralDebtorsAndCurrencies_EachPaysFromItsAccountToTheMinorUnit()
    {
        var (bank, payer, payee) = await Open();
        await using var _ = bank;
        var blocks = new List<PaymentOrder.Block>();
        foreach (var (currency, paidIn, good, precise) in new[] { ("EUR", "10.00", "9.99", "0.001"), ("JPY", "1000", "999", "0.5"), ("KWD", "1.000", "0.999", "0.0001") })
        {
            var from = await Customer.Open(bank, 0, paidIn, currency);
            var to = await Customer.Open(bank, 1, currency: currency);
            blocks.Add(new PaymentOrder.Block($"P-{currency}", from.Number, Today,
                To(to, good, $"{currency}-good", currency), To(to, precise, $"{currency}-precise", currency)));
        }
        var file = await Taken(bank, payer, new PaymentOrder("M1", blocks));
        Assert.Equal(
            ["EUR-good ACSC", "EUR-precise RJCT AM12", "JPY-good ACSC", "JPY-precise RJCT AM12", "KWD-good ACSC", "KWD-precise RJCT AM12"],
            await Statuses(bank, payer, file));
        var left = await bank.Call((DepositAccounts book) => book.Of(payer.Party, CancellationToken.None));
        Assert.Equal(["CNY 1,000.00", "EUR 0.01", "JPY 1", "KWD 0.001"], left.Select(account => account.Balance.ToString()));
        var overview = (await bank.Call((SentFiles files) => files.Describe(file, payer.Caller, CancellationToken.None)))!;
        Assert.Equal(["EUR 9.99", "JPY 999", "KWD 0.999"],
            overview.Sums.Single(sum => sum.Status == "ACSC").Amounts.Select(amount => amount.ToString()).Order(StringComparer.Ordinal));
    }

    /// <summary>The sender's totals, the bank's references and every status, in the answer's own version; and valid.</summary>
    [Theory]
    [InlineData(3, 3)]
    [InlineData(8, 10)]
    [InlineData(9, 10)]
    [InlineData(11, 11)]
    [InlineData(12, 14)]
    [InlineData(13, 15)]
    public async Task Report_ForEachVersion_AnswersInTheMatchingVersion(int version, int answer)
    {
        var (bank, payer, payee) = await Open();
        await using var _ = bank;
        var file = await Taken(bank, payer, Mixed(payer, payee, version));
        var report = await Report(bank, payer, file);
        Assert.Equal(new MessageType("pain.002", answer).NamespaceUri, report.Name.NamespaceName);
        Assert.Equal(["ACSC", "RJCT", "ACSP"], Texts(report, "TxSts"));
        Assert.Equal(["E1", "E2", "E3"], Texts(report, "OrgnlEndToEndId"));
        Assert.Equal($"pain.001.001.{version:D2}", Assert.Single(Texts(report, "OrgnlMsgNmId")));
        Assert.Equal(("3", "112.00"), (Assert.Single(Texts(report, "OrgnlNbOfTxs")), Assert.Single(Texts(report, "OrgnlCtrlSum"))));
    }

    static PaymentOrder Mixed(Customer payer, Customer payee, int version)
    {
        var today = new PaymentOrder.Block("P1", payer.Number, Today, To(payee, "100.00"), new("E2", "2.00", "Erika & <Söhne>", "0532013000", Bic: null));
        var tomorrow = new PaymentOrder.Block("P2", payer.Number, Today.AddDays(1), To(payee, "10.00", "E3"));
        return new PaymentOrder("M1", today, tomorrow) { Version = version };
    }

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task Report_ForEachVersion_IsValidAgainstTheOfficialSchema(int version)
    {
        TestData.Require("iso20022", "xsd", "pain.001.001.09.xsd");
        var (bank, payer, payee) = await Open();
        await using var _ = bank;
        var whole = await Taken(bank, payer, Mixed(payer, payee, version));
        var refused = await Taken(bank, payer, Mixed(payer, payee, version) with { MessageId = "M2", ControlSum = "1" });
        await Valid(bank, payer, whole);
        await Valid(bank, payer, refused);
        bank.Clock.Advance(TimeSpan.FromDays(1));
        await ExecuteDue(bank);
        await Valid(bank, payer, whole);
    }

    static async Task Valid(TestBank bank, Customer sender, Guid file)
    {
        using var report = new MemoryStream(Encoding.UTF8.GetBytes((await Report(bank, sender, file)).ToString(SaveOptions.DisableFormatting)));
        var check = Iso20022Checker.Check(report, Vectors.WithSchemas);
        Assert.True(check.FindingCount == 0, Vectors.Show(check.Findings));
        Assert.Equal(SchemaResult.Valid, Assert.Single(check.Parts).Schema);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no xml")]
    [InlineData("<a/>")]
    [InlineData("<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\"><CstmrCdtTrfInitn><GrpHdr><MsgId>M1")]
    [InlineData("<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr></BkToCstmrStmt></Document>")]
    public async Task Submit_WhatIsNoPaymentFile_MovesNothingAndSaysWhy(string text)
    {
        var (bank, payer, _) = await Open();
        await using var closing = bank;
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
        var result = await bank.Call((SubmitPaymentFile submit) => submit.Handle(content, payer.Caller, CancellationToken.None)).Value();
        if (result.FileId is { } file) Assert.Equal("RJCT", Assert.Single(Texts(await Report(bank, payer, file), "GrpSts")));
        else Assert.NotEmpty(result.Problem);
        Assert.Equal(1000, await payer.Balance(bank));
    }

    [Fact]
    public async Task Submit_FileThatIsTooLong_IsRefused()
    {
        var bank = await TestBank.New(TestDatabase.Sqlite, services => services.AddAccounts(new Iso20022Settings(LongestFile: 500)));
        await using var _ = bank;
        var payer = await Customer.Open(bank, 0);
        Assert.Equal("file_too_large", await Order(payer, To(payer, "1.00")).Submit(bank, payer.Caller).Code());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(bank.Folder, "incoming")));
    }

    [Fact]
    public async Task Files_OfAnotherSender_AreNotThere()
    {
        var (bank, payer, payee) = await Open();
        await using var _ = bank;
        var file = await Taken(bank, payer, Order(payer, To(payee, "1.00")));
        Assert.False(await bank.Call((SentFiles files) => files.WriteReport(file, payee.Caller, Stream.Null, CancellationToken.None)));
        Assert.Null(await bank.Call((SentFiles files) => files.Lines(file, payee.Caller, 0, 10, CancellationToken.None)));
        Assert.Null(await bank.Call((SentFiles files) => files.Describe(file, payee.Caller, CancellationToken.None)));
        Assert.Empty(await bank.Call((SentFiles files) => files.Of(payee.Caller, CancellationToken.None)));
        Assert.Equal(file, Assert.Single(await bank.Call((SentFiles files) => files.Of(payer.Caller, CancellationToken.None))).Id);
    }

    /// <summary>Refused amounts count in the sums too, and nobody stops a sender from writing huge ones.</summary>
    [Theory, BothDatabases]
    public async Task Describe_RefusedLinesOfHugeAmounts_CanStillBeSummed(TestDatabase database)
    {
        var (bank, payer, payee) = await Open(database);
        await using var _ = bank;
        var lines = Enumerable.Range(1, 12).Select(i => To(payee, "9000000000000000.00", $"E{i}")).ToArray();
        var file = await Taken(bank, payer, Order(payer, lines));
        var overview = (await bank.Call((SentFiles files) => files.Describe(file, payer.Caller, CancellationToken.None)))!;
        Assert.Equal(("RJCT", 12), (overview.Status, overview.Lines));
    }

    [Theory, BothDatabases]
    public async Task Submit_MoreLinesThanABatch_AreAllCarriedOutInOrder(TestDatabase database)
    {
        var (bank, payer, payee) = await Open(database);
        await using var _ = bank;
        // The money ends within the second batch.
        var lines = Enumerable.Range(1, 1_100).Select(i => To(payee, "0.95", $"E{i}")).ToArray();
        var file = await Taken(bank, payer, Order(payer, lines));
        var found = (await bank.Call((SentFiles files) => files.Lines(file, payer.Caller, 1_000, 1_000, CancellationToken.None)))!;
        Assert.Equal(Enumerable.Range(1_001, 100), found.Select(line => line.Number));
        Assert.Equal(Enumerable.Range(1_001, 100).Select(i => i <= 1_052 ? "ACSC" : "RJCT"), found.Select(line => line.Status));
        Assert.Equal(0.60m, await payer.Balance(bank));
        // A statement of more lines than are read at a time adds up too.
        var period = await bank.Call((Statements statements) => statements.Of(payee.Account, null, null, payee.Caller, CancellationToken.None)).Value();
        var received = await bank.Call(async (Statements statements) => await statements.Lines(period, CancellationToken.None).ToListAsync());
        Assert.Equal((1_052, period.Closing), (received.Count, received[^1].Balance));
        Assert.Equal(period.Closing.MinorUnits, received.Sum(line => line.Amount.MinorUnits));
    }

    /// <summary>Codes of ExternalStatusReason1Code that have to do with files, accounts, amounts, names, dates and banks.</summary>
    const string External =
        "AC01 AC02 AC03 AC04 AC05 AC06 AC07 AC08 AC09 AC10 AC11 AG01 AG02 AG03 AM01 AM02 AM03 AM04 AM05 AM06 AM07 AM09 AM10 AM11 AM12 "
        + "AM13 AM14 AM16 AM17 AM18 AM19 AM20 BE01 BE04 BE05 BE06 BE07 BE08 BE22 CH03 CH04 CH16 CH17 CH20 CH21 CURR DT01 DT02 DT03 DT04 "
        + "DT05 DT06 DU01 DU02 DU03 DU04 DU05 DUPL FF01 FF02 FF03 FF04 FF05 MD01 MS02 MS03 NARR RC01 RC02 RC03 RC04 RR01 RR02 RR03 RR04 TM01";

    [Fact]
    public void Reasons_AreOfTheExternalCodeSet() =>
        Assert.Subset(External.Split(' ').ToHashSet(StringComparer.Ordinal), StatusReasons.All.Select(reason => reason.Code).ToHashSet(StringComparer.Ordinal));
}
